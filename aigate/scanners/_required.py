"""What every match of a regular expression holds, for those that are understood.

Expressions are those of semgrep, which are nearly those of Python; what Python would read in
another way is not understood. Everything is told in lower case, since an expression may not
care, and in pieces that are easy to look for: of a text such as `http://`, the longest word
stands for all of it, and of one such as `<p`, a sign with what follows it.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Iterator
from functools import cache

# The parser of the standard library; its form has been the same since Python 3.11.
from re import _constants as code  # type: ignore[attr-defined] # it has no public name
from re import _parser as parser  # type: ignore[attr-defined] # as above
from typing import Any

_MOST = 80
_WORD = re.compile(r"\w+")
_SIGN = re.compile(r"[^\w\s]\S")
# Shorter words are in nearly every text.
_TELLING = 4
# A class of characters for Python, and a class with a name for semgrep.
_FOREIGN = "[:"


@cache
def required(expression: str) -> tuple[frozenset[str], ...]:
    """Return sets of words: every match of the expression holds one of each set, in any case."""
    if _FOREIGN in expression:
        return ()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            parsed = parser.parse(expression)
    except (re.error, OverflowError, RecursionError, Warning):
        return ()
    return tuple(words for one in _runs(parsed) if (words := _words(one)))


def longest_word(text: str) -> str:
    """Return the longest word of a text in lower case, or the empty text if it is too short."""
    found = max(_WORD.findall(text.casefold()), key=len, default="")
    return found if len(found) > 1 else ""


def sign(text: str) -> str:
    """Return the first sign of a text with what follows it, or the empty text if there is none."""
    found = _SIGN.search(text.casefold())
    return found[0] if found else ""


def best(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    """Return the set that asks for most: the one of the longest words, and of few."""
    return max(sets, key=lambda one: (min(map(len, one)), -len(one)), default=frozenset())


def _words(texts: frozenset[str]) -> frozenset[str]:
    if len(texts) > _MOST:
        return frozenset()
    words, signs = frozenset(map(longest_word, texts)), frozenset(map(sign, texts))
    if "" not in signs and min(map(len, words)) < _TELLING:
        return signs
    return words if "" not in words else frozenset()


def _runs(items: Iterable[Any]) -> Iterator[frozenset[str]]:
    """Yield, for each part of a sequence, the texts of which one is there."""
    run = {""}
    for kind, value in items:
        if kind in {code.AT, code.ASSERT, code.ASSERT_NOT}:
            continue  # takes no room, so that what is around it stands together
        texts = _texts(kind, value)
        if texts is not None and len(run) * len(texts) <= _MOST:
            run = {before + text for before in run for text in texts}
            continue
        yield frozenset(run)
        run = {""} if texts is None else texts
        if texts is None:
            yield from _inner(kind, value)
    yield frozenset(run)


def _inner(kind: object, value: Any) -> Iterator[frozenset[str]]:  # noqa: ANN401 - of the parser
    if kind is code.SUBPATTERN:
        yield from _runs(value[3])
    elif kind in {code.MAX_REPEAT, code.MIN_REPEAT} and value[0]:
        yield from _runs(value[2])
    elif kind is code.BRANCH:
        chosen = [best(filter(None, map(_words, _runs(one)))) for one in value[1]]
        if all(chosen):
            yield frozenset().union(*chosen)


def _texts(kind: object, value: Any) -> set[str] | None:  # noqa: ANN401 - of the parser
    """Return every text that a part can match, None if there are many."""
    found: set[str] | None = None
    if kind is code.LITERAL:
        found = {chr(value)}
    elif kind is code.IN:
        found = _texts_of_class(value)
    elif kind is code.SUBPATTERN:
        found = _texts_of_all(value[3])
    elif kind is code.BRANCH:
        each = [_texts_of_all(one) for one in value[1]]
        known = [one for one in each if one is not None]
        found = set().union(*known) if len(known) == len(each) else None
    elif kind in {code.MAX_REPEAT, code.MIN_REPEAT} and value[:2] == (0, 1):
        inner = _texts_of_all(value[2])
        found = None if inner is None else inner | {""}
    return found if found is None or len(found) <= _MOST else None


def _texts_of_class(items: Iterable[Any]) -> set[str] | None:
    found: set[int] = set()
    for kind, value in items:
        if kind is code.LITERAL:
            found.add(value)
        elif kind is code.RANGE and value[1] - value[0] < _MOST:
            found.update(range(value[0], value[1] + 1))
        else:
            return None
    return set(map(chr, found))


def _texts_of_all(items: Iterable[Any]) -> set[str] | None:
    texts = {""}
    for kind, value in items:
        more = _texts(kind, value)
        if more is None or len(texts) * len(more) > _MOST:
            return None
        texts = {before + text for before in texts for text in more}
    return texts
