"""What does not count, in the gate, and what the commands refuse to sign."""

from __future__ import annotations

import json
import os
import pty
import shutil
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow


def test_what_the_commands_refuse_to_sign(team) -> None:
    team.change()
    unseen = team.accept("dana", "0" * 32, "--with", "sam")
    assert (unseen.code, "run `aigate scan`" in unseen.err) == (2, True)
    name = team.fingerprint()
    secret = "ghp_" + "a8Kd93LmQz" * 4
    homes = team.top / "homes"
    cases = {
        "the role": team.accept("lee", name, "--with", "sam", role="security"),
        "automation": team.accept("robot", name, "--with", "sam"),
        "none of your keys": team.accept("stranger", name, "--with", "sam"),
        "nobody's name": team.accept(
            "dana", name, "--with", "sam", "--key", str(homes / "stranger/.ssh/id_ed25519")
        ),
        "several people": team.accept("dana", name),
        "cannot sign for both seats": team.accept("both", name, "--with", "both"),
        "the last day is": team.accept("dana", name, "--with", "sam", until=team.in_days(95)),
        "is over": team.accept("dana", name, "--with", "sam", until="2020-01-01"),
        "hold a secret": team.accept("dana", name, "--with", "sam", "--reason", f"use {secret}"),
        "nobody sees": team.accept("dana", name, "--with", "sam", "--reason", "a\u202eb"),
        "too short": team.accept("dana", name[:5], "--with", "sam"),
        "nobody has signed": team.cosign("sam", name),
        "nothing that was signed": team.aigate(
            "sam", "withdraw", name, "--as", "security", "--reason", "r", "--yes"
        ),
        "nobody is here to be asked": team.aigate(
            *("dana", "accept", name, "--as", "developer", "--until", team.in_days(9)),
            *("--reason", "r", "--with", "sam"),
        ),
    }
    for words, done in cases.items():
        assert (done.code, words in done.err) == (2, True), (words, done.err)
        assert secret not in done.text
    assert team.records() == []


def test_c_114_one_person_does_not_take_both_seats(team) -> None:
    team.change()
    name = team.fingerprint("both")
    assert team.accept("both", name, "--with", "sam").code == 0
    refused = team.cosign("both", name)
    assert (refused.code, "cannot take both seats" in refused.err) == (2, True)
    # As security, with another word: the second record is by the same person.
    assert team.accept("both", name, "--with", "lee", role="security").code == 0
    team.commit("dana", "both seats")
    assert any(code.startswith("waits-for-") for code in team.blocked())


def test_c_115_the_security_signer_wrote_the_change(team) -> None:
    team.change(person="sam")
    name = team.fingerprint()
    assert team.accept("dana", name, "--with", "sam").code == 0
    assert team.cosign("sam", name).code == 0
    team.commit("dana", "accepted")
    assert "security-signed-own-change" in team.blocked()
    # The commits since the base count for the working tree as well.
    asked = ("scan", "-q", "--format", "json", "--base", "main", "--trust-root", team.pin)
    (finding,) = [one for one in team.aigate("lee", *asked).report["findings"] if one["blocking"]]
    assert "security-signed-own-change" in finding["reason_codes"]


def test_without_a_pin_signatures_are_only_notes(team) -> None:
    team.accepted()
    assert "trust-root-not-pinned" in team.blocked(pinned=False)
    assert team.blocked() == ()


def test_c_116_an_acceptance_ends_on_its_day(team) -> None:
    team.accepted()
    faketime = f"""
import datetime, sys
import aigate.cli.scan as scan
class Later(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return datetime.datetime.now(tz) + datetime.timedelta(days=45)
scan.datetime = Later
from aigate.cli.main import main
main({["scan", "-q", "--format", "json", "--base", "main", "--head", "HEAD", "--trust-root", team.pin]!r})
"""
    done = team.run("pipeline", sys.executable, "-c", faketime)
    assert done.code == 1, done.text
    (finding,) = [one for one in done.report["findings"] if one["blocking"]]
    assert finding["decision"] == "expired"


def test_c_110_c_111_edited_and_deleted_records(team) -> None:
    team.accepted()
    team.git("dana", "branch", "-f", "main", "HEAD")
    record = team.records()[0]
    path = f".aigate/ledger/{record.name}"
    before = record.read_bytes()
    record.write_bytes(before.replace(b'"keyid":"SHA256:', b'"keyid":"SHA256:x', 1))
    checked = team.aigate("lee", "ledger", "verify")
    assert (checked.code, path in checked.err) == (4, True)
    team.commit("dana", "edit a record")
    assert (team.scan().code, path in team.scan().err) == (4, True)
    assert team.aigate("lee", "ledger", "verify", "--base", "main").code == 4

    team.git("dana", "rm", "-q", path)
    team.git("dana", "commit", "-q", "-m", "delete a record")
    assert team.scan().code == 4
    gone = team.aigate("lee", "ledger", "verify", "--base", "main")
    assert (gone.code, path in gone.err) == (4, True)


def test_c_014_c_113_unsigned_records_and_records_of_another_finding(team) -> None:
    team.accepted()
    # Another function of another name: the same rule, another match and path.
    team.write("other.py", team.code.replace("token", "ticket"))
    team.commit("dana", "another file")
    assert "no-acceptance" in team.blocked()

    envelope = json.loads(team.records()[0].read_bytes())
    envelope["signatures"][0]["sig"] = "AAAA"
    text = json.dumps(envelope, sort_keys=True, separators=(",", ":")) + "\n"
    folder = team.clone / ".aigate" / "ledger"
    (folder / f"{'0' * 64}.json").write_text(text)
    team.commit("dana", "a record that nobody signed")
    done = team.scan()
    assert done.code == 1
    assert any("0" * 64 in note for note in done.report["notes"])
    assert any(
        one["rule"] == "control-plane-change" and one["blocking"] and "0" * 64 in one["path"]
        for one in done.report["findings"]
    )
    assert team.aigate("lee", "ledger", "verify").code == 4


def test_c_128_a_record_that_automation_signed_does_not_count(team) -> None:
    name = team.accepted()
    shown = team.aigate("lee", "ledger", "list", "--format", "json").report["records"]
    assert {one["state"] for one in shown} == {"signed by both"}
    assert team.cosign("robot", name).code == 2


def test_what_went_stale_is_shown_and_not_cosigned(team) -> None:
    team.change()
    name = team.fingerprint()
    team.accept("dana", name, "--with", "sam")
    team.write("session.py", team.code.replace("    return", "    token = token[7:]\n    return"))
    refused = team.cosign("sam", name)
    assert (refused.code, "the definition around it" in refused.err) == (2, True)
    assert "aigate accept" in refused.err
    team.write("session.py", '"""Nothing."""\n')
    assert "is not in `session.py`" in team.cosign("sam", name).err
    assert len(team.records()) == 1


def test_only_signers_and_security_withdraw(team) -> None:
    name = team.accepted()
    asked = ("withdraw", name, "--reason", "no", "--yes", "--as")
    assert team.aigate("lee", *asked, "developer").code == 2
    assert team.aigate("both", *asked, "security").code == 0
    team.commit("both", "withdrawn")
    assert "withdrawn" in team.blocked()
    assert "was withdrawn" in team.cosign("sam", name).err


def test_what_is_forbidden_cannot_be_accepted(team) -> None:
    key = "AKIA" + "Q3EGRIDS5XN2WT7B"
    team.change(f'KEY = "{key}"\n')
    done = team.aigate("dana", "scan", "-q", "--format", "json", "--base", "main")
    name = next(x["fingerprint"] for x in done.report["findings"] if x["action"] == "forbid")
    refused = team.accept("dana", name, "--with", "sam")
    assert (refused.code, "will not help" in refused.err) == (2, True)
    assert key not in refused.text


def test_without_a_registry_there_is_nobody_to_sign(team) -> None:
    shutil.rmtree(team.clone / ".aigate")
    team.commit("dana", "no registry")
    refused = team.accept("dana", "0" * 32)
    assert (refused.code, "aigate trust init" in refused.err) == (2, True)


def test_a_person_at_a_terminal_is_asked_and_may_refuse(team) -> None:
    team.change()
    name = team.fingerprint()
    asked = [sys.executable, "-m", "aigate", "accept", name, "--as", "developer", "--with", "sam"]
    asked += ["--until", team.in_days(9), "--reason", "r"]
    for answer, code, records in ((b"n\n", 130, 0), (b"y\n", 0, 1)):
        ours, theirs = pty.openpty()
        os.write(ours, answer)
        done = subprocess.run(
            asked,
            cwd=team.clone,
            env=team.environment("dana"),
            stdin=theirs,
            capture_output=True,
            check=False,
        )
        os.close(ours)
        os.close(theirs)
        assert done.returncode == code, done.stderr
        assert b"sign this?" in done.stderr
        assert len(team.records()) == records


def test_a_key_in_an_agent_signs(team) -> None:
    team.change()
    name = team.fingerprint()
    started = team.run("dana", "ssh-agent", "-s").out
    variables = dict(part.split("=", 1) for part in started.split(";") if part.startswith("SSH_"))
    variables |= dict(part.strip().split("=", 1) for part in started.split(";") if "_PID=" in part)
    folder = team.top / "homes" / "dana" / ".ssh"
    given = ["env", *(f"{k}={v}" for k, v in variables.items())]
    try:
        assert team.run("dana", *given, "ssh-add", "-q", str(folder / "id_ed25519")).code == 0
        shutil.rmtree(folder)
        asked = ["accept", name, "--as", "developer", "--until", team.in_days(9), "--yes"]
        asked += ["--reason", "r", "--with", "sam"]
        done = team.run("dana", *given, sys.executable, "-m", "aigate", *asked)
        assert done.code == 0, done.err
    finally:
        team.run("dana", *given, "ssh-agent", "-k")
    assert len(team.records()) == 1
