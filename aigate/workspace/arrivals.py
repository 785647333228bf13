"""Follows texts back through the versions of their files, to the commit that brought them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field

from aigate.domain.tree import Entry, Unit
from aigate.engine.presence import Wanted, is_plainly_there, is_there
from aigate.value import dataclass
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
    _go(trails, line, past, budget)
    for _ in range(_MOST_RENAMES):
        moved = _under_old_names(trails, line, past)
        if not moved:
            break
        _go(moved, read_mainline(past, commit, {t.path for t in moved}), past, budget)
    return line


def units_of(path: str, version: Version, data: bytes) -> tuple[Unit, ...]:
    """Cut a version of a file into units, as scanners would get them."""
    entry = Entry(path, version.mode, version.blob)
    return tuple(build_units([Content(entry=entry, data=data)], limit=LARGEST))


def _go(trails: Sequence[Trail], line: Mainline, past: Past, budget: _Budget) -> None:
    """Go back along the versions of each file until one lacks what is wanted."""
    waiting = {
        # Where a file got its name, the older versions are those under the other one.
        (trail.path, trail.at): [v for v in line.versions.get(trail.path, ()) if v.at > trail.at]
        for trail in trails
    }
    keys = {id(trail): (trail.path, trail.at) for trail in trails}
    for trail in trails:
        trail.lost = not waiting[keys[id(trail)]]
    going = [trail for trail in trails if not trail.lost]
    step = 0
    while going:
        size = _CHUNKS[min(step, len(_CHUNKS) - 1)]
        step += 1
        batch = {key: waiting[key][:size] for key in {keys[id(trail)] for trail in going}}
        waiting |= {key: waiting[key][size:] for key in batch}
        contents = _read(batch.values(), past, budget)
        for trail in going:
            for version in batch[keys[id(trail)]]:
                _look(trail, version, contents, budget)
                if trail.lost:
                    break
        going = [trail for trail in going if not trail.lost and waiting[keys[id(trail)]]]


def _look(trail: Trail, version: Version, contents: Mapping[str, bytes], budget: _Budget) -> None:
    if version.blob and version.mode != SUBMODULE_MODE and version.blob not in contents:
        trail.unknown = trail.lost = True
        return
    data = contents.get(version.blob, b"")
    if is_plainly_there(trail.one, data) or is_there(
        trail.one, _units(trail.path, version, data, budget)
    ):
        trail.at, trail.there, trail.path_there = version.at, version, trail.path
    else:
        trail.lost = True


def _read(batch: Iterable[Sequence[Version]], past: Past, budget: _Budget) -> dict[str, bytes]:
    ids = sorted({version.blob for versions in batch for version in versions} - {""})
    budget.versions -= len(ids)
    if budget.versions < 0 or budget.size < 0:
        return {}
    found: dict[str, bytes] = {}
    # What reads the near repository runs already; what its settings keep from it is seldom.
    for repository in (past.near, past.repository):
        left = [name for name in ids if name not in found]
        for blob in read_blobs(repository, left, limit=LARGEST) if left else ():
            if not blob.problem:
                found[blob.id] = blob.data
                budget.size -= len(blob.data)
    return found


def _units(path: str, version: Version, data: bytes, budget: _Budget) -> tuple[Unit, ...]:
    if not version.blob:
        return ()
    key = (path, version.mode, version.blob)
    if key not in budget.units:
        if len(budget.units) >= _KEPT:
            budget.units.clear()
        budget.units[key] = units_of(path, version, data)
    return budget.units[key]


def _under_old_names(trails: Iterable[Trail], line: Mainline, past: Past) -> list[Trail]:
    """Return the trails that end where their file got its name, now under its old one."""
    moved = []
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
            moved.append(trail)
    return moved
