"""Reports comments that ask a scanner to be silent."""

from __future__ import annotations

from collections.abc import Iterator

from aigate.domain.extension import Target
from aigate.domain.finding import Gap, Sighting
from aigate.domain.rule import Rule
from aigate.domain.severity import Severity
from aigate.engine.suppression import LIMIT, suppressions

_NAME = "suppressions"
_SHOWN = 80

_RULE = Rule(
    name="inline-suppression",
    scanner=_NAME,
    title="Comment that silences a scanner",
    severity=Severity.MEDIUM,
    what="A comment asks a security scanner to ignore a line or a file.",
    why=(
        "Coding assistants learn that such a comment turns a red check green. One person's"
        " comment is no joint decision, has no date, and outlives the reason for it."
    ),
    fix=(
        "Remove the comment and fix the weakness. Where the scanner is wrong or the risk is"
        " bearable, have a developer and a security person accept the finding."
    ),
    cwe=(),
    controls=(
        "owasp-aisvs/AC.4.3",
        "nist-800-53/SA-11",
        "nist-800-53/CM-3",
        "nist-ssdf/PW.7.2",
        "nist-ai-rmf/MANAGE-1.4",
    ),
)


def scan(target: Target) -> Iterator[Sighting | Gap]:
    for unit in target.units:
        for count, suppression in enumerate(suppressions(unit), start=1):
            shown = " ".join(suppression.text.split())
            if len(shown) > _SHOWN:
                shown = shown[:_SHOWN] + "…"
            tools = " and ".join(f"`{tool}`" for tool in suppression.tools)
            yield Sighting(
                rule=_RULE.name,
                unit=unit.id,
                span=suppression.span,
                message=(
                    f"`{shown}` asks {tools} to be silent; it changes no verdict;"
                    " hint: fix the weakness or have the finding accepted jointly"
                ),
            )
            if count == LIMIT:
                reason = f"more than {LIMIT} comments that silence scanners in one file"
                yield Gap(unit.path, reason, "too-many-suppressions", _NAME)
                break


RULES = (_RULE,)
