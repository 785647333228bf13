"""Has the scanner of dependencies look at small trees."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path

from aigate.domain.extension import Target
from aigate.domain.finding import Gap, Omission, Sighting
from aigate.domain.package import PackageIndex
from aigate.domain.tree import Entry
from aigate.scanners.dependencies import SCANNER
from aigate.workspace.units import Content, build_units

PACKS = str(Path(__file__).parents[2] / "policies")
TODAY = date(2026, 11, 22)


def look(
    changed: Mapping[str, str | bytes],
    others: Mapping[str, str | bytes] | None = None,
    *,
    index: PackageIndex | None = None,
    packs: str = PACKS,
    omitted: list[Omission] | None = None,
) -> list[Sighting | Gap]:
    """Return what is said of the files that changed, in a tree that has others as well."""
    tree = {**(others or {}), **changed}
    data = {path: one.encode() if isinstance(one, str) else one for path, one in tree.items()}
    entries = {
        path: Entry(path, "100644", f"{n:040}", len(data[path])) for n, path in enumerate(tree)
    }

    def read(wanted: Iterable[Entry]) -> Iterator[tuple[str, bytes]]:
        return ((entry.blob, data[entry.path]) for entry in wanted)

    units = build_units([Content(entry=entries[path], data=data[path]) for path in changed])
    target = Target(
        units=tuple(unit for unit in units if unit.kind in SCANNER.covers),
        paths=frozenset(tree),
        scratch="",
        exported="",
        packs=packs,
        read=read,
        entries=entries.values,
        index=index,
        omits=omitted.append if omitted is not None else lambda _one: None,
    )
    return list(SCANNER.scan(target))


def said(found: Iterable[Sighting | Gap]) -> list[str]:
    """Return in short what was said: `RULE severity LINE`, or `gap CODE`."""
    return sorted(
        f"gap {one.code}"
        if isinstance(one, Gap)
        else f"{one.rule} {one.severity.word if one.severity else '?'} {one.span.line}"
        for one in found
    )
