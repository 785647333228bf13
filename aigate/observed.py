"""Reads what the files of a tree use of AI, and keeps it, so that each content is read once.

What is kept says what one content showed under one path, by one version of this product, of its
table and of Python, which parses. Whoever wrote the content has no other say in it: the cache vouches for the rest.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import fields
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aigate import __version__
from aigate.documents.ai_knowledge import read_knowledge
from aigate.domain.inventory import Confidence, Inventory, Use, UseKind
from aigate.domain.knowledge import Knowledge
from aigate.domain.place import Location
from aigate.domain.tree import Change, Entry
from aigate.value import dataclass
from aigate.workspace import git, sides
from aigate.workspace.beside import beside
from aigate.workspace.cache import Cache, load, save

if TYPE_CHECKING:
    from aigate.workspace.units import Content

_FIELDS = tuple(field.name for field in fields(Use) if field.name not in {"kind", "at"})
# Of other trees than the one that is read, so many entries are kept besides.
_MOST_OTHERS = 20_000
# What git LFS leaves in the place of a file counts as that file on disk, but not in a commit.
_POINTER = b"version http"
_SYMLINK = "120000"
_FORM = "aigate inventory 2"
# From so many entries on, a second process is worth its start.
_MANY = 400

_Row = tuple[int, str, list[list[Any]]]
"""How many bytes there were, why they were not read, and the uses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Where what was read is kept for the next time: a cache, and the repository's folder."""

    cache: Cache | None = None
    root: str = ""


NOWHERE = Shelf()
"""Nothing is kept, and everything is read."""


class Table:
    """What is known of providers, which ships with the product; read when somebody asks."""

    def __init__(self, packs: str) -> None:
        """Take it from the folder of packs."""
        self._data = Path(packs, "data", "ai.json").read_bytes()
        self.digest = hashlib.sha256(self._data).hexdigest()

    @cached_property
    def knowledge(self) -> Knowledge:
        """The table itself.

        Raises:
            IntegrityError: the file is damaged.
        """
        return read_knowledge(self._data)


def inventory_of(
    tree: sides.Tree,
    entries: Sequence[Entry],
    table: Table,
    shelf: Shelf = NOWHERE,
    *,
    jobs: int = 1,
) -> Inventory:
    """Return what these entries of a tree use of AI.

    It is the same with and without a shelf, and however many processes read.
    """
    name = _name(shelf, table)
    kept = _load(shelf.cache, name)
    known = {_key(e): row for e in entries if (row := _known(kept, e)) is not None}
    new = [entry for entry in entries if _key(entry) not in known]
    fresh, lasting = _read_all(tree, new, table.knowledge, jobs) if new else ({}, {})
    if lasting:
        others = [key for key in kept if key not in known and key not in lasting]
        rest = {key: kept[key] for key in others[-_MOST_OTHERS:]}
        every = json.dumps({**rest, **known, **lasting}, separators=(",", ":"))
        save(shelf.cache, name, every.encode())
    uses: list[Use] = []
    unread: list[tuple[str, str]] = list(tree.unreadable)
    for entry in entries:
        row = known.get(_key(entry)) or fresh.get(_key(entry))
        if row is not None:
            uses += [_use(entry.path, use) for use in row[2]]
            unread += [(entry.path, row[1])] if row[1] else []
    uses.sort(key=lambda use: (use.at, use.kind, use.name))
    files = len({entry.path for entry in entries})
    return Inventory(uses=tuple(uses), files=files, unread=tuple(sorted(unread)))


def contents_of(tree: sides.Tree, entries: Sequence[Entry]) -> Iterator[Content]:
    """Yield what entries hold; submodules hold nothing."""
    from aigate.workspace.units import Content  # noqa: PLC0415 - not needed where all is known

    waiting: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.mode != git.SUBMODULE_MODE:
            waiting.setdefault(entry.blob, []).append(entry)
    for blob in tree.read([entry for group in waiting.values() for entry in group]):
        for entry in waiting.pop(blob.id, ()):
            yield Content(entry=entry, data=blob.data, change=Change.NONE, problem=blob.problem)


def _name(shelf: Shelf, table: Table) -> str:
    python = ".".join(map(str, sys.version_info))
    place = f"{_FORM}\0{shelf.root}\0{table.digest}\0{__version__}\0{python}"
    return f"inventory-{hashlib.sha256(place.encode('utf-8', 'surrogateescape')).hexdigest()}"


def _key(entry: Entry) -> str:
    return f"{entry.blob} {entry.mode} {entry.path}"


def _load(cache: Cache | None, name: str) -> dict[str, _Row]:
    # It is vouched for by the user's own key, so its shape is what was written.
    data = load(cache, name)
    kept: dict[str, _Row] = json.loads(data) if data else {}
    return kept


def _known(kept: dict[str, _Row], entry: Entry) -> _Row | None:
    """Return what is kept of an entry, if it is of these very bytes."""
    row = kept.get(_key(entry))
    # A file on disk may count as a blob from which it differs by its line ends.
    return row if row is not None and entry.size in {-1, row[0]} else None


def _read_all(
    tree: sides.Tree, entries: Sequence[Entry], knowledge: Knowledge, jobs: int
) -> tuple[dict[str, _Row], dict[str, _Row]]:
    """Read entries, half of them beside, if there are many."""
    if jobs < 2 or len(entries) < _MANY:
        return _read(tree, entries, knowledge)
    # Neighbours are alike, so every other one; a path that is there twice stays together.
    from aigate import discovery  # noqa: F401, PLC0415 - once for both, and only if it is needed

    ordered = sorted(entries)
    paths = list(dict.fromkeys(entry.path for entry in ordered))
    ours = frozenset(paths[::2])
    theirs = [entry for entry in ordered if entry.path not in ours]
    answer = beside(lambda: json.dumps(_read(tree, theirs, knowledge)).encode())
    fresh, lasting = _read(tree, [entry for entry in ordered if entry.path in ours], knowledge)
    said = answer()
    more, more_lasting = json.loads(said) if said else _read(tree, theirs, knowledge)
    return {**fresh, **more}, {**lasting, **more_lasting}


def _read(
    tree: sides.Tree, entries: Sequence[Entry], knowledge: Knowledge
) -> tuple[dict[str, _Row], dict[str, _Row]]:
    """Return what entries say, and of that what will always be so."""
    from aigate.discovery import discover, may_use  # noqa: PLC0415 - not needed where all is known
    from aigate.workspace.units import build_units  # noqa: PLC0415 - the same

    fresh: dict[str, _Row] = {}
    lasting: set[str] = set()
    # A hostile tree may name a path twice, and what is found has no more than a path.
    times = Counter(entry.path for entry in entries)

    def worth_reading() -> Iterator[Content]:
        for content in contents_of(tree, entries):
            entry, data = content.entry, content.data
            fresh[_key(entry)] = (len(data), "", [])
            if times[entry.path] == 1 and _is_lasting(content):
                lasting.add(_key(entry))
            if entry.mode == _SYMLINK or may_use(entry.path, data, knowledge):
                yield content

    found = discover(build_units(worth_reading(), limit=sides.LARGEST), knowledge)
    unread = dict(found.unread)
    uses: dict[str, list[Use]] = {}
    for use in found.uses:
        uses.setdefault(use.at.path, []).append(use)
    for entry in entries:
        path, size = entry.path, fresh.get(_key(entry), (0, "", []))[0]
        fresh[_key(entry)] = (size, unread.get(path, ""), [_row(use) for use in uses.get(path, ())])
    return fresh, {key: row for key, row in fresh.items() if key in lasting}


def _is_lasting(content: Content) -> bool:
    from aigate.workspace.units import is_of_blob  # noqa: PLC0415 - not needed where all is known

    return not content.data.startswith(_POINTER) and is_of_blob(content)


def _row(use: Use) -> list[Any]:
    at = use.at
    where = [at.line, at.column, at.end_line, at.end_column, at.cell]
    return [use.kind.value, where, [getattr(use, name) for name in _FIELDS]]


def _use(path: str, row: Sequence[Any]) -> Use:
    kind, where, values = row
    given = dict(zip(_FIELDS, values, strict=True))
    given["confidence"] = Confidence(given["confidence"])
    given["detail"] = tuple((name, value) for name, value in given["detail"])
    return Use(kind=UseKind(kind), at=Location(path, *where), **given)
