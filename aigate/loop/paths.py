"""Tells where a path of an event leads: into the repository, out of it, or to what is forbidden."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from aigate.value import dataclass

# What no agent writes, whatever the policy says: who may sign, what was signed, git's own
# folder with its hooks, and the records of sessions.
_NEVER = r"(?:.*/)?\.git(?:/.*)?|\.aigate/(?:trust|ledger)(?:/.*)?"


_LONGEST = 4096


@dataclass(frozen=True, slots=True)
class Target:
    """Where a path leads.

    `path` is relative to the repository with slashes, empty if it leads elsewhere; `refusal` says
    why nobody may write there, and is empty if somebody may.
    """

    path: str
    refusal: str = ""


def target_of(
    name: str,
    *,
    root: str,
    folder: str,
    settings: Sequence[str] = (),
    private: Sequence[str] = (),
) -> Target:
    """Return where a path leads that an agent names.

    `settings` are patterns of files that steer hooks, in a repository or a home folder;
    `private` are folders that belong to aigate.
    """
    if "\0" in name or not name.strip():
        return Target("", "the path is empty or holds a null byte")
    if len(name) > _LONGEST:
        return Target("", f"the path has more than {_LONGEST} characters")
    spelled = os.path.normpath(Path(os.path.realpath(folder or root), name))
    real = os.path.realpath(spelled)
    folded = _folded(real)
    below = _below(real, root)
    refusal = ""
    if any(_below(folded, _folded(os.path.realpath(place))) is not None for place in private):
        refusal = f"`{name}` is where aigate keeps its own records"
    elif any(re.search(rf"(?:^|/)(?:{one})\Z", folded) for one in settings):
        refusal = f"`{name}` steers a coding agent and its hooks, so a person edits it"
    elif below is None and _below(spelled, root) is not None:
        refusal = f"`{name}` leads out of the repository by a symbolic link"
    elif below is not None and re.fullmatch(_NEVER, _folded(below)):
        refusal = f"`{name}` is not for agents: people sign there, or git works there"
    return Target(below or "", refusal)


def holder_of(place: str) -> str:
    """Return the nearest folder from here upwards that git works in, or the empty text."""
    try:
        real = Path(place).resolve()
        return next((str(one) for one in (real, *real.parents) if (one / ".git").exists()), "")
    except (OSError, ValueError, RuntimeError):
        return ""


def _below(path: str, root: str) -> str | None:
    """Return a path relative to a folder, None if it is not below it."""
    if path == root or not path.startswith(root.rstrip("/") + "/"):
        return None
    return path[len(root.rstrip("/")) + 1 :]


def _folded(path: str) -> str:
    """Return how a file system that ignores case and such would read a path."""
    plain = unicodedata.normalize("NFKC", path)
    kept = "".join(c for c in plain if c.isascii() or unicodedata.category(c) != "Cf")
    return "/".join(part.rstrip(". ") or part for part in kept.casefold().split("/"))
