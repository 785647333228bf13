"""Finds what reads the list of dependencies at a path, and loads no other reader."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from aigate.scanners._dependencies.files import lock_form, manifest_form
from aigate.scanners._dependencies.items import Item


def reader_of(path: str) -> Callable[[str], Iterable[Item]] | None:
    """Return what reads the manifest or lock file at a path, if it is one."""
    if manifest_form(path):
        from aigate.scanners._dependencies.manifests import (  # noqa: PLC0415 - see the module
            manifest_reader,
        )

        return manifest_reader(path)
    if lock_form(path):
        from aigate.scanners._dependencies.locks import lock_reader  # noqa: PLC0415 - see above

        return lock_reader(path)
    return None
