"""Finds people of the registry in what commits claim about who made them.

A name or an address in a commit is a claim that anybody can make. It may give somebody a duty,
or keep somebody from being a second pair of eyes; it never gives a right.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from aigate.domain.accountability import Person, PersonKind
from aigate.domain.regex import regex

_NOREPLY = regex(r"(?:(\d{1,18})\+)?([^@+]+)@users\.noreply\.github\.com\Z", re.IGNORECASE)
_NAMED = regex(
    r"^[\w-]+-by:[ \t]*(?P<name>[^<\n]*?)[ \t]*(?:<(?P<email>[^>\n]*)>)?[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)

Claim = tuple[str, str]
"""A name and an address, as a commit has them."""


def named_in(message: str) -> Iterator[Claim]:
    """Yield everybody that a commit message names as having done something."""
    for found in _NAMED.finditer(message):
        yield found["name"], found["email"] or ""


def meant(people: Iterable[Person], claims: Iterable[Claim]) -> frozenset[str]:
    """Return the ids of all people that one of the claims may mean, by any likeness."""
    claimed = tuple(claims)
    return frozenset(person.id for person in people if any(_is(person, claim) for claim in claimed))


def answering(people: Iterable[Person], claim: Claim) -> str:
    """Return the id of the human who answers for what somebody wrote, or the empty text.

    Nobody does where the claim may mean two people, or somebody who has left. For automation
    that is the human whose account it is.
    """
    known = {person.id: person for person in people}
    found = {known[name].answers or name for name in meant(known.values(), [claim])}
    person = known.get(found.pop()) if len(found) == 1 else None
    is_there = person is not None and person.kind is PersonKind.HUMAN and person.left is None
    return person.id if person and is_there else ""


def _is(person: Person, claim: Claim) -> bool:
    claimed, email = (text.strip().casefold() for text in claim)
    noreply = _NOREPLY.match(email)
    if noreply and noreply[1] and dict(person.platform_ids).get("github") == int(noreply[1]):
        return True
    logins = (email.partition("@")[0], noreply[2] if noreply else "")
    names = {person.name.casefold(), person.id}
    return (bool(claimed) and claimed in names) or person.id in logins
