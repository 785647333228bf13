"""Writes units to a private folder, for scanners that run as programs."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from pathlib import Path

from aigate.domain.regex import regex
from aigate.domain.tree import Unit
from aigate.errors import IncompleteError

_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
_PREFIX = "aigate-scan-"
# What `mkdtemp` makes of the prefix.
_NAME = regex(rf"{_PREFIX}[a-z0-9_]{{8}}")
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@contextmanager
def private_folder() -> Iterator[str]:
    """Give a new folder that nobody else can enter, and remove it with all that is in it.

    What a run that was killed had to leave behind is removed as well.

    Raises:
        IncompleteError: there is no place for one.
    """
    import shutil  # noqa: PLC0415 - it takes long to load, and what is known needs no folder

    try:
        folder, lock = _held_folder()
    except OSError as error:
        raise _no_room(error) from error
    try:
        _remove_left_behind(os.path.dirname(folder))  # noqa: PTH120 - a path of `os` throughout
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


@contextmanager
def private_folder_if_asked() -> Iterator[Callable[[], str]]:
    """Give a function that returns a folder as `private_folder` does, made when it is first asked."""
    with ExitStack() as stack:
        yield cache(lambda: stack.enter_context(private_folder()))


def _held_folder() -> tuple[str, int]:
    """Make a folder and hold it; the system lets go when the process ends, however it does."""
    import tempfile  # noqa: PLC0415 - as above

    while True:
        folder = os.path.realpath(tempfile.mkdtemp(prefix=_PREFIX))
        # Another run may take it for left behind, in the moment before it is held.
        with suppress(FileNotFoundError, BlockingIOError), _opened(folder) as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            if os.fstat(lock).st_nlink:
                return folder, os.dup(lock)


@contextmanager
def _opened(folder: str) -> Iterator[int]:
    descriptor = os.open(folder, _DIRECTORY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _remove_left_behind(parent: str) -> None:
    """Remove private folders of this user that no process holds any more."""
    with suppress(OSError), os.scandir(parent) as entries:
        for name in [entry.name for entry in entries if _NAME.fullmatch(entry.name)]:
            with suppress(OSError):
                _remove_if_left(os.path.join(parent, name))  # noqa: PTH118 - as above


def _remove_if_left(folder: str) -> None:
    with _opened(folder) as held:
        status = os.fstat(held)
        private = stat.S_IMODE(status.st_mode) == stat.S_IRWXU
        if private and status.st_uid == os.getuid():
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            import shutil  # noqa: PLC0415 - as above

            shutil.rmtree(folder, ignore_errors=True)


def export(units: Iterable[Unit], folder: str) -> int:
    """Write each unit that has a `file` under its neutral name; return how many there were.

    Nothing of the repository is in a name, and writing does not fail on any text.

    Raises:
        IncompleteError: there is no room for them.
    """
    count = 0
    Path(folder).mkdir(mode=0o700, parents=True, exist_ok=True)
    for unit in units:
        if unit.file:
            try:
                _write(Path(folder, unit.file), unit.text.encode("utf-8", "replace"))
            except OSError as error:
                if error.errno in _NO_ROOM:
                    raise _no_room(error) from error
                raise
            count += 1
    return count


def _write(file: Path, data: bytes) -> None:
    with open(os.open(file, _FLAGS, 0o600), "wb") as stream:  # noqa: PTH123 - an open descriptor
        stream.write(data)


def _no_room(error: OSError) -> IncompleteError:
    return IncompleteError(
        f"the files to examine cannot be written: {error.strerror}",
        hint="check the space on the disk, and `TMPDIR`",
        code="no-scratch",
    )
