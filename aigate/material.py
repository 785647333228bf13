"""What is judged: which entries, what they hold, and the units that scanners read."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from aigate import registry, shapes
from aigate.artefacts.sniff import format_of
from aigate.artefacts.values import Objection
from aigate.domain.finding import Finding, Gap
from aigate.domain.policy import Policy
from aigate.domain.report import Excluded
from aigate.domain.tree import Change, Entry, Kind, Unit, Unread
from aigate.engine.patterns import matches_path
from aigate.errors import IncompleteError
from aigate.shapes import Shape
from aigate.workspace import git, sides
from aigate.workspace.cache import Cache
from aigate.workspace.trees import Comparison
from aigate.workspace.units import (
    Content,
    build_units,
    is_of_blob,
    numbered,
    removed_units,
    units_of,
)

# Of fewer, reading them takes no longer than asking what is kept.
_MANY = 64

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
    cache: Cache | None = None,
) -> tuple[tuple[Unit, ...], tuple[Gap, ...]]:
    """Make units of entries in their order, and return them with a gap for what is unreadable.

    What the cache knows, and was hashed when the tree was listed, is read when somebody asks.
    """
    keeps = cache is not None and tree.is_hashed and len(entries) >= _MANY
    known = shapes.load(cache, [entry for entry, _ in entries]) if keeps else {}
    made: dict[tuple[str, str, str], list[Unit]] = {}
    fresh = {}
    for entry, change in entries:
        if entry in known:
            made[_key(entry)] = [_unread(tree, entry, change, known[entry])]
    for content in _contents(tree, [one for one in entries if one[0] not in known]):
        one = list(units_of(content, limit=sides.LARGEST))
        made.setdefault(_key(content.entry), []).extend(one)
        shape = shapes.shape_of(one) if keeps else None
        if shape and content.entry.size == len(content.data) and is_of_blob(content):
            fresh[content.entry] = shape
    shapes.save(cache, fresh)
    ordered = dict.fromkeys(_key(entry) for entry, _ in entries)
    units = tuple(numbered(unit for key in ordered for unit in made[key]))
    gaps = [Gap(path, f"cannot be read: {why}", "unreadable") for path, why in tree.unreadable]
    gaps += [Gap(u.path, _UNSEEN[note], note) for u in units for note in u.notes if note in _UNSEEN]
    return units + removed_units(removed, after=len(units)), tuple(gaps)


def _key(entry: Entry) -> tuple[str, str, str]:
    return entry.path, entry.mode, entry.blob


def _unread(tree: sides.Tree, entry: Entry, change: Change, shape: Shape) -> Unit:
    """Return a unit of this shape whose text is read when somebody asks for it."""
    has_text = entry.size and shape.kind is not Kind.BINARY
    unread = Unread(shape.digest, partial(_text, tree, entry, shape)) if has_text else None
    return Unit("", entry, shape.kind, change, file=shape.end, head=shape.head, unread=unread)


def _text(tree: sides.Tree, entry: Entry, shape: Shape) -> str:
    """Read the text of a plain file.

    Raises:
        IncompleteError: it is another one than was listed, or cannot be read.
    """
    (content,) = _contents(tree, [(entry, Change.NONE)])
    text = shapes.text_of(shape, content)
    if text is None:
        why = content.problem or "changed"
        raise IncompleteError(
            f"`{entry.path}` cannot be read: {_UNSEEN.get(why, why)}",
            hint="scan again when nothing writes to the working tree",
            code=why,
        )
    return text


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


def former_units(units: Iterable[Unit], reference: sides.Tree) -> dict[str, Unit]:
    """Return by the ids of modified units what they were in the reference, where that was one."""
    wanted = {unit.path: unit.id for unit in units if unit.change is Change.MODIFIED}
    entries = [(e, Change.NONE) for e in reference.entries if e.path in wanted]
    found, _ = read_units(reference, entries, ())
    many = Counter(unit.path for unit in found)
    return {wanted[unit.path]: unit for unit in found if many[unit.path] == 1}


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
