"""Collects what is wrong in documents, so that an author sees all of it at once."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

from aigate.errors import DocumentError, Mistake

_MOST = 50
_SHOWN = 48


class Place(NamedTuple):
    """A place in a document; both numbers count from 1."""

    line: int
    column: int


START = Place(1, 1)


class Mistakes:
    """The mistakes of one reading, which may be of several files.

    The fiftieth mistake ends the reading: a hostile file cannot make it long.
    """

    def __init__(self, file: str, found: list[Mistake] | None = None) -> None:
        """Collect for a file, into a list of its own or one that is shared."""
        self.file = file
        self._found: list[Mistake] = [] if found is None else found

    def within(self, file: str) -> Mistakes:
        """Return a collector for another file that adds to the same list."""
        return Mistakes(file, self._found)

    def add(self, at: Place, text: str) -> None:
        """Note a mistake, or raise `DocumentError` if there are too many."""
        self._found.append(Mistake(self.file, at.line, at.column, text))
        if len(self._found) == _MOST:
            cut = f"further mistakes are not shown: mend the first {_MOST}"
            raise DocumentError((*self._sorted(), Mistake(self.file, at.line, at.column, cut)))

    def check(self) -> None:
        """Raise `DocumentError` if there is any mistake."""
        if self._found:
            raise DocumentError(tuple(self._sorted()))

    def _sorted(self) -> list[Mistake]:
        files = list(dict.fromkeys(mistake.file for mistake in self._found))
        return sorted(self._found, key=lambda one: (files.index(one.file), one.line, one.column))

    def __len__(self) -> int:
        """Count the mistakes so far."""
        return len(self._found)


def shown(text: str) -> str:
    """Return text as a message may show it: short, one line, look-alike letters as escapes."""
    cut = text if len(text) <= _SHOWN else text[:_SHOWN] + "..."
    return "`" + ascii(cut)[1:-1].replace("\\'", "'").replace("`", "'") + "`"


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """Return the nearest choice as a question, else all of them if they are few."""
    import difflib  # noqa: PLC0415 - only a mistake needs it

    among = sorted(choices)
    near = difflib.get_close_matches(word[:_SHOWN].lower().replace("_", "-"), among, 1, 0.6)
    if near:
        return f" (did you mean `{near[0]}`?)"
    if 0 < len(among) <= 12:
        return " (choose from " + ", ".join(f"`{choice}`" for choice in among) + ")"
    return ""


def unwanted(text: str) -> tuple[int, str] | None:
    """Find the first character that a reader could not see: its index and its name."""
    if text.isascii() and text.replace("\n", "").replace("\t", "").isprintable():
        return None
    for index, char in enumerate(text):
        if char == "\r" and text[index + 1 : index + 2] == "\n":
            continue
        if char not in "\n\t" and unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}:
            return index, f"U+{ord(char):04X}"
    return None
