"""Tells by their first bytes what files are, and loads none of what reads them."""

from __future__ import annotations

from enum import StrEnum

NUMPY = b"\x93NUMPY"
HDF5 = b"\x89HDF\r\n\x1a\n"
GGUF = b"GGUF"

NEWEST = 5
"""The newest protocol of pickles."""

_PROTOCOL = 0x80
OPCODES = frozenset(
    b"().012BCFGIJKLMNPQRSTUVX]abcdeghijlopqrstu}"
    b"\x80\x81\x82\x83\x84\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x90\x91\x92\x93\x94\x95\x96\x97\x98"
)
"""The first bytes of what pickles do, as `_opcodes` knows them."""


def looks_like_pickle(data: bytes) -> bool:
    """Tell by the first bytes whether this is a pickle of protocol 2 or later."""
    return len(data) > 2 and data[0] == _PROTOCOL and data[1] <= NEWEST and data[2] in OPCODES


class Packing(StrEnum):
    """How bytes are compressed."""

    DEFLATE = "deflate"
    ZLIB = "zlib"
    GZIP = "gzip"
    BZIP2 = "bzip2"
    XZ = "xz"
    LZMA = "lzma"
    LZMA_IN_ZIP = "lzma in a zip"


_MAGIC = (
    (b"\x1f\x8b\x08", Packing.GZIP),
    (b"BZh", Packing.BZIP2),
    (b"\xfd7zXZ\0", Packing.XZ),
    (b"\x5d\0\0", Packing.LZMA),
    (b"\x78\x01", Packing.ZLIB),
    (b"\x78\x5e", Packing.ZLIB),
    (b"\x78\x9c", Packing.ZLIB),
    (b"\x78\xda", Packing.ZLIB),
)


def packing_of(head: bytes) -> Packing | None:
    """Tell by the first bytes how something is compressed."""
    return next((packing for magic, packing in _MAGIC if head.startswith(magic)), None)
