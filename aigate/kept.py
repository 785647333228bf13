"""Keeps what takes long to work out about texts with findings, and depends on nothing but them.

Slow digests of texts that hold secrets are found by a digest with the cache's secret key over the
text and its path, so that the cache without its key is of no more use than a report to whoever
wants to find a secret by trying. Where definitions stand is kept as results of scanners are.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import sys
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager

from aigate import __version__
from aigate.domain.finding import Finding, Sighting
from aigate.domain.rule import Rule
from aigate.domain.tree import TEXTUAL, Unit
from aigate.engine.place import Outlines, Placed, Slow, is_of_secret, place, slow_digest, unplaced
from aigate.engine.scope import Definition, definitions
from aigate.workspace import results
from aigate.workspace.cache import Cache, load, save

Find = Callable[[Sequence[Sighting], Sequence[Unit]], tuple[Finding, ...]]
"""Turns sightings in units into findings, as `place` does."""

_NAME = "slow-digests-1"
_MOST = 4096
_THREADS = 3
# Python is read by the interpreter that runs this.
_OUTLINE = f"aigate outline 1\0{__version__}\0{sys.version_info}\0"


@contextmanager
def finder(cache: Cache | None, catalogue: Mapping[str, Rule]) -> Iterator[Find]:
    """Give a function that makes findings, and keeps what will be the same next time."""
    placed: Placed = {}
    with kept_digests(cache) as slow:

        def find(sightings: Sequence[Sighting], units: Sequence[Unit]) -> tuple[Finding, ...]:
            by_id = {unit.id: unit for unit in units}
            named = unplaced(sightings, by_id, placed)
            secret = (one for one in sightings if is_of_secret(one, catalogue.get(one.rule)))
            held = named.intersection(one.unit for one in secret)

            def ahead(known: Outlines) -> list[threading.Thread]:
                asked: list[tuple[str, str]] = []

                def note(text: str, path: str) -> str:
                    asked.append((text, path))
                    return ""

                some = [one for one in sightings if one.unit in held]
                place(some, by_id, catalogue, note, known)
                return _beside(slow, asked)

            left = [by_id[one] for one in sorted(named)]
            outlines = outlines_of(cache, left, first=held, ahead=ahead)
            return place(sightings, by_id, catalogue, slow, outlines, placed)

        yield find


def _beside(slow: Slow, asked: Sequence[tuple[str, str]]) -> list[threading.Thread]:
    """Have slow digests worked out by others, who keep this thread from nothing meanwhile."""
    left = list(dict.fromkeys(asked))

    def work() -> None:
        # Whatever fails will do so again where it is asked for.
        with contextlib.suppress(IndexError, ValueError, MemoryError):
            while True:
                slow(*left.pop())

    # One alone would wait each time until the reading of a text ends.
    threads = [threading.Thread(target=work) for _ in range(min(_THREADS, len(left)))]
    for thread in threads:
        thread.start()
    return threads


@contextmanager
def kept_digests(cache: Cache | None) -> Iterator[Slow]:
    """Give a function that returns what `slow_digest` does, from the cache where it is known."""
    if cache is None:
        yield functools.cache(slow_digest)
        return
    kept: dict[str, str] | None = None
    asked: dict[str, str] = {}
    one_by_one = threading.Lock()

    def digest(text: str, path: str) -> str:
        nonlocal kept
        with one_by_one:
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


def outlines_of(
    cache: Cache | None,
    units: Sequence[Unit],
    *,
    first: Collection[str] = (),
    ahead: Callable[[Outlines], list[threading.Thread]] = lambda _known: [],
) -> Outlines:
    """Return where definitions stand in units, by id; of all those that hold a text.

    If some texts have to be read, `ahead` is called once those of the units in `first` are known,
    and what it starts has ended when this returns.
    """
    keys = {unit.id: _key(unit) for unit in units if unit.kind in TEXTUAL} if cache else {}
    kept = results.load(cache, keys.values())
    found: dict[str, tuple[Definition, ...]] = {}
    left = []
    for unit in units:
        if unit.kind in TEXTUAL:
            row = kept.get(keys[unit.id]) if cache else None
            if row is None:
                left.append(unit)
            else:
                found[unit.id] = _read(row)
    rest = [unit for unit in left if unit.id not in first]
    found |= {unit.id: definitions(unit.text, unit.kind) for unit in left if unit.id in first}
    started = ahead(found) if rest else []
    found |= {unit.id: definitions(unit.text, unit.kind) for unit in rest}
    for thread in started:
        thread.join()
    results.save(cache, {keys[unit.id]: _written(found[unit.id]) for unit in left if cache})
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
