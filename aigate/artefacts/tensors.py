"""Checks the header of a `.safetensors` file by the rules of the format."""

from __future__ import annotations

import json
import re

from aigate.artefacts.look import Look, MalformedError
from aigate.artefacts.values import Objection
from aigate.domain.regex import regex

LONGEST_HEADER = 100_000_000
"""What the format allows; longer ones are refused by its own library."""
_LONGEST_READ = 8_000_000
_BITS = {
    **dict.fromkeys(("BOOL", "U8", "I8", "F8_E5M2", "F8_E4M3", "F8_E8M0"), 8),
    **dict.fromkeys(("F8_E4M3FNUZ", "F8_E5M2FNUZ"), 8),
    **dict.fromkeys(("I16", "U16", "F16", "BF16"), 16),
    **dict.fromkeys(("I32", "U32", "F32"), 32),
    **dict.fromkeys(("I64", "U64", "F64", "C64"), 64),
    **dict.fromkeys(("F4", "F6_E2M3", "F6_E3M2"), 0),
}
_MARKUP = regex(
    r"<\s*(?:script|img|iframe|svg|object|embed|link|meta|style|form)\b|<!--|javascript:|on\w+\s*="
    r"|\b(?:ignore|disregard|forget)\b.{0,40}\b(?:instructions?|prompts?|rules)\b"
    r"|\bsystem prompt\b|\byou are now\b|\{\{|\{%",
    re.IGNORECASE | re.DOTALL,
)
_HIDDEN = regex("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f\x00-\x08]")


class _DuplicateError(ValueError):
    """A key stands twice."""


def is_safetensors(data: bytes) -> bool:
    """Tell by the first bytes: a length, and an object in JSON."""
    return data[8:9] == b"{" and data[5:8] == b"\0\0\0"


def read(data: bytes, look: Look) -> None:
    """Object to what the format does not allow.

    Raises:
        MalformedError: the header cannot be read at all.
    """
    length = int.from_bytes(data[:8], "little")
    if len(data) < 8 or length > LONGEST_HEADER:
        raise MalformedError(f"the header claims {length} bytes")
    if 8 + length > len(data):
        raise MalformedError("the header is longer than the file")
    if length > _LONGEST_READ:
        look.say(Objection.UNREAD, f"the header of {length} bytes is longer than what is read")
        return
    try:
        header = json.loads(data[8 : 8 + length], object_pairs_hook=_once)
    except _DuplicateError as error:
        raise MalformedError(f"the header names `{error}` twice") from error
    except (ValueError, RecursionError) as error:
        raise MalformedError("the header is no JSON") from error
    if not isinstance(header, dict):
        raise MalformedError("the header is no object")
    metadata = header.pop("__metadata__", {})
    _check_metadata(metadata, look)
    spans = []
    for name, tensor in header.items():
        look.purse.spend()
        spans.append(_span(name, tensor, look))
    _check_spans(sorted(spans), len(data) - 8 - length, look)


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            raise _DuplicateError(key[:100])
        found[key] = value
    return found


def _check_metadata(metadata: object, look: Look) -> None:
    if not isinstance(metadata, dict):
        raise MalformedError("`__metadata__` is no object")
    for key, value in metadata.items():
        if not isinstance(value, str):
            look.say(Objection.MALFORMED, f"`__metadata__` holds something else than text: `{key}`")
        elif _MARKUP.search(f"{key}\n{value}"):
            look.say(Objection.METADATA, f"`__metadata__` holds markup or instructions: `{key}`")
        elif _HIDDEN.search(f"{key}{value}"):
            look.say(Objection.METADATA, f"`__metadata__` holds invisible characters: `{key}`")


def _span(name: str, tensor: object, look: Look) -> tuple[int, int]:
    if not isinstance(tensor, dict):
        raise MalformedError(f"the tensor `{name}` is no object")
    offsets, shape = _whole_numbers(tensor.get("data_offsets")), _whole_numbers(tensor.get("shape"))
    kind = tensor.get("dtype")
    if offsets is None or len(offsets) != 2 or offsets[0] > offsets[1]:
        raise MalformedError(f"the offsets of the tensor `{name}` make no sense")
    if shape is None:
        raise MalformedError(f"the shape of the tensor `{name}` makes no sense")
    if not isinstance(kind, str) or kind not in _BITS:
        look.say(Objection.MALFORMED, f"the tensor `{name}` is of an unknown type")
    elif _BITS[kind]:
        bits = _BITS[kind]
        for length in shape:
            bits *= length
            if bits > 1 << 66:
                raise MalformedError(f"the shape of the tensor `{name}` overflows")
        if bits != 8 * (offsets[1] - offsets[0]):
            look.say(
                Objection.MALFORMED, f"the size of the tensor `{name}` is not that of its shape"
            )
    if tensor.keys() - {"data_offsets", "shape", "dtype"}:
        look.say(Objection.MALFORMED, f"the tensor `{name}` has more fields than the format")
    return offsets[0], offsets[1]


def _whole_numbers(value: object) -> list[int] | None:
    if not isinstance(value, list):
        return None
    found = [one for one in value if isinstance(one, int) and not isinstance(one, bool)]
    return found if len(found) == len(value) and all(0 <= n < 1 << 63 for n in found) else None


def _check_spans(spans: list[tuple[int, int]], there: int, look: Look) -> None:
    end = 0
    for first, last in spans:
        if first < end:
            raise MalformedError("tensors overlap")
        if last > there:
            raise MalformedError("a tensor lies outside of the file")
        if first > end:
            look.say(Objection.MALFORMED, f"{first - end} bytes belong to no tensor")
        end = last
    if end != there:
        look.say(Objection.MALFORMED, f"{there - end} bytes stand behind the last tensor")
