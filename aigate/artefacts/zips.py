"""Reads the members of a zip from their own headers, whatever its directory claims."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from aigate.artefacts.look import MOST_HELD, LimitError, Look, MalformedError
from aigate.artefacts.magic import Packing
from aigate.artefacts.streams import pieces
from aigate.artefacts.values import Objection
from aigate.domain.regex import regex
from aigate.value import dataclass

_LOCAL = b"PK\x03\x04"
_CENTRAL = b"PK\x01\x02"
_END = b"PK\x05\x06"
_END64 = b"PK\x06\x06"
_MOST_MEMBERS = 20_000
_ENCRYPTED = 0x1
_LATER = 0x8
_FAR = 0xFFFFFFFF
_LINK = 0o120000
# What stands behind a member: its sizes, the directory, or the next member.
_NEXT = regex(rb"PK(?:\x07\x08|\x01\x02|\x03\x04)")
_PACKINGS = {8: Packing.DEFLATE, 12: Packing.BZIP2, 14: Packing.LZMA_IN_ZIP}
_ODD_PATH = regex(r"\A[/\\]|\A[A-Za-z]:|(?:\A|[/\\])\.\.(?:[/\\]|\Z)|[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Header:
    """One member as one of its two headers describes it; `at` is the local header's offset."""

    name: str
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    at: int
    mode: int = 0


@dataclass(frozen=True, slots=True)
class Member:
    """A member with its content, or its beginning if `whole` is not so."""

    name: str
    data: bytes
    whole: bool = True


def has_directory(data: bytes) -> bool:
    """Tell whether the end of a zip stands at the end of the bytes."""
    return data.rfind(_END, max(len(data) - 66_000, 0)) >= 0


def is_odd_path(name: str) -> bool:
    """Tell whether unpacking a member of this name could write outside of the folder."""
    return bool(_ODD_PATH.search(name))


def members(data: bytes, look: Look) -> Iterator[Member]:
    """Yield every member that a reader could come by, and object to what is tampered with.

    Raises:
        LimitError: it unpacks to more than is read, or its members overlap.
        MalformedError: there is no member at all.
    """
    listed = _listed(data, look)
    by_offset = {header.at: header for header in listed}
    if len(by_offset) < len(listed):
        look.say(Objection.MALFORMED, "two entries of the directory point to one member")
    starts = sorted(by_offset.keys() | _unlisted(data, by_offset, look))
    if not starts and not has_directory(data):
        raise MalformedError("it has no members")
    end = 0
    for number, start in enumerate(starts):
        look.purse.spend()
        if number >= _MOST_MEMBERS:
            raise LimitError("it has more members than are read")
        local, body = _local(data, start, look)
        central = by_offset.get(start)
        if local is None:
            continue
        if start < end:
            raise LimitError("its members overlap")
        header = _agreed(local, central, look)
        _check_name(header, look)
        member, end = _unpacked(data, header, body, look)
        if member is not None and not header.name.endswith("/"):
            yield member


def _listed(data: bytes, look: Look) -> list[_Header]:
    found: list[_Header] = []
    end = data.rfind(_END)
    if end < 0 or end + 22 > len(data):
        look.say(Objection.MALFORMED, "the directory of the zip is missing")
        return found
    count, length, start = struct.unpack_from("<HII", data, end + 10)
    place = end
    wide = data.rfind(_END64, max(end - 200, 0), end)
    if wide >= 0 and wide + 56 <= len(data):
        count, length, start = struct.unpack_from("<QQQ", data, wide + 32)
        place = wide
    shift = place - length - start
    if length > len(data) or shift < 0 or place < length:
        look.say(Objection.MALFORMED, "the directory of the zip is not where it says")
        shift, start = 0, max(data.find(_CENTRAL), 0)
    elif shift:
        look.say(Objection.MALFORMED, f"{shift} bytes stand before the zip")
    at = start + shift
    while data[at : at + 4] == _CENTRAL and at + 46 <= len(data):
        look.purse.spend()
        if len(found) >= _MOST_MEMBERS:
            raise LimitError("it has more members than are read")
        fields = struct.unpack_from("<HHHHHHIIIHHHHHII", data, at + 4)
        name, extra, comment = fields[9], fields[10], fields[11]
        raw = data[at + 46 : at + 46 + name]
        sizes = [fields[8], fields[7], fields[15]]
        wider = _wide(data[at + 46 + name : at + 46 + name + extra], sizes)
        found.append(
            _Header(
                name=_text(raw),
                flags=fields[2],
                method=fields[3],
                crc=fields[6],
                size=wider[0],
                packed=wider[1],
                at=wider[2] + shift,
                mode=fields[14] >> 16,
            )
        )
        at += 46 + name + extra + comment
    if len(found) != count:
        look.say(Objection.MALFORMED, "the directory of the zip does not list what it counts")
    return found


def _wide(extra: bytes, sizes: list[int]) -> list[int]:
    """Return sizes with those replaced that only fit into the extra field of zip64."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind == 1:
            values = extra[at + 4 : at + 4 + length]
            wide = []
            for size in sizes:
                if size == _FAR and len(values) >= 8:
                    wide.append(int.from_bytes(values[:8], "little"))
                    values = values[8:]
                else:
                    wide.append(size)
            return wide
        at += 4 + length
    return sizes


def _unlisted(data: bytes, listed: dict[int, _Header], look: Look) -> set[int]:
    """Find members that the directory hides: walk from one local header to the next."""
    if listed:
        spans = sorted(listed)
        first = data.find(_LOCAL)
        hidden = {first} - set(spans) if 0 <= first < spans[0] else set()
    else:
        hidden = set()
        at = data.find(_LOCAL)
        while at >= 0 and len(hidden) < _MOST_MEMBERS:
            look.purse.spend()
            hidden.add(at)
            at = data.find(_LOCAL, at + 30)
    # Behind the end of each listed member another one can begin.
    for start, header in listed.items():
        lengths = data[start + 26 : start + 30]
        if len(lengths) == 4:
            name, extra = struct.unpack("<HH", lengths)
            behind = start + 30 + name + extra + header.packed
            tail = data[behind : behind + 28]
            next_one = tail.find(_LOCAL)
            if next_one >= 0 and behind + next_one not in listed:
                hidden.add(behind + next_one)
    if hidden:
        look.say(Objection.MALFORMED, "members are missing in the directory of the zip")
    return hidden


def _local(data: bytes, start: int, look: Look) -> tuple[_Header | None, int]:
    if data[start : start + 4] != _LOCAL or start + 30 > len(data):
        look.say(Objection.MALFORMED, "the directory of the zip points to no member")
        return None, start
    _, flags, method, _, _, crc, packed, size, name, extra = struct.unpack_from(
        "<HHHHHIIIHH", data, start + 4
    )
    raw = data[start + 30 : start + 30 + name]
    body = start + 30 + name + extra
    wide = _wide(data[start + 30 + name : body], [size, packed])
    header = _Header(
        name=_text(raw), flags=flags, method=method, crc=crc, packed=wide[1], size=wide[0], at=start
    )
    return header, body


def _agreed(local: _Header, central: _Header | None, look: Look) -> _Header:
    """Take what the local header says, and object where the directory says otherwise."""
    if central is None:
        return local
    if central.name != local.name:
        look.say(
            Objection.MALFORMED,
            f"the member `{local.name}` is `{central.name}` in the directory of the zip",
        )
    if central.method != local.method:
        look.say(Objection.MALFORMED, f"the headers of `{local.name}` differ")
    if (central.flags | local.flags) & _ENCRYPTED:
        look.say(Objection.UNREAD, f"`{local.name}` is marked as encrypted")
    unknown = bool(local.flags & _LATER) or not local.packed
    if not unknown and (local.packed, local.size) != (central.packed, central.size):
        look.say(Objection.MALFORMED, f"the headers of `{local.name}` differ")
    return _Header(
        name=local.name,
        flags=local.flags,
        method=local.method,
        crc=central.crc,
        packed=central.packed if unknown else local.packed,
        size=central.size if unknown else local.size,
        at=local.at,
        mode=central.mode,
    )


def _check_name(header: _Header, look: Look) -> None:
    if is_odd_path(header.name):
        look.say(Objection.MEMBER, f"the member `{header.name}` leads out of its folder")
    if header.mode & 0o170000 == _LINK:
        look.say(Objection.MEMBER, f"the member `{header.name}` is a symbolic link")


def _unpacked(data: bytes, header: _Header, body: int, look: Look) -> tuple[Member | None, int]:
    """Unpack one member; return it, and the offset behind it."""
    if header.method == 0:
        size = header.packed or _size_of_stored(data, header, body)
        content = data[body : body + size]
        if len(content) < size:
            look.say(Objection.MALFORMED, f"the member `{header.name}` is cut short")
        if zlib.crc32(content) != header.crc:
            look.say(Objection.MALFORMED, f"the checksum of `{header.name}` is wrong")
        return Member(header.name, content), body + len(content)
    packing = _PACKINGS.get(header.method)
    end = body + header.packed
    if packing is None:
        look.say(Objection.UNREAD, f"`{header.name}` is packed in a way that is not read")
        return None, end
    kept, total, crc = bytearray(), 0, 0
    try:
        for piece in pieces(packing, data, look, start=body):
            total += len(piece)
            crc = zlib.crc32(piece, crc)
            if len(kept) < MOST_HELD:
                kept += piece[: MOST_HELD - len(kept)]
        if crc != header.crc:
            look.say(Objection.MALFORMED, f"the checksum of `{header.name}` is wrong")
    except MalformedError:
        look.say(Objection.MALFORMED, f"the member `{header.name}` does not unpack")
    return Member(header.name, bytes(kept), whole=total <= len(kept)), end


def _size_of_stored(data: bytes, header: _Header, body: int) -> int:
    """Find the end of a member whose size stands behind it, or nowhere."""
    if not header.flags & _LATER:
        return 0
    found = _NEXT.search(data, body)
    return (found.start() if found else len(data)) - body


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")
