"""What `aigate trust` shows of a registry, to people and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from aigate.domain.accountability import KeyState, Person, Root
from aigate.engine.shown import plain
from aigate.ledger.roots import time_text

_SOON = timedelta(days=30)


def root_lines(root: Root) -> Iterator[str]:
    """Yield the people of a version with their keys, then its limits."""
    for person in root.people:
        roles = ", ".join(person.roles) or "no role"
        what = roles if person.kind == "human" else f"automation of `{person.answers}`"
        left = f", left on {person.left:%Y-%m-%d}" if person.left else ""
        yield f"  {person.id:<12} {plain(person.name)} ({what}{left})"
        yield from _detail_lines(person)
    yield f"  next version needs {root.threshold} owners and security people, both seats taken"
    for limit in root.limits:
        yield f"  {limit.severity.word:<12} at most {limit.longest} days, {limit.assurance} or better"
    yield f"  a signer who left still counts for {root.grace_days} days"
    yield f"  valid until  {time_text(root.expires)}"
    named = ", ".join(root.repository_names)
    yield f"  repository   {named or root.repository_id or 'not named'}"
    yield f"  ledger       {root.ledger_id}"


def _detail_lines(person: Person) -> Iterator[str]:
    for key in person.keys:
        state = "" if key.state is KeyState.ACTIVE else f" {key.state}"
        yield f"  {'':<12} {key.fingerprint} {key.type}{state}"
    for platform, number in person.platform_ids:
        yield f"  {'':<12} {platform}:{number}"
    for role, since in person.former:
        yield f"  {'':<12} {role} until {time_text(since)}"


def warnings(root: Root, *, at: datetime) -> Iterator[str]:
    """Yield what will soon need somebody's hand."""
    if at >= root.expires:
        yield f"the registry has expired on {root.expires:%Y-%m-%d}: no acceptance counts"
    elif at >= root.expires - _SOON:
        yield f"the registry expires on {root.expires:%Y-%m-%d}: run `aigate trust rotate` before"


def root_json(roots: Sequence[Root], *, at: datetime) -> dict[str, object]:
    """Return the newest version, and the digests of all, as `trust show` prints them."""
    root = roots[-1]
    return {
        "schema": "aigate-trust/1",
        "version": root.version,
        "digest": root.digest,
        "ledger_id": root.ledger_id,
        "repository": {"id": root.repository_id, "names": list(root.repository_names)},
        "people": [_person_json(person) for person in root.people],
        "threshold": root.threshold,
        "limits": {
            limit.severity.word: {"longest": limit.longest, "assurance": limit.assurance.value}
            for limit in root.limits
        },
        "grace_days": root.grace_days,
        "expires": time_text(root.expires),
        "expired": at >= root.expires,
        "versions": [{"version": each.version, "digest": each.digest} for each in roots],
    }


def _person_json(person: Person) -> dict[str, object]:
    return {
        "id": person.id,
        "name": person.name,
        "kind": person.kind.value,
        "roles": [role.value for role in person.roles],
        "keys": [
            {"type": key.type, "fingerprint": key.fingerprint, "state": key.state.value}
            for key in person.keys
        ],
        "accounts": dict(person.platform_ids),
        "left": time_text(person.left) if person.left else None,
        "answers": person.answers,
        "former": {role.value: time_text(since) for role, since in person.former},
    }
