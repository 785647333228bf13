"""Tells whether the text that a finding matched is in other versions of a file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from functools import lru_cache

from aigate.domain.finding import Finding
from aigate.domain.tree import TEXTUAL, Kind, Unit
from aigate.value import dataclass

# Rows of a unit that one line of the file can stand for, of which so many are tried.
_MOST = 30


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to look for: a text in units of one kind, so often; without text, a whole file."""

    text: str
    kind: Kind
    in_cell: bool
    times: int
    blob: str
    mode: str


def wanted(finding: Finding, units: Iterable[Unit]) -> Wanted | None:
    """Return what to look for in other versions, None if the finding's text is not there."""
    at = finding.at
    is_about_file = (at.line, at.column) == (at.end_line, at.end_column)
    for unit in units:
        if unit.cell != at.cell:
            continue
        entry = unit.entry
        if is_about_file or unit.kind not in TEXTUAL:
            return Wanted("", unit.kind, bool(unit.cell), 1, entry.blob, entry.mode)
        texts = [text for text in map(_normal, _texts(unit, finding)) if text]
        text = next((one for one in texts if _digest(one) == finding.match), "")
        # The digest of a secret is slow to make, and one place is as good as any.
        text = text or (texts[0] if texts and (finding.secret or not unit.lines) else "")
        if text:
            times = finding.occurrence
            return Wanted(text, unit.kind, bool(unit.cell), times, entry.blob, entry.mode)
    return None


def is_there(one: Wanted, units: Iterable[Unit]) -> bool:
    """Tell whether a version, cut into units, has what is wanted, often enough."""
    found = list(units)
    if not one.text:
        return any((unit.entry.blob, unit.entry.mode) == (one.blob, one.mode) for unit in found)
    return sum(_normal(unit.text).count(one.text) for unit in _alike(one, found)) >= one.times


def is_plainly_there(one: Wanted, data: bytes) -> bool:
    """Tell whether the bytes of a version have what is wanted, without decoding them.

    That is much faster, and no answer where they have not: they may be spelt otherwise.
    """
    plain = one.text and not one.in_cell and one.text.isascii()
    return bool(plain) and data.count(one.text.encode("ascii")) >= one.times


def lines_of(one: Wanted, units: Iterable[Unit]) -> tuple[tuple[int, int], ...]:
    """Return the lines of the file on which a version has what is wanted, first and last."""
    found = []
    for unit in _alike(one, units):
        text, start = _normal(unit.text), -1
        while one.text and (start := text.find(one.text, start + 1)) >= 0:
            first = text.count("\n", 0, start) + 1
            last = first + one.text.count("\n")
            if unit.lines:
                first, last = (unit.lines[min(n, len(unit.lines)) - 1] for n in (first, last))
            found.append((first, last))
    return tuple(found)


def _alike(one: Wanted, units: Iterable[Unit]) -> Iterator[Unit]:
    return (unit for unit in units if unit.kind is one.kind and bool(unit.cell) == one.in_cell)


def _texts(unit: Unit, finding: Finding) -> Iterator[str]:
    at, rows = finding.at, _rows(unit.text)
    height = at.end_line - at.line
    starts = [at.line]
    if unit.lines:
        starts = [n for n, line in enumerate(unit.lines, start=1) if line == at.line][:_MOST]
    for start in starts:
        ends = [start + height]
        if unit.lines:
            ends = [n for n, line in enumerate(unit.lines, start=1) if line == at.end_line][:_MOST]
        for end in ends:
            taken = list(rows[start - 1 : end])
            if taken and len(taken) == end - start + 1:
                taken[-1] = taken[-1][: at.end_column - 1]
                taken[0] = taken[0][at.column - 1 :]
                yield "\n".join(taken)


@lru_cache(maxsize=64)
def _rows(text: str) -> tuple[str, ...]:
    # A text has many findings.
    return tuple(text.split("\n"))


@lru_cache(maxsize=64)
def _normal(text: str) -> str:
    return "\n".join(row.rstrip() for row in text.split("\n"))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
