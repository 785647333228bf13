"""Finds text that people do not see, or see otherwise than machines do."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from itertools import islice

from aigate.domain.extension import Target
from aigate.domain.finding import Gap, Sighting
from aigate.domain.place import WHOLE
from aigate.domain.regex import regex
from aigate.domain.rule import Rule
from aigate.domain.severity import Severity
from aigate.domain.tree import Kind, Unit
from aigate.engine.lines import Lines

_NAME = "hidden-text"
_LIMIT = 100
_SHOWN = 120
_CONTROLS = (
    "owasp-llm/LLM01",
    "owasp-agentic/ASI01",
    "mitre-atlas/AML.T0068",
    "owasp-aisvs/2.1.1",
    "nist-800-53/SI-10",
    "nist-800-53/SI-3",
    "nist-ssdf/PW.7.2",
    "cmmc/SI.L1-3.14.2",
)
_FIX = (
    "Remove the characters, or write them as escapes such as `\\u202e` where a program needs"
    " them. Ask who put them there."
)


def _rule(name: str, title: str, severity: Severity, what: str, *, why: str) -> Rule:
    return Rule(
        name=name,
        scanner=_NAME,
        title=title,
        severity=severity,
        what=what,
        why=why,
        fix=_FIX,
        cwe=(1007, 451) if name != "control-character" else (150,),
        controls=_CONTROLS,
    )


_BIDI = _rule(
    "bidirectional-text",
    "Characters that turn the direction of text",
    Severity.HIGH,
    "Control characters for the direction of text stand in a file.",
    why="Reviewers see code in another order than the one in which it runs.",
)
_INVISIBLE = _rule(
    "invisible-text",
    "Characters that nobody sees",
    Severity.HIGH,
    "A file holds characters without a shape: tags, zero-width characters, variation selectors.",
    why=(
        "Coding assistants read what people cannot see, and follow it. Names that look equal"
        " can differ in them."
    ),
)
_CONFUSABLE = _rule(
    "confusable-identifier",
    "Name with letters that look like others",
    Severity.HIGH,
    "A name mixes plain letters with look-alikes, or is folded to another name when it is read.",
    why="The name that a reviewer or a scanner sees is not the name that the program uses.",
)
_CONTROL = _rule(
    "control-character",
    "Control character in the text",
    Severity.MEDIUM,
    "A file holds control characters that a terminal obeys, such as ESC or backspace.",
    why="Printed to a terminal, the text can overwrite what the reader should have seen.",
)

_TURNS = regex("[\u202a-\u202e\u2066-\u2069]+")
_MARKS = regex("[\u200e\u200f\u061c]+")
_RIGHT_TO_LEFT = regex("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_LOCALE = regex(
    r"(?:\A|/)(?:locales?|locale-data|i18n|l10n|lang|langs|languages|translations?|messages)/"
    r"|\.(?:po|pot|xlf|xliff|strings|arb|resx|ftl)\Z|(?:\A|/)messages_[\w-]+\.\w+\Z",
    re.IGNORECASE,
)

_TAGS = regex("[\U000e0000-\U000e007f]+")
_FLAG = "\U0001f3f4"
_END_OF_TAG = "\U000e007f"
_SELECTORS = regex("[\ufe00-\ufe0f\U000e0100-\U000e01ef]+")
_ZERO_WIDTH = regex(
    "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200d\u2060-\u2065\u206a-\u206f"
    "\u3164\ufeff\uffa0\ufff9-\ufffb]+"
)
_JOINERS = frozenset("\u200b\u200c\u200d")
_SOFT_HYPHEN = "\u00ad"
# Scripts whose letters join, or whose words have no spaces between them.
_JOINING = regex("[\u0600-\u0dff\u0f00-\u109f\u1780-\u18af\ufb50-\ufdff\ufe70-\ufefc\u0e00-\u0eff]")
_LONG_RUN = 4
# Lists of people and of changes, into which names and titles are pasted from elsewhere.
_NAMES = regex(
    r"(?:^|/)(?:authors|contributors|credits|thanks|maintainers|changelog|changes|news|history)"
    r"(?:\.(?:txt|rst|md))?$",
    re.IGNORECASE,
)

_CONTROL_RUN = regex("[\x00-\x08\x0b\x0e-\x1f\x7f\x90\x98\x9b-\x9f]+")
_ESCAPE_NAMES = {"\x1b": "ESC", "\x08": "BS", "\x00": "NUL", "\x7f": "DEL", "\x9b": "CSI"}

_CODE = frozenset({Kind.PYTHON, Kind.JAVASCRIPT, Kind.TYPESCRIPT})
# Cyrillic, Greek, Armenian and Cherokee letters with the shape of Latin ones; full-width and
# mathematical Latin letters.
_ALIKE = (
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0455\u0456\u0458\u04bb\u0501\u051b\u051d\u0261"
    "\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425\u0405\u0406\u0408"
    "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7\u03bf"
    "\u0585\u057d\uff21-\uff3a\uff41-\uff5a\U0001d400-\U0001d6a3"
)
_WORD = regex(r"\w{1,200}")
_HAS_ALIKE = regex(f"[{_ALIKE}]")
_ONLY_ALIKE = regex(f"[a-zA-Z0-9_{_ALIKE}]+")

_Found = tuple[Rule, int, int, str, Severity | None]


# Whatever one of the looks but the last begins with, and bytes of ASCII that none begins with.
_HIDDEN = regex(
    "[\x00-\x08\x0b\x0e-\x1f\x7f\x90\x98\x9b-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5"
    "\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb"
    "\U000e0000-\U000e007f\U000e0100-\U000e01ef]"
)
_PLAIN = bytes((*b"\t\n\f\r", *range(0x20, 0x7F)))


def scan(target: Target) -> Iterator[Sighting | Gap]:
    for unit in target.units:
        if "folded-identifiers" in unit.notes:
            yield Sighting(
                rule=_CONFUSABLE.name,
                unit=unit.id,
                span=WHOLE,
                message=(
                    "names are written with letters that the language folds to plain ones;"
                    " hint: write the plain letters"
                ),
            )
        for look in _LOOKS if _may_hide(unit.text) else (_alike,):
            yield from _limited(unit, look)


def _may_hide(text: str) -> bool:
    """Tell whether any look but that for letters of the same shape may find something.

    Each begins with a character that is searched for here, all of them at once.
    """
    if text.isascii():
        return bool(text.encode("ascii").translate(None, _PLAIN))
    return _HIDDEN.search(text) is not None


def _limited(unit: Unit, look: Callable[[Unit], Iterator[_Found]]) -> Iterator[Sighting | Gap]:
    lines = Lines(unit.text)
    found = look(unit)
    for rule, start, end, message, severity in islice(found, _LIMIT):
        yield Sighting(
            rule=rule.name,
            unit=unit.id,
            span=lines.span(start, end),
            message=f"{message}; hint: remove it, or write it as an escape",
            severity=severity,
        )
    for rule, start, _, message, severity in islice(found, 1):
        yield Sighting(
            rule=rule.name,
            unit=unit.id,
            span=lines.span(start, len(unit.text)),
            message=f"{message}, and there may be more after it; hint: look at the whole file",
            severity=severity,
        )


def _turns(unit: Unit) -> Iterator[_Found]:
    text = unit.text
    if text.isascii():
        return
    severity = Severity.MEDIUM if _LOCALE.search(unit.path) else None
    for match in _TURNS.finditer(text):
        message = f"`{_escaped(match[0])}` turns the direction of the text around it"
        yield _BIDI, *match.span(), message, severity
    if not _LOCALE.search(unit.path) and not _RIGHT_TO_LEFT.search(text):
        for match in _MARKS.finditer(text):
            message = f"`{_escaped(match[0])}` marks a direction where no text runs from the right"
            yield _BIDI, *match.span(), message, Severity.MEDIUM


def _tags(unit: Unit) -> Iterator[_Found]:
    text = unit.text
    if text.isascii():
        return
    for match in _TAGS.finditer(text):
        flag = text[max(0, match.start() - 1) : match.start()] == _FLAG
        if flag and match[0].endswith(_END_OF_TAG) and len(match[0]) <= len("gbeng") + 2:
            continue
        hidden = "".join(chr(ord(c) - 0xE0000) for c in match[0])
        message = f"invisible tag characters spell `{_shown(hidden)}`"
        yield _INVISIBLE, *match.span(), message, None


def _selectors(unit: Unit) -> Iterator[_Found]:
    text = unit.text
    if text.isascii():
        return
    for match in _SELECTORS.finditer(text):
        before = text[match.start() - 1] if match.start() else "\n"
        alone = len(match[0]) == 1
        # The two that choose between text and picture often stay behind when text is pasted.
        if alone and (match[0] in "\ufe0e\ufe0f" or not (before.isascii() and before.isalpha())):
            continue
        hidden = bytes(_selected(c) for c in match[0]).decode("utf-8", "backslashreplace")
        message = (
            f"{len(match[0])} variation selectors in a row, which spell `{_shown(hidden)}`"
            if not alone
            else f"variation selector `{_escaped(match[0])}` after a plain letter"
        )
        yield _INVISIBLE, *match.span(), message, None if len(match[0]) > 2 else Severity.MEDIUM


def _selected(character: str) -> int:
    code = ord(character)
    return code - 0xFE00 if code < 0xFFFF else code - 0xE0100 + 16


def _zero_width(unit: Unit) -> Iterator[_Found]:
    text = unit.text
    if text.isascii():
        return
    for match in _ZERO_WIDTH.finditer(text):
        start, end = match.span()
        before = text[start - 1] if start else ""
        after = text[end] if end < len(text) else ""
        if _is_used_well(match[0], before, after, code=unit.kind in _CODE):
            continue
        inside = _is_plain(before) and _is_plain(after) and not _NAMES.search(unit.path)
        severity = None if inside or end - start >= _LONG_RUN else Severity.MEDIUM
        if severity and _LOCALE.search(unit.path):
            continue
        message = f"`{_shown(match[0])}` cannot be seen"
        yield _INVISIBLE, start, end, message, severity


def _is_used_well(run: str, before: str, after: str, *, code: bool) -> bool:
    if run == "\ufeff" and not before:
        return True
    if run == _SOFT_HYPHEN:
        return not code
    joined = bool(_JOINING.match(before or " ") or _JOINING.match(after or " "))
    if joined and len(run) < _LONG_RUN and _JOINERS.issuperset(run):
        return True
    return run in _JOINERS and _is_picture(before) and (run != "\u200d" or _is_picture(after))


def _is_plain(character: str) -> bool:
    return character.isascii() and (character.isalnum() or character == "_")


def _is_picture(character: str) -> bool:
    return bool(character) and (
        unicodedata.category(character) in {"So", "Sk", "Mn", "Me", "Cn"}
        or character in "\u2640\u2642"
    )


def _controls(unit: Unit) -> Iterator[_Found]:
    done = -1
    for match in _CONTROL_RUN.finditer(unit.text):
        if match.start() <= done:
            continue
        # One for each line: where there is one, there is often a second.
        done = unit.text.find("\n", match.end())
        done = len(unit.text) if done < 0 else done
        name = _ESCAPE_NAMES.get(match[0][0], "a control character")
        message = f"`{_shown(match[0])}` is {name}, which terminals obey or hide"
        yield _CONTROL, *match.span(), message, None


def _alike(unit: Unit) -> Iterator[_Found]:
    text = unit.text
    if unit.kind not in _CODE or text.isascii() or not _HAS_ALIKE.search(text):
        return
    for match in _WORD.finditer(text):
        word = match[0]
        if word.isascii() or not _ONLY_ALIKE.fullmatch(word) or not _HAS_ALIKE.search(word):
            continue
        if any(c.isascii() and c.isalpha() for c in word):
            message = f"`{_escaped(word)}` mixes plain letters with others of the same shape"
            yield _CONFUSABLE, *match.span(), message, None


def _escaped(text: str) -> str:
    return text.encode("ascii", "backslashreplace").decode("ascii")


def _shown(text: str) -> str:
    shown = "".join(c if " " <= c <= "~" and c != "`" else _escaped_one(c) for c in text[:_SHOWN])
    return shown if len(text) <= _SHOWN else f"{shown}…"


def _escaped_one(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else _escaped(character)


_LOOKS = (_turns, _tags, _selectors, _zero_width, _controls, _alike)


RULES = (_BIDI, _INVISIBLE, _CONFUSABLE, _CONTROL)
