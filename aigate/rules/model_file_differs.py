"""A model file of the repository is not the one that is declared."""

from __future__ import annotations

from collections.abc import Iterator

from aigate.domain.initiative import ComponentKind
from aigate.domain.inventory import UseKind
from aigate.domain.rule import Rule
from aigate.domain.severity import Severity
from aigate.domain.usage import NAME, Objection, Usage, UsageRule
from aigate.engine.usage import components


def _check(usage: Usage) -> Iterator[Objection]:
    found = {
        use.at.path: use
        for use in usage.inventory.uses
        if use.kind is UseKind.WEIGHTS and use.digest
    }
    for _, component in components(usage.initiatives, ComponentKind.MODEL):
        for file in component.files:
            if file.path not in usage.paths:
                yield Objection(
                    at=component.at,
                    message=(
                        f"model `{component.name}` declares the file `{file.path}`, which is not"
                        " here; hint: correct the path, or take the file out of the manifest"
                    ),
                    matter=f"{component.name}\0{file.path}\0missing",
                )
            elif file.path in found and found[file.path].digest != file.sha256:
                use = found[file.path]
                yield Objection(
                    at=use.at,
                    message=(
                        f"`{file.path}` has the SHA-256 `{use.digest[:16]}...`, and model"
                        f" `{component.name}` declares `{file.sha256[:16]}...`;"
                        " hint: put back what was assessed, or assess this file and declare it"
                    ),
                    matter=f"{file.path}\0{use.digest}\0{file.sha256}",
                )


RULE = UsageRule(
    page=Rule(
        name="model-file-differs",
        scanner=NAME,
        title="Model file differs from the declared one",
        severity=Severity.HIGH,
        what=(
            "A file of a model has another SHA-256 than its manifest declares, or the manifest"
            " names a file that is not there."
        ),
        why="Approval was given to other weights. These may have been exchanged, or tampered with.",
        fix="Put back the file that was assessed, or assess the new one and declare its digest.",
        cwe=(345, 494),
        controls=(
            "owasp-llm/LLM03",
            "owasp-agentic/ASI04",
            "mitre-atlas/AML.T0018.002",
            "owasp-aisvs/3.2.3",
            "nist-800-53/SI-7",
            "nist-800-53/SI-7(1)",
            "nist-800-53/SR-11",
            "nist-ssdf/PS.1.3",
            "nist-ai-rmf/MANAGE-3.2",
        ),
    ),
    check=_check,
)
