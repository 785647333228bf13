"""Units, rules and findings for tests of the engine."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from aigate.domain.finding import Action, Candidate, Demand, Finding, Sighting, Status
from aigate.domain.place import Location
from aigate.domain.policy import Policy
from aigate.domain.rule import Rule
from aigate.domain.severity import Severity
from aigate.domain.tree import Entry, Kind, Unit
from aigate.engine.lines import Lines
from aigate.engine.place import place

Place = Callable[..., tuple[Finding, ...]]


def rule(name: str = "shell", **given: object) -> Rule:
    facts = {
        "scanner": "semgrep",
        "title": "a shell",
        "severity": Severity.HIGH,
        "what": "w",
        "why": "y",
        "fix": "f",
    }
    return Rule(name=name, **(facts | given))


def unit(text: str, path: str = "src/app.py", kind: Kind = Kind.PYTHON) -> Unit:
    return Unit("1", Entry(path, "100644", "b" * 40), kind, text=text)


def placed(
    text: str,
    pattern: str = r"shell=True",
    *,
    rules: tuple[Rule, ...] = (rule(),),
    path: str = "src/app.py",
    kind: Kind = Kind.PYTHON,
    message: str = "it is there",
    secret: bool = False,
) -> tuple[Finding, ...]:
    """Place one sighting of each rule for each match of a pattern."""
    one, lines = unit(text, path, kind), Lines(text)
    sightings = [
        Sighting(rule=r.name, unit="1", span=lines.span(*m.span()), message=message, secret=secret)
        for m in re.finditer(pattern, text)
        for r in rules
    ]
    assert sightings
    return place(sightings, {"1": one}, {r.name: r for r in rules})


def finding(**given: object) -> Finding:
    facts = {
        "rule": "shell",
        "scanner": "semgrep",
        "at": Location("src/app.py", 3, 1, 3, 9),
        "title": "t",
        "message": "m",
        "severity": Severity.HIGH,
        "fingerprint": "f" * 32,
    }
    return Finding(**(facts | given))


def candidate(status: Status = Status.NEW, **given: object) -> Candidate:
    return Candidate(finding=finding(**given), status=status)


class Asks:
    """A requirement that asks the same of every finding, or of nothing."""

    def __init__(self, id: str, action: Action | None, within: int | None = None) -> None:  # noqa: A002 - the name of the protocol
        self.id = id
        self._demand = (
            None if action is None else Demand(requirement=id, action=action, fix_within=within)
        )

    def demand(self, candidate: Candidate) -> Demand | None:
        del candidate
        return self._demand


def policy(*requirements: Asks, **given: object) -> Policy:
    return Policy(name="p", requirements=requirements, **given)


@pytest.fixture(name="placed")
def placed_fixture() -> Place:
    return placed
