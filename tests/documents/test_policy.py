"""The policy language."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aigate.documents.policy import find_policy, read_policy
from aigate.domain.finding import Action
from aigate.domain.policy import (
    AcceptanceLimit,
    Assurance,
    Exclusion,
    Mode,
    Policy,
    SeatRule,
    Source,
)
from aigate.domain.severity import Severity
from aigate.errors import DocumentError
from aigate.requirements.finding import REQUIREMENT, FindingRequirement, Match

TOP = ".aigate/policy.yaml"
HEAD = "version: 1\nname: ours\n"
ONE = "requirements:\n  - {id: one, match: {severity: high}, action: joint}\n"


def policy(text: str, **others: str) -> Policy:
    files = {TOP: text} | {f".aigate/{name}.yaml": other for name, other in others.items()}
    return read_from(files)


def read_from(files: dict[str, str], top: str = TOP) -> Policy:
    def load(ref: str) -> bytes | None:
        return files[ref].encode() if ref in files else None

    return read_policy(top, load, [REQUIREMENT])


def mistakes(text: str, **others: str) -> list[str]:
    with pytest.raises(DocumentError) as caught:
        policy(text, **others)
    return caught.value.message.split("\n")


def test_a_policy_with_everything_is_read() -> None:
    found = policy(
        """\
version: 1
name: ours
description: what we want
mode: advisory
min-gate-version: "1.2"
protected-branches: [main, release/*]
scope:
  exclude:
    - paths: vendor/**
      reason: not ours
scanners: {required: [semgrep]}
rules: [rules/own.yaml]
requirements:
  - id: sql
    match:
      rule: python-sql-*
      scanner: semgrep
      severity: [high, critical]
      cwe: [89, CWE-564]
      path: src/**
      status: new
      origin: [ai, mixed]
      initiative: chat
      agent: codex
      grade: signed
    unless: {path: src/old/**}
    action: forbid
    fix-within: 1 day
    reason: it was one once
owners:
  developer: "@dev"
  security: "@sec"
  paths:
    - {paths: web/**, severity: high, developer: "@web"}
acceptance:
  - {severity: high, longest: 30 days, assurance: signed}
"""
    )

    assert found.requirements[0].unless == Match(path=("src/old/**",))
    assert found.requirements[0].match.cwe == (89, 564)
    assert found.requirements[0].fix_within == 1
    assert found.mode is Mode.ADVISORY
    assert found.min_gate_version == "1.2"
    assert found.protected_branches == ("main", "release/*")
    assert found.exclusions == (Exclusion(paths=("vendor/**",), reason="not ours"),)
    assert found.required_scanners == ("semgrep",)
    assert found.rule_files == (".aigate/rules/own.yaml",)
    assert found.seats == (
        SeatRule(developer="@dev", security="@sec"),
        SeatRule(paths=("web/**",), severities=(Severity.HIGH,), developer="@web"),
    )
    assert found.acceptance == (
        AcceptanceLimit(severity=Severity.HIGH, longest=30, assurance=Assurance.SIGNED),
    )
    assert found.sources == (("sql", Source(TOP, 14)),)


WRONG = {
    "C-086-no-as-text": (
        HEAD + "description: no\n" + ONE,
        "3:14: YAML reads `no` as yes or no: write it in quotes",
    ),
    "C-086-octal-days": (
        HEAD + "requirements:\n  - {id: a, action: joint, fix-within: 012}\n",
        "4:40: YAML reads `012` as a number: write it in quotes",
    ),
    "C-086-sexagesimal": (
        HEAD + "scanners: {required: [1:30]}\n" + ONE,
        "3:23: YAML reads `1:30` as a number: write it in quotes",
    ),
    "C-086-exponent-version": ("version: 1e3\nname: a\n" + ONE, "1:10: expected a number such"),
    "C-086-quoted-number": ('version: "1"\nname: a\n' + ONE, "1:10: expected a number such as `1`"),
    "C-086-yes-as-floor": (HEAD + "floor: yes\n" + ONE, "3:8: expected `true` or `false`"),
    "C-086-number-as-version-text": (
        HEAD + "min-gate-version: 1.10\n" + ONE,
        "3:19: YAML reads `1.10` as a number: write it in quotes",
    ),
    "C-086-equals": (HEAD + "description: =\n" + ONE, "3:14: YAML reads `=` as a default value"),
    "C-086-nothing": (HEAD + "description:\n" + ONE, "expected a text, found nothing"),
    "C-087-unknown-field": (
        HEAD + "requirments: []\n",
        "3:1: unknown field `requirments` (did you mean `requirements`?)",
    ),
    "C-087-case": (HEAD + "Extends: a\n", "unknown field `Extends` (did you mean `extends`?)"),
    "C-087-underscore": (
        HEAD + "protected_branches: [main]\n",
        "(did you mean `protected-branches`?)",
    ),
    "C-087-look-alike": (
        HEAD + "m\u043ede: advisory\n",
        "3:1: unknown field `m\\u043ede` (did you mean `mode`?)",
    ),
    "C-089-expression": (
        HEAD + "requirements:\n  - {id: a, match: {path: '{a,b}'}, action: joint}\n",
        "4:27: `{a,b}`: a pattern has no braces",
    ),
    "C-090-parent-folder": (HEAD + "extends: ../../../../etc/passwd\n", "3:10: `../../"),
    "C-090-absolute": (
        HEAD + "extends: /etc/passwd\n",
        "is no path relative to this file's folder",
    ),
    "C-090-url": (HEAD + "extends: file:///etc/passwd\n", "is no path relative to this"),
    "C-090-https": (HEAD + "extends: https://example.org/p.yaml\n", "is no path relative to"),
    "C-090-home": (HEAD + "extends: ~/p.yaml\n", "is no path relative to this file's folder"),
    "C-090-backslash": (HEAD + "extends: a\\b.yaml\n", "is no path relative to this file's folder"),
    "C-090-inside-out": (HEAD + "extends: a/../../b.yaml\n", "no `.` and no `..`"),
    "C-090-pack-escape": (HEAD + "extends: aigate:../../etc/passwd\n", "is no name of a pack"),
    "C-090-link-or-missing": (HEAD + "extends: gone.yaml\n", "links are not followed"),
    "C-090-rules": (HEAD + ONE + "rules: [../own.yaml]\n", "no `.` and no `..`"),
    "C-091-same-file-by-two-names": (HEAD + "extends: ./policy.yaml\n", "no `.` and no `..`"),
    "C-091-itself": (HEAD + "extends: policy.yaml\n" + ONE, "3:10: this extends itself"),
    "unknown-pack": (HEAD + "extends: aigate:defualt\n", "there is no pack `aigate:defualt`"),
    "choice": (
        HEAD + "requirements:\n  - {id: a, match: {severity: hihg}, action: joint}\n",
        "4:31: `hihg` is not one of the choices (did you mean `high`?)",
    ),
    "choices": (HEAD + "mode: off\n" + ONE, "(choose from `advisory`, `enforce`)"),
    "missing": (HEAD + "requirements:\n  - {id: a}\n", "4:5: the field `action` is missing"),
    "kind": (
        HEAD + "requirements:\n  - {id: a, kind: findng, action: note}\n",
        "4:19: unknown kind `findng` (did you mean `finding`?)",
    ),
    "same-id": (
        HEAD + ONE + "  - {id: one, action: note}\n",
        "5:6: `one` is given twice (first in line 4)",
    ),
    "empty-list": (HEAD + "requirements: []\n", "3:15: an empty list says nothing"),
    "empty-match": (
        HEAD + "requirements:\n  - {id: a, match: {}, action: note}\n",
        "4:20: expected fields, found none",
    ),
    "text-for-fields": (HEAD + "owners: me\n" + ONE, "3:9: expected fields (`name: value`)"),
    "fields-for-list": (HEAD + "requirements: {a: b}\n", "3:15: expected a list, found fields"),
    "list-for-text": (HEAD + "description: [a]\n" + ONE, "expected a text, found a list"),
    "days": (
        HEAD + "requirements:\n  - {id: a, action: joint, fix-within: 2 weeks}\n",
        "4:40: `2 weeks` is no number of days (write for example `7 days`)",
    ),
    "cwe": (
        HEAD + "requirements:\n  - {id: a, match: {cwe: CWE-0}, action: joint}\n",
        "4:26: `CWE-0` is no weakness",
    ),
    "reason-missing": (
        HEAD + "scope: {exclude: [{paths: [a]}]}\n" + ONE,
        "3:19: the field `reason` is missing",
    ),
    "version": ("version: 2\nname: a\n" + ONE, "1:1: this gate knows version 1"),
    "nothing-asked": (HEAD, "1:1: no requirement at all"),
    "no-mapping": ("- a\n", "1:1: expected fields (`name: value`), found a list"),
}


@pytest.mark.parametrize(("text", "told"), WRONG.values(), ids=WRONG)
def test_a_mistake_is_told_at_its_place(text: str, told: str) -> None:
    assert any(f"{TOP}:" in line and told in line for line in mistakes(text)), mistakes(text)


def test_every_mistake_in_every_file_is_told_at_once() -> None:
    told = mistakes(
        HEAD + "extends: base.yaml\nmood: x\nrequirements:\n  - {id: A, action: jont}\n",
        base="version: 1\nname: no\nrequirements:\n  - {id: b, action: warn, unless: {origin: a}}\n",
    )

    assert [line.partition(" ")[0] for line in told] == [
        f"{TOP}:4:1:",
        f"{TOP}:6:10:",
        f"{TOP}:6:21:",
        ".aigate/base.yaml:2:7:",
        ".aigate/base.yaml:4:44:",
    ]


def test_mistakes_cannot_make_reading_slow() -> None:
    text = HEAD + "".join(f"requirment{i:05}: x\n" for i in range(3000))
    start = time.perf_counter()

    assert "further mistakes are not shown" in mistakes(text)[-1]
    assert time.perf_counter() - start < 1


# What extends what.


def test_a_child_replaces_a_requirement_of_the_same_id() -> None:
    found = policy(
        HEAD + "extends: base.yaml\nrequirements:\n  - {id: one, action: warn}\n",
        base="version: 1\nname: base\n" + ONE + "  - {id: two, action: note}\n",
    )

    assert [(r.id, r.action) for r in found.requirements] == [
        ("two", Action.NOTE),
        ("one", Action.WARN),
    ]
    assert dict(found.sources) == {"two": Source(".aigate/base.yaml", 5), "one": Source(TOP, 5)}


FLOOR = (
    "version: 1\nname: base\nfloor: true\nprotected-branches: [main]\nmin-gate-version: '1.2'\n"
    "scanners: {required: [semgrep, bandit]}\nacceptance:\n"
    "  - {severity: high, longest: 30 days, assurance: signed}\n" + ONE
)
LOOSER = {
    "mode": "mode: advisory\n",
    "exclusion": "scope: {exclude: [{paths: a, reason: b}]}\n",
    "gate": "min-gate-version: '1.1.9'\n",
    "scanners": "scanners: {required: [semgrep]}\n",
    "branches": "protected-branches: [dev]\n",
    "longer": "acceptance: [{severity: high, longest: 31 days, assurance: signed}]\n",
    "weaker": "acceptance: [{severity: high, longest: 9 days, assurance: note}]\n",
}


@pytest.mark.parametrize("field", LOOSER.values(), ids=[f"C-091-{name}" for name in LOOSER])
def test_nothing_loosens_a_floor(field: str) -> None:
    (told,) = mistakes(HEAD + "extends: base.yaml\n" + field, base=FLOOR)

    assert told.startswith(f"{TOP}:4:1: ")
    assert told.endswith("would loosen `.aigate/base.yaml`, which is a floor")


@pytest.mark.parametrize("field", LOOSER.values(), ids=[f"C-091-{name}" for name in LOOSER])
@pytest.mark.parametrize("order", ["[base.yaml, mate.yaml]", "[mate.yaml, base.yaml]"])
def test_nor_does_what_is_extended_beside_it(field: str, order: str) -> None:
    (told,) = mistakes(
        f"{HEAD}extends: {order}\n", base=FLOOR, mate="version: 1\nname: mate\n" + field
    )

    assert told.startswith(".aigate/mate.yaml:3:1: ")


@pytest.mark.parametrize("field", LOOSER.values(), ids=[f"C-091-{name}" for name in LOOSER])
def test_nor_does_a_grandchild_or_a_floor_below_it(field: str) -> None:
    assert mistakes(
        HEAD + "extends: middle.yaml\nfloor: true\n" + field,
        base=FLOOR,
        middle="version: 1\nname: middle\nextends: base.yaml\n",
    )


def test_a_floor_keeps_its_requirements_beside_those_of_a_child() -> None:
    found = policy(
        HEAD + "extends: base.yaml\nrequirements:\n  - {id: one, action: note}\n", base=FLOOR
    )

    assert [(r.id, r.action) for r in found.requirements] == [
        ("one", Action.JOINT),
        ("one", Action.NOTE),
    ]


def test_a_floor_holds_what_it_extends_itself() -> None:
    found = policy(
        HEAD + "extends: floor.yaml\nrequirements:\n  - {id: one, action: note}\n",
        floor="version: 1\nname: floor\nfloor: true\nextends: base.yaml\n",
        base="version: 1\nname: base\n" + ONE,
    )

    assert max(r.action for r in found.requirements) is Action.JOINT


def test_a_floor_can_be_tightened() -> None:
    found = policy(
        HEAD
        + "extends: base.yaml\nmin-gate-version: '2.0'\nprotected-branches: [dev, main]\n"
        + "scanners: {required: [bandit, semgrep, secrets]}\n"
        + "acceptance: [{severity: high, longest: 9 days, assurance: signed-touch}]\n",
        base=FLOOR,
    )

    assert found.min_gate_version == "2.0"
    assert found.protected_branches == ("dev", "main")
    assert found.required_scanners == ("bandit", "semgrep", "secrets")
    assert found.acceptance[0].longest == 9


LOCKS = "version: 1\nname: base\nscanners: {locked: [semgrep==1.2, bandit==1.9]}\n" + ONE


def test_versions_of_scanners_are_locked_one_by_one_c_147() -> None:
    found = policy(HEAD + "extends: base.yaml\nscanners: {locked: semgrep==1.3}\n", base=LOCKS)

    assert found.locked_scanners == (("bandit", "1.9"), ("semgrep", "1.3"))


def test_a_floor_holds_its_versions_and_what_it_requires() -> None:
    floor = LOCKS.replace("scanners: {", "floor: true\nscanners: {required: [bandit], ")
    found = policy(
        HEAD + "extends: base.yaml\nscanners: {locked: [secrets==1, bandit==1.9]}\n", base=floor
    )
    assert found.locked_scanners == (("bandit", "1.9"), ("secrets", "1"), ("semgrep", "1.2"))
    assert found.required_scanners == ("bandit",)

    (told,) = mistakes(HEAD + "extends: base.yaml\nscanners: {locked: semgrep==1.3}\n", base=floor)
    assert "another version of `semgrep` would loosen" in told


@pytest.mark.parametrize("lock", ["semgrep", "semgrep=1.2", "semgrep==", "semgrep>=1", "==1"])
def test_a_lock_names_a_scanner_and_one_version(lock: str) -> None:
    (told,) = mistakes(HEAD + f"scanners: {{locked: ['{lock}']}}\n" + ONE)

    assert "is no scanner with its version (write for example `semgrep==1.182.0`)" in told


def test_of_two_floors_the_stricter_counts() -> None:
    other = FLOOR.replace("[semgrep, bandit]", "[secrets]").replace("30 days", "9 days")
    found = policy(
        HEAD + "extends: [base.yaml, other.yaml]\n",
        base=FLOOR,
        other=other.replace("assurance: signed", "assurance: note").replace("'1.2'", "'1.1'"),
    )

    assert set(found.required_scanners) == {"semgrep", "bandit", "secrets"}
    assert found.acceptance[0].longest == 9
    assert found.acceptance[0].assurance is Assurance.SIGNED
    assert found.min_gate_version == "1.2"


def test_cycles_are_told_as_a_path() -> None:
    told = mistakes(
        HEAD + "extends: a.yaml\n" + ONE,
        a="version: 1\nname: a\nextends: b.yaml\n",
        b="version: 1\nname: b\nextends: a.yaml\n",
    )

    assert told == [
        ".aigate/b.yaml:3:10: this extends itself: .aigate/a.yaml -> .aigate/b.yaml -> .aigate/a.yaml"
    ]


def test_a_diamond_reads_the_shared_file_once() -> None:
    read = []
    files = {
        TOP: HEAD + "extends: [a.yaml, b.yaml]\n",
        ".aigate/a.yaml": "version: 1\nname: a\nextends: c.yaml\n",
        ".aigate/b.yaml": "version: 1\nname: b\nextends: c.yaml\n",
        ".aigate/c.yaml": "version: 1\nname: c\n" + ONE,
    }

    def load(ref: str) -> bytes | None:
        read.append(ref)
        return files[ref].encode()

    found = read_policy(TOP, load, [REQUIREMENT])
    assert sorted(read) == sorted(files)
    assert [r.id for r in found.requirements] == ["one"]


def _chain(length: int) -> dict[str, str]:
    files = {
        f".aigate/{i}.yaml": f"version: 1\nname: link\nextends: {i + 1}.yaml\n"
        for i in range(length)
    }
    files[f".aigate/{length}.yaml"] = "version: 1\nname: link\n" + ONE
    return files


def test_eight_levels_are_read_and_a_thousand_refused() -> None:
    assert read_from(_chain(8), ".aigate/0.yaml").requirements
    with pytest.raises(DocumentError, match="more than 8 levels"):
        read_from(_chain(1000), ".aigate/0.yaml")


def test_a_crowd_of_files_is_refused() -> None:
    names = ", ".join(f"p{i}.yaml" for i in range(100))
    others = {f"p{i}": f"version: 1\nname: p{i}\n" + ONE for i in range(100)}

    assert "more than 32 files" in mistakes(f"{HEAD}extends: [{names}]\n", **others)[0]


def test_many_large_files_are_refused() -> None:
    names = ", ".join(f"p{i}.yaml" for i in range(10))
    others = {f"p{i}": f"version: 1\nname: p{i}\n{ONE}#{'x' * 60_000}\n" for i in range(10)}

    assert "larger than 256 KiB" in mistakes(f"{HEAD}extends: [{names}]\n", **others)[0]


def test_a_pack_cannot_reach_into_a_repository() -> None:
    files = {"aigate:x": HEAD + "extends: policy.yaml\n" + ONE, TOP: HEAD + ONE}

    with pytest.raises(DocumentError, match="a pack can refer to packs only"):
        read_from(files, "aigate:x")


def test_the_digest_covers_every_file_and_its_name() -> None:
    base = "version: 1\nname: base\n" + ONE
    found = {
        policy(HEAD + "extends: base.yaml\n", base=base).digest,
        policy(HEAD + "extends: base.yaml\n", base=base + "# x\n").digest,
        policy(HEAD + "extends: base.yaml\n# x\n", base=base).digest,
        policy(HEAD + "extends: other.yaml\n", other=base).digest,
    }

    assert len(found) == 4
    assert policy(HEAD + ONE).digest == policy(HEAD + ONE).digest


# Where the policy is.


@pytest.mark.parametrize(
    "paths",
    [
        [TOP, ".aigate/policy.yml"],
        [TOP, ".AIGATE/policy.yaml"],
        [TOP, ".aigate/Policy.YAML"],
        [".aigate/policy.yml"],
        [".aigate/policy.json"],
        [".aigate/policy"],
    ],
    ids=lambda paths: "C-010-" + "+".join(paths),
)
def test_two_candidates_for_the_policy_are_refused(paths: list[str]) -> None:
    with pytest.raises(DocumentError, match="and nothing else"):
        find_policy(["a", *paths])


def test_the_policy_is_found_or_absent() -> None:
    assert find_policy([".aigate/policies/x.yaml", TOP]) == TOP
    assert find_policy(["src/.aigate/policy.yaml"]) is None


# Laws.

ids = st.sampled_from(["a", "b", "c"])
actions = st.sampled_from(Action)


def _written(requirements: dict[str, Action]) -> str:
    lines = [
        f"  - {{id: {name}, action: {action.word}}}\n" for name, action in requirements.items()
    ]
    return "requirements:\n" + "".join(lines)


@given(st.dictionaries(ids, actions, min_size=1), st.dictionaries(ids, actions, min_size=1))
def test_no_child_asks_for_less_than_its_floor(
    of_floor: dict[str, Action], of_child: dict[str, Action]
) -> None:
    found = policy(
        HEAD + "extends: base.yaml\n" + _written(of_child),
        base="version: 1\nname: base\nfloor: true\n" + _written(of_floor),
    )

    assert max(r.action for r in found.requirements) >= max(of_floor.values())


def test_requirements_are_decoded_to_their_own_dataclass() -> None:
    (found,) = policy(HEAD + ONE).requirements

    assert found == FindingRequirement(
        id="one", match=Match(severity=(Severity.HIGH,)), action=Action.JOINT
    )
    assert replace(found, action=Action.WARN) != found


def test_only_the_text_of_the_policy_asks_for_advisory_mode() -> None:
    """C-146: there is nothing else to ask with."""
    assert policy(HEAD + ONE).mode is Mode.ENFORCE
    assert policy(HEAD + "mode: advisory\n" + ONE).mode is Mode.ADVISORY


PACK = (Path(__file__).parents[2] / "policies" / "default.yaml").read_text()
SHARDS = [
    ": ",
    "- ",
    "\n",
    "  ",
    "[",
    "]",
    "{",
    "}",
    "'",
    '"',
    "#",
    "no",
    "1",
    ",",
    "\n\n- a",
    "é",
    "\x00",
]


@given(
    st.lists(
        st.tuples(st.integers(0, len(PACK)), st.integers(0, 9), st.sampled_from(SHARDS)),
        min_size=1,
        max_size=4,
    )
)
def test_a_damaged_policy_is_read_or_refused_and_nothing_else(
    damage: list[tuple[int, int, str]],
) -> None:
    text = PACK
    for at, gone, shard in damage:
        text = text[:at] + shard + text[at + gone :]
    try:
        found = policy(text)
    except DocumentError:
        return

    assert found.requirements
