"""Reads SSH public keys, and checks signatures with them.

`cryptography` is imported where it is used: most runs have no signature to check.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING

from aigate.domain.accountability import Key
from aigate.errors import IntegrityError, UsageError
from aigate.ledger.wire import Wire
from aigate.value import dataclass

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

ED25519 = "ssh-ed25519"
RSA = "ssh-rsa"
SK_ED25519 = "sk-ssh-ed25519@openssh.com"
SK_ECDSA = "sk-ecdsa-sha2-nistp256@openssh.com"
ECDSA = {
    "ecdsa-sha2-nistp256": "nistp256",
    "ecdsa-sha2-nistp384": "nistp384",
    "ecdsa-sha2-nistp521": "nistp521",
}
"""Key types with their curves."""

TYPES = (ED25519, SK_ED25519, *ECDSA, SK_ECDSA, RSA)
"""The key types that can sign."""

HARDWARE = (SK_ED25519, SK_ECDSA)
"""Those whose signatures say whether somebody touched the key."""

SMALLEST_RSA = 3072
LARGEST_RSA = 16_384

_LARGEST_LINE = 16 * 1024
_LARGEST_EXPONENT = 32
_CERTIFICATE = "-cert-v01@openssh.com"
_UNCOMPRESSED = 4
# Hardware keys sign for web sites as well; OpenSSH's own signatures start with this.
_APPLICATION = b"ssh:"

_FIELD = 2**255 - 19
_EIGHTH = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
# Where signatures verify that nobody made: points of a small order, by their y.
_SMALL_ORDER = {0, 1, _FIELD - 1, _EIGHTH, _FIELD - _EIGHTH}


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key that can check signatures; `application` is for hardware keys."""

    type: str
    fingerprint: str
    material: Ed25519PublicKey | EllipticCurvePublicKey | RSAPublicKey
    application: bytes = b""


def parse_public_key(line: str) -> Key:
    """Read a line of a `.pub` file or of `ssh-add -L`: type, blob, and perhaps a comment.

    Raises:
        UsageError: if it is none, or a key that could never count; the code says why.
    """
    words = line[: _LARGEST_LINE + 1].split(maxsplit=2)
    if len(line) > _LARGEST_LINE or "\n" in line.strip() or len(words) < 2:
        raise UsageError(
            "this is no line with one SSH public key",
            hint="give the content of a `.pub` file, or one line of `ssh-add -L`",
            code="key-line",
        )
    try:
        refuse_type(words[0])
        blob = decoded(words[1].encode("ascii", "replace"))
        key = load(blob)
    except IntegrityError as error:
        raise UsageError(error.message, hint=error.hint, code=error.code) from error
    if key.type != words[0]:
        raise UsageError("the line names another key type than the key itself", code="key-line")
    return Key(type=key.type, blob=words[1], fingerprint=key.fingerprint)


def decoded(text: bytes) -> bytes:
    """Decode base64 that is written in its one canonical way.

    Raises:
        IntegrityError: `key-line` if it is not.
    """
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if not data or base64.b64encode(data) != text:
        raise IntegrityError("the key is not written in base64 as OpenSSH does", code="key-line")
    return data


def fingerprint_of(blob: bytes) -> str:
    """Return the fingerprint of a key's blob, as `ssh-keygen -l` prints it."""
    digest = base64.b64encode(hashlib.sha256(blob).digest()).decode("ascii").rstrip("=")
    return f"SHA256:{digest}"


def refuse_type(name: str) -> None:
    """Raise for a key type that cannot sign, with a way out.

    Raises:
        IntegrityError: `key-certificate` or `key-type`.
    """
    shown = ascii(name[:64])[1:-1].replace("`", "'")
    if name.endswith(_CERTIFICATE):
        raise IntegrityError(
            f"`{shown}` is a certificate: who signed it decides who may sign",
            hint="use the key itself, its `.pub` file without `-cert`",
            code="key-certificate",
        )
    if name not in TYPES:
        raise IntegrityError(
            f"keys of type `{shown}` are not accepted",
            hint="use one of " + ", ".join(f"`{known}`" for known in TYPES),
            code="key-type",
        )


@lru_cache(maxsize=256)
def load(blob: bytes) -> PublicKey:
    """Read a key's blob, each key once: few people sign many records.

    Raises:
        IntegrityError: `key-type` and `key-certificate` for a type that cannot sign,
            `key-format` for another encoding than OpenSSH's, `key-weak` for a key that others
            can sign with.
    """
    wire = Wire(blob, "key-format")
    name = wire.string().decode("ascii", "replace")
    refuse_type(name)
    key: Ed25519PublicKey | EllipticCurvePublicKey | RSAPublicKey
    if name in {ED25519, SK_ED25519}:
        key = _edwards(wire.string())
    elif name == RSA:
        exponent = wire.number()
        key = _rsa(exponent, wire.number())
    else:
        curve = wire.string().decode("ascii", "replace")
        if curve != ECDSA.get(name, "nistp256"):
            raise IntegrityError("the key names another curve than its type", code="key-format")
        key = _elliptic(curve, wire.string())
    application = wire.string() if name in HARDWARE else b""
    wire.end()
    # OpenSSH would read the name without a NUL at its end: two spellings of one key.
    if name in HARDWARE and (not application.startswith(_APPLICATION) or b"\0" in application):
        raise IntegrityError("the hardware key was not made for SSH", code="key-format")
    return PublicKey(name, fingerprint_of(blob), key, application)


def _edwards(point: bytes) -> Ed25519PublicKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415 - see module
        Ed25519PublicKey,
    )

    y = int.from_bytes(point, "little") & (2**255 - 1)
    if len(point) != 32 or y >= _FIELD:
        raise IntegrityError("the key holds no point of its curve", code="key-format")
    if y in _SMALL_ORDER:
        raise IntegrityError("anybody can sign with this key", code="key-weak")
    return Ed25519PublicKey.from_public_bytes(point)


def _elliptic(curve: str, point: bytes) -> EllipticCurvePublicKey:
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415 - see module

    curves: dict[str, ec.EllipticCurve] = {
        "nistp256": ec.SECP256R1(),
        "nistp384": ec.SECP384R1(),
        "nistp521": ec.SECP521R1(),
    }
    if not point or point[0] != _UNCOMPRESSED:
        raise IntegrityError("the key's point is not written out", code="key-format")
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(curves[curve], point)
    except ValueError:
        raise IntegrityError("the key holds no point of its curve", code="key-format") from None


def _rsa(exponent: int, modulus: int) -> RSAPublicKey:
    from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415 - see module

    size = modulus.bit_length()
    if not SMALLEST_RSA <= size <= LARGEST_RSA:
        raise IntegrityError(
            f"an RSA key of {size} bits is not accepted",
            hint=f"use {SMALLEST_RSA} bits or more, or a key of type `{ED25519}`",
            code="key-weak",
        )
    odd = exponent % 2 == 1 and modulus % 2 == 1
    if not odd or exponent < 3 or exponent.bit_length() > _LARGEST_EXPONENT:
        raise IntegrityError("the numbers of the RSA key make no sense", code="key-format")
    try:
        return rsa.RSAPublicNumbers(exponent, modulus).public_key()
    except ValueError:
        raise IntegrityError(
            "the numbers of the RSA key make no sense", code="key-format"
        ) from None
