"""Drafts of root files: the first version, the changes to the next one, and what differs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from aigate.domain.accountability import Key, KeyState, Person, Role, Root
from aigate.domain.policy import AcceptanceLimit, Assurance
from aigate.domain.severity import Severity
from aigate.errors import UsageError
from aigate.ledger.roots import time_text

THRESHOLD = 2
GRACE_DAYS = 30
LASTS_DAYS = 365

LIMITS = (
    AcceptanceLimit(severity=Severity.CRITICAL, longest=30, assurance=Assurance.SIGNED_TOUCH),
    AcceptanceLimit(severity=Severity.HIGH, longest=90, assurance=Assurance.SIGNED),
    AcceptanceLimit(severity=Severity.MEDIUM, longest=180, assurance=Assurance.PLATFORM_REVIEW),
    AcceptanceLimit(severity=Severity.LOW, longest=365, assurance=Assurance.NOTE),
)
"""How long an acceptance may last and how it must be bound, until people decide otherwise."""


def first_root(
    people: tuple[Person, ...], *, ledger_id: str, at: datetime, names: tuple[str, ...] = ()
) -> Root:
    """Return version 1 with the usual limits, to be signed by all these people."""
    return Root(
        version=1,
        previous="",
        digest="",
        ledger_id=ledger_id,
        repository_id="",
        repository_names=names,
        people=_sorted(people),
        threshold=THRESHOLD,
        limits=LIMITS,
        grace_days=GRACE_DAYS,
        expires=at + timedelta(days=LASTS_DAYS),
    )


def next_root(root: Root) -> Root:
    """Return the draft of the next version, in which nothing is changed yet."""
    return replace(root, version=root.version + 1, previous=root.digest, digest="")


def with_person(root: Root, person: Person) -> Root:
    """Add a person.

    Raises:
        UsageError: the id is taken.
    """
    if any(known.id == person.id for known in root.people):
        raise UsageError(
            f"`{person.id}` is in the registry already",
            hint="change people with `aigate trust rotate`; ids are never given to somebody else",
        )
    return replace(root, people=_sorted((*root.people, person)))


def changed(root: Root, person: Person) -> Root:
    """Put a person in the place of who has the same id."""
    return replace(root, people=tuple(person if p.id == person.id else p for p in root.people))


def person_of(root: Root, person_id: str) -> Person:
    """Return the person with this id.

    Raises:
        UsageError: there is none.
    """
    for person in root.people:
        if person.id == person_id:
            return person
    known = ", ".join(f"`{person.id}`" for person in root.people)
    raise UsageError(f"nobody in the registry has the id `{person_id}`", hint=f"known are {known}")


def holder(root: Root, fingerprint: str) -> Person | None:
    """Return whose key this is, whatever its state."""
    return next(
        (p for p in root.people if any(key.fingerprint == fingerprint for key in p.keys)), None
    )


def with_key(root: Root, person_id: str, key: Key) -> Root:
    """Give a person one more key.

    Raises:
        UsageError: somebody has it already.
    """
    owner = holder(root, key.fingerprint)
    if owner:
        raise UsageError(f"the key {key.fingerprint} belongs to `{owner.id}` already")
    person = person_of(root, person_id)
    return changed(root, replace(person, keys=(*person.keys, key)))


def with_key_state(root: Root, fingerprint: str, state: KeyState) -> Root:
    """Retire a key, or mark it as compromised.

    Raises:
        UsageError: nobody has it.
    """
    person = holder(root, fingerprint)
    if person is None:
        raise UsageError(
            f"nobody in the registry has the key `{fingerprint}`",
            hint="`aigate trust show` lists all keys, as `SHA256:` and 43 letters and digits",
        )
    keys = tuple(
        replace(k, state=state) if k.fingerprint == fingerprint else k for k in person.keys
    )
    return changed(root, replace(person, keys=keys))


def with_roles(root: Root, person_id: str, roles: tuple[Role, ...], *, at: datetime) -> Root:
    """Give a person exactly these roles, and record since when others are lost."""
    person = person_of(root, person_id)
    lost = dict.fromkeys(person.roles, at) | dict(person.former)
    former = tuple((role, lost[role]) for role in sorted(lost) if role not in roles)
    return changed(root, replace(person, roles=tuple(sorted(set(roles))), former=former))


def departed(root: Root, person_id: str, *, at: datetime) -> Root:
    """Mark a person as gone.

    Raises:
        UsageError: the person has left before.
    """
    person = person_of(root, person_id)
    if person.left:
        raise UsageError(f"`{person_id}` left on {person.left:%Y-%m-%d} already")
    return changed(root, replace(person, left=at))


def differences(before: Root, after: Root) -> tuple[str, ...]:
    """Say in words what a version changes; nothing that it changes is left out."""
    old = {person.id: person for person in before.people}
    lines = [line for person in after.people for line in _of_person(old.get(person.id), person)]
    pairs = [
        ("threshold", before.threshold, after.threshold),
        ("grace days", before.grace_days, after.grace_days),
        ("expires", time_text(before.expires), time_text(after.expires)),
        ("repository id", before.repository_id or "none", after.repository_id or "none"),
        (
            "repository names",
            ", ".join(before.repository_names) or "none",
            ", ".join(after.repository_names) or "none",
        ),
    ]
    pairs += [
        (
            f"limit for {new.severity.word}",
            f"{was.longest} days, {was.assurance}",
            f"{new.longest} days, {new.assurance}",
        )
        for was, new in zip(before.limits, after.limits, strict=True)
    ]
    lines += [f"{what}: {was} -> {new}" for what, was, new in pairs if was != new]
    return tuple(lines)


def _of_person(old: Person | None, new: Person) -> Iterator[str]:
    if old is None:
        roles = ", ".join(new.roles) or "no role"
        yield f"`{new.id}`: a new {new.kind}, {new.name}, {roles}"
        old = replace(new, keys=(), platform_ids=(), answers="", former=())
    yield from _of_roles(old, new)
    states = {key.fingerprint: key.state for key in old.keys}
    for key in new.keys:
        if key.fingerprint not in states:
            yield f"`{new.id}`: new key {key.fingerprint} ({key.type})"
        elif states[key.fingerprint] is not key.state:
            yield f"`{new.id}`: key {key.fingerprint} is {key.state} from now on"
    for platform, number in sorted(set(old.platform_ids) ^ set(new.platform_ids)):
        is_new = (platform, number) in new.platform_ids
        yield f"`{new.id}`: {'new' if is_new else 'no longer'} account {platform}:{number}"
    if old.name != new.name:
        yield f"`{new.id}`: is now called {new.name}"
    if old.answers != new.answers:
        yield f"`{new.id}`: `{new.answers}` answers for it"


def _of_roles(old: Person, new: Person) -> Iterator[str]:
    for role in Role:
        if (role in old.roles) != (role in new.roles):
            yield f"`{new.id}`: {'gains' if role in new.roles else 'loses'} the role {role}"
    for role, since in sorted(set(new.former) - set(old.former)):
        yield f"`{new.id}`: {role} until {time_text(since)}"
    if old.left != new.left:
        yield f"`{new.id}`: " + (f"left on {time_text(new.left)}" if new.left else "is back")


def _sorted(people: tuple[Person, ...]) -> tuple[Person, ...]:
    return tuple(sorted(people, key=lambda person: person.id))
