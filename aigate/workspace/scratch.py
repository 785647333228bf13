"""Writes units to a private folder, for scanners that run as programs."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from aigate.domain.tree import Unit

_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW


@contextmanager
def private_folder() -> Iterator[str]:
    """Give a new folder that nobody else can enter, and remove it with all that is in it."""
    folder = os.path.realpath(tempfile.mkdtemp(prefix="aigate-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def export(units: Iterable[Unit], folder: str) -> int:
    """Write each unit that has a `file` under its neutral name; return how many there were.

    Nothing of the repository is in a name, and writing does not fail on any text.
    """
    count = 0
    Path(folder).mkdir(mode=0o700, parents=True, exist_ok=True)
    for unit in units:
        if unit.file:
            target = os.open(Path(folder, unit.file), _FLAGS, 0o600)
            with open(target, "wb") as stream:  # noqa: PTH123 - an open descriptor
                stream.write(unit.text.encode("utf-8", "replace"))
            count += 1
    return count
