"""Follows data through Python with our own analysis, for the rules that need it.

A file that does not parse is a gap of bandit's, which looks at every file on this interpreter;
a second one would say the same. What keeps the analysis from a file that does parse is one here.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from aigate import __version__
from aigate.domain.extension import Repeats, Scanner, Target
from aigate.domain.finding import Gap, Sighting
from aigate.domain.tree import Kind, Unit

# The analysis is loaded where there is a text that nobody has followed yet.
if TYPE_CHECKING:
    from aigate.flow.machine import Flow
    from aigate.flow.tables import Tables

_NAME = "python-flow"
_REASONS = {
    "too-complex": "has more ways through it than its data can be followed along",
    "too-deep": "is nested too deeply for its data to be followed",
    "too-large": "is too large for its data to be followed",
}


def _version() -> str:
    return __version__


def _scan(target: Target) -> Iterator[Sighting | Gap]:
    from aigate.flow.tables import load  # noqa: PLC0415 - see above

    try:
        tables = load(Path(target.packs, "compiled", f"{_NAME}.json").read_bytes())
    except (OSError, ValueError):
        yield Gap(_NAME, f"the pack `{_NAME}` cannot be read", "rule-invalid", _NAME)
        return
    for unit in target.units:
        yield from examine(unit, tables)


def examine(unit: Unit, tables: Tables) -> Iterator[Sighting | Gap]:
    """Say where data arrives in a unit, and whether it was followed everywhere."""
    from aigate.flow.follow import follow  # noqa: PLC0415 - see above
    from aigate.scanners._batch import span_in  # noqa: PLC0415 - see above

    followed = follow(unit.text, tables)
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
            quoted=flow.origin.text if flow.origin else "",
        )
    if followed.code in _REASONS:
        yield Gap(unit.path, _REASONS[followed.code], followed.code, _NAME)


def _said(message: str, flow: Flow) -> str:
    if flow.origin is None:
        return message
    return f"{message}: it comes from `{flow.origin.text}` in line {flow.origin.line}"


SCANNER = Scanner(
    name=_NAME, covers=frozenset({Kind.PYTHON}), scan=_scan, version=_version, repeats=Repeats.TEXT
)
