"""Regular expressions that cost nothing until somebody searches with them.

Compiling one takes longer than most searches, and most runs need few of the many.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from typing import Any, AnyStr, cast

from aigate.errors import IntegrityError

# So many looks for words cost as much as compiling does.
_MOST_LOOKS = 200
_METHODS = ("findall", "finditer", "fullmatch", "match", "search", "split", "sub")


class _Regex:
    """Stands in for a pattern, and takes over its methods when one is first asked for."""

    __slots__ = ("_compiled", "_flags", "_text", *_METHODS)

    def __init__(self, text: str | bytes, flags: int) -> None:
        self._text = text
        self._flags = flags
        self._compiled: re.Pattern[Any] | None = None

    def __getattr__(self, name: str) -> object:
        # Only asked for what is not there yet.
        return getattr(self._compile(), name)

    def _compile(self) -> re.Pattern[Any]:
        if self._compiled is None:
            try:
                self._compiled = re.compile(self._text, self._flags)
            except re.error as error:
                raise IntegrityError(
                    f"a pattern of this installation is damaged: {error}",
                    hint="install `aigate-ci` again",
                    code="installation-damaged",
                ) from error
            for method in _METHODS:
                setattr(self, method, getattr(self._compiled, method))
        return self._compiled


def regex(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Return what is as good as `re.compile(text, flags)`, but is compiled at the first use.

    It has the methods and fields of a pattern; functions such as `re.sub` do not take it.

    Raises:
        IntegrityError: at the first use, if it is no regular expression.
    """
    return cast("re.Pattern[AnyStr]", _Regex(text, flags))


class _Rare(_Regex):
    """Searches no text that lacks the words without which the pattern cannot match."""

    __slots__ = ("_looks", "_words")

    def __init__(self, text: str, flags: int) -> None:
        super().__init__(text, flags)
        self._words: tuple[str, ...] | None = None
        self._looks = 0

    def __getattr__(self, name: str) -> object:
        if name in {"fullmatch", "match", "search"} and self._compiled is None:
            return partial(self._looked, name)
        return super().__getattr__(name)

    def _looked(self, name: str, text: str, *where: int) -> re.Match[str] | None:
        if self._words is None:
            self._words = needed(str(self._text))
        self._looks += 1
        # Some letters beyond ASCII count as `i`, `k` or `s` where case is ignored.
        if self._words and self._looks <= _MOST_LOOKS and text.isascii():
            low = text.lower()
            if not any(word in low for word in self._words):
                return None
        found: re.Match[str] | None = getattr(self._compile(), name)(text, *where)
        return found


def rare(text: str, flags: int = 0) -> re.Pattern[str]:
    """Return what is as good as `regex(text, flags)`, for one of many that seldom match.

    Only a text in which its words stand has it compiled. The pattern must not be in verbose form.
    """
    return cast("re.Pattern[str]", _Rare(text, flags))


# A quantifier; plain letters with no quantifier; an escape; a class; the start of a group; the rest.
_TOKEN = re.compile(
    r"([?*+][?+]?|\{\d*,?\d*\}[?+]?)|([\w @:/'!<>=#%&~`\"-]+(?![?*+{]))|\\(.)"
    r"|\[\^?\]?(?:\\.|[^\]\\])*\]|(\((?:\?(?:P<\w+>|[a-z-]*:)?)?)|(.)",
    re.DOTALL,
)
_Token = tuple[str, str, str, str, str]
_TIMES, _PLAIN, _ESCAPED, _OPEN, _OTHER = range(5)


def needed(pattern: str) -> tuple[str, ...]:
    """Return words in lower case of which one is in every text that matches; none if none must."""
    tokens = _TOKEN.findall(pattern)
    words, end = _alternatives(tokens, 0)
    return words if end == len(tokens) else ()


def _alternatives(tokens: Sequence[_Token], at: int) -> tuple[tuple[str, ...], int]:
    """Return what one of the alternatives from here on needs, and where they end."""
    every: list[tuple[str, ...]] = []
    while True:
        words, at = _sequence(tokens, at)
        every.append(words)
        if at == len(tokens) or tokens[at][_OTHER] == ")":
            break
        at += 1
    return (tuple(word for words in every for word in words) if all(every) else ()), at


def _sequence(tokens: Sequence[_Token], at: int) -> tuple[tuple[str, ...], int]:
    """Return the best of what all of a sequence needs: the longest words."""
    found: list[tuple[str, ...]] = []
    run = ""
    while at < len(tokens):
        _, plain, escaped, start, other = tokens[at]
        if other and other in "|)":
            break
        at += 1
        inside: tuple[str, ...] = ()
        if start:
            inside, at = _alternatives(tokens, at)
            at += 1
        if at < len(tokens) and tokens[at][_TIMES]:
            plain = escaped = other = ""
        # What looks ahead or behind, and what else begins with `(?`, needs nothing here.
        elif inside and start != "(?":
            found.append(inside)
        literal = plain or (escaped if not escaped.isalnum() else "") or other.strip(".^$")
        if literal:
            run += literal.lower()
        elif run:
            found.append((run,))
            run = ""
    if run:
        found.append((run,))
    return max(found, key=_shortest, default=()), at


def _shortest(words: tuple[str, ...]) -> int:
    return min(map(len, words))
