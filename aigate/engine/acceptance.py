"""The acceptance function: when two people's signed words make a finding stop blocking.

The clauses are those of the trust model, in its order; each that fails has one reason code.
Signatures were verified before anything here sees a statement; what is decided here is who
signed, as what, under which registry, about what, and until when.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from aigate.domain.accountability import (
    Binding,
    KeyState,
    Person,
    PersonKind,
    Recorded,
    Registry,
    Role,
    Root,
    Statement,
    StatementKind,
    Terms,
)
from aigate.domain.finding import Candidate, Decision, Finding, Status
from aigate.domain.policy import AcceptanceLimit, Assurance
from aigate.errors import IntegrityError
from aigate.value import dataclass

ACCEPTING = frozenset({StatementKind.ACCEPT, StatementKind.FALSE_POSITIVE, StatementKind.BASELINE})
"""What makes a finding stop blocking."""

PLATFORM_REVIEW = "platform-review"
"""The reason code of what two people accepted on a code host, where it is only said so."""

# How far the clock may be behind what is known to have happened.
_CLOCK = timedelta(days=1)
# Since when somebody is gone of whom the registry says nothing any more.
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_STRENGTH = {
    Assurance.NOTE: 0,
    Assurance.PLATFORM_REVIEW: 1,
    Assurance.SIGNED: 2,
    Assurance.SIGNED_TOUCH: 3,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """Everything that acceptances are judged by.

    `records` hold at least each statement that names the fingerprint of a finding at hand,
    and each withdrawal. `authors` are the ids of registered people among the authors of the
    change. `limits` are those of the policy; the registry's count as well, the stricter of
    the two each time. `anchored` is the newest time that the reference proves to have passed.
    """

    registry: Registry
    branch: str
    records: tuple[Recorded, ...]
    authors: frozenset[str] = frozenset()
    limits: tuple[AcceptanceLimit, ...] = ()
    anchored: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the ledger says about one finding.

    `codes` are one stable reason code for each clause that fails, in the order of the
    clauses. `kind` is that of the terms which are spoken of, None if there are none.
    `developer` and `security` are the ids of those who signed and count;
    `statements` the digests of what they signed. `changed` names what differs between the
    finding and what was accepted.
    """

    decision: Decision
    codes: tuple[str, ...]
    kind: StatementKind | None = None
    developer: str = ""
    security: str = ""
    statements: tuple[str, ...] = ()
    expires_at: datetime | None = None
    changed: tuple[str, ...] = ()


NOBODY = Outcome(decision=Decision.OPEN, codes=("no-acceptance",))
"""What holds for a finding about which nobody has signed anything."""


def triage(candidates: Sequence[Candidate], ledger: Ledger, *, at: datetime) -> tuple[Outcome, ...]:
    """Return what the ledger says about each finding.

    Raises:
        IntegrityError: the clock is behind what is known to have happened.
    """
    findings = [candidate.finding for candidate in candidates]
    if ledger.records and ledger.anchored and at < ledger.anchored - _CLOCK:
        raise IntegrityError(
            f"the clock says {at.isoformat()}, which is before the reference's own time",
            hint="set the clock",
            code="clock-behind",
        )
    accepting = _by_fingerprint(ledger.records)
    withdrawals = _by_withdrawn(ledger.records)
    copies: dict[str, list[int]] = defaultdict(list)
    for index, finding in enumerate(findings):
        copies[finding.fingerprint].append(index)
    outcomes = [NOBODY] * len(findings)
    for print_, indices in copies.items():
        named = accepting.get(print_, ())
        alike = [findings[i] for i in indices]
        whole = covers(alike, [bindings for _, bindings, _ in named])
        for (terms, bindings, signed), covered in zip(named, whole, strict=True):
            ended = withdrawals.get(terms.digest, ())
            for index, binding in zip(indices, covered, strict=True):
                case = _Case(candidates[index], terms, binding or bindings[0], ended, ledger, at)
                outcome = _judge(case, signed)
                if binding is None:
                    outcome = NOBODY if outcome.decision is Decision.OPEN else _surplus(terms)
                outcomes[index] = _better(outcomes[index], outcome)
    return tuple(outcomes)


def _surplus(terms: Terms) -> Outcome:
    return Outcome(decision=Decision.OPEN, codes=("surplus-copy",), kind=terms.kind)


_Signed = tuple[Recorded, ...]
_Named = tuple[Terms, tuple[Binding, ...], _Signed]
_Pair = tuple[Recorded, Recorded]


def _by_fingerprint(records: Iterable[Recorded]) -> dict[str, list[_Named]]:
    """Index accepting statements by finding, together where their terms are the same bytes.

    With the terms come those of their bindings that name the finding, one for each place.
    """
    together: dict[bytes, list[Recorded]] = defaultdict(list)
    for record in sorted(records, key=lambda r: (r.statement.digest, not r.in_reference)):
        if record.statement.terms.kind in ACCEPTING:
            together[record.statement.terms.raw].append(record)
    found: dict[str, list[_Named]] = defaultdict(list)
    for signed in together.values():
        terms = signed[0].statement.terms
        places: dict[str, list[Binding]] = defaultdict(list)
        for binding in terms.bindings:
            places[binding.fingerprint].append(binding)
        for print_, bindings in places.items():
            found[print_].append((terms, tuple(bindings), tuple(signed)))
    return found


def _by_withdrawn(records: Iterable[Recorded]) -> dict[str, _Signed]:
    """Index withdrawals by the digest of the terms that they end."""
    found: dict[str, list[Recorded]] = defaultdict(list)
    for record in records:
        if record.statement.terms.kind is StatementKind.WITHDRAW:
            for digest in record.statement.terms.supersedes:
                found[digest].append(record)
    return {digest: tuple(each) for digest, each in found.items()}


def covers(
    copies: Sequence[Finding], terms: Sequence[Sequence[Binding]]
) -> list[list[Binding | None]]:
    """Tell, for each of several terms, which binding covers which of several identical matches.

    A binding covers no more copies than it counts, and none covers what another one has left.
    Copies that are as they were signed come first. What is left of a binding goes to copies
    that no terms know, the likest first, so that it is said of these what has changed.
    """
    covered: list[list[Binding | None]] = [[None] * len(copies) for _ in terms]
    left = [[binding.count for binding in bindings] for bindings in terms]
    order = sorted(range(len(copies)), key=lambda i: copies[i].occurrence)
    for number, bindings in enumerate(terms):
        page = _Page(copies, bindings, covered[number], left[number])
        _cover(page, order, _place, exact=True)
    known = {index for each in covered for index, binding in enumerate(each) if binding}
    order.sort(key=lambda i: i in known)
    for number, bindings in enumerate(terms):
        page = _Page(copies, bindings, covered[number], left[number])
        for likeness in (_place, _scope, _anywhere):
            _cover(page, order, likeness, exact=False)
    return covered


@dataclass(frozen=True, slots=True)
class _Page:
    """Copies, the bindings of some terms, which covers which, and how many more each covers."""

    copies: Sequence[Finding]
    bindings: Sequence[Binding]
    covered: list[Binding | None]
    left: list[int]


_Likeness = Callable[[Finding | Binding], tuple[str, ...]]


def _place(one: Finding | Binding) -> tuple[str, ...]:
    return (one.context, one.scope)


def _scope(one: Finding | Binding) -> tuple[str, ...]:
    return (one.scope,)


def _anywhere(one: Finding | Binding) -> tuple[str, ...]:
    del one
    return ()


def _cover(page: _Page, order: Iterable[int], likeness: _Likeness, *, exact: bool) -> None:
    """Cover copies that are like a binding, in their order, while its count lasts."""
    free: dict[tuple[str, ...], deque[int]] = defaultdict(deque)
    for number, binding in enumerate(page.bindings):
        if page.left[number]:
            free[likeness(binding)].append(number)
    for index in order:
        finding = page.copies[index]
        waiting = free.get(likeness(finding))
        if page.covered[index] or not waiting:
            continue
        number = waiting[0]
        if exact and any(differences(finding, page.bindings[number])):
            continue
        page.covered[index] = page.bindings[number]
        page.left[number] -= 1
        if not page.left[number]:
            waiting.popleft()


def _better(one: Outcome, other: Outcome) -> Outcome:
    """Return what says more; who waits for a signature is not hidden by what has ended."""
    best, rest = (one, other) if _rank(one) >= _rank(other) else (other, one)
    waiting = tuple(c for c in rest.codes if c.startswith("waits-for-") and c not in best.codes)
    if best.decision is Decision.ACCEPTED or not waiting:
        return best
    return replace(best, codes=(*best.codes, *waiting))


def _rank(outcome: Outcome) -> tuple[int, bool, int]:
    order = (
        Decision.OPEN,
        Decision.WITHDRAWN,
        Decision.OWNERLESS,
        Decision.STALE,
        Decision.EXPIRED,
        Decision.ACCEPTED,
    )
    # Of two that are open, the one that somebody has signed says more.
    said = len(outcome.statements) * 2 - len(outcome.codes)
    return order.index(outcome.decision), outcome is not NOBODY, said


@dataclass(frozen=True, slots=True)
class _Case:
    """One finding, and terms that name it."""

    candidate: Candidate
    terms: Terms
    binding: Binding
    withdrawals: _Signed
    ledger: Ledger
    at: datetime

    @property
    def finding(self) -> Finding:
        return self.candidate.finding


def _judge(case: _Case, signed: _Signed) -> Outcome:
    root = case.ledger.registry.current
    elsewhere = tuple(_elsewhere(case.terms, root, case.ledger.branch))
    if elsewhere:
        return Outcome(decision=Decision.OPEN, codes=elsewhere, kind=case.terms.kind)
    new = case.candidate.status is Status.NEW
    refused = [(next(refusals(r, case.ledger, new=new), ""), r) for r in signed]
    valid = [record for code, record in refused if not code]
    pairs = _pairs(valid)
    if not pairs:
        codes = [code for code, _ in refused if code]
        return replace(_waiting([r.statement for r in valid], codes), kind=case.terms.kind)
    # All of them are looked at: a pair that holds is not hidden by one that does not.
    judged = ((_judge_pair(case, pair), pair) for pair in pairs)
    return max(judged, key=lambda one: (_rank(one[0]), _preference(one[1], case)))[0]


def _judge_pair(case: _Case, pair: _Pair) -> Outcome:
    developer, security = (record.statement for record in pair)
    ends = tuple(_ends(case, pair))
    return Outcome(
        decision=ends[0][0] if ends else Decision.ACCEPTED,
        codes=tuple(code for _, code in ends),
        kind=case.terms.kind,
        developer=developer.person,
        security=security.person,
        statements=tuple(sorted((developer.digest, security.digest))),
        expires_at=case.terms.expires_at,
        changed=tuple(differences(case.finding, case.binding)),
    )


def _ends(case: _Case, pair: _Pair) -> Iterator[tuple[Decision, str]]:
    """Say what ends, or qualifies, an acceptance that two people did make, weightiest first."""
    registry, expires_at = case.ledger.registry, case.terms.expires_at
    statements = [record.statement for record in pair]
    if _withdrawn(statements, case.withdrawals, registry):
        yield Decision.WITHDRAWN, "withdrawn"
    for part in differences(case.finding, case.binding):
        yield Decision.STALE, f"{part}-changed"
    if expires_at is None or case.at >= expires_at:
        yield Decision.EXPIRED, "expired"
    longest, floor = _limits(case.finding, case.ledger)
    if expires_at and longest is not None:
        times = [time for record in pair if (time := _entered(record, case.at)) is not None]
        if len(times) < len(pair):
            yield Decision.EXPIRED, "entry-unknown"
        elif expires_at - max(times) > longest:
            yield Decision.EXPIRED, "lasts-too-long"
    if _reached(statements, pinned=registry.pinned) < floor:
        yield Decision.OPEN, "assurance-too-low" if registry.pinned else "trust-root-not-pinned"
    gone = [since for s in statements if (since := _gone_since(s, registry.current)) is not None]
    if gone:
        in_grace = case.at <= min(gone) + timedelta(days=registry.current.grace_days)
        yield (
            (Decision.ACCEPTED, "ownerless-grace")
            if in_grace
            else (Decision.OWNERLESS, "ownerless")
        )
    if any(statement.account for statement in statements):
        yield Decision.ACCEPTED, PLATFORM_REVIEW


def _elsewhere(terms: Terms, root: Root, branch: str) -> Iterator[str]:
    """Clause 1: the terms name this ledger, this repository and this branch."""
    if terms.ledger_id != root.ledger_id:
        yield "ledger-other"
    if terms.repository_id != root.repository_id:
        yield "repository-other"
    if terms.branch != branch:
        yield "branch-other"


def differences(finding: Finding, binding: Binding) -> Iterator[str]:
    """Yield what of a finding is not what was signed: clause 1, the binding."""
    if (finding.rule, finding.at.path, finding.match) != (
        binding.rule,
        binding.path,
        binding.match,
    ):
        yield "match"
    if finding.context != binding.context:
        yield "context"
    if finding.scope != binding.scope:
        yield "scope"
    if finding.rule_digest != binding.rule_digest:
        yield "rule"
    if finding.severity > binding.severity:
        yield "severity"


def refusals(record: Recorded, ledger: Ledger, *, new: bool) -> Iterator[str]:
    """Yield each reason why one statement does not count: clauses 2, 3, 4 and 5.

    Who wrote the change matters where the change brings the finding, or the statement; an
    acceptance that was in order does not end because its signer edits another file.
    """
    statement = record.statement
    root = _governing(record, ledger.registry)
    if root is None:
        yield "registry-outdated"
        return
    person = next((p for p in root.people if p.id == statement.person), None)
    if person is None or not _is_known(statement, person):
        yield "signer-unknown"
        return
    if _compromised(statement.key, ledger.registry):
        yield "key-compromised"
    if person.kind is not PersonKind.HUMAN:
        yield "signer-is-automation"
    if statement.as_role not in person.roles:
        yield "role-missing"
    if person.left is not None:
        yield "signer-has-left"
    own = statement.person in _authors(ledger) and (new or not record.in_reference)
    if statement.as_role is Role.SECURITY and own:
        yield "security-signed-own-change"
    elif statement.account and own:
        yield "reviewer-is-author"


def _authors(ledger: Ledger) -> set[str]:
    """Clause 5: who answers for automation is an author of what it writes."""
    people = ledger.registry.current.people
    return {*ledger.authors, *(p.answers for p in people if p.id in ledger.authors)}


def _governing(record: Recorded, registry: Registry) -> Root | None:
    """Clause 3: claimed times play no part, so dating back gains nothing."""
    terms = record.statement.terms
    if not record.in_reference:
        roots: tuple[Root, ...] = (registry.current,)
    else:
        roots = registry.roots
    return next(
        (
            root
            for root in roots
            if (root.version, root.digest) == (terms.registry_version, terms.registry_digest)
        ),
        None,
    )


def _is_known(statement: Statement, person: Person) -> bool:
    """Tell whether it is this person's: by a key of theirs, or said by their account."""
    if statement.account:
        return any(f"{host}:{number}" == statement.account for host, number in person.platform_ids)
    return _has_key(person, statement.key, KeyState.ACTIVE)


def _has_key(person: Person, fingerprint: str, state: KeyState) -> bool:
    return any(k.fingerprint == fingerprint and k.state is state for k in person.keys)


def _compromised(fingerprint: str, registry: Registry) -> bool:
    return any(_has_key(p, fingerprint, KeyState.COMPROMISED) for p in registry.current.people)


def _pairs(records: Sequence[Recorded]) -> list[_Pair]:
    """Clause 4: two different people can take the two seats; a matching, not a count."""
    by_role: dict[Role, dict[tuple[str, bool], Recorded]] = defaultdict(dict)
    # Saying the same again makes no more pairs; what was said last counts.
    for record in sorted(records, key=_recency):
        statement = record.statement
        by_role[statement.as_role][statement.person, statement.touched] = record
    return [
        (developer, security)
        for developer in by_role[Role.DEVELOPER].values()
        for security in by_role[Role.SECURITY].values()
        if security.statement.person != developer.statement.person
    ]


def _recency(record: Recorded) -> tuple[bool, datetime, str]:
    return (not record.in_reference, record.entered_at or _LONG_AGO, record.statement.digest)


def _preference(pair: _Pair, case: _Case) -> tuple[object, ...]:
    """Of several pairs as good, the one counts whose people are still there longest."""
    developer, security = (record.statement for record in pair)
    gone = [_gone_since(s, case.ledger.registry.current) for s in (developer, security)]
    first = min((since for since in gone if since is not None), default=case.at)
    touched = developer.touched and security.touched
    return (not any(gone), touched, first, developer.digest, security.digest)


def _waiting(valid: Sequence[Statement], refused: Sequence[str]) -> Outcome:
    roles = {statement.as_role for statement in valid}
    if roles == {Role.DEVELOPER, Role.SECURITY}:
        missing = "one-person-in-both-seats"
    elif roles == {Role.DEVELOPER}:
        missing = "waits-for-security"
    elif roles == {Role.SECURITY}:
        missing = "waits-for-developer"
    else:
        missing = "no-acceptance"
    return Outcome(
        decision=Decision.OPEN,
        codes=tuple(dict.fromkeys((*sorted(refused), missing))),
        developer=next((s.person for s in valid if s.as_role is Role.DEVELOPER), ""),
        security=next((s.person for s in valid if s.as_role is Role.SECURITY), ""),
        statements=tuple(sorted(s.digest for s in valid)),
    )


def _withdrawn(
    pair: Sequence[Statement], withdrawals: Iterable[Recorded], registry: Registry
) -> bool:
    """Clause 7: either signer, or anybody from security, has taken it back.

    A withdrawal counts at once, also when it is new in the change, and under any version of
    the registry: taking back can only tighten.
    """
    signers = {statement.person for statement in pair}
    for record in withdrawals:
        statement = record.statement
        for root in registry.roots:
            person = next((p for p in root.people if p.id == statement.person), None)
            if person is None or all(k.fingerprint != statement.key for k in person.keys):
                continue
            if person.kind is PersonKind.HUMAN and (
                person.id in signers or Role.SECURITY in person.roles
            ):
                return True
    return False


def _limits(finding: Finding, ledger: Ledger) -> tuple[timedelta | None, int]:
    """Return the longest duration and the weakest assurance that are allowed, strictest first."""
    both = [
        limit
        for limit in (*ledger.limits, *ledger.registry.current.limits)
        if limit.severity is finding.severity
    ]
    longest = min((limit.longest for limit in both), default=None)
    floor = max((_STRENGTH[limit.assurance] for limit in both), default=_STRENGTH[Assurance.SIGNED])
    return (None if longest is None else timedelta(days=longest)), floor


def reviews_count(finding: Finding, ledger: Ledger) -> bool:
    """Tell whether reviews are enough to accept a finding, if everything else is right."""
    _, floor = _limits(finding, ledger)
    return ledger.registry.pinned and floor <= _STRENGTH[Assurance.PLATFORM_REVIEW]


def with_codes(
    outcomes: Sequence[Outcome],
    findings: Sequence[Finding],
    ledger: Ledger,
    *,
    refused: Mapping[str, tuple[str, ...]],
    unread: str,
) -> tuple[Outcome, ...]:
    """Say of what is not accepted why reviews do not, or how they could, where they are enough.

    `refused` and `unread` are as in `reviews.Reading`.
    """
    told = []
    for outcome, finding in zip(outcomes, findings, strict=True):
        if outcome.decision is Decision.ACCEPTED or not reviews_count(finding, ledger):
            told.append(outcome)
            continue
        codes = (unread,) if unread else refused.get(finding.fingerprint, ()) or ("no-reviews",)
        told.append(replace(outcome, codes=tuple(dict.fromkeys((*outcome.codes, *codes)))))
    return tuple(told)


def _entered(record: Recorded, at: datetime) -> datetime | None:
    """Clause 6: when a statement entered the reference, now if it is new, None if unknown.

    Commits date themselves, so a time to come is taken for now.
    """
    if not record.in_reference:
        return at
    return record.entered_at and min(record.entered_at, at)


def _reached(pair: Sequence[Statement], *, pinned: bool) -> int:
    """Clause 8: how strongly the two are bound to what they signed."""
    if not pinned:
        return _STRENGTH[Assurance.NOTE]
    if any(statement.account for statement in pair):
        return _STRENGTH[Assurance.PLATFORM_REVIEW]
    touched = all(statement.touched for statement in pair)
    return _STRENGTH[Assurance.SIGNED_TOUCH if touched else Assurance.SIGNED]


def _gone_since(statement: Statement, root: Root) -> datetime | None:
    """Return since when a signer no longer answers in that role; None while they do."""
    person = next((p for p in root.people if p.id == statement.person), None)
    if person is None:
        return _LONG_AGO
    if person.left is not None:
        return person.left
    if statement.as_role in person.roles:
        return None
    return next((since for role, since in person.former if role is statement.as_role), _LONG_AGO)
