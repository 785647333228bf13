"""A provider, model, endpoint or model file is used that no initiative declares for this path."""

from __future__ import annotations

from collections.abc import Iterator

from aigate.domain.inventory import Confidence, Use, UseKind
from aigate.domain.rule import Rule
from aigate.domain.severity import Severity
from aigate.domain.usage import NAME, Objection, Usage, UsageRule
from aigate.engine.usage import by_path, declares, is_declared_file, responsible, serves_agent

# An embedding is reported as a model as well.
_LISTS = {
    UseKind.PROVIDER: "services",
    UseKind.MODEL: "models",
    UseKind.ENDPOINT: "services",
    UseKind.WEIGHTS: "models",
}
_WORDS = {
    UseKind.PROVIDER: "provider",
    UseKind.MODEL: "model",
    UseKind.ENDPOINT: "endpoint",
    UseKind.WEIGHTS: "model file",
}


def _check(usage: Usage) -> Iterator[Objection]:
    if not usage.governed:
        return
    for path, uses in by_path(usage.inventory.uses).items():
        near = responsible(usage.initiatives, path)
        undeclared = [
            use
            for use in uses
            if use.kind in _LISTS and use.name and use.confidence is not Confidence.UNDETERMINED
            if not (declares(near, use) or is_declared_file(usage.initiatives, use))
            if not serves_agent(use, uses)
        ]
        providers = {use.name for use in undeclared if use.kind is UseKind.PROVIDER}
        for use in undeclared:
            # Who declares the provider has to say which models anyway.
            told = use.provider in providers or (providers and not use.provider)
            if use.kind is UseKind.PROVIDER or not told:
                yield Objection(
                    at=use.at,
                    message=_message(use, [one.name for one in near]),
                    matter=f"{_WORDS[use.kind]}\0{use.name}",
                )


def _message(use: Use, near: list[str]) -> str:
    what = f"{_WORDS[use.kind]} `{use.name}` is used"
    if not near:
        return (
            f"{what}, and no initiative covers `{use.at.path}`;"
            " hint: add the path to `used-in` of the initiative that it belongs to,"
            " or start one with `aigate manifest draft`"
        )
    names = ", ".join(f"`{name}`" for name in near[:3])
    return (
        f"{what}, and {names} does not declare it;"
        f" hint: add it under `{_LISTS[use.kind]}` in"
        f" `.aigate/initiatives/{near[0]}.yaml`, or take it out"
    )


RULE = UsageRule(
    page=Rule(
        name="undeclared-ai-use",
        scanner=NAME,
        title="AI is used that nobody declared",
        severity=Severity.HIGH,
        what=(
            "A provider, a model, an endpoint or a model file is used at a path that no initiative"
            " covers, or that is not among the components of those that do."
        ),
        why=(
            "Nobody has looked at its terms, at where it runs, or at the data that it gets, and"
            " nobody is named who would know what to do when it fails."
        ),
        fix=(
            "Use what is declared, or declare what is used: add the component to the manifest of"
            " the initiative, with its revision or region and the data that it may see."
        ),
        cwe=(829, 1357),
        controls=(
            "owasp-llm/LLM03",
            "owasp-agentic/ASI04",
            "mitre-atlas/AML.T0010.001",
            "owasp-aisvs/3.1.1",
            "owasp-aisvs/AC.1.1",
            "nist-800-53/CM-8",
            "nist-800-53/CM-10",
            "nist-800-53/SA-9",
            "nist-ssdf/PO.1.3",
            "nist-ssdf/PW.4.1",
            "nist-ai-rmf/GOVERN-1.6",
            "nist-ai-rmf/MAP-4.1",
            "cmmc/CM.L2-3.4.8",
            "iso-42001/A.4.4",
        ),
    ),
    check=_check,
)
