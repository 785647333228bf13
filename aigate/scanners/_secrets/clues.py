"""Says what a text has of what each kind of secret needs, before anybody looks closely."""

from __future__ import annotations

from aigate.scanners._secrets.formats import hints_in, may_hold_aws_secret
from aigate.scanners._secrets.runs import Runs, holds_credentials, runs_in
from aigate.value import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Clues:
    """What is worth a closer look in a text."""

    runs: Runs
    hints: frozenset[str]
    private_key: bool
    aws_secret: bool
    credentials: bool


def clues_in(text: str) -> Clues | None:
    """Return the clues of a text, or nothing if there is no secret in it."""
    runs = runs_in(text)
    clues = Clues(
        runs=runs,
        hints=hints_in(text, runs),
        private_key="PRIVATE KEY" in text,
        aws_secret=may_hold_aws_secret(runs),
        credentials=holds_credentials(text),
    )
    some = clues.hints or clues.private_key or clues.aws_secret or clues.credentials
    return clues if some or runs.are_mixed else None
