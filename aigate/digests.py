"""Keeps the slow digests of texts that hold secrets, each of which takes a hundredth of a second.

They are found by a digest with the cache's secret key over the text and its path, so that the
cache without its key is of no more use than a report to whoever wants to find a secret by trying.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager

from aigate.engine.place import Slow, slow_digest
from aigate.workspace.cache import Cache, load, save

_NAME = "slow-digests-1"
_MOST = 4096


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
