"""Follows data through Python with our own analysis, for the rules that need it.

A file that does not parse is a gap of bandit's, which looks at every file on this interpreter;
a second one would say the same. What keeps the analysis from a file that does parse is one here.
Of many files, other processes follow some; see `_flow_beside`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from aigate.domain.extension import Target
from aigate.domain.finding import Gap, Sighting
from aigate.domain.tree import Unit
from aigate.flow.tables import Tables, load
from aigate.scanners._batch import span_in

if TYPE_CHECKING:
    from aigate.flow.follow import Followed
    from aigate.flow.machine import Flow

_NAME = "python-flow"
# Characters that take ten times as long to follow as another process takes to start.
_MUCH = 500_000
_REASONS = {
    "too-complex": "has more ways through it than its data can be followed along",
    "too-deep": "is nested too deeply for its data to be followed",
    "too-large": "is too large for its data to be followed",
}


def scan(target: Target) -> Iterator[Sighting | Gap]:
    """Follow the data of each unit that some rule can say anything about."""
    try:
        file = Path(target.packs, "compiled", f"{_NAME}.json")
        tables = load(file.read_bytes())
        others = min(target.jobs - 1, sum(len(unit.text) for unit in target.units) // _MUCH)
        if others > 0:
            yield from chain.from_iterable(_at_once(target, tables, file, others))
        else:
            for unit in target.units:
                yield from _examine(unit, tables)
    except (OSError, ValueError):
        yield Gap(_NAME, f"the pack `{_NAME}` cannot be read", "rule-invalid", _NAME)


def _at_once(
    target: Target, tables: Tables, file: Path, others: int
) -> list[tuple[Sighting | Gap, ...]]:
    from aigate.scanners._flow_beside import Asked, at_once  # noqa: PLC0415 - rarely needed

    units = target.units
    asked = []
    with suppress(OSError):
        asked += [Asked(file, len(tables.rules), target) for _ in range(others)]
    return at_once(
        [unit.text for unit in units],
        lambda number: tuple(_examine(units[number], tables)),
        lambda number, followed: tuple(_said(units[number], followed, tables)),
        others=asked,
    )


def _examine(unit: Unit, tables: Tables) -> Iterator[Sighting | Gap]:
    wanted = tables.wanted(unit.text)
    if not wanted.rules:
        return
    # Loaded for a text of which the words do not show that nothing is to be found.
    from aigate.flow.follow import follow_for  # noqa: PLC0415 - see above

    yield from _said(unit, follow_for(unit.text, tables, wanted), tables)


def _said(unit: Unit, followed: Followed, tables: Tables) -> Iterator[Sighting | Gap]:
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
            message=_told(rule.message, flow),
        )
    if followed.code in _REASONS:
        yield Gap(unit.path, _REASONS[followed.code], followed.code, _NAME)


def _told(message: str, flow: Flow) -> str:
    if flow.origin is None:
        return message
    return f"{message}: it comes from `{flow.origin.text}` in line {flow.origin.line}"
