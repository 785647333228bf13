"""What shells complete beyond options: names of rules, and fingerprints of the last report."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from click.shell_completion import CompletionItem

from aigate.engine.shown import plain

if TYPE_CHECKING:
    import click

_MOST = 500
_SHORT = 12
_WORDS = 60


def rules_and_findings(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Complete the name of a rule, or the fingerprint of a finding of the last scan here."""
    return [*fingerprints(context, parameter, incomplete), *_rules(incomplete)]


def fingerprints(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Complete the fingerprint of a finding of the last scan here, those that block first."""
    del parameter
    return list(_fingerprints(str(context.find_root().params.get("directory", ".")), incomplete))


def _rules(incomplete: str) -> Iterator[CompletionItem]:
    from aigate.cli.packs import packs_folder  # noqa: PLC0415 - only shells ask for it

    try:
        names = (packs_folder() / "data" / "rules.txt").read_text(encoding="utf-8").split()
    except OSError:
        return
    # Bandit's have names with a slash, and people type what follows it.
    for name in names:
        if name.startswith(incomplete):
            yield CompletionItem(name)


def _fingerprints(directory: str, incomplete: str) -> Iterator[CompletionItem]:
    from aigate.cli.last import last_report  # noqa: PLC0415 - only shells ask for it

    try:
        found = json.loads(last_report(directory))["findings"]
        rows = sorted({_row(one) for one in found})
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return  # no report, or a damaged one
    for _, fingerprint, words in rows[:_MOST]:
        short = fingerprint[: max(_SHORT, len(incomplete))]
        if fingerprint.startswith(incomplete.lower()):
            yield CompletionItem(short, help=words)


def _row(one: dict[str, object]) -> tuple[bool, str, str]:
    words = plain(f"{one['rule']} {one['path']}:{one['line']}")[:_WORDS]
    return not one["blocking"], str(one["fingerprint"]), words
