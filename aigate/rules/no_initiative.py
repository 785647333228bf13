"""A repository uses AI, and declares nothing at all: said once."""

from __future__ import annotations

from collections.abc import Iterator

from aigate.domain.inventory import Use, UseKind
from aigate.domain.rule import Rule
from aigate.domain.severity import Severity
from aigate.domain.usage import NAME, Objection, Usage, UsageRule

# What shows the use of AI by itself; libraries, prompts and variables alone do not.
_COUNTS = (UseKind.PROVIDER, UseKind.MODEL, UseKind.WEIGHTS, UseKind.ENDPOINT)
_MOST_NAMED = 5


def _check(usage: Usage) -> Iterator[Objection]:
    found = [use for use in usage.inventory.uses if use.kind in _COUNTS and use.name]
    if usage.governed or not found:
        return
    files = len({use.at.path for use in found})
    yield Objection(
        at=min(use.at for use in found),
        message=(
            f"this repository uses {_named(found)} in {files} file{'s' * (files > 1)}, and declares"
            " no initiative; hint: `aigate manifest draft` writes a first one"
        ),
        matter="",
    )


def _named(found: list[Use]) -> str:
    """Return the names in words: providers first, and models where no provider is known."""
    names = dict.fromkeys(use.name for kind in _COUNTS for use in found if use.kind is kind)
    shown = ", ".join(f"`{name}`" for name in list(names)[:_MOST_NAMED])
    more = len(names) - _MOST_NAMED
    return f"{shown} and {more} more" if more > 0 else shown


RULE = UsageRule(
    page=Rule(
        name="no-initiative",
        scanner=NAME,
        title="AI is used, and nothing is declared",
        severity=Severity.MEDIUM,
        what="The repository uses models or their providers, and has no manifest of any initiative.",
        why=(
            "Without one nobody can tell which use is meant and which one slipped in, who answers"
            " for it, and which data it may see."
        ),
        fix=(
            "Run `aigate manifest draft`, which writes a manifest from what was found; add the"
            " purpose and two owners, and have it reviewed."
        ),
        cwe=(1357,),
        controls=(
            "owasp-llm/LLM03",
            "owasp-aisvs/3.1.1",
            "nist-800-53/CM-8",
            "nist-ai-rmf/GOVERN-1.6",
            "omb-m-25-21/inventory",
            "iso-42001/A.4.4",
        ),
    ),
    check=_check,
)
