"""Follows the opcodes of a pickle on a stack of its own, and says what loading it would call.

A pickle has no branches, so what each opcode finds on the stack is known, but for what calls
return. Nothing is imported and nothing is called. What would fail in Python ends the reading
here as well, and is said; what was said until then stays, since Python has by then called it.
"""

from __future__ import annotations

import base64
import binascii

from aigate.artefacts._machine import FIRST, SHORTEST_NESTED, Machine, Ways
from aigate.artefacts._opcodes import OPCODES
from aigate.artefacts.look import LimitError, Look
from aigate.artefacts.magic import looks_like_pickle
from aigate.domain.regex import regex

_MOST_PICKLES = 10_000
_MOST_DECODED = 8_000_000

_BASE64 = regex(rb"[A-Za-z0-9+/_\-\s]{12,}={0,2}\s*")
_HEX = regex(rb"(?:[0-9a-fA-F]{2}){8,}")
_SHORTEST_SPELLED = 24


def read_all(data: bytes, look: Look, *, start: int = 0) -> tuple[int, bool, bool]:
    """Follow all pickles that lie one behind the other.

    Returns the offset behind the last whole one, whether the last one broke, and whether any
    asked for a name. Arrays that joblib writes between opcodes are passed over, and what is in
    them is read as plain `pickle` would read it, too.
    """
    at, broke, acts = start, False, False
    for _ in range(_MOST_PICKLES):
        look.purse.spend()
        first = at == start
        if at >= len(data) or not (first or _goes_on(data, at)):
            return at, False, acts
        done = Machine(data, at, look, _WAYS, joblib=True).run()
        acts |= done.acts
        if done.arrays:
            acts |= Machine(data, at, look, _WAYS, strict=True).run().acts
        if not done.whole:
            broke = first or done.acts
            return at, broke, acts
        at = done.end
    raise LimitError("there are more pickles in a row than are read")


def acts_unnamed(data: bytes, look: Look) -> bool:
    """Tell whether bytes of unknown kind are a pickle that calls something, and object if so.

    Text, too, can be a pickle of protocol 0; that a word list begins like one means nothing.
    """
    if not data or data[0] not in OPCODES:
        return False
    quiet = Look(look.purse, look.member, look.depth)
    done = Machine(data, 0, quiet, _WAYS, strict=True).run()
    if not done.acts or not (done.calls or done.whole):
        return False
    for remark in quiet.remarks:
        look.say(remark.objection, remark.text)
    return True


def _goes_on(data: bytes, at: int) -> bool:
    return looks_like_pickle(data[at : at + 3]) or data[at : at + 1] in b"(]}c)"


def _nested(raw: bytes, look: Look) -> None:
    """Read what could be a pickle of its own, plain or spelled in letters."""
    if len(raw) < SHORTEST_NESTED or raw[0] not in FIRST:
        return
    inner = raw
    if not looks_like_pickle(raw):
        inner = b""
        if _SHORTEST_SPELLED <= len(raw) <= _MOST_DECODED:
            inner = _decoded(raw)
        if not inner:
            if raw[0] in b"c(]}" and b"\n" in raw and len(raw) <= _MOST_DECODED:
                acts_unnamed(raw, look.inside("pickle"))
            return
    inside = look.inside("pickle")
    if looks_like_pickle(inner):
        read_all(inner, inside)
    else:
        acts_unnamed(inner, inside)


def _decoded(raw: bytes) -> bytes:
    try:
        if _HEX.fullmatch(raw):
            found = binascii.unhexlify(raw)
        elif _BASE64.fullmatch(raw):
            plain = raw.translate(bytes.maketrans(b"-_", b"+/"), b" \t\r\n=")
            found = base64.b64decode(plain + b"=" * (-len(plain) % 4))
        else:
            return b""
    except ValueError:
        return b""
    return found if looks_like_pickle(found) or found[:1] in (b"c", b"(", b"]", b"}") else b""


_WAYS = Ways(opcodes=OPCODES, nested=_nested)
