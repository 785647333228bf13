"""Code pins a model or data set to another revision than the one that is declared."""

from __future__ import annotations

from collections.abc import Iterator

from aigate.domain.initiative import ComponentKind
from aigate.domain.inventory import UseKind
from aigate.domain.rule import Rule
from aigate.domain.severity import Severity
from aigate.domain.usage import NAME, Objection, Usage, UsageRule
from aigate.engine.usage import components, covering, is_immutable, is_of

_PINNED = frozenset({UseKind.MODEL, UseKind.DATASET})


def _check(usage: Usage) -> Iterator[Objection]:
    for use in usage.inventory.uses:
        if use.kind not in _PINNED or not is_immutable(use.revision or ""):
            continue
        declared = [
            component.revision
            for _, component in components(
                covering(usage.initiatives, use.at.path),
                ComponentKind.MODEL,
                ComponentKind.DATASET,
            )
            if is_of(component, use) and component.revision
        ]
        if declared and use.revision not in declared:
            yield Objection(
                at=use.at,
                message=(
                    f"`{use.name}` is loaded at `{use.revision}`, and `{declared[0]}` is declared;"
                    " hint: load what was assessed, or assess this one and declare it"
                ),
                matter=f"{use.name}\0{use.revision}",
            )


RULE = UsageRule(
    page=Rule(
        name="wrong-model-revision",
        scanner=NAME,
        title="Another revision than the declared one",
        severity=Severity.HIGH,
        what="Code loads a model or a data set at another commit than its manifest declares.",
        why="What was evaluated and approved is the declared one; this one may behave differently.",
        fix="Load the declared revision, or evaluate the new one and declare it.",
        cwe=(494, 829),
        controls=(
            "owasp-llm/LLM03",
            "owasp-agentic/ASI04",
            "owasp-aisvs/3.1.3",
            "nist-800-53/SI-7",
            "nist-800-53/SR-4",
            "nist-ssdf/PS.3.2",
            "nist-ai-rmf/MANAGE-3.2",
            "cmmc/CM.L2-3.4.1",
        ),
    ),
    check=_check,
)
