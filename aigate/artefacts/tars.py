"""Reads the members of a tar without writing any of them."""

from __future__ import annotations

from collections.abc import Iterator

from aigate.artefacts.look import LimitError, Look, MalformedError
from aigate.artefacts.values import Objection
from aigate.artefacts.zips import Member, is_odd_path

_BLOCK = 512
_MOST_MEMBERS = 20_000
_FILES = frozenset(b"0\x007")
_LINKS = frozenset(b"12")
_NAMES = frozenset(b"Lx")


def is_tar(data: bytes) -> bool:
    """Tell by the first block whether this is a tar: by its checksum."""
    return len(data) >= _BLOCK and _checksum_holds(data[:_BLOCK])


def members(data: bytes, look: Look) -> Iterator[Member]:
    """Yield the files of a tar.

    Raises:
        LimitError: there are too many.
        MalformedError: a header makes no sense.
    """
    at, longer = 0, ""
    for _ in range(_MOST_MEMBERS):
        look.purse.spend()
        header = data[at : at + _BLOCK]
        if len(header) < _BLOCK or not header.strip(b"\0"):
            return
        if not _checksum_holds(header):
            raise MalformedError("a header of the tar makes no sense")
        size = _number(header[124:136])
        start = at + _BLOCK
        content = data[start : start + size]
        kind = header[156]
        if kind in _NAMES:
            longer = _longer(content[:65536], kind) or longer
        else:
            name = longer or _name(header)
            longer = ""
            if is_odd_path(name):
                look.say(Objection.MEMBER, f"the member `{name}` leads out of its folder")
            if kind in _LINKS:
                look.say(Objection.MEMBER, f"the member `{name}` is a link")
            elif kind in _FILES:
                if len(content) < size:
                    look.say(Objection.MALFORMED, f"the member `{name}` is cut short")
                yield Member(name, content)
            elif kind == ord("S"):
                look.say(Objection.UNREAD, f"`{name}` is stored with holes")
        at = start + (size + _BLOCK - 1) // _BLOCK * _BLOCK
    raise LimitError("it has more members than are read")


def _checksum_holds(header: bytes) -> bool:
    try:
        said = int(header[148:156].strip(b" \0") or b"x", 8)
    except ValueError:
        return False
    return said == sum(header[:148]) + 8 * 32 + sum(header[156:])


def _number(raw: bytes) -> int:
    if raw[0] & 0x80:
        number = int.from_bytes(raw[1:], "big")
    else:
        try:
            number = int(raw.strip(b" \0") or b"0", 8)
        except ValueError as error:
            raise MalformedError("a size in the tar is no number") from error
    if not 0 <= number < 1 << 60:
        raise MalformedError("a size in the tar is no number")
    return number


def _name(header: bytes) -> str:
    name = _text(header[:100])
    prefix = _text(header[345:500]) if header[257:262] == b"ustar" else ""
    return f"{prefix}/{name}" if prefix else name


def _longer(content: bytes, kind: int) -> str:
    if kind == ord("L"):
        return _text(content)
    at = content.find(b" path=")
    return (
        content[at + 6 :].split(b"\n", 1)[0].decode("utf-8", "surrogateescape") if at >= 0 else ""
    )


def _text(raw: bytes) -> str:
    return raw.split(b"\0", 1)[0].decode("utf-8", "surrogateescape")
