"""Gathers what acceptances are judged by: the registry, the records that matter, the authors.

The registry is that of the reference. A change may add records and the next version of the
registry; each carries its own signatures, and the first version only counts for the changes
that come after it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from aigate.domain.accountability import Recorded, Registry, Statement
from aigate.domain.tree import Entry
from aigate.errors import IntegrityError
from aigate.ledger import registry as registries
from aigate.ledger import roots, store
from aigate.workspace import git, sides
from aigate.workspace.authors import authors_of

CONTROL_PLANE = "control-plane-change"
"""The rule that objects to changes of what steers the gate, and so to each new record."""

_TRUST = ".aigate/trust/"
_LEDGER = ".aigate/ledger/"
_REGULAR = frozenset({"100644", "100755"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """What acceptances are judged by.

    `records` hold every verified statement that names one of the fingerprints asked for, and
    every withdrawal of what these say. `vouched` are the paths of new records and root files
    that verify and so need nobody else's acceptance; `invalid` pairs the other new ones with
    the reason. `ledger_digest` is over the names of all records of the head.
    """

    registry: Registry | None
    records: tuple[Recorded, ...] = ()
    authors: frozenset[str] = frozenset()
    vouched: frozenset[str] = frozenset()
    invalid: tuple[tuple[str, str], ...] = ()
    ledger_digest: str = ""


def read_accounts(
    repository: git.Repository,
    *,
    reference: sides.Tree,
    head: sides.Tree,
    fingerprints: Collection[str],
    pin: str,
    at: datetime,
) -> Accounts:
    """Verify and gather; nothing is read that no finding needs, but for what is new.

    Raises:
        IntegrityError: the registry does not hold, or the ledger lost or changed a record.
        IncompleteError: a part of either cannot be read.
    """
    trust_before = _files(reference, _TRUST)
    trust_after = _files(head, _TRUST)
    registries.require_succession(trust_before, trust_after, pin=pin)
    registry, expired = registries.read_governing(trust_before, trust_after, pin=pin, at=at)
    if pin and registry is None and not registries.root_files(trust_after):
        raise IntegrityError(
            "a trust root is pinned, and the reference has none",
            hint="check that this is the right repository and branch",
            code="registry-missing",
        )
    before, after = _records(reference), _records(head)
    blobs = {path: entry.blob for path, entry in before.items()}
    store.require_append_only(blobs, {path: entry.blob for path, entry in after.items()})
    added = {path: entry for path, entry in after.items() if path not in before}
    store.require_bounded({p: max(e.size, 0) for p, e in added.items()}, known=before)

    known = {person.id: person for person in registry.current.people} if registry else {}
    fresh: list[Recorded] = []
    # The change renews it, and until that is merged nothing that was signed counts.
    newest = registries.root_files(trust_before)[-1:]
    invalid = [(path, "registry-expired") for path in newest if expired]
    for path, data in sorted(_read(head, added.values()).items()):
        try:
            statement = store.read_one(path, data)
        except IntegrityError as error:
            invalid.append((path, error.code))
            continue
        if expired:
            invalid.append((path, "registry-expired"))
            continue
        person = known.get(statement.person)
        if person is None or all(key.fingerprint != statement.key for key in person.keys):
            invalid.append((path, "signer-unknown" if registry else "no-registry"))
            continue
        fresh.append(Recorded(statement=statement, in_reference=False))
    said = {record.statement.terms.digest for record in fresh}
    counting = registry is not None and not expired and bool(fingerprints)
    old = _wanted(reference, before, fingerprints, said=said) if counting else ()
    new_roots = registries.root_files(trust_after.keys() - trust_before.keys())
    return Accounts(
        registry=registry,
        records=(*(_dated(repository, reference, path, one) for path, one in old), *fresh),
        authors=authors_of(repository, reference, head, registry) if registry else frozenset(),
        vouched=frozenset(
            [*(store.path_of(r.statement.digest) for r in fresh), *new_roots]
            if registry
            else new_roots
        ),
        invalid=tuple(invalid),
        ledger_digest=_digest(after),
    )


def registry_of(tree: sides.Tree, *, pin: str = "", at: datetime) -> Registry | None:
    """Return the verified registry of a tree, None if it has none.

    Raises:
        IntegrityError: it does not hold.
        IncompleteError: a part of it cannot be read.
    """
    return registries.read_registry(root_files_of(tree), pin=pin, at=at)


def root_files_of(tree: sides.Tree) -> dict[str, bytes]:
    """Return everything in a tree that is, or looks like, a root file."""
    return _files(tree, _TRUST)


def records_of(tree: sides.Tree) -> dict[str, bytes]:
    """Return all records of a tree by path; nothing is verified.

    Raises:
        IntegrityError: something in the ledger's folder is no record.
        IncompleteError: a record cannot be read.
    """
    return _read(tree, _records(tree).values())


def ledger_digest_of(tree: sides.Tree) -> str:
    """Return the digest over the names of all records of a tree, empty if it has none.

    Raises:
        IntegrityError: something in the ledger's folder is no record.
    """
    return _digest(_records(tree))


def _files(tree: sides.Tree, folder: str) -> dict[str, bytes]:
    """Read everything that is, or looks like, a root file."""
    entries = [e for e in tree.entries if e.path.casefold().startswith(folder)]
    odd = next((e.path for e in entries if e.mode not in _REGULAR), None)
    if odd:
        raise IntegrityError(
            f"`{odd}` is no regular file",
            hint="links are not followed in the registry",
            code="registry-file-name",
        )
    return _read(tree, entries, largest=roots.LARGEST)


def _records(tree: sides.Tree) -> dict[str, Entry]:
    entries = {e.path: e for e in tree.entries if e.path.casefold().startswith(_LEDGER)}
    odd = next((e.path for e in entries.values() if e.mode not in _REGULAR), None)
    if odd:
        raise IntegrityError(
            f"`{odd}` is no regular file",
            hint="links are not followed in the ledger",
            code="ledger-name",
        )
    return {path: entries[path] for path in store.records(entries)}


def _read(
    tree: sides.Tree, entries: Iterable[Entry], *, largest: int = sides.LARGEST
) -> dict[str, bytes]:
    wanted = list(entries)
    large = next((e.path for e in wanted if e.size > largest), None)
    if large:
        raise IntegrityError(f"`{large}` is larger than any such file", code="registry-large")
    return sides.read_all(tree, wanted) if wanted else {}


def _wanted(
    reference: sides.Tree,
    records: Mapping[str, Entry],
    fingerprints: Collection[str],
    *,
    said: Collection[str],
) -> tuple[tuple[str, Statement], ...]:
    """Verify the records of the reference that name one of the findings, or withdraw from it.

    `said` are the digests of the terms that the change brings: what takes them back may be
    there already.
    """
    contents = _read(reference, records.values())
    found = store.index(contents)
    paths = {path for name in fingerprints for path in found.by_fingerprint.get(name, ())}
    statements = {path: store.read_one(path, contents[path]) for path in paths}
    digests = {statement.terms.digest for statement in statements.values()} | {*said}
    more = {path for name in digests for path in found.by_terms.get(name, ())} - paths
    statements |= {path: store.read_one(path, contents[path]) for path in more}
    return tuple(sorted(statements.items()))


def _dated(
    repository: git.Repository, reference: sides.Tree, path: str, statement: Statement
) -> Recorded:
    entered = git.first_seen(repository, reference.side.commit, path)
    return Recorded(statement=statement, in_reference=True, entered_at=_time(entered))


def _time(seconds: int | None) -> datetime | None:
    try:
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _digest(records: Mapping[str, Entry]) -> str:
    return hashlib.sha256("\n".join(sorted(records)).encode()).hexdigest() if records else ""
