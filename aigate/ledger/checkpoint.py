"""Sums a ledger up in one short text, for somebody outside to keep, and reads such texts back.

The text is that of a C2SP tlog-checkpoint; a signed checkpoint is a statement that holds it.
What it proves is in `docs/decisions/0010-checkpoints.md`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from aigate.domain.accountability import Root
from aigate.domain.regex import regex
from aigate.engine.strict_json import Json
from aigate.errors import IntegrityError, UsageError
from aigate.ledger.attestation import STATEMENT_TYPE, Attested, is_attestation, opened
from aigate.ledger.dsse import canonical, read_canonical
from aigate.ledger.roots import time_text
from aigate.value import dataclass

ORIGIN = "aigate.dev/ledger"
PREDICATE_TYPE = "https://aigate.dev/attestation/checkpoint/v0.1"
LARGEST = 64 * 1024
"""The size of the largest checkpoint, in bytes."""

_TEXT = regex(
    re.escape(ORIGIN) + r"/([0-9a-f]{32})\n"
    r"(0|[1-9][0-9]{0,8})\n"
    r"([A-Za-z0-9+/]{43}=)\n"
    r"registry ([1-9][0-9]{0,4}) ([0-9a-f]{64})\n"
    r"commit ([0-9a-f]{40}|[0-9a-f]{64})\n"
)
_SIGNATURE = regex("\u2014 [^ +\n]+ [A-Za-z0-9+/]+={0,2}\n")
_MOST_SIGNATURES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """What a ledger was at a commit: how many records, and the root of the tree over them."""

    ledger_id: str
    size: int
    root: bytes
    registry_version: int
    registry_digest: str
    commit: str

    @property
    def text(self) -> str:
        """The text of the note."""
        root = base64.b64encode(self.root).decode("ascii")
        return (
            f"{ORIGIN}/{self.ledger_id}\n{self.size}\n{root}\n"
            f"registry {self.registry_version} {self.registry_digest}\ncommit {self.commit}\n"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A checkpoint that somebody kept.

    `attested` is the statement that it was in, None for a plain text; `countersigned` is how
    many signature lines follow the text. These are not verified.
    """

    checkpoint: Checkpoint
    attested: Attested | None = None
    countersigned: int = 0


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """Return the hash of a list as RFC 6962, section 2.1, defines it."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    level = [hashlib.sha256(b"\0" + leaf).digest() for leaf in leaves]
    while len(level) > 1:
        # Pairs from the left, and an odd one goes up as it is: the same tree as the RFC's.
        paired = [
            hashlib.sha256(b"\1" + level[i] + level[i + 1]).digest()
            for i in range(0, len(level) - 1, 2)
        ]
        level = paired + level[len(paired) * 2 :]
    return level[0]


def checkpoint_of(records: Mapping[str, bytes], registry: Root, *, commit: str) -> Checkpoint:
    """Sum up all records of a commit, given by path, with the registry that it has.

    The leaves are whole files in the order of their names, so that not even a signature can
    be exchanged for another.
    """
    return Checkpoint(
        ledger_id=registry.ledger_id,
        size=len(records),
        root=merkle_root([records[path] for path in sorted(records)]),
        registry_version=registry.version,
        registry_digest=registry.digest,
        commit=commit,
    )


def encode(checkpoint: Checkpoint, *, claimed_at: datetime) -> bytes:
    """Return the statement that holds a checkpoint, the bytes to sign."""
    return canonical(_statement(checkpoint, time_text(claimed_at)))


def read_checkpoint(data: bytes, *, file: str) -> Held:
    """Read a checkpoint: its text, with or without signature lines, or a statement.

    Raises:
        UsageError: it is none.
        IntegrityError: the signature of a statement does not hold.
    """
    if len(data) > LARGEST:
        raise _odd(file)
    if is_attestation(data):
        attested = opened(data, file=file)
        return Held(checkpoint=_stated(attested.payload, file), attested=attested)
    try:
        text, blank, lines = data.decode("utf-8").partition("\n\n")
    except UnicodeDecodeError:
        raise _odd(file) from None
    signatures = lines.splitlines(keepends=True) if blank else []
    plain = text + "\n" if blank else text
    if not all(_SIGNATURE.fullmatch(line) for line in signatures) or (blank and not signatures):
        raise _odd(file)
    if len(signatures) > _MOST_SIGNATURES:
        raise _odd(file)
    return Held(checkpoint=_parsed(plain, file), countersigned=len(signatures))


def _stated(payload: bytes, file: str) -> Checkpoint:
    value = read_canonical(payload, file=file, largest=LARGEST)
    said = value.get("predicate") if isinstance(value, dict) else None
    text = said.get("checkpoint") if isinstance(said, dict) else None
    claimed = said.get("claimed_at") if isinstance(said, dict) else None
    if not isinstance(text, str) or not isinstance(claimed, str):
        raise _odd(file)
    found = _parsed(text, file)
    if value != _statement(found, claimed) or not _is_time(claimed):
        text = f"what `{file}` says around the checkpoint does not follow from it"
        raise IntegrityError(text, code="checkpoint-fields")
    return found


def _statement(checkpoint: Checkpoint, claimed_at: str) -> Json:
    return {
        "_type": STATEMENT_TYPE,
        "predicate": {"checkpoint": checkpoint.text, "claimed_at": claimed_at},
        "predicateType": PREDICATE_TYPE,
        "subject": [
            {
                "digest": {"sha256": checkpoint.root.hex()},
                "name": f"{ORIGIN}/{checkpoint.ledger_id}",
            }
        ],
    }


def _parsed(text: str, file: str) -> Checkpoint:
    found = _TEXT.fullmatch(text)
    if found is None:
        raise _odd(file)
    try:
        root = base64.b64decode(found[3], validate=True)
    except binascii.Error:
        raise _odd(file) from None
    made = Checkpoint(
        ledger_id=found[1],
        size=int(found[2]),
        root=root,
        registry_version=int(found[4]),
        registry_digest=found[5],
        commit=found[6],
    )
    if made.text != text:  # base64 has several spellings of one root
        raise _odd(file)
    return made


def _is_time(text: str) -> bool:
    try:
        return time_text(datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)) == text
    except ValueError:
        return False


def _odd(file: str) -> UsageError:
    return UsageError(
        f"`{file}` is no checkpoint of a ledger",
        hint="name a file that holds what `aigate ledger checkpoint` printed",
        code="checkpoint-form",
    )
