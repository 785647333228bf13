r"""Writes JSON that is ASCII, valid Unicode, and means nothing to the runner that logs it.

Lone surrogates, as in names of files that are not UTF-8, have no place in valid Unicode:
they are written as text, such as `\xff`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from aigate.engine.shown import strict

Value: TypeAlias = "str | int | float | bool | Sequence[Value] | Mapping[str, Value] | None"
Object: TypeAlias = "dict[str, Value]"

_MAYBE_LONE = re.compile(r"\\ud[89a-f]")
# Runners of CI obey these wherever they stand in a line.
_OBEYED = re.compile(r"##(?=\[|vso\[)")


def dump(value: Value) -> str:
    """Return the value as JSON in one line."""
    text = json.dumps(value, ensure_ascii=True, allow_nan=False)
    if _MAYBE_LONE.search(text):
        text = json.dumps(_strict(value), ensure_ascii=True, allow_nan=False)
    return _OBEYED.sub(r"#\\u0023", text)


def member(name: str, value: Value | Iterator[Value]) -> str:
    """Return one member of an object, with the items of a list or an iterator one a line.

    An iterator is written as it goes, so that a long one never exists as values all at once.
    """
    if isinstance(value, (list, Iterator)):
        items = ",\n".join([dump(item) for item in value])
        return f"{dump(name)}: [\n{items}\n]" if items else f"{dump(name)}: []"
    return f"{dump(name)}: {dump(value)}"


def _strict(value: Value) -> Value:
    if isinstance(value, str):
        return strict(value)
    if isinstance(value, Mapping):
        return {strict(name): _strict(item) for name, item in value.items()}
    if isinstance(value, Sequence):
        return [_strict(item) for item in value]
    return value
