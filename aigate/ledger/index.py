"""An index of a ledger: which records name which finding or terms, as a few sorted tables.

It is made of all records of one tree, and answers as `store.index` does, without any of them.
What it holds was not verified; what is found through it must be.
"""

from __future__ import annotations

import struct
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator

from aigate.ledger import store
from aigate.value import dataclass

VERSION = 1
"""Of what is found in records, and of how it is written."""

_DIGEST = 32
_FINGERPRINT = 16
_SIZES = struct.Struct(">4Q")


@dataclass(frozen=True, slots=True)
class Index:
    """Three tables, each of rows of one width, sorted and joined.

    `records` pair the digest of each record with the id of its blob, of `width` bytes;
    `findings` fingerprints, and `terms` digests of terms that are superseded or withdrawn, with
    the digest of the record that names them. `names` is the digest over all their paths, empty
    if there are none.
    """

    width: int
    records: bytes = b""
    findings: bytes = b""
    terms: bytes = b""
    names: str = ""

    def __len__(self) -> int:
        """Return how many records there are."""
        return len(self.records) // (_DIGEST + self.width)


@dataclass(frozen=True, slots=True)
class Row:
    """What the index keeps of one record; all are hexadecimal digits but the data."""

    digest: str
    blob: str
    data: bytes


def extended(index: Index, rows: Iterable[Row]) -> Index:
    """Return an index that holds further records as well."""
    records = _rows(index.records, _DIGEST + index.width)
    findings = _rows(index.findings, _FINGERPRINT + _DIGEST)
    terms = _rows(index.terms, 2 * _DIGEST)
    for row in rows:
        digest = bytes.fromhex(row.digest)
        records.append(digest + bytes.fromhex(row.blob))
        named = store.names_in(row.data)
        findings += [raw + digest for raw in _raw(named.fingerprints, _FINGERPRINT)]
        terms += [raw + digest for raw in _raw(named.terms, _DIGEST)]
    return Index(
        width=index.width,
        records=_joined(records),
        findings=_joined(findings),
        terms=_joined(terms),
        names=store.digest_of(row[:_DIGEST].hex() for row in sorted(records)),
    )


def naming(index: Index, fingerprints: Iterable[str]) -> frozenset[str]:
    """Return the digests of the records that name one of these findings."""
    return _found(index.findings, _raw(fingerprints, _FINGERPRINT), _FINGERPRINT)


def ending(index: Index, terms: Iterable[str]) -> frozenset[str]:
    """Return the digests of the records that supersede or withdraw one of these terms."""
    return _found(index.terms, _raw(terms, _DIGEST), _DIGEST)


def blob_of(index: Index, digest: str) -> str:
    """Return the id of a record's blob, empty if there is no such record."""
    width = _DIGEST + index.width
    wanted = bytes.fromhex(digest)
    at = _first(index.records, width, wanted) * width
    row = index.records[at : at + width]
    return row[_DIGEST:].hex() if row[:_DIGEST] == wanted else ""


def names_with(index: Index, digests: Collection[str]) -> str:
    """Return what `names` would be with further records."""
    if not digests:
        return index.names
    known = {row[:_DIGEST].hex() for row in _rows(index.records, _DIGEST + index.width)}
    return store.digest_of(known | {*digests})


def encode(index: Index) -> bytes:
    """Write an index."""
    parts = (index.records, index.findings, index.terms, bytes.fromhex(index.names))
    return _SIZES.pack(index.width, *map(len, parts[:3])) + b"".join(parts)


def decode(data: bytes) -> Index | None:
    """Read an index; None if `encode` did not write it."""
    if len(data) < _SIZES.size:
        return None
    width, *sizes = _SIZES.unpack_from(data)
    parts = []
    at = _SIZES.size
    for size in sizes:
        parts.append(data[at : at + size])
        at += size
    names = data[at:]
    widths = (_DIGEST + width, _FINGERPRINT + _DIGEST, 2 * _DIGEST)
    fits = all(
        len(part) == size and size % each == 0
        for part, size, each in zip(parts, sizes, widths, strict=True)
    )
    if not fits or width not in {20, 32} or len(names) != (_DIGEST if parts[0] else 0):
        return None
    return Index(width, parts[0], parts[1], parts[2], names.hex())


def _raw(names: Iterable[str | bytes], size: int) -> Iterator[bytes]:
    # Junk may hold anything where a name belongs; it then names nothing.
    for name in names:
        text = name.decode("ascii", "replace") if isinstance(name, bytes) else name
        try:
            raw = bytes.fromhex(text)
        except ValueError:
            continue
        if len(raw) == size and raw.hex() == text:
            yield raw


def _rows(table: bytes, width: int) -> list[bytes]:
    return [table[at : at + width] for at in range(0, len(table), width)]


def _joined(rows: list[bytes]) -> bytes:
    return b"".join(sorted(set(rows)))


def _first(table: bytes, width: int, prefix: bytes) -> int:
    """Return the number of the first row that is not before a prefix."""
    return bisect_left(
        range(len(table) // width), prefix, key=lambda n: table[n * width : n * width + len(prefix)]
    )


def _found(table: bytes, wanted: Iterable[bytes], size: int) -> frozenset[str]:
    width = size + _DIGEST
    found = set()
    for prefix in wanted:
        at = _first(table, width, prefix) * width
        while table[at : at + size] == prefix:
            found.add(table[at + size : at + width].hex())
            at += width
    return frozenset(found)
