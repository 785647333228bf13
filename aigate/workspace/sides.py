"""The two trees that are compared, each with a way to read what it holds."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from aigate.domain.report import Side
from aigate.domain.tree import Entry
from aigate.errors import IncompleteError
from aigate.value import dataclass
from aigate.workspace import folders, git, worktree
from aigate.workspace.untouched import Untouched

LARGEST = 20_000_000
"""Blobs of more bytes are not read; that they were not is a finding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """One side: what it is, its entries, and how to read them.

    `read` yields the blobs of the entries that it is given, each once; submodules have none.
    `sized` returns entries with their sizes, which `entries` may lack. `unreadable` pairs paths
    that could not even be listed with the reason. `committed` is the committer's time of a
    commit, None for what is not committed yet. `folder_id` is the tree object of the one folder
    that was asked for, empty if there is not plainly one; `left_out` is the path of that folder
    where `entries` lack what both sides have in it, and `rest` lists all of it. `is_hashed` says
    that the content of each entry with a size was hashed by us, when it was listed or when it
    was last touched.
    """

    side: Side
    entries: tuple[Entry, ...]
    read: Callable[[Iterable[Entry]], Iterator[git.Blob]]
    sized: Callable[[Sequence[Entry]], tuple[Entry, ...]] = tuple
    unreadable: tuple[tuple[str, str], ...] = ()
    commit: git.CommitFacts | None = None
    committed: datetime | None = None
    folder_id: str = ""
    left_out: str = ""
    rest: Callable[[], tuple[Entry, ...]] = tuple
    is_hashed: bool = False

    @property
    def dated(self) -> date | None:
        """The day on which a commit was made, UTC."""
        return self.committed.date() if self.committed else None


EMPTY = Tree(side=Side(name="nothing"), entries=(), read=lambda _entries: iter(()))
"""What a first commit is compared with."""


def commit_tree(repository: git.Repository, revision: str, *, without: str = "") -> Tree:
    """Return the tree of a commit; `without` names a folder that is not to be listed.

    Raises:
        UsageError: the revision looks like an option.
        IncompleteError: there is no such commit here, or it cannot be read whole.
    """
    commit = git.resolve(repository, revision)
    folder_id = folders.folder_id(repository, commit, without) if without else ""
    if folder_id:
        entries = folders.entries_outside(repository, commit, without)
    else:
        entries = git.tree_entries(repository, commit)
    return _committed(repository, revision, commit, entries, folder_id=folder_id, folder=without)


def _committed(
    repository: git.Repository,
    name: str,
    commit: str,
    entries: tuple[Entry, ...],
    *,
    folder_id: str,
    folder: str,
) -> Tree:
    facts = git.commit_facts(repository, commit)
    return Tree(
        side=Side(name=name, commit=commit, tree=facts.tree),
        entries=entries,
        read=lambda entries: _blobs(repository, entries),
        sized=lambda entries: git.sized(repository, entries),
        commit=facts,
        committed=_time(facts.committed_at),
        folder_id=folder_id,
        left_out=folder if folder_id else "",
        rest=lambda: folders.entries_inside(repository, folder_id, folder) if folder_id else (),
    )


def entries_of(repository: git.Repository, commit: str, *, near: Tree) -> tuple[Entry, ...]:
    """List all entries of a commit's tree, or take them from a tree that is `near` if it is that.

    Raises:
        IncompleteError: it cannot be read whole.
    """
    if near.side.commit == commit and not near.left_out:
        return near.entries
    return git.list_tree(repository, commit)


def whole(tree: Tree) -> Tree:
    """Return a tree with all its entries.

    Raises:
        IncompleteError: it cannot be read whole.
    """
    if not tree.left_out:
        return tree
    return replace(tree, entries=git.in_order((*tree.entries, *tree.rest())), left_out="")


def against(repository: git.Repository, reference: Tree, revision: str) -> tuple[Tree, Tree]:
    """Return the tree of a commit, and the reference, to be compared with each other.

    Both lack the folder that the reference leaves out, if it is the same in both; else both are
    whole. Differences do not tell a head: of two odd trees git takes a folder `a/b` for `a`.

    Raises:
        UsageError: the revision looks like an option.
        IncompleteError: there is no such commit here, or it cannot be read whole.
    """
    commit = git.resolve(repository, revision)
    folder, folder_id = reference.left_out, reference.folder_id
    if not folder or folders.folder_id(repository, commit, folder) != folder_id:
        reference, folder, folder_id = whole(reference), "", ""
    entries = (
        folders.entries_outside(repository, commit, folder)
        if folder
        else git.tree_entries(repository, commit)
    )
    head = _committed(repository, revision, commit, entries, folder_id=folder_id, folder=folder)
    return head, reference


def index_tree(repository: git.Repository, index_file: str = "") -> Tree:
    """Return what a commit of the index would hold; see `worktree.index_entries`.

    Its differences from a commit do not tell it: git names them wrongly where a tree of that
    commit is odd, which takes files out of sight.
    """
    return Tree(
        side=Side(name="index"),
        entries=worktree.index_entries(repository, index_file),
        read=lambda entries: _blobs(repository, entries),
        sized=lambda entries: git.sized(repository, entries),
    )


def working_tree(
    repository: git.Repository,
    known: Collection[str] = (),
    *,
    untouched: Untouched | None = None,
) -> Tree:
    """Return what lies on disk; see `worktree.worktree_entries`."""
    found = worktree.worktree_entries(repository, known, untouched)
    return Tree(
        side=Side(name="working tree"),
        entries=found.entries,
        read=lambda entries: worktree.read_files(repository, found, entries, limit=LARGEST),
        unreadable=found.unreadable,
        is_hashed=True,
    )


def read_one(tree: Tree, entry: Entry) -> bytes:
    """Read one entry whole.

    Raises:
        IncompleteError: it is missing, damaged or too large.
    """
    return read_all(tree, [entry])[entry.path]


def read_all(tree: Tree, entries: Sequence[Entry]) -> dict[str, bytes]:
    """Read entries whole, by path.

    Raises:
        IncompleteError: one is missing, damaged or too large.
    """
    return {entry.path: data for entry, data in read_each(tree, entries)}


def read_each(tree: Tree, entries: Sequence[Entry]) -> Iterator[tuple[Entry, bytes]]:
    """Read entries whole, one after the other, so that not all are held at once.

    Raises:
        IncompleteError: one is missing, damaged or too large.
    """
    waiting: dict[str, list[Entry]] = {}
    for entry in entries:
        waiting.setdefault(entry.blob, []).append(entry)
    for blob in tree.read(entries):
        for entry in waiting.pop(blob.id, ()):
            if blob.problem:
                raise _unreadable(tree, entry)
            yield entry, blob.data
    for left in waiting.values():
        raise _unreadable(tree, left[0])


def _unreadable(tree: Tree, entry: Entry) -> IncompleteError:
    return IncompleteError(
        f"`{entry.path}` of {tree.side.name} cannot be read",
        hint="fetch the whole history, or run `git fsck`",
        code="blob-unreadable",
    )


def _blobs(repository: git.Repository, entries: Iterable[Entry]) -> Iterator[git.Blob]:
    wanted = [entry.blob for entry in entries if entry.mode != git.SUBMODULE_MODE]
    return git.read_blobs(repository, wanted, limit=LARGEST)


def _time(seconds: int) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
