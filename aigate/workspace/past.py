"""Shows git the history of a repository, and not one of the repository's settings.

git runs on a folder of our own that borrows the objects of the repository: there is no
configuration in it, no attributes, mailmap, grafts, replacements, hooks or working tree. What
is not committed yet is put on top as a commit that exists in this folder only.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import field, replace
from pathlib import Path

from aigate.errors import IncompleteError
from aigate.value import dataclass
from aigate.workspace import git, scratch
from aigate.workspace.command import Git
from aigate.workspace.folders import members
from aigate.workspace.objects import Objects

_FOLDER_MODE = b"40000"
_FILE_MODE = b"100644"
# Later than all that it stands on: else git walks the whole history before it gets to it.
_NOBODY = "nobody <> 9999999999 +0000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A history that can be asked.

    `near` is the repository itself, whose objects are all here, with settings of its own. `fresh` is the id of the commit that holds what is not committed yet, empty if there is
    none; `ends` are the commits at which a shallow clone ends.
    """

    repository: git.Repository = field(repr=False)
    near: git.Repository = field(repr=False)
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
                fresh = _commit(lens, parent, put, gone=gone, near=repository.objects)
        except OSError as error:
            raise _no_room(error) from error
        yield Past(repository=lens, near=repository, fresh=fresh, ends=ends)


def ends_of(repository: git.Repository) -> frozenset[str]:
    """Return the commits at which a shallow clone ends; none if it has the whole history."""
    if not repository.is_shallow:
        return frozenset()
    said = Path(repository.common_dir, "shallow").read_text("ascii", "replace")
    return frozenset(said.split())


def differences(
    past: Past, pairs: Iterable[tuple[str, str]], fresh: Mapping[str, bytes], *, patience: float
) -> bytes:
    """Return what git says in which lines pairs of blobs differ, blanks aside; all at once.

    `fresh` are the contents of those that are not in the repository.

    Raises:
        IncompleteError: it cannot be told in time.
    """
    sides = (_Folder(), _Folder())
    for number, pair in enumerate(pairs):
        for side, blob in zip(sides, pair, strict=True):
            side.changed[b"%09d" % number] = blob
    try:
        for data in fresh.values():
            _write(past.repository, "blob", data)
        trees = [(_written(past.repository, side) or (b"", ""))[1] for side in sides]
    except OSError as error:
        raise _no_room(error) from error
    options = ("-r", "-p", "-U0", "-w", "--text", "--full-index", "--no-renames")
    done = past.repository.call("diff-tree", *options, *trees, patience=patience)
    return done.out if done.code == 0 else b""


def _no_room(error: OSError) -> IncompleteError:
    return IncompleteError(
        f"the history cannot be shown: {error.strerror or 'unknown error'}",
        hint="check the space on the disk, and `TMPDIR`",
        code="no-scratch",
    )


def _lens(repository: git.Repository, folder: str) -> tuple[git.Repository, frozenset[str]]:
    own = Path(folder, "git")
    for name in ("objects", "refs"):
        (own / name).mkdir(parents=True)
    (own / "HEAD").write_text("ref: refs/heads/none\n")
    lines = ["[core]", "bare = true", f"repositoryFormatVersion = {_version(repository)}"]
    if _version(repository):
        lines += ["[extensions]", f"objectFormat = {repository.object_format}"]
    (own / "config").write_text("\n".join(lines) + "\n")
    ends = ends_of(repository)
    if ends:
        (own / "shallow").write_text("".join(f"{commit}\n" for commit in sorted(ends)))
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
        git=(seeing := Git(repository.git.program, environment)),
        objects=git.objects_in(seeing, str(own), str(own), is_bare=True),
    )
    return lens, ends


def _version(repository: git.Repository) -> int:
    return 0 if repository.object_format == "sha1" else 1


def _quoted(path: str) -> str:
    """Quote a path as git reads lists of them, where `:` stands between two."""
    escaped = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _commit(
    lens: git.Repository,
    parent: str,
    put: Mapping[str, bytes],
    *,
    gone: Iterable[str],
    near: Objects,
) -> str:
    """Write what is put as a commit of the lens; return its id.

    Of the parent, only the folders are read in which something is put or gone.
    """
    top = _Folder()
    for path in gone:
        top.take(_bytes(path))
    for path, data in put.items():
        top.take(_bytes(path), _write(lens, "blob", data))
    if parent:
        wanted = [(f"{parent}^{{tree}}", top)]
        try:
            _look(near, wanted)
        except IncompleteError:
            # Settings of the repository can keep git from reading it; the lens has none.
            _look(lens.objects, wanted)
    _, tree = _written(lens, top) or ("", _write(lens, "tree", b""))
    lines = [f"tree {tree}", *([f"parent {parent}"] if parent else [])]
    lines += [f"author {_NOBODY}", f"committer {_NOBODY}", "", ""]
    return _write(lens, "commit", "\n".join(lines).encode("ascii"))


class _Folder:
    """A folder that changes: what it held, and what becomes of some of it."""

    __slots__ = ("changed", "held")

    def __init__(self) -> None:
        self.held: list[tuple[bytes, bytes, bytes]] = []
        # A folder, the id of a file, or nothing.
        self.changed: dict[bytes, _Folder | str] = {}

    def take(self, path: bytes, blob: str = "") -> None:
        """Put a file at a path below, or leave out what is there."""
        first, _, rest = path.partition(b"/")
        if not rest:
            self.changed[first] = blob
            return
        inner = self.changed.get(first)
        if not isinstance(inner, _Folder):
            self.changed[first] = inner = _Folder()
        inner.take(rest, blob)

    def mode_of(self, name: bytes) -> bytes:
        """Return the mode that a file gets: what it had, if it was one."""
        had = next((mode for mode, called, _ in self.held if called == name), b"")
        return had if had.startswith(b"100") else _FILE_MODE


def _look(below: Objects, wanted: list[tuple[str, _Folder]]) -> None:
    """Fill in what folders held, and those in them, level by level."""
    while wanted:
        deeper = []
        trees = below.read([name for name, _ in wanted])
        for (name, folder), tree in zip(wanted, trees, strict=True):
            if tree is None or tree.kind != "tree":
                raise IncompleteError(
                    f"the tree `{name}` cannot be read", code="repository-unreadable"
                )
            folder.held = members(tree.data, len(tree.id) // 2)
            for mode, called, inner in folder.held:
                changing = folder.changed.get(called)
                if mode == _FOLDER_MODE and isinstance(changing, _Folder):
                    deeper.append((inner.hex(), changing))
        wanted = deeper


def _written(lens: git.Repository, folder: _Folder) -> tuple[bytes, str] | None:
    """Write a folder and those that change in it; return mode and id, None if it is empty."""
    kept = [one for one in folder.held if one[1] not in folder.changed]
    for name, became in folder.changed.items():
        if isinstance(became, _Folder):
            inner = _written(lens, became)
        else:
            inner = (folder.mode_of(name), became) if became else None
        if inner:
            kept.append((inner[0], name, bytes.fromhex(inner[1])))
    if not kept:
        return None
    kept.sort(key=lambda one: one[1] + (b"/" if one[0] == _FOLDER_MODE else b""))
    data = b"".join(b"%s %s\0%s" % one for one in kept)
    return _FOLDER_MODE, _write(lens, "tree", data)


def _bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")


def _write(lens: git.Repository, kind: str, data: bytes) -> str:
    """Write a loose object, if the lens has none of its name yet."""
    name = git.object_id(lens, kind, data)
    file = Path(lens.git_dir, "objects", name[:2], name[2:])
    if not file.exists():
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(zlib.compress(b"%s %d\0%s" % (kind.encode("ascii"), len(data), data), 1))
    return name
