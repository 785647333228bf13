"""A look at one text that needs no engine and no git: fast enough to come before each write."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from aigate import registry
from aigate.domain.extension import Target
from aigate.domain.finding import Gap, Sighting
from aigate.domain.tree import TEXTUAL, Change, Entry, Kind, Unit
from aigate.value import dataclass
from aigate.workspace.units import Content, build_units, removed_units

_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f]")

BEFORE = ("control-plane", "secrets")
"""The scanners whose objections cannot wait until a text is on the disk."""

AFTER = ("contents", "control-plane", "hidden-text", "secrets", "suppressions")
"""The scanners that need nothing but a text; the others see every change at the end."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What was looked at, and what was seen."""

    units: tuple[Unit, ...]
    sightings: tuple[Sighting, ...]
    gaps: tuple[Gap, ...]


def look(path: str, text: str, names: Sequence[str], *, change: Change) -> Looked:
    """Have scanners look at a text as if it were the file at this path."""
    data = text.encode("utf-8", "replace")
    entry = Entry(path, "100644", "0" * 40, len(data))
    units = tuple(build_units([Content(entry=entry, data=data, change=change)]))
    if change is Change.REMOVED:
        units = removed_units([entry], after=0)
    elif not any(unit.kind in TEXTUAL for unit in units):
        # What an agent sends as text is read as text, whatever the file would be taken for.
        units = (*units, Unit("000000", entry, Kind.TEXT, change, text=_CONTROLS.sub(" ", text)))
    said = tuple(_said(units, path, names))
    return Looked(
        units,
        tuple(one for one in said if isinstance(one, Sighting)),
        tuple(one for one in said if isinstance(one, Gap)),
    )


def is_plain(looked: Looked) -> bool:
    """Tell whether no engine has rules for what was looked at, short of text in general."""
    return all(unit.kind is Kind.TEXT and not unit.notes for unit in looked.units)


def _said(units: tuple[Unit, ...], path: str, names: Sequence[str]) -> Iterable[Sighting | Gap]:
    for name in names:
        scanner = registry.scanner(name)
        mine = tuple(unit for unit in units if unit.kind in scanner.covers)
        if mine:
            target = Target(units=mine, paths=frozenset({path}), scratch="", exported="", packs="")
            yield from scanner.scan(target)
