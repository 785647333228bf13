"""People, what they signed, and the registry that says who may sign as what."""

from __future__ import annotations

from dataclasses import field
from datetime import datetime
from enum import StrEnum

from aigate.domain.policy import AcceptanceLimit
from aigate.domain.severity import Severity
from aigate.value import dataclass


class Role(StrEnum):
    """What a person may sign as."""

    OWNER = "owner"
    """Changes the registry, together with others."""
    DEVELOPER = "developer"
    SECURITY = "security"


class PersonKind(StrEnum):
    """Whether somebody can answer for something."""

    HUMAN = "human"
    AUTOMATION = "automation"
    """A pipeline, an app or an AI agent; its signature never counts towards an acceptance."""


class KeyState(StrEnum):
    """What a key is still good for."""

    ACTIVE = "active"
    RETIRED = "retired"
    """Signs nothing new; what it signed while active stands."""
    COMPROMISED = "compromised"
    """Stops counting at once, also for what it signed before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """An SSH public key: its type as OpenSSH spells it, and its blob in base64.

    `fingerprint` is `SHA256:` and the unpadded base64 of the blob's digest, as
    `ssh-keygen -l` prints it.
    """

    type: str
    blob: str
    fingerprint: str
    state: KeyState = KeyState.ACTIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody in the registry.

    `platform_ids` pair a code host, such as `github`, with the numeric id there. `left` is
    the UTC time since when the person answers for nothing new, None while active. `answers`
    is, for automation, the id of the human whose account it is. `former` are roles that the
    person has lost, each with the UTC time since when.
    """

    id: str
    name: str
    kind: PersonKind
    roles: tuple[Role, ...]
    keys: tuple[Key, ...] = ()
    platform_ids: tuple[tuple[str, int], ...] = ()
    left: datetime | None = None
    answers: str = ""
    former: tuple[tuple[Role, datetime], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """One version of the registry, as one numbered root file holds it.

    `digest` is the SHA-256 of the signed payload, and `previous` that of version n-1, empty for
    version 1. `threshold` is how many owners and security people must sign the next version,
    among them an owner and, as somebody else, a security person; never below two.
    """

    version: int
    previous: str
    digest: str
    ledger_id: str
    repository_id: str
    repository_names: tuple[str, ...]
    people: tuple[Person, ...]
    threshold: int
    limits: tuple[AcceptanceLimit, ...]
    grace_days: int
    expires: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """A verified chain of root files, version 1 first.

    `pinned` says that the caller vouched for its digest from outside of the repository;
    without that no acceptance rises above the assurance `note`.
    """

    roots: tuple[Root, ...]
    pinned: bool = False

    @property
    def current(self) -> Root:
        """The newest version."""
        return self.roots[-1]


class StatementKind(StrEnum):
    """What a statement says."""

    ACCEPT = "accept"
    FALSE_POSITIVE = "false-positive"
    BASELINE = "baseline"
    WITHDRAW = "withdraw"
    CHECKPOINT = "checkpoint"
    VERDICT = "verdict"


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """What ties terms to a finding; see `Finding` for the digests.

    `count` is how many identical matches in the file are covered.
    """

    fingerprint: str
    rule: str
    rule_digest: str
    severity: Severity
    path: str
    match: str
    context: str
    scope: str
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What two people agree on; byte-equal in both their statements.

    `raw` are the canonical bytes: ASCII JSON with sorted keys, no floats, one trailing
    newline. `developer` and `security` are ids of the people who answer from then on.
    `supersedes` are digests of terms that these replace; a withdrawal names there what it
    ends.
    """

    kind: StatementKind
    ledger_id: str
    repository_id: str
    branch: str
    bindings: tuple[Binding, ...]
    reason_code: str
    reason: str
    control: str
    developer: str
    security: str
    expires_at: datetime | None
    policy_digest: str
    registry_version: int
    registry_digest: str
    supersedes: tuple[str, ...] = ()
    raw: bytes = field(default=b"", repr=False)
    digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One person's signed statement, decoded from the stored bytes after verification.

    `digest` is the SHA-256 of the payload and the name of its file. `key` is the fingerprint
    of the key that signed; `touched` says that the signature's flags show user presence.
    `claimed_at` is what the signer's clock said and plays no part in any decision. `account` is
    the account on a code host, such as `github:1`, that said it there instead of signing; such
    a statement has no key, and no file.
    """

    digest: str
    terms: Terms
    as_role: Role
    person: str
    key: str
    touched: bool
    parents: tuple[str, ...]
    nonce: str
    claimed_at: datetime
    account: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A verified statement and where it stands in the history.

    `in_reference` says that the reference already has it; `entered_at` is the committer's
    time of the first commit on the first-parent history that has it, None if unknown or new.
    """

    statement: Statement
    in_reference: bool
    entered_at: datetime | None = None
