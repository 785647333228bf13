"""Follows data through Python with our own analysis, for the rules that need it.

A file that does not parse is a gap of bandit's, which looks at every file on this interpreter;
a second one would say the same. What keeps the analysis from a file that does parse is one here.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from aigate.domain.extension import Target
from aigate.domain.finding import Gap, Sighting
from aigate.domain.tree import Unit
from aigate.flow.tables import Tables, load
from aigate.scanners._batch import span_in

if TYPE_CHECKING:
    from aigate.flow.machine import Flow

_NAME = "python-flow"
_REASONS = {
    "too-complex": "has more ways through it than its data can be followed along",
    "too-deep": "is nested too deeply for its data to be followed",
    "too-large": "is too large for its data to be followed",
}


def scan(target: Target) -> Iterator[Sighting | Gap]:
    """Follow the data of each unit that some rule can say anything about."""
    try:
        tables = load(Path(target.packs, "compiled", f"{_NAME}.json").read_bytes())
        for unit in target.units:
            yield from _examine(unit, tables)
    except (OSError, ValueError):
        yield Gap(_NAME, f"the pack `{_NAME}` cannot be read", "rule-invalid", _NAME)


def _examine(unit: Unit, tables: Tables) -> Iterator[Sighting | Gap]:
    wanted = tables.wanted(unit.text)
    if not wanted.rules:
        return
    # Loaded for a text of which the words do not show that nothing is to be found.
    from aigate.flow.follow import follow_for  # noqa: PLC0415 - see above

    followed = follow_for(unit.text, tables, wanted)
    for flow in followed.flows:
        rule = tables.rules[flow.rule]
        yield Sighting(
            rule=rule.id,
            unit=unit.id,
            span=span_in(
                unit.text,
                start=(flow.line, flow.column + 1),
                end=(flow.end_line, flow.end_column + 1),
            ),
            message=_said(rule.message, flow),
        )
    if followed.code in _REASONS:
        yield Gap(unit.path, _REASONS[followed.code], followed.code, _NAME)


def _said(message: str, flow: Flow) -> str:
    if flow.origin is None:
        return message
    return f"{message}: it comes from `{flow.origin.text}` in line {flow.origin.line}"
