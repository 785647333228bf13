"""Reads YAML, TOML, `.env` and the like line by line, so that broken files can be read as well."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aigate.discovery._signals import Said, Signal
from aigate.domain.regex import regex

_LINE = regex(
    r"(?P<indent>[ \t]*)(?P<dashes>(?:- +)*)(?:(?:export|ENV|ARG)\s+)?"
    r"(?:(?P<key>\"[^\"\n]{1,200}\"|'[^'\n]{1,200}'|[\w./@-]{1,200})\s*(?P<mark>:(?=\s|$)|[:?]?=(?!=)))?"
    r"(?P<value>.*)"
)
_COMMENT = regex(r"(?:^|\s)#.*")
_QUOTED = regex(r"\"((?:[^\"\\]|\\.){0,2000})\"|'((?:[^'\\]|\\.){0,2000})'")
_BARE = regex(r"[^\s,\[\]{}\"'=]+")
_VARIABLE = regex(
    r"(?<![\w.-])[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+(?![\w-])|(?<=secrets\.)\w+|(?<=env\.)\w+|(?<=vars\.)\w+"
)
_FROM = regex(r"FROM\s+(?:--\S+\s+)?(\S+)", re.IGNORECASE)
_HIDDEN = 20_000


def read(text: str) -> tuple[Signal, ...]:
    """Return the keys, values and variables of a file of settings."""
    return tuple(_read(text))


def _read(text: str) -> Iterator[Signal]:
    above: list[tuple[int, str]] = []
    for number, raw in enumerate(text.split("\n"), start=1):
        content = raw[:_HIDDEN]
        if "#" in content:
            content = _without_comment(content)
        if not content.strip():
            continue
        image = _FROM.match(content)
        if image:
            yield Said(image[1], number, image.start(1) + 1, "image")
            continue
        found = _LINE.match(content)
        if found is None:
            continue
        depth = len(found["indent"].expandtabs()) + len(found["dashes"])
        while above and above[-1][0] >= depth and (found["key"] or above[-1][0] > depth):
            above.pop()
        key = (found["key"] or "").strip("\"'")
        value, start = found["value"], found.start("value")
        if key:
            above.append((depth, key))
            yield Said(key, number, found.start("key") + 1, "key")
        else:
            key = above[-1][1] if above else ""
        yield from _values(key, value, number, start)


def _values(key: str, value: str, number: int, start: int) -> Iterator[Signal]:
    stripped = value.strip()
    if not stripped:
        return
    whole = stripped.strip("\"'")
    column = start + value.find(stripped) + 1
    yield Said(whole, number, column, key)
    variables = {found[0]: found.start() for found in _VARIABLE.finditer(value)}
    for name, at in variables.items():
        if name != whole:
            yield Said(name, number, start + at + 1, "env")
    if not any(character in whole for character in " ,[{\"'="):
        return
    pieces = [(found[1] or found[2] or "", found.start()) for found in _QUOTED.finditer(value)]
    rest = _QUOTED.sub(" ", value)
    pieces += [(found[0], found.start()) for found in _BARE.finditer(rest)]
    listed = stripped[0] in "[{"
    # Words of a sentence or of a command are no values of the key.
    yield from (
        Said(text, number, start + at + 1, key if listed else "")
        for text, at in pieces[:500]
        if text and text != whole
    )


def _without_comment(content: str) -> str:
    quoted = [found.span() for found in _QUOTED.finditer(content)]
    for comment in _COMMENT.finditer(content):
        if not any(start <= comment.start() < end for start, end in quoted):
            return content[: comment.start()]
    return content
