"""The look at words before a scan takes no finding away."""

import json
import re
from pathlib import Path

import pytest

from aigate.domain.extension import Target
from aigate.domain.finding import Sighting
from aigate.domain.tree import Entry, Kind, Unit
from aigate.scanners import _semgrep, semgrep
from aigate.scanners._needs import needs_of, table_of
from aigate.scanners._table import Table
from aigate.scanners._words import Held

ROOT = Path(__file__).parents[2]
CASES = ROOT / "tests/cases/rules"
_KINDS = {
    ".py": Kind.PYTHON,
    ".js": Kind.JAVASCRIPT,
    ".ts": Kind.TYPESCRIPT,
    ".tsx": Kind.TYPESCRIPT,
}


def can_fire(needs, text):
    """Tell whether a rule with these needs can fire on a text."""
    return bool(Table(table_of({"rule": needs})).firing(Held(text)))


def _rules():
    packs = (
        ROOT / "policies/compiled" / f"{name}.json" for name in ("python", "javascript", "generic")
    )
    return {rule["id"]: rule for pack in packs for rule in json.loads(pack.read_text())["rules"]}


@pytest.mark.parametrize(
    "rule", [r for r in _rules().values() if "canary" not in r["id"]], ids=lambda r: r["id"]
)
def test_a_rule_can_fire_on_each_of_its_bad_cases(rule):
    needs = needs_of(rule)

    for case in (CASES / rule["id"]).glob("bad-*"):
        # The marks themselves hold words of the rule's name.
        text = re.sub(r"(#|//|\{?/\*|<!--)\s*expect:.*", "", case.read_text(encoding="utf-8"))
        assert can_fire(needs, text), case.name


def test_alternatives_need_one_and_conjunctions_need_all():
    rule = {
        "patterns": [
            {"pattern-either": [{"pattern": "a.b(...)"}, {"pattern": "c($X)"}]},
            {"pattern-inside": "def $F(...): ...\n"},
            {"pattern": "d"},
        ]
    }
    needs = needs_of(rule)

    assert can_fire(needs, "c d")
    assert can_fire(needs, "import a; a.b(d)")
    assert not can_fire(needs, "a d")
    assert not can_fire(needs, "c a b")


def test_an_attribute_out_of_a_list_is_one_of_its_words():
    patterns = [
        {"pattern-either": [{"pattern": "a.$X"}, {"pattern": "$O.a.$X"}]},
        {"metavariable-regex": {"metavariable": "$X", "regex": "^(b|c)$"}},
    ]
    rule = {
        "mode": "taint",
        "pattern-sources": [{"patterns": patterns}],
        "pattern-sinks": [{"pattern": "a"}],
    }

    for needs in (needs_of({"patterns": patterns}), needs_of(rule)):
        assert can_fire(needs, "a b")
        assert can_fire(needs, "c a")
        assert not can_fire(needs, "a d")
        assert not can_fire(needs, "b c")


def test_a_pattern_about_a_metavariable_is_needed_unless_it_is_of_another_language():
    about = {"metavariable": "$X", "patterns": [{"pattern": "a()"}, {"pattern-not": "b()"}]}
    rule = {"patterns": [{"pattern": "$Y = $X"}, {"metavariable-pattern": about}]}

    assert needs_of(rule) == ((frozenset("a"),),)
    about["language"] = "regex"
    assert needs_of(rule) == ()


@pytest.mark.parametrize(
    ("pattern", "regex"),
    [
        pytest.param("$X.a", "^(b|c)$", id="an-expression-of-any-form"),
        pytest.param("f($X)", "^(b|c)$", id="an-argument"),
        pytest.param("'y.$X'", "^(b|c)$", id="in-a-text"),
        pytest.param("y.$X", "(b|c)$", id="open-at-the-start"),
        pytest.param("y.$X", "^(b|c)", id="open-at-the-end"),
        pytest.param("y.$X", "^(b|c.*)$", id="no-list"),
        pytest.param("y.$X", "(?i)^(b|c)$", id="whatever-the-case"),
    ],
)
def test_other_expressions_about_names_ask_for_no_word(pattern, regex):
    about = {"metavariable-regex": {"metavariable": "$X", "regex": regex}}
    needs = needs_of({"patterns": [{"pattern": pattern}, about]})

    assert can_fire(needs, "a f y")


def test_all_that_an_expression_holds_is_needed():
    about = {"metavariable": "$X", "regex": "(?i)<(pre|div).*%[sd]"}
    needs = needs_of({"patterns": [{"pattern": "$X % $Y"}, {"metavariable-regex": about}]})

    assert can_fire(needs, "x = '<div>' '%s'")
    assert not can_fire(needs, "x = '<div>'")
    assert not can_fire(needs, "x = '%s'")


def test_what_is_tried_is_spelt():
    needs = needs_of({"pattern": "try:\n  ...\nexcept $E:\n  return True\n"})

    assert can_fire(needs, "try:\n  x\nexcept y as z:\n  return w\n")
    assert not can_fire(needs, "with x:\n  return True\n")


def test_an_alternative_without_a_name_lets_the_rule_fire_anywhere():
    assert needs_of({"pattern-either": [{"pattern": "a()"}, {"pattern": "$X == $Y"}]}) == ()
    assert needs_of({"pattern-regex": "[a-z]+"}) == ()


def test_what_is_excluded_is_not_needed():
    assert needs_of({"patterns": [{"pattern": "a()"}, {"pattern-not": "b()"}]}) == (
        (frozenset("a"),),
    )


def test_words_of_the_language_and_texts_that_stand_for_others_are_not_needed():
    pattern = "if x.y('sub.$MOD', '...mod', f'{mod}') is True: return `t`"
    assert needs_of({"pattern": pattern}) == ((frozenset("xy"),),)


def test_of_a_text_the_longest_word_is_needed_in_any_case():
    assert needs_of({"pattern": "x('Sub.module')"}) == ((frozenset(["x", "~module"]),),)


def test_a_taint_rule_needs_a_source_and_a_sink():
    rule = {
        "mode": "taint",
        "pattern-sources": [{"pattern": "s()"}],
        "pattern-sinks": [{"pattern": "t()"}],
        "pattern-sanitizers": [{"pattern": "z()"}],
    }
    needs = needs_of(rule)

    assert can_fire(needs, "s t")
    assert not can_fire(needs, "s z")
    assert not can_fire(needs, "t z")


@pytest.mark.slow
def test_a_narrowed_scan_of_all_cases_finds_what_a_full_one_finds(tmp_path):
    cases = [case for case in sorted(CASES.glob("*/*")) if case.suffix in _KINDS]
    units = []
    for number, case in enumerate(cases):
        name = f"{number:06}{case.suffix}"
        (tmp_path / name).write_bytes(case.read_bytes())
        text = case.read_text(encoding="utf-8")
        units.append(
            Unit(f"{number}", Entry(name, "100644", ""), _KINDS[case.suffix], text=text, file=name)
        )
    (tmp_path / "own").mkdir()
    target = Target(
        units=tuple(units),
        paths=frozenset(),
        scratch=str(tmp_path / "own"),
        exported=str(tmp_path),
        packs=str(ROOT / "policies"),
        jobs=2,
    )
    every = frozenset(_rules())

    narrowed = set(semgrep.SCANNER.scan(target))
    tables = {
        name: Table(_semgrep._read(target.packs, f"{name}-needs")) for name in _semgrep._PACKS
    }
    chosen = dict.fromkeys((unit.id for unit in units), every)
    full = set(_semgrep._run(target, tuple(units), tables, chosen))

    assert all(isinstance(item, Sighting) for item in full)
    assert narrowed == full
