"""A model or data set has a licence that the policy does not approve of, or names none."""

from __future__ import annotations

from collections.abc import Iterator

from aigate.domain.initiative import ComponentKind
from aigate.domain.rule import Rule
from aigate.domain.severity import Severity
from aigate.domain.usage import NAME, Objection, Usage, UsageRule
from aigate.engine.usage import components, is_approved


def _check(usage: Usage) -> Iterator[Objection]:
    approved = usage.approved.licences
    if approved is None:
        return
    kinds = (ComponentKind.MODEL, ComponentKind.DATASET)
    for _, component in components(usage.initiatives, *kinds):
        if not is_approved(component.licence, approved):
            has = f"has the licence `{component.licence}`" if component.licence else "names none"
            yield Objection(
                at=component.at,
                message=(
                    f"{component.kind.value} `{component.name}` {has}, and the policy approves of"
                    f" {', '.join(f'`{one}`' for one in approved[:8]) or 'no licence'};"
                    " hint: set `licence` to its SPDX id, or use another one"
                ),
                matter=f"{component.kind.value}\0{component.name}\0{component.licence}",
            )


RULE = UsageRule(
    page=Rule(
        name="unapproved-licence",
        scanner=NAME,
        title="Licence that the policy does not approve of",
        severity=Severity.HIGH,
        what="A model or data set has a licence that is not in the policy's `approved.licences`.",
        why="Some licences forbid the very use that is meant, or pass duties on to whoever ships it.",
        fix="Use what has an approved licence, or have this licence looked at and added.",
        cwe=(1357,),
        controls=(
            "owasp-llm/LLM03",
            "nist-800-53/CM-10",
            "nist-800-53/SR-3",
            "nist-ssdf/PO.1.3",
            "nist-ai-rmf/GOVERN-6.1",
            "nist-ai-rmf/MAP-4.1",
            "iso-42001/A.10.3",
        ),
    ),
    check=_check,
)
