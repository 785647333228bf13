"""The registry: the chain of root files, and which people it takes to add to it.

A version counts when the people of the version before and its own people signed it, and when
every new key signed its own enrolment. The reasons are in `docs/decisions/0006-trust-root.md`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NoReturn

from aigate.domain.accountability import Key, KeyState, Person, Registry, Root
from aigate.domain.regex import regex
from aigate.engine.shown import line
from aigate.errors import IntegrityError, UsageError
from aigate.ledger import sshsig
from aigate.ledger.roots import (
    RootFile,
    counting,
    reaches,
    read_payload,
    read_root_file,
    signed_bytes,
)

FOLDER = ".aigate/trust"
"""Where root files lie, from the top of the repository."""

_ROOT = regex(r"\.aigate/trust/([1-9][0-9]{0,4})\.root\.json")
_LIKE_ROOT = regex(r"\.aigate/trust/.*\.root\.json", re.IGNORECASE | re.DOTALL)
_EXPIRED = "registry-expired"
_PIN = regex(r"[0-9a-f]{64}")


def root_path(version: int) -> str:
    """Return the path of a version's file."""
    return f"{FOLDER}/{version}.root.json"


def proposal_path(version: int) -> str:
    """Return the path of a version that is still being signed, and counts for nothing."""
    return f"{FOLDER}/{version}.root.proposed.json"


def read_registry(files: Mapping[str, bytes], *, pin: str, at: datetime) -> Registry | None:
    """Verify the whole chain of root files and return it; None if there is no root file.

    Args:
        files: Paths from the top of the repository, with their bytes; what is no root file is
            passed over.
        pin: The digest of any version, from outside of the repository, or nothing. It vouches
            for that version, for those it builds on, and for those that validly follow.
        at: The newest version must not have expired then.

    Raises:
        UsageError: the pin is no digest.
        IntegrityError: any part of it does not hold; the code says which.
    """
    if pin and not _PIN.fullmatch(pin):
        raise UsageError(
            f"the pin `{line(pin, 70)}` is no SHA-256",
            hint="`aigate trust show` prints the digest, 64 letters and digits",
            code="registry-pin-form",
        )
    roots = read_chain(files)
    if not roots:
        return None
    current = roots[-1]
    if pin and pin not in {root.digest for root in roots}:
        _refuse(
            "the trust root is not the one that is pinned",
            "registry-pin",
            "compare the pin with `aigate trust show`; never change it without asking both signers",
        )
    if at >= current.expires:
        _refuse(
            f"version {current.version} of the registry has expired on {current.expires:%Y-%m-%d}",
            _EXPIRED,
            "run `aigate trust rotate`, have the next version signed, and merge it: that change passes",
        )
    return Registry(roots=roots, pinned=bool(pin))


def read_governing(
    reference_files: Mapping[str, bytes],
    head_files: Mapping[str, bytes],
    *,
    pin: str,
    at: datetime,
) -> tuple[Registry | None, bool]:
    """Return the registry of the reference, and whether it has expired.

    It may have only where the head renews it: brings a version that has not, signed by the
    people of the one that has, as every version is. Whoever renews a registry is late, and no
    less of a threshold than the day before; but until that change has been merged, nothing
    that anybody signs counts.

    Raises:
        UsageError: the pin is no digest.
        IntegrityError: any part of either does not hold, or it has expired and is not renewed.
    """
    try:
        return read_registry(reference_files, pin=pin, at=at), False
    except IntegrityError as error:
        if error.code != _EXPIRED:
            raise
        known, renewed = read_chain(reference_files), read_chain(head_files)
        if len(renewed) <= len(known) or at >= renewed[-1].expires:
            raise
        return Registry(roots=known, pinned=bool(pin)), True


def read_chain(files: Mapping[str, bytes]) -> tuple[Root, ...]:
    """Verify every version on the ones before; whether the last one has expired is not asked.

    Raises:
        IntegrityError: see `read_registry`.
    """
    versions = root_files(files)
    roots: list[Root] = []
    for number, path in enumerate(versions, 1):
        if path != root_path(number):
            _refuse(f"`{root_path(number)}` is missing, but `{path}` is there", "registry-gap")
        found = read_root_file(files[path], file=path)
        root = read_payload(found.payload, file=path)
        before = roots[-1] if roots else None
        check_step(before, root, file=path)
        open_points = missing(before, root, signers(found, before, root, file=path))
        if open_points:
            _refuse(
                f"{path}: not signed by enough people: {'; '.join(open_points)}",
                "registry-signatures",
                "a version that is still being signed is kept as `<n>.root.proposed.json`",
            )
        roots.append(root)
    return tuple(roots)


def root_files(paths: Collection[str]) -> tuple[str, ...]:
    """Return the paths of root files, in the order of their versions.

    Raises:
        IntegrityError: a name is almost that of a root file.
    """
    found: dict[int, str] = {}
    for path in paths:
        named = _ROOT.fullmatch(path)
        if named:
            found[int(named[1])] = path
        elif _LIKE_ROOT.fullmatch(path):
            _refuse(
                f"`{line(path, 100)}` is not named as a root file is",
                "registry-file-name",
                f"root files are called `{root_path(1)}`, and so on",
            )
    return tuple(found[number] for number in sorted(found))


def require_succession(
    reference_files: Mapping[str, bytes], head_files: Mapping[str, bytes], *, pin: str = ""
) -> None:
    """Check that the head keeps every root file of the reference and adds only valid versions.

    Where the reference has none, the first ones count only if the caller pinned one of them.

    Raises:
        IntegrityError: one is changed or missing, or what is added does not hold.
    """
    kept = root_files(reference_files)
    for path in kept:
        if path not in head_files:
            _refuse(
                f"`{path}` is removed",
                "registry-rollback",
                "if your branch is behind the one that it goes into, merge that one first;"
                " root files are never removed",
            )
        if head_files[path] != reference_files[path]:
            _refuse(f"`{path}` is changed", "registry-fork", "add the next version instead")
    bring = bool(root_files(head_files)) and not kept
    added = read_chain(head_files) if pin or not bring else ()
    if bring and pin not in {root.digest for root in added}:
        _refuse(
            "bootstrap required: the change brings the first trust root, and nobody vouches for it",
            "bootstrap-required",
            "check the digest with both its signers, then pin it outside of the repository",
        )


def signers(found: RootFile, before: Root | None, root: Root, *, file: str) -> frozenset[str]:
    """Verify all signatures of a root file and return the fingerprints of their keys.

    Raises:
        IntegrityError: one does not verify, or is by a key that has no part in this version.
    """
    known = active(before) | active(root)
    for fingerprint, armor in found.signatures:
        if fingerprint not in known:
            _refuse(
                f"{file}: signed by {fingerprint}, which is no active key of this version or of"
                " the one before",
                "registry-signer",
            )
        try:
            verified = sshsig.verify(signed_bytes(found.payload), armor)
        except IntegrityError as error:
            raise IntegrityError(
                f"{file}: {error.message}", hint=error.hint, code="registry-signature"
            ) from error
        if verified.fingerprint != fingerprint:
            _refuse(f"{file}: a signature stands under another key", "registry-signature")
    return frozenset(fingerprint for fingerprint, _ in found.signatures)


def active(root: Root | None) -> frozenset[str]:
    """Return the fingerprints of all active keys of a version."""
    people = root.people if root else ()
    return frozenset().union(*(_fingerprints(person) for person in people))


def missing(before: Root | None, root: Root, signed: frozenset[str]) -> tuple[str, ...]:
    """Say which signatures a version still needs; nothing if it is complete."""
    points = []
    for side in (before, root):
        if side is None:
            continue
        present = {p.id for p in side.people if signed & _fingerprints(p)}
        if not reaches(side, present):
            waiting = ", ".join(f"`{p.id}`" for p in counting(side) if p.id not in present)
            points.append(
                f"version {side.version} needs {side.threshold} owners and security people, one in"
                f" each seat at least; not yet signed by {waiting or 'anybody else'}"
            )
    enrolled = {key.blob for person in before.people for key in person.keys} if before else set()
    points += [
        f"the new key {key.fingerprint} of `{person.id}` has not signed its own enrolment"
        for person in root.people
        for key in person.keys
        if key.blob not in enrolled and key.fingerprint not in signed
    ]
    return tuple(points)


def check_step(before: Root | None, root: Root, *, file: str) -> None:
    """Check that a version may follow the one before, signatures aside.

    Raises:
        IntegrityError: the number, the digest or the ledger is another; a person or a key has
            gone; a key has come back to life; a lost role is not recorded.
    """
    expected = before.version + 1 if before else 1
    if root.version != expected:
        _refuse(f"{file}: this is version {root.version}, not {expected}", "registry-version")
    if before is None:
        _require_active(root, frozenset(), file)
        return
    if root.previous != before.digest:
        _refuse(
            f"{file}: it does not follow version {before.version} as it is here",
            "registry-previous",
        )
    if root.ledger_id != before.ledger_id:
        _refuse(f"{file}: it is of another ledger", "registry-ledger")
    _require_active(root, {key.blob for p in before.people for key in p.keys}, file)
    after = {person.id: person for person in root.people}
    for person in before.people:
        if person.id not in after:
            _refuse(
                f"{file}: `{person.id}` has gone",
                "registry-person-removed",
                "people who leave are marked with the time; they are never removed",
            )
        _check_person(person, after[person.id], file)


_NEXT_STATES = {
    KeyState.ACTIVE: frozenset(KeyState),
    KeyState.RETIRED: frozenset({KeyState.RETIRED, KeyState.COMPROMISED}),
    KeyState.COMPROMISED: frozenset({KeyState.COMPROMISED}),
}


def _check_person(old: Person, new: Person, file: str) -> None:
    if old.kind is not new.kind:
        _refuse(f"{file}: `{old.id}` is of another kind", "registry-person-changed")
    if old.left and new.left and old.left != new.left:
        _refuse(f"{file}: `{old.id}` left at another time", "registry-person-changed")
    states = {key.blob: key.state for key in new.keys}
    for key in old.keys:
        if key.blob not in states:
            _refuse(
                f"{file}: the key {key.fingerprint} of `{old.id}` has gone",
                "registry-key-removed",
                "keys are retired or marked as compromised; they are never removed",
            )
        if states[key.blob] not in _NEXT_STATES[key.state]:
            _refuse(
                f"{file}: the key {key.fingerprint} was {key.state} and is"
                f" {states[key.blob]} again",
                "registry-key-revived",
                "enrol a new key",
            )
    lost = dict(new.former)
    for role in old.roles:
        if role not in new.roles and role not in lost:
            _refuse(
                f"{file}: `{old.id}` is no longer {role}, and since when is not said",
                "registry-person-changed",
            )
    for role, since in old.former:
        if role not in new.roles and lost.get(role) != since:
            _refuse(f"{file}: `{old.id}` lost a role at another time", "registry-person-changed")


def _require_active(root: Root, known: Collection[str], file: str) -> None:
    for person in root.people:
        for key in person.keys:
            if key.blob not in known and key.state is not KeyState.ACTIVE:
                _refuse(
                    f"{file}: the key {key.fingerprint} of `{person.id}` is new and {key.state}",
                    "registry-key-state",
                )


def _fingerprints(person: Person) -> frozenset[str]:
    return frozenset(key.fingerprint for key in person.keys if _is_active(key))


def _is_active(key: Key) -> bool:
    return key.state is KeyState.ACTIVE


def _refuse(message: str, code: str, hint: str = "") -> NoReturn:
    raise IntegrityError(message, hint=hint, code=code)
