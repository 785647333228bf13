"""One run, top to bottom.

Reading trees and running scanners are the only steps that touch the world; everything that
follows is a function of what they returned.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache as once
from pathlib import Path
from typing import TYPE_CHECKING

from aigate import registry
from aigate.case import Case, Request
from aigate.domain.extension import Scanner
from aigate.domain.finding import (
    Finding,
    Sighting,
)
from aigate.domain.report import Report
from aigate.domain.tree import Change, Unit
from aigate.engine.patterns import matches_name
from aigate.errors import UsageError
from aigate.examine import Means, Seen, examine
from aigate.kept import Find, finder
from aigate.ledger import names
from aigate.material import (
    exclusion,
    former_units,
    in_scope,
    read_units,
    reader,
    with_previous,
)
from aigate.recall import Memory
from aigate.trusted import Trusted, read_policy_of, read_trusted
from aigate.workspace import git, scratch, sides
from aigate.workspace.cache import open_cache
from aigate.workspace.trees import Comparison, compare, narrowed
from aigate.workspace.untouched import Untouched

if TYPE_CHECKING:
    from aigate.conclusion import Prepared


def run(
    request: Request,
    *,
    at: datetime,
    nonce: str,
    progress: Callable[[str], None] = lambda _step: None,
) -> Report:
    """Judge a change, or a whole tree, and return the report.

    Raises:
        UsageError: the request makes no sense, or the policy has mistakes.
        IncompleteError: a tree cannot be read.
        IntegrityError: something that is trusted does not hold.
    """
    started = time.monotonic()
    progress("reading")
    repository = git.open_repository(
        request.directory,
        environ=request.environ,
        needs_worktree=not request.head,
        default_branch=request.default_branch,
    )
    cache = open_cache(request.cache, judging=repository.root)
    steering, reference, head = _trees(
        request, repository, lambda: Untouched(cache, repository, since=at.timestamp())
    )
    trusted = read_trusted(
        steering.entries if steering else (),
        lambda entry: sides.read_one(steering or head, entry),
        packs=request.packs,
        policy_file=request.policy_file,
        from_caller=request.from_caller,
        cache=cache,
    )

    comparison = _comparison(request, head, reference)
    judged, exclusions = in_scope(comparison, trusted.policy)
    with scratch.private_folder_if_asked() as folder, finder(cache, trusted.catalogue) as find:
        means = replace(
            _means(request, trusted, folder, started),
            read=reader(head),
            entries=lambda: head.entries,
            memory=Memory(cache, trusted.rules_digest, {} if reference else None),
        )
        units, gaps = read_units(head, judged, comparison.removed, cache)
        units = with_previous(units, reference)
        case = Case(
            request=request,
            repository=repository,
            cache=cache,
            trusted=trusted,
            steering=steering,
            reference=reference,
            head=head,
            comparison=comparison,
            judged=judged,
            exclusions=exclusions,
            units=units,
            gaps=gaps,
            at=at,
        )
        prepared = once(lambda: _prepared(case))

        def meanwhile(settled: Sequence[Sighting]) -> None:
            prepared()
            # They need not be placed again.
            find(settled, units)

        seen = examine(
            registry.scanners(),
            units,
            paths=_paths(head),
            exported="head",
            means=replace(
                means,
                meanwhile=meanwhile,
                former=lambda some: former_units(some, reference) if reference else {},
            ),
            done=progress,
        )
        _require_rules(trusted, seen)
        findings = find(seen.sightings, units)
        before: tuple[Finding, ...] = ()
        if reference is not None and findings:
            progress("comparing")
            left = request.deadline - (time.monotonic() - started)
            before = _before(
                findings,
                reference,
                comparison,
                trusted=trusted,
                find=find,
                means=replace(means, deadline=left),
            )

    from aigate.conclusion import conclude  # noqa: PLC0415 - loaded while engines work

    return conclude(
        case,
        prepared(),
        seen,
        findings=findings,
        before=before,
        nonce=nonce,
        progress=progress,
    )


def _prepared(case: Case) -> Prepared:
    from aigate.conclusion import prepare  # noqa: PLC0415 - as above

    return prepare(case)


def _trees(
    request: Request, repository: git.Repository, untouched: Callable[[], Untouched]
) -> tuple[sides.Tree | None, sides.Tree | None, sides.Tree]:
    """Return the tree that steers, the one that is compared with, if there is one, and the head.

    Of a ledger that two commits share, neither of them is listed: it may be very long.
    """
    steering, reference = _reference(request, repository)
    if reference and request.base and request.head:
        head, reference = sides.against(repository, reference, request.head)
        return reference, reference, head
    steering = steering and sides.whole(steering)
    if reference and reference is not sides.EMPTY:
        reference = steering
    return steering, reference, _head(request, repository, steering, untouched)


def _reference(
    request: Request, repository: git.Repository
) -> tuple[sides.Tree | None, sides.Tree | None]:
    """Return the tree that steers, and the one that is compared with, if there is one.

    A whole tree is compared with nothing, and steered by the commit that it grew from.
    """
    if request.base:
        reference = reference_of(
            repository,
            request.base,
            packs=request.packs,
            branch=request.branch,
            without=names.FOLDER,
        )
        return reference, reference
    if request.head:
        return sides.commit_tree(repository, request.head, without=names.FOLDER), None
    commit = git.head_commit(repository)
    steering = sides.commit_tree(repository, commit, without=names.FOLDER) if commit else None
    return steering, (steering or sides.EMPTY) if request.staged else None


def reference_of(
    repository: git.Repository, base: str, *, packs: str, branch: str = "", without: str = ""
) -> sides.Tree:
    """Return the tree that a change against this base is compared with, and steered by.

    If the base is a branch, or stands for the `branch`, that nobody protects, that is the tip of
    the default branch: else a request against a branch that anybody can push to would choose its
    own judge. `without` is as for `sides.commit_tree`.

    Raises:
        IncompleteError: there is no such commit here, or it cannot be read whole.
    """
    named = branch or git.branch_named(repository, base)
    default = git.default_branch(repository) if named else ""
    if default and named != default:
        tip = sides.commit_tree(repository, f"refs/remotes/origin/{default}", without=without)
        policy = read_policy_of(tip.entries, lambda entry: sides.read_one(tip, entry), packs=packs)
        if not any(matches_name(pattern, named) for pattern in policy.protected_branches):
            return tip
    return sides.commit_tree(repository, base, without=without)


def _comparison(request: Request, head: sides.Tree, reference: sides.Tree | None) -> Comparison:
    whole = compare(head.entries, reference.entries if reference else None)
    return narrowed(whole, request.only) if request.only else whole


def _head(
    request: Request,
    repository: git.Repository,
    steering: sides.Tree | None,
    untouched: Callable[[], Untouched],
) -> sides.Tree:
    if request.staged:
        return sides.index_tree(repository, request.index_file)
    if request.head:
        # Without a base, it is what steers.
        same = steering if steering and not request.base else None
        return same or sides.commit_tree(repository, request.head)
    known = {entry.blob for entry in steering.entries} if steering else set()
    return sides.working_tree(repository, known, untouched=untouched())


def _means(request: Request, trusted: Trusted, folder: Callable[[], str], started: float) -> Means:
    files = []
    for number, (_, text) in enumerate(trusted.rule_texts):
        file = Path(folder(), f"rules-{number:03}.yaml")
        file.write_bytes(text)
        files.append(str(file))
    return Means(
        scratch=folder,
        packs=request.packs,
        rule_files=tuple(files),
        deadline=request.deadline - (time.monotonic() - started),
        jobs=request.jobs,
        index=request.index,
    )


def _paths(tree: sides.Tree) -> frozenset[str]:
    """Return all paths of a tree; one stands for the records that are left out.

    Their names are all of one form, so nothing else can be taken for one of them.
    """
    stands = {names.path_of("0" * 64)} if tree.left_out else set()
    return frozenset(entry.path for entry in tree.entries) | stands


def _require_rules(trusted: Trusted, seen: Seen) -> None:
    """Refuse rules of the repository that an engine cannot read, rather than scan without them."""
    broken = next((gap for gap in seen.gaps if gap.code == "rule-invalid"), None)
    if broken and trusted.rule_texts:
        raise UsageError(
            f"a rule of {', '.join(f'`{path}`' for path, _ in trusted.rule_texts)} is invalid:"
            f" {broken.reason}",
            hint="`semgrep --validate --config FILE` shows where",
            code="rule-invalid",
        )


def _before(
    findings: Sequence[Finding],
    reference: sides.Tree,
    comparison: Comparison,
    *,
    trusted: Trusted,
    find: Find,
    means: Means,
) -> tuple[Finding, ...]:
    """Return the findings that the reference has where the head has some.

    Each scanner looks again only at the paths where it found something, and, for what was
    added, at the paths that are gone: a file may have been renamed. What it cannot see there
    makes the finding of the head new, which is the stricter way.
    """
    paths: dict[str, set[str]] = {}
    added = {entry.path for entry, change in comparison.judged if change is Change.ADDED}
    gone = {e.path for e in comparison.removed if not exclusion(e.path, trusted.policy)}
    for finding in findings:
        wanted = paths.setdefault(finding.scanner, set())
        wanted |= gone if finding.at.path in added else {finding.at.path}
    everywhere = set().union(*paths.values())
    entries = [(e, Change.NONE) for e in reference.entries if e.path in everywhere]
    if not entries:
        return ()
    units, _ = read_units(reference, entries, ())

    def wanted_by(scanner: Scanner, unit: Unit) -> bool:
        return unit.path in paths.get(scanner.name, ())

    seen = examine(
        [scanner for scanner in registry.scanners() if scanner.name in paths],
        units,
        paths=_paths(reference),
        exported="reference",
        means=replace(
            means,
            read=reader(reference),
            entries=lambda: reference.entries,
        ),
        wanted=wanted_by,
    )
    return find(seen.sightings, units)
