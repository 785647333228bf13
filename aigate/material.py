"""What is judged: which entries, what they hold, and the units that scanners read."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from aigate import registry
from aigate.artefacts.sniff import format_of
from aigate.artefacts.values import Objection
from aigate.domain.finding import Finding, Gap
from aigate.domain.policy import Policy
from aigate.domain.report import Excluded
from aigate.domain.tree import Change, Entry, Kind, Unit
from aigate.engine.patterns import matches_path
from aigate.workspace import git, sides
from aigate.workspace.trees import Comparison
from aigate.workspace.units import Content, build_units, removed_units

# That a file is too large to be read is a finding of its own.
_UNSEEN = {
    "changed": "it changed while it was being read",
    "corrupt": "its blob is damaged",
    "missing": "its blob is not here",
    "notebook-invalid": "it is no readable notebook",
    "undecodable": "it cannot be decoded the way its language would",
    "unreadable": "it cannot be read",
}


def in_scope(
    comparison: Comparison, policy: Policy
) -> tuple[tuple[tuple[Entry, Change], ...], tuple[Excluded, ...]]:
    """Return the entries to judge, and how many the policy leaves out for which reason."""
    kept = []
    left_out: Counter[str] = Counter()
    for entry, change in comparison.judged:
        reason = exclusion(entry.path, policy)
        if reason:
            left_out[reason] += 1
        else:
            kept.append((entry, change))
    exclusions = (Excluded(reason=r, entries=n) for r, n in sorted(left_out.items()))
    return tuple(kept), tuple(exclusions)


def exclusion(path: str, policy: Policy) -> str:
    """Return why the policy leaves a path out, or the empty text if it does not."""
    return next(
        (e.reason for e in policy.exclusions if any(matches_path(one, path) for one in e.paths)), ""
    )


def read_units(
    tree: sides.Tree,
    entries: Sequence[tuple[Entry, Change]],
    removed: Sequence[Entry],
) -> tuple[tuple[Unit, ...], tuple[Gap, ...]]:
    """Read entries as units, and return them with a gap for what is unreadable."""
    units = tuple(build_units(_contents(tree, entries), limit=sides.LARGEST))
    gaps = [Gap(path, f"cannot be read: {why}", "unreadable") for path, why in tree.unreadable]
    gaps += [Gap(u.path, _UNSEEN[note], note) for u in units for note in u.notes if note in _UNSEEN]
    return units + removed_units(removed, after=len(units)), tuple(gaps)


def reader(tree: sides.Tree) -> Callable[[Iterable[Entry]], Iterator[tuple[str, bytes]]]:
    """Return a function that yields the bytes of entries again, by blob, where they can be read."""

    def read(entries: Iterable[Entry]) -> Iterator[tuple[str, bytes]]:
        for blob in tree.read(entries):
            if not blob.problem:
                yield blob.id, blob.data

    return read


def read_whole(units: Iterable[Unit], findings: Iterable[Finding]) -> frozenset[str]:
    """Return the paths of binary files whose format is known and of which nothing stayed unread."""
    partly = {one.at.path for one in findings if one.rule == Objection.UNREAD.value}
    return frozenset(
        unit.path
        for unit in units
        if unit.kind is Kind.BINARY and not unit.notes and format_of(unit.path, unit.head)
    ).difference(partly)


def with_previous(units: tuple[Unit, ...], reference: sides.Tree | None) -> tuple[Unit, ...]:
    """Give modified units the text that they had, where a scanner wants to compare."""
    wanted = {
        unit.path
        for unit in units
        if unit.change is Change.MODIFIED
        and any(s.compares(unit.path) for s in registry.scanners())
    }
    if reference is None or not wanted:
        return units
    entries = [(e, Change.NONE) for e in reference.entries if e.path in wanted]
    before = {u.path: u.text for u in build_units(_contents(reference, entries))}
    return tuple(
        replace(unit, previous=before[unit.path]) if unit.path in before else unit for unit in units
    )


def _contents(tree: sides.Tree, entries: Sequence[tuple[Entry, Change]]) -> Iterator[Content]:
    """Yield entries with their bytes as they arrive, so that not all are held at once."""
    waiting: dict[str, list[tuple[Entry, Change]]] = {}
    for entry, change in entries:
        if entry.mode == git.SUBMODULE_MODE:
            yield Content(entry=entry, change=change)
        else:
            waiting.setdefault(entry.blob, []).append((entry, change))
    for blob in tree.read([entry for entry, _ in entries]):
        same = waiting.pop(blob.id, ())
        # How large it is, is told.
        told = tree.sized if blob.problem == "too-large" else tuple
        for entry, (_, change) in zip(told([e for e, _ in same]), same, strict=True):
            yield Content(entry=entry, data=blob.data, change=change, problem=blob.problem)
    for entry, change in itertools.chain.from_iterable(waiting.values()):
        yield Content(entry=entry, change=change, problem="missing")
