"""Reads the headers of `.npy` files, and the pickle behind those that hold objects."""

from __future__ import annotations

import ast
import struct

from aigate.artefacts import pickles
from aigate.artefacts.look import Look, MalformedError
from aigate.artefacts.values import Objection
from aigate.domain.regex import regex

_LONGEST = 65536
# Python 2 wrote whole numbers so.
_LONG = regex(r"\b(\d+)L\b")


def read(data: bytes, look: Look, *, whole: bool = True) -> None:
    """Object to an array of objects, and to what loading those would call.

    Of numbers the beginning is enough, so `data` need not be `whole`.

    Raises:
        MalformedError: the header makes no sense.
    """
    width = 2 if data[6:7] == b"\x01" else 4
    if len(data) < 8 + width or data[6] not in (1, 2, 3):
        raise MalformedError("the version of the array is unknown")
    length = struct.unpack_from("<H" if width == 2 else "<I", data, 8)[0]
    start = 8 + width + length
    if length > _LONGEST or start > len(data):
        pickles.acts_unnamed(data[8 + width :], look)
        raise MalformedError("the header of the array is longer than it may be")
    try:
        text = _LONG.sub(r"\1", data[8 + width : start].decode("latin-1").strip())
        header = ast.literal_eval(text)
        descr, shape = header["descr"], header["shape"]
        objects = _holds_objects(descr, 0)
    except (ValueError, SyntaxError, TypeError, KeyError, MemoryError, RecursionError) as error:
        pickles.acts_unnamed(data[start:], look)
        raise MalformedError("the header of the array makes no sense") from error
    if not objects:
        if whole and isinstance(descr, str) and isinstance(shape, tuple):
            _check_size(descr, shape, len(data) - start)
        pickles.acts_unnamed(data[start : start + _LONGEST], look)
        return
    _, broke, _ = pickles.read_all(data, look, start=start)
    if not whole:
        look.say(Objection.UNREAD, "it is larger than what is read")
    elif broke:
        raise MalformedError("the pickle in the array breaks off")
    look.say(Objection.FORMAT, "an array of objects is a pickle")


def _holds_objects(descr: object, depth: int) -> bool:
    if depth > 20:
        raise ValueError("too deep")
    if isinstance(descr, str):
        return descr.lstrip("<>|=").startswith("O") or "object" in descr
    if isinstance(descr, (list, tuple)):
        # A field is a name, a type, and perhaps a shape.
        return any(_holds_objects(part, depth + 1) for part in descr)
    return False


def _check_size(descr: str, shape: tuple[object, ...], there: int) -> None:
    digits = descr.lstrip("<>|=")[1:].split("[")[0]
    if not digits.isdigit() or len(digits) > 9:
        return
    size = int(digits) * (4 if descr.lstrip("<>|=").startswith("U") else 1)
    for length in shape:
        if not isinstance(length, int) or length < 0:
            raise MalformedError("the shape of the array makes no sense")
        size *= length
    if size > there:
        raise MalformedError("the array is cut short")
