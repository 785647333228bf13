"""Shares units out over several processes of one engine."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from aigate.domain.place import Span
from aigate.domain.tree import Unit

# Below this many units a second process costs more than it saves.
_WORTH_SPLITTING = 24
# Names of units are about 12 bytes; this keeps a command line far below any system's limit.
_LONGEST = 4000

_T = TypeVar("_T")


def batches(
    units: Sequence[Unit], jobs: int, *, most: int = _LONGEST
) -> tuple[tuple[Unit, ...], ...]:
    """Split units into groups of about equal size in characters, in a stable order.

    In each are `most` units, about. There are `jobs` groups, or a multiple, and fewer of few units.
    """
    count = min(jobs, len(units) // _WORTH_SPLITTING + 1)
    count *= max(-(-len(units) // (most * count)), 1)
    groups: list[list[Unit]] = [[] for _ in range(count)]
    sizes = [0] * count
    for unit in sorted(units, key=lambda unit: (-len(unit.text), unit.id)):
        smallest = min(
            (i for i in range(count) if len(groups[i]) < _LONGEST), key=sizes.__getitem__
        )
        groups[smallest].append(unit)
        sizes[smallest] += len(unit.text) + 1
    return tuple(tuple(group) for group in groups if group)


def joined(groups: Iterable[Sequence[Unit]]) -> Iterator[tuple[Unit, ...]]:
    """Put groups together that are too small for a process of their own, as they come."""
    waiting: list[Unit] = []
    for group in groups:
        waiting += group
        if len(waiting) >= _WORTH_SPLITTING // 2:
            yield tuple(waiting)
            waiting = []
    if waiting:
        yield tuple(waiting)


def at_once(
    work: Callable[[tuple[Unit, ...]], Iterable[_T]],
    groups: Iterable[tuple[Unit, ...]],
    jobs: int,
) -> Iterator[_T]:
    """Do the work for `jobs` groups at the same time, and yield the results in order.

    A group is asked for when somebody is there to do it, so that some may still be worked out
    while programs run.
    """
    asked = enumerate(groups)
    asking = threading.Lock()
    done: dict[int, tuple[_T, ...]] = {}
    errors: list[BaseException] = []

    def run() -> None:
        try:
            while not errors:
                with asking:
                    number, group = next(asked, (-1, ()))
                if number < 0:
                    return
                done[number] = tuple(work(group))
        except BaseException as error:  # noqa: BLE001 - it is raised again where it is waited for
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(jobs - 1)]
    for thread in threads:
        thread.start()
    run()
    for thread in threads:
        thread.join()
    for error in errors:
        raise error
    for number in sorted(done):
        yield from done[number]


def entries(value: object) -> list[Any]:
    """Return a list of an engine's output.

    Raises:
        TypeError: it is none, and what should be in it would be lost without a word.
    """
    if not isinstance(value, list):
        raise TypeError("no list")
    return value


def span_in(text: str, *, start: tuple[int, int], end: tuple[int, int]) -> Span:
    """Return a span from lines from 1 and columns in bytes from 1.

    Raises:
        ValueError: these are no places in the text, or the second is before the first.
    """
    lines = text.split("\n")
    places = []
    for line, column in (start, end):
        if type(line) is not int or type(column) is not int or not 1 <= line <= len(lines):
            raise ValueError("no place in the text")
        if column < 1:
            raise ValueError("no column")
        places.append((line, character(lines[line - 1], column)))
    if places[1] < places[0]:
        raise ValueError("ends before it starts")
    return Span(*places[0], *places[1])


def character(text: str, column_in_bytes: int) -> int:
    """Translate a column counted in bytes of UTF-8 from 1 to one counted in characters."""
    raw = text.encode("utf-8", "surrogatepass")
    return len(raw[: column_in_bytes - 1].decode("utf-8", "replace")) + 1
