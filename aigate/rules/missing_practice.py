"""An initiative of high impact does not show a practice that is the minimum for it."""

from __future__ import annotations

from collections.abc import Iterator

from aigate.domain.initiative import Impact, PracticeName
from aigate.domain.rule import Rule
from aigate.domain.severity import Severity
from aigate.domain.usage import NAME, Objection, Usage, UsageRule
from aigate.engine.usage import is_absent, key_at


def _check(usage: Usage) -> Iterator[Objection]:
    for initiative in usage.initiatives:
        if initiative.impact is not Impact.HIGH:
            continue
        shown = {practice.name for practice in initiative.practices}
        for name in PracticeName:
            if name not in shown:
                yield Objection(
                    at=key_at(initiative, "practices", "impact"),
                    message=(
                        f"high impact, and nothing shows `{name.value}`;"
                        " hint: add it under `practices`, with its evidence"
                    ),
                    matter=name.value,
                )
        for practice in initiative.practices:
            if is_absent(practice.evidence, usage.paths):
                yield Objection(
                    at=key_at(initiative, "practices"),
                    message=(
                        f"the evidence for `{practice.name.value}`, `{practice.evidence}`, is not"
                        " in this repository; hint: correct the path, or give a URL"
                    ),
                    matter=f"{practice.name.value}\0{practice.evidence}",
                )


RULE = UsageRule(
    page=Rule(
        name="missing-practice",
        scanner=NAME,
        title="High impact without a minimum practice",
        severity=Severity.HIGH,
        what=(
            "An initiative of high impact lacks evidence of one of the seven minimum practices of"
            " OMB M-25-21, or names evidence that is not there."
        ),
        why=(
            "Where a model decides about people, they have a right to tests, oversight and a way"
            " to object; the memorandum asks to stop its use where a practice is missing."
        ),
        fix="Do what the practice asks for, and point to the evidence; or lower the impact.",
        controls=(
            "omb-m-25-21/minimum-practices",
            "nist-ai-rmf/GOVERN-1.6",
            "nist-ai-rmf/MEASURE-2.7",
            "nist-ai-rmf/MAP-3.5",
            "iso-42001/A.6.2.4",
            "eu-ai-act/9",
            "eu-ai-act/14",
        ),
    ),
    check=_check,
)
