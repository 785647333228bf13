"""Work that is done in groups comes back whole, in order, or not at all."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from aigate.domain.tree import Entry, Kind, Unit
from aigate.scanners._batch import at_once, batches, joined

Group = tuple[Unit, ...]


def units(count: int) -> Group:
    return tuple(
        Unit(f"{n:06}", Entry(f"{n}.py", "100644", ""), Kind.PYTHON, text="x" * (n % 7))
        for n in range(count)
    )


def test_what_is_done_last_comes_back_where_it_was_asked() -> None:
    second = threading.Event()

    def work(group: Group) -> Iterator[str]:
        if group[0].id == "000000":
            assert second.wait(10)
        else:
            second.set()
        yield group[0].id

    groups = [(one,) for one in units(4)]

    assert list(at_once(work, groups, 2)) == [group[0].id for group in groups]


@pytest.mark.parametrize("jobs", [1, 3])
def test_what_fails_in_one_group_fails(jobs: int) -> None:
    met = threading.Barrier(jobs, timeout=10)

    def work(group: Group) -> Iterator[str]:
        met.wait()
        if group[0].id == "000002" or jobs == 1:
            raise MemoryError
        yield group[0].id

    with pytest.raises(MemoryError):
        list(at_once(work, [(one,) for one in units(3)], jobs))


def test_what_fails_while_groups_are_worked_out_fails() -> None:
    def groups() -> Iterator[Group]:
        yield units(1)
        raise MemoryError

    with pytest.raises(MemoryError):
        list(at_once(lambda group: group, groups(), 2))


@pytest.mark.parametrize("count", [1, 63, 500, 1999])
@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_every_unit_is_in_one_group(count: int, jobs: int) -> None:
    every = units(count)
    groups = batches(every, jobs, most=120)

    assert sorted(one.id for group in groups for one in group) == [one.id for one in every]
    assert [one.id for group in joined(groups) for one in group] == [
        one.id for group in groups for one in group
    ]
    assert list(joined([(), (), ()])) == []
