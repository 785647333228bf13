"""Translates offsets in a text to spans, and back."""

from __future__ import annotations

from bisect import bisect_right

from aigate.domain.place import Span


class Lines:
    """The lines of one text; only line feeds end a line."""

    __slots__ = ("_starts", "_text")

    def __init__(self, text: str) -> None:
        """Keep the text; its line starts are looked up when the first span is asked for."""
        self._text = text
        self._starts: list[int] = []

    def span(self, start: int, end: int) -> Span:
        """Return the span of `text[start:end]`."""
        line, column = self._place(start)
        end_line, end_column = self._place(end)
        return Span(line, column, end_line, end_column)

    def line(self, offset: int) -> int:
        """Return the line that holds the character at `offset`."""
        return self._place(offset)[0]

    def _place(self, offset: int) -> tuple[int, int]:
        if not self._starts:
            self._starts = [0]
            position = self._text.find("\n")
            while position >= 0:
                self._starts.append(position + 1)
                position = self._text.find("\n", position + 1)
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1
