"""Scans all that the target branch has, for baselines, which are about nothing else."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator

from aigate.case import Request
from aigate.cli._desk import ENVIRON, SHORT, Desk
from aigate.cli._signed import Signed
from aigate.cli.packs import packs_folder
from aigate.cli.scan import Progress, cores
from aigate.domain.finding import Candidate, Finding, Gap
from aigate.engine.baseline import Place, place_of
from aigate.engine.shown import line
from aigate.errors import IncompleteError, UsageError
from aigate.gate import run
from aigate.value import dataclass
from aigate.workspace import git

_PATIENCE = 3600.0
_MOST = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """The findings of a whole tree; `commit` is where it was read."""

    commit: str
    candidates: tuple[Candidate, ...]
    gaps: tuple[Gap, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings alone."""
        return tuple(candidate.finding for candidate in self.candidates)


def scan_whole(desk: Desk) -> Whole:
    """Scan the newest commit that both the target branch and what is checked out have.

    What a branch brings is no old problem, so nothing of it is found.

    Raises:
        UsageError: there is no such branch here, or it has another registry or policy.
        IncompleteError: there is no such commit, or the tree cannot be read.
    """
    commit = _common(desk)
    request = Request(
        directory=desk.directory,
        packs=str(packs_folder()),
        head=commit,
        environ=dict(ENVIRON),
        deadline=_PATIENCE,
        jobs=cores(),
    )
    show = Progress(on=sys.stderr.isatty())
    try:
        report = run(request, at=desk.at, nonce=os.urandom(16).hex(), progress=show.step)
    finally:
        show.done()
    if report.registry_digest != desk.root.digest or report.policy_digest != desk.policy.digest:
        what = "policy" if report.registry_digest == desk.root.digest else "registry of people"
        raise UsageError(
            f"`{desk.branch}` has another {what} than what is checked out",
            hint=f"merge that first, or merge `{desk.branch}`; a baseline is judged by its own",
            code="other-rules",
        )
    candidates = tuple(one.candidate for one in report.findings)
    return Whole(commit=commit, candidates=candidates, gaps=report.gaps)


def _common(desk: Desk) -> str:
    names = (f"refs/remotes/origin/{desk.branch}", f"refs/heads/{desk.branch}")
    tip = next((name for name in names if git.branch_named(desk.repository, name)), "")
    if not tip:
        raise UsageError(
            f"there is no branch `{desk.branch}` here, and a baseline is about what it has",
            hint=f"fetch it, or name yours in `protected-branches` of the policy: `{desk.branch}`"
            " is what signed words would name",
            code="branch-missing",
        )
    bases = git.merge_bases(desk.repository, "HEAD", git.resolve(desk.repository, tip))
    if len(bases) > 1:
        raise IncompleteError(
            f"several commits are the newest that `{desk.branch}` and yours share",
            hint=f"merge `{desk.branch}` first",
            code="no-merge-base",
        )
    return bases[0]


def where(desk: Desk, whole: Whole) -> str:
    """Say in words what was scanned."""
    return f"all of `{desk.branch}` at {whole.commit[:SHORT]}"


def gap_lines(whole: Whole) -> Iterator[str]:
    """Yield what could not be looked at, of which no baseline can say anything."""
    if whole.gaps:
        yield ""
        yield "could not be looked at, and is not covered:"
        yield from (f"  {line(f'{gap.subject}: {gap.reason}', 200)}" for gap in whole.gaps[:_MOST])
        if len(whole.gaps) > _MOST:
            yield f"  and {len(whole.gaps) - _MOST} more; `aigate scan` lists them"


def places_of(signed: Iterable[Signed]) -> dict[Place, int]:
    """Return how many copies in each place these terms name."""
    found: dict[Place, int] = {}
    for one in signed:
        for binding in one.terms.bindings:
            place = place_of(binding)
            found[place] = max(found.get(place, 0), binding.count)
    return found
