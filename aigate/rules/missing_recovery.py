"""Nobody has agreed on what happens after an incident."""

from __future__ import annotations

from collections.abc import Iterator

from aigate.domain.initiative import Owners, Recovery
from aigate.domain.rule import Rule
from aigate.domain.severity import Severity
from aigate.domain.usage import NAME, Objection, Usage, UsageRule
from aigate.engine.usage import key_at


def _check(usage: Usage) -> Iterator[Objection]:
    for initiative in usage.initiatives:
        if initiative.recovery is None:
            yield Objection(
                at=initiative.at,
                message=(
                    f"`{initiative.name}` has no recovery plan;"
                    " hint: add `recovery`, with `fallback` and `declares-safe`"
                ),
                matter="none",
            )
        elif missing := list(_missing(initiative.recovery)):
            parts = " and ".join(f"`{part}`" for part in missing)
            yield Objection(
                at=key_at(initiative, "recovery"),
                message=f"the recovery plan has no {parts}; hint: add them under `recovery`",
                matter="\0".join(missing),
            )


def _missing(plan: Recovery) -> Iterator[str]:
    if not plan.fallback:
        yield "fallback"
    if plan.declares_safe == Owners():
        yield "declares-safe"


RULE = UsageRule(
    page=Rule(
        name="missing-recovery",
        scanner=NAME,
        title="No plan for recovery",
        severity=Severity.MEDIUM,
        what="A manifest has no recovery plan, or one without a fallback or without a person.",
        why=(
            "While it is down, people improvise, and whoever switches it on again decides alone"
            " that it is safe."
        ),
        fix="Agree on a fallback, on who declares it safe, and on the order, and write it down.",
        controls=(
            "owasp-aisvs/AC.14.1",
            "nist-800-53/CP-2",
            "nist-800-53/CP-10",
            "nist-800-53/IR-8",
            "nist-ssdf/RV.3.1",
            "nist-ai-rmf/MANAGE-2.4",
            "nist-ai-rmf/MANAGE-4.1",
            "cmmc/IR.L2-3.6.1",
            "iso-42001/A.8.4",
        ),
    ),
    check=_check,
)
