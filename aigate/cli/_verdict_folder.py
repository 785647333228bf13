"""Finds decisions in a folder by what they say, whatever their files are called."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from aigate.cli._verdict import LARGEST, Verdict, verdict_in
from aigate.errors import AigateError, IntegrityError, UsageError
from aigate.value import dataclass

_MOST_FILES = 200_000


@dataclass(frozen=True, slots=True)
class Found:
    """A decision, and the file that it is in."""

    file: str
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """The decisions of a folder.

    `by_head` gives those about a commit; `named` what is in the file that is called after a
    commit, a decision or the reason why it is none; `broken` pairs files whose signature or
    form was tampered with, and which are not called after a commit, with the reason.
    """

    by_head: Mapping[str, tuple[Found, ...]]
    named: Mapping[str, Found | AigateError]
    broken: tuple[tuple[str, IntegrityError], ...] = ()


NONE = Folder(by_head={}, named={})
"""What holds without a folder."""


def read_folder(folder: Path) -> Folder:
    """Read all decision files and verdict statements in a folder, and in those below it.

    Other files are passed over.

    Raises:
        UsageError: there is no such folder, or far too much is in it.
    """
    if not folder.is_dir():
        raise UsageError(
            f"`{folder}` is no folder",
            hint="name the folder that decision files or verdict statements are kept in",
            code="verdicts-missing",
        )
    by_head: dict[str, list[Found]] = {}
    named: dict[str, Found | AigateError] = {}
    broken = []
    for number, path in enumerate(_files(folder)):
        if number >= _MOST_FILES:
            raise UsageError(f"`{folder}` holds more than {_MOST_FILES} files")
        name = path.relative_to(folder).as_posix()
        try:
            with path.open("rb") as stream:
                found = Found(name, verdict_in(stream.read(LARGEST + 1), file=name))
        except OSError as error:
            named[path.stem] = UsageError(f"`{name}` cannot be read: {error.strerror}")
        except AigateError as error:
            named[path.stem] = error
            if isinstance(error, IntegrityError) and not _is_commit(path.stem):
                broken.append((name, error))
        else:
            if not isinstance(named.get(path.stem), AigateError):
                named[path.stem] = found
            by_head.setdefault(found.verdict.texts["head"], []).append(found)
    return Folder(
        by_head={head: tuple(found) for head, found in by_head.items()},
        named={stem: one for stem, one in named.items() if _is_commit(stem)},
        broken=tuple(broken),
    )


def _files(folder: Path) -> Iterator[Path]:
    for where, below, names in os.walk(folder, followlinks=False):
        below.sort()
        for name in sorted(names):
            path = Path(where, name)
            if name.endswith(".json") and path.is_file() and not path.is_symlink():
                yield path


def _is_commit(stem: str) -> bool:
    return len(stem) in {40, 64} and not set(stem) - set("0123456789abcdef")
