"""Follows texts back through the versions of their files, to the commit that brought them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from aigate.domain.tree import Entry, Unit
from aigate.engine.presence import Wanted, is_there
from aigate.workspace.git import SUBMODULE_MODE, read_blobs
from aigate.workspace.mainline import Mainline, Version, read_mainline, renamed
from aigate.workspace.past import Past
from aigate.workspace.units import Content, build_units

LARGEST = 2_000_000
"""Larger versions are not read, in bytes."""

# What is read in one run: versions, and their bytes.
_MOST_VERSIONS = 20_000
_MOST_BYTES = 300_000_000

# Most of what is found came long ago or just now; so few versions are read at first.
_CHUNKS = (4, 16, 64, 256)
_MOST_RENAMES = 8
_KEPT = 200


@dataclass(slots=True)
class Trail:
    """A text on its way back.

    `path` is the name of its file, which changes on the way; `at` the oldest place on the line
    that has the text so far, -1 if none has; `path_there` and `there` are its file in that
    place. `unknown` says that a version could not be read, so that nothing is known.
    """

    one: Wanted
    path: str
    at: int = -1
    path_there: str = ""
    there: Version | None = None
    unknown: bool = False
    lost: bool = False


@dataclass(slots=True)
class _Budget:
    versions: int = _MOST_VERSIONS
    size: int = _MOST_BYTES
    units: dict[tuple[str, str, str], tuple[Unit, ...]] = field(default_factory=dict)


def follow(past: Past, commit: str, trails: Sequence[Trail]) -> Mainline:
    """Follow trails from a commit along its first parents; return that line.

    A trail ends with the oldest version that has its text often enough, without a break; in
    another file only where a commit renamed it. On a line that cannot be read none has a place.
    """
    line = read_mainline(past, commit, {trail.path for trail in trails})
    budget = _Budget()
    _go(trails, line, 0, past, budget)
    for _ in range(_MOST_RENAMES):
        again = _under_old_names(trails, line, past)
        for at, moved in again.items():
            older = read_mainline(past, line.commits[at + 1], {trail.path for trail in moved})
            _go(moved, older, at + 1, past, budget)
    return line


def units_of(path: str, version: Version, data: bytes) -> tuple[Unit, ...]:
    """Cut a version of a file into units, as scanners would get them."""
    entry = Entry(path, version.mode, version.blob)
    return tuple(build_units([Content(entry=entry, data=data)], limit=LARGEST))


def _go(trails: Sequence[Trail], line: Mainline, offset: int, past: Past, budget: _Budget) -> None:
    """Go back along the versions of each file until one lacks what is wanted."""
    waiting = {path: line.versions.get(path, ()) for path in {trail.path for trail in trails}}
    for trail in trails:
        trail.lost = not waiting[trail.path]
    going = [trail for trail in trails if not trail.lost]
    step = 0
    while going:
        size = _CHUNKS[min(step, len(_CHUNKS) - 1)]
        step += 1
        batch = {path: waiting[path][:size] for path in {trail.path for trail in going}}
        waiting |= {path: waiting[path][size:] for path in batch}
        contents = _read(batch, past, budget)
        for trail in going:
            for version in batch[trail.path]:
                _look(trail, version, offset, contents, budget)
                if trail.lost:
                    break
        going = [trail for trail in going if not trail.lost and waiting[trail.path]]


def _look(
    trail: Trail, version: Version, offset: int, contents: Mapping[str, bytes], budget: _Budget
) -> None:
    if version.blob and version.mode != SUBMODULE_MODE and version.blob not in contents:
        trail.unknown = trail.lost = True
    elif is_there(trail.one, _units(trail.path, version, contents, budget)):
        trail.at, trail.there, trail.path_there = version.at + offset, version, trail.path
    else:
        trail.lost = True


def _read(batch: Mapping[str, Sequence[Version]], past: Past, budget: _Budget) -> dict[str, bytes]:
    ids = sorted({version.blob for versions in batch.values() for version in versions} - {""})
    budget.versions -= len(ids)
    if budget.versions < 0 or budget.size < 0:
        return {}
    found = {}
    for blob in read_blobs(past.repository, ids, limit=LARGEST):
        if not blob.problem:
            found[blob.id] = blob.data
            budget.size -= len(blob.data)
    return found


def _units(
    path: str, version: Version, contents: Mapping[str, bytes], budget: _Budget
) -> tuple[Unit, ...]:
    if version.blob not in contents:
        return ()
    key = (path, version.mode, version.blob)
    if key not in budget.units:
        if len(budget.units) >= _KEPT:
            budget.units.clear()
        budget.units[key] = units_of(path, version, contents[version.blob])
    return budget.units[key]


def _under_old_names(trails: Iterable[Trail], line: Mainline, past: Past) -> dict[int, list[Trail]]:
    """Return the trails that end where their file got its name, under its old one, by place."""
    again: dict[int, list[Trail]] = defaultdict(list)
    names: dict[int, Mapping[str, str]] = {}
    for trail in trails:
        if trail.lost or trail.there is None or not trail.there.added:
            continue
        if trail.at not in names and trail.at + 1 < len(line.commits):
            names[trail.at] = renamed(past, line.commits[trail.at])
        before = names.get(trail.at, {}).get(trail.path)
        if before is None:
            trail.lost = True
        else:
            trail.path = before
            again[trail.at].append(trail)
    return again
