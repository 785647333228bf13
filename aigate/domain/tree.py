"""What is judged: entries of a tree, and the pieces of text that scanners read."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum
from typing import TYPE_CHECKING

from aigate.domain.place import Location, Span
from aigate.value import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable


class Kind(StrEnum):
    """What a unit holds, and so which scanners cover it."""

    PYTHON = "python"
    JAVASCRIPT = "javascript"
    TYPESCRIPT = "typescript"
    TEXT = "text"
    """Decodable text without a code scanner; the scanners of plain text cover it."""
    BINARY = "binary"
    """Bytes that no text decoding explains."""
    SYMLINK = "symlink"
    """`text` is the link's target, which is never followed."""
    SUBMODULE = "submodule"
    """A commit of another repository; its content is not here."""
    POINTER = "pointer"
    """A Git LFS pointer; `text` is the pointer, the content is elsewhere."""
    REMOVED = "removed"
    """A path of the reference that the head no longer has."""


TEXTUAL = frozenset({Kind.PYTHON, Kind.JAVASCRIPT, Kind.TYPESCRIPT, Kind.TEXT})
"""Kinds whose `text` is the content of a file."""


class Change(StrEnum):
    """What the change under judgement did to an entry."""

    NONE = "none"
    """There is no reference to compare with, or the reference itself is looked at."""
    ADDED = "added"
    MODIFIED = "modified"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """One line of a tree: a path (see `Location`), a mode such as `100644`, a blob id.

    `size` is in bytes, or -1 where it is unknown.
    """

    path: str
    mode: str
    blob: str
    size: int = -1


@dataclass(frozen=True, slots=True, eq=False)
class Unread:
    """A text that is read when somebody asks for it: its digest, and what returns it.

    `read` raises `IncompleteError` where that very text is not there any more.
    """

    digest: bytes
    read: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Unit:
    """A piece of an entry that scanners read as one: a file, or a notebook's code cell.

    `text` is decoded as the language itself would decode it, with line feeds for line ends.
    `file` is the neutral name under which the text is exported for scanners that run as
    programs, relative to the scratch folder, or empty if the unit is not exported.
    `lines` maps each line of `text` (counted from 1, so `lines[0]` is line 1) to the line
    of the file; empty when the two are the same. `notes` are reason codes of what the
    decoding had to repair, such as `nul` or `utf-16`. `head` holds the first bytes of what is
    binary, and of a text whose bytes may mean something else than its characters. `previous` is the text that a modified
    file has in the reference, only for paths that a scanner asks it for. `unread` takes the place
    of a text that is not read before somebody asks for `text`; such a text is not empty.
    """

    id: str
    entry: Entry
    kind: Kind
    change: Change = Change.NONE
    text: str = field(default="", repr=False)
    head: bytes = field(default=b"", repr=False)
    file: str = ""
    cell: int = 0
    lines: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()
    previous: str = field(default="", repr=False)
    unread: Unread | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Leave out the text that is not read yet."""
        if self.unread is not None and not self.text:
            object.__delattr__(self, "text")

    if not TYPE_CHECKING:  # a name that is mistyped should be an error

        def __getattr__(self, name: str) -> str:
            """Read the text when it is first asked for: only then is a field not there."""
            if name != "text":
                raise AttributeError(f"a unit has no `{name}`")
            text = self.unread.read()
            object.__setattr__(self, name, text)
            return text

    @property
    def path(self) -> str:
        """The path of the entry."""
        return self.entry.path

    def locate(self, span: Span) -> Location:
        """Translate a span of `text` to a place in the file."""
        return Location(
            self.path,
            self._line(span.line),
            span.column,
            self._line(span.end_line),
            span.end_column,
            self.cell,
        )

    def _line(self, line: int) -> int:
        if not self.lines:
            return line
        return self.lines[min(max(line, 1), len(self.lines)) - 1]
