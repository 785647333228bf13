"""A provider is declared or used that the policy does not approve of."""

from __future__ import annotations

from collections.abc import Iterator

from aigate.domain.initiative import ComponentKind
from aigate.domain.inventory import UseKind
from aigate.domain.rule import Rule
from aigate.domain.severity import Severity
from aigate.domain.usage import NAME, Objection, Usage, UsageRule
from aigate.engine.usage import components, covering, is_approved, is_of


def _check(usage: Usage) -> Iterator[Objection]:
    approved = usage.approved.providers
    if approved is None:
        return
    for _, service in components(usage.initiatives, ComponentKind.SERVICE):
        if not is_approved(service.name, approved):
            yield Objection(
                at=service.at,
                message=_message(service.name, "is declared", approved),
                matter=service.name.casefold(),
            )
    for use in usage.inventory.uses:
        if use.kind is not UseKind.PROVIDER or not use.name or is_approved(use.name, approved):
            continue
        responsible = covering(usage.initiatives, use.at.path)
        # What is declared is told where it is declared.
        if not any(is_of(one, use) for _, one in components(responsible, ComponentKind.SERVICE)):
            yield Objection(
                at=use.at,
                message=_message(use.name, "is used", approved),
                matter=use.name.casefold(),
            )


def _message(name: str, deed: str, approved: tuple[str, ...]) -> str:
    choices = ", ".join(f"`{one}`" for one in approved[:8]) or "nobody"
    return (
        f"provider `{name}` {deed}, and the policy approves of {choices};"
        " hint: use one of these, or have the policy changed"
    )


RULE = UsageRule(
    page=Rule(
        name="unapproved-provider",
        scanner=NAME,
        title="Provider that the policy does not approve of",
        severity=Severity.HIGH,
        what="A provider is declared or used that is not in the policy's `approved.providers`.",
        why="Nobody has agreed with it on what it may do with the data that it gets.",
        fix="Use an approved provider, or have this one assessed and added to the policy.",
        cwe=(829, 1357),
        controls=(
            "owasp-llm/LLM03",
            "owasp-agentic/ASI04",
            "owasp-aisvs/AC.1.1",
            "nist-800-53/SA-9",
            "nist-800-53/SR-3",
            "nist-800-53/SR-5",
            "nist-800-53/CM-11",
            "nist-ai-rmf/GOVERN-6.1",
            "nist-ai-rmf/MANAGE-3.1",
            "cmmc/AC.L1-3.1.20",
            "iso-42001/A.10.3",
        ),
    ),
    check=_check,
)
