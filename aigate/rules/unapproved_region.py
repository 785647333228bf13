"""A service runs in a region that the policy does not approve of, or names none."""

from __future__ import annotations

from collections.abc import Iterator

from aigate.domain.initiative import ComponentKind
from aigate.domain.rule import Rule
from aigate.domain.severity import Severity
from aigate.domain.usage import NAME, Objection, Usage, UsageRule
from aigate.engine.usage import components, is_approved


def _check(usage: Usage) -> Iterator[Objection]:
    approved = usage.approved.regions
    if approved is None:
        return
    for _, service in components(usage.initiatives, ComponentKind.SERVICE):
        if not is_approved(service.region, approved):
            runs = f"runs in `{service.region}`" if service.region else "names no region"
            yield Objection(
                at=service.at,
                message=(
                    f"service `{service.name}` {runs}, and the policy approves of"
                    f" {', '.join(f'`{one}`' for one in approved[:8]) or 'none'};"
                    " hint: choose one of these, and set `region`"
                ),
                matter=f"{service.name}\0{service.region}",
            )


RULE = UsageRule(
    page=Rule(
        name="unapproved-region",
        scanner=NAME,
        title="Region that the policy does not approve of",
        severity=Severity.HIGH,
        what="A service runs where the policy's `approved.regions` does not allow, or nobody knows.",
        why="The law that protects the data ends where the service runs.",
        fix="Have the service run in an approved region, and declare it.",
        cwe=(200, 1357),
        controls=(
            "owasp-llm/LLM02",
            "nist-800-53/AC-20",
            "nist-800-53/SA-9",
            "nist-800-53/SC-7",
            "nist-ai-rmf/GOVERN-6.1",
            "cmmc/AC.L1-3.1.20",
            "iso-42001/A.10.3",
        ),
    ),
    check=_check,
)
