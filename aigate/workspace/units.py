"""Makes the pieces that scanners read out of entries and their bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial

from aigate.artefacts.sniff import may_be_model
from aigate.domain.regex import regex
from aigate.domain.tree import Change, Entry, Kind, Unit
from aigate.value import dataclass
from aigate.workspace.decode import Decoded, decode, fold_identifiers
from aigate.workspace.kinds import extension_of, kinds_of
from aigate.workspace.notebook import Cell, code_cells

DEFAULT_LIMIT = 20_000_000
"""Larger files are not read, in bytes."""

NOT_EXAMINED = frozenset(
    {
        "changed",
        "corrupt",
        "missing",
        "notebook-invalid",
        "too-large",
        "undecodable",
        "unreadable",
    }
)
"""Notes of units whose content was not, or not wholly, seen: each is a gap."""

_HEAD = 4096
_OBJECT_FORMATS = {40: "sha1", 64: "sha256"}
_SYMLINK = "120000"
_SUBMODULE = "160000"
_SUFFIXES = {
    Kind.PYTHON: ".py",
    Kind.JAVASCRIPT: ".js",
    Kind.TYPESCRIPT: ".ts",
    Kind.TEXT: ".txt",
}
# The whole file, so that code cannot pass for a pointer.
_POINTER = regex(
    rb"version https?://[\w./-]+\n(?:ext-\d-[\w-]+ \S+\n)*"
    rb"oid sha256:[0-9a-f]{64}\nsize \d{1,20}\n?"
)
_POINTER_BYTES = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """An entry with its bytes, or with a reason code why they are not here."""

    entry: Entry
    data: bytes = b""
    change: Change = Change.NONE
    problem: str = ""


def build_units(contents: Iterable[Content], *, limit: int = DEFAULT_LIMIT) -> Iterator[Unit]:
    """Yield at least one unit for each entry, numbered in the order of the entries."""
    return numbered(unit for content in contents for unit in units_of(content, limit=limit))


def numbered(units: Iterable[Unit]) -> Iterator[Unit]:
    """Yield units with their numbers; so far they have no more than the ends of their names."""
    for number, unit in enumerate(units, start=1):
        name = f"{number:06d}"
        file = name + unit.file if unit.file else ""
        # A text that is not read yet stays so.
        yield replace(unit, id=name, file=file, text="" if unit.unread else unit.text)


def removed_units(entries: Iterable[Entry], *, after: int) -> tuple[Unit, ...]:
    """Return a unit for each entry that is gone; their numbers go on from `after`."""
    return tuple(
        Unit(f"{number:06d}", entry, Kind.REMOVED, Change.REMOVED)
        for number, entry in enumerate(entries, start=after + 1)
    )


def digest_of(unit: Unit) -> bytes:
    """Return the digest of a unit's text, which need not be read for it."""
    return unit.unread.digest if unit.unread else digest_of_text(unit.text)


def digest_of_text(text: str) -> bytes:
    """Return the digest of a text, by which it is known again."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass")).digest()


def is_of_blob(content: Content) -> bool:
    """Tell whether these bytes are those of the entry's blob.

    A file on disk may count as a blob that git would check out as this file.
    """
    entry, data = content.entry, content.data
    form = _OBJECT_FORMATS.get(len(entry.blob))
    if form is None or content.problem:
        return False
    return hashlib.new(form, b"blob %d\0%b" % (len(data), data)).hexdigest() == entry.blob


def units_of(content: Content, *, limit: int = DEFAULT_LIMIT) -> Iterator[Unit]:
    """Yield the units of one entry, without their numbers; see `numbered`."""
    entry, data = content.entry, content.data
    make = partial(Unit, "", entry, change=content.change)
    if entry.mode == _SUBMODULE:
        yield make(Kind.SUBMODULE)
    elif content.problem:
        yield make(Kind.BINARY, head=data[:_HEAD], notes=(content.problem,))
    elif len(data) > limit:
        yield make(Kind.BINARY, head=data[:_HEAD], notes=("too-large",))
    elif entry.mode == _SYMLINK:
        yield make(Kind.SYMLINK, text=data.decode("utf-8", "surrogateescape"))
    elif len(data) <= _POINTER_BYTES and _POINTER.fullmatch(data):
        yield make(Kind.POINTER, text=data.decode("ascii"))
    elif extension_of(entry.path) == "ipynb":
        yield from _notebook(content)
    else:
        # A pickle can be a text, and only its bytes tell.
        head = data[:_HEAD] if may_be_model(entry.path, data) else b""
        for kind in kinds_of(entry.path, data):
            decoded = decode(data, kind)
            if decoded is None:
                yield make(Kind.BINARY, head=data[:_HEAD])
            else:
                yield replace(_textual(content, kind, decoded), head=head)


def _notebook(content: Content) -> Iterator[Unit]:
    decoded = decode(content.data, Kind.TEXT)
    if decoded is None:
        notes = ("notebook-invalid",)
        yield Unit(
            "", content.entry, Kind.BINARY, content.change, head=content.data[:_HEAD], notes=notes
        )
        return
    cells = code_cells(decoded.text)
    if cells is None:
        decoded = replace(decoded, notes=(*decoded.notes, "notebook-invalid"))
    # The whole file as well: text cells and outputs hold secrets, too.
    yield _textual(content, Kind.TEXT, decoded)
    for cell in cells or ():
        yield _cell(content, cell)


def _cell(content: Content, cell: Cell) -> Unit:
    text, notes = cell.text, tuple[str, ...]()
    if "\0" in text:
        text, notes = text.replace("\0", " "), ("nul",)
    if cell.kind is Kind.PYTHON:
        text, folded = fold_identifiers(text)
        notes += ("folded-identifiers",) if folded else ()
    unit = _textual(content, cell.kind, Decoded(text, notes, cell.lines))
    return replace(unit, cell=cell.number)


def _textual(content: Content, kind: Kind, decoded: Decoded) -> Unit:
    is_tsx = kind is Kind.TYPESCRIPT and extension_of(content.entry.path) == "tsx"
    return Unit(
        "",
        content.entry,
        kind,
        content.change,
        text=decoded.text,
        file=".tsx" if is_tsx else _SUFFIXES[kind],
        lines=decoded.lines,
        notes=decoded.notes,
    )
