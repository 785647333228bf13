"""What findings cost, and what follows for the whole."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aigate.domain.finding import Action, Decision, Gap, Judged, Priority, Seats
from aigate.domain.policy import Mode
from aigate.domain.report import Verdict
from aigate.engine.acceptance import NOBODY
from aigate.engine.decide import blocks, demand, exit_code, reasons, verdict
from tests.engine.conftest import Asks, candidate, policy

STRICTNESS = {Verdict.PASS: 0, Verdict.ADVISORY_FAIL: 1, Verdict.FAIL: 1, Verdict.INCOMPLETE: 2}


def judged(action: Action, decision: Decision = Decision.OPEN) -> Judged:
    return Judged(
        candidate=candidate(),
        action=action,
        decision=decision,
        blocking=blocks(action, decision),
        reason_codes=(),
        requirement="",
        seats=Seats(),
        priority=Priority(score=0, reasons=()),
    )


GAP = Gap("semgrep", "died", "scanner-failed", "semgrep")


def test_the_strictest_demand_counts_whatever_the_order() -> None:
    asks = (
        Asks("a", Action.NOTE),
        Asks("b", Action.FORBID, 30),
        Asks("c", Action.FORBID, 7),
        Asks("d", Action.FORBID, 7),
        Asks("e", Action.JOINT, 1),
        Asks("f", None),
    )
    for order in itertools.permutations(asks, 4):
        if asks[2] in order:
            assert demand(candidate(), policy(*order)).requirement == "c"


@pytest.mark.parametrize("asks", [(), (Asks("a", None),)])
def test_a_finding_that_no_requirement_speaks_of_blocks(asks: tuple[Asks, ...]) -> None:
    asked = demand(candidate(), policy(*asks))
    assert (asked.action, asked.requirement) == (Action.JOINT, "")
    assert "no-requirement" in reasons(candidate(), asked, NOBODY, blocking=True)


@pytest.mark.parametrize("decision", Decision)
def test_only_an_acceptance_lifts_joint_and_nothing_lifts_forbid(decision: Decision) -> None:
    assert blocks(Action.FORBID, decision)
    assert blocks(Action.JOINT, decision) == (decision is not Decision.ACCEPTED)
    assert not blocks(Action.WARN, decision)
    assert not blocks(Action.NOTE, decision)


@pytest.mark.parametrize("mode", Mode)
def test_a_gap_outranks_everything_in_every_mode(mode: Mode) -> None:
    assert verdict(policy(mode=mode), [judged(Action.FORBID)], [GAP]) is Verdict.INCOMPLETE
    assert verdict(policy(mode=mode), [], [GAP]) is Verdict.INCOMPLETE


@pytest.mark.parametrize("action", [Action.JOINT, Action.FORBID])
def test_advisory_mode_never_calls_it_a_pass(action: Action) -> None:
    decided = verdict(policy(mode=Mode.ADVISORY), [judged(action)], [])
    assert (decided, exit_code(decided)) == (Verdict.ADVISORY_FAIL, 0)
    assert "pass" not in decided.value


def test_every_verdict_has_an_exit_code_and_only_two_have_0() -> None:
    assert {v: exit_code(v) for v in Verdict} == {
        Verdict.PASS: 0,
        Verdict.ADVISORY_FAIL: 0,
        Verdict.FAIL: 1,
        Verdict.INCOMPLETE: 3,
    }


findings = st.lists(
    st.builds(judged, st.sampled_from(Action), st.sampled_from(Decision)), max_size=5
)
gaps = st.lists(st.just(GAP), max_size=2)
modes = st.sampled_from(Mode).map(lambda mode: policy(mode=mode))


@given(modes, findings, gaps, st.randoms())
def test_the_order_of_findings_never_matters(mode, found, missing, random) -> None:
    before = verdict(mode, found, missing)
    random.shuffle(found)
    assert verdict(mode, found, missing) is before


@given(modes, findings, findings, gaps, gaps)
def test_more_findings_or_gaps_never_help(mode, found, more, missing, more_missing) -> None:
    before = STRICTNESS[verdict(mode, found, missing)]
    assert STRICTNESS[verdict(mode, found + more, missing + more_missing)] >= before


actions = st.sampled_from([None, *Action])


@given(st.lists(actions, max_size=5), actions)
def test_a_requirement_more_asks_no_less_of_what_was_asked_for(given_, more) -> None:
    asks = [Asks(f"r{n}", action) for n, action in enumerate(given_)]
    before = demand(candidate(), policy(*asks))
    after = demand(candidate(), policy(*asks, Asks("more", more)))
    assert after.action >= before.action or not before.requirement
