"""Shows git the history of a repository, and not one of the repository's settings.

git runs on a folder of our own that borrows the objects of the repository: there is no
configuration in it, no attributes, mailmap, grafts, replacements, hooks or working tree. What
is not committed yet is put on top as a commit that exists in this folder only.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import field, replace
from pathlib import Path

from aigate.domain.tree import Entry
from aigate.errors import IncompleteError
from aigate.value import dataclass
from aigate.workspace import git, scratch
from aigate.workspace.command import Git

_FOLDER_MODE = "40000"
_FILE_MODE = "100644"
_NOBODY = "nobody <> 0 +0000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A history that can be asked.

    `fresh` is the id of the commit that holds what is not committed yet, empty if there is
    none; `ends` are the commits at which a shallow clone ends.
    """

    repository: git.Repository = field(repr=False)
    fresh: str = ""
    ends: frozenset[str] = frozenset()


@contextmanager
def opened_past(
    repository: git.Repository,
    *,
    parent: str = "",
    put: Mapping[str, bytes] | None = None,
    gone: Iterable[str] = (),
) -> Iterator[Past]:
    """Give the history of a repository, with `put` on top of the commit `parent`.

    Args:
        repository: Whose objects are borrowed; nothing is written to it.
        parent: The commit below what is put, empty before the first one.
        put: Contents that are not committed, by path; None if there are none.
        gone: Paths that the parent has and what is put has not.

    Raises:
        IncompleteError: there is no room, or the tree of the parent cannot be read.
    """
    with scratch.private_folder() as folder:
        try:
            lens, ends = _lens(repository, folder)
            fresh = ""
            if put is not None:
                before = git.tree_entries(lens, parent) if parent else ()
                fresh = _commit(lens, parent, _Contents(before, put, frozenset(gone)))
        except OSError as error:
            raise IncompleteError(
                f"the history cannot be shown: {error.strerror or 'unknown error'}",
                hint="check the space on the disk, and `TMPDIR`",
                code="no-scratch",
            ) from error
        yield Past(repository=lens, fresh=fresh, ends=ends)


def _lens(repository: git.Repository, folder: str) -> tuple[git.Repository, frozenset[str]]:
    own = Path(folder, "git")
    for name in ("objects", "refs"):
        (own / name).mkdir(parents=True)
    (own / "HEAD").write_text("ref: refs/heads/none\n")
    lines = ["[core]", "bare = true", f"repositoryFormatVersion = {_version(repository)}"]
    if _version(repository):
        lines += ["[extensions]", f"objectFormat = {repository.object_format}"]
    (own / "config").write_text("\n".join(lines) + "\n")
    ends: frozenset[str] = frozenset()
    if repository.is_shallow:
        shutil.copyfile(Path(repository.common_dir, "shallow"), own / "shallow")
        ends = frozenset((own / "shallow").read_text("ascii", "replace").split())
    borrowed = os.path.join(repository.common_dir, "objects")  # noqa: PTH118 - bytes of any kind
    environment = {
        **repository.git.environment,
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": _quoted(borrowed),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
    }
    lens = replace(
        repository,
        root=str(own),
        git_dir=str(own),
        common_dir=str(own),
        is_bare=True,
        git=Git(repository.git.program, environment),
    )
    return lens, ends


def _version(repository: git.Repository) -> int:
    return 0 if repository.object_format == "sha1" else 1


def _quoted(path: str) -> str:
    """Quote a path as git reads lists of them, where `:` stands between two."""
    escaped = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


@dataclass(frozen=True, slots=True)
class _Contents:
    before: tuple[Entry, ...]
    put: Mapping[str, bytes]
    gone: frozenset[str]


def _commit(lens: git.Repository, parent: str, contents: _Contents) -> str:
    """Write what is put as a commit of the lens; return its id."""
    put = {path: _write(lens, "blob", data) for path, data in contents.put.items()}
    left_out = contents.gone | put.keys()
    modes = {entry.path: entry.mode for entry in contents.before}
    folders: dict[str, dict[str, tuple[str, str]]] = {"": {}}
    changed = {""}
    for entry in contents.before:
        if entry.path not in left_out:
            _add(folders, entry.path, entry.mode.lstrip("0"), entry.blob)
    for path, name in put.items():
        mode = modes.get(path, _FILE_MODE)
        _add(folders, path, mode if mode.startswith("100") else _FILE_MODE, name)
    for path in left_out:
        changed.update(_above(path))
    for folder in sorted(folders, key=lambda one: one.count("/"), reverse=True):
        if not folder:
            continue
        # What did not change is a tree of the repository already.
        data = _tree(folders[folder])
        name = _write(lens, "tree", data) if folder in changed else _name(lens, "tree", data)
        above, _, last = folder.rpartition("/")
        folders[above][last] = (_FOLDER_MODE, name)
    tree = _write(lens, "tree", _tree(folders[""]))
    lines = [f"tree {tree}", *([f"parent {parent}"] if parent else [])]
    lines += [f"author {_NOBODY}", f"committer {_NOBODY}", "", ""]
    return _write(lens, "commit", "\n".join(lines).encode("ascii"))


def _add(folders: dict[str, dict[str, tuple[str, str]]], path: str, mode: str, name: str) -> None:
    above, _, last = path.rpartition("/")
    for folder in (*_above(path),):
        folders.setdefault(folder, {})
    folders[above][last] = (mode, name)


def _above(path: str) -> Iterator[str]:
    """Yield every folder that a path lies in, the nearest first, and the root last."""
    while path:
        path = path.rpartition("/")[0]
        yield path


def _tree(members: Mapping[str, tuple[str, str]]) -> bytes:
    named = [(_bytes(name), mode, hexed) for name, (mode, hexed) in members.items()]
    named.sort(key=lambda one: one[0] + (b"/" if one[1] == _FOLDER_MODE else b""))
    return b"".join(
        mode.encode("ascii") + b" " + name + b"\0" + bytes.fromhex(hexed)
        for name, mode, hexed in named
    )


def _bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")


def _name(lens: git.Repository, kind: str, data: bytes) -> str:
    whole = b"%s %d\0%s" % (kind.encode("ascii"), len(data), data)
    return hashlib.new(lens.object_format, whole, usedforsecurity=False).hexdigest()


def _write(lens: git.Repository, kind: str, data: bytes) -> str:
    """Write a loose object, if the lens has none of its name yet."""
    name = _name(lens, kind, data)
    file = Path(lens.git_dir, "objects", name[:2], name[2:])
    if not file.exists():
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(zlib.compress(b"%s %d\0%s" % (kind.encode("ascii"), len(data), data), 1))
    return name
