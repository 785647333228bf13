"""The words of a text, and which of some it may hold where an engine puts texts together.

A word counts as there where it stands, in any case. Semgrep also joins constant texts, as in
`"pass" + "word"` and `f"pass{rest}"`, across lines and through variables, but neither undoes
escapes nor formats. So a word counts as there as well where it can be made of pieces: an end of
one text, whole texts, and the start of another; and wherever a text holds escapes of characters,
since another version might undo them.
"""

from __future__ import annotations

from collections.abc import Iterable

from aigate.domain.regex import regex

MARK = "~"
"""Stands before a word that may be a part of one, in any case, or be made of pieces."""

_WORD = regex(r"\w+")
_OPEN = r"(?<=[\"'`}\n])"
_CLOSE = r"(?=[\"'`]|\$?\{|\\\n)"
_STARTS = regex(_OPEN + r"\w+")
_ENDS = regex(r"(?<!\w)\w++" + _CLOSE)
_WHOLES = regex(_OPEN + r"\w++" + _CLOSE)
_SIGNS = regex(r"[^\w\s]" + _CLOSE)
_NUMBERS = regex(r"\b\d+")
_ESCAPES = regex(r"\\(?![nrtbfvdswDSWBA])\w")
# No word that is looked for is longer.
_LONGEST = 40


def words_of(text: str) -> frozenset[str]:
    """Return every word of a text."""
    return frozenset(_WORD.findall(text))


def marked(text: str, marks: Iterable[str]) -> frozenset[str]:
    """Return the marks of words that may be in a text."""
    lowered = text.casefold()
    asked = {mark: mark.removeprefix(MARK) for mark in marks}
    missing = [mark for mark, word in asked.items() if word not in lowered]
    if missing and not _ESCAPES.search(text):
        pieces = _Pieces(lowered)
        for mark in missing:
            if not pieces.make(asked[mark]):
                del asked[mark]
    return frozenset(asked)


class _Pieces:
    """What words of texts may be made of."""

    __slots__ = ("_ends", "_signs", "_starts", "_wholes")

    def __init__(self, text: str) -> None:
        numbers = set(_NUMBERS.findall(text))
        self._signs = set(_SIGNS.findall(text))
        self._wholes = numbers | set(_WHOLES.findall(text))
        self._starts = {
            one[:end]
            for one in numbers | set(_STARTS.findall(text))
            for end in range(1, min(len(one), _LONGEST) + 1)
        }
        self._ends = {
            one[start:]
            for one in numbers | set(_ENDS.findall(text))
            for start in range(max(len(one) - _LONGEST, 0), len(one))
        }

    def make(self, word: str) -> bool:
        """Tell whether a word, or a sign with what follows it, can be made of several pieces."""
        if not _WORD.match(word):
            return word[0] in self._signs
        reached = {end for end in range(1, len(word)) if word[:end] in self._ends}
        for start in range(1, len(word)):
            if start in reached:
                if word[start:] in self._starts:
                    return True
                reached.update(
                    end for end in range(start + 1, len(word)) if word[start:end] in self._wholes
                )
        return False
