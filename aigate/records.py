"""Finds the records of a tree that matter, through an index that is kept for the next time."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence

from aigate import __version__
from aigate.domain.tree import Entry
from aigate.errors import IntegrityError
from aigate.ledger import index as indexes
from aigate.ledger import store
from aigate.workspace import cache as caches
from aigate.workspace import folders, git, sides

_REGULAR = frozenset({"100644", "100755"})
_FOLDED = f"{store.FOLDER}/"

# How many indexes of other trees are tried to start from.
_NEAREST = 4

_ENTERED = f"entered-1-{__version__}-"
_LONGEST_LINE = 2_000


def records_among(entries: Sequence[Entry]) -> dict[str, Entry]:
    """Return the entries that are records by path.

    Raises:
        IntegrityError: something in the ledger's folder is no record.
    """
    inside = [e for e in entries if e.path.casefold().startswith(_FOLDED)]
    odd = next((e.path for e in inside if e.mode not in _REGULAR), None)
    if odd:
        raise IntegrityError(
            f"`{odd}` is no regular file",
            hint="links are not followed in the ledger",
            code="ledger-name",
        )
    by_path = {e.path: e for e in inside}
    found = {path: by_path[path] for path in store.records(by_path)}
    if len(by_path) < len(inside):
        twice = next(path for path, n in Counter(e.path for e in inside).items() if n > 1)
        raise IntegrityError(f"`{twice}` is in one tree twice", code="ledger-name")
    return found


def read_index(
    repository: git.Repository, tree: sides.Tree, cache: caches.Cache | None
) -> indexes.Index:
    """Return the index of all records of a tree.

    Raises:
        IntegrityError: something in the ledger's folder is no record.
        IncompleteError: a record cannot be read.
    """
    empty = indexes.Index(width=len(git.blob_id(repository, b"")) // 2)
    if not tree.folder_id:
        return indexes.extended(empty, _rows(tree, records_among(tree.entries)))
    prefix = f"ledger-{indexes.VERSION}-{__version__}-{repository.object_format}-"
    known = indexes.decode(caches.load(cache, f"{prefix}{tree.folder_id}") or b"")
    if known is not None:
        return known
    found = _grown(repository, tree, cache, prefix)
    if found is None:
        whole = records_among(tree.rest() if tree.left_out else tree.entries)
        found = indexes.extended(empty, _rows(tree, whole))
    caches.save(cache, f"{prefix}{tree.folder_id}", indexes.encode(found))
    return found


def entered(
    repository: git.Repository, commit: str, paths: Collection[str], cache: caches.Cache | None
) -> dict[str, int]:
    """Return when each path came into the history, as `git.first_seen` does.

    What was told of an earlier commit of the same first-parent history holds for this one too.
    """
    if cache is None or repository.is_shallow or not paths:
        return git.first_seen(repository, commit, paths)
    kept = set(caches.names(cache))
    line = git.first_parents(repository, commit, most=_LONGEST_LINE)
    nearest = next((one for one in line if f"{_ENTERED}{one}" in kept), "")
    known = _times(caches.load(cache, f"{_ENTERED}{nearest}") if nearest else None)
    missing = [path for path in paths if path not in known]
    if missing:
        known |= git.first_seen(repository, commit, missing)
    if missing or nearest != commit:
        caches.save(cache, f"{_ENTERED}{commit}", json.dumps(known).encode("ascii"))
    return {path: known[path] for path in paths if path in known}


def _times(data: bytes | None) -> dict[str, int]:
    said = json.loads(data) if data else {}
    return {str(path): int(time) for path, time in said.items()}


def _grown(
    repository: git.Repository, tree: sides.Tree, cache: caches.Cache | None, prefix: str
) -> indexes.Index | None:
    """Return the index, made of one of an earlier tree that nothing was taken away from."""
    kept = [name for name in caches.names(cache) if name.startswith(prefix)]
    ids = [name.removeprefix(prefix) for name in kept]
    here = folders.known_trees(repository, ids) if ids else frozenset()
    for name in [each for each in ids if each in here][:_NEAREST]:
        before = indexes.decode(caches.load(cache, prefix + name) or b"")
        if before is None:
            continue
        found = folders.difference(repository, name, tree.folder_id, folder=store.FOLDER)
        added = records_among(found.after)
        known = any(indexes.blob_of(before, store.digest_in(path)) for path in added)
        if not found.before and not known:
            return indexes.extended(before, _rows(tree, added))
    return None


def _rows(tree: sides.Tree, records: Mapping[str, Entry]) -> Iterator[indexes.Row]:
    for entry, data in sides.read_each(tree, list(records.values())):
        yield indexes.Row(store.digest_in(entry.path), entry.blob, data)
