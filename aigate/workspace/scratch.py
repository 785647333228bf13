"""Writes units to a private folder, for scanners that run as programs."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from aigate.domain.tree import Unit
from aigate.errors import IncompleteError

_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@contextmanager
def private_folder() -> Iterator[str]:
    """Give a new folder that nobody else can enter, and remove it with all that is in it.

    Raises:
        IncompleteError: there is no place for one.
    """
    try:
        folder = os.path.realpath(tempfile.mkdtemp(prefix="aigate-"))
    except OSError as error:
        raise _no_room(error) from error
    try:
        yield folder
    finally:
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
