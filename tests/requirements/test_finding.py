"""The requirement on findings."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aigate.domain.finding import Action, Candidate, Demand, Finding, Origin, Provenance, Status
from aigate.domain.place import Location
from aigate.domain.policy import Policy
from aigate.domain.severity import Severity, severity_of
from aigate.engine.decide import demand
from aigate.requirements.finding import FindingRequirement, Match


def candidate(**facts: Any) -> Candidate:
    finding = Finding(
        rule=facts.get("rule", "python-sql-injection"),
        scanner=facts.get("scanner", "semgrep"),
        at=Location(facts.get("path", "src/app.py"), 1, 1, 1, 1),
        title="t",
        message="m",
        severity=facts.get("severity", Severity.HIGH),
        cwe=facts.get("cwe", (89,)),
    )
    origin = Origin(
        kind=facts.get("origin", Provenance.UNKNOWN),
        agent=facts.get("agent", ""),
        grade=facts.get("grade", "none"),
    )
    return Candidate(
        finding=finding,
        status=facts.get("status", Status.NEW),
        origin=origin,
        initiatives=facts.get("initiative", ()),
    )


FIELDS = {
    "rule": (Match(rule=("python-*",)), {"rule": "python-x"}, {"rule": "generic-x"}),
    "scanner": (Match(scanner=("bandit",)), {"scanner": "bandit"}, {"scanner": "semgrep"}),
    "severity": (
        Match(severity=(Severity.HIGH, Severity.LOW)),
        {"severity": Severity.LOW},
        {"severity": Severity.MEDIUM},
    ),
    "cwe": (Match(cwe=(89, 79)), {"cwe": (20, 79)}, {"cwe": ()}),
    "path": (Match(path=("src/**",)), {"path": "src/a/b.py"}, {"path": "tests/src/b.py"}),
    "status": (Match(status=(Status.NEW,)), {}, {"status": Status.EXISTING}),
    "initiative": (Match(initiative=("chat*",)), {"initiative": ("x", "chatbot")}, {}),
    "agent": (Match(agent=("codex",)), {"agent": "codex"}, {"agent": "aider"}),
    "grade": (Match(grade=("signed",)), {"grade": "signed"}, {}),
}


@pytest.mark.parametrize(("match", "fitting", "other"), FIELDS.values(), ids=FIELDS)
def test_each_field_matches_by_one_of_its_choices(
    match: Match, fitting: dict[str, Any], other: dict[str, Any]
) -> None:
    requirement = FindingRequirement(id="r", action=Action.JOINT, match=match)

    assert requirement.demand(candidate(**fitting)) is not None
    assert requirement.demand(candidate(**other)) is None


def test_fields_must_all_fit() -> None:
    match = Match(severity=(Severity.HIGH,), status=(Status.EXISTING,))

    assert FindingRequirement(id="r", action=Action.JOINT, match=match).demand(candidate()) is None


def test_unless_lets_findings_off() -> None:
    requirement = FindingRequirement(
        id="r", action=Action.WARN, unless=Match(rule=("bandit/B101",)), fix_within=7
    )

    assert requirement.demand(candidate(rule="bandit/B101")) is None
    asked = requirement.demand(candidate())
    assert asked is not None
    assert (asked.requirement, asked.action, asked.fix_within) == ("r", Action.WARN, 7)


def test_unknown_origin_is_matched_as_ai_but_not_let_off_as_ai() -> None:
    asks = FindingRequirement(id="r", action=Action.JOINT, match=Match(origin=(Provenance.AI,)))
    lets_off = FindingRequirement(
        id="r", action=Action.JOINT, unless=Match(origin=(Provenance.AI,))
    )

    assert asks.demand(candidate(origin=Provenance.UNKNOWN))
    assert asks.demand(candidate(origin=Provenance.AI))
    assert not asks.demand(candidate(origin=Provenance.HUMAN))
    assert lets_off.demand(candidate(origin=Provenance.UNKNOWN))


def test_naming_unknown_means_unknown_only() -> None:
    asks = FindingRequirement(
        id="r", action=Action.JOINT, match=Match(origin=(Provenance.UNKNOWN,))
    )

    assert not asks.demand(candidate(origin=Provenance.AI))


matches = st.builds(
    Match,
    severity=st.lists(st.sampled_from(Severity), max_size=3).map(tuple),
    status=st.lists(st.sampled_from(Status), max_size=1).map(tuple),
    origin=st.lists(st.sampled_from(Provenance), max_size=2).map(tuple),
    rule=st.lists(st.sampled_from(["a", "b*", "*"]), max_size=2).map(tuple),
)
requirements = st.builds(
    FindingRequirement,
    id=st.text("abc", min_size=1, max_size=3),
    action=st.sampled_from(Action),
    match=matches,
    unless=st.none() | matches.filter(lambda match: match != Match()),
    fix_within=st.none() | st.integers(1, 90),
)
candidates = st.builds(
    candidate,
    rule=st.sampled_from(["a", "bc", "c"]),
    severity=st.sampled_from(Severity),
    status=st.sampled_from(Status),
    origin=st.sampled_from(Provenance),
)


def _asked(found: Candidate, demands: list[FindingRequirement]) -> Demand:
    return demand(found, Policy(name="p", requirements=tuple(demands)))


@given(candidates, st.lists(requirements), st.randoms())
def test_the_order_of_requirements_never_matters(
    found: Candidate, demands: list[FindingRequirement], random: Random
) -> None:
    shuffled = list(demands)
    random.shuffle(shuffled)

    assert _asked(found, demands) == _asked(found, shuffled)


@given(candidates, st.lists(requirements, min_size=1), requirements)
def test_adding_a_requirement_never_lowers_what_a_requirement_asked(
    found: Candidate, demands: list[FindingRequirement], another: FindingRequirement
) -> None:
    if any(one.demand(found) for one in demands):
        assert _asked(found, [*demands, another]).action >= _asked(found, demands).action


@given(candidates, requirements, st.sampled_from(Action))
def test_a_stricter_action_never_costs_less(
    found: Candidate, requirement: FindingRequirement, other: Action
) -> None:
    stricter = replace(requirement, action=max(requirement.action, other))

    assert _asked(found, [stricter]).action >= _asked(found, [requirement]).action


@given(candidates, st.sampled_from(Severity), st.sampled_from(Severity))
def test_a_stricter_threshold_never_passes_more(
    found: Candidate, one: Severity, other: Severity
) -> None:
    def asks_from(lowest: Severity) -> list[FindingRequirement]:
        match = Match(severity=tuple(s for s in Severity if s >= lowest))
        note = FindingRequirement(id="n", action=Action.NOTE)
        return [FindingRequirement(id="r", action=Action.JOINT, match=match), note]

    strict, lax = min(one, other), max(one, other)
    assert _asked(found, asks_from(strict)).action >= _asked(found, asks_from(lax)).action


@pytest.mark.parametrize("word", ["URGENT", "", "none"], ids=lambda word: f"C-097-{word}")
def test_an_unknown_severity_is_the_worst(word: str) -> None:
    match = Match(severity=(Severity.CRITICAL,))
    requirement = FindingRequirement(id="r", action=Action.JOINT, match=match)

    assert requirement.demand(candidate(severity=severity_of(word)))


def asks(**match: object) -> FindingRequirement:
    return FindingRequirement(id="r", action=Action.JOINT, match=Match(**match))


def lets_off(**match: object) -> FindingRequirement:
    return FindingRequirement(id="r", action=Action.JOINT, unless=Match(**match))


def test_ai_is_all_that_is_not_proven_to_be_a_persons() -> None:
    by_ai = asks(origin=(Provenance.AI,))

    assert [bool(by_ai.demand(candidate(origin=kind))) for kind in Provenance] == [
        kind is not Provenance.HUMAN for kind in Provenance
    ]


def test_lines_whose_agent_nobody_names_may_be_any_agents() -> None:
    by_one = asks(agent=("one*",))

    assert by_one.demand(candidate(origin=Provenance.AI, agent="one-agent"))
    assert by_one.demand(candidate(origin=Provenance.MIXED, agent="other, one-agent"))
    assert by_one.demand(candidate(origin=Provenance.UNKNOWN))
    assert not by_one.demand(candidate(origin=Provenance.AI, agent="other"))
    assert not by_one.demand(candidate(origin=Provenance.HUMAN))


@pytest.mark.parametrize("kind", [Provenance.AI, Provenance.MIXED, Provenance.UNKNOWN])
def test_nothing_is_let_off_for_what_a_change_says_of_itself(kind: Provenance) -> None:
    claimed = candidate(origin=kind, agent="one", grade="claimed")

    assert lets_off(origin=(kind,)).demand(claimed)
    assert lets_off(agent=("one",)).demand(claimed)
    assert lets_off(grade=("claimed",)).demand(claimed)
    assert not lets_off(origin=(Provenance.HUMAN,)).demand(candidate(origin=Provenance.HUMAN))
    assert not lets_off(grade=("signed",)).demand(
        candidate(origin=Provenance.HUMAN, grade="signed")
    )
