"""Nobody is named who answers for an initiative, or one person takes two seats."""

from __future__ import annotations

from collections.abc import Iterator

from aigate.domain.initiative import Impact, Initiative
from aigate.domain.rule import Rule
from aigate.domain.severity import Severity
from aigate.domain.usage import NAME, Objection, Usage, UsageRule
from aigate.engine.usage import key_at, same


def _check(usage: Usage) -> Iterator[Objection]:
    for initiative in usage.initiatives:
        missing = list(_missing(initiative))
        owners = initiative.owners
        if missing:
            seats = " and ".join(f"`{seat}`" for seat in missing)
            yield Objection(
                at=key_at(initiative, "owners"),
                message=f"no owner for {seats}; hint: name one under `owners`, as `@name`",
                matter="\0".join(missing),
            )
        elif same(owners.developer, owners.security):
            yield Objection(
                at=key_at(initiative, "owners"),
                message=(
                    f"`{owners.developer}` is both developer and security;"
                    " hint: name two different people or teams"
                ),
                matter="same",
            )


def _missing(initiative: Initiative) -> Iterator[str]:
    if not initiative.owners.developer:
        yield "developer"
    if not initiative.owners.security:
        yield "security"
    if initiative.impact is Impact.HIGH and not initiative.owners.business:
        yield "business"


RULE = UsageRule(
    page=Rule(
        name="missing-owner",
        scanner=NAME,
        title="Nobody answers for an initiative",
        severity=Severity.HIGH,
        what=(
            "A manifest names no developer or no security person, the same one for both, or, for"
            " high impact, nobody for the business."
        ),
        why=(
            "After an incident everybody points at somebody else. Two names, agreed before, end"
            " that."
        ),
        fix="Name both under `owners`, and two different ones.",
        controls=(
            "owasp-aisvs/AC.14.1",
            "nist-800-53/IR-4",
            "nist-800-53/CP-2",
            "nist-ssdf/PO.2.1",
            "nist-ai-rmf/GOVERN-2.1",
            "omb-m-25-21/human-oversight",
            "iso-42001/A.3.2",
        ),
    ),
    check=_check,
)
