"""A model is declared or loaded without pinning the revision that was assessed."""

from __future__ import annotations

from collections.abc import Iterator

from aigate.domain.initiative import Component, ComponentKind
from aigate.domain.inventory import Use, UseKind
from aigate.domain.rule import Rule
from aigate.domain.severity import Severity
from aigate.domain.usage import NAME, Objection, Usage, UsageRule
from aigate.engine.usage import components, covering, is_immutable, is_of, same


def _check(usage: Usage) -> Iterator[Objection]:
    for initiative, component in components(usage.initiatives, ComponentKind.MODEL):
        served = any(
            same(component.source, service.name)
            for _, service in components([initiative], ComponentKind.SERVICE)
        )
        # What lies in the repository is pinned by its digest, what runs elsewhere cannot be.
        if not (component.files or served or is_immutable(_pin(component))):
            yield Objection(
                at=component.at,
                message=f"{_declared(component)}; hint: set `revision` to a commit or a digest",
                matter=f"{component.name}\0{component.revision}",
            )
    for use in usage.inventory.uses:
        if use.kind is UseKind.MODEL and _floats(use) and _is_declared(usage, use):
            follows = f"follows `{use.revision}`" if use.revision else "names no revision"
            yield Objection(
                at=use.at,
                message=(
                    f"loading `{use.name}` {follows}, so that anything that is published there is"
                    ' taken; hint: add `revision="<commit>"`, the one that is declared'
                ),
                matter=f"{use.name}\0{use.revision or ''}",
            )


def _pin(component: Component) -> str:
    version = component.purl.partition("@")[2].partition("?")[0].partition("#")[0]
    return component.revision or version


def _declared(component: Component) -> str:
    pin = _pin(component)
    return f"model `{component.name}` " + (f"follows `{pin}`" if pin else "has no revision")


def _floats(use: Use) -> bool:
    """Tell whether a revision would make sense here, and none that holds is given."""
    return use.revision != "" and not is_immutable(use.revision or "")


def _is_declared(usage: Usage, use: Use) -> bool:
    responsible = covering(usage.initiatives, use.at.path)
    return any(is_of(one, use) for _, one in components(responsible, ComponentKind.MODEL))


RULE = UsageRule(
    page=Rule(
        name="unpinned-model",
        scanner=NAME,
        title="Model without an immutable revision",
        severity=Severity.HIGH,
        what=(
            "A manifest declares a model without a revision, or with a moving one such as `main`,"
            " or code loads a declared model without naming its revision."
        ),
        why=(
            "Sign-off covers the weights that were evaluated. A moving reference lets the"
            " publisher, or whoever takes over the publisher's account, replace them afterwards."
        ),
        fix=(
            "Set `revision` to the 40 digits of a commit, or to a digest, in the manifest and"
            " where the model is loaded."
        ),
        cwe=(494, 829, 1357),
        controls=(
            "owasp-llm/LLM03",
            "owasp-agentic/ASI04",
            "mitre-atlas/AML.T0109",
            "owasp-aisvs/3.1.3",
            "nist-800-53/SI-7",
            "nist-800-53/SR-4",
            "nist-800-53/SR-11",
            "nist-ssdf/PS.1.3",
            "nist-ssdf/PW.4.4",
            "nist-ai-rmf/MAP-4.1",
            "nist-ai-rmf/MANAGE-3.2",
            "cmmc/CM.L2-3.4.1",
        ),
    ),
    check=_check,
)
