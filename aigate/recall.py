"""Remembers what scanners said of a text, and has them look only at what nobody has seen yet."""

from __future__ import annotations

import contextlib
import hashlib
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from pathlib import Path
from typing import Any, NoReturn, cast

from aigate import __version__
from aigate.domain.extension import Repeats, Scanner, Target
from aigate.domain.finding import Gap, Sighting
from aigate.domain.place import Span
from aigate.domain.severity import Severity
from aigate.domain.tree import Entry, Unit
from aigate.value import dataclass
from aigate.workspace import results
from aigate.workspace.cache import Cache
from aigate.workspace.units import digest_of

_FORM = "aigate result 4"

Said = tuple[Sighting | Gap, ...]

# Escaped, two halves of a character that stand apart in a text would come back as one.
_WRITE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

_Row = dict[str, list[list[Any]]]
"""What is kept of one text: by scanner, version and surroundings, the sightings."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Where results are kept, None for nowhere, and the digest of the rules that are asked.

    `run` holds results until the end of the run, if it is there.
    """

    cache: Cache | None = None
    rules_digest: str = ""
    run: dict[bytes, _Row] | None = None


NONE = Memory()


@dataclass(frozen=True, slots=True)
class Question:
    """What a scanner of this version would be asked, about which units.

    `around` is what it says of their surroundings; see `Scanner`.
    """

    scanner: Scanner
    version: str
    units: tuple[Unit, ...]
    around: Mapping[str, str] = field(default_factory=dict)


class Gists:
    """Says what of units may matter to a scanner that looks at other files too."""

    __slots__ = ("_known", "_say", "fresh")

    def __init__(self, say: Callable[[Unit], str], known: Mapping[str, str]) -> None:
        """Take what says it, and what is known by the ids of units."""
        self._say = say
        self._known = known
        self.fresh: dict[str, str] = {}

    def __call__(self, unit: Unit) -> str:
        """Return what is said of a unit."""
        known = self._known.get(unit.id)
        if known is not None:
            return known
        if unit.id not in self.fresh:
            self.fresh[unit.id] = self._say(_bare(Repeats.FILE, unit))
        return self.fresh[unit.id]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a question: sightings from memory, and the units that are left to look at.

    The units that are left hold no more than the scanner says it needs, and of those that are
    alike to it only one is there: `alike` has all that each stands for, by its id. `rows` is
    what memory holds under the keys, which all questions of a scan share. `gists` are there
    where the scanner has a function of that name.
    """

    question: Question
    sightings: tuple[Sighting, ...] = ()
    left: tuple[Unit, ...] = ()
    alike: Mapping[str, tuple[Unit, ...]] = field(default_factory=dict)
    keys: Mapping[str, bytes] = field(default_factory=dict)
    rows: dict[bytes, _Row] = field(default_factory=dict)
    gists: Gists | None = None


def known(memory: Memory, questions: Sequence[Question], *, packs: str) -> tuple[Known, ...]:
    """Return what memory answers to each question, with one look into it."""
    context = _context(memory, packs)
    digests: dict[str, bytes] = {}
    by_text: dict[str, bytes] = {}
    by_file: dict[str, bytes] = {}
    keys = {Repeats.TEXT: by_text, Repeats.FILE: by_file}
    for question in questions:
        repeats = _kept_by(question.scanner)
        if repeats is Repeats.NEVER:
            continue
        mine = keys[repeats]
        for unit in question.units:
            if unit.id not in mine:
                if unit.id not in digests:
                    digests[unit.id] = digest_of(unit)
                mine[unit.id] = _key(context, repeats, unit, digests[unit.id])
    asked = {*by_text.values(), *by_file.values()}
    run = memory.run or {}
    rows = {key: run[key] for key in run.keys() & asked}
    loaded = results.load(memory.cache, asked - rows.keys())
    rows |= results.read_all(loaded)
    return tuple(_known(one, keys.get(_kept_by(one.scanner), {}), rows) for one in questions)


def _kept_by(scanner: Scanner) -> Repeats:
    """Return by what something is kept of a unit: that may be no more than its gist."""
    return Repeats.FILE if scanner.gist else scanner.repeats


def _known(question: Question, keys: Mapping[str, bytes], rows: dict[bytes, _Row]) -> Known:
    repeats = question.scanner.repeats
    if repeats is Repeats.NEVER:
        gists = _gists(question, keys, rows)
        return Known(question, left=question.units, keys=keys, rows=rows, gists=gists)
    sightings: list[Sighting] = []
    alike: dict[tuple[bytes, str], list[Unit]] = {}
    for unit in question.units:
        key = keys[unit.id]
        label = _label(question, unit)
        said = rows[key].get(label) if key in rows else None
        if said is None:
            alike.setdefault((key, label), []).append(unit)
        elif said:
            sightings.extend(_sightings(unit, said))
    return Known(
        question,
        tuple(sightings),
        tuple(_bare(repeats, units[0]) for units in alike.values()),
        {units[0].id: tuple(units) for units in alike.values()},
        {units[0].id: key for (key, _), units in alike.items()},
        rows,
    )


def _gists(
    question: Question, keys: Mapping[str, bytes], rows: Mapping[bytes, _Row]
) -> Gists | None:
    say = question.scanner.gist
    if say is None:
        return None
    kept: dict[str, str] = {}
    for unit in question.units:
        said = rows.get(keys[unit.id], {}).get(_label(question, unit))
        if said is not None:
            kept[unit.id] = said[0][0]
    return Gists(say, kept)


def target_of(one: Known, target: Target) -> Target:
    """Return what a scanner is given: the units that are left, and nothing it does not need."""
    repeats = one.question.scanner.repeats
    given = replace(target, units=one.left, around=one.question.around)
    if repeats is Repeats.NEVER:
        return replace(given, gist=one.gists)
    nothing = cast("Any", _Withheld())
    return replace(
        given, paths=nothing, read=nothing, entries=nothing, index=nothing, omits=nothing
    )


class _Withheld:
    """Stands for what a scanner says it does not need."""

    def _refuse(self, *_: object) -> NoReturn:
        raise TypeError("a scanner that repeats itself asks for what is no part of the unit")

    __bool__ = __call__ = __contains__ = __getattr__ = __iter__ = __len__ = _refuse


def told(one: Known, said: Iterable[Sighting | Gap]) -> Said:
    """Return the whole answer: what was known, and what was said of the units that were left."""
    if one.question.scanner.repeats is Repeats.NEVER:
        return tuple(said)
    whole: list[Sighting | Gap] = list(one.sightings)
    paths = _paths(one)
    for item in said:
        if isinstance(item, Sighting):
            whole.extend(replace(item, unit=unit.id) for unit in one.alike[item.unit])
        else:
            subjects = paths.get(item.subject, (item.subject,))
            whole.extend(replace(item, subject=subject) for subject in subjects)
    return tuple(whole)


def _paths(one: Known) -> Mapping[str, tuple[str, ...]]:
    """Return the paths that are meant by the path of each unit that was left."""
    paths: dict[str, tuple[str, ...]] = {}
    for unit in one.left:
        paths[unit.path] = tuple(same.path for same in one.alike[unit.id])
    return paths


def keep(memory: Memory, answers: Iterable[tuple[Known, Iterable[Sighting | Gap]]]) -> None:
    """Keep what was said of the units that were left.

    Gaps are never kept: a unit about which there was one is examined again, and so are all of
    a run in which there was one about the scanner itself.
    """
    if memory.cache is None and memory.run is None:
        return
    changed: dict[bytes, _Row] = {}
    for one, said in answers:
        for unit, found in _whole(one, said):
            key = one.keys[unit.id]
            row = changed.setdefault(key, dict(one.rows.get(key, {})))
            row[_label(one.question, unit)] = found
    if memory.run is not None:
        memory.run.update(changed)
    if memory.cache is not None:
        results.save(memory.cache, {key: _bytes(_WRITE(row)) for key, row in changed.items()})


def _whole(one: Known, said: Iterable[Sighting | Gap]) -> Iterator[tuple[Unit, list[list[Any]]]]:
    """Yield what to keep by unit: nothing of a unit, or of a whole run, with a gap."""
    if one.question.scanner.repeats is Repeats.NEVER:
        fresh = one.gists.fresh if one.gists else {}
        yield from ((unit, [[fresh[unit.id]]]) for unit in one.left if unit.id in fresh)
        return
    seen: dict[str, list[list[Any]]] = {unit.id: [] for unit in one.left}
    gaps = set()
    for item in said:
        if isinstance(item, Gap):
            gaps.add(item.subject)
        else:
            seen[item.unit].append(_written(item))
    # A file may be named like the scanner, so that a gap about the one hides behind the other.
    if one.question.scanner.name in gaps or gaps - {unit.path for unit in one.left}:
        return
    for unit in one.left:
        if unit.path not in gaps:
            yield unit, seen[unit.id]


def _context(memory: Memory, packs: str) -> bytes:
    # Bandit parses with the interpreter that runs it.
    python = ".".join(map(str, sys.version_info))
    parts = [one.encode() for one in (_FORM, __version__, python, memory.rules_digest)]
    if memory.cache is not None:
        # Scanners of our own read tables from there; about one that cannot be read is a gap. The
        # long lists, which are no JSON, are read by those only of which nothing is kept.
        with contextlib.suppress(OSError):
            for file in sorted(Path(packs, "data").glob("*.json")):
                parts += [file.name.encode(), file.read_bytes()]
    return _digest(parts)


def _key(context: bytes, repeats: Repeats, unit: Unit, text: bytes) -> bytes:
    # The end of the neutral name tells engines which dialect of a language it is.
    parts = [repeats.value, unit.kind, unit.file.rpartition(".")[2]]
    if repeats is Repeats.FILE:
        parts += [unit.path, unit.entry.mode, str(unit.cell), *unit.notes]
    # Both digests are of one length, and no part holds a zero byte.
    return hashlib.blake2b(context + text + _bytes("\0".join(parts)), digest_size=32).digest()


def _digest(parts: Iterable[bytes]) -> bytes:
    framed = b"".join(b"%d\0%s" % (len(part), part) for part in parts)
    return hashlib.blake2b(framed, digest_size=32).digest()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _label(question: Question, unit: Unit) -> str:
    around = question.around.get(unit.id, "")
    return f"{question.scanner.name} {question.version}\n{around}"


def _bare(repeats: Repeats, unit: Unit) -> Unit:
    """Return a unit with nothing but what its key holds, and its id."""
    if repeats is Repeats.TEXT:
        return Unit(
            unit.id, Entry(unit.id, "100644", ""), unit.kind, text=unit.text, file=unit.file
        )
    return Unit(
        unit.id,
        Entry(unit.path, unit.entry.mode, ""),
        unit.kind,
        text=unit.text,
        cell=unit.cell,
        notes=unit.notes,
    )


def _written(one: Sighting) -> list[Any]:
    span = (one.span.line, one.span.column, one.span.end_line, one.span.end_column)
    severity = None if one.severity is None else int(one.severity)
    return [one.rule, span, one.message, severity, one.cwe, one.secret]


def _sightings(unit: Unit, said: Iterable[list[Any]]) -> Iterator[Sighting]:
    for rule, span, message, severity, cwe, secret in said:
        yield Sighting(
            rule=rule,
            unit=unit.id,
            span=Span(*span),
            message=message,
            severity=None if severity is None else Severity(severity),
            cwe=tuple(cwe),
            secret=secret,
        )
