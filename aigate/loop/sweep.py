"""What changed since a session began, and what the gate says to it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from aigate import registry
from aigate.case import Request
from aigate.domain.finding import Action
from aigate.gate import run
from aigate.loop import words
from aigate.loop.setting import Objection, Setting
from aigate.loop.state import Session
from aigate.value import dataclass
from aigate.workspace import git, sides
from aigate.workspace.trees import compare

# What is missing there is no work of this session's, and nothing that it could mend.
_ELSEWHERE = frozenset({"unreadable", "notes-not-fetched", "nothing-asked", "nothing-in-scope"})


@dataclass(frozen=True, slots=True)
class Changed:
    """The files that differ from what they were: blobs by path, empty for what is gone.

    `git_folder` is where all working trees of the repository keep what they share.
    """

    blobs: Mapping[str, str]
    git_folder: str

    @property
    def digest(self) -> str:
        """A name for exactly this state of these files."""
        rows = "\0".join(f"{path}\0{blob}" for path, blob in sorted(self.blobs.items()))
        return hashlib.sha256(rows.encode("utf-8", "surrogatepass")).hexdigest()


def begin(root: str, setting: Setting, *, clean: bool = False) -> Session:
    """Return what is to be known of a session that begins now.

    With `clean` nothing is taken for older than the session.

    Raises:
        AigateError: the repository cannot be read.
    """
    repository = git.open_repository(root, environ=setting.environ)
    commit = git.head_commit(repository) or ""
    if clean:
        return Session(commit=commit)
    return Session(commit=commit, dirty=_differing(repository, commit))


def changed(root: str, session: Session, setting: Setting) -> Changed:
    """Return what a session changed, by whatever means.

    Raises:
        AigateError: the repository cannot be read, or where the session began is gone.
    """
    repository = git.open_repository(root, environ=setting.environ)
    now = _differing(repository, session.commit)
    blobs = {path: blob for path, blob in now.items() if session.dirty.get(path) != blob}
    # What was dirty and is now as committed has changed as well, but for the better.
    return Changed(blobs, repository.common_dir)


def object_to(
    root: str, paths: frozenset[str], session: Session, setting: Setting
) -> Objection | None:
    """Have the gate judge these paths alone, and return what it does not let pass, or None.

    Raises:
        AigateError: it cannot judge.
    """
    if not paths:
        return None
    report = run(
        Request(
            directory=root,
            packs=setting.packs(),
            base=session.commit,
            only=paths,
            environ=setting.environ,
            deadline=setting.deadline,
            jobs=setting.jobs,
            cache=setting.cache(),
        ),
        at=setting.at,
        nonce=setting.nonce,
    )
    blocking = [one for one in report.findings if one.blocking and one.finding.at.path in paths]
    names = {scanner.name for scanner in registry.scanners()}
    gaps = [
        gap
        for gap in report.gaps
        if gap.subject in paths or (gap.subject in names and gap.code not in _ELSEWHERE)
    ]
    if not blocking and not gaps:
        return None
    pages = {rule.name: rule for rule in report.rules}
    lines = words.of_findings(
        [
            (one.finding, pages.get(one.finding.rule), one.action is Action.FORBID)
            for one in blocking
        ]
    )
    return Objection((*lines, *words.of_gaps(gaps)), words.people_of(blocking))


def _differing(repository: git.Repository, commit: str) -> dict[str, str]:
    before = git.tree_entries(repository, git.resolve(repository, commit)) if commit else ()
    head = sides.working_tree(repository, {entry.blob for entry in before})
    found = compare(head.entries, before)
    blobs = {entry.path: entry.blob for entry, _ in found.judged}
    return blobs | {entry.path: "" for entry in found.removed}
