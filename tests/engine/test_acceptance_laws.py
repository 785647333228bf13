"""Laws of acceptances, against a small model written from the trust model alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from aigate.domain.accountability import (
    Binding,
    Key,
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
from aigate.domain.place import Location
from aigate.domain.policy import AcceptanceLimit, Assurance
from aigate.domain.severity import Severity
from aigate.engine.acceptance import Ledger, triage

AT = datetime(2026, 6, 1, tzinfo=UTC)
DAY = timedelta(days=1)
LONGEST = {Severity.LOW: 365, Severity.MEDIUM: 180, Severity.HIGH: 90, Severity.CRITICAL: 30}
FLOOR = {
    Severity.LOW: Assurance.NOTE,
    Severity.MEDIUM: Assurance.PLATFORM_REVIEW,
    Severity.HIGH: Assurance.SIGNED,
    Severity.CRITICAL: Assurance.SIGNED_TOUCH,
}
NAMES = ("ada", "bo", "cy", "robot")
SIGNING = (Role.DEVELOPER, Role.SECURITY)
FINDING = Finding(
    rule="shell",
    scanner="semgrep",
    at=Location("src/app.py", 3, 1, 3, 9),
    title="t",
    message="m",
    severity=Severity.HIGH,
    match="2" * 64,
    context="3" * 64,
    scope="run",
    rule_digest="1" * 64,
    fingerprint="f" * 32,
)


def binding(**changed: object) -> Binding:
    one = Binding(
        fingerprint=FINDING.fingerprint,
        rule=FINDING.rule,
        rule_digest=FINDING.rule_digest,
        severity=FINDING.severity,
        path=FINDING.at.path,
        match=FINDING.match,
        context=FINDING.context,
        scope=FINDING.scope,
    )
    return replace(one, **changed)


@dataclass(frozen=True)
class World:
    """Everything that one decision depends on."""

    findings: tuple[Finding, ...]
    ledger: Ledger
    status: Status = Status.NEW

    @property
    def accepted(self) -> tuple[bool, ...]:
        found = [Candidate(finding=finding, status=self.status) for finding in self.findings]
        outcomes = triage(found, self.ledger, at=AT)
        return tuple(o.decision is Decision.ACCEPTED for o in outcomes)

    def with_records(self, records: tuple[Recorded, ...]) -> World:
        return replace(self, ledger=replace(self.ledger, records=records))

    def with_people(self, change: Callable[[Person], Person]) -> World:
        """Change people in the newest version alone, as the next version would."""
        known = self.ledger.registry
        now = replace(known.current, people=tuple(change(p) for p in known.current.people))
        changed = replace(known, roots=(*known.roots[:-1], now))
        return replace(self, ledger=replace(self.ledger, registry=changed))


# The model: each clause in the plainest words there are.


def model(world: World) -> tuple[bool, ...]:
    """Say which findings are accepted; only for findings that have no copies."""
    return tuple(_accepted(world, finding) for finding in world.findings)


def _accepted(world: World, finding: Finding) -> bool:
    records = world.ledger.records
    return any(
        _holds(world, finding, one, other)
        for one in records
        for other in records
        if one.statement.terms.raw == other.statement.terms.raw
    )


def _holds(world: World, finding: Finding, dev: Recorded, sec: Recorded) -> bool:
    now = world.ledger.registry.current
    terms, severity = dev.statement.terms, finding.severity
    pair = (dev.statement, sec.statement)
    signers = {statement.person for statement in pair}
    involved = sec.statement.person in world.ledger.authors
    entered = [min(r.entered_at or AT, AT) for r in (dev, sec)]
    left = [_person(now, name).left for name in signers]
    touched = all(statement.touched for statement in pair)
    pinned = world.ledger.registry.pinned
    return terms.kind is not StatementKind.WITHDRAW and all(
        (
            any(
                b.severity >= severity and replace(b, severity=severity) == _now(finding)
                for b in terms.bindings
            ),
            (terms.ledger_id, terms.repository_id, terms.branch) == ("l", "r", "main"),
            tuple(statement.as_role for statement in pair) == SIGNING,
            len(signers) == 2,
            _signed(world, dev),
            _signed(world, sec),
            not (involved and (world.status is Status.NEW or not sec.in_reference)),
            AT < terms.expires_at <= max(entered) + LONGEST[severity] * DAY,
            all(at is None or AT - at <= now.grace_days * DAY for at in left),
            not any(_takes_back(world, r, signers, terms) for r in world.ledger.records),
            severity is Severity.LOW if not pinned else touched or severity < Severity.CRITICAL,
        )
    )


def _now(finding: Finding) -> Binding:
    return binding(
        severity=finding.severity,
        context=finding.context,
        scope=finding.scope,
        match=finding.match,
        rule_digest=finding.rule_digest,
    )


def _signed(world: World, record: Recorded) -> bool:
    statement = record.statement
    now = world.ledger.registry.current
    versions = world.ledger.registry.roots if record.in_reference else (now,)
    governing = [v for v in versions if v.version == statement.terms.registry_version]
    if not governing:
        return False
    person = _person(governing[0], statement.person)
    states = {k.fingerprint: k.state for p in now.people for k in p.keys}
    return (
        person.kind is PersonKind.HUMAN
        and statement.as_role in person.roles
        and person.left is None
        and any(k.fingerprint == statement.key and k.state is KeyState.ACTIVE for k in person.keys)
        and states[statement.key] is not KeyState.COMPROMISED
    )


def _takes_back(world: World, record: Recorded, signers: set[str], terms: Terms) -> bool:
    statement = record.statement
    if statement.terms.kind is not StatementKind.WITHDRAW:
        return False
    if terms.digest not in statement.terms.supersedes or statement.person == "robot":
        return False
    return any(
        statement.key in {k.fingerprint for k in _person(v, statement.person).keys}
        and (statement.person in signers or Role.SECURITY in _person(v, statement.person).roles)
        for v in world.ledger.registry.roots
    )


def _person(root: Root, name: str) -> Person:
    return next(p for p in root.people if p.id == name)


# Worlds of every kind, most of them near to an acceptance.

roles = st.sets(st.sampled_from(SIGNING)).map(lambda found: tuple(sorted(found)))
states = st.sampled_from([KeyState.ACTIVE] * 4 + [KeyState.RETIRED, KeyState.COMPROMISED])
gone = st.sampled_from([None] * 5 + [AT - 5 * DAY, AT - 90 * DAY])


@st.composite
def registries(draw: st.DrawFn) -> Registry:
    given_roles = {name: draw(roles) for name in NAMES}
    given_roles["ada"] = draw(st.sampled_from([SIGNING[:1], SIGNING]))
    given_roles["bo"] = draw(st.sampled_from([SIGNING[1:], SIGNING]))
    found = []
    for number in (1, 2):
        people = tuple(
            Person(
                id=name,
                name=name,
                kind=PersonKind.AUTOMATION if name == "robot" else PersonKind.HUMAN,
                roles=given_roles[name],
                keys=(
                    Key(
                        type="t",
                        blob=name,
                        fingerprint=name,
                        state=draw(states) if number == 2 else KeyState.ACTIVE,
                    ),
                ),
                left=draw(gone) if number == 2 else None,
            )
            for name in NAMES
        )
        found.append(
            Root(
                version=number,
                previous="",
                digest=str(number) * 64,
                ledger_id="l",
                repository_id="r",
                repository_names=(),
                people=people,
                threshold=2,
                limits=tuple(
                    AcceptanceLimit(severity=s, longest=days, assurance=FLOOR[s])
                    for s, days in LONGEST.items()
                ),
                grace_days=30,
                expires=AT + 900 * DAY,
            )
        )
    return Registry(roots=tuple(found), pinned=draw(st.sampled_from([True, True, True, False])))


def words(number: int, **changed: object) -> Terms:
    facts = {
        "kind": StatementKind.ACCEPT,
        "ledger_id": "l",
        "repository_id": "r",
        "branch": "main",
        "bindings": (binding(),),
        "reason_code": "",
        "reason": "",
        "control": "",
        "developer": "",
        "security": "",
        "expires_at": AT + 20 * DAY,
        "policy_digest": "",
        "registry_version": 1,
        "registry_digest": "1" * 64,
        "raw": str(number).encode(),
        "digest": str(number),
    }
    return Terms(**(facts | changed))


@st.composite
def agreed(draw: st.DrawFn, number: int) -> Terms:
    version = draw(st.sampled_from([1, 2]))
    odd = draw(
        st.sampled_from(
            [{}] * 12
            + [{"branch": "x"}, {"ledger_id": "x"}, {"repository_id": "x"}]
            + [{"expires_at": AT + days * DAY} for days in (-1, 0, 60, 200)]
            + [
                {"bindings": (binding(**one),)}
                for one in (
                    {"context": "9" * 64},
                    {"rule_digest": "9" * 64},
                    {"severity": Severity.LOW},
                    {"severity": Severity.CRITICAL},
                    {"path": "x"},
                )
            ]
        )
    )
    kind = draw(st.sampled_from([StatementKind.ACCEPT, StatementKind.FALSE_POSITIVE]))
    named = {"registry_version": version, "registry_digest": str(version) * 64, "kind": kind}
    return words(number, **(named | odd))


@st.composite
def said(draw: st.DrawFn, known: list[Terms], number: int) -> Recorded:
    terms = draw(st.sampled_from(known))
    if draw(st.integers(0, 9)) == 0:
        terms = words(
            90 + number,
            kind=StatementKind.WITHDRAW,
            supersedes=(terms.digest,),
            bindings=(),
            expires_at=None,
        )
    person, role = draw(
        st.one_of(
            st.sampled_from([("ada", Role.DEVELOPER), ("bo", Role.SECURITY)]),
            st.tuples(st.sampled_from(NAMES), st.sampled_from(SIGNING)),
        )
    )
    in_reference = draw(st.booleans())
    days = draw(st.sampled_from([0, 10, 40, 100]))
    return Recorded(
        statement=Statement(
            digest=f"{number:064x}",
            terms=terms,
            as_role=role,
            person=person,
            key=draw(st.sampled_from([person] * 6 + ["ada"])),
            touched=draw(st.booleans()),
            parents=(),
            nonce="",
            claimed_at=AT,
        ),
        in_reference=in_reference,
        entered_at=AT - days * DAY if in_reference else None,
    )


@st.composite
def worlds(draw: st.DrawFn, copies: int = 1) -> World:
    known = [draw(agreed(number)) for number in range(draw(st.sampled_from([1, 1, 2])))]
    count = draw(st.integers(0, 7))
    near = tuple(
        replace(
            one,
            in_reference=True,
            entered_at=AT - 10 * DAY,
            statement=replace(
                one.statement,
                terms=known[0],
                person=name,
                key=name,
                as_role=role,
                digest=f"{800 + number:064x}",
            ),
        )
        for number, (name, role) in enumerate(zip(("ada", "bo"), SIGNING, strict=True))
        for one in [draw(said(known, number))]
        if draw(st.sampled_from([True, True, True, False]))
    )
    severity = draw(st.sampled_from([Severity.HIGH] * 3 + list(Severity)))
    return World(
        findings=tuple(
            replace(FINDING, severity=severity, occurrence=number + 1) for number in range(copies)
        ),
        ledger=Ledger(
            registry=draw(registries()),
            branch="main",
            records=(*near, *(draw(said(known, number)) for number in range(count))),
            authors=frozenset(draw(st.sets(st.sampled_from(NAMES), max_size=1))) - {"robot"},
        ),
        status=draw(st.sampled_from(Status)),
    )


def no_better(after: tuple[bool, ...], before: tuple[bool, ...]) -> bool:
    return sum(after) <= sum(before)


@given(worlds())
@settings(max_examples=400)
def test_the_acceptance_function_agrees_with_the_model(world: World) -> None:
    assert world.accepted == model(world)


def test_the_model_is_not_all_of_one_mind() -> None:
    minds: list[bool] = []

    @given(worlds())
    def gather(world: World) -> None:
        minds.extend(model(world))

    gather()

    assert len(minds) * 0.05 < sum(minds) < len(minds)


@given(worlds(copies=2), st.data())
def test_taking_a_statement_away_never_accepts(world: World, data: st.DataObject) -> None:
    records = world.ledger.records
    kept = tuple(
        r
        for r in records
        if r.statement.terms.kind is StatementKind.WITHDRAW or data.draw(st.booleans())
    )

    assert no_better(world.with_records(kept).accepted, world.accepted)


@given(worlds(copies=2), st.sampled_from(NAMES))
def test_who_leaves_or_loses_a_key_or_a_role_never_accepts(world: World, name: str) -> None:
    long_ago = AT - 400 * DAY

    def leaves(person: Person) -> Person:
        return replace(person, left=long_ago) if person.id == name else person

    def loses_key(person: Person) -> Person:
        keys = tuple(replace(k, state=KeyState.COMPROMISED) for k in person.keys)
        return replace(person, keys=keys) if person.id == name else person

    def loses_roles(person: Person) -> Person:
        former = tuple((role, long_ago) for role in person.roles)
        return replace(person, roles=(), former=former) if person.id == name else person

    # Who took something back did so whatever became of them: these ask about signatures.
    asked = tuple(
        r for r in world.ledger.records if r.statement.terms.kind is not StatementKind.WITHDRAW
    )
    world = world.with_records(asked)
    for change in (leaves, loses_key, loses_roles):
        assert no_better(world.with_people(change).accepted, world.accepted)


@given(worlds(copies=2), st.sampled_from(NAMES), st.sampled_from(SIGNING))
def test_a_withdrawal_never_accepts(world: World, name: str, role: Role) -> None:
    digests = tuple(sorted({r.statement.terms.digest for r in world.ledger.records}))
    terms = words(99, kind=StatementKind.WITHDRAW, supersedes=digests, bindings=())
    taken = Recorded(
        statement=Statement(
            digest="9" * 64,
            terms=terms,
            as_role=role,
            person=name,
            key=name,
            touched=False,
            parents=(),
            nonce="",
            claimed_at=AT,
        ),
        in_reference=False,
    )

    after = world.with_records((*world.ledger.records, taken)).accepted

    assert no_better(after, world.accepted)


@given(worlds(copies=3), st.randoms())
def test_order_never_matters(world: World, random: object) -> None:
    records = list(world.ledger.records)
    random.shuffle(records)
    found = [Candidate(finding=f, status=world.status) for f in world.findings]

    one = triage(found, world.ledger, at=AT)
    other = triage(found, replace(world.ledger, records=tuple(records)), at=AT)

    assert one == other
    assert triage(found[::-1], world.ledger, at=AT) == one[::-1]


@given(worlds(copies=2), st.data())
def test_more_statements_never_end_an_acceptance(world: World, data: st.DataObject) -> None:
    known = [data.draw(agreed(number)) for number in (50, 51)]
    known += [r.statement.terms for r in world.ledger.records if r.statement.terms.bindings]
    junk = [data.draw(said(known, 1000 + number)) for number in range(3)]
    more = [r for r in junk if r.statement.terms.kind is not StatementKind.WITHDRAW]

    after = world.with_records((*world.ledger.records, *more)).accepted

    assert no_better(world.accepted, after)


@given(worlds(copies=2), st.sampled_from(NAMES))
def test_junk_of_nobody_changes_nothing(world: World, name: str) -> None:
    junk = tuple(
        replace(
            record,
            statement=replace(
                record.statement,
                digest=f"{number + 500:064x}",
                person="mallory",
                key=name,
                as_role=role,
            ),
        )
        for number, record in enumerate(world.ledger.records)
        for role in SIGNING
    )

    assert world.with_records((*world.ledger.records, *junk)).accepted == world.accepted


@given(worlds())
def test_what_changes_in_the_code_makes_it_stale_and_never_accepts(world: World) -> None:
    (finding,) = world.findings
    for change in (
        {"severity": Severity.CRITICAL},
        {"context": "8" * 64},
        {"scope": "elsewhere"},
        {"match": "8" * 64},
        {"rule_digest": "8" * 64},
    ):
        edited = replace(world, findings=(replace(finding, **change),))
        if change != {"severity": Severity.CRITICAL}:
            assert edited.accepted == (False,)
        assert no_better(edited.accepted, world.accepted) or finding.severity is Severity.CRITICAL


@given(worlds(), st.integers(2, 4))
def test_copies_never_accept_more_than_was_counted(world: World, copies: int) -> None:
    many = tuple(replace(world.findings[0], occurrence=n + 1) for n in range(copies))

    assert sum(replace(world, findings=many).accepted) <= sum(world.accepted)
