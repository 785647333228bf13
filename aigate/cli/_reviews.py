"""Asks GitHub who opened a change, who approved of it and who wrote what, at the time of asking."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

from aigate.cli.streams import say
from aigate.documents.github_answers import (
    Fields,
    read_aims,
    read_comments,
    read_pull,
    read_reviews,
)
from aigate.documents.testimony import at_second
from aigate.domain.platform import Comment, PullRequest, Testimony
from aigate.engine.reviews import wishes
from aigate.engine.shown import line
from aigate.errors import AigateError, IncompleteError
from aigate.remote.github import GitHub

PLATFORM = "github"

# The branch of a merge queue names the last request of a group.
_QUEUED = re.compile(r"refs/heads/gh-readonly-queue/.{1,255}/pr-([1-9][0-9]{0,8})-[0-9a-f]{40,64}")


def of_pull(api: GitHub, number: int, *, at: datetime) -> Testimony:
    """Ask about one pull request.

    Where its reviews could not be had, who opened it is said all the same.

    Raises:
        IncompleteError: nothing could be had; the code says why.
    """
    pull = read_pull(api.get(f"pulls/{number}"))
    if pull.number != number:
        raise _other()
    try:
        reviews = read_reviews(api.pages(f"pulls/{number}/reviews"))
        comments = tuple(_kept(read_comments(api.pages(f"issues/{number}/comments"))))
        aimed_at = read_aims(api.pages(f"issues/{number}/timeline")) if comments else None
    except IncompleteError as error:
        return replace(unread(error, at=at), openers=(pull.opener,))
    return Testimony(
        platform=PLATFORM,
        asked_at=at_second(at),
        head=pull.head,
        openers=(pull.opener,),
        reviews=reviews,
        comments=comments,
        aimed_at=aimed_at,
    )


def of_group(api: GitHub, *, head: str, ref: str, at: datetime) -> Testimony:
    """Ask about the pull requests of a group in a merge queue.

    Where there are several, everybody who opened one of them is an author, and no review counts:
    none of them is about all of it.

    Raises:
        IncompleteError: not all of it could be had; the code says why.
    """
    named = _QUEUED.fullmatch(ref)
    numbers = {int(named[1])} if named else set()
    for each in api.pages(f"commits/{head}/pulls"):
        numbers.add(Fields(each, "pull request").number("number"))
    if not numbers:
        raise _other()
    if len(numbers) == 1:
        return of_pull(api, numbers.pop(), at=at)
    pulls: list[PullRequest] = [read_pull(api.get(f"pulls/{one}")) for one in sorted(numbers)]
    return Testimony(
        platform=PLATFORM,
        asked_at=at_second(at),
        openers=tuple(pull.opener for pull in pulls),
        unread="several-pull-requests",
    )


def unread(error: AigateError, *, at: datetime) -> Testimony:
    """Return that it could not be had, and why; the log says so."""
    say(f"reviews were not read: {line(error.message, 200)}\n")
    return Testimony(platform=PLATFORM, asked_at=at_second(at), unread=error.code)


def _kept(comments: tuple[Comment, ...]) -> list[Comment]:
    """Return the comments that ask for something; nobody needs to carry the others along."""
    return [one for one in comments if next(wishes(one.text), None)]


def _other() -> IncompleteError:
    return IncompleteError(
        "GitHub does not say which pull request this is",
        hint="run the job again",
        code="pull-request-unknown",
    )
