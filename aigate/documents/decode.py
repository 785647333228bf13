"""Turns nodes into frozen dataclasses by their annotations, and describes these to editors.

A field is written in kebab-case. What a text means beyond its type is said by the field's
metadata: `unit` is a key of `UNITS`, `doc` a sentence for the JSON Schema.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import types
import typing
from collections.abc import Callable, Mapping
from enum import Enum, IntEnum
from functools import cache
from typing import Any, NamedTuple, TypeVar

from aigate.documents.mistakes import Mistakes, Place, did_you_mean, shown
from aigate.documents.nodes import Fields, Items, Node, Refused, Scalar, other_reading
from aigate.engine.patterns import pattern_mistake

_Value = TypeVar("_Value")


class Unit(NamedTuple):
    """How a scalar is written: `read` gives a value, or raises ValueError with the mistake."""

    read: Callable[[str], object]
    write: Callable[[Any], str | int]
    schema: Mapping[str, object]
    bare: bool = False
    """Whether a number or a date may stand without quotes."""


_DAYS = r"[1-9][0-9]{0,3} days?"
_CWE = r"(?:CWE-)?[1-9][0-9]{0,4}"
_ID = r"[a-z0-9]+(?:[-./][a-z0-9]+)*"
_LOCK = rf"{_ID}==[0-9A-Za-z][0-9A-Za-z.+!-]{{0,62}}"
_VERSION = r"[0-9]{1,4}\.[0-9]{1,4}(?:\.[0-9]{1,4})?"
_HOURS = r"[1-9][0-9]{0,3} hours?"
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_SHA256 = r"[0-9a-f]{64}"
_FILE = r"(?:[^/\s]|[^/\s][^/]*[^/\s])(?:/(?:[^/\s]|[^/\s][^/]*[^/\s]))*"
# Type, path, and then version, qualifiers and a path inside, each of which may be missing.
_PURL = r"pkg:[a-z][a-z0-9.+-]{0,40}(?:/[^\s/@?#]+)+(?:@[^\s@?#]+)?(?:\?[^\s?#]+)?(?:#[^\s#]+)?"


def _days(text: str) -> int:
    if not re.fullmatch(_DAYS, text):
        raise ValueError(f"{shown(text)} is no number of days (write for example `7 days`)")
    return int(text.split(maxsplit=1)[0])


def _cwe(text: str) -> int:
    if not re.fullmatch(_CWE, text):
        raise ValueError(f"{shown(text)} is no weakness (write for example `CWE-89`)")
    return int(text.removeprefix("CWE-"))


def _hours(text: str) -> int:
    if not re.fullmatch(_HOURS, text):
        raise ValueError(f"{shown(text)} is no number of hours (write for example `4 hours`)")
    return int(text.split(maxsplit=1)[0])


def _retention(text: str) -> int:
    if text != "none" and not re.fullmatch(_DAYS, text):
        raise ValueError(f"{shown(text)} is no time to keep (write `none`, or `30 days`)")
    return 0 if text == "none" else _days(text)


def _date(text: str) -> dt.date:
    try:
        day = dt.date.fromisoformat(text if re.fullmatch(_DATE, text) else "")
    except ValueError:
        raise ValueError(f"{shown(text)} is no date (write for example `2027-01-31`)") from None
    return day


def _sha256(text: str) -> str:
    given = text.removeprefix("sha256:")
    if re.fullmatch(_SHA256, given):
        return given
    weak = {32: "MD5", 40: "SHA-1"}.get(len(re.sub(r"^\w+:", "", text)))
    if weak and re.fullmatch(r"(?:\w+:)?[0-9a-fA-F]+", text):
        raise ValueError(f"{shown(text)} looks like {weak}, which two files can share: use SHA-256")
    raise ValueError(f"{shown(text)} is no SHA-256: 64 of `0-9` and `a-f`, from `sha256sum FILE`")


def _file(text: str) -> str:
    parts = text.split("/")
    odd = "\\" in text or len(text) > 512 or bool({"", ".", ".."} & set(parts))
    if odd or not re.fullmatch(_FILE, text):
        raise ValueError(f"{shown(text)} is no path of a file, from the top of the repository")
    return text


def _matching(expression: str, saying: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if len(text) > 256 or not re.fullmatch(expression, text):
            raise ValueError(f"{shown(text)} {saying}")
        return text

    return read


def _pattern(text: str) -> str:
    mistake = pattern_mistake(text)
    if mistake:
        raise ValueError(f"{shown(text)}: {mistake}")
    return text


def _plural(days: int) -> str:
    return f"{days} day" if days == 1 else f"{days} days"


UNITS: Mapping[str, Unit] = {
    "days": Unit(_days, _plural, {"type": "string", "pattern": f"^{_DAYS}$"}),
    "cwe": Unit(
        _cwe,
        lambda number: f"CWE-{number}",
        {
            "anyOf": [
                {"type": "integer", "minimum": 1, "maximum": 99999},
                {"type": "string", "pattern": f"^{_CWE}$"},
            ]
        },
        bare=True,
    ),
    "id": Unit(
        _matching(_ID, "is no name (lower-case letters, digits, `-`)"),
        str,
        {"type": "string", "pattern": f"^{_ID}$"},
    ),
    "name": Unit(
        _matching(r"[^\s{}]+", "is no name or pattern of names"),
        str,
        {"type": "string", "pattern": r"^[^\s{}]+$"},
    ),
    "version": Unit(
        _matching(_VERSION, "is no version (write for example `1.2.0`)"),
        str,
        {"type": "string", "pattern": f"^{_VERSION}$"},
    ),
    "lock": Unit(
        _matching(_LOCK, "is no scanner with its version (write for example `semgrep==1.182.0`)"),
        str,
        {"type": "string", "pattern": f"^{_LOCK}$"},
    ),
    "hours": Unit(
        _hours,
        lambda hours: f"{hours} hour" if hours == 1 else f"{hours} hours",
        {"type": "string", "pattern": f"^{_HOURS}$"},
    ),
    "retention": Unit(
        _retention,
        lambda days: _plural(days) if days else "none",
        {"type": "string", "pattern": f"^(?:none|{_DAYS})$"},
    ),
    "date": Unit(
        _date,
        lambda day: str(day.isoformat()),
        {"type": "string", "format": "date", "pattern": f"^{_DATE}$"},
        bare=True,
    ),
    "sha256": Unit(
        _sha256, str, {"type": "string", "pattern": f"^(?:sha256:)?{_SHA256}$"}, bare=True
    ),
    "purl": Unit(
        _matching(_PURL, "is no package URL (write for example `pkg:huggingface/org/name@commit`)"),
        str,
        {"type": "string", "pattern": f"^{_PURL}$"},
    ),
    "component": Unit(
        _matching(r"\S+(?: \S+){0,8}", "is no name (256 characters at most, single blanks)"),
        str,
        {"type": "string", "minLength": 1, "maxLength": 256},
    ),
    "file": Unit(_file, str, {"type": "string", "pattern": f"^{_FILE}$"}),
    "path": Unit(_pattern, str, {"type": "string", "minLength": 1}),
}
"""The ways in which scalars are written that a type alone does not tell."""

_BAD: Any = object()


def decode(cls: type[_Value], node: Node, mistakes: Mistakes) -> _Value | None:
    """Read a value of a dataclass from a mapping; None, and mistakes noted, if it is wrong."""
    found = _record(cls, node, mistakes)
    return None if found is _BAD else found


def encode(value: Any) -> Any:  # noqa: ANN401 - any dataclass, to plain lists, mappings and scalars
    """Return what a document would hold to decode to this value; defaults are left out."""
    return {
        key: _plain(getattr(value, part.name), part.metadata.get("unit", ""))
        for key, part in _parts(type(value)).items()
        if getattr(value, part.name) != _default(part)
    }


def schema(cls: type, replace: Mapping[str, object] | None = None) -> dict[str, object]:
    """Describe a dataclass as a JSON Schema object; `replace` overrides fields by their key."""
    properties: dict[str, object] = {}
    hints = _hints(cls)
    for key, part in _parts(cls).items():
        told = {"description": part.metadata["doc"]} if "doc" in part.metadata else {}
        given = (replace or {}).get(key) or _typed(hints[part.name], part.metadata.get("unit", ""))
        properties[key] = {**told, **typing.cast("dict[str, object]", given)}
    return {
        "type": "object",
        "properties": properties,
        "required": [key for key, part in _parts(cls).items() if _is_required(part)],
        "additionalProperties": False,
    }


def key_of(name: str) -> str:
    """Return the spelling of a field's name in documents."""
    return name.replace("_", "-")


@cache
def _hints(cls: type) -> Mapping[str, Any]:
    return typing.get_type_hints(cls)


def _parts(cls: type) -> dict[str, dataclasses.Field[Any]]:
    return {key_of(part.name): part for part in dataclasses.fields(cls)}


def _default(part: dataclasses.Field[Any]) -> object:
    if part.default_factory is not dataclasses.MISSING:
        return part.default_factory()
    return part.default


def _is_required(part: dataclasses.Field[Any]) -> bool:
    return _default(part) is dataclasses.MISSING


def _record(cls: type, node: Node, mistakes: Mistakes) -> Any:  # noqa: ANN401 - a value of cls, or _BAD
    if isinstance(node, Refused):
        return _BAD
    if not isinstance(node, Fields):
        mistakes.add(node.at, f"expected fields (`name: value`), found {_said(node)}")
        return _BAD
    parts, hints = _parts(cls), _hints(cls)
    values: dict[str, Any] = {}
    for key, value in node.entries:
        if key.text not in parts:
            near = did_you_mean(key.text, parts)
            mistakes.add(key.at, f"unknown field {shown(key.text)}{near}")
            continue
        part = parts[key.text]
        unit = part.metadata.get("unit", "")
        values[part.name] = _value(hints[part.name], value, mistakes, unit=unit)
    if not node.entries:
        mistakes.add(node.at, "expected fields, found none: leave it out")
        return _BAD
    for name, part in parts.items():
        if _is_required(part) and part.name not in values:
            mistakes.add(node.at, f"the field `{name}` is missing")
            values[part.name] = _BAD
    if any(value is _BAD for value in values.values()):
        return _BAD
    return cls(**values)


def _value(hint: Any, node: Node, mistakes: Mistakes, *, unit: str) -> Any:  # noqa: ANN401 - by the annotation
    if hint == Node:
        return node
    if isinstance(node, Refused):
        return _BAD
    hint = _without_none(hint)
    if typing.get_origin(hint) is tuple:
        return _several(typing.get_args(hint)[0], node, mistakes, unit=unit)
    if dataclasses.is_dataclass(hint):
        return _record(typing.cast("type", hint), node, mistakes)
    if not isinstance(node, Scalar):
        mistakes.add(node.at, f"expected {_wanted(hint)}, found {_said(node)}")
        return _BAD
    return _scalar(hint, node, mistakes, unit=unit)


def _several(hint: Any, node: Node, mistakes: Mistakes, *, unit: str) -> Any:  # noqa: ANN401 - a tuple, or _BAD
    if isinstance(node, Items):
        nodes = node.nodes
        if not nodes:
            mistakes.add(node.at, "an empty list says nothing: leave the field out")
            return _BAD
    elif isinstance(node, Scalar) and hint != Node and not dataclasses.is_dataclass(hint):
        nodes = (node,)
    else:
        mistakes.add(node.at, f"expected a list, found {_said(node)}")
        return _BAD
    found = tuple(_value(hint, item, mistakes, unit=unit) for item in nodes)
    return _BAD if any(value is _BAD for value in found) else found


def _scalar(hint: Any, node: Scalar, mistakes: Mistakes, *, unit: str) -> Any:  # noqa: ANN401 - by the annotation
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _choice(hint, node, mistakes)
    if hint is bool:
        return _bare(
            node, mistakes, r"true|false", "`true` or `false`", lambda text: text == "true"
        )
    if hint is int and not unit:
        return _bare(node, mistakes, r"0|[1-9][0-9]{0,8}", "a number such as `1`", int)
    return _text(node, mistakes, unit=unit)


def _text(node: Scalar, mistakes: Mistakes, *, unit: str) -> Any:  # noqa: ANN401 - by the unit
    reading = other_reading(node.text) if node.plain else ""
    bare = unit and UNITS[unit].bare and re.fullmatch(rf"[1-9][0-9]*|{_DATE}", node.text)
    if reading and not bare:
        mistakes.add(node.at, _in_quotes(node.text, reading))
        return _BAD
    if not node.text.strip():
        mistakes.add(node.at, "expected a text, found an empty one")
        return _BAD
    try:
        return UNITS[unit].read(node.text) if unit else node.text
    except ValueError as error:
        mistakes.add(node.at, str(error))
        return _BAD


def _in_quotes(text: str, reading: str) -> str:
    if not text:
        return "expected a text, found nothing"
    return f"YAML reads {shown(text)} as {reading}: write it in quotes"


def _choice(hint: type[Enum], node: Scalar, mistakes: Mistakes) -> Any:  # noqa: ANN401 - a member, or _BAD
    choices = {_word(member): member for member in hint}
    if node.text not in choices:
        near = did_you_mean(node.text, choices)
        mistakes.add(node.at, f"{shown(node.text)} is not one of the choices{near}")
        return _BAD
    return choices[node.text]


def _bare(
    node: Scalar, mistakes: Mistakes, allowed: str, wanted: str, read: Callable[[str], object]
) -> Any:  # noqa: ANN401 - what `read` gives, or _BAD
    if not node.plain or not re.fullmatch(allowed, node.text):
        quotes = "" if node.plain else " in quotes"
        mistakes.add(node.at, f"expected {wanted}, found {shown(node.text)}{quotes}")
        return _BAD
    return read(node.text)


def _word(member: Enum) -> str:
    return getattr(member, "word", None) or str(member.value)


def _without_none(hint: Any) -> Any:  # noqa: ANN401 - annotations are of no common type
    if typing.get_origin(hint) in {typing.Union, types.UnionType}:
        return next(arg for arg in typing.get_args(hint) if arg is not type(None))
    return hint


def _said(node: Node) -> str:
    match node:
        case Scalar(text=text):
            return shown(text) if text else "nothing"
        case Items():
            return "a list"
        case _:
            return "fields"


def _wanted(hint: object) -> str:
    if isinstance(hint, type) and issubclass(hint, Enum):
        return "one of " + ", ".join(f"`{_word(member)}`" for member in hint)
    return {bool: "`true` or `false`", int: "a number"}.get(typing.cast("type", hint), "a text")


def _plain(value: Any, unit: str) -> Any:  # noqa: ANN401 - the inverse of the reading above
    if dataclasses.is_dataclass(value):
        return encode(value)
    if isinstance(value, tuple):
        return [_plain(item, unit) for item in value]
    if isinstance(value, Enum):
        return _word(value)
    return UNITS[unit].write(value) if unit else value


def _typed(hint: Any, unit: str) -> dict[str, object]:  # noqa: ANN401 - annotations are of no common type
    hint = _without_none(hint)
    if typing.get_origin(hint) is tuple:
        (inner, _) = typing.get_args(hint)
        item = _typed(inner, unit)
        several = {"type": "array", "items": item, "minItems": 1}
        return several if item.get("type") == "object" else {"anyOf": [item, several]}
    if dataclasses.is_dataclass(hint):
        return schema(typing.cast("type", hint))
    if unit:
        return dict(UNITS[unit].schema)
    if isinstance(hint, type) and issubclass(hint, Enum):
        members = reversed(list(hint)) if issubclass(hint, IntEnum) else hint
        return {"enum": [_word(member) for member in members]}
    plain: dict[Any, dict[str, object]] = {
        bool: {"type": "boolean"},
        int: {"type": "integer", "minimum": 0, "maximum": 999999999},
        str: {"type": "string", "minLength": 1},
    }
    return plain.get(hint, {})


def place_of(node: Node, key: str) -> Place:
    """Return where a field of a mapping is written, else where the mapping starts."""
    if isinstance(node, Fields):
        return next((name.at for name, _ in node.entries if name.text == key), node.at)
    return node.at


def described(cls: type, before: str = "") -> list[tuple[str, str, str]]:
    """Return path, form and meaning of every field of a dataclass, those of its parts included."""
    rows: list[tuple[str, str, str]] = []
    hints = _hints(cls)
    for key, part in _parts(cls).items():
        hint = _without_none(hints[part.name])
        several = typing.get_origin(hint) is tuple
        inner = typing.get_args(hint)[0] if several else hint
        path = f"{before}{key}"
        form = _form(inner, part.metadata.get("unit", ""))
        listed = f"list of {form}" if several and form == "fields" else form
        listed += " (one, or a list)" if several and form != "fields" else ""
        asked = ", required" if _is_required(part) else ""
        rows.append((path, listed + asked, part.metadata.get("doc", "")))
        if dataclasses.is_dataclass(inner):
            rows += described(typing.cast("type", inner), f"{path}.")
    return rows


def _form(hint: Any, unit: str) -> str:  # noqa: ANN401 - annotations are of no common type
    if hint == Node or dataclasses.is_dataclass(hint):
        return "fields"
    names = {
        "cwe": "weakness",
        "date": "date",
        "days": "days",
        "file": "path",
        "hours": "hours",
        "path": "path pattern",
        "purl": "package URL",
        "retention": "`none`, or days",
        "sha256": "SHA-256",
        "version": "version",
    }
    return names.get(unit) or _wanted(hint).removeprefix("one of ").removeprefix("a ")
