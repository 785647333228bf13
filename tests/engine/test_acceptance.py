"""What two people signed is judged clause by clause, as `tests/corpus/acceptance` expects.

The corpus holds cases C-112, C-113, C-114, C-115, C-116, C-117, C-118, C-119, C-120, C-121, C-122, C-128, C-130.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

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
from aigate.domain.finding import Action, Candidate, Decision, Finding, Status
from aigate.domain.place import Location
from aigate.domain.policy import AcceptanceLimit, Assurance
from aigate.domain.severity import Severity
from aigate.engine import decide
from aigate.engine.acceptance import Ledger, triage
from aigate.errors import IntegrityError

CORPUS = Path(__file__).parents[1] / "corpus" / "acceptance"
BASE = json.loads((CORPUS / "base.json").read_text())
CASES = sorted(each for each in CORPUS.iterdir() if each.is_dir())
Json = Mapping[str, object]


def when(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).replace(tzinfo=UTC)


AT = when(BASE["at"])


def merged(base: object, over: object) -> object:
    """Return a value with another laid over it: objects field by field, all else whole."""
    if isinstance(base, dict) and isinstance(over, dict):
        return base | {key: merged(base.get(key), value) for key, value in over.items()}
    return over


def person(name: str, fields: Json) -> Person:
    return Person(
        id=name,
        name=name.title(),
        kind=PersonKind(fields.get("kind", "human")),
        roles=tuple(Role(role) for role in fields["roles"]),
        keys=tuple(
            Key(type="ssh-ed25519", blob=key, fingerprint=key, state=KeyState(state))
            for key, state in fields.get("keys", {name: "active"}).items()
        ),
        left=when(fields.get("left")),
        answers=fields.get("answers", ""),
        former=tuple((Role(role), when(at)) for role, at in fields.get("former", {}).items()),
    )


def registry(versions: list[Json], *, pinned: bool) -> Registry:
    roots, fields = [], BASE["root"]
    for number, over in enumerate(versions, 1):
        fields = merged(fields, over)
        root = Root(
            version=number,
            previous=str(number - 1) * 64,
            digest=str(number) * 64,
            ledger_id=fields["ledger_id"],
            repository_id=fields["repository_id"],
            repository_names=(),
            people=tuple(person(*each) for each in fields["people"].items()),
            threshold=2,
            limits=tuple(
                AcceptanceLimit(
                    severity=Severity[name.upper()], longest=days, assurance=Assurance(floor)
                )
                for name, (days, floor) in fields["limits"].items()
            ),
            grace_days=fields["grace_days"],
            expires=datetime(2030, 1, 1, tzinfo=UTC),
        )
        roots.append(root)
    return Registry(roots=tuple(roots), pinned=pinned)


def terms(fields: Json) -> Terms:
    made = Terms(
        kind=StatementKind(fields["kind"]),
        ledger_id=fields["ledger_id"],
        repository_id=fields["repository_id"],
        branch=fields["branch"],
        bindings=tuple(
            Binding(**binding | {"severity": Severity[binding["severity"].upper()]})
            for over in fields["findings"]
            for binding in [BASE["binding"] | over]
        ),
        reason_code="x",
        reason=fields.get("reason", "x"),
        control="",
        developer="dana",
        security="sam",
        expires_at=when(fields["expires_at"]),
        policy_digest="",
        registry_version=fields["registry"],
        registry_digest=fields.get("registry_digest", str(fields["registry"]) * 64),
        supersedes=tuple(fields.get("supersedes", ())),
    )
    raw = repr(made).encode()
    return replace(made, raw=raw, digest=hashlib.sha256(raw).hexdigest())


def record(fields: Json, said: Terms) -> Recorded:
    name = json.dumps([fields, said.digest], sort_keys=True)
    return Recorded(
        statement=Statement(
            digest=hashlib.sha256(name.encode()).hexdigest(),
            terms=said,
            as_role=Role(fields["as"]),
            person=fields["by"],
            key=fields.get("key", fields["by"]),
            touched=fields.get("touched", False),
            parents=(),
            nonce=fields.get("nonce", ""),
            claimed_at=when(fields.get("claimed_at", "1999-01-01")),
        ),
        in_reference=fields.get("in_reference", True),
        entered_at=when(fields.get("entered_at", BASE["entered_at"]))
        if fields.get("in_reference", True)
        else None,
    )


def candidate(over: Json) -> Candidate:
    fields = BASE["finding"] | over
    status = Status(fields.pop("status"))
    path, line = fields.pop("path"), fields.pop("line")
    severity = Severity[fields.pop("severity").upper()]
    found = Finding(
        scanner="semgrep",
        title="t",
        message="m",
        at=Location(path, line, 1, line, 9),
        severity=severity,
        **fields,
    )
    return Candidate(finding=found, status=status)


def ledger(case: Json) -> Ledger:
    known = {name: terms(merged(BASE["terms"], over)) for name, over in case["terms"].items()}
    for name, of in case.get("withdrawals", {}).items():
        body = {"kind": "withdraw", "findings": [], "expires_at": None}
        body["supersedes"] = [known[of].digest]
        known[name] = terms(merged(BASE["terms"], body))
    return Ledger(
        registry=registry(case.get("versions", [{}]), pinned=case.get("pinned", True)),
        branch=case.get("branch", "main"),
        records=tuple(record(each, known[each["terms"]]) for each in case["records"]),
        authors=frozenset(case.get("authors", ())),
        limits=tuple(
            AcceptanceLimit(severity=Severity[n.upper()], longest=d, assurance=Assurance(a))
            for n, (d, a) in case.get("policy", {}).items()
        ),
        anchored=when(case.get("anchored", BASE["entered_at"])),
    )


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_the_ledger_says_what_the_corpus_expects(folder: Path) -> None:
    case = merged(BASE["case"], json.loads((folder / "case.json").read_text()))
    expected = json.loads((folder / "expected.json").read_text())
    found = [candidate(over) for over in case["findings"]]

    if expected["exit"] == 4:
        with pytest.raises(IntegrityError) as caught:
            triage(found, ledger(case), at=when(case["at"]))
        assert caught.value.code == expected["reason_code"]
        return
    outcomes = triage(found, ledger(case), at=when(case["at"]))

    assert [{"decision": o.decision.value, "codes": sorted(o.codes)} for o in outcomes] == expected[
        "outcomes"
    ]
    blocked = any(decide.blocks(Action.JOINT, o.decision) for o in outcomes)
    assert (1 if blocked else 0) == expected["exit"]
    assert folder.name.endswith("_fail" if expected["exit"] else "_ok")
    backwards = replace(ledger(case), records=ledger(case).records[::-1])
    assert triage(found, backwards, at=when(case["at"])) == outcomes


def test_every_case_of_the_list_that_is_decided_here_has_data() -> None:
    wanted = {f"C-{n}" for n in (*range(112, 123), 128, 130)}

    assert wanted <= {folder.name[:5] for folder in CASES}


def test_what_is_forbidden_stays_so_whatever_was_signed() -> None:
    assert decide.blocks(Action.FORBID, Decision.ACCEPTED)


def many(count: int) -> tuple[Recorded, ...]:
    """Return pairs of statements about as many findings."""
    said = terms(BASE["terms"])
    pair = [
        record({"by": "dana", "as": "developer"}, said),
        record({"by": "sam", "as": "security"}, said),
    ]
    found = []
    for number in range(count // 2):
        name = f"{number:032x}"
        binding = replace(said.bindings[0], fingerprint=name)
        other = replace(said, bindings=(binding,), raw=name.encode(), digest=name)
        for one in pair:
            statement = replace(one.statement, terms=other, digest=name + one.statement.person)
            found.append(replace(one, statement=statement))
    return tuple(found)


@pytest.mark.slow
def test_c_134_many_records_cost_no_more_than_sorting_them() -> None:
    records = many(100_000)
    book = replace(ledger(BASE["case"]), records=records)
    wanted = [candidate({"fingerprint": f"{number:032x}"}) for number in range(10)]

    start = time.process_time()
    outcomes = triage(wanted, book, at=AT)
    took = time.process_time() - start

    assert {o.decision for o in outcomes} == {Decision.ACCEPTED}
    assert took < 5


@pytest.mark.slow
def test_a_baseline_of_many_findings_is_judged_in_linear_time() -> None:
    prints = [{"fingerprint": f"{number:032x}"} for number in range(10_000)]
    said = terms(merged(BASE["terms"], {"kind": "baseline", "findings": prints}))
    pair = [{"by": "dana", "as": "developer"}, {"by": "sam", "as": "security"}]
    book = replace(ledger(BASE["case"]), records=tuple(record(each, said) for each in pair))

    start = time.process_time()
    outcomes = triage([candidate(each) for each in prints], book, at=AT)
    took = time.process_time() - start

    assert {o.decision for o in outcomes} == {Decision.ACCEPTED}
    assert took < 10


@pytest.mark.slow
def test_a_baseline_of_one_finding_in_many_places_is_judged_in_linear_time() -> None:
    places = [{"context": f"{number:064x}", "scope": f"f{number}"} for number in range(5_000)]
    said = terms(merged(BASE["terms"], {"kind": "baseline", "findings": places}))
    pair = [{"by": "dana", "as": "developer"}, {"by": "sam", "as": "security"}]
    book = replace(ledger(BASE["case"]), records=tuple(record(each, said) for each in pair))
    copies = [candidate(at | {"occurrence": n}) for n, at in enumerate(reversed(places), 1)]

    start = time.process_time()
    outcomes = triage(copies, book, at=AT)
    took = time.process_time() - start

    assert {o.decision for o in outcomes} == {Decision.ACCEPTED}
    assert took < 5


def test_a_date_far_away_breaks_nothing() -> None:
    case = merged(BASE["case"], {"terms": {"t": {"expires_at": "9999-12-31"}}})

    (outcome,) = triage([candidate({})], ledger(case), at=AT + timedelta(days=1))

    assert outcome.codes == ("lasts-too-long",)
