"""The doctor says whether the registry holds, and whether somebody here could sign."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.slow


def told(team, person):
    done = team.aigate(person, "doctor", "--format", "json")
    return done.code, {one["name"]: one for one in done.report["checks"]}


def test_people_learn_whether_they_could_sign(team):
    code, dana = told(team, "dana")
    _, pipeline = told(team, "pipeline")

    assert code == 0
    assert dana["trust root"]["state"] == "ok"
    assert dana["key"]["state"] == "ok"
    assert "is that of `dana` (developer" in dana["key"]["said"]
    assert pipeline["key"]["state"] == "missing"
    assert "aigate trust enroll" in pipeline["key"]["hint"]


def test_a_registry_that_was_changed_by_hand_is_broken(team):
    file = next((team.clone / ".aigate" / "trust").glob("*.json"))
    file.write_text(file.read_text()[:-40])
    team.commit("dana", "tidy up")

    code, found = told(team, "dana")

    assert code == 4
    assert found["trust root"]["state"] == "broken"
