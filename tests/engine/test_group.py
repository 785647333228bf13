"""Findings of several rules about one place are brought together, and none is lost."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from aigate.domain.finding import Finding
from aigate.domain.place import Location
from aigate.domain.severity import Severity
from aigate.engine.group import group
from tests.engine.conftest import finding


def at(line: int, end: int = 0, path: str = "a.py", cell: int = 0) -> Location:
    return Location(path, line, 1, end or line, 9, cell)


def one(rule: str, where: Location, severity: Severity = Severity.HIGH, cwe: int = 78) -> Finding:
    return finding(rule=rule, at=where, severity=severity, cwe=(cwe,), fingerprint=rule * 8)


def test_rules_that_mean_one_place_share_a_group_named_after_the_worst() -> None:
    low, worst = one("a", at(3), Severity.LOW), one("b", at(2, 4), Severity.CRITICAL)
    grouped = group([low, worst])
    assert [f.group for f in grouped] == ["bbbbbbbb:1", "bbbbbbbb:1"]
    assert [replace(f, group="") for f in grouped] == [low, worst]


def test_what_does_not_mean_the_same_has_no_group() -> None:
    first = one("a", at(3))
    for other in (
        one("a", at(3)),
        one("b", at(4)),
        one("b", at(3), cwe=79),
        one("b", at(3, path="b.py")),
        one("b", at(3, cell=1)),
    ):
        assert {f.group for f in group([first, other])} == {""}


def test_thousands_of_findings_on_one_line_are_grouped_in_no_time() -> None:
    many = [one(f"r{n % 7}", at(1)) for n in range(1_000)]
    assert len({f.group for f in group(many)}) == 1


rows = st.lists(
    st.builds(
        one,
        st.sampled_from("abc"),
        st.builds(at, st.integers(1, 4), st.integers(4, 6)),
        st.sampled_from(Severity),
        st.sampled_from([78, 89]),
    ),
    max_size=8,
)


@given(rows)
def test_grouping_drops_and_changes_nothing_and_the_worst_gives_the_name(
    findings: list[Finding],
) -> None:
    grouped = group(findings)
    assert [replace(f, group="") for f in grouped] == findings
    for name in {f.group for f in grouped} - {""}:
        members = [f for f in grouped if f.group == name]
        worst = max(f.severity for f in members)
        assert len(members) > 1
        assert name in {f"{f.fingerprint}:1" for f in members if f.severity == worst}
