"""Sums a ledger up in one short text, for somebody outside to keep or to countersign."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Collection, Sequence

ORIGIN = "aigate.dev/ledger"


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


def checkpoint(ledger_id: str, digests: Collection[str], extra: Sequence[str] = ()) -> str:
    """Return the text of a C2SP tlog-checkpoint over the digests of all records, sorted.

    It is unsigned. `extra` become its extension lines.
    """
    leaves = [bytes.fromhex(digest) for digest in sorted(digests)]
    root = base64.b64encode(merkle_root(leaves)).decode("ascii")
    return "\n".join((f"{ORIGIN}/{ledger_id}", str(len(leaves)), root, *extra)) + "\n"
