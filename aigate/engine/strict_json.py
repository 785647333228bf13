"""Reads JSON as canonical records use it: no repeated keys, no fractions, no deep nesting."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence

from aigate.domain.regex import regex
from aigate.errors import DocumentError, Mistake

Json = None | bool | int | str | list["Json"] | dict[str, "Json"]
"""What a JSON document holds, without fractions."""

LARGEST = 64 * 1024
"""The size of the largest document, in bytes, unless the caller knows better."""

DEEPEST = 32
"""How many lists and objects may lie in each other."""

_DIGITS = 15
_SHOWN = 48
# Whole texts, so that brackets in them are not counted; one that never ends is taken as well,
# so that the work stays linear.
_STEPS = regex(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[{]|[\]}]', re.DOTALL)


class _RefusedError(ValueError):
    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


def read_json(data: bytes, *, file: str, largest: int = LARGEST) -> Json:
    """Read a JSON document.

    Raises:
        DocumentError: for what is no JSON, and for what two readers may understand
            differently: repeated keys, numbers that are no plain integers, `NaN`, lone
            surrogates, a byte order mark, more levels than `DEEPEST`. Its code says which.
    """
    if len(data) > largest:
        raise _error(file, f"larger than {largest // 1024} KiB", "json-large")
    try:
        text = data.decode("utf-8")
        deep = _too_deep(text)
        if deep is not None:
            raise _error(file, f"more than {DEEPEST} levels deep", "json-deep", text[:deep])
        found: Json = json.loads(
            text,
            object_pairs_hook=_once,
            parse_constant=_refused,
            parse_float=_refused,
            parse_int=_integer,
        )
        # An escape may spell half of a character, which no text can hold.
        json.dumps(found, ensure_ascii=False).encode("utf-8")
    except UnicodeError:
        raise _error(file, "this is not UTF-8", "json-encoding") from None
    except json.JSONDecodeError as error:
        what = f"this is no JSON: {_shown(error.msg)[1:-1]}"
        raise _error(file, what, "json-syntax", error.doc[: error.pos]) from None
    except _RefusedError as error:
        raise _error(file, str(error), error.code) from None
    return found


def _once(pairs: Sequence[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    twice = Counter(key for key, _ in pairs).most_common(1)[0][0]
    raise _RefusedError(f"{_shown(twice)} is given twice", "json-repeated-key")


def _refused(text: str) -> Json:
    raise _RefusedError(f"the number {_shown(text)} is not allowed: integers only", "json-number")


def _integer(text: str) -> int:
    if len(text.lstrip("-")) > _DIGITS or text == "-0":
        what = f"the number {_shown(text)} is not allowed: at most {_DIGITS} digits"
        raise _RefusedError(what, "json-number")
    return int(text)


def _too_deep(text: str) -> int | None:
    if text.count("[") + text.count("{") <= DEEPEST:
        return None
    depth = 0
    for step in _STEPS.finditer(text):
        first = text[step.start()]
        if first in "[{":
            depth += 1
            if depth > DEEPEST:
                return step.start()
        elif first != '"':
            depth -= 1
    return None


def _error(file: str, text: str, code: str, before: str = "") -> DocumentError:
    line = before.count("\n") + 1
    column = len(before) - before.rfind("\n")
    return DocumentError((Mistake(file, line, column, text),), code=code)


def _shown(text: str) -> str:
    cut = text if len(text) <= _SHOWN else text[:_SHOWN] + "..."
    return "`" + ascii(cut)[1:-1].replace("\\'", "'").replace("`", "'") + "`"
