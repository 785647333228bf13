"""Keeps records: one file each, named after what it says, written once and never again.

What is judged comes as bytes from the trees of git; only `append` touches a file system.
"""

from __future__ import annotations

import binascii
import contextlib
import errno
import hashlib
import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from aigate.domain.accountability import Statement
from aigate.domain.regex import regex
from aigate.errors import IncompleteError, IntegrityError
from aigate.ledger import dsse, names, sshsig, statements
from aigate.value import dataclass

FOLDER = names.FOLDER
path_of = names.path_of
digest_in = names.digest_in

MOST_NEW = 5_000
"""How many records one change may add."""

MOST_NEW_BYTES = 64 * 1024 * 1024
"""How large the records that one change adds may be together."""

_SHOWN = 3
# What making a hard link says where there are none, as on many memory cards and shares.
_NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})
_PREFIX = b'{"payload":"'

# Within a text of canonical JSON each quote has a backslash before it, so none of these is
# ever found in words that somebody wrote.
_FINGERPRINT = b'"fingerprint":"'
_FINGERPRINT_DIGITS = 32
_SUPERSEDES = b'"supersedes":["'
_PARENTS = b'"parents":["'
_TERMS = b'"terms":'
_AFTER_TERMS = b'},"predicateType":"'
_DIGEST = regex(rb"[0-9a-f]{64}")

_Content = TypeVar("_Content")


@dataclass(frozen=True, slots=True)
class Index:
    """Which records may matter, found without verifying any.

    `by_fingerprint` gives the paths of records that name a finding, `by_terms` those that
    supersede or withdraw terms.
    """

    by_fingerprint: Mapping[str, tuple[str, ...]]
    by_terms: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Named:
    """What one record names: findings, and terms that it supersedes or withdraws."""

    fingerprints: frozenset[bytes]
    terms: frozenset[bytes]


def records(paths: Iterable[str]) -> tuple[str, ...]:
    """Return the paths that are records; names with a leading dot are left-overs of a crash.

    Raises:
        IntegrityError: `ledger-name` for anything else in the folder.
    """
    found = [path for path in paths if not path.removeprefix(f"{FOLDER}/").startswith(".")]
    odd = sorted(path for path in found if not digest_in(path))
    if odd:
        raise IntegrityError(
            f"{_listed(odd)} in the ledger is no record",
            hint="records are written by `aigate accept` and the like, and by nothing else",
            code="ledger-name",
        )
    return tuple(found)


def require_bounded(sizes: Mapping[str, int], *, known: Collection[str] = ()) -> None:
    """Refuse a ledger that was flooded; ask before reading any of it.

    `sizes` are bytes by path, `known` the paths that the reference has.

    Raises:
        IntegrityError: `ledger-large` or `ledger-flooded`.
    """
    large = sorted(path for path, size in sizes.items() if size > dsse.LARGEST)
    if large:
        most = dsse.LARGEST // 2**20
        raise IntegrityError(f"{_listed(large)} is larger than {most} MiB", code="ledger-large")
    before = set(known)
    added = [size for path, size in sizes.items() if path not in before]
    if len(added) > MOST_NEW or sum(added) > MOST_NEW_BYTES:
        raise IntegrityError(
            f"the change adds {len(added)} records of {sum(added)} bytes in total, and at most"
            f" {MOST_NEW} of {MOST_NEW_BYTES} are read",
            hint="add them in several changes",
            code="ledger-flooded",
        )


def require_append_only(reference: Mapping[str, _Content], head: Mapping[str, _Content]) -> None:
    """Refuse a head that lost or changed a record of the reference.

    The values are contents or blob ids; both tell.

    Raises:
        IntegrityError: `ledger-removed` or `ledger-changed`.
    """
    lost = sorted(path for path in reference if path not in head)
    if lost:
        raise IntegrityError(
            f"{_listed(lost)} is missing from the ledger",
            hint=(
                "if your branch is behind the one that it goes into, merge that one first;"
                " records are never removed: withdraw what no longer holds"
            ),
            code="ledger-removed",
        )
    changed = sorted(path for path, content in reference.items() if head[path] != content)
    if changed:
        raise IntegrityError(
            f"{_listed(changed)} was changed after it was recorded",
            hint="restore it with `git checkout` from the branch that this goes into",
            code="ledger-changed",
        )


def require_union(
    parents: Sequence[Mapping[str, _Content]], merged: Mapping[str, _Content]
) -> None:
    """Refuse a merge that dropped or changed a record of any of its parents.

    Raises:
        IntegrityError: `ledger-removed` or `ledger-changed`.
    """
    for parent in parents:
        require_append_only(parent, merged)


def read(entries: Mapping[str, bytes]) -> tuple[Statement, ...]:
    """Verify records and decode what they say, in order of their paths.

    Raises:
        IntegrityError: for the first that is not what `append` would have written.
    """
    return tuple(read_one(path, entries[path]) for path in sorted(records(entries)))


def read_one(path: str, data: bytes) -> Statement:
    """Verify one record and decode what it says.

    That the signature verifies says whose it is; whether it counts is not decided here.

    Raises:
        IntegrityError: with the code of the check that failed, and the path in its message.
    """
    try:
        envelope = dsse.decode(data, file=path)
        _require_name(path, envelope.payload)
        verified = sshsig.verify(envelope.signed, envelope.signatures[0].armor)
        return statements.decode(envelope.payload, verified=verified, file=path)
    except IntegrityError as error:
        if f"`{path}`" in error.message:
            raise
        text = f"`{path}`: {error.message}"
        raise IntegrityError(text, hint=error.hint, code=error.code) from error


def _require_name(path: str, payload: bytes) -> None:
    if path != path_of(hashlib.sha256(payload).hexdigest()):
        raise IntegrityError("the record is not named after what it says", code="ledger-name")


def index(entries: Mapping[str, bytes]) -> Index:
    """Find which records name which finding or terms, without verifying any.

    Nobody can hide a record that verifies from this: a payload has one spelling, and in that
    one the names are found. What is found may still be junk, which `read` refuses.
    """
    by_fingerprint: dict[bytes, list[str]] = {}
    by_terms: dict[bytes, list[str]] = {}
    for path, data in entries.items():
        found = names_in(data)
        for name in found.fingerprints:
            by_fingerprint.setdefault(name, []).append(path)
        for name in found.terms:
            by_terms.setdefault(name, []).append(path)
    return Index(_frozen(by_fingerprint), _frozen(by_terms))


def names_in(data: bytes) -> Named:
    """Find what one record names, without verifying it; see `index`."""
    payload = _payload(data)
    fingerprints = set()
    # Plain searches: patterns take several times as long, and there may be many records.
    at = payload.find(_FINGERPRINT)
    while at >= 0:
        start = at + len(_FINGERPRINT)
        fingerprints.add(payload[start : start + _FINGERPRINT_DIGITS])
        at = payload.find(_FINGERPRINT, start)
    return Named(frozenset(fingerprints), frozenset(_named(_SUPERSEDES, payload)))


def digest_of(digests: Iterable[str]) -> str:
    """Return the digest over the paths of these records, empty if there are none."""
    paths = [path_of(digest) for digest in sorted(digests)]
    return hashlib.sha256("\n".join(paths).encode("ascii")).hexdigest() if paths else ""


def heads(entries: Mapping[str, bytes]) -> tuple[str, ...]:
    """Return the digests of the records that no other record names as a parent."""
    parents: set[bytes] = set()
    for data in entries.values():
        parents |= _named(_PARENTS, _payload(data))
    digests = {Path(path).stem for path in records(entries)}
    return tuple(sorted(digests - {name.decode("ascii") for name in parents}))


def terms_digests(entries: Mapping[str, bytes]) -> dict[str, str]:
    """Return the digest of the terms in each record, without verifying any.

    Terms have one spelling, so that these are the digests that `statements` would compute.
    """
    found = {}
    for path, data in entries.items():
        payload = _payload(data)
        start, end = payload.find(_TERMS), payload.rfind(_AFTER_TERMS)
        if 0 <= start < end:
            terms = payload[start + len(_TERMS) : end] + b"\n"
            found[path] = hashlib.sha256(terms).hexdigest()
    return found


def _payload(data: bytes) -> bytes:
    # An envelope has one spelling as well, and starts with its payload.
    try:
        return binascii.a2b_base64(data[len(_PREFIX) : data.find(b'"', len(_PREFIX))])
    except binascii.Error:
        return b""


def _named(field: bytes, payload: bytes) -> set[bytes]:
    # Lists of digests stand near the end, and are seldom there at all.
    at = payload.rfind(field)
    return set(_DIGEST.findall(payload, at, payload.find(b"]", at))) if at >= 0 else set()


def _frozen(found: Mapping[bytes, list[str]]) -> dict[str, tuple[str, ...]]:
    # Junk may hold anything where a fingerprint belongs; it then names no finding.
    return {
        name.decode("ascii", "replace"): tuple(sorted(set(paths))) for name, paths in found.items()
    }


def _listed(paths: Sequence[str]) -> str:
    shown = ", ".join(f"`{_plain(path)}`" for path in paths[:_SHOWN])
    more = len(paths) - _SHOWN
    return f"{shown} and {more} more" if more > 0 else shown


def _plain(path: str) -> str:
    return ascii(path[:160])[1:-1].replace("`", "'")


# Writing


def append(repository: Path, entry: bytes) -> str:
    """Write a record into a repository's working tree and return its path there.

    The record has its name only when all of it is on the disk, and no file is ever replaced.

    Raises:
        IntegrityError: the entry is not what this gate reads, or another one has its name.
        IncompleteError: `ledger-write` if it cannot be written; then nothing was.
    """
    envelope = dsse.decode(entry, file="the new record")
    path = path_of(hashlib.sha256(envelope.payload).hexdigest())
    read_one(path, entry)
    try:
        with _folder(repository) as folder:
            _write(folder, Path(path).name, entry)
    except OSError as error:
        linkless = error.errno in _NO_LINKS and error.filename2 is not None
        reason = "this file system has no hard links" if linkless else error.strerror
        raise IncompleteError(
            f"`{path}` cannot be written: {reason or 'unknown reason'}",
            hint=(
                "nothing was recorded; sign in a clone on another file system, and push from there"
                if linkless
                else "nothing was recorded; mend that and sign again"
            ),
            code="ledger-write",
        ) from error
    return path


@contextlib.contextmanager
def _folder(repository: Path) -> Iterator[int]:
    """Open the ledger's folder, making it if need be; links on the way are not followed."""
    folder = os.open(repository, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for part in FOLDER.split("/"):
            with contextlib.suppress(FileExistsError):
                os.mkdir(part, dir_fd=folder)
                os.fsync(folder)
            flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
            inner = os.open(part, flags, dir_fd=folder)
            os.close(folder)
            folder = inner
        yield folder
    finally:
        os.close(folder)


def _write(folder: int, name: str, entry: bytes) -> None:
    # Readers pass over names with a dot, so one that a crash leaves behind does no harm.
    passing = f".{name}.{os.urandom(8).hex()}.tmp"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    file = os.open(passing, flags, 0o644, dir_fd=folder)
    try:
        with os.fdopen(file, "wb") as stream:
            stream.write(entry)
            stream.flush()
            os.fsync(stream.fileno())
        # Unlike a rename, a link never takes the place of what is there.
        os.link(passing, name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
    except FileExistsError:
        _require_same(folder, name, entry)
    finally:
        os.unlink(passing, dir_fd=folder)
    os.fsync(folder)


def _require_same(folder: int, name: str, entry: bytes) -> None:
    file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=folder)
    with os.fdopen(file, "rb") as stream:
        there = stream.read(len(entry) + 1)
    if there != entry:
        raise IntegrityError(f"another record is already at `{name}`", code="ledger-exists")
