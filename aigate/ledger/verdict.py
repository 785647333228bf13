"""Writes and reads verdict statements: what was decided, for whoever reads attestations.

The predicate is SLSA's verification summary, so that other tools can tell a pass from a fail;
everything of the decision file is in one extension field of it. All other fields follow from
that one, so a statement cannot contradict itself.
"""

from __future__ import annotations

import hashlib

from aigate.engine.strict_json import Json
from aigate.errors import IntegrityError
from aigate.ledger.attestation import STATEMENT_TYPE
from aigate.ledger.dsse import canonical, read_canonical

PREDICATE_TYPE = "https://slsa.dev/verification_summary/v1"
EXTENSION = "https://aigate.dev/attestation/verdict/v0.1"
"""The field that holds the decision."""

VERIFIER = "https://aigate.dev"
LARGEST = 512 * 1024
"""The size of the largest statement, in bytes."""

_SHA1_DIGITS = 40


def encode(decision: dict[str, Json]) -> bytes:
    """Return the statement about a decision, the bytes to sign.

    `decision` has the fields of the decision file.
    """
    passed = decision["decision"] == "pass"
    digests = decision["digests"]
    policy = str(digests.get("policy", "")) if isinstance(digests, dict) else ""
    scanners = decision["scanners"]
    versions = scanners if isinstance(scanners, dict) else {}
    return canonical(
        {
            "_type": STATEMENT_TYPE,
            "predicate": {
                EXTENSION: decision,
                "policy": {
                    "digest": {"sha256": policy},
                    "uri": f"urn:x-aigate:policy:sha256:{policy}",
                },
                "resourceUri": _resource(str(decision["head"])),
                "timeVerified": decision["decided"],
                "verificationResult": "PASSED" if passed else "FAILED",
                "verifiedLevels": ["AIGATE_PASS" if passed else "FAILED"],
                "verifier": {
                    "id": VERIFIER,
                    "version": {**versions, "aigate": decision["gate"]},
                },
            },
            "predicateType": PREDICATE_TYPE,
            "subject": _subject(decision),
        }
    )


def decode(payload: bytes, *, file: str) -> dict[str, Json]:
    """Return the decision in a statement; its own fields are not looked at.

    Raises:
        IntegrityError: it is not what `encode` would have written; the code says why.
    """
    value = read_canonical(payload, file=file, largest=LARGEST)
    predicate = value.get("predicate") if isinstance(value, dict) else None
    decision = predicate.get(EXTENSION) if isinstance(predicate, dict) else None
    if not isinstance(decision, dict):
        raise IntegrityError(
            f"`{file}` is no verdict statement",
            hint="name the file that `aigate scan --verdict` wrote",
            code="verdict-type",
        )
    needed = {"decision", "decided", "digests", "gate", "head", "scanners", "tree"}
    if not needed <= decision.keys() or encode(decision) != payload:
        text = f"what `{file}` says around the decision does not follow from it"
        raise IntegrityError(text, code="verdict-fields")
    return decision


def _resource(head: str) -> str:
    if not head:
        return "urn:x-aigate:uncommitted"
    return f"gitoid:commit:{'sha1' if len(head) == _SHA1_DIGITS else 'sha256'}:{head}"


def _subject(decision: dict[str, Json]) -> Json:
    if decision["head"]:
        return [
            {"digest": {"gitCommit": decision["head"]}, "name": "commit"},
            {"digest": {"gitTree": decision["tree"]}, "name": "tree"},
        ]
    # What is not committed has no name but what was decided about it.
    digest = hashlib.sha256(canonical(decision)).hexdigest()
    return [{"digest": {"sha256": digest}, "name": "decision"}]
