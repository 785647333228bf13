"""A library, data set or store for AI is used where no initiative covers the code."""

from __future__ import annotations

from collections.abc import Iterator

from aigate.domain.inventory import UseKind
from aigate.domain.rule import Rule
from aigate.domain.severity import Severity
from aigate.domain.usage import NAME, Objection, Usage, UsageRule
from aigate.engine.usage import by_path, declares, responsible

_LIBRARIES = {UseKind.FRAMEWORK: "library", UseKind.VECTOR_STORE: "vector store"}
# Where one of these is found as well, there is a finding of more weight.
_WEIGHTIER = frozenset({UseKind.PROVIDER, UseKind.MODEL, UseKind.ENDPOINT})


def _check(usage: Usage) -> Iterator[Objection]:
    if not usage.governed:
        return
    for path, uses in by_path(usage.inventory.uses).items():
        near = responsible(usage.initiatives, path)
        if not near and _WEIGHTIER & {use.kind for use in uses if use.name}:
            continue
        for use in uses:
            if use.kind in _LIBRARIES and use.name and not near:
                yield Objection(
                    at=use.at,
                    message=(
                        f"{_LIBRARIES[use.kind]} `{use.name}` is used, and no initiative covers"
                        f" `{path}`; hint: add the path to `used-in` of the one it belongs to"
                    ),
                    matter=f"{use.kind.value}\0{use.name}",
                )
            elif use.kind is UseKind.DATASET and use.name and not declares(near, use):
                yield Objection(
                    at=use.at,
                    message=(
                        f"data set `{use.name}` is used, and no initiative that covers this file"
                        " declares it; hint: add it under `datasets`"
                    ),
                    matter=f"dataset\0{use.name}",
                )


RULE = UsageRule(
    page=Rule(
        name="undeclared-ai-library",
        scanner=NAME,
        title="Library or data for AI outside of any initiative",
        severity=Severity.LOW,
        what=(
            "A library for models or agents, a vector store or a data set is used, and no"
            " initiative covers the code or declares the data."
        ),
        why=(
            "A library sends nothing anywhere by itself, but it is how the use of a model begins,"
            " and data that nobody declared has terms that nobody read."
        ),
        fix="Add the path to `used-in` of the initiative, and data sets to its `datasets`.",
        cwe=(1357,),
        controls=(
            "owasp-llm/LLM03",
            "owasp-agentic/ASI04",
            "owasp-aisvs/3.1.1",
            "nist-800-53/CM-8",
            "nist-800-53/CM-10",
            "nist-ssdf/PW.4.1",
            "nist-ai-rmf/MAP-4.1",
        ),
    ),
    check=_check,
)
