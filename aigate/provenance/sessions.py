"""Sessions that our own agent hooks recorded; see `_sessions`."""

from __future__ import annotations

from collections.abc import Iterator

from aigate.domain.evidence import Claim, Doubt, Exhibits
from aigate.domain.extension import Evidence
from aigate.provenance._places import LARGEST_SESSION, SESSION_VERSION, SESSIONS

REF = SESSIONS
VERSION = SESSION_VERSION
LARGEST = LARGEST_SESSION
"""Larger notes and files are not read, in bytes."""


def claims_of(row: bytes) -> list[Claim]:
    """Return what one record claims; nothing for what is no record."""
    from aigate.provenance import _sessions  # noqa: PLC0415 - needed where there are records

    return _sessions.claims_of(row)


def _read(exhibits: Exhibits) -> Iterator[Claim | Doubt]:
    if exhibits.notes.get(REF) or exhibits.local:
        from aigate.provenance._sessions import read  # noqa: PLC0415 - see above

        yield from read(exhibits)


EVIDENCE = Evidence(name="sessions", read=_read, notes=(REF,))
