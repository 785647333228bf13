"""Finds what a tree really uses of AI, from text alone: nothing is run, loaded or asked.

`discover(units, knowledge)` is the whole of it: units are the pieces that the workspace makes
of files and notebook cells, knowledge is the dated table (`documents.ai_knowledge`). The result
is an `Inventory` in order of path, line and kind. `uses_in(unit, knowledge)` does one unit.
"""

from __future__ import annotations

from collections.abc import Iterable

from aigate.discovery import python
from aigate.discovery._index import index_of
from aigate.discovery._judge import Place, judge
from aigate.domain.inventory import Inventory, Use
from aigate.domain.knowledge import Knowledge
from aigate.domain.tree import TEXTUAL, Kind, Unit


def discover(units: Iterable[Unit], knowledge: Knowledge) -> Inventory:
    """Return what the units use of AI."""
    uses: list[Use] = []
    unread: dict[str, str] = {}
    paths: set[str] = set()
    for unit in units:
        paths.add(unit.path)
        seen = uses_in(unit, knowledge)
        if isinstance(seen, str):
            unread[unit.path] = seen
        else:
            uses += seen
    uses.sort(key=lambda use: (use.at, use.kind, use.name))
    return Inventory(uses=tuple(uses), files=len(paths), unread=tuple(sorted(unread.items())))


def uses_in(unit: Unit, knowledge: Knowledge) -> tuple[Use, ...] | str:
    """Return what one unit uses, or why it could not be read."""
    if unit.kind not in TEXTUAL:
        return ()
    index = index_of(knowledge)
    place = Place(path=unit.path, cell=unit.cell, lines=unit.lines)
    if unit.kind is Kind.PYTHON:
        signals = python.read(unit.text)
        if signals is None:
            return "syntax-error"
        return judge(signals, index, place)
    return ()
