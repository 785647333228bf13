"""Says who answers for a finding, and until when."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from aigate.domain.finding import Finding, Introduction, Seats
from aigate.domain.policy import SeatRule
from aigate.engine.patterns import matches_path
from aigate.value import dataclass

OwnersOf = Callable[[str], tuple[str, ...]]
"""The owners of a path by the CODEOWNERS file of the reference; empty where it names none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """What the history says about a finding; empty where it cannot tell.

    `introduced` is the commit that brought it, and `author` the id of the registered human who
    answers for what that commit's author wrote. `merger` is who took it into the reference: an
    id of the registry, else the name in the commit. `first_seen` is the day from which the time
    to fix it counts.
    """

    introduced: Introduction | None = None
    author: str = ""
    merger: str = ""
    first_seen: date | None = None


UNKNOWN = Attribution()
"""What is said about a finding whose history nobody asked, or that has none."""


def seats(
    finding: Finding,
    rules: Sequence[SeatRule],
    owners_of: OwnersOf,
    told: Attribution = UNKNOWN,
) -> Seats:
    """Return who takes which seat for a finding.

    The developer's seat goes to the code owners of the path, else to the author of the commit
    that brought it, else to the last of the policy's rules that matches. The security seat
    always comes from the policy. So what a commit claims takes a duty from no code owner.
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
    return Seats(
        developer=" ".join(owners) or told.author or developer,
        security=security,
        merger=told.merger,
    )


def due(first_seen: date | None, fix_within: int | None) -> str:
    """Return the ISO date until which a finding must be fixed, or the empty text."""
    if first_seen is None or fix_within is None:
        return ""
    try:
        return (first_seen + timedelta(days=fix_within)).isoformat()
    except OverflowError:  # dates of commits are whatever their author wrote
        return ""
