"""Reads what GitHub says about the event that started a workflow, as what is to be judged.

The payload is written by the code host, and names and branches in it by whoever opened the
pull request: they are data, and go nowhere but into arguments.
"""

from __future__ import annotations

import json
from dataclasses import replace

from aigate.documents.github_answers import Fields, is_commit, read_pull
from aigate.domain.platform import PullRequest
from aigate.domain.regex import regex
from aigate.engine.strict_json import Json
from aigate.errors import IncompleteError, UsageError
from aigate.value import dataclass

_NOTHING = regex(r"0+")
_LARGEST = 64 * 1024 * 1024
_BRANCHES = "refs/heads/"
# In full: else a tag `origin/main`, which anybody can push, is what judges where git has no branch.
_TRACKED = "refs/remotes/origin/"
_PRIVILEGED = frozenset({"pull_request_target", "workflow_run", "issue_comment"})
OF_PULL = frozenset({"pull_request", "pull_request_review"})
"""The events about one pull request, whose workflow has no more rights than who opened it."""

_WHOLE = frozenset({"schedule", "workflow_dispatch", "repository_dispatch"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What an event asks to be judged.

    `base` and `head` are revisions, `base` empty where the whole tree is judged. `branch` is
    the name of the branch that the change is meant for, `default_branch` that of the
    repository, each empty if the event does not say; `opener` the account that opened the pull
    request, by its number, which stays when somebody is renamed.
    """

    base: str
    head: str
    branch: str = ""
    default_branch: str = ""
    opener: str = ""


def pull_of(payload: bytes) -> PullRequest:
    """Return the pull request of an event.

    Raises:
        IncompleteError: there is none in it.
    """
    value = _parsed(payload)
    return read_pull(value.get("pull_request") if isinstance(value, dict) else None)


def run_of(payload: bytes) -> int:
    """Return the number of the run that ended.

    Raises:
        IncompleteError: there is none in the event.
    """
    value = _parsed(payload)
    return Fields(value.get("workflow_run") if isinstance(value, dict) else None, "run").number(
        "id"
    )


def group_of(payload: bytes) -> tuple[str, str]:
    """Return the commit and the branch of a group in a merge queue.

    Raises:
        IncompleteError: there is none in it.
    """
    event = _Event(_parsed(payload))
    return event.commit("merge_group", "head_sha"), event.text("merge_group", "head_ref")


def read_event(name: str, payload: bytes, *, commit: str) -> Asked:
    """Say what is to be judged for an event.

    Args:
        name: The event, as in `GITHUB_EVENT_NAME`.
        payload: The file that `GITHUB_EVENT_PATH` names.
        commit: The commit that was checked out, as in `GITHUB_SHA`.

    Raises:
        UsageError: the event has rights that a gate must not have, or is of no use to it.
        IncompleteError: the payload does not say what it should.
    """
    if name in _PRIVILEGED:
        raise UsageError(
            f"a workflow for `{name}` has more rights than whoever wrote the change",
            hint="start the gate with `pull_request` and `merge_group`",
            code="event-privileged",
        )
    if not is_commit(commit):
        raise _unclear("GITHUB_SHA", "is no commit id")
    event = _Event(_parsed(payload))
    default = event.text("repository", "default_branch", optional=True)
    if name in OF_PULL:
        branch = event.text("pull_request", "base", "ref")
        return Asked(
            base=f"{_TRACKED}{branch}",
            head=commit,
            branch=branch,
            default_branch=default,
            opener=event.account("pull_request", "user", "id"),
        )
    if name == "merge_group":
        return Asked(
            base=event.commit("merge_group", "base_sha"),
            head=commit,
            branch=event.text("merge_group", "base_ref").removeprefix(_BRANCHES),
            default_branch=default,
        )
    if name == "push":
        return _push(event, commit, default)
    if name in _WHOLE:
        return _whole(event.text("ref", optional=True), commit, default)
    raise UsageError(
        f"the event `{name}` does not say what to judge",
        hint="use `pull_request`, `merge_group`, `push` or `schedule`, or give the input `base`",
        code="event-unknown",
    )


def _push(event: _Event, commit: str, default: str) -> Asked:
    ref = event.text("ref")
    branch = ref.removeprefix(_BRANCHES) if ref.startswith(_BRANCHES) else ""
    before = event.commit("before")
    if branch and not _NOTHING.fullmatch(before):
        return Asked(base=before, head=commit, branch=branch, default_branch=default)
    # A tag, or a branch that was not there before: all that the default branch has not.
    asked = _whole(ref, commit, default)
    return replace(asked, branch=branch)


def _whole(ref: str, commit: str, default: str) -> Asked:
    """Ask for the whole tree of the default branch, and for all that others have beyond it.

    A tree that is judged whole is judged by its own policy. Anybody who can push can make a tag
    or a branch, and the result is shown at the commit, where a pull request needs a pass.
    """
    elsewhere = bool(ref and default) and ref != f"{_BRANCHES}{default}"
    base = f"{_TRACKED}{default}" if elsewhere else ""
    return Asked(base=base, head=commit, default_branch=default)


def _parsed(payload: bytes) -> Json:
    if len(payload) > _LARGEST:
        raise _unclear("the event", f"has more than {_LARGEST} bytes")
    try:
        value: Json = json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise _unclear("the event", "is not JSON") from error
    return value


class _Event:
    """An event's payload, of which nothing is believed to be there."""

    def __init__(self, value: Json) -> None:
        """Take the payload as parsed."""
        self._value = value

    def text(self, *path: str, optional: bool = False) -> str:
        value = self._value
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        if value is None and optional:
            return ""
        if not isinstance(value, str) or not value or value.startswith("-"):
            raise _unclear(f"`{'.'.join(path)}`", "is missing from the event, or is no name")
        return value

    def account(self, *path: str) -> str:
        """Return an account by its number, the empty text if the event names none."""
        value = self._value
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        if value is None:
            return ""
        if type(value) is not int or value <= 0:
            raise _unclear(f"`{'.'.join(path)}`", "of the event is no number of an account")
        return f"github:{value}"

    def commit(self, *path: str) -> str:
        value = self.text(*path)
        if not is_commit(value):
            raise _unclear(f"`{'.'.join(path)}`", "of the event is no commit id")
        return value


def _unclear(what: str, why: str) -> IncompleteError:
    return IncompleteError(
        f"{what} {why}",
        hint="run the gate in a job of the workflow, or give the inputs `base` and `head`",
        code="event-unclear",
    )
