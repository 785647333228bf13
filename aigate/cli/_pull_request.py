"""Leaves one comment on a pull request, and keeps that one up to date.

It is found by its mark and by who wrote it: a comment of somebody else that holds the mark is
neither changed nor believed.
"""

from __future__ import annotations

from enum import StrEnum

from aigate.documents.github_answers import read_account, read_comments, read_pull
from aigate.domain.platform import Comment
from aigate.errors import IncompleteError
from aigate.remote.github import GitHub

MARK = "<!-- aigate: the one comment on this pull request -->"
"""What the comment starts with; nobody sees it."""

_LARGEST = 65_536  # characters
# How GitHub calls itself where a job has the token that every job gets.
_OWN_BOT = "/users/github-actions%5Bbot%5D"
_OF_A_JOB = "ghs_"


class When(StrEnum):
    """When to comment."""

    AUTO = "auto"
    """When something does not pass, and to correct what was said before."""
    ALWAYS = "always"
    NEVER = "never"


def leave(api: GitHub, number: int, *, head: str, body: str, worth_saying: bool) -> str:
    """Leave a comment, and say in a few words what was done.

    Args:
        api: A conversation about the repository of the pull request.
        number: The pull request.
        head: The commit that the comment is about.
        body: What to say, without the mark.
        worth_saying: Whether to say it where nothing was said before.

    Raises:
        IncompleteError: it could not be left; the code says why.
    """
    if read_pull(api.get(f"pulls/{number}")).head != head:
        return "there is a newer commit, and its own run will comment"
    own, sure = _own_account(api)
    marked = [
        one
        for one in read_comments(api.pages(f"issues/{number}/comments"))
        if one.text.startswith(MARK)
    ]
    mine = next((one for one in marked if one.by.id == own), None)
    if mine is None and not worth_saying:
        return "nothing to say"
    text = f"{MARK}\n{body}"
    if len(text) > _LARGEST:
        raise IncompleteError(
            "the comment is longer than GitHub allows",
            hint="see the summary of the job",
            code="comment-large",
        )
    if mine is None:
        _require_no_other_bot(marked, sure=sure)
        api.post(f"issues/{number}/comments", {"body": text})
        return "made a comment"
    if mine.text.replace("\r\n", "\n").rstrip("\n") == text.rstrip("\n"):
        return "the comment says it already"
    api.patch(f"issues/comments/{mine.id}", {"body": text})
    return "changed the comment"


def _own_account(api: GitHub) -> tuple[int, bool]:
    """Return the number of the account that the token speaks for, and whether that is sure."""
    if not api.token_starts_with(_OF_A_JOB):
        try:
            return read_account(api.get("/user")).id, True
        except IncompleteError as error:
            if error.code not in {"github-forbidden", "github-not-found"}:
                raise
    return read_account(api.get(_OWN_BOT)).id, False


def _require_no_other_bot(marked: list[Comment], *, sure: bool) -> None:
    """Refuse to comment again and again under the name of an app that does not know its own."""
    if not sure and any(not one.by.is_human for one in marked):
        raise IncompleteError(
            "another app has commented here for the gate",
            hint="use one token for all runs, best the one that the job has by itself",
            code="comment-other-app",
        )
