"""Remembers what files of a working tree were hashed to, so that untouched ones are not read again.

As for git, a file counts as untouched as long as the file system says the same of it: which file
it is, how large, and when it and what is said of it were last changed. Unlike git's index, which
anybody can write who has the repository, what is remembered is sealed with the user's own key,
and a file that was changed a moment ago is not remembered: a second change might look like the
first one; see `docs/decisions/0023-untouched-files.md`.
"""

from __future__ import annotations

import hashlib
import json
import os
from typing import TYPE_CHECKING

from aigate.workspace.cache import Cache, load, save

if TYPE_CHECKING:
    from aigate.workspace.git import Repository

_FORM = "aigate files 1"
# Some file systems tell times to two seconds only, and a program that has a file mapped goes on
# writing under the old times until the system has written it out, which it does after half a
# minute at the latest.
_MOMENT = 60_000_000_000
# What is new is written once it is such a part of all, since all is written.
_PART = 64

Facts = tuple[int, ...]
"""What a file system says of a file: device, number, mode, owners, size, and two times."""


class Untouched:
    """The files of one working tree that were hashed in earlier runs.

    `since` is the time in seconds, since 1970, before which a file must have been changed last
    to be remembered: that of the beginning of this run.
    """

    def __init__(self, cache: Cache | None, repository: Repository, *, since: float) -> None:
        """Read what is kept; what cannot be read counts as absent."""
        self._cache = cache
        place = f"{_FORM}\0{repository.object_format}\0{repository.root}"
        self._name = f"files-{hashlib.sha256(os.fsencode(place)).hexdigest()}"
        data = load(cache, self._name)
        # It is vouched for by the user's own key, so its shape is what was written.
        self._rows: dict[str, list[object]] = json.loads(data) if data else {}
        self._before = int(since * 1_000_000_000) - _MOMENT
        self._kept: dict[str, list[object]] = {}
        self._fresh = 0

    def blob_of(self, path: str, facts: Facts) -> str:
        """Return the blob of an untouched file's bytes; empty if it has to be read."""
        row = self._rows.get(path)
        if row is None or row[0] != [*facts]:
            return ""
        self._kept[path] = row
        return str(row[1])

    def keep(self, path: str, facts: Facts, blob: str) -> None:
        """Remember a file by what was said of it before and after it was hashed."""
        if max(facts[-2:]) < self._before:
            self._kept[path] = [[*facts], blob]
            self._fresh += 1

    def save(self) -> None:
        """Keep what was found out in this run, if there is enough of it."""
        if self._fresh * _PART > len(self._kept):
            save(self._cache, self._name, json.dumps(self._kept, separators=(",", ":")).encode())


def facts_of(status: os.stat_result) -> Facts:
    """Return what has to stay the same of a file, with the time of its last change at the end."""
    return (
        *(status.st_dev, status.st_ino, status.st_mode, status.st_uid, status.st_gid),
        *(status.st_size, status.st_mtime_ns, status.st_ctime_ns),
    )
