"""Which model is used is only known when the code runs."""

from __future__ import annotations

from collections.abc import Iterator

from aigate.domain.inventory import Confidence, UseKind
from aigate.domain.rule import Rule
from aigate.domain.severity import Severity
from aigate.domain.usage import NAME, Objection, Usage, UsageRule

_WORDS = {UseKind.MODEL: "model", UseKind.PROVIDER: "provider", UseKind.ENDPOINT: "endpoint"}


def _check(usage: Usage) -> Iterator[Objection]:
    if not usage.governed:
        return
    for use in usage.inventory.uses:
        if use.kind in _WORDS and use.confidence is Confidence.UNDETERMINED:
            yield Objection(
                at=use.at,
                message=(
                    f"which {_WORDS[use.kind]} is used here cannot be told from the code;"
                    " hint: take it from a list of the declared ones"
                ),
                matter=f"{use.kind.value}\0{use.provider}",
            )


RULE = UsageRule(
    page=Rule(
        name="undetermined-model",
        scanner=NAME,
        title="Model that is chosen when the code runs",
        severity=Severity.LOW,
        what="The name of a model, provider or endpoint comes from outside of the repository.",
        why="What is declared cannot be compared with what somebody sets in an environment.",
        fix="Choose among the declared names in code, and refuse any other.",
        cwe=(1357,),
        controls=(
            "owasp-llm/LLM03",
            "owasp-aisvs/3.1.1",
            "nist-800-53/CM-6",
            "nist-800-53/CM-8",
            "nist-ai-rmf/MAP-4.1",
        ),
    ),
    check=_check,
)
