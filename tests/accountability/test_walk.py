"""From a finding that blocks to one that two people answer for, and back."""

from __future__ import annotations

import shutil

import pytest

pytestmark = pytest.mark.slow


def test_c_130_block_accept_cosign_pass_edit_stale_accept_again_withdraw(team) -> None:
    team.change()
    assert "no-acceptance" in team.blocked()
    name = team.fingerprint()

    first = team.accept("dana", name[:8], "--control", "a gateway", "--with", "sam")
    assert first.code == 0, first.err
    assert "aigate cosign" in first.out
    assert 'jwt.decode(token, options={"verify_signature": False})' in first.out
    team.commit("dana", "dana accepts")
    assert "waits-for-security" in team.blocked()

    second = team.cosign("sam", name[:8])
    assert second.code == 0, second.err
    # Both saw the same words and bytes.
    terms = [next(x for x in d.out.splitlines() if x.startswith("{")) for d in (first, second)]
    assert terms[0] == terms[1]
    # That `sam` commits the signature does not make `sam` an author of the code.
    team.commit("sam", "sam cosigns")
    assert team.blocked() == ()

    team.write("session.py", team.code.replace("    return", "    token = token[7:]\n    return"))
    team.commit("dana", "strip a prefix")
    assert "context-changed" in team.blocked()

    again = team.accept("dana", name, "--reason", "still checked before", "--with", "sam")
    assert again.code == 0, again.err
    assert team.cosign("sam", name).code == 0
    team.commit("dana", "accepted again")
    assert team.blocked() == ()

    ended = team.aigate("sam", "withdraw", name, "--as", "security", "--reason", "gone", "--yes")
    assert ended.code == 0, ended.err
    team.commit("sam", "withdrawn")
    assert "withdrawn" in team.blocked()

    # Who changes their mind signs anew, also with the very words that were withdrawn.
    assert team.accept("dana", name, "--reason", "still checked before", "--with", "sam").code == 0
    assert team.cosign("sam", name).code == 0
    team.commit("dana", "accepted for the third time")
    assert team.blocked() == ()
    listed = team.aigate("lee", "ledger", "list", "--format", "json").report["records"]
    assert [one["state"] for one in listed].count("withdrawn") == 4
    assert team.aigate("lee", "ledger", "verify", "--base", "main").code == 0
    shown = team.aigate("lee", "ledger", "show", listed[0]["digest"][:8])
    assert (shown.code, "the signature verifies" in shown.out) == (0, True)
    kept = team.aigate("lee", "ledger", "checkpoint").out.splitlines()
    assert kept[1] == str(len(listed)) == "7"


def test_c_120_lines_move_and_line_ends_change(team) -> None:
    team.accepted()
    above = "".join(f"FIELD_{n} = {n}\n" for n in range(200))
    team.write("session.py", team.code.replace("import jwt\n", f"import jwt\n\n{above}"))
    team.commit("lee", "two hundred lines above")
    assert team.blocked() == ()

    team.write("session.py", team.code.replace("\n", "\r\n"))
    team.commit("lee", "other line ends")
    assert team.blocked() == ()


def test_c_121_a_second_copy_is_surplus(team) -> None:
    name = team.accepted()
    call = 'jwt.decode(token, options={"verify_signature": False})["sub"]'
    copied = team.code + f"\n\ndef owner_of(token: str) -> str:\n    return {call}\n"
    team.write("session.py", copied)
    team.commit("dana", "once more")
    assert "surplus-copy" in team.blocked()

    # The copy stands elsewhere, and so is accepted by terms of its own.
    assert team.accept("dana", name, "--reason", "here too", "--with", "sam").code == 0
    assert team.cosign("sam", name).code == 0
    team.commit("dana", "accepted as well")
    assert team.blocked() == ()


def test_c_131_records_of_parallel_branches_merge(team) -> None:
    other = team.code.replace("user_of", "owner_of").replace("token", "ticket")
    team.change(other)
    first = team.fingerprint()
    team.git("dana", "checkout", "-q", "-b", "one")
    team.accept("dana", first, "--with", "sam")
    team.cosign("sam", first)
    team.commit("dana", "one")
    team.git("lee", "checkout", "-q", "-b", "two", "feature")
    assert team.fingerprint("lee") == first
    assert team.accept("lee", first, "--with", "both", "--reason", "another view").code == 0
    assert team.cosign("both", first).code == 0
    team.commit("lee", "two")
    team.git("lee", "merge", "-q", "--no-edit", "one")

    assert len(team.records()) == 4
    assert team.blocked() == ()
    assert team.aigate("lee", "ledger", "verify", "--base", "one").code == 0
    # What a branch brought cannot be lost on the way.
    team.records()[0].unlink()
    assert team.aigate("lee", "ledger", "verify").code == 4


def test_c_136_nothing_needs_a_network(team) -> None:
    team.accepted()
    if shutil.which("unshare"):
        probe = team.run("dana", "unshare", "-rn", "true")
        offline = ("unshare", "-rn") if probe.code == 0 else ()
    else:
        offline = ()
    command = ("-m", "aigate", "scan", "-q", "--base", "main", "--head", "HEAD")
    done = team.run("pipeline", *offline, team.python, *command, "--trust-root", team.pin)
    assert done.code == 0, done.text


def test_false_positives_are_signed_in_the_same_way(team) -> None:
    team.change()
    name = team.fingerprint("sam")
    options = ("--as", "security", "--until", team.in_days(20), "--reason", "no", "--with", "dana")
    assert team.aigate("sam", "false-positive", name, *options, "--yes").code == 0
    team.commit("sam", "no finding")
    assert "waits-for-developer" in team.blocked()
    assert team.cosign("dana", name, role="developer").code == 0
    team.commit("dana", "indeed")
    assert team.blocked() == ()
