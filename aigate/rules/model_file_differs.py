"""A model file of the repository is not the one that is declared."""

from __future__ import annotations

from collections.abc import Iterator

from aigate.domain.initiative import ComponentKind
from aigate.domain.place import WHOLE, Location
from aigate.domain.rule import Rule
from aigate.domain.severity import Severity
from aigate.domain.usage import NAME, Objection, Usage, UsageRule
from aigate.engine.usage import components

_TOP = (WHOLE.line, WHOLE.column, WHOLE.end_line, WHOLE.end_column)


def _check(usage: Usage) -> Iterator[Objection]:
    for _, component in components(usage.initiatives, ComponentKind.MODEL):
        for file in component.files:
            what = f"model `{component.name}` declares the file `{file.path}`"
            found = usage.digests.get(file.path, "")
            if file.path not in usage.paths:
                yield Objection(
                    at=component.at,
                    message=(
                        f"{what}, which is not here;"
                        " hint: correct the path, or take the file out of the manifest"
                    ),
                    matter=f"{component.name}\0{file.path}\0missing",
                )
            elif not found:
                yield Objection(
                    at=component.at,
                    message=(
                        f"{what}, which cannot be read, so that nobody knows its digest;"
                        " hint: keep it in Git LFS, whose pointer holds the digest"
                    ),
                    matter=f"{component.name}\0{file.path}\0unread",
                )
            elif found != file.sha256:
                yield Objection(
                    at=Location(file.path, *_TOP),
                    message=(
                        f"`{file.path}` has the SHA-256 `{found[:16]}...`, and model"
                        f" `{component.name}` declares `{file.sha256[:16]}...`;"
                        " hint: put back what was assessed, or assess this file and declare it"
                    ),
                    matter=f"{found}\0{file.sha256}",
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
