"""Reads what GitHub's API answers, as far as it is of use, and believes none of it to be there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from aigate.domain.platform import GONE, Account, Comment, PullRequest, Review
from aigate.domain.regex import regex
from aigate.engine.strict_json import Json
from aigate.errors import IncompleteError

_COMMIT = regex(r"[0-9a-f]{40}|[0-9a-f]{64}")
_MOST = 10**15
_TIME = "%Y-%m-%dT%H:%M:%SZ"
_NOBODY = Account(id=GONE, is_human=False)
# Who stands in for all accounts that were deleted, where GitHub does not say nobody.
_GHOST = "ghost"
_PENDING = "PENDING"
# By hand, and where the branch that it was meant for is gone.
_AIMS = ("base_ref_changed", "automatic_base_change_succeeded")


def is_commit(text: str) -> bool:
    """Tell whether a text is the whole id of a commit."""
    return bool(_COMMIT.fullmatch(text))


def read_pull(value: Json) -> PullRequest:
    """Read a pull request.

    Raises:
        IncompleteError: it is none.
    """
    fields = Fields(value, "pull request")
    head, base = fields.inner("head"), fields.inner("base")
    return PullRequest(
        number=fields.number("number"),
        head=head.commit("sha"),
        opener=_account(fields, "user"),
        # Where the fork was deleted, GitHub says nothing of it.
        fork=head.optional("repo") is None
        or head.inner("repo").number("id") != base.inner("repo").number("id"),
    )


def read_account(value: Json) -> Account:
    """Read an account by itself.

    Raises:
        IncompleteError: it is none.
    """
    fields = Fields(value, "account")
    return Account(id=fields.number("id"), is_human=fields.optional("type") == "User")


def read_commit_parents(value: Json) -> tuple[str, ...]:
    """Read the parents of a commit.

    Raises:
        IncompleteError: it is none.
    """
    parents = Fields(value, "commit").items("parents")
    return tuple(Fields(one, "commit").commit("sha") for one in parents)


def read_comments(values: Sequence[Json]) -> tuple[Comment, ...]:
    """Read comments, in their order.

    Raises:
        IncompleteError: one of them is none.
    """
    return tuple(_comment(Fields(value, "comment")) for value in values)


def read_reviews(values: Sequence[Json]) -> tuple[Review, ...]:
    """Read reviews, in their order, without those that are not finished.

    Raises:
        IncompleteError: one of them is none.
    """
    each = [Fields(value, "review") for value in values]
    return tuple(_review(one) for one in each if one.text("state").upper() != _PENDING)


def read_aims(values: Sequence[Json]) -> datetime | None:
    """Return when a pull request was last meant for another branch, of all that happened to it.

    Raises:
        IncompleteError: something of it is not as it should be.
    """
    each = [Fields(value, "event") for value in values]
    times = [one.time("created_at") for one in each if one.optional("event") in _AIMS]
    return max(times, default=None)


def _comment(fields: Fields) -> Comment:
    text = fields.optional("body")
    return Comment(
        id=fields.number("id"),
        by=_account(fields, "user"),
        text=text if isinstance(text, str) else "",
        # What is hidden, nobody sees who looks at the pull request.
        edited=fields.time("created_at") != fields.time("updated_at")
        or fields.optional("minimized") is not None,
        through_app=fields.optional("performed_via_github_app") is not None,
    )


def _review(fields: Fields) -> Review:
    commit = fields.optional("commit_id")
    return Review(
        id=fields.number("id"),
        by=_account(fields, "user"),
        state=fields.text("state").upper(),
        commit=commit if isinstance(commit, str) and is_commit(commit) else "",
        at=fields.time("submitted_at"),
    )


def _account(fields: Fields, name: str) -> Account:
    value = fields.optional(name)
    if value is None or (isinstance(value, dict) and value.get("login") == _GHOST):
        return _NOBODY
    return read_account(value)


class Fields:
    """An object of an answer, of which nothing is believed to be there."""

    def __init__(self, value: Json, what: str) -> None:
        """Take an object; `what` names it in errors."""
        self._what = what
        if not isinstance(value, dict):
            raise self._odd("is none")
        self._value = value

    def optional(self, name: str) -> Json:
        """Return a field as it is, None if there is none."""
        return self._value.get(name)

    def inner(self, name: str) -> Fields:
        """Return an object within."""
        return Fields(self._value.get(name), self._what)

    def items(self, name: str) -> list[Json]:
        """Return a list within."""
        value = self._value.get(name)
        if not isinstance(value, list):
            raise self._odd(f"has no list `{name}`")
        return value

    def text(self, name: str) -> str:
        """Return a text."""
        value = self._value.get(name)
        if not isinstance(value, str):
            raise self._odd(f"has no text `{name}`")
        return value

    def number(self, name: str) -> int:
        """Return the number of something."""
        value = self._value.get(name)
        if type(value) is not int or not 0 < value < _MOST:
            raise self._odd(f"has no number `{name}`")
        return value

    def commit(self, name: str) -> str:
        """Return the id of a commit."""
        value = self.text(name)
        if not is_commit(value):
            raise self._odd(f"has no commit `{name}`")
        return value

    def time(self, name: str) -> datetime:
        """Return a time."""
        try:
            return datetime.strptime(self.text(name), _TIME).replace(tzinfo=UTC)
        except ValueError as error:
            raise self._odd(f"has no time `{name}`") from error

    def _odd(self, what: str) -> IncompleteError:
        return IncompleteError(
            f"a {self._what} of GitHub's answer {what}",
            hint="run the job again",
            code="github-answer",
        )
