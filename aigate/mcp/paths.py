"""Takes a path as a model spells it, and returns it as the tree does, or refuses it."""

from __future__ import annotations

import os
from pathlib import Path

from aigate.engine.shown import line
from aigate.errors import UsageError

_LONGEST = 4096
_LONGEST_PART = 255  # bytes; no file system has a longer one
_SHOWN = 200


def inside(name: str, root: str) -> str:
    """Return a path relative to the repository, with slashes.

    Links in the folders on the way are followed, the last part is not: a link is judged as one.

    Raises:
        UsageError: it leads out of the repository, into git's own folder, or nowhere.
    """
    shown = f"`{line(name, _SHOWN)}`"
    if not _is_path(name):
        raise UsageError(
            f"{shown} is no path",
            hint=f"name a file, in at most {_LONGEST} characters and {_LONGEST_PART} bytes a part",
        )
    top = os.path.realpath(root)
    spelled = os.path.normpath(Path(top, name))
    real = Path(os.path.realpath(Path(spelled).parent), Path(spelled).name)
    if not real.is_relative_to(top) or str(real) == top:
        raise UsageError(
            f"{shown} is no file of this repository",
            hint="name files relative to the top of the repository, without `..`",
        )
    found = real.relative_to(top).as_posix()
    if any(part.casefold() == ".git" for part in found.split("/")):
        raise UsageError(f"{shown} belongs to git", hint="name files of the project")
    return found


def _is_path(name: str) -> bool:
    if not name.strip() or "\0" in name or len(name) > _LONGEST:
        return False
    try:
        return all(len(os.fsencode(part)) <= _LONGEST_PART for part in name.split("/"))
    except UnicodeEncodeError:
        return False


def file_inside(name: str, root: str) -> str:
    """Return a path as `inside` does, and refuse a folder.

    Raises:
        UsageError: it is a folder, or see `inside`.
    """
    found = inside(name, root)
    place = Path(root, found)
    if place.is_dir() and not place.is_symlink():
        raise UsageError(
            f"`{line(found, _SHOWN)}` is a folder",
            hint="name files, or use `check_diff` for everything that changed",
        )
    return found
