"""Keeps what plain files are made into, so that what did not change is not read without need.

A file is plain if it is one text and nothing had to be repaired in it, or binary. What it is made
into then depends on its bytes, its path and its mode alone, and the blob's id stands for the
bytes: that may be relied upon where we hashed them, in this run or before they were last left
alone (see `workspace/untouched.py`).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sys
from collections.abc import Mapping, Sequence
from functools import partial

from aigate import __version__
from aigate.domain.tree import TEXTUAL, Entry, Kind, Unit
from aigate.value import dataclass
from aigate.workspace import results
from aigate.workspace.cache import Cache
from aigate.workspace.sides import LARGEST
from aigate.workspace.units import Content, digest_of, digest_of_text, units_of

_FORM = "aigate shape 1"


# Smaller ones are read more quickly than what is kept of them.
_LARGE = 32_768


@dataclass(frozen=True, slots=True)
class Shape:
    """What a plain file is made into: its kind, the end of its neutral name, and its text's digest.

    Of what is binary that is its first bytes instead.
    """

    kind: Kind
    end: str = ""
    digest: bytes = b""
    head: bytes = b""


def shape_of(units: Sequence[Unit]) -> Shape | None:
    """Return the shape of what a file was made into, None if the file is not plain.

    The units have no numbers yet.
    """
    if len(units) != 1:
        return None
    (unit,) = units
    made = partial(Unit, unit.id, unit.entry, unit.kind, unit.change)
    if unit.kind in TEXTUAL and unit == made(text=unit.text, file=unit.file):
        # One that is empty by its bytes alone has no text to read.
        is_kept = bool(unit.text) or not unit.entry.size
        return Shape(unit.kind, unit.file, digest_of(unit)) if is_kept else None
    if unit.kind is Kind.BINARY and unit == made(head=unit.head) and unit.entry.size > _LARGE:
        return Shape(unit.kind, head=unit.head)
    return None


def text_of(shape: Shape, content: Content) -> str | None:
    """Return the text of a file of this shape, None if it has another one.

    Whatever way of decoding leads to a text of this digest is right, and most are UTF-8.
    """
    if content.problem:
        return None
    with contextlib.suppress(ValueError):
        text = content.data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
        if digest_of_text(text) == shape.digest:
            return text
    units = tuple(units_of(content, limit=LARGEST))
    return units[0].text if shape_of(units) == shape else None


def load(cache: Cache | None, entries: Sequence[Entry]) -> dict[Entry, Shape]:
    """Return the shapes that are kept of entries with a size, whose bytes are those of the blob."""
    if cache is None:
        return {}
    context = _context()
    keys = {_key(context, entry): entry for entry in entries if entry.size >= 0}
    found = {}
    for key, (size, kind, end, *parts) in results.read_all(results.load(cache, keys)).items():
        entry = keys[key]
        # A file on disk may count as a blob from which it differs by its line ends.
        if size == entry.size:
            found[entry] = Shape(Kind(kind), end, *map(bytes.fromhex, parts))
    return found


def save(cache: Cache | None, shapes: Mapping[Entry, Shape]) -> None:
    """Keep the shapes of entries whose bytes are those of the blob, see `is_of_blob`."""
    if cache is None:
        return
    context = _context()
    rows = {}
    for entry, one in shapes.items():
        row = [entry.size, one.kind, one.end, one.digest.hex(), one.head.hex()]
        rows[_key(context, entry)] = json.dumps(row, separators=(",", ":")).encode()
    results.save(cache, rows)


def _context() -> bytes:
    # Text is decoded by the tables and the tokenizer of the interpreter that runs this.
    python = ".".join(map(str, sys.version_info))
    return f"{_FORM}\0{__version__}\0{python}\0".encode()


def _key(context: bytes, entry: Entry) -> bytes:
    # Neither a blob's id nor a mode holds a blank.
    name = f"{entry.blob} {entry.mode} {entry.path}".encode("utf-8", "surrogateescape")
    return hashlib.blake2b(context + name, digest_size=32).digest()
