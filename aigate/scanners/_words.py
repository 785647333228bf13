"""The words of a text, and which of some it may hold where an engine puts texts together.

A word counts as there where it stands, in any case. Semgrep also joins constant texts, as in
`"pass" + "word"` and `f"pass{rest}"`, across lines and through variables, but neither undoes
escapes nor formats. So a word counts as there as well where it can be made of pieces: an end of
one text, whole texts, and the start of another; and wherever a text holds escapes of characters,
since another version might undo them.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from aigate.domain.regex import regex

_WORD = regex(r"\w+")
# What is no part of a word, as a space.
_SPACED = bytes(
    byte if byte < 128 and (chr(byte).isalnum() or chr(byte) == "_") else 32 for byte in range(256)
)
# A sign may close one text and open another. The second is for a text from its end, so that the
# search for a word need not start at each letter.
_STARTS = regex(r"[\"'`}\n](\w++)(?=([\"'`{]|\$\{|\\\n)?)")
_ENDS = regex(r"(?:\"|'|`|\{\$?|\n\\)(\w++)")
_CLOSES = ('"', "'", "`", "{", "${", "\\\n")
_NUMBERS = regex(r"\n(\d+)")
_ESCAPES = regex(r"\\(?![nrtbfvdswDSWBA])\w")
# No word that is looked for is longer.
_LONGEST = 40


def words_of(text: str) -> frozenset[str]:
    """Return every word of a text."""
    if text.isascii():
        return frozenset(text.encode().translate(_SPACED).decode().split())
    return frozenset(_WORD.findall(text))


class Apart:
    """Words that are looked for, taken apart."""

    __slots__ = ("_inner", "_rests", "_whole")

    def __init__(self, words: Iterable[str]) -> None:
        self._rests: dict[str, set[str]] = {}
        for word in words:
            for end in range(1, len(word)):
                self._rests.setdefault(word[:end], set()).add(word[end:])
        self._whole = "\n".join(words)
        self._inner: dict[str, bool] = {}

    def joined(self, pieces: _Pieces) -> set[str]:
        """Return the words that are an end, any number of wholes, and a start."""
        rests, starts = self._rests, pieces.starts
        middles = [one for one in pieces.wholes if self._is_inner(one)]
        found = set()
        reached = rests.keys() & pieces.ends
        left = list(reached)
        for begun in left:
            found.update([begun + rest for rest in rests[begun] & starts])
            for middle in middles:
                longer = begun + middle
                if longer in rests and longer not in reached:
                    reached.add(longer)
                    left.append(longer)
        return found

    def _is_inner(self, piece: str) -> bool:
        known = self._inner.get(piece)
        return self._inner.setdefault(piece, piece in self._whole) if known is None else known


class Held:
    """Which words a text may hold."""

    __slots__ = ("_lowered", "_pieces", "_text", "_words", "words")

    def __init__(self, text: str) -> None:
        self.words = words_of(text)
        self._text = text
        self._lowered = text.casefold()
        self._words = ""
        self._pieces: _Pieces | None = None

    def spelt(self, words: Iterable[str]) -> set[str]:
        """Return those that stand in the text, in any case."""
        within, around = self._distinct(), self._lowered
        return {one for one in words if one in (within if _is_word(one) else around)}

    def made(self, words: AbstractSet[str], apart: Apart) -> AbstractSet[str]:
        """Return those that may be made of several pieces, in any case.

        `apart` has these words, and maybe others.
        """
        if _ESCAPES.search(self._text):
            return words
        signs = {one for one in words if not _is_word(one)}
        found = {one for one in signs if any(one[0] + close in self._lowered for close in _CLOSES)}
        if len(signs) < len(words):
            if self._pieces is None:
                self._pieces = _Pieces(self._lowered, self._distinct())
            found |= apart.joined(self._pieces) & words
        return found

    def _distinct(self) -> str:
        """Return each word once, in lower case, after a line feed."""
        if not self._words:
            if self._text.isascii():
                self._words = "\n" + "\n".join(self.words).lower()
            else:
                self._words = "\n" + "\n".join(words_of(self._lowered))
        return self._words


class _Pieces:
    """What words of texts may be made of."""

    __slots__ = ("ends", "starts", "wholes")

    def __init__(self, text: str, words: str) -> None:
        numbers = _NUMBERS.findall(words)
        found = _STARTS.findall(text)
        starts = {one for one, _ in found}.union(numbers)
        ends = {one[::-1] for one in _ENDS.findall(text[::-1])}.union(numbers)
        self.starts = {one[:end] for one in starts for end in range(1, min(len(one), _LONGEST) + 1)}
        self.wholes = {one for one, closed in found if closed}.union(numbers)
        self.ends = {
            one[start:] for one in ends for start in range(max(len(one) - _LONGEST, 0), len(one))
        }


def _is_word(text: str) -> bool:
    return text[0].isalnum() or text[0] == "_"
