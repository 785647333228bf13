"""What ends an acceptance besides its day: limits, and keys that are retired or compromised.

A gate that was tampered with signs whatever it is told to; the gate that judges is another one.
"""

from __future__ import annotations

import subprocess

import pytest

pytestmark = pytest.mark.slow

POLICY = """version: 1
name: team
extends: aigate:default
acceptance:
  - {severity: high, longest: 10 days, assurance: signed}
"""
TAMPERED = """
import aigate.cli._pens as pens
import aigate.cli._signing as signing
signing.longest = lambda desk, severity: None
pens._require_may_sign = lambda root, pen: None
from aigate.cli.main import main
main({arguments!r})
"""


def tampered(team, person: str, *arguments: str) -> None:
    done = team.run(person, team.python, "-c", TAMPERED.format(arguments=[*arguments]))
    assert done.code == 0, done.err


def signed_for(team, days: int) -> None:
    """Have two people accept the finding with a gate that asks for nothing."""
    name = team.fingerprint()
    words = ("--until", team.in_days(days), "--reason", "trust us", "--with", "sam", "--yes")
    tampered(team, "dana", "accept", name, "--as", "developer", *words)
    tampered(team, "sam", "cosign", name, "--as", "security", "--yes")


def decision(team) -> tuple[str, list[str]]:
    """Judge the whole tree; return what became of the one finding, and why."""
    asked = ("scan", "-q", "--format", "json", "--head", "HEAD", "--trust-root", team.pin)
    done = team.aigate("pipeline", *asked)
    (found,) = [one for one in done.report["findings"] if one["rule"] == "python-jwt-unverified"]
    assert done.code == (1 if found["blocking"] else 0), done.text
    return found["decision"], found["reason_codes"]


def rotate(team, word: str) -> None:
    """Give `dana` a new key, and let the old one be retired or compromised."""
    folder = team.top / "homes" / "dana" / ".ssh"
    old, new = folder / "id_ed25519", folder / "id_new"
    made = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "dana", "-f", str(new)]
    subprocess.run(made, check=True)
    listed = subprocess.run(
        ["ssh-keygen", "-l", "-f", f"{old}.pub"], capture_output=True, check=True
    )
    fingerprint = listed.stdout.decode().split()[1]
    sam = team.top / "homes" / "sam" / ".ssh" / "id_ed25519.pub"
    keys = ("--key", f"{old}.pub", "--key", f"{new}.pub")
    change = ("--add-key", f"dana={new}.pub", word, fingerprint)
    for done in (
        team.aigate("dana", "trust", "rotate", *keys, *change),
        team.aigate("sam", "trust", "sign", "--key", str(sam), "--yes"),
    ):
        assert done.code == 0, done.err
    team.commit("dana", "another key")


def test_c_116_too_long_for_the_policy_of_the_reference(team) -> None:
    team.accepted()
    assert team.blocked() == ()
    team.git("dana", "checkout", "-q", "main")
    team.write(".aigate/policy.yaml", POLICY)
    team.commit("sam", "ten days are enough")
    team.git("dana", "checkout", "-q", "feature")
    team.git("dana", "merge", "-q", "--no-edit", "main")

    assert "lasts-too-long" in team.blocked()


def test_c_116_too_long_whatever_gate_signed_it(team) -> None:
    team.change()
    refused = team.accept("dana", team.fingerprint(), "--with", "sam", until=team.in_days(400))
    assert (refused.code, "is too far away" in refused.err) == (2, True)
    signed_for(team, 400)
    team.commit("dana", "for more than a year")

    assert "lasts-too-long" in team.blocked()


def test_c_117_a_retired_key_keeps_what_it_signed_and_signs_nothing_new(team) -> None:
    team.accepted()
    rotate(team, "--retire")
    assert decision(team)[0] == "accepted"

    team.write("session.py", team.code.replace("    return", "    token = token[7:]\n    return"))
    team.commit("lee", "strip a prefix")
    name = team.fingerprint()
    old = str(team.top / "homes" / "dana" / ".ssh" / "id_ed25519")
    words = ("--until", team.in_days(20), "--reason", "r", "--with", "sam", "--yes", "--key", old)
    asked = ("accept", name, "--as", "developer", *words)
    refused = team.aigate("dana", *asked)
    assert (refused.code, "is retired" in refused.err) == (2, True), refused.text
    tampered(team, "dana", *asked)
    tampered(team, "sam", "cosign", name, "--as", "security", "--yes")
    team.commit("dana", "signed with the old key")

    what, codes = decision(team)
    assert (what, "accepted" in codes) == ("stale", False), codes


def test_c_117_a_compromised_key_ends_what_it_signed_at_once(team) -> None:
    team.accepted()
    assert decision(team)[0] == "accepted"
    rotate(team, "--compromise")

    what, codes = decision(team)
    assert what == "open"
    assert {"key-compromised", "waits-for-developer"} <= set(codes)
    listed = team.aigate("lee", "ledger", "list").out
    assert "counts for nothing: the key is compromised" in listed

    # The same person signs again, with the key that is theirs now.
    name = team.fingerprint()
    new = str(team.top / "homes" / "dana" / ".ssh" / "id_new")
    assert team.accept("dana", name, "--with", "sam", "--key", new).code == 0
    assert team.cosign("sam", name).code == 0
    team.commit("dana", "signed again")
    assert decision(team)[0] == "accepted"


@pytest.mark.parametrize("date", ["@0 +0000", "@4070908800 +9999"])
def test_c_053_dates_of_commits_neither_end_nor_prolong_an_acceptance(team, date) -> None:
    team.accepted()
    redated(team, date)
    assert team.blocked() == ()

    team.write("session.py", team.code.replace("    return", "    token = token[7:]\n    return"))
    team.commit("dana", "strip a prefix")
    redated(team, date)
    assert "context-changed" in team.blocked()


def redated(team, date: str) -> None:
    """Give the newest commit another date."""
    dates = (f"GIT_AUTHOR_DATE={date}", f"GIT_COMMITTER_DATE={date}")
    amend = ("git", "commit", "-q", "--amend", "--no-edit", "--date", date)
    done = team.run("dana", "env", *dates, *amend)
    assert done.code == 0, done.err


def test_after_the_merge_an_acceptance_still_ends_with_the_code_around_it(team) -> None:
    team.accepted()
    team.git("dana", "checkout", "-q", "main")
    team.git("dana", "merge", "-q", "--no-ff", "--no-edit", "feature")
    team.git("dana", "checkout", "-q", "-b", "later")
    team.write("session.py", team.code + "\n\nOTHER = 1\n")
    team.commit("lee", "elsewhere in the file")
    assert team.blocked() == ()

    team.write("session.py", team.code.replace("    return", "    token = token[7:]\n    return"))
    team.commit("lee", "strip a prefix")
    assert {"acceptance-ended", "context-changed", "existing"} <= set(team.blocked())


def test_c_130_after_the_merge_whoever_takes_an_acceptance_back_ends_it(team) -> None:
    name = team.accepted()
    team.git("dana", "checkout", "-q", "main")
    team.git("dana", "merge", "-q", "--no-ff", "--no-edit", "feature")
    team.git("dana", "checkout", "-q", "-b", "later")
    team.write("session.py", team.code + "\n\nOTHER = 1\n")
    taken = team.aigate("sam", "withdraw", name, "--as", "security", "--reason", "no", "--yes")
    assert taken.code == 0, taken.text
    team.commit("sam", "no longer")

    assert {"acceptance-ended", "withdrawn"} <= set(team.blocked())
