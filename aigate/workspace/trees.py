"""Compares two trees: what is to be judged, and what is gone."""

from __future__ import annotations

from operator import attrgetter

from aigate.domain.tree import Change, Entry
from aigate.value import dataclass

_IDENTITY = attrgetter("path", "mode", "blob")
_ORDER = attrgetter("path", "mode", "blob", "size")


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a head has that its reference has not.

    `judged` are the entries of the head whose path, mode and blob are together not in the
    reference, each with what was done to it; `removed` those of the reference whose path the
    head lacks; `unchanged` counts the other entries of the head. All are in order of path.
    """

    judged: tuple[tuple[Entry, Change], ...]
    removed: tuple[Entry, ...] = ()
    unchanged: int = 0


def compare(head: tuple[Entry, ...], reference: tuple[Entry, ...] | None) -> Comparison:
    """Compare two trees entry by entry, without regard to renames, attributes or history.

    Without a reference, all of the head is judged.
    """
    if reference is None:
        return Comparison(tuple((entry, Change.NONE) for entry in sorted(head, key=_ORDER)))
    before = set(map(_IDENTITY, reference))
    paths = {entry.path for entry in reference}
    kept = {entry.path for entry in head}
    judged = tuple(
        (entry, Change.MODIFIED if entry.path in paths else Change.ADDED)
        for entry in sorted(entry for entry in head if _IDENTITY(entry) not in before)
    )
    removed = tuple(sorted(entry for entry in reference if entry.path not in kept))
    return Comparison(judged, removed, len(head) - len(judged))


def narrowed(comparison: Comparison, paths: frozenset[str]) -> Comparison:
    """Leave only these paths of a comparison."""
    return Comparison(
        tuple((entry, change) for entry, change in comparison.judged if entry.path in paths),
        tuple(entry for entry in comparison.removed if entry.path in paths),
        comparison.unchanged,
    )
