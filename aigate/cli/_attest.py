"""Signs statements that lie outside of the ledger, and reads who signed one."""

from __future__ import annotations

import sys

from aigate.cli._desk import ENVIRON
from aigate.cli._trust_files import public_key, usable_key
from aigate.errors import AigateError, IncompleteError, IntegrityError
from aigate.ledger import attestation, signing
from aigate.ledger.signing import Signer
from aigate.value import dataclass
from aigate.workspace.git import open_repository


@dataclass(frozen=True, slots=True)
class Pen:
    """How to sign, and the fingerprint of the key that has to have signed."""

    signer: Signer
    fingerprint: str


def pen_of(key: str, *, directory: str) -> Pen:
    """Find the key that a caller names, before anything is judged.

    Raises:
        UsageError: it cannot be used.
        IncompleteError: there is no `ssh-keygen`.
    """
    root = open_repository(directory, environ=ENVIRON, needs_worktree=False).root
    fingerprint = public_key(key).fingerprint
    signer = signing.find_signer(
        ENVIRON, key=usable_key(key), outside=root, interactive=sys.stdin.isatty()
    )
    return Pen(signer, fingerprint)


def signed_text(payload: bytes, pen: Pen | None) -> str:
    """Return a statement as its file holds it: in a signed envelope, or bare without a pen.

    Raises:
        IncompleteError: it could not be signed.
    """
    if pen is None:
        return payload.decode("ascii")
    try:
        envelope = signing.sign(payload, pen.signer)
        key = attestation.opened(envelope, file="what was signed").key
        if key != pen.fingerprint:
            text = f"another key signed than {pen.fingerprint}: {key}"
            raise IntegrityError(text, code="sign-other-key")
    except AigateError as error:
        raise IncompleteError(
            f"the statement is not signed: {error.message}", hint=error.hint, code="sign-failed"
        ) from error
    return envelope.decode("ascii")
