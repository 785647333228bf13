"""Tells names of packages that are very near to a well-known one, and how near."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice

from aigate.domain.regex import regex
from aigate.scanners._dependencies.known import FAMOUS, LONG, USUAL, Known, squeeze
from aigate.value import dataclass

LONGEST = 80
"""Longer names are near to nothing that is well known."""

_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789-"
_LOOKS = (
    *(("0", "o"), ("1", "l"), ("1", "i"), ("3", "e"), ("4", "a"), ("5", "s"), ("7", "t")),
    *(("rn", "m"), ("vv", "w"), ("cl", "d")),
)
_CONFUSED = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0455\u0501\u051b\u04bb\u0131\u0251\u0261\u03bf\u03b1\u03bd\u03c1\u03b9",
    "aeopcyxisdqhiagoavpi",
)
_DECORATED = regex(
    r"(?:(?:python3?|py|node|js)[-_.]?(?P<last>.+)|(?P<first>.+?)(?:[-_.](?:python3?|py3?|js|node|npm|dev)|js))"
)
# One letter more or less is how plurals and versions are spelt, and honest names as well.
_HONEST = regex(r"[s\dx]")


@dataclass(frozen=True, slots=True)
class Near:
    """A well-known name that another is near to, in which way, and whether there is no doubt."""

    target: str
    how: str
    sure: bool


@lru_cache(maxsize=8192)
def nearest(name: str, known: Known) -> Near | None:
    """Return what a name that is not well known can be taken for, if there is such a name.

    There is no doubt where one slip of the fingers or the eyes leads to one of the names that
    everybody uses; other slips, and names that fewer people use, are a guess.
    """
    if len(name) > LONGEST:
        return None
    found = [
        one
        for one in _candidates(name, known)
        if _counts(one, known) and not _is_of_scope(name, one.target)
    ]
    return min(found, key=lambda one: (not one.sure, known.ranks[one.target]), default=None)


def surely_nearest(name: str, known: Known) -> Near | None:
    """Return what a name can be taken for beyond doubt: quickly, for the many names of lock files."""
    if len(name) > LONGEST or not name.isascii():
        return nearest(name, known)
    targets = {one for one in _alike(name) if one in known}
    targets.add(known.squeezed.get(squeeze(name), name))
    shortened = _shortened(known)
    for one in (name, *_shorter(name)):
        targets.update(shortened.get(one, ()))
    targets.discard(name)
    if not any(known.ranks[one] < FAMOUS and not _is_of_scope(name, one) for one in targets):
        return None
    found = nearest(name, known)
    return found if found and found.sure else None


@lru_cache(maxsize=4)
def _shortened(known: Known) -> Mapping[str, Sequence[str]]:
    """Return the names that everybody uses, by what is left of them without any one letter.

    Names that are one slip apart have such a rest in common, or one is the rest of the other.
    """
    found: dict[str, list[str]] = {}
    for name in islice(known.ranks, FAMOUS):
        for one in {name, *_shorter(name)}:
            found.setdefault(one, []).append(name)
    return found


def _shorter(name: str) -> list[str]:
    return [name[:at] + name[at + 1 :] for at in range(len(name))]


def _is_of_scope(name: str, target: str) -> bool:
    """Tell whether two names have one scope: whoever holds it is the only one to name packages."""
    return name.startswith("@") and target.startswith(f"{name.partition('/')[0]}/")


def _candidates(name: str, known: Known) -> Iterator[Near]:
    if not name.isascii():
        plain = _latin(name)
        hits = [plain] if plain in known else [one for one in _alike(plain) if one in known]
        yield from (Near(one, "other letters that look the same", True) for one in hits)
        return
    famous = known.ranks
    for target in {one for one in _alike(name) if one in famous}:
        yield _judged(name, target, "letters that look the same", known)
    target = known.squeezed.get(squeeze(name), name)
    if target != name:
        yield _judged(name, target, "another separator or none", known)
    for target in famous.keys() & _one_edit(name):
        yield _judged(name, target, _slip(name, target), known)
    first, separator, last = name.partition("-")
    if separator and f"{last}-{first}" in famous:
        yield Near(f"{last}-{first}", "the words in another order", False)
    found = _DECORATED.fullmatch(name)
    if found and (found["first"] or found["last"]) in famous:
        yield Near(found["first"] or found["last"], "a word or a suffix more", False)
    for target in _two_edits(name, known):
        yield Near(target, "two letters changed", False)


def _counts(near: Near, known: Known) -> bool:
    """Tell whether a name is used so much that being near to it means something."""
    rank, size = known.ranks[near.target], len(near.target)
    if near.sure:
        return True
    if near.how in {"a word or a suffix more", "two letters changed"}:
        return rank < FAMOUS
    if size < 5:
        return rank < FAMOUS / 3 and size == 4
    return rank < (USUAL if size > 5 else FAMOUS)


def _judged(name: str, target: str, how: str, known: Known) -> Near:
    """Say of one slip whether there is a doubt."""
    size = len(_different(name, target))
    eyes = how in {
        "letters that look the same",
        "another separator or none",
        "letters swapped",
        "a letter doubled",
    }
    sure = known.ranks[target] < FAMOUS and size >= (5 if eyes else 6)
    return Near(target, how, sure and (eyes or not _honest(name, target)))


def _different(name: str, target: str) -> str:
    """Return what of a name with a scope is compared: the scope, if the rest is the same."""
    scope, separator, rest = target.partition("/")
    return scope[1:] if separator and name.endswith(f"/{rest}") else target


def _honest(name: str, target: str) -> bool:
    """Tell whether two names differ as a plural or another version does."""
    short, long = sorted((name, target), key=len)
    if len(short) == len(long):
        pairs = [(a, b) for a, b in zip(name, target, strict=True) if a != b]
        return all(a.isdigit() and b.isdigit() for a, b in pairs)
    return any(
        _HONEST.fullmatch(long[at])
        and (not long[at + 1 : at + 2].isalnum() or long[at].isdigit())
        and long[:at] + long[at + 1 :] == short
        for at in range(len(long))
    )


def _latin(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.translate(_CONFUSED)).translate(_CONFUSED)
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def _alike(name: str) -> Iterator[str]:
    for pair in _LOOKS:
        for old, new in (pair, pair[::-1]):
            at = name.find(old)
            while at >= 0:
                yield name[:at] + new + name[at + len(old) :]
                at = name.find(old, at + 1)


def _one_edit(name: str) -> set[str]:
    cut = [(name[:at], name[at:]) for at in range(len(name) + 1)]
    edits = {head + rest[1:] for head, rest in cut if rest}
    edits.update(head + rest[1] + rest[0] + rest[2:] for head, rest in cut if len(rest) > 1)
    edits.update([head + letter + rest[1:] for head, rest in cut if rest for letter in _LETTERS])
    edits.update([head + letter + rest for head, rest in cut for letter in _LETTERS])
    edits.discard(name)
    return edits


def _slip(name: str, target: str) -> str:
    if len(name) == len(target):
        return "letters swapped" if sorted(name) == sorted(target) else "another letter"
    if len(name) < len(target):
        return "a letter left out"
    at = next(
        (i for i, (a, b) in enumerate(zip(name, target, strict=False)) if a != b), len(target)
    )
    return "a letter doubled" if at and name[at] == name[at - 1] else "a letter more"


def _two_edits(name: str, known: Known) -> Iterator[str]:
    if len(name) < LONG:
        return
    mask = known.mask(name)
    for size in range(len(name) - 2, len(name) + 3):
        for target, other in known.long.get(size, ()):
            if (mask ^ other).bit_count() <= 4 and _near_by_two(name, target):
                yield target


def _near_by_two(name: str, target: str) -> bool:
    """Tell whether two edits, swaps among them, lead from one name to the other."""
    before: list[int] = []
    row = list(range(len(target) + 1))
    for i, letter in enumerate(name, start=1):
        older, before, row = before, row, [i]
        for j, other in enumerate(target, start=1):
            cost = before[j - 1] + (letter != other)
            if i > 1 and j > 1 and letter == target[j - 2] and name[i - 2] == other:
                cost = min(cost, older[j - 2] + 1)
            row.append(min(cost, before[j] + 1, row[j - 1] + 1))
        if min(row) > 2:
            return False
    return row[-1] <= 2
