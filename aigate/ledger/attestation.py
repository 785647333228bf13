"""Opens statements that lie outside of the ledger: verdicts and checkpoints, signed or not.

They have the form of records: a canonical in-toto Statement, in a DSSE envelope with one SSH
signature. One that nobody signed is the bare statement, so that no envelope lacks a signature.
"""

from __future__ import annotations

from collections.abc import Sequence

from aigate.domain.accountability import Key, KeyState, Person, Root
from aigate.domain.regex import regex
from aigate.errors import IntegrityError
from aigate.ledger import dsse, sshsig
from aigate.value import dataclass

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"

_RENEW = "find out who made the file; `aigate trust show` lists the keys that count"

# An envelope has one spelling, and so has a statement: what each of them begins with tells.
_ENVELOPE = regex(rb'\s*\{\s*"payload"')
_STATEMENT = regex(rb'\s*\{\s*"_type"')


@dataclass(frozen=True, slots=True)
class Attested:
    """The bytes of a statement, and the fingerprint of the key that signed them.

    `key` is empty where nobody signed.
    """

    payload: bytes
    key: str = ""


@dataclass(frozen=True, slots=True)
class Signed:
    """Who signed: in words, the id in the registry if it knows the key, and the key if any."""

    words: str
    person: str = ""
    key: str = ""


def is_attestation(data: bytes) -> bool:
    """Tell whether a file is meant to be a statement, in an envelope or bare."""
    return bool(_ENVELOPE.match(data) or _STATEMENT.match(data))


def opened(data: bytes, *, file: str) -> Attested:
    """Verify the signature of a statement, if it has one; what it says is not looked at.

    Raises:
        IntegrityError: the envelope or its signature does not hold; the code says why.
    """
    if not _ENVELOPE.match(data):
        return Attested(data)
    try:
        envelope = dsse.decode(data, file=file)
        verified = sshsig.verify(envelope.signed, envelope.signatures[0].armor)
    except IntegrityError as error:
        if f"`{file}`" in error.message:
            raise
        text = f"`{file}`: {error.message}"
        raise IntegrityError(text, hint=error.hint, code=error.code) from error
    return Attested(envelope.payload, verified.fingerprint)


def signer_of(
    attested: Attested | None, roots: Sequence[Root], *, wanted: Sequence[str] = (), file: str
) -> Signed:
    """Say who signed, as the newest version of the registry knows them.

    Automation may sign here, as a pipeline does: it vouches for what it saw, and accepts no
    risk. `wanted` are the ids of people of whom one has to have signed.

    Raises:
        IntegrityError: the key is compromised, or none of those who are wanted signed with a
            key that still counts; the code says why.
    """
    if attested is None or not attested.key:
        if wanted:
            raise IntegrityError(
                f"`{file}` is unsigned",
                hint="leave out `--signer`, or have it made with `--sign-with KEY`",
                code="statement-unsigned",
            )
        return Signed("unsigned")
    found = _holder(roots[-1], attested.key) if roots else None
    code, words = _doubt(*found) if found else ("signer-unknown", "a key that the registry lacks")
    if code and (wanted or code == "key-compromised"):
        raise IntegrityError(
            f"`{file}` is signed by {words}: {attested.key}", hint=_RENEW, code=code
        )
    if code or found is None:
        return Signed(f"signed by {words}: {attested.key}", key=attested.key)
    person = found[0]
    if wanted and person.id not in wanted:
        names = " or ".join(f"`{name}`" for name in wanted)
        raise IntegrityError(
            f"`{file}` is signed by `{person.id}`, not by {names}",
            hint="`aigate trust show` lists whose key is whose; find out who made the file",
            code="signer-other",
        )
    answers = f", for which `{person.answers}` answers" if person.answers else ""
    told = f"signed by `{person.id}` ({person.kind}{answers}) with {attested.key}"
    return Signed(told, person.id, attested.key)


def _holder(root: Root, fingerprint: str) -> tuple[Person, Key] | None:
    return next(
        ((p, key) for p in root.people for key in p.keys if key.fingerprint == fingerprint), None
    )


def _doubt(person: Person, key: Key) -> tuple[str, str]:
    """Return why a signature by this key says nothing, as code and words; empty if it does."""
    if key.state is KeyState.COMPROMISED:
        return "key-compromised", f"a compromised key of `{person.id}`"
    if key.state is KeyState.RETIRED:
        return "key-retired", f"a retired key of `{person.id}`"
    if person.left is not None:
        return "signer-has-left", f"`{person.id}`, who has left"
    return "", ""
