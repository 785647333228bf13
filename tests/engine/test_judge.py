"""Everything about a finding comes together: what it costs, who answers, what comes first."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from aigate.domain.finding import (
    Action,
    Candidate,
    Decision,
    Demand,
    Introduction,
    Judged,
    Status,
)
from aigate.domain.place import Location
from aigate.domain.policy import Policy, SeatRule
from aigate.domain.severity import Severity
from aigate.engine.acceptance import NOBODY, Outcome
from aigate.engine.attribute import Attribution
from aigate.engine.judge import Facts, judge
from aigate.engine.prioritise import Threat
from tests.engine.conftest import Asks, candidate, policy

ACCEPTED = Outcome(
    decision=Decision.ACCEPTED,
    codes=("ownerless-grace",),
    developer="ada",
    security="grace",
    statements=("a" * 64, "b" * 64),
    expires_at=datetime(2027, 1, 1, tzinfo=UTC),
)
STALE = Outcome(decision=Decision.STALE, codes=("context-changed", "expired"), changed=("context",))
JOINT = policy(
    Asks("fix", Action.JOINT, 30), seats=(SeatRule(developer="@ada", security="@grace"),)
)


def facts(asked: Policy = JOINT) -> Facts:
    return Facts(
        policy=asked,
        threat=Threat(),
        owners_of=lambda _path: (),
        today=date(2026, 6, 1),
        has_registry=True,
    )


def one(outcome: Outcome = NOBODY, asked: Policy = JOINT, **given: object) -> Judged:
    (judged,) = judge([candidate(**given)], [outcome], facts(asked))
    return judged


def test_nobody_has_signed_so_it_blocks_and_both_seats_are_named() -> None:
    judged = one()

    assert (judged.blocking, judged.decision) == (True, Decision.OPEN)
    assert (judged.seats.developer, judged.seats.security) == ("@ada", "@grace")
    assert "no-acceptance" in judged.reason_codes
    assert judged.next_step


def test_what_two_people_signed_does_not_block_and_names_them() -> None:
    judged = one(ACCEPTED)

    assert not judged.blocking
    assert (judged.signed.developer, judged.signed.security) == ("ada", "grace")
    assert judged.signed.until == "2027-01-01T00:00:00+00:00"
    assert judged.signed.statements == ACCEPTED.statements
    assert {"accepted", "ownerless-grace"} <= set(judged.reason_codes)
    assert judged.next_step == ""


def test_what_is_stale_blocks_with_each_reason_and_the_difference() -> None:
    judged = one(STALE)

    assert judged.blocking
    assert set(STALE.codes) <= set(judged.reason_codes)
    assert judged.signed.changed == ("context",)


@pytest.mark.parametrize("decision", list(Decision))
def test_what_is_forbidden_blocks_whatever_was_signed(decision: Decision) -> None:
    judged = one(Outcome(decision=decision, codes=()), policy(Asks("no", Action.FORBID)))

    assert judged.blocking
    assert "accepted" not in judged.reason_codes


@pytest.mark.parametrize("decision", [each for each in Decision if each != Decision.ACCEPTED])
def test_only_what_is_accepted_stops_to_block(decision: Decision) -> None:
    assert one(Outcome(decision=decision, codes=())).blocking


class Lenient:
    """Warns of what was there before, and asks `strictest` of what is new."""

    id = "lenient"

    def __init__(self, strictest: Action = Action.JOINT) -> None:
        self.strictest = strictest

    def demand(self, candidate: Candidate) -> Demand:
        new = candidate.status is Status.NEW
        return Demand(
            requirement="new" if new else "old", action=self.strictest if new else Action.WARN
        )


ENDED = (Decision.STALE, Decision.EXPIRED, Decision.OWNERLESS, Decision.WITHDRAWN)


@pytest.mark.parametrize("strictest", [Action.JOINT, Action.FORBID])
@pytest.mark.parametrize("decision", ENDED)
def test_what_was_let_in_until_an_end_costs_after_it_what_new_findings_cost(
    decision: Decision, strictest: Action
) -> None:
    judged = one(
        Outcome(decision=decision, codes=(decision.value,)),
        policy(Lenient(strictest)),
        status=Status.EXISTING,
    )

    assert (judged.blocking, judged.action) == (True, Action.JOINT)
    assert {"acceptance-ended", "existing", decision.value} <= set(judged.reason_codes)


def test_a_compromised_key_ends_what_it_let_in() -> None:
    open_again = Outcome(decision=Decision.OPEN, codes=("key-compromised", "waits-for-developer"))

    assert one(open_again, policy(Lenient()), status=Status.EXISTING).blocking


@pytest.mark.parametrize(
    "outcome",
    [NOBODY, ACCEPTED, Outcome(decision=Decision.OPEN, codes=("waits-for-security",))],
    ids=["nobody", "accepted", "waiting"],
)
def test_what_was_there_before_and_never_accepted_stays_what_it_was(outcome: Outcome) -> None:
    judged = one(outcome, policy(Lenient()), status=Status.EXISTING)

    assert (judged.blocking, judged.action) == (False, Action.WARN)
    assert "acceptance-ended" not in judged.reason_codes


TOLD = Attribution(
    introduced=Introduction(commit="c" * 40, author="Dev"),
    author="dev",
    merger="lee",
    first_seen=date(2026, 4, 1),
)


def told(outcome: Outcome, today: date, about: Attribution = TOLD) -> Judged:
    known = replace(facts(), today=today)
    (judged,) = judge([candidate()], [outcome], known, [about])
    return judged


def test_the_time_to_fix_counts_from_the_first_sight() -> None:
    judged = told(NOBODY, date(2026, 5, 1))

    assert (judged.first_seen, judged.due) == ("2026-04-01", "2026-05-01")
    assert judged.introduced == TOLD.introduced
    assert judged.seats.merger == "lee"


def test_without_a_history_there_is_no_date_and_nobody_to_name() -> None:
    judged = one()

    assert (judged.first_seen, judged.due, judged.introduced) == ("", "", None)
    assert (judged.fix_within, judged.overdue) == (30, False)


@pytest.mark.parametrize(
    ("today", "outcome", "expected"),
    [
        (date(2026, 5, 1), NOBODY, False),
        (date(2026, 5, 2), NOBODY, True),
        (date(2026, 5, 2), STALE, True),
        (date(2026, 5, 2), ACCEPTED, False),
    ],
)
def test_what_nobody_accepted_is_overdue_after_its_last_day(
    today: date, outcome: Outcome, *, expected: bool
) -> None:
    judged = told(outcome, today)

    assert judged.overdue is expected
    assert ("overdue" in judged.reason_codes) is expected
    assert judged.blocking is (outcome is not ACCEPTED)
    assert list(judged.reason_codes) == sorted(judged.reason_codes)


def test_what_blocks_comes_first_in_any_order_of_the_findings() -> None:
    found = [
        (candidate(severity=Severity.LOW, at=Location("a.py", 1, 1, 1, 2)), NOBODY),
        (candidate(severity=Severity.CRITICAL, at=Location("b.py", 1, 1, 1, 2)), ACCEPTED),
        (candidate(severity=Severity.HIGH, at=Location("c.py", 1, 1, 1, 2)), NOBODY),
    ]

    orders = {
        tuple(
            judged.finding.at.path
            for judged in judge([c for c, _ in order], [o for _, o in order], facts())
        )
        for order in itertools.permutations(found)
    }

    assert orders == {("c.py", "a.py", "b.py")}


def test_a_finding_needs_its_own_outcome() -> None:
    with pytest.raises(ValueError, match="zip"):
        judge([candidate(), candidate()], [NOBODY], facts())
