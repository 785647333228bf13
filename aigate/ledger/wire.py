"""Reads and writes the fields of SSH's binary formats, each in its one canonical encoding."""

from __future__ import annotations

from aigate.errors import IntegrityError

_LARGEST_NUMBER = 16_384 // 8 + 1


class Wire:
    """Reads fields from the front of a blob.

    Every refusal is an `IntegrityError` with the code that the reader was made with.
    """

    def __init__(self, data: bytes, code: str) -> None:
        """Read from this blob, refusing with this code."""
        self._data = data
        self._at = 0
        self._code = code

    def raw(self, count: int) -> bytes:
        """Return the next bytes, which must be there."""
        end = self._at + count
        if end > len(self._data):
            raise IntegrityError("the signature or key breaks off", code=self._code)
        taken = self._data[self._at : end]
        self._at = end
        return taken

    def integer(self) -> int:
        """Return an unsigned number of four bytes."""
        return int.from_bytes(self.raw(4), "big")

    def string(self) -> bytes:
        """Return a string: its length in four bytes, then itself."""
        return self.raw(self.integer())

    def number(self) -> int:
        """Return a positive number of any length, written without leading zeros."""
        data = self.string()
        if not data or len(data) > _LARGEST_NUMBER:
            raise IntegrityError(
                "a number in the signature or key is out of range", code=self._code
            )
        padded = data[0] == 0
        if data[0] & 0x80 or (padded and (len(data) == 1 or not data[1] & 0x80)):
            text = "a number in the signature or key is not written in its shortest form"
            raise IntegrityError(text, code=self._code)
        return int.from_bytes(data, "big")

    def end(self) -> None:
        """Refuse anything that is left."""
        if self._at != len(self._data):
            raise IntegrityError("bytes follow the end of the signature or key", code=self._code)


def string(data: bytes) -> bytes:
    """Return the bytes as a string field."""
    return len(data).to_bytes(4, "big") + data
