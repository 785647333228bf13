"""Keeps what scanners said of a text, so that equal text is examined once.

A row holds what was said of one text under one set of rules, and a digest with the cache's
secret key over both: what anybody else wrote, or what was damaged, counts as absent. What was
said may repeat the text, and so is sealed with a key that is made of the text and the secret
key: who reads the file without having both reads nothing.
No error here is an error of a scan; without rows everything is examined again.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from aigate.workspace.cache import Cache, own_folder

if TYPE_CHECKING:
    import sqlite3

LARGEST = 256 * 1024 * 1024
"""How many bytes the rows may take; what was written longest ago goes first."""

_T = TypeVar("_T")
_K = TypeVar("_K")
_FOLDER = "results"
_FILE = "results.db"
_PAGE = 4096
_AT_ONCE = 500  # parameters of one statement, of which older SQLite takes 999
_PATIENCE = 2.0  # seconds for another run that is writing
_SETTINGS = (
    "PRAGMA trusted_schema = OFF",
    "PRAGMA journal_mode = WAL",
    # A power cut may lose rows, and leaves no half ones.
    "PRAGMA synchronous = NORMAL",
)
_TABLE = "CREATE TABLE IF NOT EXISTS result (key BLOB UNIQUE, said BLOB, digest BLOB)"


def load(cache: Cache | None, keys: Iterable[bytes]) -> dict[bytes, bytes]:
    """Return what is kept under these keys and is whole."""
    if cache is None:
        return {}
    named = hashlib.blake2b(key=cache.key, digest_size=32, person=b"name")
    names = {_keyed(named, key): key for key in keys}
    wanted = tuple(names)
    if not wanted:
        return {}

    def read(database: sqlite3.Connection) -> list[tuple[object, object, object]]:
        found = []
        for first in range(0, len(wanted), _AT_ONCE):
            some = wanted[first : first + _AT_ONCE]
            marks = ",".join("?" * len(some))
            statement = f"SELECT key, said, digest FROM result WHERE key IN ({marks})"  # noqa: S608 - question marks
            found += database.execute(statement, some).fetchall()
        return found

    said_by = hashlib.blake2b(key=cache.key, digest_size=32, person=b"said")
    found = {}
    for name, sealed, told in _ask(cache, read, make=False) or ():
        key = names.get(name) if isinstance(name, bytes) else None
        if key is not None and isinstance(sealed, bytes) and isinstance(told, bytes):
            said = _sealed(cache, key, told, sealed)
            if hmac.compare_digest(told, _keyed(said_by, key + said)):
                found[key] = said
    return found


def read_all(rows: Mapping[_K, bytes]) -> dict[_K, Any]:
    """Return what is written in rows that are JSON, as their writer vouches; all in one go."""
    return dict(zip(rows, json.loads(b"[%b]" % b",".join(rows.values())), strict=True))


def save(cache: Cache | None, rows: Mapping[bytes, bytes]) -> None:
    """Keep what was said under each key."""
    if cache is None or not rows:
        return
    named, said_by = (
        hashlib.blake2b(key=cache.key, digest_size=32, person=one) for one in (b"name", b"said")
    )
    written = []
    for key, said in rows.items():
        digest = _keyed(said_by, key + said)
        # Not the key itself, which opens the seal.
        written.append((_keyed(named, key), _sealed(cache, key, digest, said), digest))

    def write(database: sqlite3.Connection) -> None:
        database.execute("BEGIN IMMEDIATE")
        # A row of somebody else's with the same key is none, so ours takes its place.
        database.executemany("INSERT OR REPLACE INTO result VALUES (?, ?, ?)", written)
        _make_room(database)
        database.execute("COMMIT")

    _ask(cache, write, make=True)


def count(cache: Cache) -> int:
    """Return how many rows are kept."""

    def ask(database: sqlite3.Connection) -> int:
        return int(database.execute("SELECT COUNT(*) FROM result").fetchone()[0])

    return _ask(cache, ask, make=False) or 0


def size(cache: Cache) -> int:
    """Return how many bytes the rows take on disk."""
    return sum(weight for _, weight in _files(cache))


def clear(cache: Cache) -> None:
    """Remove all rows.

    Raises:
        OSError: they cannot be removed.
    """
    for file, _ in _files(cache):
        file.unlink(missing_ok=True)


def _files(cache: Cache) -> Iterator[tuple[Path, int]]:
    for end in ("", "-wal", "-shm"):
        file = Path(cache.folder, _FOLDER, _FILE + end)
        with contextlib.suppress(OSError):
            yield file, file.stat(follow_symlinks=False).st_size


def _ask(cache: Cache, work: Callable[[sqlite3.Connection], _T], *, make: bool) -> _T | None:
    """Do something with the rows; None if that cannot be done. What is damaged is removed."""
    try:
        import sqlite3  # noqa: PLC0415 - not needed where nothing is kept
    except ImportError:
        return None  # a Python can be built without it

    file = Path(cache.folder, _FOLDER, _FILE)
    try:
        with own_folder(str(file.parent)):
            if not make and not file.is_file():
                return None
            _require_plain(file)
            # Closing rolls back what was begun.
            with contextlib.closing(
                sqlite3.connect(file, timeout=_PATIENCE, isolation_level=None)
            ) as database:
                for setting in (*_SETTINGS, *([_TABLE] if make else ())):
                    database.execute(setting)
                return work(database)
    except (OSError, MemoryError, sqlite3.OperationalError):
        return None  # busy, full, read-only, or another version's
    except sqlite3.DatabaseError:
        with contextlib.suppress(OSError):
            clear(cache)
        return None


def _require_plain(file: Path) -> None:
    """Refuse links: the folder is ours, but who knows what was restored into it."""
    for end in ("", "-wal", "-shm"):
        if Path(f"{file}{end}").is_symlink():
            raise OSError("a link where rows should be")


def _make_room(database: sqlite3.Connection) -> None:
    pages, free = (
        database.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("page_count", "freelist_count")
    )
    if (pages - free) * _PAGE > LARGEST:
        database.execute(
            "DELETE FROM result WHERE rowid <= (SELECT (MIN(rowid) + MAX(rowid)) / 2 FROM result)"
        )


def _keyed(begun: hashlib.blake2b, data: bytes) -> bytes:
    """Return the digest of data with a key that somebody else has begun with."""
    digest = begun.copy()
    digest.update(data)
    return digest.digest()


def _sealed(cache: Cache, key: bytes, digest: bytes, said: bytes) -> bytes:
    """Seal what was said, or open what is sealed: both are the same.

    The digest goes into the stream, so that no two rows are sealed with the same one.
    """
    size = len(said)
    stream = hashlib.shake_256(cache.key + key + digest).digest(size)
    return (int.from_bytes(said) ^ int.from_bytes(stream)).to_bytes(size)
