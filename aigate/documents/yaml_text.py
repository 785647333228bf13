"""Writes plain values as YAML that `strict` reads back as they were."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from aigate.documents.nodes import other_reading
from aigate.domain.regex import regex

_BARE = regex(r"[A-Za-z0-9](?:[A-Za-z0-9 _./*-]*[A-Za-z0-9/*])?")


def yaml_text(
    value: Mapping[str, object], notes: Mapping[tuple[str, int], str] | None = None
) -> str:
    """Return a mapping as a YAML document.

    `notes` puts a comment above an item, given by its list's key and its index.
    """
    return "\n".join(_lines(value, "", notes or {})) + "\n"


def _lines(value: object, indent: str, notes: Mapping[tuple[str, int], str]) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            if isinstance(item, Sequence) and not isinstance(item, str):
                yield f"{indent}{_scalar(key)}:"
                yield from _items(str(key), item, indent + "  ", notes)
            elif isinstance(item, Mapping):
                yield f"{indent}{_scalar(key)}:"
                yield from _lines(item, indent + "  ", {})
            else:
                yield f"{indent}{_scalar(key)}: {_scalar(item)}"


def _items(
    key: str, items: Sequence[object], indent: str, notes: Mapping[tuple[str, int], str]
) -> Iterator[str]:
    for index, item in enumerate(items):
        if (key, index) in notes:
            yield f"{indent}# {notes[key, index]}"
        if isinstance(item, Mapping):
            first, *rest = _lines(item, indent + "  ", {})
            yield f"{indent}- {first.strip()}"
            yield from rest
        else:
            yield f"{indent}- {_scalar(item)}"


def _scalar(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    text = str(value)
    if _BARE.fullmatch(text) and not other_reading(text):
        return text
    return json.dumps(text)
