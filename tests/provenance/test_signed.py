"""Commits that people of the registry signed with SSH, as git does it."""

from __future__ import annotations

import pytest

from tests.accountability.conftest import founded, team  # noqa: F401 - fixtures
from tests.provenance.conftest import CLAUDE

pytestmark = pytest.mark.slow
CODE = "def answer():\n    return 41 + 1\n"


def key(crew, person: str) -> str:
    return str(crew.top / "homes" / person / ".ssh" / "id_ed25519")


def signed(crew, person: str, message: str = "feat: answer", code: str = CODE, form="ssh") -> None:
    crew.git(person, "checkout", "-q", "-B", "feature", "main")
    crew.write("answer.py", code)
    crew.git(person, "add", "--all")
    settings = ["-c", f"gpg.format={form}", "-c", f"user.signingkey={key(crew, person)}"]
    crew.git(person, *settings, "commit", "-q", "-S", "-m", message)


def origin(crew, *options: str):
    asked = ("blame", "--base", "main", "--head", "feature", "--format", "json")
    done = crew.aigate("pipeline", *asked, "--trust-root", crew.pin, *options)
    assert done.code == 0, done.err
    (file,) = (one for one in done.report["files"] if one["path"] == "answer.py")
    (only,) = file["ranges"]
    return only["origin"]["kind"], only["origin"]["grade"]


def test_a_commit_that_a_registered_person_signed_is_human(team):  # noqa: F811 - the fixture
    signed(team, "dana")

    assert origin(team) == ("human", "signed")


def test_an_agent_in_the_message_weighs_more_than_the_signature(team):  # noqa: F811 - the fixture
    signed(team, "dana", f"feat: answer\n\n{CLAUDE}")

    assert origin(team) == ("ai", "claimed")


@pytest.mark.parametrize("person", ["stranger", "robot"])
def test_signatures_of_others_and_of_automation_do_not_count(team, person):  # noqa: F811 - the fixture
    signed(team, person)

    assert origin(team) == ("unknown", "none")


def test_a_signature_that_was_moved_to_another_commit_does_not_count(team):  # noqa: F811 - the fixture
    signed(team, "dana")
    raw = team.git("dana", "cat-file", "commit", "feature") + "\n"
    forged = raw.replace("feat: answer", "feat: something else")
    (team.clone / ".git" / "raw").write_text(forged)
    made = team.git("dana", "hash-object", "-t", "commit", "-w", ".git/raw")
    team.git("dana", "update-ref", "refs/heads/feature", made)

    assert origin(team) == ("unknown", "none")


def test_a_policy_that_does_not_say_so_does_not_count_signatures(team):  # noqa: F811 - the fixture
    signed(team, "dana")
    policy = "version: 1\nname: a\nextends: aigate:default\nprovenance: {signed-humans: false}\n"
    (team.top / "policy.yaml").write_text(policy)

    assert origin(team, "--policy", str(team.top / "policy.yaml")) == ("unknown", "none")


def test_what_is_signed_costs_less_where_the_default_pack_says_so(team):  # noqa: F811 - the fixture
    code = "import hashlib\n\n\ndef digest(data):\n    return hashlib.md5(data).hexdigest()\n"
    costs = {}
    for person in ("dana", "stranger"):
        signed(team, person, code=code)
        found = team.scan().report
        costs[person] = {
            one["rule"]: one["action"]
            for one in found["findings"]
            if one["severity"] == "medium" and one["scanner"] == "semgrep"
        }
        added = found["summary"]["added_lines"]
        assert added["total"] == 5
        assert added["human" if person == "dana" else "unknown"] == 5

    assert costs["dana"].keys() == costs["stranger"].keys()
    assert set(costs["dana"].values()) <= {"note"}
    assert set(costs["stranger"].values()) <= {"warn"}
