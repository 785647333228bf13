"""The approval of an initiative is over, or high impact has none."""

from __future__ import annotations

from collections.abc import Iterator

from aigate.domain.initiative import Impact
from aigate.domain.rule import Rule
from aigate.domain.severity import Severity
from aigate.domain.usage import NAME, Objection, Usage, UsageRule
from aigate.engine.usage import key_at


def _check(usage: Usage) -> Iterator[Objection]:
    for initiative in usage.initiatives:
        until = initiative.approved_until
        if until is None:
            if initiative.impact is Impact.HIGH:
                yield Objection(
                    at=key_at(initiative, "impact"),
                    message=(
                        "high impact, and no approval is recorded;"
                        " hint: have it approved, and set `approved-until`"
                    ),
                    matter="none",
                )
        elif until < usage.at:
            yield Objection(
                at=key_at(initiative, "approved-until"),
                message=(
                    f"the approval of `{initiative.name}` ended on {until.isoformat()};"
                    " hint: have it approved again, or take the use out"
                ),
                matter=until.isoformat(),
            )


RULE = UsageRule(
    page=Rule(
        name="expired-approval",
        scanner=NAME,
        title="The approval of an initiative is over",
        severity=Severity.HIGH,
        what="`approved-until` of a manifest has passed, or an initiative of high impact has none.",
        why=(
            "Models, terms and laws change. Whoever approved of it did so for what they knew then,"
            " and until that day."
        ),
        fix="Look at it again with both owners, and record a new date; or stop the use.",
        controls=(
            "owasp-aisvs/AC.4.3",
            "nist-800-53/CA-6",
            "nist-800-53/CA-7",
            "nist-800-53/RA-3",
            "nist-ai-rmf/GOVERN-2.3",
            "nist-ai-rmf/MANAGE-1.4",
            "cmmc/CA.L2-3.12.2",
            "eu-ai-act/9",
        ),
    ),
    check=_check,
)
