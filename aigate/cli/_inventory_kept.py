"""Reads what a tree uses of AI, and keeps it, so that only what changed is read the next time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any

from aigate import __version__
from aigate.declared import inventory_of
from aigate.domain.inventory import Confidence, Inventory, Use, UseKind
from aigate.domain.knowledge import Knowledge
from aigate.domain.place import Location
from aigate.domain.tree import Entry
from aigate.workspace import git, sides
from aigate.workspace.cache import Cache, load, save

_OWN = ".aigate/"
_FIELDS = tuple(field.name for field in fields(Use) if field.name not in {"kind", "at"})

_Kept = dict[str, list[Any]]
"""By path and blob: the reason why it was not read, and the uses."""


def inventory(
    repository: git.Repository, tree: sides.Tree, knowledge: Knowledge, cache: Cache | None
) -> Inventory:
    """Return what a tree uses; what steers the gate speaks of providers and uses none."""
    entries = [entry for entry in tree.entries if not entry.path.startswith(_OWN)]
    place = f"{repository.root}\0{knowledge.digest}\0{__version__}"
    name = f"inventory-{hashlib.sha256(place.encode('utf-8', 'surrogateescape')).hexdigest()}"
    kept = _load(cache, name)
    new = [entry for entry in entries if _key(entry) not in kept]
    found = inventory_of(tree, new, knowledge)
    fresh = _by_entry(found, new)
    every = {_key(entry): kept.get(_key(entry)) or fresh[_key(entry)] for entry in entries}
    if new or len(every) != len(kept):
        save(cache, name, json.dumps(every, separators=(",", ":")).encode())
    uses = [_use(entry.path, row) for entry in entries for row in every[_key(entry)][1]]
    uses.sort(key=lambda use: (use.at, use.kind, use.name))
    unread = [(entry.path, every[_key(entry)][0]) for entry in entries if every[_key(entry)][0]]
    return Inventory(
        uses=tuple(uses),
        files=len({entry.path for entry in entries}),
        unread=tuple(sorted([*unread, *tree.unreadable])),
    )


def _key(entry: Entry) -> str:
    return f"{entry.blob} {entry.mode} {entry.path}"


def _load(cache: Cache | None, name: str) -> _Kept:
    # It is vouched for by the user's own key, so its shape is what was written.
    data = load(cache, name)
    kept: _Kept = json.loads(data) if data else {}
    return kept


def _by_entry(found: Inventory, entries: Iterable[Entry]) -> _Kept:
    unread = dict(found.unread)
    uses: dict[str, list[Use]] = {}
    for use in found.uses:
        uses.setdefault(use.at.path, []).append(use)
    return {
        _key(entry): [unread.get(entry.path, ""), [_row(use) for use in uses.get(entry.path, ())]]
        for entry in entries
    }


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
