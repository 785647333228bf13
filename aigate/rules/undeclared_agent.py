"""An agent, or a tool or server for one, is set up that no initiative declares."""

from __future__ import annotations

from collections.abc import Iterator

from aigate.domain.initiative import ComponentKind
from aigate.domain.inventory import Use, UseKind
from aigate.domain.rule import Rule
from aigate.domain.severity import Severity
from aigate.domain.usage import NAME, Objection, Usage, UsageRule
from aigate.engine.usage import CONVENTIONS, components, covering, declares, fact, of_product


def _check(usage: Usage) -> Iterator[Objection]:
    if not usage.governed:
        return
    yield from _coding_agents(usage)
    agents = [one for _, one in components(usage.initiatives, ComponentKind.AGENT)]
    for use in usage.inventory.uses:
        if not use.name:
            continue
        if use.kind is UseKind.AGENT and of_product(use):
            known = declares(usage.initiatives, use)
            if not known and not _has_agent(usage, use.at.path):
                yield Objection(
                    at=use.at,
                    message=(
                        f"agent `{use.name}` is part of the product, and no initiative that covers"
                        " this file declares one;"
                        " hint: add it under `agents` with all that it may do"
                    ),
                    matter=f"agent\0{use.name}",
                )
        elif use.kind is UseKind.SERVER and not of_product(use):
            if not agents:
                yield Objection(
                    at=use.at,
                    message=(
                        f"MCP server `{use.name}` is set up, and no initiative declares an agent"
                        " that uses it; hint: add the agent under `agents`, with its `servers`"
                    ),
                    matter=f"server\0{use.name}",
                )
        elif (
            use.kind is UseKind.TOOL
            and of_product(use)
            and not fact(use, "permission")
            and not _has_agent(usage, use.at.path)
        ):
            yield Objection(
                at=use.at,
                message=(
                    f"tool `{use.name}` is given to an agent, and no initiative that covers this"
                    " file declares one; hint: add the agent under `agents`, with its `tools`"
                ),
                matter=f"tool\0{use.name}",
            )


def _coding_agents(usage: Usage) -> Iterator[Objection]:
    """Yield one objection for each agent, however many files it has."""
    first: dict[str, Use] = {}
    for use in sorted(usage.inventory.uses, key=lambda one: one.at):
        if use.kind is UseKind.AGENT and not of_product(use) and use.name not in CONVENTIONS:
            first.setdefault(use.name, use)
    for name, use in first.items():
        if name and not declares(usage.initiatives, use):
            yield Objection(
                at=use.at,
                message=(
                    f"agent `{name}` works on this repository, and no initiative declares it;"
                    " hint: add it under `agents` with `kind: coding` and all that it may do"
                ),
                matter=f"agent\0{name}",
            )


def _has_agent(usage: Usage, path: str) -> bool:
    responsible = covering(usage.initiatives, path)
    return any(True for _ in components(responsible, ComponentKind.AGENT))


RULE = UsageRule(
    page=Rule(
        name="undeclared-agent",
        scanner=NAME,
        title="An agent works here that nobody declared",
        severity=Severity.MEDIUM,
        what=(
            "An agent, a tool for one or an MCP server is set up, and no initiative declares an"
            " agent that it belongs to."
        ),
        why=(
            "What an agent may do without asking is decided by whoever wrote its settings."
            " Undeclared, nobody compares that with what it was meant to do."
        ),
        fix=(
            "Declare the agent in the manifest of the initiative, with its tools, servers,"
            " permissions and autonomy, or remove its settings."
        ),
        cwe=(250, 1357),
        controls=(
            "owasp-llm/LLM06",
            "owasp-agentic/ASI02",
            "owasp-agentic/ASI04",
            "owasp-aisvs/AC.1.1",
            "owasp-aisvs/AC.2.2",
            "nist-800-53/CM-7",
            "nist-800-53/CM-8",
            "nist-ssdf/PO.3.2",
            "nist-ai-rmf/GOVERN-1.6",
            "cmmc/CM.L2-3.4.6",
        ),
    ),
    check=_check,
)
