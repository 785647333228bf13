"""Finds what was signed about a finding before."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import PurePosixPath

import click

from aigate.cli._desk import SHORTEST, Desk
from aigate.cli._pens import holder_of
from aigate.domain.accountability import (
    KeyState,
    PersonKind,
    Role,
    Root,
    Statement,
    StatementKind,
    Terms,
)
from aigate.engine.shown import line
from aigate.errors import IntegrityError, UsageError
from aigate.ledger import store
from aigate.value import dataclass

_ACCEPTING = frozenset({StatementKind.ACCEPT, StatementKind.FALSE_POSITIVE, StatementKind.BASELINE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """Terms of the ledger, and those of their statements that count today, by role."""

    terms: Terms
    by: Mapping[Role, Statement]
    withdrawn: bool = False

    @property
    def newest(self) -> datetime:
        """When the last of them claims to have been signed; only used to choose what to show."""
        return max(one.claimed_at for one in self.by.values())


def find_signed(desk: Desk, name: str) -> tuple[Signed, ...]:
    """Return all terms in the ledger that have a name, newest first.

    The name is the start of a finding's fingerprint, or of the digest of the terms themselves or
    of a record that holds them. Statements that do not count today are left out.

    Raises:
        UsageError: the name is too short, or the start of several.
    """
    start = name.lower()
    if len(start) < SHORTEST:
        raise UsageError(f"`{name}` is too short", hint=f"give {SHORTEST} characters or more")
    index = store.index(desk.records)
    prints = [one for one in index.by_fingerprint if one.startswith(start)]
    named = _named(desk, start)
    if len(prints) + len(named) > 1:
        raise UsageError(
            f"`{name}` is the start of several fingerprints or digests", hint="give more of it"
        )
    if named:
        return _gathered(desk, _about(desk, index, next(iter(named.values()))))
    paths = {path for one in prints for path in index.by_fingerprint[one]}
    return _gathered(desk, _about(desk, index, paths))


def signed_about(desk: Desk, fingerprints: Iterable[str]) -> tuple[Signed, ...]:
    """Return all terms in the ledger that bind one of these findings, newest first."""
    index = store.index(desk.records)
    paths = {path for one in fingerprints for path in index.by_fingerprint.get(one, ())}
    return _gathered(desk, _about(desk, index, paths))


def _named(desk: Desk, start: str) -> dict[str, set[str]]:
    """Return the records of each terms that are meant by the start of a digest."""
    found: dict[str, set[str]] = {}
    digests = store.terms_digests(desk.records)
    meant = {
        digest
        for path, digest in digests.items()
        if digest.startswith(start) or PurePosixPath(path).stem.startswith(start)
    }
    for path, digest in digests.items():
        if digest in meant:
            found.setdefault(digest, set()).add(path)
    return found


def _about(desk: Desk, index: store.Index, paths: Collection[str]) -> list[Statement]:
    """Read records, and those that take back what they say."""
    found = list(_read(desk, paths))
    names = {one.terms.digest for one in found}
    more = {path for each in names for path in index.by_terms.get(each, ())}
    return [*found, *_read(desk, more.difference(paths))]


def _read(desk: Desk, paths: Iterable[str]) -> Iterator[Statement]:
    for path in sorted(paths):
        try:
            yield store.read_one(path, desk.records[path])
        except IntegrityError as error:
            click.echo(f"warning: `{path}` does not count: {line(error.message, 200)}", err=True)


def _gathered(desk: Desk, found: Iterable[Statement]) -> tuple[Signed, ...]:
    said = sorted(found, key=lambda one: (one.claimed_at, one.digest))
    ended: list[Statement] = []
    seats: dict[str, dict[Role, Statement]] = {}
    terms: dict[str, Terms] = {}
    for one in said:
        if not _counts(desk.root, one):
            continue
        if one.terms.kind is StatementKind.WITHDRAW:
            ended.append(one)
        elif one.terms.kind in _ACCEPTING and _has_had(desk.root, one):
            terms[one.terms.digest] = one.terms
            by = seats.setdefault(one.terms.digest, {})
            # One person in both seats must not keep the second one from signing.
            if all(other.person != one.person for other in by.values()):
                by.setdefault(one.as_role, one)
    every = [
        Signed(
            terms=terms[name], by=by, withdrawn=any(_ends(desk.root, w, name, by) for w in ended)
        )
        for name, by in seats.items()
    ]
    return tuple(sorted(every, key=lambda one: one.newest, reverse=True))


def _ends(root: Root, one: Statement, terms: str, by: Mapping[Role, Statement]) -> bool:
    """Tell whether a withdrawal ends terms: it is by a signer, or by somebody from security."""
    own = one.person in {each.person for each in by.values()}
    person = holder_of(root, one.key)
    security = person is not None and Role.SECURITY in person.roles
    return terms in one.terms.supersedes and (own or security)


def _counts(root: Root, statement: Statement) -> bool:
    person = holder_of(root, statement.key)
    return (
        person is not None
        and person.id == statement.person
        and person.kind is PersonKind.HUMAN
        and all(
            k.state is not KeyState.COMPROMISED
            for k in person.keys
            if k.fingerprint == statement.key
        )
    )


def _has_had(root: Root, statement: Statement) -> bool:
    person = holder_of(root, statement.key)
    lost = [role for role, _ in person.former] if person else []
    return person is not None and statement.as_role in (*person.roles, *lost)
