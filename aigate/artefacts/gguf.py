"""Checks the header of a `.gguf` file, and reads the chat templates in it."""

from __future__ import annotations

import struct

from aigate.artefacts import templates
from aigate.artefacts.look import Look, MalformedError
from aigate.artefacts.values import Objection

_WIDTHS = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
_STRING = 8
_ARRAY = 9
_VERSIONS = (2, 3)
_MOST_DIMENSIONS = 4
_LONGEST_KEY = 65535
# Bytes and items of a block of each type of tensor, as the reference implementation has them.
_BLOCKS = {
    0: (4, 1), 1: (2, 1), 2: (18, 32), 3: (20, 32), 6: (22, 32), 7: (24, 32), 8: (34, 32),
    9: (36, 32), 10: (84, 256), 11: (110, 256), 12: (144, 256), 13: (176, 256), 14: (210, 256),
    15: (292, 256), 16: (66, 256), 17: (74, 256), 18: (98, 256), 19: (50, 256), 20: (18, 32),
    21: (110, 256), 22: (82, 256), 23: (136, 256), 24: (1, 1), 25: (2, 1), 26: (4, 1), 27: (8, 1),
    28: (8, 1), 29: (56, 256), 30: (2, 1), 34: (54, 256), 35: (66, 256), 39: (17, 32), 40: (36, 64),
}  # fmt: skip


class _Reader:
    def __init__(self, data: bytes, look: Look) -> None:
        self.data = data
        self.look = look
        self.at = 4

    def number(self, width: int) -> int:
        raw = self.data[self.at : self.at + width]
        if len(raw) < width:
            raise MalformedError("the header is cut short")
        self.at += width
        return int.from_bytes(raw, "little")

    def text(self) -> str:
        length = self.number(8)
        if length > len(self.data) - self.at:
            raise MalformedError(f"a text claims {length} bytes, which the file has not")
        self.at += length
        return self.data[self.at - length : self.at].decode("utf-8", "replace")

    def skip(self, size: int) -> None:
        if size > len(self.data) - self.at:
            raise MalformedError("a list is longer than the file")
        self.at += size

    def value(self, kind: int) -> object:
        """Read one value; return those that somebody could ask for."""
        self.look.purse.spend()
        if kind == _STRING:
            return self.text()
        if kind in _WIDTHS:
            return self.number(_WIDTHS[kind])
        if kind != _ARRAY:
            raise MalformedError(f"a value is of the unknown type {kind}")
        inner, count = self.number(4), self.number(8)
        if inner == _ARRAY:
            raise MalformedError("a list lies in a list")
        if inner == _STRING:
            # Each text has at least its length.
            if count > (len(self.data) - self.at) // 8:
                raise MalformedError(f"a list claims {count} texts, which the file has not")
            self._skip_texts(count)
        elif inner in _WIDTHS:
            self.skip(count * _WIDTHS[inner])
        else:
            raise MalformedError(f"a value is of the unknown type {inner}")
        return None

    def _skip_texts(self, count: int) -> None:
        # Vocabularies have some hundred thousand of them.
        data, at, size = self.data, self.at, len(self.data)
        unpack = struct.Struct("<Q").unpack_from
        self.look.purse.spend(count >> 1)
        for _ in range(count):
            if at + 8 > size:
                raise MalformedError("a text is cut short")
            at += 8 + unpack(data, at)[0]
            if at > size:
                raise MalformedError("a text is longer than the file")
        self.at = at


def read(data: bytes, look: Look) -> None:
    """Object to what the format does not allow, and to templates that reach for code.

    Raises:
        MalformedError: the header makes no sense.
    """
    reader = _Reader(data, look)
    version = reader.number(4)
    if version not in _VERSIONS:
        look.say(Objection.UNREAD, f"version {version} of the format is not read")
        return
    tensors, pairs = reader.number(8), reader.number(8)
    # A tensor takes at least 32 bytes, an entry at least 13.
    if tensors > len(data) // 32 or pairs > len(data) // 13:
        raise MalformedError(f"the header claims {tensors} tensors and {pairs} entries")
    alignment = _entries(reader, pairs, look)
    spans = [_tensor(reader, look, alignment) for _ in range(tensors)]
    start = (reader.at + alignment - 1) // alignment * alignment
    _check_spans(sorted(spans), len(data) - start)


def _entries(reader: _Reader, pairs: int, look: Look) -> int:
    alignment: object = 32
    seen: set[str] = set()
    for _ in range(pairs):
        key = reader.text()
        if len(key) > _LONGEST_KEY or key in seen:
            raise MalformedError(f"the key `{key[:100]}` stands twice or is too long")
        seen.add(key)
        value = reader.value(reader.number(4))
        if key == "general.alignment":
            alignment = value
        elif isinstance(value, str) and key.startswith("tokenizer.chat_template"):
            templates.check(value, look)
    if not isinstance(alignment, int) or not 0 < alignment <= 1 << 20 or alignment % 8:
        raise MalformedError("the alignment makes no sense")
    return alignment


def _tensor(reader: _Reader, look: Look, alignment: int) -> tuple[int, int]:
    look.purse.spend()
    name = reader.text()
    dimensions = reader.number(4)
    if dimensions > _MOST_DIMENSIONS:
        raise MalformedError(f"the tensor `{name[:100]}` has {dimensions} dimensions")
    count = 1
    for _ in range(dimensions):
        count *= reader.number(8)
    if count >= 1 << 63:
        raise MalformedError(f"the shape of the tensor `{name[:100]}` overflows")
    kind, offset = reader.number(4), reader.number(8)
    if offset % alignment:
        raise MalformedError(f"the tensor `{name[:100]}` is not aligned")
    if kind not in _BLOCKS:
        look.say(Objection.MALFORMED, f"the tensor `{name[:100]}` is of the unknown type {kind}")
        return offset, offset
    size, items = _BLOCKS[kind]
    return offset, offset + (count + items - 1) // items * size


def _check_spans(spans: list[tuple[int, int]], there: int) -> None:
    end = 0
    for first, last in spans:
        if first < end:
            raise MalformedError("tensors overlap")
        if last > there:
            raise MalformedError("a tensor lies outside of the file")
        end = last
