"""What follows from what was seen: which findings are new, who answers for them, and the verdict.

Of the world only the history and the ledger are read here; everything else is a function of
what was looked at.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from aigate import __version__, declared, registry
from aigate import origins as authors
from aigate.case import Case, Request
from aigate.declared import Declared, look
from aigate.documents.policy import POLICY
from aigate.domain.accounts import CONTROL_PLANE, Accounts
from aigate.domain.finding import Candidate, Finding, Gap, Judged, Status
from aigate.domain.policy import Policy
from aigate.domain.report import Report, Run
from aigate.engine import decide
from aigate.engine.advice import words_of
from aigate.engine.compare import compare as compare_findings
from aigate.engine.coverage import coverage_of
from aigate.engine.group import group
from aigate.engine.judge import Facts, judge
from aigate.examine import Seen
from aigate.material import exclusion, read_whole
from aigate.observed import Shelf
from aigate.origins import Begun, begin, read_origins, with_people
from aigate.trusted import target_branch
from aigate.value import dataclass
from aigate.workspace import git, sides
from aigate.workspace.cache import Cache
from aigate.workspace.trees import Comparison

# What is imported inside of functions is only needed where there is a finding or a registry: a
# hook that has nothing to say should not make anybody wait.
if TYPE_CHECKING:
    from aigate.domain.platform import Testimony
    from aigate.engine.acceptance import Outcome
    from aigate.engine.attribute import Attribution
    from aigate.engine.reviews import Reading

_OWN = ".aigate/"


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is known of a case whatever scanners say."""

    usage: Declared
    begun: Begun


def prepare(case: Case) -> Prepared:
    """Find out what does not depend on any scanner: the use of AI, and who wrote the lines.

    Raises:
        DocumentError: a manifest of the head has mistakes.
        IncompleteError: the history cannot be read.
    """
    usage = look(
        declared.Scene(
            head=case.head,
            reference=case.reference,
            steering=case.steering,
            judged=[entry for entry, _ in case.judged],
            policy=case.trusted.policy,
            packs=case.request.packs,
            at=case.at.date(),
            shelf=Shelf(cache=case.cache, root=case.repository.root),
        )
    )
    begun = begin(
        authors.Scene(
            repository=case.repository,
            reference=case.reference,
            head=case.head,
            judged=case.judged,
            units=case.units,
            agents=case.trusted.agents(),
            policy=case.trusted.policy,
            branch=_source_branch(case.request, case.repository),
            jobs=case.request.jobs,
        )
    )
    return Prepared(usage, begun)


def conclude(
    case: Case,
    prepared: Prepared,
    seen: Seen,
    *,
    findings: tuple[Finding, ...],
    before: tuple[Finding, ...],
    nonce: str,
    progress: Callable[[str], None] = lambda _step: None,
) -> Report:
    """Decide, and return the report.

    `findings` are what scanners saw in the head, and `before` what is in the same places of the
    reference.

    Raises:
        IncompleteError: the history or the ledger cannot be read.
        IntegrityError: something that is trusted does not hold.
    """
    request, repository, trusted, at = case.request, case.repository, case.trusted, case.at
    steering, reference, head = case.steering, case.reference, case.head
    usage = prepared.usage
    findings += tuple(f for f in usage.findings if not request.only or f.at.path in request.only)
    before += usage.before
    status = compare_findings(
        findings, before, alike=lambda finding, path: _alike(finding, path, trusted.policy)
    )
    gaps = case.gaps + seen.gaps + usage.gaps + _unreached(head, trusted.policy, seen)
    coverage = replace(
        coverage_of(
            case.judged,
            case.units,
            gaps,
            case.exclusions,
            covers={s.name: s.covers for s in registry.scanners()},
            read=read_whole(case.units, findings),
        ),
        omissions=seen.omissions,
    )
    progress("attributing")
    origins = read_origins(prepared.begun, findings)
    gaps += origins.gaps
    accounts = _accounts(
        request,
        repository,
        reference=reference or steering or sides.EMPTY,
        head=head,
        findings=(*findings, *(finding for finding, _ in origins.objections)),
        cache=case.cache,
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
                units=case.units,
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
        notes=_notes(request, head, steering, case.comparison)
        + tuple(one.reason for one in coverage.omissions)
        + _doubts(accounts)
        + origins.notes
        + _hearsay(outcomes)
        + _undated(decided, repository),
        registry_digest=accounts.registry.current.digest if accounts.registry else "",
        ledger_digest=accounts.ledger_digest,
        authorship=origins.authorship(),
    )


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


def _left_out(tree: sides.Tree) -> Iterator[str]:
    # Only listed when somebody looks.
    if tree.left_out:
        yield from (entry.path for entry in tree.rest())


def _source_branch(request: Request, repository: git.Repository) -> str:
    """Return the name of the branch that the change comes from, a hint of who made it."""
    told = request.environ.get("GITHUB_HEAD_REF", "")
    if told or not request.head:
        return told or git.branch(repository)
    return git.branch_named(repository, request.head)
