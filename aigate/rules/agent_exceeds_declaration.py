"""An agent may do more than its manifest declares."""

from __future__ import annotations

from collections.abc import Iterator

from aigate.domain.initiative import AgentKind, Autonomy, Component, ComponentKind
from aigate.domain.inventory import Use, UseKind
from aigate.domain.rule import Rule
from aigate.domain.severity import Severity
from aigate.domain.usage import NAME, Objection, Usage, UsageRule
from aigate.engine.usage import components, covering, fact, is_of, of_product

_FACTS = (("permission", "permissions"), ("tool", "tools"), ("server", "servers"))
_FREEDOM = {level.word: level for level in Autonomy}


def _check(usage: Usage) -> Iterator[Objection]:
    agents = [one for _, one in components(usage.initiatives, ComponentKind.AGENT)]
    coding = [one for one in agents if one.agent is AgentKind.CODING]
    for use in usage.inventory.uses:
        if use.kind is UseKind.AGENT:
            yield from _more(use, [one for one in agents if is_of(one, use)])
        elif use.kind is UseKind.TOOL and fact(use, "permission"):
            yield from _permissions(use, coding)
        elif use.kind is UseKind.TOOL:
            near = covering(usage.initiatives, use.at.path)
            product = [one for _, one in components(near, ComponentKind.AGENT)]
            yield from _unlisted(use, product, "tool", "tools")
        elif use.kind is UseKind.SERVER and not of_product(use):
            yield from _unlisted(use, agents, "server", "servers")


def _permissions(use: Use, agents: list[Component]) -> Iterator[Objection]:
    """Yield what the settings of coding agents allow and no declaration of one has."""
    declared = {name for one in agents for name in one.permissions}
    for name in fact(use, "permission"):
        if agents and name not in declared:
            yield Objection(
                at=use.at,
                message=(
                    f"the permission `{name}` is given, and no declared agent has it;"
                    " hint: take it away, or add it to `permissions` of the agent"
                ),
                matter=f"permission\0{name}",
            )


def _more(use: Use, agents: list[Component]) -> Iterator[Objection]:
    """Yield what an agent's settings give it and no declaration of it has."""
    if not agents:
        return
    for key, field in _FACTS:
        declared = {name for one in agents for name in getattr(one, field)}
        for value in fact(use, key):
            if value not in declared:
                yield _objection(use, f"{key} `{value}`", f"{key}\0{value}", field)
    limits = [one.autonomy for one in agents if one.autonomy is not None]
    for word in fact(use, "autonomy"):
        freedom = _FREEDOM.get(word)
        if limits and freedom is not None and freedom > max(limits):
            told = f"autonomy `{word}`, above `{max(limits).word}`"
            yield _objection(use, told, f"autonomy\0{word}", "autonomy")


def _unlisted(use: Use, agents: list[Component], key: str, field: str) -> Iterator[Objection]:
    if use.name and agents and not any(is_of(one, use) for one in agents):
        yield Objection(
            at=use.at,
            message=(
                f"{key} `{use.name}` is set up, and no declared agent has it;"
                f" hint: add it to `{field}` of the agent, or remove it"
            ),
            matter=f"{key}\0{use.name}",
        )


def _objection(use: Use, what: str, matter: str, field: str) -> Objection:
    return Objection(
        at=use.at,
        message=(
            f"agent `{use.name}` has the {what}, which is not declared;"
            f" hint: take it away, or add it to `{field}` of the agent"
        ),
        matter=f"{use.name}\0{matter}",
    )


RULE = UsageRule(
    page=Rule(
        name="agent-exceeds-declaration",
        scanner=NAME,
        title="Agent with more authority than declared",
        severity=Severity.HIGH,
        what=(
            "The settings of an agent give it a permission, a tool, an MCP server or an autonomy"
            " that its manifest does not declare."
        ),
        why=(
            "An agent does what a text tells it, also the text of an attacker. What it may do is"
            " what an attacker may do, and somebody has to have agreed to that."
        ),
        fix="Take the authority away, or declare it and have that reviewed.",
        cwe=(250, 269, 732),
        controls=(
            "owasp-llm/LLM06",
            "owasp-agentic/ASI02",
            "owasp-agentic/ASI03",
            "mitre-atlas/AML.T0053",
            "owasp-aisvs/10.1.1",
            "owasp-aisvs/AC.8.1",
            "owasp-aisvs/AC.11.4",
            "nist-800-53/AC-6",
            "nist-800-53/AC-3",
            "nist-800-53/CM-7",
            "nist-ssdf/PO.5.2",
            "cmmc/AC.L2-3.1.5",
        ),
    ),
    check=_check,
)
