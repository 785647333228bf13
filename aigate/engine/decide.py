"""Decides: what each finding costs, and what follows for the whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from aigate.domain.finding import (
    Action,
    Candidate,
    Decision,
    Demand,
    Gap,
    Judged,
    Provenance,
    Status,
)
from aigate.domain.policy import Mode, Policy
from aigate.domain.report import Verdict

if TYPE_CHECKING:
    from aigate.engine.acceptance import Outcome

_ENDED = frozenset({Decision.STALE, Decision.EXPIRED, Decision.OWNERLESS, Decision.WITHDRAWN})
# What a finding costs that no requirement speaks of: nothing asked is not a pass.
_UNASKED = Demand(requirement="", action=Action.JOINT)


def demand(candidate: Candidate, policy: Policy) -> Demand:
    """Return the strictest demand of all requirements that match, so order never matters.

    Of equally strict ones the one with the shortest time counts, then the first by name.
    A finding that no requirement matches is treated as `joint`.
    """
    asked = [d for r in policy.requirements if (d := r.demand(candidate)) is not None]
    return min(asked, key=_strictness, default=_UNASKED)


def demand_of(candidate: Candidate, outcome: Outcome, policy: Policy) -> Demand:
    """Return what a finding costs, given what the ledger says about it.

    What two people let in until an end was never simply there: after that end it costs what it
    would cost if it were new, but for `forbid`, since it could be accepted and can be again.
    """
    asked = demand(candidate, policy)
    if candidate.status is Status.NEW or not has_ended(outcome):
        return asked
    as_new = demand(replace(candidate, status=Status.NEW), policy)
    return min(asked, replace(as_new, action=min(as_new.action, Action.JOINT)), key=_strictness)


def has_ended(outcome: Outcome) -> bool:
    """Tell whether two people accepted something, and that holds no more."""
    return outcome.decision in _ENDED or "key-compromised" in outcome.codes


def _strictness(one: Demand) -> tuple[int, float, str]:
    within = float("inf") if one.fix_within is None else one.fix_within
    return (-one.action, within, one.requirement)


def blocks(action: Action, decision: Decision) -> bool:
    """Tell whether a finding blocks: `forbid` always, `joint` until it is accepted."""
    return action is Action.FORBID or (action is Action.JOINT and decision is not Decision.ACCEPTED)


def reasons(
    candidate: Candidate, asked: Demand, outcome: Outcome, *, blocking: bool
) -> tuple[str, ...]:
    """Return the reason codes for what a finding costs, in alphabetical order.

    What the ledger says is among them where it matters: for what blocks, and for what would
    block if it were not accepted.
    """
    codes = {candidate.status.value}
    codes.add(f"requirement:{asked.requirement}" if asked.requirement else "no-requirement")
    if asked.action is Action.FORBID:
        codes.add("forbidden")
    elif asked.action is Action.JOINT:
        codes.update(outcome.codes)
        if not blocking:
            codes.add("accepted")
    if candidate.status is Status.EXISTING and has_ended(outcome):
        codes.add("acceptance-ended")
    if candidate.finding.suppressed_inline:
        codes.add("inline-suppression-ignored")
    if candidate.origin.kind is Provenance.UNKNOWN:
        codes.add("origin-unknown")
    return tuple(sorted(codes))


def verdict(policy: Policy, judged: Iterable[Judged], gaps: Sequence[Gap]) -> Verdict:
    """Decide: a gap leaves it incomplete, else anything that blocks fails it.

    Exit codes rank in the same way: the list of findings is only claimed to be complete
    where nothing was left unseen.
    """
    if gaps:
        return Verdict.INCOMPLETE
    if any(one.blocking for one in judged):
        return Verdict.FAIL if policy.mode is Mode.ENFORCE else Verdict.ADVISORY_FAIL
    return Verdict.PASS


_EXIT = {
    Verdict.PASS: 0,
    Verdict.ADVISORY_FAIL: 0,
    Verdict.FAIL: 1,
    Verdict.INCOMPLETE: 3,
}


def exit_code(decided: Verdict) -> int:
    """Return the exit code of a verdict."""
    return _EXIT[decided]
