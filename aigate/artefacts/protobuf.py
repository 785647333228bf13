"""Reads the wire format of protocol buffers, without any schema."""

from __future__ import annotations

from collections.abc import Iterator

from aigate.artefacts.look import Look, MalformedError

Field = tuple[int, int, int, int]
"""The number of a field, its wire type, and where its content begins and ends."""

LENGTH = 2
_FIXED64 = 1
_FIXED32 = 5
_VARINT = 0


def fields(data: bytes, start: int, end: int, look: Look) -> Iterator[Field]:
    """Yield the fields of a message.

    Raises:
        MalformedError: it is no message.
    """
    at = start
    while at < end:
        look.purse.spend()
        tag, at = _varint(data, at, end)
        number, kind = tag >> 3, tag & 7
        begin = at
        if kind == _VARINT:
            _, at = _varint(data, at, end)
        elif kind == LENGTH:
            size, begin = _varint(data, at, end)
            at = begin + size
        elif kind == _FIXED64:
            at += 8
        elif kind == _FIXED32:
            at += 4
        else:
            raise MalformedError("a field of the message is of an unknown type")
        if at > end or not number:
            raise MalformedError("a field of the message is longer than the message")
        yield number, kind, begin, at


def text(data: bytes, field: Field) -> str:
    """Return the content of a field as text."""
    return data[field[2] : min(field[3], field[2] + 10_000)].decode("utf-8", "replace")


def _varint(data: bytes, at: int, end: int) -> tuple[int, int]:
    value = shift = 0
    while at < end and shift < 70:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
    raise MalformedError("a number of the message is cut short")
