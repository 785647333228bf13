"""Nothing shows that an initiative was tested, or the evidence is not there."""

from __future__ import annotations

from collections.abc import Iterator

from aigate.domain.rule import Rule
from aigate.domain.severity import Severity
from aigate.domain.usage import NAME, Objection, Usage, UsageRule
from aigate.engine.usage import is_absent, key_at


def _check(usage: Usage) -> Iterator[Objection]:
    for initiative in usage.initiatives:
        if not initiative.evaluations:
            yield Objection(
                at=initiative.at,
                message=(
                    f"nothing shows that `{initiative.name}` was tested;"
                    " hint: add `evaluation`, with what was tested and where the result is"
                ),
                matter="none",
            )
        for one in initiative.evaluations:
            if is_absent(one.evidence, usage.paths):
                yield Objection(
                    at=key_at(initiative, "evaluation"),
                    message=(
                        f"the evidence `{one.evidence}` is not in this repository;"
                        " hint: correct the path, or give a URL"
                    ),
                    matter=one.evidence,
                )


RULE = UsageRule(
    page=Rule(
        name="missing-evaluation",
        scanner=NAME,
        title="No evidence of a test",
        severity=Severity.MEDIUM,
        what="A manifest names no evaluation, or evidence that is not in the repository.",
        why="A model answers well in a demonstration; what it does on a bad day has to be tried.",
        fix="Test it on what can go wrong, keep the result, and point to it under `evaluation`.",
        controls=(
            "nist-800-53/SA-11",
            "nist-ssdf/PW.8.2",
            "nist-ai-rmf/MEASURE-2.7",
            "iso-42001/A.6.2.4",
        ),
    ),
    check=_check,
)
