"""A manifest declares what is not there: a component nobody uses, or code that does not exist."""

from __future__ import annotations

from collections.abc import Iterator

from aigate.domain.initiative import Component, ComponentKind, Initiative
from aigate.domain.inventory import Confidence, Use
from aigate.domain.rule import Rule
from aigate.domain.severity import Severity
from aigate.domain.usage import NAME, Objection, Usage, UsageRule
from aigate.engine.patterns import matches_path
from aigate.engine.usage import begins, covers, is_of, key_at


def _check(usage: Usage) -> Iterator[Objection]:
    for initiative in usage.initiatives:
        for pattern in initiative.used_in:
            if not any(begins(pattern, p) and matches_path(pattern, p) for p in usage.paths):
                yield Objection(
                    at=key_at(initiative, "used-in"),
                    message=(
                        f"`{pattern}` matches no file;"
                        " hint: correct the pattern, or take it out of `used-in`"
                    ),
                    matter=f"used-in\0{pattern}",
                )
        uses = [use for use in usage.inventory.uses if covers(initiative.used_in, use.at.path)]
        for component in initiative.components:
            if not _is_used(component, initiative, uses, usage):
                yield Objection(
                    at=component.at,
                    message=(
                        f"{component.kind.value} `{component.name}` is declared, and nothing in"
                        f" `used-in` of `{initiative.name}` uses it;"
                        " hint: take it out, or correct its name"
                    ),
                    matter=f"{component.kind.value}\0{component.name}",
                )


def _is_used(component: Component, initiative: Initiative, uses: list[Use], usage: Usage) -> bool:
    if component.kind is ComponentKind.AGENT:
        # Settings of agents lie at the top of the repository. Of an agent of the product only
        # its tools and servers can be seen.
        names = bool(component.tools or component.servers)
        return names or any(is_of(component, use) for use in usage.inventory.uses)
    if component.files:
        return True
    # A name that is only known when the code runs may be this one.
    dynamic = (use for use in uses if use.confidence is Confidence.UNDETERMINED)
    if any(not use.provider or _may_be(component, use) for use in dynamic):
        return True
    named = any(use.provider and _may_be(component, use) for use in uses)
    return named or any(is_of(component, use) for use in uses) or not initiative.used_in


def _may_be(component: Component, use: Use) -> bool:
    names = {component.name.casefold(), component.source.casefold()}
    return component.kind is ComponentKind.SERVICE and use.provider.casefold() in names


RULE = UsageRule(
    page=Rule(
        name="unused-declaration",
        scanner=NAME,
        title="Declared, and not used",
        severity=Severity.LOW,
        what="A manifest declares a component that nothing uses, or a path that does not exist.",
        why=(
            "A declaration that is not true any more keeps a door open: whoever uses that provider"
            " or model again needs nobody's consent."
        ),
        fix="Take the component or the path out of the manifest, or correct its name.",
        controls=(
            "owasp-aisvs/3.1.1",
            "nist-800-53/CM-8",
            "nist-ssdf/PS.3.2",
            "nist-ai-rmf/GOVERN-1.6",
        ),
    ),
    check=_check,
)
