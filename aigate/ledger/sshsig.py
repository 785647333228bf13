"""Verifies SSH signatures (OpenSSH's PROTOCOL.sshsig) without starting a program.

What this accepts is a subset of what `ssh-keygen -Y verify` accepts; `docs/ledger.md` lists
where it is stricter.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import TYPE_CHECKING

from aigate.errors import IntegrityError
from aigate.ledger import keys
from aigate.ledger.keys import PublicKey, parse_public_key
from aigate.ledger.wire import Wire, string
from aigate.value import dataclass

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.hashes import HashAlgorithm

__all__ = ["GIT", "LARGEST", "NAMESPACE", "Verified", "armored", "parse_public_key", "verify"]

NAMESPACE = b"aigate"
"""What keeps a signature under a commit or a file from counting here."""

GIT = b"git"
"""The namespace in which git signs commits."""

LARGEST = 16 * 1024
"""The size of the largest signature, in bytes; one by RSA with 16,384 bits has 6 KiB."""

_BEGIN = b"-----BEGIN SSH SIGNATURE-----\n"
_END = b"-----END SSH SIGNATURE-----\n"
_WIDTH = 70
_MAGIC = b"SSHSIG"
_VERSION = 1
_HASHES = {b"sha256": hashlib.sha256, b"sha512": hashlib.sha512}
_ENCODING = "signature-encoding"
_ORDER = 2**252 + 27742317777372353535851937790883648493
_TOUCHED = 0x01
_VERIFIED_USER = 0x04


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """Who made a signature that verifies, and what a hardware key says about the moment.

    `touched` says that somebody touched the key, `user_verified` that it also asked for a PIN
    or a finger; both are False for keys that are files.
    """

    key_type: str
    key_blob: bytes
    fingerprint: str
    touched: bool
    user_verified: bool


def verify(message: bytes, signature_armor: bytes, *, namespace: bytes = NAMESPACE) -> Verified:
    """Verify a signature over a message, and return whose it is.

    Whether that key counts is for the registry to say. `namespace` is `GIT` for the signatures
    that git makes of commits, which count for nothing else.

    Raises:
        IntegrityError: if it does not verify; the code says which check failed.
    """
    wire = Wire(_blob(signature_armor), "signature-format")
    if wire.raw(len(_MAGIC)) != _MAGIC:
        raise IntegrityError("this is no SSH signature", code="signature-format")
    version = wire.integer()
    if version != _VERSION:
        text = f"the signature has version {version}, and only {_VERSION} is known"
        raise IntegrityError(text, code="signature-version")
    blob, purpose, reserved, digest_name, signature = (wire.string() for _ in range(5))
    wire.end()
    if purpose != namespace:
        raise IntegrityError(
            f"the signature was made for `{_shown(purpose)}`, not for `{namespace.decode()}`",
            code="signature-namespace",
        )
    if reserved:
        raise IntegrityError("the signature's reserved field is used", code="signature-reserved")
    digest = _HASHES.get(digest_name)
    if digest is None:
        text = f"the signature's digest `{_shown(digest_name)}` is not accepted"
        raise IntegrityError(text, code="signature-hash")
    key = keys.load(blob)
    signed = _MAGIC + b"".join(
        string(part) for part in (purpose, reserved, digest_name, digest(message).digest())
    )
    flags = _check(key, signed, signature)
    return Verified(
        key_type=key.type,
        key_blob=blob,
        fingerprint=key.fingerprint,
        touched=bool(flags & _TOUCHED),
        user_verified=bool(flags & _VERIFIED_USER),
    )


def armored(blob: bytes) -> bytes:
    """Return a signature's blob in the only armor that `verify` reads."""
    text = base64.b64encode(blob)
    lines = [text[at : at + _WIDTH] + b"\n" for at in range(0, len(text), _WIDTH)]
    return b"".join((_BEGIN, *lines, _END))


def _blob(armor: bytes) -> bytes:
    if len(armor) > LARGEST:
        text = f"the signature is larger than {LARGEST // 1024} KiB"
        raise IntegrityError(text, code="signature-size")
    try:
        inner = armor[len(_BEGIN) : -len(_END)].replace(b"\n", b"")
        blob = base64.b64decode(inner, validate=True)
    except (binascii.Error, ValueError):
        blob = b""
    # One comparison for everything around and between: headers, line ends, width, padding.
    if armored(blob) != armor:
        raise IntegrityError(
            "the signature is not written as `ssh-keygen` writes it", code="signature-armor"
        )
    return blob


def _check(key: PublicKey, signed: bytes, signature: bytes) -> int:
    """Check the innermost signature and return the flags of a hardware key, else 0."""
    wire = Wire(signature, _ENCODING)
    algorithm = wire.string().decode("ascii", "replace")
    expected = ("rsa-sha2-512", "rsa-sha2-256") if key.type == keys.RSA else (key.type,)
    if algorithm not in expected:
        text = f"`{_shown(algorithm.encode())}` is not accepted for a key of type `{key.type}`"
        raise IntegrityError(text, code="signature-algorithm")
    value = wire.string()
    flags = 0
    if key.type in keys.HARDWARE:
        said = wire.raw(5)
        flags = said[0]
        # A hardware key signs the digests of the application and of the message.
        application = hashlib.sha256(key.application).digest()
        signed = application + said + hashlib.sha256(signed).digest()
    wire.end()
    _check_value(key, signed, value, algorithm)
    return flags


def _check_value(key: PublicKey, signed: bytes, value: bytes, algorithm: str) -> None:
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - see `keys`
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415 - see `keys`
    from cryptography.hazmat.primitives.asymmetric import (  # noqa: PLC0415 - see `keys`
        ec,
        ed25519,
        padding,
    )

    chosen: HashAlgorithm
    try:
        match key.material:
            case ed25519.Ed25519PublicKey():
                # OpenSSH takes numbers beyond the order as well: a second spelling.
                _require(len(value) == 64 and int.from_bytes(value[32:], "little") < _ORDER)
                key.material.verify(value, signed)
            case ec.EllipticCurvePublicKey():
                chosen = {256: hashes.SHA256, 384: hashes.SHA384}.get(
                    key.material.key_size, hashes.SHA512
                )()
                key.material.verify(_der(value), signed, ec.ECDSA(chosen))
            case material:
                _require(len(value) == (material.key_size + 7) // 8)
                chosen = hashes.SHA256() if algorithm.endswith("256") else hashes.SHA512()
                material.verify(value, signed, padding.PKCS1v15(), chosen)
    except InvalidSignature:
        raise IntegrityError(
            "the signature is not of these bytes by this key", code="signature-invalid"
        ) from None


def _der(value: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.utils import (  # noqa: PLC0415 - see `keys`
        encode_dss_signature,
    )

    wire = Wire(value, _ENCODING)
    r = wire.number()
    s = wire.number()
    wire.end()
    return encode_dss_signature(r, s)


def _require(canonical: bool) -> None:  # noqa: FBT001 - the only thing it is about
    if not canonical:
        raise IntegrityError("the signature has another length or range", code=_ENCODING)


def _shown(data: bytes) -> str:
    return ascii(data[:48].decode("ascii", "replace"))[1:-1].replace("`", "'")
