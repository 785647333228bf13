"""Shares texts out between this process and others, in which `_flow_program` follows their data.

Both sides take from one queue until it is empty: this process the largest texts first, others the
smallest, since what is known along a tree takes memory, and the memory here is that of one anyway.
What another process does not answer, or not in the form that is expected, is left to this one: it
can only make a scan slower.
"""

from __future__ import annotations

import contextlib
import json
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from aigate import process
from aigate.domain.extension import Target
from aigate.flow.follow import Followed
from aigate.flow.machine import Flow
from aigate.flow.values import Origin

_PROGRAM = Path(__file__).with_name("_flow_program.py")
_FOLDER = str(Path(__file__).parents[2])
# What another process is handed at once: so much of what is left that all end at the same time.
_PART = 16
# Seconds, and bytes that are followed in a second on the slowest of machines: what somebody has
# stopped should not hold up the rest.
_PATIENCE = 10.0
_SLOWEST = 20_000
_CODES = frozenset({"", "parse-error", "too-complex", "too-deep", "too-large"})

_T = TypeVar("_T")


def at_once(
    texts: Sequence[str],
    here: Callable[[int], _T],
    make: Callable[[int, Followed], _T],
    *,
    others: Sequence[Asked],
) -> list[_T]:
    """Return what is said of each text, by `here`, or by `make` of what one of the others saw.

    Both are given the number of the text; `make` raises a ValueError if what was seen cannot be
    in it.
    """
    queue = _Queue(texts)
    made: dict[int, _T] = {}

    def keep(number: int, seen: Followed) -> None:
        # What is not kept is looked at here.
        with contextlib.suppress(ValueError):
            made[number] = make(number, seen)

    threads = [threading.Thread(target=_ask, args=(other, queue, texts, keep)) for other in others]
    try:
        for thread in threads:
            thread.start()
        while numbers := queue.one():
            made[numbers[0]] = here(numbers[0])
        for thread in threads:
            thread.join()
    except BaseException:
        # They wait for their processes.
        queue.clear()
        for other in others:
            other.end()
        for thread in threads:
            if thread.ident is not None:
                thread.join()
        raise
    return [made[number] if number in made else here(number) for number in range(len(texts))]


def _ask(
    other: Asked, queue: _Queue, texts: Sequence[str], keep: Callable[[int, Followed], None]
) -> None:
    while numbers := queue.some():
        said = other.ask([texts[number] for number in numbers])
        if said is None:
            return
        for number, seen in zip(numbers, said, strict=True):
            keep(number, seen)


class _Queue:
    """The numbers of the texts that nobody has taken yet, the largest texts first."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._sizes = [len(text) for text in texts]
        self._left = deque(sorted(range(len(texts)), key=lambda one: (-self._sizes[one], one)))
        self._size = sum(self._sizes)
        self._lock = threading.Lock()

    def one(self) -> list[int]:
        """Take the largest, or none if there is none."""
        with self._lock:
            return self._taken(0, self._left.popleft)

    def some(self) -> list[int]:
        """Take as many of the smallest as make a part of what is left, and one at least."""
        with self._lock:
            return self._taken(self._size // _PART, self._left.pop)

    def clear(self) -> None:
        """Take all."""
        with self._lock:
            self._left.clear()

    def _taken(self, size: int, take: Callable[[], int]) -> list[int]:
        end = self._size - size
        taken: list[int] = []
        while self._left and (self._size > end or not taken):
            taken.append(take())
            self._size -= self._sizes[taken[-1]]
        return taken


class Asked:
    """Another process that follows what it is handed."""

    def __init__(self, tables: Path, rules: int, target: Target) -> None:
        """Start it, for so many rules.

        Raises:
            OSError: It cannot be started.
        """
        room = sys.getrecursionlimit() - _depth()
        self._rules = rules
        self._deadline = target.deadline
        self._program = process.Dialogue(
            [sys.executable, "-I", "-S", "-B", str(_PROGRAM), _FOLDER, str(tables), str(room)],
            cwd=target.packs,
            env=process.environment(target.packs),
        )

    def ask(self, texts: Sequence[str]) -> list[Followed] | None:
        """Return what was seen in each text; None if that is not known, and it is of no more use."""
        whole = [text.encode("utf-8", "surrogatepass") for text in texts]
        question = json.dumps([len(one) for one in whole]).encode() + b"\n" + b"".join(whole)
        try:
            timeout = min(self._deadline, _PATIENCE + len(question) / _SLOWEST)
            said = self._program.ask(question, is_whole=_is_whole, timeout=timeout)
            if isinstance(said, process.Failed) or said.ended:
                return None
            return _read(bytes(said.out), len(texts), self._rules)
        except (OSError, ValueError, RecursionError):
            return None

    def end(self) -> None:
        """End it, even while it is asked."""
        self._program.end()


def _is_whole(out: bytearray) -> bool:
    return out.endswith(b"\n")


def _read(line: bytes, count: int, rules: int) -> list[Followed]:
    """Read an answer about so many texts.

    Raises:
        ValueError: it is none.
    """
    rows = json.loads(line)
    if type(rows) is not list or len(rows) != count:
        raise ValueError("not about these texts")
    return [_followed(row, rules) for row in rows]


def _followed(row: Any, rules: int) -> Followed:  # noqa: ANN401 - checked here
    match row:
        case [str(code), list(flows)] if code in _CODES:
            return Followed(tuple(_flow(flow, rules) for flow in flows), code)
        case _:
            raise ValueError("no answer")


def _flow(row: Any, rules: int) -> Flow:  # noqa: ANN401 - checked here
    match row:
        case [*numbers, origin] if len(numbers) == 5 and all(type(one) is int for one in numbers):
            rule, line, column, end_line, end_column = numbers
            if 0 <= rule < rules:
                return Flow(rule, line, column, end_line, end_column, _origin(origin))
    raise ValueError("no place")


def _origin(row: Any) -> Origin | None:  # noqa: ANN401 - checked here
    match row:
        case None:
            return None
        case [int(line), str(text)]:
            return Origin(line, text)
        case _:
            raise ValueError("no origin")


def _depth() -> int:
    """Return how deep calls are nested where this is asked."""
    frame, depth = sys._getframe(1), 0  # noqa: SLF001 - `inspect` looks into every file
    while frame.f_back is not None:
        frame, depth = frame.f_back, depth + 1
    return depth
