"""The two trees that are compared, each with a way to read what it holds."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from aigate.domain.report import Side
from aigate.domain.tree import Entry
from aigate.errors import IncompleteError
from aigate.workspace import git, worktree

LARGEST = 20_000_000
"""Blobs of more bytes are not read; that they were not is a finding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """One side: what it is, its entries, and how to read them.

    `read` yields the blobs of the entries that it is given, each once; submodules have none. `unreadable`
    pairs paths that could not even be listed with the reason. `committed` is the
    committer's time of a commit, None for what is not committed yet.
    """

    side: Side
    entries: tuple[Entry, ...]
    read: Callable[[Iterable[Entry]], Iterator[git.Blob]]
    unreadable: tuple[tuple[str, str], ...] = ()
    commit: git.CommitFacts | None = None
    committed: datetime | None = None

    @property
    def dated(self) -> date | None:
        """The day on which a commit was made, UTC."""
        return self.committed.date() if self.committed else None


EMPTY = Tree(side=Side(name="nothing"), entries=(), read=lambda _entries: iter(()))
"""What a first commit is compared with."""


def commit_tree(repository: git.Repository, revision: str) -> Tree:
    """Return the tree of a commit.

    Raises:
        UsageError: the revision looks like an option.
        IncompleteError: there is no such commit here, or it cannot be read whole.
    """
    commit = git.resolve(repository, revision)
    facts = git.commit_facts(repository, commit)
    return Tree(
        side=Side(name=revision, commit=commit, tree=facts.tree),
        entries=git.tree_entries(repository, commit),
        read=lambda entries: _blobs(repository, entries),
        commit=facts,
        committed=_time(facts.committed_at),
    )


def index_tree(repository: git.Repository, index_file: str = "") -> Tree:
    """Return what a commit of the index would hold; see `worktree.index_entries`."""
    return Tree(
        side=Side(name="index"),
        entries=worktree.index_entries(repository, index_file),
        read=lambda entries: _blobs(repository, entries),
    )


def working_tree(repository: git.Repository, known: Collection[str] = ()) -> Tree:
    """Return what lies on disk; see `worktree.worktree_entries`."""
    found = worktree.worktree_entries(repository, known)
    return Tree(
        side=Side(name="working tree"),
        entries=tuple(sorted(found.entries)),
        read=lambda entries: worktree.read_files(repository, found, entries, limit=LARGEST),
        unreadable=found.unreadable,
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
    blobs = {blob.id: blob for blob in tree.read(entries)}
    found = {}
    for entry in entries:
        blob = blobs.get(entry.blob)
        if blob is None or blob.problem:
            raise _unreadable(tree, entry)
        found[entry.path] = blob.data
    return found


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
