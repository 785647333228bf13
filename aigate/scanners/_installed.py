"""Tells which version of an engine is installed, without reading all that is known about it."""

from __future__ import annotations

import hashlib
import os
import sys
from functools import cache
from pathlib import Path

from aigate.domain.regex import regex
from aigate.value import dataclass

_INFO = regex(r"([A-Za-z0-9_.]+)-([^-/]+)\.dist-info")
_ENDINGS = (".dist-info", ".egg-info", "EGG-INFO")


@dataclass(frozen=True, slots=True)
class Installed:
    """The version of a distribution, and the folder that it is in where that is known."""

    version: str
    folder: str = ""


def version_of(name: str) -> str:
    """Return the version of a distribution, the empty text if it is not installed."""
    return installed(name).version


def installed(name: str) -> Installed:
    """Return what is known about a distribution, without a version if it is not installed.

    The folder that an installer leaves is named after both; only where none is, as in old
    kinds of installation, does the standard library read further, which takes longer to
    import than all of this.
    """
    for folder, record in _records(tuple(sys.path)):
        found = _INFO.fullmatch(record)
        if found and found[1].lower() == name:
            return Installed(found[2], folder)
    import importlib.metadata  # noqa: PLC0415 - see above

    try:
        return Installed(importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        return Installed("")


def is_extended(group: str) -> bool:
    """Tell whether distributions other than the one of this name plug into groups of it."""
    for folder, record in _records(tuple(sys.path)):
        own = record.lower().startswith(f"{group}-")
        if not own and f"[{group}.".encode() in _plugs(Path(folder, record)):
            return True
    return False


def all_installed() -> str:
    """Return a short text that changes with every distribution that comes, goes or changes."""
    names = sorted(name for _, name in _records(tuple(sys.path)))
    return hashlib.sha256("\n".join(names).encode("utf-8", "surrogateescape")).hexdigest()


def _plugs(record: Path) -> bytes:
    try:
        return (record / "entry_points.txt").read_bytes()
    except OSError:
        return b""


@cache
def _records(path: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """List what installers left in the folders that modules are found in; listed once."""
    found = []
    for folder in dict.fromkeys(path):
        try:
            names = os.listdir(folder or ".")  # noqa: PTH208 - a third of the time
        except OSError:
            continue
        found += [(folder or ".", name) for name in names if name.endswith(_ENDINGS)]
    return tuple(found)
