"""Gathers what acceptances are judged by: the registry, the records that matter, the authors.

The registry is that of the reference. A change may add records and the next version of the
registry; each carries its own signatures, and the first version only counts for the changes
that come after it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

from aigate.domain.accountability import Recorded, Registry, Statement
from aigate.domain.accounts import Accounts
from aigate.domain.tree import Entry
from aigate.engine.acceptance import ACCEPTING, Ledger, refusals
from aigate.errors import IntegrityError
from aigate.ledger import registry as registries
from aigate.ledger import roots, store
from aigate.ledger.index import Index, blob_of, ending, names_with, naming
from aigate.records import entered, read_index, records_among
from aigate.workspace import git, sides
from aigate.workspace.authors import authors_of, is_plain_merge
from aigate.workspace.cache import Cache

_TRUST = ".aigate/trust/"
_LEDGER = ".aigate/ledger/"
_REGULAR = frozenset({"100644", "100755"})


def read_accounts(
    repository: git.Repository,
    *,
    reference: sides.Tree,
    head: sides.Tree,
    fingerprints: Collection[str],
    pin: str,
    at: datetime,
    cache: Cache | None = None,
) -> Accounts:
    """Verify and gather; nothing is read that no finding needs, but for what is new.

    Where both trees leave out what they have in common in the ledger's folder, that is found
    through its index.

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
    before, after = records_among(reference.entries), records_among(head.entries)
    index = read_index(repository, reference, cache)
    blobs = {path: entry.blob for path, entry in before.items()}
    store.require_append_only(blobs, {path: entry.blob for path, entry in after.items()})
    added = {path: entry for path, entry in after.items() if path not in before}
    again = {path: "" for path in added if blob_of(index, store.digest_in(path))}
    store.require_append_only(again, {path: added[path].blob for path in again})
    sizes = {e.path: max(e.size, 0) for e in head.sized(tuple(added.values()))}
    store.require_bounded(sizes, known=before)

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
        record = Recorded(statement=statement, in_reference=False)
        fresh.append(record)
        invalid += [(path, code) for code in _late(record, registry)]
    said = {record.statement.terms.digest for record in fresh}
    counting = registry is not None and not expired and bool(fingerprints)
    old = _wanted(reference, index, fingerprints, said=said) if counting else ()
    since = entered(repository, reference.side.commit, [path for path, _ in old], cache)
    new_roots = registries.root_files(trust_after.keys() - trust_before.keys())
    refused = {path for path, _ in invalid}
    vouched = {store.path_of(record.statement.digest) for record in fresh} - refused
    return Accounts(
        registry=registry,
        records=(*(_dated(one, since.get(path)) for path, one in old), *fresh),
        authors=authors_of(repository, reference, head, registry) if registry else frozenset(),
        vouched=frozenset({*vouched, *new_roots, *_finished(trust_before, trust_after)}),
        invalid=tuple(invalid),
        ledger_digest=_ledger_digest(index, head, after),
    )


def _late(record: Recorded, registry: Registry | None) -> tuple[str, ...]:
    """Return why nobody may sign that any more, the first reason alone; nothing if they may.

    Once it is in the reference, a statement is judged by the version that it names. So one that
    names an old version, as a key that was retired since would have to, must not get there.
    What takes back is always welcome.
    """
    if registry is None or record.statement.terms.kind not in ACCEPTING:
        return ()
    book = Ledger(registry=registry, branch="", records=())
    return tuple(refusals(record, book, new=False))[:1]


def with_openers(accounts: Accounts, opened: Collection[str]) -> Accounts:
    """Add whose accounts the code host says opened the change, such as `github:1`, to its authors.

    Whoever opens it has a part in it, whatever its commits say of themselves.
    """
    people = accounts.registry.current.people if accounts.registry else ()
    found = {
        person.id
        for person in people
        if any(f"{platform}:{number}" in opened for platform, number in person.platform_ids)
    }
    return replace(accounts, authors=accounts.authors | found)


def is_about(
    repository: git.Repository, head: sides.Tree, commit: str, *, reference: sides.Tree
) -> bool:
    """Tell whether a tree is that of a commit, or of a plain merge that brings it alone.

    Such a merge is what a code host has pull requests checked out as: it holds what git makes
    of its parents by itself, and nothing by hand. What it merges with is in the reference, else
    it brings more than that commit.
    """
    judged = head.commit
    if judged is None or not commit:
        return False
    if judged.id == commit:
        return True
    return (
        judged.parents[1:] == (commit,)
        and git.is_ancestor(repository, judged.parents[0], of=reference.side.commit)
        and is_plain_merge(repository, judged)
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
    return _read(tree, records_among(tree.entries).values())


def ledger_digest_of(tree: sides.Tree) -> str:
    """Return the digest over the names of all records of a tree, empty if it has none.

    Raises:
        IntegrityError: something in the ledger's folder is no record.
    """
    return store.digest_of(map(store.digest_in, records_among(tree.entries)))


def _finished(before: Collection[str], after: Collection[str]) -> Iterator[str]:
    """Yield the proposals that are gone because the version that they proposed is there."""
    for number, _ in enumerate(registries.root_files(after), 1):
        path = registries.proposal_path(number)
        if path in before and path not in after:
            yield path


def _files(tree: sides.Tree, folder: str) -> dict[str, bytes]:
    """Read everything that is, or looks like, a root file."""
    entries = [
        e for e in tree.entries if e.path[:1] == "." and e.path.casefold().startswith(folder)
    ]
    odd = next((e.path for e in entries if e.mode not in _REGULAR), None)
    if odd:
        raise IntegrityError(
            f"`{odd}` is no regular file",
            hint="links are not followed in the registry",
            code="registry-file-name",
        )
    return _read(tree, entries, largest=roots.LARGEST)


def _read(
    tree: sides.Tree, entries: Iterable[Entry], *, largest: int = sides.LARGEST
) -> dict[str, bytes]:
    wanted = tree.sized(tuple(entries))
    large = next((e.path for e in wanted if e.size > largest), None)
    if large:
        raise IntegrityError(f"`{large}` is larger than any such file", code="registry-large")
    return sides.read_all(tree, wanted) if wanted else {}


def _wanted(
    reference: sides.Tree,
    index: Index,
    fingerprints: Collection[str],
    *,
    said: Collection[str],
) -> tuple[tuple[str, Statement], ...]:
    """Verify the records of the reference that name one of the findings, or withdraw from it.

    `said` are the digests of the terms that the change brings: what takes them back may be
    there already.
    """
    found = naming(index, fingerprints)
    statements = _verified(reference, index, found)
    digests = {statement.terms.digest for statement in statements.values()} | {*said}
    statements |= _verified(reference, index, ending(index, digests) - found)
    return tuple(sorted(statements.items()))


def _verified(
    reference: sides.Tree, index: Index, digests: Collection[str]
) -> dict[str, Statement]:
    entries = [
        Entry(store.path_of(digest), "100644", blob_of(index, digest)) for digest in sorted(digests)
    ]
    return {path: store.read_one(path, data) for path, data in _read(reference, entries).items()}


def _dated(statement: Statement, since: int | None) -> Recorded:
    time = None if since is None else _time(since)
    return Recorded(statement=statement, in_reference=True, entered_at=time)


def _time(seconds: int) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _ledger_digest(index: Index, head: sides.Tree, listed: Collection[str]) -> str:
    digests = [store.digest_in(path) for path in listed]
    if not head.left_out:
        return store.digest_of(digests)
    return names_with(index, digests)
