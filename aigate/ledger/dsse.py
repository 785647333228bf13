"""Reads and writes DSSE envelopes with SSH signatures, in the one form that the ledger keeps."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence

from aigate.domain.regex import regex
from aigate.engine.strict_json import Json, read_json
from aigate.errors import DocumentError, IntegrityError
from aigate.value import dataclass

PAYLOAD_TYPE = "application/vnd.in-toto+json"

LARGEST = 16 * 1024 * 1024
"""The size of the largest envelope, in bytes; a baseline of 20,000 findings fits."""

_HINT = regex(r"[A-Za-z0-9:+/=@._-]{0,256}")
# More quotes and commas than an envelope without signatures has, and than each of these.
_MARKS = 256
_MARKS_EACH = 16
_WRITER = json.JSONEncoder(ensure_ascii=True, sort_keys=True, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature: `keyid` is a hint that nothing may rely on."""

    keyid: str
    armor: bytes


@dataclass(frozen=True, slots=True)
class Envelope:
    """A payload, as the very bytes that were signed, and the signatures over it."""

    payload: bytes
    signatures: tuple[Signature, ...]
    payload_type: str = PAYLOAD_TYPE

    @property
    def signed(self) -> bytes:
        """The bytes that each signature is over."""
        return pae(self.payload, payload_type=self.payload_type)


def pae(payload: bytes, *, payload_type: str = PAYLOAD_TYPE) -> bytes:
    """Return DSSE's pre-authentication encoding: what is signed for a payload."""
    kind = payload_type.encode("utf-8")
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def canonical(value: Json) -> bytes:
    """Write a value in its one form: ASCII, sorted keys, no blanks, one line end.

    What is not a value of JSON without fractions, such as a float, is a mistake of ours and
    raises TypeError.
    """
    _refuse_others(value)
    return _written(value)


def read_canonical(data: bytes, *, file: str, largest: int = LARGEST) -> Json:
    """Read what `canonical` wrote, and refuse any other spelling of it.

    Raises:
        IntegrityError: with the codes of `read_json`, or `json-canonical`.
    """
    try:
        value = read_json(data, file=file, largest=largest)
    except DocumentError as error:
        raise IntegrityError(error.message, code=error.code) from error
    if _written(value) != data:
        raise IntegrityError(f"`{file}` is not written in canonical form", code="json-canonical")
    return value


def encode(
    payload: bytes, signatures: Sequence[Signature], *, payload_type: str = PAYLOAD_TYPE
) -> bytes:
    """Write an envelope."""
    return canonical(
        {
            "payload": base64.b64encode(payload).decode("ascii"),
            "payloadType": payload_type,
            "signatures": [
                {"keyid": each.keyid, "sig": base64.b64encode(each.armor).decode("ascii")}
                for each in signatures
            ],
        }
    )


def decode(data: bytes, *, file: str, payload_type: str = PAYLOAD_TYPE, most: int = 1) -> Envelope:
    """Read an envelope with one signature, or up to `most`.

    The payload is not looked at: verify first.

    Raises:
        IntegrityError: for anything that `encode` would not have written; the code says why.
    """
    if len(data) <= LARGEST and data.count(b'"') + data.count(b",") > _MARKS + most * _MARKS_EACH:
        # Millions of fields would take seconds to read, only to be refused.
        raise IntegrityError(f"`{file}` holds more than an envelope", code="envelope-fields")
    value = read_canonical(data, file=file)
    found = _fields(value, {"payload", "payloadType", "signatures"}, file)
    if found["payloadType"] != payload_type:
        text = f"`{file}` holds something else than `{payload_type}`"
        raise IntegrityError(text, code="envelope-type")
    listed = found["signatures"]
    if not isinstance(listed, list) or not 1 <= len(listed) <= most:
        wanted = "exactly one signature" if most == 1 else f"one to {most} signatures"
        raise IntegrityError(f"`{file}` must have {wanted}", code="envelope-signatures")
    signatures = []
    for each in listed:
        entry = _fields(each, {"keyid", "sig"}, file)
        keyid = entry["keyid"]
        if not isinstance(keyid, str) or not _HINT.fullmatch(keyid):
            raise IntegrityError(f"`{file}` has an odd `keyid`", code="envelope-fields")
        signatures.append(Signature(keyid, _bytes(entry["sig"], file)))
    return Envelope(_bytes(found["payload"], file), tuple(signatures), payload_type)


def _fields(value: Json, names: set[str], file: str) -> dict[str, Json]:
    if not isinstance(value, dict) or set(value) != names:
        listed = ", ".join(f"`{name}`" for name in sorted(names))
        raise IntegrityError(f"`{file}` must have exactly {listed}", code="envelope-fields")
    return value


def _bytes(value: Json, file: str) -> bytes:
    try:
        text = value.encode("ascii") if isinstance(value, str) else b""
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        text, data = b"", b""
    # Several spellings decode to the same bytes; only one of them is ours.
    if not data or base64.b64encode(data) != text:
        raise IntegrityError(f"`{file}` has no canonical base64", code="envelope-base64")
    return data


def _written(value: Json) -> bytes:
    return _WRITER.encode(value).encode("ascii") + b"\n"


def _refuse_others(value: Json) -> None:
    kinds: set[type] = {type(None), bool, int, str}
    waiting: list[Json] = [value]
    while waiting:
        each = waiting.pop()
        if type(each) is list:
            waiting += each
        elif type(each) is dict:
            waiting += each.values()
            if not all(type(key) is str for key in each):
                raise TypeError("a key of canonical JSON is a text")
        elif type(each) not in kinds:
            raise TypeError(f"canonical JSON holds no {type(each).__name__}")
