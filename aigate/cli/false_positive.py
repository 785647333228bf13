"""`aigate false-positive`: one person signs that a finding is none; another one cosigns."""

from __future__ import annotations

import click

from aigate.cli._completions import fingerprints
from aigate.cli._wish import Wish, options
from aigate.cli.accept import propose
from aigate.cli.exits import OK, finish
from aigate.domain.accountability import StatementKind


@click.command(name="false-positive")
@click.argument("fingerprint", shell_complete=fingerprints)
@click.pass_obj
@options
def false_positive(directory: str, *, fingerprint: str, wish: Wish) -> None:
    """Say that a finding is a mistake of the scanner, as the first of two people.

    It has an end as well: code and rules change, and somebody should look again.
    """
    kind = StatementKind.FALSE_POSITIVE
    propose(directory, fingerprint, wish, kind=kind, code="false-positive")
    finish(OK)
