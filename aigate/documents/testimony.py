"""What a code host says about a change, as a file between the step that asks and the one that judges.

The step that asks has a token and looks at nothing of the change; the one that judges looks at
all of it, and has no token.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime

from aigate.documents.github_answers import Fields
from aigate.domain.platform import GONE, Account, Comment, Review, Testimony
from aigate.domain.regex import regex
from aigate.engine.strict_json import Json, read_json
from aigate.errors import AigateError, UsageError

SCHEMA = "aigate-reviews/1"
LARGEST = 32 * 1024 * 1024
"""The size of the largest file, in bytes."""

_TIME = "%Y-%m-%dT%H:%M:%SZ"
_CODE = regex(r"(?:[a-z]+(?:-[a-z]+)*)?")


def testimony_text(said: Testimony) -> str:
    """Return the file that `read_testimony` reads."""
    value = {
        "schema": SCHEMA,
        "platform": said.platform,
        "asked_at": said.asked_at.strftime(_TIME),
        "head": said.head,
        "unread": said.unread,
        "aimed_at": said.aimed_at.strftime(_TIME) if said.aimed_at else "",
        "openers": [_account_json(one) for one in said.openers],
        "reviews": [
            {
                "id": one.id,
                "user": _account_json(one.by),
                "state": one.state,
                "commit_id": one.commit,
                "submitted_at": one.at.strftime(_TIME),
            }
            for one in said.reviews
        ],
        "comments": [
            {
                "id": one.id,
                "user": _account_json(one.by),
                "body": one.text,
                "edited": one.edited,
                "through_app": one.through_app,
            }
            for one in said.comments
        ],
    }
    return json.dumps(value) + "\n"


def read_testimony(data: bytes, *, file: str) -> Testimony:
    """Read what `testimony_text` wrote.

    Raises:
        UsageError: it is something else.
    """
    try:
        fields = Fields(read_json(data, file=file, largest=LARGEST), "part")
        commit = fields.text("head")
        if fields.text("schema") != SCHEMA or not _CODE.fullmatch(fields.text("unread")):
            raise _odd(file)
        return Testimony(
            platform=fields.text("platform"),
            asked_at=fields.time("asked_at"),
            head=fields.commit("head") if commit else "",
            openers=tuple(_account(Fields(one, "opener")) for one in fields.items("openers")),
            reviews=tuple(_review(Fields(one, "review")) for one in fields.items("reviews")),
            comments=tuple(_comment(Fields(one, "comment")) for one in fields.items("comments")),
            unread=fields.text("unread"),
            aimed_at=fields.time("aimed_at") if fields.text("aimed_at") else None,
        )
    except AigateError as error:
        raise _odd(file) from error


def at_second(time: datetime) -> datetime:
    """Return a time as the file keeps it."""
    return time.astimezone(UTC).replace(microsecond=0)


def _account_json(one: Account) -> dict[str, Json]:
    return {"id": one.id, "is_human": one.is_human}


def _account(fields: Fields) -> Account:
    number = GONE if fields.optional("id") == GONE else fields.number("id")
    return Account(id=number, is_human=fields.optional("is_human") is True)


def _review(fields: Fields) -> Review:
    return Review(
        id=fields.number("id"),
        by=_account(fields.inner("user")),
        state=fields.text("state"),
        commit=fields.text("commit_id"),
        at=fields.time("submitted_at"),
    )


def _comment(fields: Fields) -> Comment:
    # What is not plainly said counts for the worse.
    return Comment(
        id=fields.number("id"),
        by=_account(fields.inner("user")),
        text=fields.text("body"),
        edited=fields.optional("edited") is not False,
        through_app=fields.optional("through_app") is not False,
    )


def _odd(file: str) -> UsageError:
    return UsageError(
        f"`{file}` is not what `aigate github-action ask` writes",
        hint="give `--reviews` the file that the step before has left",
        code="reviews-form",
    )
