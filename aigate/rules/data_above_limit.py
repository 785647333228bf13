"""Code handles data that a component of its initiative may not see."""

from __future__ import annotations

from collections.abc import Iterator

from aigate.domain.initiative import ComponentKind, DataClass
from aigate.domain.rule import Rule
from aigate.domain.severity import Severity
from aigate.domain.usage import NAME, Objection, Usage, UsageRule
from aigate.engine.usage import components

_SENSITIVE = DataClass.CONFIDENTIAL
# What a data set holds goes the other way: into the initiative.
_SEES = (ComponentKind.SERVICE, ComponentKind.MODEL, ComponentKind.AGENT)


def _check(usage: Usage) -> Iterator[Objection]:
    for initiative, component in components(usage.initiatives, *_SEES):
        handled, allowed = initiative.data, component.data
        if handled is None:
            continue
        what = f"{component.kind.value} `{component.name}`"
        if allowed is not None and handled > allowed:
            said = f"may see {allowed.word} data"
        elif allowed is None and handled >= _SENSITIVE and component.kind is ComponentKind.SERVICE:
            said = "does not say which data it may see"
        else:
            continue
        yield Objection(
            at=component.at,
            message=(
                f"{what} {said}, and `{initiative.name}` handles {handled.word} data;"
                " hint: keep such data away from it and declare that in `data`, or agree on more"
            ),
            matter=f"{component.kind.value}\0{component.name}\0{handled.word}",
        )
    for initiative, dataset in components(usage.initiatives, ComponentKind.DATASET):
        handled, held = initiative.data, dataset.data
        if handled is not None and held is not None and held > handled:
            yield Objection(
                at=dataset.at,
                message=(
                    f"data set `{dataset.name}` holds {held.word} data, and `{initiative.name}`"
                    f" is for {handled.word} data; hint: raise `data`, or use another set"
                ),
                matter=f"dataset\0{dataset.name}\0{held.word}",
            )


RULE = UsageRule(
    page=Rule(
        name="data-above-limit",
        scanner=NAME,
        title="Data above what a component may see",
        severity=Severity.HIGH,
        what=(
            "An initiative handles data of a higher class than one of its services, models or"
            " agents may see, or uses a service that says nothing about it."
        ),
        why="What is sent to a service cannot be called back, and may end up in its next model.",
        fix=(
            "Keep the data away from that component, use one that may see it, or agree with the"
            " provider and declare it."
        ),
        cwe=(200, 201, 359),
        controls=(
            "owasp-llm/LLM02",
            "mitre-atlas/AML.T0057",
            "owasp-aisvs/AC.1.1",
            "owasp-aisvs/AC.3.1",
            "nist-800-53/AC-4",
            "nist-800-53/AC-20",
            "nist-800-53/AC-21",
            "nist-800-53/SA-9",
            "nist-ai-rmf/MAP-4.1",
            "nist-ai-rmf/MEASURE-2.10",
            "cmmc/AC.L2-3.1.3",
            "iso-42001/A.7.2",
        ),
    ),
    check=_check,
)
