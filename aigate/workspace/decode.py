"""Decodes bytes to text as the language that runs them would."""

from __future__ import annotations

import codecs
import io
import re
import tokenize
import unicodedata
import warnings
from collections import defaultdict
from collections.abc import Sequence
from functools import partial

from aigate.domain.regex import regex
from aigate.domain.tree import Kind
from aigate.value import dataclass

# Longest first, since UTF-32 begins like UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_USUAL = frozenset({"utf-8", "utf-8-sig", "ascii", "iso8859-1", "cp1252"})
# Their decoders take time that grows with the square of the input.
_SLOW = frozenset({"punycode", "idna"})
_CONTROLS = bytes(c for c in range(1, 32) if c not in b"\t\n\x0b\f\r\x1b") + b"\x7f"

# A word, with what folds to `_`; the test for ASCII is not part of it, to stay linear.
_WORD = regex("[\\w\uff3f\ufe33\ufe34\ufe4d-\ufe4f]+")
# Characters in a text and in a line; what is longer is folded in its strings, too, since the
# tokenizer's time grows with the square of a line's length.
_TOKENIZED = 1_000_000
_TOKENIZED_LINE = 2_000

_FAR = 1 << 30
_LITERALS = {tokenize.STRING, tokenize.COMMENT, getattr(tokenize, "FSTRING_MIDDLE", -1)}

_SEPARATOR = regex("[\u2028\u2029]")
_STRINGS = regex(
    r"'(?:\\.|[^'\\])*(?:'|\\?$)|\"(?:\\.|[^\"\\])*(?:\"|\\?$)|`(?:\\.|[^`\\])*(?:`|\\?$)"
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text with line feeds for line ends.

    `notes` are reason codes of what had to be repaired; `lines` as in `Unit`.
    """

    text: str
    notes: tuple[str, ...] = ()
    lines: tuple[int, ...] = ()


def decode(data: bytes, kind: Kind) -> Decoded | None:
    """Decode bytes as the language would; None if they are no text.

    Code is always decoded, as well as can be, and noted as `undecodable` where the language
    itself would refuse it. Columns hold: what cannot stand is replaced by as many blanks.
    """
    marked = _decode_marked(data)
    if marked is None and kind is Kind.TEXT and not _could_be_text(data):
        return None
    if marked is not None:
        text, notes = marked
    elif kind is Kind.PYTHON:
        text, notes = _decode_python(data)
    elif kind is Kind.TEXT:
        text, notes = _decode_text(data)
    else:
        text, notes = _decode_script(data)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines: tuple[int, ...] = ()
    if "\0" in text:
        text, notes = text.replace("\0", " "), (*notes, "nul")
    if kind is Kind.PYTHON:
        if "unusual-encoding" in notes:
            lines = _clamped(text, data)
        text, folded = fold_identifiers(text)
        notes += ("folded-identifiers",) if folded else ()
    elif kind is not Kind.TEXT:
        # The languages take it for a blank.
        text = text.replace("\ufeff", " ")
        text, lines = _split_comments(text)
        notes += ("line-separator",) if lines else ()
    return Decoded(text, notes, lines)


def fold_identifiers(text: str) -> tuple[str, bool]:
    """Fold identifiers as Python does, where that turns them into ASCII.

    Strings and comments stay as they are, unless the text is too long or too odd to tell
    them apart.
    """
    if text.isascii() or not any(map(_folds, set(text))):
        return text, False
    rows = text.split("\n")
    is_short = len(text) <= _TOKENIZED and max(map(len, rows)) <= _TOKENIZED_LINE
    literals = _literals(text) if is_short else {}
    folded = [
        _WORD.sub(partial(_fold, literals.get(number, ())), row)
        for number, row in enumerate(rows, start=1)
    ]
    return "\n".join(folded), folded != rows


def _folds(character: str) -> bool:
    return (
        character > "\x7f"
        and f"a{character}".isidentifier()
        and unicodedata.normalize("NFKC", character).isascii()
    )


def _fold(literals: Sequence[tuple[int, int]], match: re.Match[str]) -> str:
    word = match[0]
    if word.isascii() or any(start <= match.start() < end for start, end in literals):
        return word
    folded = unicodedata.normalize("NFKC", word)
    return folded if folded.isascii() and word.isidentifier() else word


def _literals(text: str) -> dict[int, list[tuple[int, int]]]:
    """Return, by line, the stretches of strings and comments that are not ASCII.

    None at all, if the text cannot be told apart.
    """
    found = defaultdict(list)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for token in tokenize.generate_tokens(io.StringIO(text).readline):
                if token.type not in _LITERALS or token.string.isascii():
                    continue
                # Before 3.12 an f-string is one token, with its names.
                if token.type == tokenize.STRING and "f" in _prefix(token.string):
                    continue
                (first, start), (last, end) = token.start, token.end
                for row in range(first, last + 1):
                    found[row].append((start if row == first else 0, end if row == last else _FAR))
    except (tokenize.TokenError, SyntaxError, ValueError, IndexError, RecursionError):
        return {}
    return found


def _prefix(string: str) -> str:
    return re.split("['\"]", string[:4], maxsplit=1)[0].lower()


def _decode_marked(data: bytes) -> tuple[str, tuple[str, ...]] | None:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return data.decode(encoding), (encoding,)
            except ValueError:
                return None
    if data.count(0) * 3 < len(data) or len(data) % 2 or len(data) < 4:
        return None
    for encoding, zeros in (("utf-16-le", data[1::2]), ("utf-16-be", data[::2])):
        if zeros.count(0) * 10 >= len(zeros) * 9:
            try:
                text = data.decode(encoding)
            except ValueError:
                continue
            if _is_plain(text.encode("utf-8"), share=20) and "\0" not in text:
                return text, ("utf-16",)
    return None


def _decode_python(data: bytes) -> tuple[str, tuple[str, ...]]:
    plain = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(plain).readline)
        name = codecs.lookup(encoding).name
        if name in _SLOW:
            return _best_effort(data)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            text = data.decode(encoding)
    except (SyntaxError, ValueError, LookupError, AssertionError, TypeError, OverflowError):
        return _best_effort(data)
    return text, () if name in _USUAL else ("unusual-encoding",)


def _best_effort(data: bytes) -> tuple[str, tuple[str, ...]]:
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        return data.decode("utf-8"), ("undecodable",)
    except ValueError:
        return data.decode("latin-1"), ("undecodable",)


def _decode_script(data: bytes) -> tuple[str, tuple[str, ...]]:
    # Engines replace what is not UTF-8 and go on.
    text = data.decode("utf-8-sig", "replace")
    if not _could_be_text(data):
        return text, ("undecodable",)
    return text, ("invalid-utf-8",) if not _is_utf8(data) else ()


def _decode_text(data: bytes) -> tuple[str, tuple[str, ...]]:
    if _is_utf8(data):
        return data.decode("utf-8-sig"), ()
    try:
        return data.decode("cp1252"), ("cp1252",)
    except ValueError:
        return data.decode("latin-1"), ("latin-1",)


def _could_be_text(data: bytes) -> bool:
    if data.count(0) * 100 > len(data):
        return False
    return _is_plain(data, share=20 if _is_utf8(data) else 100)


def _is_plain(data: bytes, *, share: int) -> bool:
    controls = len(data) - len(data.translate(None, _CONTROLS))
    return controls * share <= len(data)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except ValueError:
        return False
    return True


def _clamped(text: str, data: bytes) -> tuple[int, ...]:
    """Map lines that an encoding conjured up to the last line that the file has."""
    there = len(data.splitlines()) or 1
    count = text.count("\n") + 1
    return tuple(min(line, there) for line in range(1, count + 1)) if count > there + 1 else ()


def _split_comments(text: str) -> tuple[str, tuple[int, ...]]:
    """End comments of JavaScript where U+2028 and U+2029 end them."""
    if not _SEPARATOR.search(text):
        return text, ()
    rows: list[str] = []
    lines: list[int] = []
    for number, row in enumerate(text.split("\n"), start=1):
        bare = _STRINGS.sub(lambda m: "_" * len(m[0]), row)
        start = bare.find("//")
        found = _SEPARATOR.search(row, start) if start >= 0 else None
        pieces = _SEPARATOR.split(row) if found else [row]
        rows += pieces
        lines += [number] * len(pieces)
    return "\n".join(rows), tuple(lines) if len(rows) != lines[-1] else ()
