"""`aigate false-positive`: one person signs that a finding is none; another one cosigns."""

from __future__ import annotations

from datetime import datetime

import click

from aigate.cli.accept import options, propose
from aigate.cli.exits import OK, finish
from aigate.domain.accountability import Role, StatementKind


@click.command(name="false-positive")
@options
@click.pass_obj
def false_positive(
    directory: str,
    *,
    fingerprint: str,
    role: str,
    until: datetime,
    reason: str,
    code: str,
    control: str,
    other: str,
    key: str,
    yes: bool,
) -> None:
    """Say that a finding is a mistake of the scanner, as the first of two people.

    It has an end as well: code and rules change, and somebody should look again.
    """
    propose(
        directory,
        StatementKind.FALSE_POSITIVE,
        fingerprint=fingerprint,
        role=Role(role),
        until=until,
        words=(code or "false-positive", reason.strip(), control.strip()),
        other=other,
        key=key,
        yes=yes,
    )
    finish(OK)
