"""Use of AI that nobody declared, accepted by two people as any other finding."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.slow

MANIFEST = """\
version: 1
name: support
purpose: answers customers
owners: {developer: "@dana", security: "@sam"}
evaluation: [{what: answers, evidence: https://example.org/eval}]
recovery: {fallback: people answer, declares-safe: {security: "@sam"}}
used-in: [app/**]
"""
SHADOW = "from mistralai import Mistral\n\nclient = Mistral()\n"
RULE = "undeclared-ai-use"


def test_undeclared_use_is_accepted_jointly_and_survives_edits_of_the_file(team) -> None:
    folder = team.clone / ".aigate" / "initiatives"
    folder.mkdir(parents=True, exist_ok=True)
    team.write(".aigate/initiatives/support.yaml", MANIFEST)
    team.commit("dana", "what we use")
    team.git("dana", "checkout", "-q", "-b", "feature")
    team.write("night.py", SHADOW)
    team.commit("dana", "a model at night")

    def blocking() -> list[str]:
        done = team.scan()
        return [one["rule"] for one in done.report["findings"] if one["blocking"]]

    assert blocking() == [RULE]
    seen = team.aigate("dana", "scan", "-q", "--format", "json", "--base", "main").report
    name = next(one["fingerprint"] for one in seen["findings"] if one["rule"] == RULE)
    first = team.accept("dana", name, "--with", "sam")
    assert first.code == 0, first.err
    second = team.cosign("sam", name)
    assert second.code == 0, second.err
    team.commit("dana", "accepted")
    assert blocking() == []

    team.write(
        "night.py", "import os\n\n" + SHADOW + "\n\ndef ask():\n    return client, os.name\n"
    )
    team.commit("dana", "uses it")
    assert blocking() == []

    team.write("night.py", SHADOW + "from openai import OpenAI\n\nother = OpenAI()\n")
    team.commit("dana", "and another one")
    assert blocking() == [RULE]
