"""Draws the lines of a finding with their numbers, and marks the stretch that is meant."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from aigate.domain.finding import Finding
from aigate.engine.shown import characters, masked

_MOST_LINES = 8
_TAB = 4
_LEAST_ROOM = 20


def lines(finding: Finding) -> tuple[str, ...]:
    """Return the snippet; of a secret, the stretch is masked even if it already should be."""
    if not finding.secret:
        return finding.snippet
    return tuple(
        text[:start] + masked(text[start:end]) + text[end:]
        for text, start, end in _stretches(finding, finding.snippet)
    )


def draw(finding: Finding, width: int) -> tuple[str, ...]:
    """Return the snippet in a frame at most `width` columns wide, with carets under the match.

    Tabs become blanks, characters of double width count twice, and long lines are cut around
    the match, so that the carets stand where a person sees the match.
    """
    kept = lines(finding)[:_MOST_LINES]
    if not kept:
        return ()
    at = finding.at
    gutter = len(str(at.line + len(kept) - 1))
    room = max(width - gutter - 3, _LEAST_ROOM)
    out = [f"{'':{gutter}} |"]
    for number, (text, start, end) in enumerate(_stretches(finding, kept), at.line):
        shown, before, under = _window(text, (start, end), room)
        out.append(f"{number:>{gutter}} | {shown}".rstrip())
        if number == at.line:
            out.append(f"{'':{gutter}} | {' ' * before}{'^' * max(under, 1)}")
    hidden = at.end_line - at.line + 1 - len(kept)
    if hidden > 0:
        out.append(f"{'':{gutter}} | … {hidden} more")
    return tuple(out)


def _stretches(finding: Finding, snippet: tuple[str, ...]) -> Iterator[tuple[str, int, int]]:
    at = finding.at
    for number, text in enumerate(snippet, at.line):
        start = at.column - 1 if number == at.line else 0
        end = at.end_column - 1 if number == at.end_line else len(text)
        start = min(max(start, 0), len(text))
        yield text, start, max(start, min(end, len(text))) if number <= at.end_line else start


def _window(text: str, match: tuple[int, int], room: int) -> tuple[str, int, int]:
    """Return the part of a line that is shown, the columns before the match, and its columns."""
    start, end = match
    # However long the line is, only what could be seen around the match is looked at.
    low, high = max(0, start - room), min(len(text), start + room + 1)
    cells = _cells(text[low:high])
    widths = [_columns(cell) for cell in cells]
    start, end = start - low, min(end, high) - low
    first = start
    if low == 0 and sum(widths[:end]) < room:
        first = 0
    else:
        left = room // 4
        while first > 0 and left >= widths[first - 1]:
            first -= 1
            left -= widths[first]
    cut_left = "…" if low + first > 0 else ""
    fits = low == 0 and first == 0 and high == len(text) and sum(widths) <= room
    last = len(cells) if fits else first
    free = room - len(cut_left) - 1
    while not fits and last < len(cells) and free >= widths[last]:
        free -= widths[last]
        last += 1
    cut_right = "…" if low + last < len(text) else ""
    return (
        cut_left + "".join(cells[first:last]) + cut_right,
        len(cut_left) + sum(widths[first:start]),
        sum(widths[start : min(end, last)]),
    )


def _cells(text: str) -> list[str]:
    cells: list[str] = []
    column = 0
    for character, shown in zip(text, characters(text), strict=True):
        cell = " " * (_TAB - column % _TAB) if character == "\t" else shown
        cells.append(cell)
        column += _columns(cell)
    return cells


def _columns(cell: str) -> int:
    if len(cell) != 1 or cell.isascii():
        return len(cell)
    if unicodedata.combining(cell):
        return 0
    return 2 if unicodedata.east_asian_width(cell) in "WF" else 1
