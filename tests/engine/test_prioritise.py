"""What to look at first."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aigate.domain.finding import Candidate, Origin, Provenance, Status
from aigate.domain.place import Location
from aigate.domain.severity import Severity
from aigate.engine.prioritise import Threat, prioritise
from tests.engine.conftest import candidate, finding

THREAT = Threat(source="s", exploited={78: 500, 89: 3}, ranks={78: 9, 89: 2, 20: 12})


@given(
    st.sampled_from(Severity),
    st.sampled_from(Status),
    st.sampled_from(Provenance),
    st.lists(st.sampled_from([20, 78, 89, 1]), max_size=3).map(tuple),
    st.sampled_from(["a.py", "tests/a.py", "src/a.test.ts"]),
    st.booleans(),
    st.booleans(),
)
def test_a_score_lies_between_0_and_100_and_has_reasons(
    severity: Severity,
    status: Status,
    kind: Provenance,
    cwe: tuple[int, ...],
    path: str,
    silenced: bool,  # noqa: FBT001 - drawn
    corroborated: bool,  # noqa: FBT001 - drawn
) -> None:
    found = finding(
        severity=severity, cwe=cwe, at=Location(path, 1, 1, 1, 2), suppressed_inline=silenced
    )
    one = Candidate(finding=found, status=status, origin=Origin(kind=kind))
    priority = prioritise(one, THREAT, corroborated=corroborated)
    assert 0 <= priority.score <= 100
    assert f"{severity.word} severity" in priority.reasons


def test_a_worse_severity_never_lowers_the_score() -> None:
    scores = [prioritise(candidate(severity=s), THREAT, corroborated=False).score for s in Severity]
    assert scores == sorted(scores)


@pytest.mark.parametrize("cwe", [(78,), (89,)])
def test_what_attackers_use_comes_first(cwe: tuple[int, ...]) -> None:
    used = prioritise(candidate(cwe=cwe), THREAT, corroborated=False).score
    assert used > prioritise(candidate(cwe=(1,)), THREAT, corroborated=False).score


def test_tests_and_examples_come_last_and_it_says_why() -> None:
    aside = prioritise(candidate(at=Location("tests/a.py", 1, 1, 1, 2)), THREAT, corroborated=False)
    assert "outside of what is shipped" in aside.reasons
    assert aside.score < prioritise(candidate(), THREAT, corroborated=False).score
