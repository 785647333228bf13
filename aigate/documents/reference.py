"""Writes the reference of the policy language, from the definitions that read it."""

from __future__ import annotations

from collections.abc import Sequence

from aigate.documents.decode import described
from aigate.documents.policy_file import PolicyFile
from aigate.domain.extension import RequirementKind

START = "<!-- reference: start -->"
END = "<!-- reference: end -->"


def reference(kinds: Sequence[RequirementKind]) -> str:
    """Return tables of every field of a policy and of each kind of requirement, in Markdown."""
    parts = ["### A policy", "", *_table(PolicyFile)]
    for kind in kinds:
        title = (kind.implementation.__doc__ or "").split("\n", maxsplit=1)[0]
        parts += ["", f"### A requirement of kind `{kind.name}`", "", title, ""]
        parts += _table(kind.implementation)
    return "\n".join(parts) + "\n"


def within(text: str, kinds: Sequence[RequirementKind]) -> str:
    """Return a Markdown page with the reference between its markers brought up to date."""
    before, _, rest = text.partition(START)
    _, _, after = rest.partition(END)
    return f"{before}{START}\n\n{reference(kinds)}\n{END}{after}"


def _table(cls: type) -> list[str]:
    rows = [f"| `{path}` | {form} | {doc} |" for path, form, doc in described(cls)]
    return ["| field | what is written | meaning |", "|---|---|---|", *rows]
