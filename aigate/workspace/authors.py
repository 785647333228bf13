"""Tells which registered people the commits of a change name, in whatever way.

Names and addresses are claims, so they only ever add somebody.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from contextlib import ExitStack

from aigate.domain.accountability import Registry
from aigate.domain.regex import regex
from aigate.engine.people import Claim, meant, named_in
from aigate.workspace import git, sides
from aigate.workspace.past import Past, opened_past

# What people sign and nothing else: whoever commits it is no author of what it is about.
_SIGNED = regex(r"\.aigate/(?:ledger/[0-9a-f]{64}\.json|trust/[1-9]\d{0,8}\.root\.json)", re.ASCII)


def authors_of(
    repository: git.Repository,
    reference: sides.Tree,
    head: sides.Tree,
    registry: Registry,
) -> frozenset[str]:
    """Return the registered people that have a part in what a change brings.

    Those are the author and the committer of each commit, and everybody its message names.
    Commits that bring nothing but records and root files make nobody an author, and a merge
    that is what git makes of its parents by itself does not make one of who merged.

    Raises:
        IncompleteError: the history cannot be read.
    """
    people = registry.current.people
    found: set[str] = set()
    tip = head.commit.id if head.commit else git.head_commit(repository)
    commits = git.commits_between(repository, reference.side.commit, tip) if tip else ()
    with ExitStack() as stack:
        past: Past | None = None
        for commit in commits:
            told = meant(people, named_in(commit.message)) - found
            made = meant(people, _makers(commit)) - found - told
            if made and len(commit.parents) > 1:
                past = past or stack.enter_context(opened_past(repository))
                made = frozenset() if _is_plain_merge(past, commit) else made
            if (made or told) and not _only_signed(git.changed_paths(repository, commit)):
                found |= made | told
    if head.commit is None and _uncommitted(repository, reference, head, tip=tip):
        found |= meant(people, [git.identity(repository)])
    return frozenset(found)


def is_plain_merge(repository: git.Repository, commit: git.CommitFacts) -> bool:
    """Tell whether a merge holds exactly what git makes of its two parents.

    Raises:
        IncompleteError: there is no room to find out.
    """
    with opened_past(repository) as past:
        return _is_plain_merge(past, commit)


def _makers(commit: git.CommitFacts) -> tuple[Claim, Claim]:
    author = (commit.author_name, commit.author_email)
    return author, (commit.committer_name, commit.committer_email)


def _is_plain_merge(past: Past, commit: git.CommitFacts) -> bool:
    """Tell whether a merge holds exactly what git makes of its parents, and nothing by hand.

    A git that cannot tell makes it a merge with something of its own.
    """
    if len(commit.parents) != 2:
        return False
    done = past.repository.call("merge-tree", "--write-tree", "--no-messages", *commit.parents)
    return done.code == 0 and done.out.decode("ascii", "replace").strip() == commit.tree


def _only_signed(paths: Collection[str]) -> bool:
    return bool(paths) and all(_SIGNED.fullmatch(path) for path in paths)


def _uncommitted(
    repository: git.Repository, reference: sides.Tree, head: sides.Tree, *, tip: str | None
) -> bool:
    before = sides.entries_of(repository, tip, near=reference) if tip else ()
    differing = {(e.path, e.mode, e.blob) for e in before} ^ {
        (e.path, e.mode, e.blob) for e in head.entries
    }
    return bool(differing) and not _only_signed([path for path, _, _ in differing])
