"""Keeps what one hook of a session must know of those before: where it began, what was blocked.

Hooks run side by side and are killed at any time, so each change is made under a lock and
replaces the whole file.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from pathlib import Path

from aigate.value import dataclass

_LARGEST = 32_000_000
_KEPT = 30 * 24 * 3600
_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What is known of a session.

    `commit` is what was checked out when it began, empty before the first commit. `dirty` holds
    the blobs of files that differed from it even then, by path, the empty text for one that
    was gone. `blocks` counts objections one after the other, by moment. `pending` holds, by path,
    the digests of lines that were written, or are about to be. `settled` names the state of the
    changed files that nobody has to look at again.
    """

    commit: str
    dirty: Mapping[str, str] = field(default_factory=dict)
    model: str = ""
    blocks: Mapping[str, int] = field(default_factory=dict)
    pending: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    settled: str = ""


@dataclass(frozen=True, slots=True)
class Slot:
    """Where the state of one session lies."""

    folder: str
    name: str


class DamagedError(Exception):
    """There is a state, and it cannot be read."""


def slot_of(folder: str, *, root: str, agent: str, session: str) -> Slot:
    """Return where the state of a session lies, in a folder for all of them."""
    key = f"{root}\0{agent}\0{session}".encode("utf-8", "surrogatepass")
    return Slot(folder, hashlib.sha256(key).hexdigest()[:40])


def load(slot: Slot) -> Session | None:
    """Return what is kept, or None if nothing is.

    Raises:
        DamagedError: there is something else than what was kept.
        OSError: it cannot be read.
    """
    try:
        opened = os.open(_file(slot), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return None
    with os.fdopen(opened, "rb") as stream:
        about = os.fstat(opened)
        if not stat.S_ISREG(about.st_mode) or about.st_uid != os.geteuid() or about.st_mode & 0o077:
            raise DamagedError
        data = stream.read(_LARGEST + 1)
    return _read(data)


def change(slot: Slot, step: Callable[[Session | None], Session]) -> Session:
    """Replace what is kept by what `step` makes of it, with nobody else in between.

    Raises:
        DamagedError: see `load`.
        OSError: it cannot be kept.
    """
    with _locked(slot):
        session = step(load(slot))
        _write(slot, session)
    return session


def forget_old(folder: str, *, now: float) -> None:
    """Remove what nobody has touched for a month."""
    with contextlib.suppress(OSError):
        for file in Path(folder).iterdir():
            with contextlib.suppress(OSError):
                if now - file.lstat().st_mtime > _KEPT:
                    file.unlink()


def last_use(folder: str, *, root: str, agent: str) -> float | None:
    """Return when a hook of this agent last ran here, in seconds since 1970; None if never."""
    try:
        return slot_file(slot_of(folder, root=root, agent=agent, session="")).lstat().st_mtime
    except OSError:
        return None


def note_use(folder: str, *, root: str, agent: str) -> None:
    """Keep that a hook of this agent runs here now."""
    file = slot_file(slot_of(folder, root=root, agent=agent, session=""))
    with contextlib.suppress(OSError):
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.touch(mode=0o600)


def slot_file(slot: Slot) -> Path:
    """Return the file of a slot."""
    return Path(_file(slot))


def _file(slot: Slot) -> str:
    return str(Path(slot.folder, f"{slot.name}.json"))


@contextlib.contextmanager
def _locked(slot: Slot) -> Iterator[None]:
    Path(slot.folder).mkdir(mode=0o700, parents=True, exist_ok=True)
    name = str(Path(slot.folder, f"{slot.name}.lock"))
    opened = os.open(name, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield
    finally:
        os.close(opened)


def _write(slot: Slot, session: Session) -> None:
    value = {
        "version": _VERSION,
        "commit": session.commit,
        "dirty": dict(session.dirty),
        "model": session.model,
        "blocks": dict(session.blocks),
        "settled": session.settled,
        "pending": {path: list(hashes) for path, hashes in session.pending.items()},
    }
    name = str(Path(slot.folder, f".{slot.name}.{os.urandom(8).hex()}"))
    opened = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(opened, "wb") as out:
            # Names that are no Unicode are escaped, and come back as they were.
            out.write(json.dumps(value).encode("ascii"))
        Path(name).replace(_file(slot))
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _read(data: bytes) -> Session:
    try:
        value: object = json.loads(data)
    except (ValueError, RecursionError):
        raise DamagedError from None
    if len(data) > _LARGEST or not isinstance(value, dict) or value.get("version") != _VERSION:
        raise DamagedError
    commit, model, blocks = value.get("commit"), value.get("model"), value.get("blocks")
    pending, settled = value.get("pending"), value.get("settled")
    if not all(isinstance(one, str) for one in (commit, model, settled)):
        raise DamagedError
    if not isinstance(pending, dict):
        raise DamagedError
    if not (isinstance(blocks, dict) and all(isinstance(n, int) for n in blocks.values())):
        raise DamagedError
    return Session(
        commit=str(commit),
        dirty=_texts(value.get("dirty")),
        model=str(model),
        settled=str(settled),
        blocks=blocks,
        pending={path: _list(hashes) for path, hashes in pending.items()},
    )


def _texts(value: object) -> dict[str, str]:
    if isinstance(value, dict) and all(isinstance(one, str) for one in value.values()):
        return value
    raise DamagedError


def _list(value: object) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return tuple(value)
    raise DamagedError
