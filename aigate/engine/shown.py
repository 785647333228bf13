"""Makes text of the repository harmless to show: what it is stays readable, what it does is gone.

Whatever the change under judgement can write (paths, snippets, names of definitions, what a
scanner quotes of them) goes through here before it reaches a terminal, a log or a comment.
"""

from __future__ import annotations

import re

from aigate.domain.regex import regex

# Written out rather than asked of `unicodedata`, whose answers change with the interpreter:
# controls, format characters (bidirectional, zero-width, tags), variation selectors, fillers
# that draw nothing, line separators, private use, non-characters and lone surrogates.
_UNSEEN_CHARACTERS = (
    "["
    "\x00-\x1f\x7f-\x9f\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2"
    "\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800"
    "\u3164\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\ufffe\uffff\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U0010ffff"
    "]"
)
# Runners of CI look for these two anywhere in a line, and obey.
_OBEYED = r"##(?=\[|vso\[)"
_UNSEEN = regex(f"{_UNSEEN_CHARACTERS}|{_OBEYED}")
_SURROGATES = regex("[\ud800-\udfff]")
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "##": "#\\x23"}
_SECRET = regex(r"[^\r\n]")
_CHARACTERS_FOR_ONE = 12  # `\u{10ffff}`, and room


def plain(text: str) -> str:
    r"""Return the text in one line of visible characters.

    Line ends become `\n` and the like, other controls `\x1b`, a byte that is not UTF-8
    `\xff`, and every other character that is not seen as itself `\u{202e}`.
    """
    return _UNSEEN.sub(_named, text)


def characters(text: str) -> list[str]:
    """Return what `plain` makes of each character, so that columns can be counted."""
    shown = [plain(character) for character in text]
    for found in re.finditer(_OBEYED, text):
        shown[found.end() - 1] = "\\x23"
    return shown


def strict(text: str) -> str:
    r"""Return the text with lone surrogates as `\xff` or `\u{d800}`, and nothing else changed.

    For formats that escape by themselves and must be valid Unicode.
    """
    return _SURROGATES.sub(_named, text)


def cut(text: str, width: int) -> str:
    """Return at most `width` characters of the text, ending in `…` if it was longer."""
    return text if len(text) <= width else text[: max(width - 1, 0)] + "…"


def line(text: str, width: int) -> str:
    """Return the text made `plain`, and cut; the work depends on the width, not the text."""
    return cut(plain(text[: width + _CHARACTERS_FOR_ONE]), width)


def masked(secret: str) -> str:
    """Return as many asterisks as the secret has characters, keeping its line ends."""
    return _SECRET.sub("*", secret)


# Markdown

_BACKTICKS = regex("`+")
# What stands between blanks: a code span as its author wrote it, or anything else.
_PIECE = regex(r"""(?P<open>[("']?)`(?P<code>[^`]+)`(?P<close>[)"']?[.,;:!?]?)(?= |$)|[^ ]+""")
# Letters with a punctuation mark around them: nothing in it can be a mention, a reference, a
# link, a tag, a table or a heading. Whatever is not such a word is shown as code.
_WORD = regex(
    r"""[("']?(?:[^\W\d_]+(?:[-'][^\W\d_]+)*|\d{1,5}(?:\.\d{1,3})?)[)"']?[.,;:!?]?[)"']?|-"""
)
_CLOSE = regex(r"(?<=.)[.,;:!?]$")


def code(text: str, width: int = 500) -> str:
    """Return the text as a Markdown code span that nothing in it can end."""
    shown = line(text, width)
    if not shown.strip():
        return "`(blank)`" if shown else "`(empty)`"
    ticks = "`" * (_longest_run(shown) + 1)
    pad = " " if shown[0] in "` " or shown[-1] in "` " else ""
    return f"{ticks}{pad}{shown}{pad}{ticks}"


def named(path: str, width: int) -> str:
    """Return a path so that one sees where it ends: as it is, or as a code span if it has blanks.

    A model reads what a check says, and a name can be written like an order.
    """
    shown = line(path, width)
    return code(path, width) if not shown or " " in shown or "`" in shown else shown


def prose(text: str, width: int = 1000) -> str:
    """Return the text as Markdown without constructs: plain words, the rest as code spans.

    Code spans that the author wrote stay code spans. The result is one line and never starts
    with anything that Markdown would take for a block.
    """
    short = line(" ".join(text[: width * 4].split()), width)
    out: list[str] = []
    odd: list[str] = []
    for piece in _PIECE.finditer(short):
        # At the start, `1.` would be a list and `-` as well.
        first = not out and not odd and not piece[0].isalnum() and not piece[0][0].isalpha()
        is_word = not first and _WORD.fullmatch(piece[0])
        if not is_word and piece["code"] is None:
            odd.append(piece[0])
            continue
        out += _spans(odd)
        odd = []
        whole = piece["code"] is None
        out.append(piece[0] if whole else f"{piece['open']}{code(piece['code'])}{piece['close']}")
    return " ".join([*out, *_spans(odd)])


def _spans(odd: list[str]) -> list[str]:
    if not odd:
        return []
    text = " ".join(odd)
    end = _CLOSE.search(text)
    return [code(text[: end.start()]) + end[0] if end else code(text)]


def fence(text: str) -> str:
    """Return a fence of backticks that is longer than any run of them in the text."""
    return "`" * max(3, _longest_run(text) + 1)


def _longest_run(text: str) -> int:
    return max((len(run) for run in _BACKTICKS.findall(text)), default=0)


def _named(found: re.Match[str]) -> str:
    text = found[0]
    if text in _SHORT:
        return _SHORT[text]
    number = ord(text)
    if number < 0x80:
        return f"\\x{number:02x}"
    if 0xDC80 <= number <= 0xDCFF:
        # A byte that is not UTF-8, as the file system's names are decoded.
        return f"\\x{number - 0xDC00:02x}"
    return f"\\u{{{number:x}}}"
