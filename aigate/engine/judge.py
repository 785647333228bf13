"""Puts together everything that is decided about each finding."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from aigate.domain.finding import Candidate, Introduction, Judged, Signed, Status
from aigate.domain.policy import Policy
from aigate.engine import attribute, decide
from aigate.engine.acceptance import Outcome
from aigate.engine.advice import next_step
from aigate.engine.prioritise import Threat, prioritise


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What judging needs besides the findings.

    `first_seen` is the day from which the time to fix a new finding counts; `introduced` the
    commit that brought what is new, where there is only one that can have.
    """

    policy: Policy
    threat: Threat
    owners_of: attribute.OwnersOf
    first_seen: date
    introduced: Introduction | None
    has_registry: bool


def judge(
    candidates: Sequence[Candidate], outcomes: Sequence[Outcome], facts: Facts
) -> tuple[Judged, ...]:
    """Return each finding with what it costs and who answers, in reading order.

    Blocking ones come first, then by action, priority, severity and place.
    """
    groups = Counter(c.finding.group for c in candidates if c.finding.group)
    judged = (
        _judged(candidate, outcome, facts, corroborated=groups[candidate.finding.group] > 1)
        for candidate, outcome in zip(candidates, outcomes, strict=True)
    )
    return tuple(sorted(judged, key=_reading_order))


def _judged(candidate: Candidate, outcome: Outcome, facts: Facts, *, corroborated: bool) -> Judged:
    finding = candidate.finding
    asked = decide.demand(candidate, facts.policy)
    new = candidate.status is Status.NEW
    blocking = decide.blocks(asked.action, outcome.decision)
    return Judged(
        candidate=candidate,
        action=asked.action,
        decision=outcome.decision,
        blocking=blocking,
        reason_codes=decide.reasons(candidate, asked, outcome, blocking=blocking),
        requirement=asked.requirement,
        seats=attribute.seats(finding, facts.policy.seats, facts.owners_of),
        priority=prioritise(candidate, facts.threat, corroborated=corroborated),
        fix_within=asked.fix_within,
        due=attribute.due(facts.first_seen, asked.fix_within) if new else "",
        introduced=facts.introduced if new else None,
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
