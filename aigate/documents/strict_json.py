"""Reads JSON as canonical records use it: no repeated keys, no fractions, no deep nesting."""

from __future__ import annotations

import json
from collections.abc import Sequence

from aigate.documents.mistakes import START, Mistakes, Place, shown
from aigate.documents.strict import DEEPEST, LARGEST
from aigate.errors import DocumentError

Json = None | bool | int | str | list["Json"] | dict[str, "Json"]
"""What a JSON document holds, without fractions."""

_DIGITS = 15


def read_json(data: bytes, *, file: str, largest: int = LARGEST) -> Json:
    """Read a JSON document.

    Raises:
        DocumentError: for what is no JSON, and for what two readers may understand
            differently: repeated keys, numbers that are no plain integers, `NaN`, lone
            surrogates, a byte order mark, more levels than `strict.DEEPEST`.
    """
    mistakes = Mistakes(file)
    if len(data) > largest:
        mistakes.add(START, f"larger than {largest // 1024} KiB")
        mistakes.check()
    try:
        text = data.decode("utf-8")
        deep = _too_deep(text)
        if deep is not None:
            mistakes.add(_at(text, deep), f"more than {DEEPEST} levels deep")
            mistakes.check()
        found: Json = json.loads(
            text,
            object_pairs_hook=_once,
            parse_constant=_refused,
            parse_float=_refused,
            parse_int=_integer,
        )
        json.dumps(found, ensure_ascii=False).encode("utf-8")
    except UnicodeError:
        mistakes.add(START, "this is not UTF-8")
    except json.JSONDecodeError as error:
        mistakes.add(Place(error.lineno, error.colno), f"this is no JSON: {shown(error.msg)[1:-1]}")
    except DocumentError:
        raise
    except ValueError as error:
        mistakes.add(START, str(error))
    mistakes.check()
    return found


def _once(pairs: Sequence[tuple[str, Json]]) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"{shown(key)} is given twice")
        found[key] = value
    return found


def _refused(text: str) -> Json:
    raise ValueError(f"the number {shown(text)} is not allowed: integers only")


def _integer(text: str) -> int:
    if len(text.lstrip("-")) > _DIGITS or text == "-0":
        raise ValueError(f"the number {shown(text)} is not allowed: at most {_DIGITS} digits")
    return int(text)


def _too_deep(text: str) -> int | None:
    depth, quoted, escaped = 0, False, False
    for index, char in enumerate(text):
        if quoted:
            quoted = escaped or char != '"'
            escaped = char == "\\" and not escaped
        elif char == '"':
            quoted = True
        elif char in "[{":
            depth += 1
            if depth > DEEPEST:
                return index
        elif char in "]}":
            depth -= 1
    return None


def _at(text: str, index: int) -> Place:
    return Place(text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index))
