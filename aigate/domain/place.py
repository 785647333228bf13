"""Where something is."""

from __future__ import annotations

from aigate.value import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of a unit's text.

    Lines and columns count from 1; columns count characters; `end_column` is the first
    column after the stretch.
    """

    line: int
    column: int
    end_line: int
    end_column: int


WHOLE = Span(1, 1, 1, 1)
"""The span of a finding that is about a file as such."""


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A stretch of a file in a tree.

    `path` is the path inside the tree with `/`, decoded as UTF-8; bytes that are not UTF-8
    stand as surrogate escapes, so that no two files share a path. `cell` is the number of a
    notebook's cell, counted from 1, or 0 outside of notebooks.
    """

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    cell: int = 0
