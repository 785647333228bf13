"""Who answers for a finding is told from owners and history, and a forged name gains nothing."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.slow

RULE = "python-jwt-unverified"
CALL = 'jwt.decode(token, options={"verify_signature": False})'
CODE = f"import jwt\n\n\ndef user_of(token):\n    return {CALL}\n"


def finding(team) -> dict:
    return next(one for one in team.scan().report["findings"] if one["rule"] == RULE)


def on_main(team, path: str, text: str, person: str = "lee") -> None:
    team.write(path, text)
    team.commit(person, f"write {path}")


def test_the_author_answers_where_nobody_owns_the_code(team) -> None:
    team.change()

    seen = finding(team)

    assert seen["owners"] == {"developer": "dana", "security": "", "merger": ""}
    assert seen["introduced"]["author"] == "dana"
    assert seen["first_seen"] == team.in_days(0)
    assert "dev `dana`, security nobody, due " in team.aigate("lee", "scan", "--base", "main").out


def test_c_051_a_forged_author_takes_no_duty_gains_no_right_and_loses_the_other_pen(team) -> None:
    on_main(team, "CODEOWNERS", "* @owners\n")
    # `dana` commits under the name of `sam`, who is from security.
    team.change(person="sam")
    seen = finding(team)
    assert seen["owners"]["developer"] == "@owners"
    assert seen["owners"]["security"] == ""
    assert (seen["introduced"]["author"], seen["decision"]) == ("sam", "open")

    name = team.fingerprint()
    assert team.accept("dana", name, "--with", "sam").code == 0
    team.cosign("sam", name)
    team.commit("dana", "accepted")
    assert "security-signed-own-change" in team.blocked()


def test_c_052_trailers_give_no_seat_and_take_none(team) -> None:
    team.git("dana", "checkout", "-q", "-b", "feature")
    team.write("session.py", team.code)
    team.commit("dana", "a\n\nReviewed-by: sam <sam@example.org>\nCo-authored-by: both <b@c>\n")

    assert finding(team)["owners"] == {"developer": "dana", "security": "", "merger": ""}


def test_c_115_security_may_keep_a_branch_up_to_date_and_sign_what_is_on_it(team) -> None:
    team.change()
    team.git("lee", "checkout", "-q", "main")
    on_main(team, "other.py", "x = 1\n")
    team.git("sam", "checkout", "-q", "feature")
    team.git("sam", "merge", "-q", "--no-edit", "main")
    name = team.fingerprint()
    for done in (team.accept("dana", name, "--with", "sam"), team.cosign("sam", name)):
        assert done.code == 0, done.err
    team.commit("sam", "signed")

    assert team.blocked() == ()


def test_c_115_security_who_adds_to_a_merge_may_not_sign(team) -> None:
    team.change()
    team.git("lee", "checkout", "-q", "main")
    on_main(team, "other.py", "x = 1\n")
    team.git("sam", "checkout", "-q", "feature")
    team.git("sam", "merge", "-q", "--no-commit", "--no-ff", "main")
    team.write("smuggled.py", "y = 1\n")
    team.commit("sam", "merge main")
    name = team.fingerprint()
    assert team.accept("dana", name, "--with", "sam").code == 0
    team.cosign("sam", name)
    team.commit("dana", "signed")

    assert "security-signed-own-change" in team.blocked()


def test_what_was_merged_names_who_wrote_and_who_merged_and_is_overdue_in_time(team) -> None:
    team.change()
    team.git("lee", "checkout", "-q", "main")
    dated = {
        "GIT_AUTHOR_DATE": "2024-01-02T12:00:00Z",
        "GIT_COMMITTER_DATE": "2024-01-02T12:00:00Z",
    }
    words = [f"{name}={value}" for name, value in dated.items()]
    done = team.run("lee", "env", *words, "git", "merge", "-q", "--no-ff", "-m", "merge", "feature")
    assert done.code == 0, done.err
    team.git("dana", "checkout", "-q", "-b", "next")
    team.write("session.py", team.code + "\n\nx = 1\n")
    team.commit("dana", "go on")

    seen = finding(team)

    assert seen["status"] == "existing"
    assert seen["owners"]["developer"] == "dana"
    assert seen["owners"]["merger"] == "lee"
    # One wrong clock does not count: the merge is as old as what it merged, at least.
    assert seen["first_seen"] == team.in_days(0)
    assert (seen["overdue"], seen["blocking"]) == (False, False)


def test_what_is_overdue_is_said_in_every_format_and_blocks_nothing_by_that(project) -> None:
    project.commit({"session.py": CODE})
    project.commit({"session.py": f"{CODE}\n\nx = 1\n"})
    ways = ("--base", "main~1", "--head", "main")
    beside = [f"-o{name}={project.home}/{name}" for name in ("markdown", "text")]

    seen = project.scan(*ways, *beside)

    (one,) = [each for each in seen.findings("session.py") if each["rule"] == RULE]
    assert (seen.code, one["blocking"], one["overdue"]) == (0, False, True)
    assert (one["first_seen"], one["due"]) == ("2023-11-14", "2024-02-12")
    assert "overdue" in one["reason_codes"]
    for file in project.home.glob("*"):
        if file.name in ("markdown", "text"):
            said = file.read_text().replace("`", "")
            assert "nobody, overdue since 2024-02-12; hint: name owners in CODEOWNERS" in said


def test_a_shallow_clone_says_that_a_date_is_missing_and_how_to_get_it(project, tmp_path) -> None:
    project.commit({"session.py": CODE})
    project.commit({"session.py": f"{CODE}\n\nx = 1\n"})
    project.commit({"session.py": f"{CODE}\n\nx = 2\n"})
    clone = tmp_path / "clone"
    project.git("clone", "--quiet", "--depth=2", f"file://{project.root}", str(clone))
    ways = ("--base", "HEAD~1", "--head", "HEAD", "--format", "json")

    seen = project.run("scan", *ways, cwd=clone)

    (one,) = [each for each in seen.findings("session.py") if each["rule"] == RULE]
    assert (seen.code, one["first_seen"], one["due"], one["fix_within_days"]) == (0, "", "", 90)
    assert any("shallow" in note and "fetch-depth: 0" in note for note in seen.report["notes"])


def test_c_115_whoever_opened_the_change_is_an_author_whatever_its_commits_say(team) -> None:
    team.accepted(with_="sam")

    assert team.blocked("--opener", "github:8") == ()
    assert "security-signed-own-change" in team.blocked("--opener", "github:7")
    assert team.scan("--opener", "sam").code == 2
