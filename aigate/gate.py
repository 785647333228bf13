"""One run, top to bottom.

Reading trees and running scanners are the only steps that touch the world; everything that
follows is a function of what they returned.
"""

from __future__ import annotations

import itertools
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from datetime import datetime
from functools import cache as once
from pathlib import Path
from typing import TYPE_CHECKING

from aigate import __version__, declared, registry
from aigate.documents.policy import POLICY
from aigate.domain.accounts import CONTROL_PLANE, Accounts
from aigate.domain.extension import Scanner
from aigate.domain.finding import (
    Candidate,
    Finding,
    Gap,
    Judged,
    Status,
)
from aigate.domain.policy import Policy
from aigate.domain.report import Report, Run
from aigate.domain.tree import Change, Unit
from aigate.engine import decide
from aigate.engine.advice import words_of
from aigate.engine.compare import compare as compare_findings
from aigate.engine.coverage import coverage_of
from aigate.engine.group import group
from aigate.engine.judge import Facts, judge
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
    read_whole,
    reader,
    with_previous,
)
from aigate.observed import Shelf
from aigate.origins import Scene, begin, read_origins, with_people
from aigate.recall import Memory
from aigate.trusted import Trusted, read_policy_of, read_trusted, target_branch
from aigate.value import dataclass
from aigate.workspace import git, scratch, sides
from aigate.workspace.cache import Cache, Place, open_cache
from aigate.workspace.trees import Comparison, compare, narrowed
from aigate.workspace.untouched import Untouched

# What is imported inside of functions is only needed where there is a finding or a registry: a
# hook that has nothing to say should not make anybody wait.
if TYPE_CHECKING:
    from aigate.domain.package import PackageIndex
    from aigate.domain.platform import Testimony
    from aigate.engine.acceptance import Outcome
    from aigate.engine.attribute import Attribution
    from aigate.engine.reviews import Reading


_OWN = ".aigate/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What to judge, and with what means.

    `base` and `head` are revisions; without `head` the working tree is judged, with `staged`
    the index; without `base` and `staged` the whole tree. `branch` is the branch that the
    change is meant for, where `base` is a commit, and `default_branch` the repository's, where
    the clone has no record of it. `policy_file` and `trust_root` are
    trusted, since the caller names them; `opener` is the account that opened the change, as in
    `github:1`, and `testimony` what the code host says about it, if the caller has asked. `from_caller` reads that policy and what it
    extends. `only` narrows what is judged to these paths, for commands that need one finding and
    not a decision: such a report must never be taken for a verdict. `environ` is the caller's
    environment, of which git gets to see little. `deadline` is in seconds. In `cache`, which is
    trusted, is kept what makes the next run faster and never changes what it says. `index` is
    where names of packages are looked up, if anywhere.
    """

    directory: str
    packs: str
    base: str = ""
    head: str = ""
    staged: bool = False
    branch: str = ""
    default_branch: str = ""
    index_file: str = ""
    policy_file: str = ""
    from_caller: Callable[[str], bytes | None] = lambda _name: None
    trust_root: str = ""
    opener: str = ""
    testimony: Testimony | None = None
    only: frozenset[str] = frozenset()
    environ: Mapping[str, str] = field(default_factory=dict)
    deadline: float = 600.0
    jobs: int = 2
    cache: Place | None = None
    index: PackageIndex | None = None


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
    scene = declared.Scene(
        head=head,
        reference=reference,
        steering=steering,
        judged=[entry for entry, _ in judged],
        policy=trusted.policy,
        packs=request.packs,
        at=at.date(),
        shelf=Shelf(cache=cache, root=repository.root),
    )
    with scratch.private_folder_if_asked() as folder, finder(cache, trusted.catalogue) as find:
        means = replace(
            _means(request, trusted, folder, started),
            read=reader(head),
            entries=lambda: head.entries,
            memory=Memory(cache, trusted.rules_digest, {} if reference else None),
        )
        units, gaps = read_units(head, judged, comparison.removed, cache)
        units = with_previous(units, reference)
        early = once(
            lambda: (
                declared.look(scene),
                begin(
                    Scene(
                        repository=repository,
                        reference=reference,
                        head=head,
                        judged=judged,
                        units=units,
                        agents=trusted.agents,
                        policy=trusted.policy,
                        branch=_source_branch(request, repository),
                        jobs=request.jobs,
                    )
                ),
            )
        )
        seen = examine(
            registry.scanners(),
            units,
            paths=_paths(head),
            exported="head",
            means=replace(
                means,
                meanwhile=early,
                former=lambda some: former_units(some, reference) if reference else {},
            ),
            done=progress,
        )
        usage, begun = early()
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

    findings += tuple(f for f in usage.findings if not request.only or f.at.path in request.only)
    before += usage.before
    status = compare_findings(
        findings, before, alike=lambda finding, path: _alike(finding, path, trusted.policy)
    )
    gaps += seen.gaps + usage.gaps + _unreached(head, trusted.policy, seen)
    coverage = replace(
        coverage_of(
            judged,
            units,
            gaps,
            exclusions,
            covers={s.name: s.covers for s in registry.scanners()},
            read=read_whole(units, findings),
        ),
        omissions=seen.omissions,
    )
    progress("attributing")
    origins = read_origins(begun, findings)
    gaps += origins.gaps
    accounts = _accounts(
        request,
        repository,
        reference=reference or steering or sides.EMPTY,
        head=head,
        findings=(*findings, *(finding for finding, _ in origins.objections)),
        cache=cache,
        at=at,
    )
    origins = with_people(origins, trusted.policy, accounts.registry)
    candidates = [
        Candidate(
            finding=_doubted(finding, accounts),
            status=one,
            origin=origins.of(finding.at),
            initiatives=usage.initiatives_at(finding.at.path),
        )
        for finding, one in zip(group(findings), status, strict=True)
        if not _vouched(finding, accounts)
    ]
    candidates += [
        one
        for one in origins.candidates()
        if not request.only or one.finding.at.path in request.only
    ]
    # Only what people have signed names a branch.
    branch = (
        target_branch(request.base, repository, trusted.policy, branch=request.branch)
        if accounts.registry
        else ""
    )
    said = None
    if request.testimony and accounts.registry:
        from aigate.accounts import is_about  # noqa: PLC0415 - see above
        from aigate.engine.reviews import read_reviews  # noqa: PLC0415 - see above

        said = read_reviews(
            request.testimony,
            [candidate.finding for candidate in candidates],
            accounts.registry,
            branch=branch,
            about=not request.testimony.comments
            or is_about(
                repository, head, request.testimony.head, reference=reference or sides.EMPTY
            ),
            at=at,
        )
    outcomes = _triage(
        candidates,
        accounts,
        trusted.policy,
        branch=branch,
        steering=steering,
        said=said,
        at=at,
    )
    told: tuple[Attribution, ...] = ()
    if candidates:
        from aigate import lineage  # noqa: PLC0415 - see above

        told = lineage.attributions(
            candidates,
            lineage.Scene(
                repository=repository,
                base=reference or steering or sides.EMPTY,
                head=head,
                compared=reference is not None,
                units=units,
                before=before,
                people=accounts.registry.current.people if accounts.registry else (),
                has_date=lambda one: decide.demand(one, trusted.policy).fix_within is not None,
                at=at,
                history=origins.history,
                jobs=request.jobs,
            ),
        )
    decided = judge(
        candidates,
        outcomes,
        Facts(
            policy=trusted.policy,
            threat=trusted.threat,
            owners_of=trusted.owners_of,
            today=at.date(),
            has_registry=accounts.registry is not None,
        ),
        told,
    )
    verdict = decide.verdict(trusted.policy, decided, gaps)
    named = {one.finding.rule for one in decided}
    return Report(
        verdict=verdict,
        exit_code=decide.exit_code(verdict),
        run=Run(
            version=__version__,
            nonce=nonce,
            started=at.isoformat(timespec="seconds"),
            python=sys.version.split()[0],
            scanners=seen.ran,
        ),
        reference=reference.side if reference else None,
        head=head.side,
        policy=trusted.policy.name,
        policy_digest=trusted.policy.digest,
        rules_digest=trusted.rules_digest,
        coverage=coverage,
        gaps=tuple(sorted(set(gaps))),
        findings=decided,
        rules=tuple(trusted.catalogue[name] for name in sorted(named) if name in trusted.catalogue),
        notes=_notes(request, head, steering, comparison)
        + tuple(one.reason for one in coverage.omissions)
        + _doubts(accounts)
        + origins.notes
        + _hearsay(outcomes)
        + _undated(decided, repository),
        registry_digest=accounts.registry.current.digest if accounts.registry else "",
        ledger_digest=accounts.ledger_digest,
        authorship=origins.authorship(),
    )


def _trees(
    request: Request, repository: git.Repository, untouched: Callable[[], Untouched]
) -> tuple[sides.Tree | None, sides.Tree | None, sides.Tree]:
    """Return the tree that steers, the one that is compared with, if there is one, and the head.

    Of a ledger that two commits share, neither of them is listed: it may be very long.
    """
    steering, reference = _reference(request, repository)
    if reference and request.base and request.head:
        head, reference = sides.against(
            repository, reference, request.head, plain=lambda path: bool(names.digest_in(path))
        )
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
        return sides.index_tree(repository, request.index_file, near=steering)
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


def _left_out(tree: sides.Tree) -> Iterator[str]:
    # Only listed when somebody looks.
    if tree.left_out:
        yield from (entry.path for entry in tree.rest())


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


def _alike(finding: Finding, old_path: str, policy: Policy) -> bool:
    """Tell whether a finding that moved cost at least as much where it was."""
    here = Candidate(finding=finding, status=Status.NEW)
    there = Candidate(
        finding=replace(finding, at=replace(finding.at, path=old_path)), status=Status.NEW
    )
    return decide.demand(there, policy).action >= decide.demand(here, policy).action


def _unreached(head: sides.Tree, policy: Policy, seen: Seen) -> tuple[Gap, ...]:
    """Return a gap for each thing that was demanded and did not happen."""
    ran = {one.name: one.version for one in seen.ran}
    gaps = [
        Gap(name, "the policy requires it, and it is not here", "scanner-missing", name)
        for name in dict.fromkeys((*policy.required_scanners, *dict(policy.locked_scanners)))
        if not ran.get(name)
    ]
    gaps += [
        Gap(
            name,
            f"the policy asks for version {version}, and {here} is here",
            "scanner-version",
            name,
        )
        for name, version in policy.locked_scanners
        if (here := ran.get(name)) and here != version
    ]
    if not policy.requirements and not policy.required_scanners:
        gaps.append(Gap(POLICY, "the policy asks for nothing", "nothing-asked"))
    paths = itertools.chain((e.path for e in head.entries), _left_out(head))
    if (head.entries or head.left_out) and all(exclusion(path, policy) for path in paths):
        gaps.append(Gap(POLICY, "the policy excludes every file", "nothing-in-scope"))
    return tuple(gaps)


def _source_branch(request: Request, repository: git.Repository) -> str:
    """Return the name of the branch that the change comes from, a hint of who made it."""
    told = request.environ.get("GITHUB_HEAD_REF", "")
    if told or not request.head:
        return told or git.branch(repository)
    return git.branch_named(repository, request.head)


def _accounts(
    request: Request,
    repository: git.Repository,
    *,
    reference: sides.Tree,
    head: sides.Tree,
    findings: Sequence[Finding],
    cache: Cache | None,
    at: datetime,
) -> Accounts:
    if not request.trust_root and not any(map(_has_accounts, (reference, head))):
        return Accounts(registry=None)
    from aigate.accounts import read_accounts, with_openers  # noqa: PLC0415 - see above

    accounts = read_accounts(
        repository,
        reference=reference,
        head=head,
        fingerprints={finding.fingerprint for finding in findings},
        pin=request.trust_root,
        at=at,
        cache=cache if reference.folder_id else None,
    )
    return with_openers(accounts, {request.opener, *_openers(request.testimony)})


def _has_accounts(tree: sides.Tree) -> bool:
    """Tell whether anything in a tree is, or looks like, a part of a registry or a ledger."""
    if tree.left_out or tree.folder_id:
        return True
    return any(
        entry.path[:1] == "." and entry.path.casefold().startswith(_OWN) for entry in tree.entries
    )


def _vouched(finding: Finding, accounts: Accounts) -> bool:
    """Tell whether a change of the control plane carries all the signatures it needs."""
    return finding.rule == CONTROL_PLANE and finding.at.path in accounts.vouched


def _doubted(finding: Finding, accounts: Accounts) -> Finding:
    """Say of a new record that does not count why that is, and what to do with it."""
    code = dict(accounts.invalid).get(finding.at.path)
    if code is None or finding.rule != CONTROL_PLANE:
        return finding
    return replace(
        finding,
        message=(
            f"brings the record `{finding.at.path}`, which does not count: {words_of(code)};"
            " hint: take it out of the change, and sign again if it is still needed"
        ),
    )


def _doubts(accounts: Accounts) -> tuple[str, ...]:
    notes = [f"`{path}` does not count: {code}" for path, code in accounts.invalid]
    if accounts.registry and not accounts.registry.pinned:
        notes.append("the trust root is trusted on first use; pin it with `--trust-root SHA256`")
    return tuple(notes)


def _undated(decided: Sequence[Judged], repository: git.Repository) -> tuple[str, ...]:
    """Say why since when some findings are there is not known, where there is a way out."""
    missing = sum(one.fix_within is not None and not one.due for one in decided)
    if not missing or not repository.is_shallow:
        return ()
    said = f"findings whose first sight cannot be told, since this clone is shallow: {missing}"
    return (f"{said}; fetch its history, in GitHub Actions with `fetch-depth: 0`",)


def _triage(
    candidates: Sequence[Candidate],
    accounts: Accounts,
    policy: Policy,
    *,
    branch: str,
    steering: sides.Tree | None,
    said: Reading | None,
    at: datetime,
) -> tuple[Outcome, ...]:
    if not candidates:
        return ()
    from aigate.engine.acceptance import NOBODY, Ledger, triage, with_codes  # noqa: PLC0415 - see above

    if accounts.registry is None:
        return (NOBODY,) * len(candidates)
    ledger = Ledger(
        registry=accounts.registry,
        branch=branch,
        records=accounts.records + (said.records if said else ()),
        authors=accounts.authors,
        limits=policy.acceptance,
        anchored=steering.committed if steering else None,
    )
    outcomes = triage(candidates, ledger, at=at)
    if said is None:
        return outcomes
    findings = [candidate.finding for candidate in candidates]
    return with_codes(outcomes, findings, ledger, refused=said.refused, unread=said.unread)


def _openers(testimony: Testimony | None) -> Iterator[str]:
    if testimony:
        yield from (f"{testimony.platform}:{one.id}" for one in testimony.openers)


def _hearsay(outcomes: Sequence[Outcome]) -> tuple[str, ...]:
    """Say for how many findings there is nobody's signature but the word of a code host."""
    if not outcomes:
        return ()
    from aigate.engine.acceptance import PLATFORM_REVIEW  # noqa: PLC0415 - see above

    said = sum(PLATFORM_REVIEW in one.codes for one in outcomes if one.decision.value == "accepted")
    return (f"findings that two people accept as GitHub says, without signatures: {said}",) * (
        said > 0
    )


def _notes(
    request: Request,
    head: sides.Tree,
    steering: sides.Tree | None,
    comparison: Comparison,
) -> tuple[str, ...]:
    notes = []
    own = {entry.path: entry.blob for entry in head.entries}.get(POLICY)
    used = {e.path: e.blob for e in steering.entries}.get(POLICY) if steering else None
    if own != used and not request.policy_file:
        notes.append(f"`{POLICY}` differs from the one that decided, which is the reference's")
    if request.base and steering and steering.side.name != request.base:
        notes.append(
            f"`{request.base}` is no protected branch; `{steering.side.name}` is the reference"
        )
    if not comparison.judged and not comparison.removed:
        whole = not request.base and not request.staged
        notes.append("there is nothing here" if whole else "nothing differs from the reference")
    return tuple(notes)
