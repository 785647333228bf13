"""Tells at a first look which files cannot use AI: by words, before anything is decoded."""

from __future__ import annotations

import re
from functools import lru_cache

from aigate.domain.knowledge import Knowledge, Library, Provider
from aigate.domain.regex import regex
from aigate.errors import IntegrityError
from aigate.value import dataclass

_FEW = (b"o1", b"o3", b"o4", b"@cf/")
_FEW_IDS = regex(rb"[\"'\s/:]o[134](?:-(?:mini|pro|preview)|[\"'\s])|@cf/")
# Every byte that is no letter ends a word.
_LETTERS = bytes(
    byte if 97 <= byte <= 122 else byte + 32 if 65 <= byte <= 90 else 32 for byte in range(256)
)
# The only characters beyond ASCII whose small letters are in it: Kelvin, and a dotted I.
_FOLDING = (b"\xe2\x84\xaa", b"\xc4\xb0")
# Others than these may be Python, whose identifiers fold.
_NO_PYTHON = (
    ".css", ".html", ".js", ".json", ".jsx", ".md", ".mjs", ".po", ".svg", ".ts", ".tsx", ".txt",
)  # fmt: skip
_FIRST_LINES = regex(rb"[^\r\n]*(?:\r\n?|\n)?[^\r\n]*")


@dataclass(frozen=True, slots=True)
class Words:
    """Words of which a file that uses AI has at least one.

    `every` are all that are looked for, `roots` those that suffice, `names` and
    `loose` are ordinary words that count only where they are imported, `pieces` parts of names
    that count only where their longest word is.
    """

    every: frozenset[bytes]
    roots: frozenset[bytes]
    names: frozenset[bytes]
    loose: tuple[re.Pattern[bytes], ...]
    pieces: tuple[tuple[bytes, bytes], ...]
    ports: tuple[bytes, ...]

    def mentioned(self, data: bytes) -> bool:
        """Tell whether bytes have any word at all that could matter; fast, and often wrong."""
        there = self.every.intersection(data.translate(_LETTERS).split())
        if not self.roots.isdisjoint(there):
            return True
        lower = data.lower()
        if any(port in lower for port in self.ports):
            return True
        if there and any(word in there and piece in lower for word, piece in self.pieces):
            return True
        # Ordinary words are names of modules as well, and `o1` is in many a hash.
        if not self.names.isdisjoint(there) and any(one.search(lower) for one in self.loose):
            return True
        return any(name in lower for name in _FEW) and _FEW_IDS.search(lower) is not None


def mentions(text: str, words: Words) -> bool:
    """Tell whether a text has any word at all that could matter."""
    return words.mentioned(text.lower().encode("ascii", "replace"))


def is_as_written(path: str, data: bytes) -> bool:
    """Tell whether the text that a file is read as has no words but those of its bytes.

    A yes is always right: wide characters, other encodings and escapes are ruled out.
    """
    if b"\0" in data or path.lower().endswith(".ipynb"):
        return False
    if not data.isascii():
        may_fold = data.startswith((b"#!", b"\xef\xbb\xbf#!")) or not path.endswith(_NO_PYTHON)
        if may_fold or any(one in data for one in _FOLDING):
            return False
    first = _FIRST_LINES.match(data)
    # Python's declared encodings may spell letters in any way.
    return first is None or b"coding" not in first[0]


def words_of(name: str) -> list[bytes]:
    """Return the runs of letters of a name in small letters."""
    return name.encode("ascii", "replace").translate(_LETTERS).split()


@lru_cache(maxsize=4)
def words_for(knowledge: Knowledge) -> Words:
    """Return the words of a table, made once."""
    roots = frozenset(root.encode() for root in knowledge.roots)
    known: list[Provider | Library] = [*knowledge.providers]
    known += [*knowledge.frameworks, *knowledge.vector_stores]
    names = {
        name.rstrip("*").lower()
        for what in known
        for name in (*what.python, *what.npm, *what.go, *what.java)
    }
    loose = {name for name in names if roots.isdisjoint(words_of(name))}
    pieces = {
        name.rstrip("*").lower()
        for who in knowledge.providers
        for name in (*who.env, *who.hosts, *who.services)
        if roots.isdisjoint(words_of(name.lower()))
    }
    modules = b"|".join(
        re.escape(name.encode()) for name in sorted(loose, key=lambda one: (-len(one), one))
    )
    # One for each word, since a pattern that starts with a plain word is found fast.
    starts = (rb"import\s+[\"']?", rb"from\s+[\"']?", rb"require\([\"']")
    names_of_loose = frozenset(max(words_of(name), key=len) for name in loose)
    # Each is looked for only where its longest word is.
    parts = tuple(
        (max(words_of(one), key=len), one.split("*")[-1].encode()) for one in sorted(pieces)
    )
    return Words(
        every=roots | names_of_loose | {word for word, _ in parts},
        roots=roots,
        names=names_of_loose,
        loose=tuple(regex(rb"%s(?:%s)\b" % (start, modules)) for start in starts),
        pieces=parts,
        ports=tuple(f":{port}".encode() for who in knowledge.providers for port in who.ports),
    )


def damaged() -> IntegrityError:
    """Return the error for a table whose patterns are none."""
    return IntegrityError(
        "`policies/data/ai.json` of this installation is damaged",
        hint="install `aigate-ci` again",
        code="installation-damaged",
    )
