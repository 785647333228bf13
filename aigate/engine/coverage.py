"""Counts what was looked at, so that nothing is left out in silence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from aigate.domain.finding import Gap
from aigate.domain.report import Coverage, Excluded
from aigate.domain.tree import Change, Entry, Kind, Unit

_NO_CONTENT = frozenset({Kind.BINARY, Kind.SUBMODULE, Kind.POINTER})


def coverage_of(
    judged: Sequence[tuple[Entry, Change]],
    units: Sequence[Unit],
    gaps: Sequence[Gap],
    exclusions: tuple[Excluded, ...],
    *,
    covers: Mapping[str, Collection[Kind]],
    read: Collection[str] = (),
) -> Coverage:
    """Count entries: in scope = scanned + excluded + unscannable.

    `covers` says what kinds each scanner covers: where a scanner as such did not look, none
    of what it covers was seen whole. `read` are the paths of binary files that were read whole.
    """
    gone_blind = {gap.scanner for gap in gaps if gap.subject == gap.scanner}
    missed = frozenset().union(*(covers.get(name, ()) for name in gone_blind))
    unseen = {gap.subject for gap in gaps}
    kinds: dict[str, Kind] = {}
    for unit in units:
        kinds.setdefault(unit.path, unit.kind)
        is_closed = unit.kind in _NO_CONTENT and unit.path not in read
        if is_closed or unit.kind in missed:
            unseen.add(unit.path)
    paths = {entry.path for entry, _ in judged}
    excluded = sum(one.entries for one in exclusions)
    unscannable = len(paths & unseen)
    counts = Counter(kinds[path].value for path in paths & kinds.keys())
    return Coverage(
        in_scope=len(judged) + excluded,
        scanned=len(judged) - unscannable,
        excluded=excluded,
        unscannable=unscannable,
        exclusions=exclusions,
        kinds=tuple(sorted(counts.items())),
    )
