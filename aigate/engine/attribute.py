"""Says who answers for a finding, and until when."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from aigate.domain.finding import Finding, Seats
from aigate.domain.policy import SeatRule
from aigate.engine.patterns import matches_path

OwnersOf = Callable[[str], tuple[str, ...]]
"""The owners of a path by the CODEOWNERS file of the reference; empty where it names none."""


def seats(finding: Finding, rules: Sequence[SeatRule], owners_of: OwnersOf) -> Seats:
    """Return who takes the developer's and the security seat for a finding.

    The developer's seat goes to the code owners of the path, else to the last of the
    policy's rules that matches; the security seat always comes from the policy.
    """
    developer = security = ""
    for rule in rules:
        if rule.paths and not any(matches_path(p, finding.at.path) for p in rule.paths):
            continue
        if rule.severities and finding.severity not in rule.severities:
            continue
        developer = rule.developer or developer
        security = rule.security or security
    owners = owners_of(finding.at.path)
    return Seats(developer=" ".join(owners) or developer, security=security)


def due(first_seen: date | None, fix_within: int | None) -> str:
    """Return the ISO date until which a finding must be fixed, or the empty text."""
    if first_seen is None or fix_within is None:
        return ""
    try:
        return (first_seen + timedelta(days=fix_within)).isoformat()
    except OverflowError:  # dates of commits are whatever their author wrote
        return ""
