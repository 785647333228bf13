"""What a document consists of: texts, lists and mappings, each with its place."""

from __future__ import annotations

import json
import re
from typing import Any

from aigate.documents.mistakes import Place
from aigate.domain.regex import regex
from aigate.value import dataclass

LARGEST = 64 * 1024
"""The size of the largest document, in bytes."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text; `plain` if it stands there without quotes."""

    text: str
    at: Place
    plain: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    nodes: tuple[Node, ...]
    at: Place


@dataclass(frozen=True, slots=True)
class Fields:
    """A mapping; no key comes twice."""

    entries: tuple[tuple[Scalar, Node], ...]
    at: Place


@dataclass(frozen=True, slots=True)
class Refused:
    """Something whose mistake is already noted."""

    at: Place


Node = Scalar | Items | Fields | Refused


_BOOLEAN = regex(r"(?i:y|n|yes|no|on|off|true|false)")
_NOTHING = regex(r"(?i:~|null|)")
_NUMBER = regex(
    r"""[-+]?(?: 0[xXoObB][0-9a-fA-F_]+
               | [0-9][0-9_]*(?::[0-9]{1,2})+(?:\.[0-9_]*)?
               | (?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9_]+)(?:[eE][-+]?[0-9]+)?
               | \.(?i:inf|nan) )""",
    re.VERBOSE,
)
_DATE = regex(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9:. \tZ+-]*)?")


def other_reading(text: str) -> str:
    """Say what YAML 1.1 or 1.2 would read unquoted text as; empty if as that text."""
    if _NOTHING.fullmatch(text):
        return "nothing"
    if _BOOLEAN.fullmatch(text):
        return "yes or no"
    if _NUMBER.fullmatch(text):
        return "a number"
    if _DATE.fullmatch(text):
        return "a date"
    return {"=": "a default value", "<<": "a merge key"}.get(text, "")


def packed(node: Node) -> bytes | None:
    """Write a document so that `unpacked` gives an equal one; None if something was refused."""
    parts = _packed(node)
    return None if parts is None else json.dumps(parts, separators=(",", ":")).encode()


def unpacked(data: str | bytes) -> Node:
    """Read what `packed` wrote, which takes a tenth of the time of reading the document.

    There must be no doubt that `packed` wrote it: nothing is looked at twice.
    """
    return _unpacked(json.loads(data))


def _packed(node: Node) -> list[Any] | None:
    where = [node.at.line, node.at.column]
    match node:
        case Scalar(text, _, plain):
            return [*where, text, plain]
        case Items(nodes):
            parts = [_packed(one) for one in nodes]
        case Fields(entries):
            parts = [_packed(one) for entry in entries for one in entry]
            where.append(0)
        case Refused():
            return None
    return None if None in parts else [parts, *where]


def _unpacked(parts: list[Any]) -> Node:
    match parts:
        case [int(line), column, text, plain]:
            return Scalar(text, Place(line, column), plain)
        case [inside, line, column]:
            return Items(tuple(map(_unpacked, inside)), Place(line, column))
        case [inside, line, column, _]:
            nodes = map(_unpacked, inside)
            return Fields(tuple(zip(nodes, nodes, strict=True)), Place(line, column))  # type: ignore[arg-type] # keys are texts
        case _:
            raise ValueError("not what was written")
