"""Unpacks compressed bytes piece by piece, and stops where it gets too much."""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Iterator
from typing import Protocol

from aigate.artefacts.look import MOST_HELD, LimitError, Look, MalformedError
from aigate.artefacts.magic import Packing, packing_of

_PIECE = 1 << 16
_CHUNK = 1 << 20
_DICTIONARY = 64 << 20


class _Unpacker(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = ..., /) -> bytes: ...


_REPEATED = frozenset({Packing.GZIP, Packing.BZIP2, Packing.XZ})


def pieces(packing: Packing, data: bytes, look: Look, *, start: int = 0) -> Iterator[bytes]:
    """Yield what bytes unpack to, in pieces of at most a megabyte.

    Raises:
        LimitError: it unpacks to more than is read.
        MalformedError: it does not unpack; what did was yielded before.
    """
    unpacker, at = _begin(packing, data, start)
    waiting = b""
    while True:
        if not waiting:
            waiting = data[at : at + _PIECE]
            at += len(waiting)
        fed = bool(waiting)
        out = _unpacked(unpacker, waiting)
        waiting = getattr(unpacker, "unconsumed_tail", b"")
        look.purse.unpack(len(out))
        if out:
            yield out
        if unpacker.eof:
            waiting = unpacker.unused_data
            if packing not in _REPEATED or packing_of(waiting + data[at : at + 6]) is not packing:
                return
            look.purse.spend()
            unpacker = _unpacker(packing)
        elif not out and not fed:
            raise MalformedError("it is cut short")


def _unpacked(unpacker: _Unpacker, waiting: bytes) -> bytes:
    try:
        return unpacker.decompress(waiting, _CHUNK)
    except (zlib.error, OSError, lzma.LZMAError, EOFError, ValueError, MemoryError) as error:
        raise MalformedError("it does not unpack") from error


def unpack(packing: Packing, data: bytes, look: Look) -> tuple[bytes, bool]:
    """Unpack bytes at once; return what there is, and whether it is all.

    Raises:
        LimitError: it is more than is held.
    """
    kept = bytearray()
    try:
        for piece in pieces(packing, data, look):
            kept += piece
            if len(kept) > MOST_HELD:
                raise LimitError("it unpacks to more than is read")
    except MalformedError:
        return bytes(kept), False
    return bytes(kept), True


def _begin(packing: Packing, data: bytes, start: int) -> tuple[_Unpacker, int]:
    if packing is Packing.LZMA_IN_ZIP:
        # A version, the length of the settings, and the settings.
        return _in_zip(data[start + 4 : start + 9]), start + 9
    return _unpacker(packing), start


def _unpacker(packing: Packing) -> _Unpacker:
    if packing is Packing.BZIP2:
        return bz2.BZ2Decompressor()
    if packing is Packing.XZ:
        return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=2 * _DICTIONARY)
    if packing is Packing.LZMA:
        return lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=2 * _DICTIONARY)
    return zlib.decompressobj({Packing.GZIP: 31, Packing.ZLIB: 15}.get(packing, -15))


def _in_zip(settings: bytes) -> _Unpacker:
    if len(settings) < 5:
        raise MalformedError("it is cut short")
    rest, literal_context = divmod(settings[0], 9)
    position, literal = divmod(rest, 5)
    size = int.from_bytes(settings[1:5], "little")
    if size > _DICTIONARY:
        raise LimitError("it wants more memory than it gets")
    wanted = {
        "id": lzma.FILTER_LZMA1,
        "lc": literal_context,
        "lp": literal,
        "pb": position,
        "dict_size": max(size, 4096),
    }
    try:
        return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[wanted])
    except (lzma.LZMAError, ValueError) as error:
        raise MalformedError("it does not unpack") from error
