"""Lists a tree without going into a folder that holds very many files, and compares two trees.

Whatever is not plainly one folder is left to `git.tree_entries`, which lists everything.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from aigate.domain.tree import Entry
from aigate.errors import IncompleteError
from aigate.value import dataclass
from aigate.workspace.command import complaint
from aigate.workspace.git import Repository, in_order, list_tree, object_id

_EMPTY_TREE = {
    "sha1": "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    "sha256": "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
}
_FOLDER_MODE = b"40000"
_NOTHING = b"000000"
_SHOWN = ("-r", "--raw", "-z", "--no-renames", "--ignore-submodules=none")

_Line = tuple[str, tuple[str, str], tuple[str, str]]
"""A path, and mode and id before and after."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What two folders do not have in common: the entries of each side, in order of path."""

    before: tuple[Entry, ...]
    after: tuple[Entry, ...]


def folder_id(repository: Repository, commit: str, folder: str) -> str:
    """Return the id of a folder's tree object; empty if there is not plainly one.

    The trees on the way are read here and hashed again: a hostile tree may name a folder twice,
    or `a/b` beside `a`.
    """
    parts = folder.split("/")
    found = ""
    above = [f"{commit}:{'/'.join(parts[:depth])}" for depth in range(len(parts))]
    for tree, part in zip(repository.objects.read(above), parts, strict=True):
        if tree is None or object_id(repository, "tree", tree.data) != tree.id:
            return ""
        every = members(tree.data, len(tree.id) // 2)
        if any(b"/" in called for _, called, _ in every):
            return ""
        inside = [(mode, inner) for mode, called, inner in every if called == part.encode()]
        if tree.id != (found or tree.id) or len(inside) != 1 or inside[0][0] != _FOLDER_MODE:
            return ""
        found = inside[0][1].hex()
    return found


def entries_outside(repository: Repository, commit: str, folder: str) -> tuple[Entry, ...]:
    """List all entries of a commit's tree that are not in a folder, in order of path.

    Raises:
        IncompleteError: If a part of the tree is not here.
    """
    empty = _EMPTY_TREE[repository.object_format]
    scope = (":(top)", f":(top,exclude,literal){folder}")
    found = _differences(repository, empty, commit, *scope)
    return _entries([(path, new) for path, _, new in found])


def entries_inside(repository: Repository, tree: str, folder: str) -> tuple[Entry, ...]:
    """List all entries of a folder's tree object, in order of path.

    Raises:
        IncompleteError: If a part of it is not here.
    """
    inside = list_tree(repository, tree)
    return tuple(Entry(f"{folder}/{e.path}", e.mode, e.blob) for e in inside)


def difference(repository: Repository, before: str, after: str, *, folder: str = "") -> Difference:
    """Compare two trees, or the trees of two commits, without listing what they share.

    `folder` is where in the repository the two trees are.

    Raises:
        IncompleteError: If a part of one of them is not here.
    """
    found = _differences(repository, before, after)
    top = f"{folder}/" if folder else ""
    return Difference(
        _entries([(top + path, old) for path, old, _ in found]),
        _entries([(top + path, new) for path, _, new in found]),
    )


def known_trees(repository: Repository, names: Collection[str]) -> frozenset[str]:
    """Return those of these ids that are tree objects which are here."""
    found = repository.objects.look([*names])
    return frozenset(one.id for one in found if one and one.kind == "tree")


def _differences(repository: Repository, before: str, after: str, *scope: str) -> list[_Line]:
    done = repository.call("diff-tree", *_SHOWN, before, after, "--", *scope)
    if done.code != 0:
        raise IncompleteError(
            f"the tree of `{after}` cannot be read: {complaint(done)}",
            code="repository-unreadable",
        )
    fields = done.out.split(b"\0")[:-1]
    found = []
    for facts, path in zip(fields[::2], fields[1::2], strict=True):
        words = facts.removeprefix(b":").split(b" ")
        if len(words) != 5:
            raise IncompleteError(
                "git lists differences in an unknown form", code="repository-unreadable"
            )
        old, new, was, now, _ = (each.decode("ascii", "replace") for each in words)
        found.append((path.decode("utf-8", "surrogateescape"), (old, was), (new, now)))
    return found


def _entries(listed: Sequence[tuple[str, tuple[str, str]]]) -> tuple[Entry, ...]:
    nothing = _NOTHING.decode()
    return in_order(Entry(path, *facts) for path, facts in listed if facts[0] != nothing)


def members(data: bytes, width: int) -> list[tuple[bytes, bytes, bytes]]:
    """Return mode, name and id of each member of a tree object; nothing if it is malformed."""
    found = []
    at = 0
    while at < len(data):
        blank = data.find(b" ", at)
        end = data.find(b"\0", blank)
        if blank < 0 or end < 0 or end + 1 + width > len(data):
            return []
        found.append((data[at:blank], data[blank + 1 : end], data[end + 1 : end + 1 + width]))
        at = end + 1 + width
    return found
