"""The one comment on a pull request, as the step of the action leaves it on a GitHub."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from aigate.cli._pull_request import MARK
from tests.remote.github_fake import BOT, REPOSITORY, TOKEN, Reply

HEAD = "a" * 40
NUMBER = 12


@pytest.fixture(scope="module")
def decided(make_project):
    """What a run about something that blocks leaves, and a run about something calm."""
    project = make_project("decided")
    project.commit({"README.md": "hello\n"})
    project.commit(
        {"a.txt": 'x = "\u202e abc" @acme/all Closes #1\n'}, branch="topic", parents=["main"]
    )
    project.commit({"b.txt": "calm\n"}, branch="calm", parents=["main"])
    left = {}
    for branch in ("topic", "calm"):
        folder = project.home / branch
        folder.mkdir()
        project.run(
            "scan", "--base", "main", "--head", branch, "--quiet",
            "--decision", str(folder / "decision.json"), "-o", f"comment={folder}/comment.md",
        )  # fmt: skip
        left[branch] = folder
    return SimpleNamespace(project=project, **left)


@pytest.fixture
def comment(decided, github, tmp_path):
    """Run the step; by default for a pull request that is there and blocks."""
    github.pull(NUMBER, head=HEAD)

    def run(branch="topic", *, fork=False, number=NUMBER, head=HEAD, **environ):
        event = tmp_path / "event.json"
        event.write_text(payload(number, head, fork=fork))
        folder = getattr(decided, branch)
        given = {
            "GITHUB_EVENT_NAME": "pull_request",
            "GITHUB_EVENT_PATH": str(event),
            "GITHUB_API_URL": github.url,
            "GITHUB_REPOSITORY": REPOSITORY,
            "AIGATE_TOKEN": TOKEN,
            "AIGATE_TOKEN_GIVEN": "false",
            "AIGATE_DECISION": str(folder / "decision.json"),
            "AIGATE_COMMENT_FILE": str(folder / "comment.md"),
            **environ,
        }
        seen = decided.project.run("github-action", "comment", **given)
        assert TOKEN not in seen.text
        return seen

    return run


def payload(number, head, *, fork=False):
    pull = {
        "number": number,
        "user": {"id": 7, "type": "User"},
        "head": {"sha": head, "repo": {"id": 2 if fork else 1}},
        "base": {"ref": "main", "repo": {"id": 1}},
    }
    return json.dumps({"pull_request": pull, "repository": {"default_branch": "main"}})


def test_what_blocks_is_said_once_with_few_questions(comment, github):
    first = comment()
    again = comment()

    assert (first.code, first.out) == (0, b"made a comment\n")
    assert again.out == b"the comment says it already\n"
    (made,) = github.comments[NUMBER]
    assert made["body"].startswith(f"{MARK}\n## aigate: fail\n")
    assert "- Answers: " in made["body"]
    assert "@acme" not in made["body"].replace("`", "")
    assert len(github.asked) == 4 + 3


def test_the_comment_is_changed_in_its_place(comment, github):
    comment()
    seen = comment("calm")

    assert seen.out == b"changed the comment\n"
    (made,) = github.comments[NUMBER]
    assert made["body"].startswith(f"{MARK}\n## aigate: pass\n")


WHEN = {
    "calm-auto": ("calm", "", 0),
    "calm-always": ("calm", "always", 1),
    "calm-never": ("calm", "never", 0),
    "blocks-auto": ("topic", "auto", 1),
    "blocks-never": ("topic", "never", 0),
}


@pytest.mark.parametrize("name", WHEN)
def test_it_comments_when_it_is_asked_to(comment, github, name):
    branch, when, count = WHEN[name]
    assert comment(branch, AIGATE_COMMENT=when).code == 0
    assert len(github.comments[NUMBER]) == count


def test_the_mark_in_a_strangers_comment_means_nothing(comment, github):
    github.comment(NUMBER, 666, f"{MARK}\n## aigate: pass\n")
    github.comment(NUMBER, BOT, f"look: {MARK}", kind="Bot")
    comment()

    assert [one["body"][:60].partition("\n")[0] for one in github.comments[NUMBER]] == [
        MARK, f"look: {MARK}", MARK,
    ]  # fmt: skip
    assert github.comments[NUMBER][0]["body"].endswith("pass\n")
    assert comment("calm").out == b"changed the comment\n"
    assert github.comments[NUMBER][0]["user"]["id"] == 666


def test_the_own_comment_is_found_behind_hundreds_of_others(comment, github):
    for number in range(120):
        github.comment(NUMBER, 666, f"{number}")
    comment()
    comment("calm")

    assert len(github.comments[NUMBER]) == 121
    assert github.comments[NUMBER][-1]["body"].startswith(f"{MARK}\n## aigate: pass\n")


def test_an_app_that_does_not_know_its_name_does_not_comment_again_and_again(comment, github):
    github.comment(NUMBER, 999, f"{MARK}\nx", kind="Bot")
    seen = comment()

    assert seen.out.startswith(b"::warning title=aigate::another app has commented")
    assert github.written() == []


def test_an_older_run_does_not_speak_over_a_newer_one(comment, github):
    seen = comment(head="b" * 40)

    assert b"there is a newer commit" in seen.out
    assert github.written() == []


FAILURES = {
    "C-066-401": (401, "does not take the token"),
    "C-066-403": (403, "give the job the permission"),
    "C-066-404": (404, "shows no such thing"),
    "C-066-410": (410, "is gone"),
    "C-066-422": (422, "takes this for invalid"),
    "C-066-429": (429, "asked too often"),
    "C-066-500": (500, "is not available"),
    "C-066-302": (302, "somewhere else"),
    "C-066-garbage": (200, "is no JSON"),
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_comment_that_cannot_be_left_is_one_warning(comment, decided, github, name):
    status, says = FAILURES[name]
    before = (decided.calm / "decision.json").read_bytes()
    github.script = lambda _method, path: (
        Reply(status, b"<html>", {"Retry-After": "3600", "Location": f"https://x:{TOKEN}@x.test/"})
        if "comments" in path
        else None
    )
    seen = comment("calm", AIGATE_COMMENT="always")

    assert seen.code == 0
    assert (decided.calm / "decision.json").read_bytes() == before
    (said,) = seen.out.decode().splitlines()
    assert said.startswith("::warning title=aigate::GitHub")
    assert says in said or (status, "asked too often" in said) == (403, True)
    assert "%0Ahint: " in said


ODD = {
    "C-066-fork": ({"fork": True}, "the token of a fork's run cannot comment"),
    "no-token": ({"AIGATE_TOKEN": ""}, "::warning title=aigate::there is no token"),
    "when": ({"AIGATE_COMMENT": "some\n::error::x"}, "::warning title=aigate::`some\\n::error::x`"),
    "token-in-url": (
        {"GITHUB_API_URL": f"https://x:{TOKEN}@x.test"},
        "::warning title=aigate::the address of GitHub's API",
    ),
    "plain-http": ({"GITHUB_API_URL": "http://x.test"}, "::warning title=aigate::the address"),
    "repository": ({"GITHUB_REPOSITORY": "../x"}, "::warning title=aigate::the name of the"),
    "event": ({"GITHUB_EVENT_NAME": "push"}, "no comment was asked for"),
    "no-payload": ({"GITHUB_EVENT_PATH": "/nowhere"}, "::warning title=aigate::the payload"),
    "no-decision": ({"AIGATE_DECISION": ""}, "nothing was decided"),
    "no-pull-request": ({"number": 99}, "::warning title=aigate::GitHub shows no such thing"),
}


@pytest.mark.parametrize("name", ODD)
def test_where_there_is_nothing_to_do_it_says_so_and_ends_well(comment, github, name):
    options, says = ODD[name]
    seen = comment(**options)

    assert seen.code == 0
    (said,) = seen.out.decode().splitlines()
    assert said.startswith(says)
    assert github.written() == []
