"""What was there before the gate came is accepted in one statement, and nothing else by it."""

from __future__ import annotations

import re

import pytest

pytestmark = pytest.mark.slow

CALL = 'jwt.decode(token, options={"verify_signature": False})["sub"]'
ONE = f"\n\ndef user_of(token: str) -> str:\n    return {CALL}\n"
TWO = f"\n\ndef owner_of(token: str) -> str:\n    return {CALL}\n"
THREE = f"\n\ndef guest_of(token: str) -> str:\n    return {CALL}\n"
HEAD = '"""Who is logged in."""\n\nimport jwt\n'
RULE = "python-jwt-unverified"


def old(team, text: str = HEAD + ONE + TWO) -> None:
    """Put code on the main branch, and begin a branch for what people sign."""
    team.write("session.py", text)
    team.commit("lee", "long ago")
    team.git("lee", "checkout", "-q", "-b", "gate")


def baseline(team, person: str = "dana", *options: str, until: str = "", role: str = "developer"):
    until = until or team.in_days(60)
    asked = ("--as", role, "--until", until, "--reason", "was there", "--yes")
    with_ = () if "--with" in options else ("--with", "sam")
    return team.aigate(person, "baseline", *asked, *with_, *options)


def digest(done) -> str:
    assert done.code == 0, done.err
    return re.search(r"aigate cosign ([0-9a-f]{12}) --as", done.out)[1]


def whole(team) -> list[tuple[str, str, tuple[str, ...]]]:
    """Judge the whole tree; return scope, decision and reason codes of what the rule found."""
    asked = ("scan", "-q", "--format", "json", "--head", "HEAD", "--trust-root", team.pin)
    done = team.aigate("pipeline", *asked)
    found = [one for one in done.report["findings"] if one["rule"] == RULE]
    assert done.code == (1 if any(one["blocking"] for one in found) else 0), done.text
    team.last = {one["scope"]: one for one in found}
    return sorted((one["scope"], one["decision"]) for one in found)


def test_c_121_a_baseline_covers_what_was_there_and_not_one_copy_more(team) -> None:
    old(team)
    first = baseline(team)
    name = digest(first)
    assert first.out.count(RULE) >= 2
    team.commit("dana", "dana signs")
    assert whole(team) == [("owner_of", "open"), ("user_of", "open")]
    assert "waits-for-security" in team.last["user_of"]["reason_codes"]

    second = team.cosign("sam", name)
    assert second.code == 0, second.err
    assert "all of this is as it was signed" in second.out
    terms = [next(x for x in d.out.splitlines() if x.startswith("{")) for d in (first, second)]
    assert terms[0] == terms[1]
    team.commit("sam", "sam cosigns")
    assert whole(team) == [("owner_of", "accepted"), ("user_of", "accepted")]
    assert team.last["user_of"]["signed"]["kind"] == "baseline"
    text = team.aigate("pipeline", "scan", "-q", "-v", "--head", "HEAD", "--trust-root", team.pin)
    assert "accepted (baseline): signed by `dana` and `sam` until 20" in text.out

    # A third copy, above the others.
    team.write("session.py", HEAD + THREE + ONE + TWO)
    team.commit("lee", "one more function")
    assert whole(team) == [("guest_of", "open"), ("owner_of", "accepted"), ("user_of", "accepted")]
    assert "surplus-copy" in team.last["guest_of"]["reason_codes"]
    assert "the baseline covers other copies" in team.last["guest_of"]["next_step"]

    # A second copy in a function that has one.
    more = ONE.replace("    return", f"    print({CALL})\n    return")
    team.write("session.py", HEAD + more + TWO)
    team.commit("lee", "twice in one function")
    assert {d for s, d in whole(team) if s == "user_of"} <= {"open", "stale"}
    assert team.last["owner_of"]["decision"] == "accepted"

    # Who edits the definition is told why it blocks now, and the other one stays accepted.
    team.write("session.py", HEAD + ONE.replace("    return", "    token = token[7:]\n    return") + TWO)  # fmt: skip
    team.commit("lee", "strip a prefix")
    assert whole(team) == [("owner_of", "accepted"), ("user_of", "stale")]
    said = team.last["user_of"]["next_step"]
    assert "the definition around it was edited since" in said
    assert "`aigate accept " in said


def test_c_130_a_baseline_is_withdrawn_as_a_whole_and_signed_again(team) -> None:
    old(team)
    name = digest(baseline(team))
    assert team.cosign("sam", name).code == 0
    team.commit("sam", "both")
    again = baseline(team)
    assert (again.code, "is left to sign" in again.err) == (2, True)
    assert f"that other terms name for as long: `{name}`" in again.err

    shown = team.aigate("lee", "ledger", "list", "--format", "json").report["records"]
    finding = shown[0]["findings"][0]["fingerprint"]
    asked = ("withdraw", "--as", "security", "--reason", "no", "--yes")
    refused = team.aigate("sam", *asked, finding[:12])
    assert (refused.code, f"`{name}` (baseline)" in refused.err) == (2, True)
    ended = team.aigate("sam", *asked, name)
    assert (ended.code, "all of it ends" in ended.out) == (0, True), ended.err
    team.commit("sam", "withdrawn")
    assert whole(team) == [("owner_of", "withdrawn"), ("user_of", "withdrawn")]
    assert "`aigate baseline --as" in team.last["user_of"]["next_step"]
    listed = team.aigate("lee", "ledger", "list")
    assert listed.out.count("withdrawn") == 2, listed.out
    assert team.aigate("lee", "ledger", "verify", "--base", "main").code == 0

    # The very same words, and a longer end that makes room for new ones.
    other = digest(baseline(team))
    assert other != name
    assert team.cosign("sam", other).code == 0
    longer = baseline(team, until=team.in_days(70))
    assert longer.code == 0, longer.err
    team.commit("sam", "signed again")
    assert whole(team) == [("owner_of", "accepted"), ("user_of", "accepted")]


def test_what_a_branch_brings_is_in_no_baseline(team) -> None:
    old(team, HEAD + ONE)
    team.write("session.py", HEAD + ONE + TWO)
    team.commit("dana", "something new, beside the baseline")
    name = digest(baseline(team))
    # The branch that it is meant for moves on before it is cosigned.
    team.commit("dana", "dana signs")
    done = team.cosign("sam", name)
    assert done.code == 0, done.err
    team.commit("sam", "sam cosigns")

    assert whole(team) == [("owner_of", "open"), ("user_of", "accepted")]
    assert "surplus-copy" in team.last["owner_of"]["reason_codes"]


def test_the_second_person_sees_what_has_changed_since(team) -> None:
    old(team)
    name = digest(baseline(team))
    team.commit("dana", "dana signs")
    team.git("lee", "checkout", "-q", "main")
    edited = ONE.replace("    return", "    token = token[7:]\n    return")
    team.write("session.py", HEAD + edited)
    team.write("new.py", HEAD + THREE)
    team.commit("lee", "main moves on")
    team.git("lee", "checkout", "-q", "gate")
    team.git("lee", "merge", "-q", "--no-edit", "main")

    done = team.cosign("sam", name)

    assert done.code == 0, done.err
    assert "where this is not as it was signed" in done.out
    assert re.search(r"1  gone", done.out)
    assert re.search(r"1  changed since.*\n.*session\.py:\d+: the definition around it", done.out)
    assert "1 other finding there may block" in done.out


def test_what_a_baseline_leaves_out_it_says(team) -> None:
    key = "AKIA" + "Q3EGRIDS5XN2WT7B"
    guessed = "k9Vd2LmQ" + "z7Rt4XwB" + "n1Ys6PcH"
    old(team)
    team.git("lee", "checkout", "-q", "main")
    team.write("keys.py", f'KEY = "{key}"\n')
    team.write("config.py", f'api_secret = "{guessed}"\n')
    team.write("load.py", "import pickle\n\n\ndef load(request):\n    return pickle.loads(request.data)\n")  # fmt: skip
    team.commit("lee", "older still")

    narrow = baseline(team, "dana", "--path", "keys.py")
    assert (narrow.code, "lets nobody accept" in narrow.err) == (2, True), narrow.text
    quiet = baseline(team, "dana", "--path", "config.py")
    assert (quiet.code, "`--rule assigned-secret`" in quiet.err) == (2, True), quiet.text
    assert key not in narrow.text
    assert guessed not in quiet.text

    done = baseline(team)
    assert done.code == 0, done.err
    assert "of severity critical, which asks for a hardware key that is touched" in done.out
    assert "are secrets; revoke them, or name their rule" in done.out
    named = baseline(team, "dana", "--rule", "assigned-secret")
    assert (named.code, "assigned-secret" in named.out) == (0, True), named.err
    assert guessed not in named.out


def test_what_baseline_refuses(team) -> None:
    old(team)
    cases = {
        "nothing was found of such a rule": baseline(team, "dana", "--rule", RULE[:-1]),
        "nothing was found there": baseline(team, "dana", "--path", "shop/"),
        "`--path a//b`": baseline(team, "dana", "--path", "a//b"),
        "is over": baseline(team, until="2020-01-01"),
        "for which the policy allows 90 days": baseline(team, until=team.in_days(95)),
        "the role": baseline(team, "lee", "--with", "sam", role="security"),
        "automation": baseline(team, "robot"),
        "nobody is here to be asked": team.aigate(
            *("dana", "baseline", "--as", "developer", "--until", team.in_days(9)),
            *("--reason", "r", "--with", "sam"),
        ),
    }
    for words, done in cases.items():
        assert (done.code, words in done.err) == (2, True), (words, done.err)
    assert f"did you mean `{RULE}`?" in cases["nothing was found of such a rule"].err
    assert team.records() == []
