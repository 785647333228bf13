"""Keeps what was worked out before in a private folder, and gives back only what is whole.

Each entry carries a digest with a secret key over its name and content, so that nothing but a
run with the same key can have written what is read here. Why that is needed, and what it does
not help against, is in `docs/decisions/0009-ledger-index.md`.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import stat
from collections.abc import Iterator
from dataclasses import field
from pathlib import Path

from aigate.domain.regex import regex
from aigate.errors import UsageError
from aigate.value import dataclass

KEY = "key"
"""The name of the key's file where it lies in the folder itself."""

_KEY_BYTES = 32
_DIGEST_BYTES = 32
_MAGIC = b"aigate cache 1\n"
_NAME = regex(r"[a-z0-9][a-z0-9.-]{0,127}")

LARGEST = 256 * 1024 * 1024
"""How many bytes a folder may hold; an entry that is larger is not kept."""

_MOST_FILES = 64


@dataclass(frozen=True, slots=True)
class Place:
    """Where things may be kept: a folder, and the file of the key that vouches for them.

    Whoever can write to both decides what is found. Neither has to be there yet. `named` says
    that the caller asked for this very place.
    """

    folder: str
    key_file: str
    named: bool = False


@dataclass(frozen=True, slots=True)
class Cache:
    """A folder that was found to be private, and its key."""

    folder: str
    key: bytes = field(repr=False)


def open_cache(place: Place | None, *, judging: str = "") -> Cache | None:
    """Open a cache, making it if need be; None if there is none that can be relied upon.

    The folder and the key must be the caller's own, and nobody else may write to the one or
    read the other. Nor may they lie in the repository that is judged, whose top is `judging`:
    a change can bring files there. What speaks against a place that nobody named is no error:
    without a cache everything is done again.

    Raises:
        UsageError: the caller named this place, and it cannot be relied upon.
    """
    if place is None:
        return None
    if judging and any(_lies_in(path, judging) for path in (place.folder, place.key_file)):
        _refuse(place, "is in the repository that is judged, where a change can bring files")
        return None
    try:
        with own_folder(place.folder):
            key = _key(place.key_file)
    except OSError:
        key = b""
    if len(key) != _KEY_BYTES:
        _refuse(place, "cannot be used")
        return None
    return Cache(place.folder, key)


def _refuse(place: Place, reason: str) -> None:
    if place.named:
        raise UsageError(
            f"the cache `{place.folder}` {reason}",
            hint="name a folder elsewhere that is yours, and that nobody else may write to",
            code="cache-unusable",
        )


def _lies_in(path: str, folder: str) -> bool:
    real = os.path.realpath(folder)
    return os.path.commonpath((os.path.realpath(path), real)) == real


def load(cache: Cache | None, name: str) -> bytes | None:
    """Return the content that was saved under a name, None if there is none that is whole."""
    if cache is None:
        return None
    try:
        with own_folder(cache.folder) as folder:
            data = _read(folder, name, forbidden=0o022)
    except (OSError, MemoryError):
        return None
    start = len(_MAGIC) + _DIGEST_BYTES
    content = memoryview(data)[start:]
    whole = data[: len(_MAGIC)] == _MAGIC and hmac.compare_digest(
        data[len(_MAGIC) : start], _digest(cache, name, content)
    )
    return bytes(content) if whole else None


def save(cache: Cache | None, name: str, content: bytes) -> None:
    """Keep content under a name; that it cannot be kept is no error."""
    if cache is None or not _NAME.fullmatch(name) or len(content) > LARGEST // 4:
        return
    with contextlib.suppress(OSError), own_folder(cache.folder) as folder:
        _write(folder, name, _MAGIC + _digest(cache, name, memoryview(content)) + content)
        _prune(folder)


def names(cache: Cache | None) -> tuple[str, ...]:
    """Return the names of what seems to be kept, what was written last first."""
    if cache is None:
        return ()
    try:
        with own_folder(cache.folder) as folder:
            found = _listed(folder)
    except OSError:
        return ()
    return tuple(name for _, _, name in found if _NAME.fullmatch(name))


def clear(cache: Cache) -> int:
    """Remove what is kept, and return how many files that were.

    Raises:
        OSError: something cannot be removed.
    """
    with own_folder(cache.folder) as folder:
        found = _listed(folder)
        for _, _, name in found:
            os.unlink(name, dir_fd=folder)
    return len(found)


def size(cache: Cache) -> int:
    """Return how many bytes are kept."""
    try:
        with own_folder(cache.folder) as folder:
            return sum(weight for _, weight, _ in _listed(folder))
    except OSError:
        return 0


def _digest(cache: Cache, name: str, content: memoryview) -> bytes:
    keyed = hashlib.blake2b(key=cache.key, digest_size=_DIGEST_BYTES)
    keyed.update(f"{len(name)} {name}\n".encode())
    keyed.update(content)
    return keyed.digest()


@contextlib.contextmanager
def own_folder(path: str) -> Iterator[int]:
    """Open a folder that is ours alone to write to, making it if need be.

    Raises:
        OSError: it cannot be made, is a link, or somebody else has a say in it.
    """
    Path(path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        Path(path).mkdir(mode=0o700)
    opened = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        _require_own(opened, forbidden=0o022)
        yield opened
    finally:
        os.close(opened)


def _key(file: str) -> bytes:
    with own_folder(str(Path(file).parent)) as folder:
        name = Path(file).name
        try:
            return _read(folder, name, forbidden=0o077)
        except FileNotFoundError:
            _write(folder, name, os.urandom(_KEY_BYTES))
        # Where several runs make one at the same time, the last counts for all.
        return _read(folder, name, forbidden=0o077)


def _read(folder: int, name: str, *, forbidden: int) -> bytes:
    # Without waiting: somebody may have put a pipe there.
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
    opened = os.open(name, flags, dir_fd=folder)
    with os.fdopen(opened, "rb") as file:
        if not stat.S_ISREG(os.fstat(opened).st_mode):
            raise OSError("not a regular file")
        _require_own(opened, forbidden=forbidden)
        return file.read(LARGEST)


def _require_own(opened: int, *, forbidden: int) -> None:
    status = os.fstat(opened)
    if status.st_uid != os.geteuid() or status.st_mode & forbidden:
        raise PermissionError("somebody else has a say in it")


def _write(folder: int, name: str, data: bytes) -> None:
    """Write a file whole or not at all."""
    passing = f".{name}.{os.urandom(8).hex()}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    opened = os.open(passing, flags, 0o600, dir_fd=folder)
    try:
        with os.fdopen(opened, "wb") as file:
            file.write(data)
        os.replace(passing, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(passing, dir_fd=folder)
        raise


def _prune(folder: int) -> None:
    """Remove what was written longest ago, also what a run that was killed left half written."""
    kept = 0
    for number, (_, weight, name) in enumerate(_listed(folder)):
        kept += weight
        if number >= _MOST_FILES or kept > LARGEST:
            os.unlink(name, dir_fd=folder)


def _listed(folder: int) -> list[tuple[int, int, str]]:
    """Return age, size and name of each file but the key, what was written last first."""
    found = []
    for name in os.listdir(folder):
        with contextlib.suppress(OSError):
            status = os.stat(name, dir_fd=folder, follow_symlinks=False)
            if not stat.S_ISDIR(status.st_mode) and name != KEY:
                found.append((-status.st_mtime_ns, status.st_size, name))
    return sorted(found)
