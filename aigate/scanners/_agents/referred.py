"""Finds the prose that agents obey because instructions elsewhere tell them to read it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping

from aigate.domain.extension import Target
from aigate.domain.regex import regex
from aigate.domain.tree import Unit
from aigate.scanners._agents.files import AgentTable, agent_table

LONGEST = 500_000
"""How many characters of instructions are read."""

PROSE = regex(r".*\.(?:mdx?|markdown|rst|txt|html?|adoc|mdc)", re.IGNORECASE)
"""The names of files that are written for people, or for agents."""

_REFERS = regex(
    r"(?:(?<![\w@])@(?P<at>[\w./-]{1,200}\.\w{1,8})"
    r"|\b(?:read|follow|load|obey)\b[^.\n]{0,60}?[`(](?P<read>[\w./-]{1,200}\.(?:mdx?|txt|rst|mdc))[`)])",
    re.IGNORECASE,
)


def referred(target: Target) -> Mapping[str, str]:
    """Return the prose, by unit, that instructions in other files tell an agent to read as well."""
    prose = [unit for unit in target.units if PROSE.fullmatch(unit.path)]
    table = agent_table(target.packs) if prose else None
    if table is None:
        return {}
    found = _referred(target.units, table)
    return {unit.id: "referred" for unit in prose if unit.path in found}


def _referred(units: Iterable[Unit], table: AgentTable) -> frozenset[str]:
    found = set()
    for unit in units:
        if not table.is_obeyed(unit.path) or "." not in unit.text:
            continue
        folder = posixpath.dirname(unit.path)
        for match in _REFERS.finditer(unit.text[:LONGEST]):
            name = match["at"] or match["read"]
            found.add(posixpath.normpath(posixpath.join(folder, name)))
            found.add(posixpath.normpath(name))
    return frozenset(found)
