"""Remembers what engines said of a text, and has them look only at what nobody has seen yet."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from aigate import __version__
from aigate.domain.extension import Scanner
from aigate.domain.finding import Gap, Sighting
from aigate.domain.place import Span
from aigate.domain.severity import Severity
from aigate.domain.tree import Unit
from aigate.workspace import results
from aigate.workspace.cache import Cache

_FORM = "aigate result 1"

Said = tuple[Sighting | Gap, ...]


@dataclass(frozen=True, slots=True)
class Memory:
    """Where results are kept, None for nowhere, and the digest of the rules that are asked."""

    cache: Cache | None = None
    rules_digest: str = ""


NONE = Memory()


def recalled(
    memory: Memory,
    scanner: Scanner,
    version: str,
    units: Sequence[Unit],
    scan: Callable[[tuple[Unit, ...]], Said],
) -> Said:
    """Return what a scanner says of units, from memory where it was asked before.

    Gaps are never remembered: a unit about which there was one is examined again, and so are
    all of a run in which there was one about the scanner itself.
    """
    if memory.cache is None or not scanner.repeats or not version:
        return scan(tuple(units))
    context = _context(memory, scanner, version)
    keys = {unit.id: _key(context, unit) for unit in units}
    kept = results.load(memory.cache, keys.values())
    new = tuple(unit for unit in units if keys[unit.id] not in kept)
    said = scan(new) if new else ()
    results.save(memory.cache, {keys[i]: row for i, row in _rows(scanner.name, new, said).items()})
    known = [
        sighting
        for unit in units
        if keys[unit.id] in kept
        for sighting in _sightings(unit, kept[keys[unit.id]])
    ]
    return (*known, *said)


def _context(memory: Memory, scanner: Scanner, version: str) -> bytes:
    # Bandit parses with the interpreter that runs it.
    python = ".".join(map(str, sys.version_info))
    parts = (_FORM, __version__, python, scanner.name, version, memory.rules_digest)
    return "\0".join(parts).encode()


def _key(context: bytes, unit: Unit) -> bytes:
    digest = hashlib.blake2b(digest_size=32)
    # The end of the neutral name tells engines which dialect of a language it is.
    for part in (context, unit.kind.encode(), PurePosixPath(unit.file).suffix.encode()):
        digest.update(b"%d\0%s" % (len(part), part))
    digest.update(unit.text.encode("utf-8", "surrogatepass"))
    return digest.digest()


def _rows(scanner: str, units: Iterable[Unit], said: Iterable[Sighting | Gap]) -> dict[str, bytes]:
    """Return what to keep by unit: nothing of a unit, or of a whole run, with a gap."""
    seen: dict[str, list[Sighting]] = {unit.id: [] for unit in units}
    gaps = set()
    for one in said:
        if isinstance(one, Gap):
            gaps.add(one.subject)
        else:
            seen[one.unit].append(one)
    # A file may be named like the scanner, so that a gap about the one hides behind the other.
    if scanner in gaps or gaps - {unit.path for unit in units}:
        return {}
    found = {}
    for unit in units:
        rows = [_row(unit, one) for one in seen[unit.id]]
        if unit.path not in gaps and None not in rows:
            found[unit.id] = json.dumps(rows, separators=(",", ":")).encode()
    return found


def _row(unit: Unit, one: Sighting) -> list[Any] | None:
    """Write a sighting without what it quotes, which may be a secret: its place will do."""
    before, _, after = one.message.partition(one.quoted) if one.quoted else (one.message, "", "")
    start = unit.text.find(one.quoted)
    if start < 0:
        return None
    span = (one.span.line, one.span.column, one.span.end_line, one.span.end_column)
    severity = None if one.severity is None else int(one.severity)
    return [
        one.rule,
        span,
        (before, start, len(one.quoted), after),
        severity,
        one.cwe,
        one.secret,
    ]


def _sightings(unit: Unit, data: bytes) -> Iterable[Sighting]:
    # The cache's key vouches that this is what was written.
    for rule, span, (before, start, length, after), severity, cwe, secret in json.loads(data):
        quoted = unit.text[start : start + length]
        yield Sighting(
            rule=rule,
            unit=unit.id,
            span=Span(*span),
            message=f"{before}{quoted}{after}",
            severity=None if severity is None else Severity(severity),
            cwe=tuple(cwe),
            secret=secret,
            quoted=quoted,
        )
