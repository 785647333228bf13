"""Keeps what takes long to work out about texts with findings, and depends on nothing but them.

Slow digests of texts that hold secrets are found by a digest with the cache's secret key over the
text and its path, so that the cache without its key is of no more use than a report to whoever
wants to find a secret by trying. Where definitions stand is kept as results of scanners are.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from aigate import __version__
from aigate.domain.finding import Finding, Sighting
from aigate.domain.rule import Rule
from aigate.domain.tree import TEXTUAL, Unit
from aigate.engine.place import Outlines, Slow, place, slow_digest
from aigate.engine.scope import Definition, definitions
from aigate.workspace import results
from aigate.workspace.cache import Cache, load, save

Find = Callable[[Sequence[Sighting], Sequence[Unit]], tuple[Finding, ...]]
"""Turns sightings in units into findings, as `place` does."""

_NAME = "slow-digests-1"
_MOST = 4096
# Python is read by the interpreter that runs this.
_OUTLINE = f"aigate outline 1\0{__version__}\0{sys.version_info}\0"


@contextmanager
def finder(cache: Cache | None, catalogue: Mapping[str, Rule]) -> Iterator[Find]:
    """Give a function that makes findings, and keeps what will be the same next time."""
    with kept_digests(cache) as slow:

        def find(sightings: Sequence[Sighting], units: Sequence[Unit]) -> tuple[Finding, ...]:
            by_id = {unit.id: unit for unit in units}
            named = sorted({sighting.unit for sighting in sightings})
            outlines = outlines_of(cache, [by_id[one] for one in named])
            return place(sightings, by_id, catalogue, slow, outlines)

        yield find


@contextmanager
def kept_digests(cache: Cache | None) -> Iterator[Slow]:
    """Give a function that returns what `slow_digest` does, from the cache where it is known."""
    if cache is None:
        yield slow_digest
        return
    kept: dict[str, str] | None = None
    asked: dict[str, str] = {}

    def digest(text: str, path: str) -> str:
        nonlocal kept
        if kept is None:
            kept = json.loads(load(cache, _NAME) or b"{}")
        name = _name(cache, text, path)
        if name not in asked:
            asked[name] = kept.get(name) or slow_digest(text, path)
        return asked[name]

    yield digest
    if kept is not None and not asked.keys() <= kept.keys():
        # What was asked for last stays longest.
        every = {**{name: one for name, one in kept.items() if name not in asked}, **asked}
        save(cache, _NAME, json.dumps(dict(list(every.items())[-_MOST:])).encode())


def _name(cache: Cache, text: str, path: str) -> str:
    parts = [part.encode("utf-8", "surrogatepass") for part in (path, text)]
    digest = hashlib.blake2b(key=cache.key, digest_size=32, person=b"slow digest")
    for part in parts:
        digest.update(b"%d\0" % len(part) + part)
    return digest.hexdigest()


def outlines_of(cache: Cache | None, units: Sequence[Unit]) -> Outlines:
    """Return where definitions stand in units, by id; of all those that hold a text."""
    keys = {unit.id: _key(unit) for unit in units if unit.kind in TEXTUAL} if cache else {}
    kept = results.load(cache, keys.values())
    found: dict[str, tuple[Definition, ...]] = {}
    fresh = {}
    for unit in units:
        if unit.kind in TEXTUAL:
            row = kept.get(keys[unit.id]) if cache else None
            found[unit.id] = definitions(unit.text, unit.kind) if row is None else _read(row)
            if cache and row is None:
                fresh[keys[unit.id]] = _written(found[unit.id])
    results.save(cache, fresh)
    return found


def _key(unit: Unit) -> bytes:
    digest = hashlib.blake2b(f"{_OUTLINE}{unit.kind}\0".encode(), digest_size=32)
    digest.update(unit.text.encode("utf-8", "surrogatepass"))
    return digest.digest()


def _written(found: tuple[Definition, ...]) -> bytes:
    rows = [(one.name, one.first, one.last) for one in found]
    return json.dumps(rows, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _read(row: bytes) -> tuple[Definition, ...]:
    return tuple(Definition(name, first, last) for name, first, last in json.loads(row))
