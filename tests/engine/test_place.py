"""What makes a finding the same finding, and that no secret is in one."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aigate.domain.finding import Finding, Sighting
from aigate.domain.place import WHOLE, Span
from aigate.domain.severity import Severity
from aigate.domain.tree import Entry, Kind, Unit
from aigate.engine.place import Placed, _without_word, place, unplaced
from tests.engine.conftest import placed, rule, unit

TEXT = """\
import subprocess

def first(name):
    return name

def second(name):
    subprocess.run(name, shell=True)
    return 1
"""


def only(findings: tuple[Finding, ...]) -> Finding:
    (one,) = findings
    return one


EDITS = {
    "lines above": (lambda t: "# a\n\n# b\n" + t, True),
    "lines below": (lambda t: t + "\n\nx = 1\n", True),
    "another function edited": (lambda t: t.replace("return name", "return name * 2"), True),
    "another function reformatted": (
        lambda t: t.replace("    return name", "\treturn  name"),
        True,
    ),
    "another function renamed": (lambda t: t.replace("first", "other"), True),
    "trailing blanks": (lambda t: t.replace("shell=True)", "shell=True)  "), False),
    "the enclosing function renamed": (lambda t: t.replace("second", "third"), False),
    "the enclosing function edited": (lambda t: t.replace("return 1", "return 2"), False),
    "the enclosing function nested": (
        lambda t: t.replace("def second", "class A:\n  def second").replace("    s", "      s"),
        False,
    ),
}


@pytest.mark.parametrize("name", EDITS)
def test_a_fingerprint_survives_edits_elsewhere(name: str) -> None:
    edit, same_context = EDITS[name]
    before, after = only(placed(TEXT)), only(placed(edit(TEXT)))
    assert edit(TEXT) != TEXT
    assert after.fingerprint == before.fingerprint
    if same_context:
        assert (after.context, after.scope) == (before.context, before.scope)


def test_trailing_blanks_do_not_change_the_surroundings() -> None:
    assert only(placed(TEXT.replace("\n", "  \n"))).context == only(placed(TEXT)).context


def test_an_edit_of_the_enclosing_function_changes_the_surroundings() -> None:
    edited = only(placed(TEXT.replace("return 1", "return 2")))
    assert edited.context != only(placed(TEXT)).context


def test_without_a_definition_ten_lines_on_each_side_count() -> None:
    def text(far: str, near: str) -> str:
        return f"{far}\n" + "#\n" * 9 + f"{near}\nf(shell=True)\n" + "#\n" * 20

    one = only(placed(text("a", "a"))).context
    assert only(placed(text("b", "a"))).context == one
    assert only(placed(text("a", "b"))).context != one


@pytest.mark.parametrize(
    "other",
    [
        only(placed(TEXT, rules=(rule("other"),))),
        only(placed(TEXT, path="src/other.py")),
        only(placed(TEXT.replace("shell=True", "shell=1"), pattern="shell=1")),
        only(placed(TEXT, pattern=r"name, shell=True")),
    ],
)
def test_a_fingerprint_differs_by_rule_path_and_match(other: Finding) -> None:
    assert other.fingerprint != only(placed(TEXT)).fingerprint


def test_paths_that_only_differ_in_bytes_that_are_no_text_differ() -> None:
    prints = {only(placed(TEXT, path=p)).fingerprint for p in ("a\udcff.py", "a\udcfe.py", "a?.py")}
    assert len(prints) == 3


def test_identical_matches_are_numbered_in_order() -> None:
    found = placed("f(shell=True)\n" * 3)
    assert [(f.occurrence, f.at.line) for f in found] == [(1, 1), (2, 2), (3, 3)]
    assert len({f.fingerprint for f in found}) == 1


def test_identical_sightings_count_once_and_their_order_does_not_matter() -> None:
    one = unit(TEXT)
    sightings = [
        Sighting(rule=name, unit="1", span=Span(line, 5, line, 9), message="m")
        for name in ("a", "b")
        for line in (1, 4, 7)
    ]
    once = place(sightings, {"1": one}, {})
    assert place([*reversed(sightings), *sightings], {"1": one}, {}) == once
    assert len(once) == 6


def test_a_rule_that_nobody_knows_counts_as_the_worst() -> None:
    found = place([Sighting(rule="x/y", unit="1", span=WHOLE, message="m")], {"1": unit(TEXT)}, {})
    assert (only(found).severity, only(found).scanner) == (Severity.CRITICAL, "x")


def test_a_finding_about_a_file_changes_with_its_content() -> None:
    def of(blob: str) -> Finding:
        one = Unit("1", Entry("a.so", "100755", blob), Kind.BINARY)
        return only(place([Sighting(rule="r", unit="1", span=WHOLE, message="m")], {"1": one}, {}))

    assert of("a").fingerprint == of("a").fingerprint != of("b").fingerprint
    assert of("a").snippet == ()


# Secrets

PASSWORD = "hunter2" + "-x9"
PASSWORD_RULE = rule("bandit/B105", scanner="bandit", cwe=(259,))


def shown(findings: tuple[Finding, ...]) -> str:
    return "\n".join(
        f"{f.message}\n{f.title}\n{f.scope}\n" + "\n".join(f.snippet) for f in findings
    )


@pytest.mark.parametrize("secret", [True, False])
@pytest.mark.parametrize(
    "text",
    [
        f'password = "{PASSWORD}"\n',
        f"password = '''{PASSWORD}'''\n",
        f'password = """first\n{PASSWORD}\nlast"""\n',
        f'f(password="{PASSWORD}", shell=True)\n',
    ],
)
def test_a_secret_is_in_no_finding_of_its_unit(text: str, secret: bool) -> None:  # noqa: FBT001 - a parameter
    one = unit(text + f"log('{PASSWORD}', shell=True)\n")
    lines = one.text.split("\n")
    span = Span(1, 1, len(lines) - 2, len(lines[-3]) + 1)
    if secret:
        line = next(i for i, line in enumerate(lines, 1) if PASSWORD in line)
        column = lines[line - 1].index(PASSWORD) + 1
        span = Span(line, column, line, column + len(PASSWORD))
    message = f"Possible hardcoded password: '{PASSWORD}'"
    sightings = [
        Sighting(rule="bandit/B105", unit="1", span=span, message=message, secret=secret),
        Sighting(
            rule="shell", unit="1", span=Span(len(lines) - 1, 1, len(lines) - 1, 9), message=message
        ),
        Sighting(rule="shell", unit="1", span=Span(1, 1, len(lines) - 2, 30), message=message),
    ]
    found = place(sightings, {"1": one}, {"bandit/B105": PASSWORD_RULE, "shell": rule()})
    assert len(found) == 3
    assert PASSWORD not in shown(found)


@pytest.mark.parametrize("quoted", ["hunter2-x9", 'it\'s "that"', "tab\there", "two\nlines"])
def test_what_a_scanner_quotes_of_a_secret_is_masked_however_it_is_spelled(quoted: str) -> None:
    # the text spells it with escapes, so it cannot be found in the message
    text = 'password = "\\x68unter2"\n'
    message = f"Possible hardcoded password: '{quoted}'"
    (found,) = placed(text, '".*"', rules=(PASSWORD_RULE,), message=message)
    assert quoted not in found.message
    assert found.message.startswith("Possible hardcoded password: '*")


def test_secrets_that_overlap_are_both_masked_whole() -> None:
    one = unit("abcdefghi\nx = 'abcdefghi'\n")
    sightings = [
        Sighting(rule="r", unit="1", span=Span(1, 1, 1, 7), message="m", secret=True),
        Sighting(rule="r", unit="1", span=Span(1, 4, 1, 10), message="m", secret=True),
        Sighting(rule="s", unit="1", span=Span(2, 1, 2, 16), message="abcdefghi"),
    ]
    found = place(sightings, {"1": one}, {})
    assert [f.snippet for f in found] == [("*********",), ("*********",), ("x = '*********'",)]
    assert found[2].message == "*********"


@pytest.mark.parametrize("secret", [True, False])
def test_no_digest_lets_a_weak_secret_be_found_by_trying(secret: bool) -> None:  # noqa: FBT001 - a parameter
    text = f'password = "{PASSWORD}"'
    one = unit(text)
    sightings = [
        Sighting(rule="bandit/B105", unit="1", span=Span(1, 12, 1, 24), message="m", secret=secret),
        Sighting(rule="shell", unit="1", span=Span(1, 1, 1, 24), message="m"),
        Sighting(rule="shell", unit="1", span=Span(1, 1, 1, 9), message="m"),
    ]
    found = place(sightings, {"1": one}, {"bandit/B105": PASSWORD_RULE, "shell": rule()})
    guesses = {
        hashlib.sha256(guess.encode()).hexdigest()
        for guess in (text, text[11:23], text[12:22], text + "\n")
    }
    assert not guesses & {d for f in found for d in (f.match, f.context)}


BEFORE, AFTER = "not allowed(name)", "False and len(10)"


@pytest.mark.parametrize("of_secret", [True, False], ids=["secret", "password"])
def test_c_122_code_that_is_called_a_secret_still_changes_its_surroundings(of_secret) -> None:
    def only_call(code: str) -> Finding:
        text = f'password = "{code}"\ndef f(name):\n    if {code}:\n        run(name)\n'
        end = len(code) + 13
        sightings = [
            Sighting(
                rule="bandit/B105",
                unit="1",
                span=Span(1, 13, 1, end) if of_secret else Span(1, 12, 1, end + 1),
                message="m",
                secret=of_secret,
            ),
            Sighting(rule="shell", unit="1", span=Span(4, 9, 4, 18), message="m"),
        ]
        catalogue = {"bandit/B105": PASSWORD_RULE, "shell": rule()}
        return next(f for f in place(sightings, {"1": unit(text)}, catalogue) if f.scope)

    before, after = only_call(BEFORE), only_call(AFTER)

    assert len(BEFORE) == len(AFTER)
    assert before.fingerprint == after.fingerprint
    assert before.context != after.context
    assert before.body != after.body


def test_the_same_secret_has_another_digest_in_another_file() -> None:
    one, other = (placed("x = 'abc'", "abc", path=p, secret=True)[0].match for p in ("a", "b"))
    assert one != other


@given(
    st.text(alphabet="ab'\"\\\n ", max_size=40),
    st.text(alphabet="ab'\"\\\n", min_size=3, max_size=9),
)
def test_a_marked_secret_is_never_shown(around: str, secret: str) -> None:
    text = f"{around}{secret}{around}"
    lines = text[: len(around)].split("\n"), text[: len(around) + len(secret)].split("\n")
    span = Span(len(lines[0]), len(lines[0][-1]) + 1, len(lines[1]), len(lines[1][-1]) + 1)
    sightings = [
        Sighting(rule="r", unit="1", span=span, message=f"saw {secret}", secret=True),
        Sighting(rule="s", unit="1", span=Span(1, 1, text.count("\n") + 1, 99), message=text),
    ]
    found = place(sightings, {"1": unit(text)}, {})
    for part in secret.split("\n"):
        if len(part) >= 3:
            assert part not in shown(found)


@given(
    st.lists(st.sampled_from(["get", "_", " ", "(", "1", "é", "\u0301", "℘", "g", "\n", "x"])),
    st.sampled_from(["get", "g", "_g", "℘x", "é", "e\u0301", "gg"]),
)
def test_a_word_is_taken_out_as_an_expression_would(pieces: list[str], word: str) -> None:
    text = "".join(pieces)

    assert _without_word(text, word) == re.sub(rf"\b{word}\b", "", text, count=1)


def test_findings_that_are_made_in_steps_are_those_that_are_made_at_once() -> None:
    texts = {"1": "x = 1\nx = 1\n", "2": "x = 1\ny = 2\n", "3": "y = 2\n"}
    units = {name: replace(unit(text), id=name) for name, text in texts.items()}
    rules = {one: rule(one) for one in ("shell", "other")}
    early = [Sighting(rule="shell", unit=n, span=Span(1, 1, 1, 2), message="m") for n in "123"]
    late = [
        Sighting(rule="shell", unit="1", span=Span(2, 1, 2, 2), message="m"),
        Sighting(rule="other", unit="2", span=Span(2, 1, 2, 2), message="m"),
    ]
    whole = place([*early, *late], units, rules)
    known: Placed = {}
    first = place(early, units, rules, placed=known)

    assert unplaced([*early, *late], units, known) == {"1", "2"}
    assert place([*early, *late], units, rules, placed=known) == whole
    assert [finding.occurrence for finding in first] == [1, 2, 1]
    # What another tree has under the same id is another unit.
    others = {
        name: replace(one, entry=replace(one.entry, path="b.py")) for name, one in units.items()
    }
    assert place(early, others, rules, placed=known) == place(early, others, rules)
