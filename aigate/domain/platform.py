"""What a code host says about a change: who asked for it, and who approved of what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


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
    """What somebody wrote; `edited` says that it is not, or may not be, as it was written.

    `through_app` says that a program wrote it in somebody's name.
    """

    id: int
    by: Account
    text: str
    edited: bool = False
    through_app: bool = False
