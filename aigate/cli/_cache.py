"""Decides where a run may keep what makes the next one faster."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from aigate.workspace.cache import KEY, Place


def place_of(environ: Mapping[str, str], *, named: str = "", off: bool = False) -> Place | None:
    """Return the folder that the caller names, or else the user's own; None for no cache.

    In a pipeline only a named folder counts: the home folder there may have been filled by a
    run that nobody trusts.
    """
    if off:
        return None
    if named:
        folder = Path(named).absolute()
        return Place(str(folder), str(folder / KEY), named=True)
    home = environ.get("HOME", "")
    if not Path(home).is_absolute() or environ.get("CI", "").lower() not in {"", "0", "false"}:
        return None
    caches = environ.get("XDG_CACHE_HOME") or str(Path(home, ".cache"))
    states = environ.get("XDG_STATE_HOME") or str(Path(home, ".local", "state"))
    if not (Path(caches).is_absolute() and Path(states).is_absolute()):
        return None
    # Apart from each other: who carries a cache folder along does not carry its key.
    return Place(str(Path(caches, "aigate", "kept")), str(Path(states, "aigate", "cache-key")))
