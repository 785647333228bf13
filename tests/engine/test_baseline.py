"""What a baseline may list, what it leaves out, and what has become of it since."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from aigate.domain.finding import Action, Candidate, Demand, Finding, Status
from aigate.domain.place import Location
from aigate.domain.policy import Policy
from aigate.domain.severity import Severity
from aigate.engine.baseline import (
    Bounds,
    LeftOut,
    bindings_of,
    drift,
    place_of,
    sort_out,
)

FINDING = Finding(
    rule="shell",
    scanner="semgrep",
    at=Location("shop/app.py", 3, 1, 3, 9),
    title="t",
    message="m",
    severity=Severity.HIGH,
    match="2" * 64,
    context="3" * 64,
    scope="run",
    rule_digest="1" * 64,
    fingerprint="f" * 32,
)
OTHER_PLACE = replace(FINDING, context="9" * 64, scope="other", occurrence=2)


class Asks:
    """A requirement that asks for one action for new findings, and one for existing ones."""

    id = "r"

    def __init__(self, new: Action, existing: Action) -> None:
        self.by = {Status.NEW: new, Status.EXISTING: existing}

    def demand(self, candidate: Candidate) -> Demand:
        return Demand(requirement=self.id, action=self.by[candidate.status])


def policy(new: Action = Action.JOINT, existing: Action = Action.WARN) -> Policy:
    return Policy(name="p", requirements=(Asks(new, existing),))


def sorted_(*findings: Finding, **bounds: object):
    found = [Candidate(finding=one, status=Status.NEW) for one in findings]
    return sort_out(found, Bounds(**({"policy": policy()} | bounds)))


def reason(finding: Finding = FINDING, **bounds: object) -> LeftOut | None:
    found = sorted_(finding, **bounds)
    assert len(found.listed) + sum(map(len, found.left_out.values())) == 1
    return next(iter(found.left_out), None)


@pytest.mark.parametrize(
    ("new", "existing", "expected"),
    [
        (Action.JOINT, Action.WARN, None),
        (Action.WARN, Action.JOINT, None),
        (Action.FORBID, Action.JOINT, None),
        (Action.FORBID, Action.WARN, LeftOut.FORBIDDEN),
        (Action.FORBID, Action.FORBID, LeftOut.FORBIDDEN),
        (Action.WARN, Action.NOTE, LeftOut.HARMLESS),
    ],
)
def test_what_two_people_can_help_with_is_listed(new, existing, expected) -> None:
    assert reason(policy=policy(new, existing)) is expected


SECRET = replace(FINDING, secret=True)
PASSWORD = replace(FINDING, cwe=(798,))


@pytest.mark.parametrize("finding", [SECRET, PASSWORD], ids=["secret", "CWE-798"])
def test_a_secret_is_listed_only_where_its_rule_is_named_in_full(finding) -> None:
    assert reason(finding) is LeftOut.SECRET
    assert reason(finding, rules=("sh*",)) is LeftOut.SECRET
    assert reason(finding, rules=("shell",)) is None
    assert reason(finding, rules=("shell",), policy=policy(Action.FORBID)) is LeftOut.FORBIDDEN


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ({"paths": ("shop",)}, None),
        ({"paths": ("shop/",)}, None),
        ({"paths": ("**/*.py",)}, None),
        ({"paths": ("shop/app.py",)}, None),
        ({"paths": ("sho",)}, LeftOut.ELSEWHERE),
        ({"paths": ("lib/", "shop/")}, None),
        ({"rules": ("sh*",)}, None),
        ({"rules": ("hell",)}, LeftOut.ELSEWHERE),
        ({"paths": ("shop",), "rules": ("eval",)}, LeftOut.ELSEWHERE),
        ({"too_long": frozenset({Severity.HIGH})}, LeftOut.TOO_LONG),
        ({"too_long": frozenset({Severity.CRITICAL})}, None),
        ({"needs_touch": frozenset({Severity.HIGH})}, LeftOut.NEEDS_TOUCH),
        ({"signed": {place_of(FINDING): 1}}, LeftOut.SIGNED),
        ({"signed": {place_of(OTHER_PLACE): 1}}, None),
    ],
)
def test_paths_rules_and_limits_narrow_it(bounds, expected) -> None:
    assert reason(**bounds) is expected


def test_one_more_copy_than_was_signed_brings_all_of_its_place_in_again() -> None:
    copies = (FINDING, replace(FINDING, occurrence=2))
    found = sorted_(*copies, signed={place_of(FINDING): 1})

    assert found.listed == copies


def test_each_place_is_counted_apart_in_any_order() -> None:
    findings = (FINDING, OTHER_PLACE, replace(OTHER_PLACE, occurrence=3))
    bindings = bindings_of(findings)

    assert {(b.scope, b.count) for b in bindings} == {("run", 1), ("other", 2)}
    assert bindings == bindings_of(findings[::-1])


def test_nothing_has_drifted_where_nothing_changed() -> None:
    findings = (FINDING, OTHER_PLACE)
    found = drift(bindings_of(findings), findings)

    assert (found.gone, found.changed) == ((), ())


def test_what_went_and_what_was_edited_is_told_apart() -> None:
    bindings = bindings_of((FINDING, replace(FINDING, occurrence=2), OTHER_PLACE))
    edited = replace(OTHER_PLACE, context="8" * 64)
    found = drift(bindings, [FINDING, edited])

    assert [(one.scope, count) for one, count in found.gone] == [("run", 1)]
    assert found.changed == ((edited, ("context",)),)


def test_what_is_added_is_no_drift_of_what_was_signed() -> None:
    found = drift(bindings_of((FINDING,)), [FINDING, OTHER_PLACE])

    assert (found.gone, found.changed) == ((), ())


@pytest.mark.slow
def test_many_findings_are_sorted_in_linear_time() -> None:
    many = [
        replace(FINDING, context=f"{n:064x}", scope=f"f{n}", occurrence=n + 1)
        for n in range(10_000)
    ]
    start = time.process_time()
    found = sorted_(*many)
    drifted = drift(bindings_of(found.listed), many[::-1])

    assert len(found.listed) == len(many)
    assert not drifted.changed
    assert time.process_time() - start < 5
