"""New findings are told from existing ones by counting."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aigate.domain.finding import Finding, Status
from aigate.domain.place import Location
from aigate.domain.tree import Kind
from aigate.engine.compare import compare
from tests.engine.conftest import finding, placed

NEW, OLD = Status.NEW, Status.EXISTING
FUNCTION = "def f():\n    run(shell=True)\n"


def statuses(
    head: tuple[Finding, ...], reference: tuple[Finding, ...], *, alike: bool = True
) -> list[Status]:
    return list(compare(head, reference, alike=lambda _finding, _path: alike))


def test_what_the_reference_has_is_existing_wherever_it_moved_in_the_file() -> None:
    assert statuses(placed("# x\n\n" + FUNCTION), placed(FUNCTION)) == [OLD]


def test_a_second_identical_match_is_new() -> None:
    twice = FUNCTION + "    run(shell=True)\n"
    assert sorted(statuses(placed(twice), placed(FUNCTION))) == [OLD, NEW]


def test_of_identical_matches_the_one_whose_surroundings_changed_is_new() -> None:
    second = FUNCTION.replace("f()", "g()")
    assert statuses(placed(second + FUNCTION), placed(FUNCTION)) == [NEW, OLD]
    assert statuses(placed(FUNCTION + second), placed(FUNCTION)) == [OLD, NEW]


def test_a_match_that_is_gone_elsewhere_in_the_file_leaves_room_for_another() -> None:
    assert statuses(placed(FUNCTION.replace("f()", "g()")), placed(FUNCTION)) == [OLD]


def test_another_rule_or_another_text_is_new() -> None:
    (one,) = placed(FUNCTION)
    assert statuses((one,), (finding(fingerprint="0" * 32),)) == [NEW]


@pytest.mark.parametrize(("alike", "status"), [(True, OLD), (False, NEW)])
def test_a_renamed_file_keeps_its_findings_unless_the_new_place_costs_more(
    alike: bool,  # noqa: FBT001 - a parameter
    status: Status,
) -> None:
    head, reference = placed(FUNCTION, path="new.py"), placed(FUNCTION, path="old.py")
    assert statuses(head, reference, alike=alike) == [status]


def test_a_renamed_finding_in_other_surroundings_is_new() -> None:
    edited = placed(FUNCTION + "    return 1\n", path="new.py")
    assert statuses(edited, placed(FUNCTION, path="old.py")) == [NEW]


def test_a_copy_is_new_since_the_original_is_still_there() -> None:
    old = placed(FUNCTION, path="old.py")
    assert statuses((*old, *placed(FUNCTION, path="new.py")), old) == [OLD, NEW]


def test_one_lost_file_pays_for_one_new_file_only() -> None:
    head = (*placed(FUNCTION, path="a.py"), *placed(FUNCTION, path="b.py"))
    assert sorted(statuses(head, placed(FUNCTION, path="old.py"))) == [OLD, NEW]


def _made(rows: list[tuple[int, int, int]]) -> tuple[Finding, ...]:
    return tuple(
        finding(
            at=Location(f"{path}.py", line, 1, line, 2),
            fingerprint=f"{path}:{match}",
            match=str(match),
            context=str(context),
        )
        for line, (path, match, context) in enumerate(rows, 1)
    )


few = st.integers(0, 2)
rows = st.lists(st.tuples(few, few, few), max_size=8).map(_made)


@given(rows, rows)
def test_never_more_is_existing_than_the_reference_has(
    head: tuple[Finding, ...], reference: tuple[Finding, ...]
) -> None:
    found = statuses(head, reference)
    assert len(found) == len(head)
    for match in "012":
        existing = [f for f, s in zip(head, found, strict=True) if s is OLD and f.match == match]
        assert len(existing) <= sum(f.match == match for f in reference)


@given(rows, rows)
def test_the_order_of_the_reference_does_not_matter_for_how_many_are_new(
    head: tuple[Finding, ...], reference: tuple[Finding, ...]
) -> None:
    one = statuses(head, reference, alike=False)
    assert statuses(head, reference[::-1], alike=False) == one


@given(rows)
def test_nothing_is_new_where_nothing_changed_and_all_is_new_without_a_reference(
    both: tuple[Finding, ...],
) -> None:
    assert set(statuses(both, both)) <= {OLD}
    assert set(statuses(both, ())) <= {NEW}


@given(rows, rows)
def test_a_reference_with_less_never_makes_fewer_new(
    head: tuple[Finding, ...], reference: tuple[Finding, ...]
) -> None:
    more = statuses(head, reference).count(NEW)
    for left_out in range(len(reference)):
        less = reference[:left_out] + reference[left_out + 1 :]
        assert statuses(head, less).count(NEW) >= more


ROUTE = """const {{ exec }} = require("child_process");
app.get("/{path}", (req, res) => {{
  const cmd = "{program} " + req.query.{field};
  exec(cmd, () => res.end());
}});
"""


def test_a_match_in_another_definition_is_new_although_one_is_gone() -> None:
    before = ROUTE.format(path="admin", program="df", field="path")
    after = ROUTE.format(path="public", program="ping", field="host")
    old = placed(before, r"(?<=exec\()cmd", path="a.js", kind=Kind.JAVASCRIPT)
    new = placed(after, r"(?<=exec\()cmd", path="a.js", kind=Kind.JAVASCRIPT)

    assert old[0].fingerprint == new[0].fingerprint
    assert statuses(new, old) == [NEW]


def test_an_edit_inside_of_the_definition_leaves_its_finding_existing() -> None:
    assert statuses(placed(FUNCTION + "    return 1\n"), placed(FUNCTION)) == [OLD]
