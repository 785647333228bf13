"""Puts together everything that is decided about each finding."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from aigate.domain.finding import Candidate, Decision, Judged, Signed
from aigate.domain.policy import Policy
from aigate.engine import attribute, decide
from aigate.engine.advice import next_step
from aigate.engine.attribute import UNKNOWN, Attribution
from aigate.engine.prioritise import Threat, prioritise
from aigate.value import dataclass

if TYPE_CHECKING:
    from aigate.engine.acceptance import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What judging needs besides the findings.

    A finding whose time to fix was over before `today` is overdue.
    """

    policy: Policy
    threat: Threat
    owners_of: attribute.OwnersOf
    today: date
    has_registry: bool


def judge(
    candidates: Sequence[Candidate],
    outcomes: Sequence[Outcome],
    facts: Facts,
    told: Sequence[Attribution] = (),
) -> tuple[Judged, ...]:
    """Return each finding with what it costs and who answers, in reading order.

    `told` is what the history says about each of them, empty if nobody asked it. Blocking ones
    come first, then by action, priority, severity and place.
    """
    groups = Counter(c.finding.group for c in candidates if c.finding.group)
    judged = (
        _judged(candidate, outcome, facts, one, corroborated=groups[candidate.finding.group] > 1)
        for candidate, outcome, one in zip(
            candidates, outcomes, told or (UNKNOWN,) * len(candidates), strict=True
        )
    )
    return tuple(sorted(judged, key=_reading_order))


def _judged(
    candidate: Candidate,
    outcome: Outcome,
    facts: Facts,
    told: Attribution,
    *,
    corroborated: bool,
) -> Judged:
    finding = candidate.finding
    asked = decide.demand_of(candidate, outcome, facts.policy)
    blocking = decide.blocks(asked.action, outcome.decision)
    due = attribute.due(told.first_seen, asked.fix_within)
    # What two people accepted has an end of its own.
    overdue = (
        bool(due) and due < facts.today.isoformat() and outcome.decision is not Decision.ACCEPTED
    )
    reasons = decide.reasons(candidate, asked, outcome, blocking=blocking)
    return Judged(
        candidate=candidate,
        action=asked.action,
        decision=outcome.decision,
        blocking=blocking,
        reason_codes=tuple(sorted((*reasons, "overdue"))) if overdue else reasons,
        requirement=asked.requirement,
        seats=attribute.seats(finding, facts.policy.seats, facts.owners_of, told),
        priority=prioritise(candidate, facts.threat, corroborated=corroborated),
        fix_within=asked.fix_within,
        due=due,
        introduced=told.introduced,
        signed=Signed(
            developer=outcome.developer,
            security=outcome.security,
            until=outcome.expires_at.isoformat() if outcome.expires_at else "",
            statements=outcome.statements,
            changed=outcome.changed,
            kind=outcome.kind.value if outcome.kind else "",
        ),
        next_step=next_step(
            asked.action, outcome, finding.fingerprint, has_registry=facts.has_registry
        ),
        first_seen=told.first_seen.isoformat() if told.first_seen else "",
        overdue=overdue,
    )


def _reading_order(one: Judged) -> tuple[object, ...]:
    return (
        not one.blocking,
        -one.action,
        -one.priority.score,
        -one.finding.severity,
        one.finding.at,
        one.finding.rule,
        one.finding.occurrence,
    )
