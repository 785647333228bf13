"""Tells which version of an engine is installed, without reading all that is known about it."""

from __future__ import annotations

import sys
from pathlib import Path

from aigate.domain.regex import regex

_INFO = regex(r"([A-Za-z0-9_.]+)-([^-/]+)\.dist-info")


def version_of(name: str) -> str:
    """Return the version of a distribution, the empty text if it is not installed.

    The folder that an installer leaves is named after both; only where none is, as in old
    kinds of installation, does the standard library read further, which takes longer to
    import than all of this.
    """
    for folder in sys.path:
        try:
            names = [one.name for one in Path(folder or ".").iterdir()]
        except OSError:
            continue
        for one in names:
            found = _INFO.fullmatch(one)
            if found and found[1].lower() == name:
                return found[2]
    import importlib.metadata  # noqa: PLC0415 - see above

    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""
