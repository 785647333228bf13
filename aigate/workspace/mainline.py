"""Tells which versions a file had on a protected branch, and since when each was there.

That branch is its line of first parents: a merge counts as the commit that brought what it
merged, when it was merged, so nothing that happens to a branch before that moves a date.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import field

from aigate.domain.regex import regex
from aigate.errors import AigateError
from aigate.value import dataclass
from aigate.workspace.past import Past

PATIENCE = 60.0
"""How long reading the line may take, in seconds."""

# For more paths than this git is faster without knowing them.
_MOST_PATHS = 50

_COMMIT = regex(rb"\x01([0-9a-f]{40,64}) (-?\d{0,18})")
_CHANGE = regex(rb":\d+ (\d+) [0-9a-f]+ ([0-9a-f]+) ([A-Z])\d*")


@dataclass(frozen=True, slots=True)
class Version:
    """What a commit on the line made of a file; `at` is the commit's place, 0 for the newest.

    `mode` and `blob` are empty where the commit removed it.
    """

    at: int
    mode: str
    blob: str
    added: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Mainline:
    """A line of first parents, newest first, with the committers' times in seconds.

    `versions` are those of each path, newest first. `ends` says that older commits are not
    in this clone.
    """

    commits: tuple[str, ...] = ()
    times: tuple[int, ...] = field(default=(), repr=False)
    versions: Mapping[str, tuple[Version, ...]] = field(default_factory=dict, repr=False)
    ends: bool = False

    def time(self, at: int) -> int | None:
        """Return when a commit was made, None where the clone does not reach back to it.

        One wrong clock does not count: it is the middle one of the times of the commit, the one
        before and the one after.
        """
        older = self.times[at + 1] if at + 1 < len(self.times) else self.times[at]
        newer = self.times[at - 1] if at else max(self.times[at], older)
        if self.ends and at == len(self.commits) - 1:
            return None
        return sorted((older, self.times[at], newer))[1]


def read_mainline(
    past: Past, revision: str, paths: Collection[str], *, patience: float = PATIENCE
) -> Mainline:
    """Read the line of first parents that ends in a commit; empty if it cannot be read.

    Args:
        past: The history to read.
        revision: The id of the newest commit.
        paths: The files to follow; what they were called before is not.
        patience: How long it may take, in seconds.
    """
    if not paths or not revision:
        return Mainline()
    # `--sparse` also lists the commits that change none of the paths.
    options: list[str | bytes] = [
        "--first-parent",
        "--diff-merges=first-parent",
        "--root",
        "--sparse",
    ]
    options += ["--raw", "-r", "-z", "--no-renames", "--no-abbrev", "--format=%x01%H %ct"]
    narrow = len(paths) <= _MOST_PATHS and "" not in paths
    options += ["--end-of-options", revision, "--", *(_spelled(paths) if narrow else ())]
    try:
        done = past.repository.call("--literal-pathspecs", "log", *options, patience=patience)
    except AigateError:
        return Mainline()
    return _parse(done.out, frozenset(paths), past) if done.code == 0 else Mainline()


def _parse(out: bytes, paths: Collection[str], past: Past) -> Mainline:
    commits: list[str] = []
    times: list[int] = []
    versions: dict[str, list[Version]] = {}
    change: re.Match[bytes] | None = None
    for token in out.split(b"\0"):
        if change is not None:
            path = token.decode("utf-8", "surrogateescape")
            if path in paths:
                mode, blob, state = (part.decode("ascii") for part in change.groups())
                there = state != "D"
                version = Version(
                    len(commits) - 1, mode if there else "", blob if there else "", state == "A"
                )
                versions.setdefault(path, []).append(version)
            change = None
            continue
        row = token.lstrip(b"\n")
        change = _CHANGE.fullmatch(row)
        if change is None and (commit := _COMMIT.fullmatch(row)):
            commits.append(commit[1].decode("ascii"))
            times.append(int(commit[2] or 0))
    return Mainline(
        commits=tuple(commits),
        times=tuple(times),
        versions={path: tuple(found) for path, found in versions.items()},
        ends=bool(commits) and commits[-1] in past.ends,
    )


def _spelled(paths: Collection[str]) -> list[bytes]:
    return sorted(path.encode("utf-8", "surrogateescape") for path in paths)


def renamed(past: Past, commit: str) -> Mapping[str, str]:
    """Return the old name of each path that a commit renamed, against its first parent."""
    options = ("-r", "-z", "--raw", "-M", "--diff-filter=R", f"{commit}^1", commit)
    try:
        done = past.repository.call("diff-tree", *options, patience=PATIENCE)
    except AigateError:
        return {}
    fields = [part.decode("utf-8", "surrogateescape") for part in done.out.split(b"\0")]
    if done.code != 0:
        return {}
    # Each entry: modes, blobs and state; the old path; the new path.
    return {new: old for old, new in zip(fields[1::3], fields[2::3], strict=False)}
