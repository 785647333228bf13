"""Finds what was signed about a finding before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

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


def find_signed(desk: Desk, fingerprint: str) -> tuple[Signed, ...]:
    """Return all terms in the ledger that bind a finding, newest first.

    Statements that do not count today are left out.

    Raises:
        UsageError: the fingerprint is too short, or the start of several.
    """
    name = fingerprint.lower()
    if len(name) < SHORTEST:
        raise UsageError(
            f"`{fingerprint}` is too short", hint=f"give {SHORTEST} characters or more"
        )
    index = store.index(desk.records)
    prints = [one for one in index.by_fingerprint if one.startswith(name)]
    if len(prints) > 1:
        raise UsageError(
            f"`{fingerprint}` is the start of several fingerprints", hint="give more of it"
        )
    paths = set(index.by_fingerprint[prints[0]]) if prints else set()
    found = list(_read(desk, paths))
    names = {one.terms.digest for one in found}
    found += _read(desk, {p for each in names for p in index.by_terms.get(each, ())} - paths)
    return _gathered(desk, found)


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
