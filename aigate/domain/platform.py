"""What a code host says about a change: who asked for it, and who approved of what."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from aigate.value import dataclass

GONE: Final = 0
"""The number of an account that is no more; what it said stays, and counts for nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Somebody on the code host, by the number that stays; `is_human` as the host says."""

    id: int
    is_human: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequest:
    """A request to merge `head`; `fork` says that it comes from another repository."""

    number: int
    head: str
    opener: Account
    fork: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What somebody thinks of one commit; `state` in the words of the host, in capitals."""

    id: int
    by: Account
    state: str
    commit: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """What somebody wrote; `edited` says that it is not, or may not be, shown as it was written.

    `through_app` says that a program wrote it in somebody's name.
    """

    id: int
    by: Account
    text: str
    edited: bool = False
    through_app: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Testimony:
    """Everything that a code host says about one change, read at one time.

    `platform` is its name, such as `github`. `head` is the commit that approvals must be about,
    empty if there is not one alone. `openers` are the accounts that opened the change. `unread`
    is a reason code where some of it could not be had; then none of it counts, but for the
    openers. `aimed_at` is when the change was last meant for another branch than before, None if
    it never was: what was approved until then was approved for somewhere else.
    """

    platform: str
    asked_at: datetime
    head: str = ""
    openers: tuple[Account, ...] = ()
    reviews: tuple[Review, ...] = ()
    comments: tuple[Comment, ...] = ()
    unread: str = ""
    aimed_at: datetime | None = None
