"""What scanners say, and what is made of it."""

from __future__ import annotations

from dataclasses import field
from enum import IntEnum, StrEnum

from aigate.domain.place import Location, Span
from aigate.domain.severity import Severity
from aigate.value import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What a scanner says: this rule objects to this stretch of this unit.

    `severity` and `cwe` override the rule's own. A scanner of secrets sets `secret`: the
    stretch is then never shown or stored in clear.
    """

    rule: str
    unit: str
    span: Span
    message: str
    severity: Severity | None = None
    cwe: tuple[int, ...] = ()
    secret: bool = False


@dataclass(frozen=True, slots=True, order=True)
class Gap:
    """Something that should have been examined and was not.

    `subject` is a path or a scanner, `code` a stable reason code in kebab-case. A gap makes
    a verdict incomplete, never a pass.
    """

    subject: str
    reason: str
    code: str
    scanner: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Omission:
    """Something that a scanner can look up, and that the caller did not ask it to.

    `subject` is what would have been asked, `things` how many things it would have been asked
    about. It changes no verdict, and is told with what was looked at, so that nobody takes
    silence for good news.
    """

    subject: str
    reason: str
    things: int
    scanner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One objection of one rule to one place.

    `match` is the SHA-256 of the matched text (line ends and trailing blanks normalised,
    nothing else); `context` that of the smallest enclosing definition, else of ten lines on
    each side; `scope` the qualified name of that definition, or empty; `body` the same as
    `context`, but for the definition's own name. `fingerprint` is the
    identity across commits, from rule, path and match: it survives moved lines and edits
    elsewhere. `occurrence` numbers identical matches in one file from 1. `snippet` holds the
    lines that are shown, the first being line `at.line`; secrets are masked in it.
    `group` is shared by findings of several scanners that mean the same place.
    """

    rule: str
    scanner: str
    at: Location
    title: str
    message: str
    severity: Severity
    help: str = ""
    cwe: tuple[int, ...] = ()
    controls: tuple[str, ...] = ()
    snippet: tuple[str, ...] = ()
    match: str = field(default="", repr=False)
    context: str = field(default="", repr=False)
    scope: str = ""
    body: str = field(default="", repr=False)
    rule_digest: str = field(default="", repr=False)
    suppressed_inline: bool = False
    secret: bool = False
    fingerprint: str = ""
    occurrence: int = 1
    group: str = ""


class Status(StrEnum):
    """Whether the reference has the finding as well."""

    NEW = "new"
    EXISTING = "existing"


class Provenance(StrEnum):
    """Who wrote the lines of a finding."""

    AI = "ai"
    HUMAN = "human"
    MIXED = "mixed"
    UNKNOWN = "unknown"
    """No evidence; every requirement treats it as AI."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Who wrote the lines of a finding, on what evidence, and how good that evidence is.

    `agent` names all agents, with `, ` between them; `grade` is one of `evidence.Grade`.
    """

    kind: Provenance = Provenance.UNKNOWN
    agent: str = ""
    model: str = ""
    session: str = ""
    evidence: tuple[str, ...] = ()
    grade: str = "none"

    @property
    def agents(self) -> tuple[str, ...]:
        """Each agent that is named."""
        return tuple(self.agent.split(", ")) if self.agent else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Seats:
    """Who answers for a finding; an empty seat is the empty text."""

    developer: str = ""
    security: str = ""
    merger: str = ""


class Action(IntEnum):
    """What a finding costs; compares by strictness, strictest is greatest."""

    NOTE = 1
    """Recorded, and shown when asked for."""
    WARN = 2
    """Shown; blocks nothing."""
    JOINT = 3
    """Blocks until fixed, or jointly accepted by a developer and a security person."""
    FORBID = 4
    """Blocks until fixed."""

    @property
    def word(self) -> str:
        """The spelling used in policies and reports."""
        return self.name.lower()


class Decision(StrEnum):
    """What the ledger says about a finding."""

    OPEN = "open"
    ACCEPTED = "accepted"
    STALE = "stale"
    EXPIRED = "expired"
    OWNERLESS = "ownerless"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A finding with every fact that a requirement may ask about."""

    finding: Finding
    status: Status
    origin: Origin = field(default_factory=Origin)
    initiatives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What one requirement asks for one finding; `fix_within` is in days."""

    requirement: str
    action: Action
    fix_within: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Priority:
    """What to look at first: 0 to 100, with the reasons in words, weightiest first."""

    score: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Introduction:
    """The commit that brought a finding, and its author as that commit names them."""

    commit: str
    author: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What people have signed about a finding, whether it counts or not.

    `kind` is that of a statement, such as `baseline`, empty where nobody has signed. `developer` and `security` are ids of the registry, empty where nobody has signed; `until`
    is in ISO form, UTC. `changed` names what differs from what was accepted.
    """

    developer: str = ""
    security: str = ""
    until: str = ""
    statements: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One finding with everything that was decided about it.

    `due` is a date in ISO form, or empty where no requirement sets one; `reason_codes` say,
    in stable words, why the finding costs what it costs; `next_step` says what would change
    that, for whom. `first_seen` is the day from which the time to fix it counts, in ISO form,
    or empty where that is unknown; `overdue` says that `due` is over, and nobody accepted it.
    """

    candidate: Candidate
    action: Action
    decision: Decision
    blocking: bool
    reason_codes: tuple[str, ...]
    requirement: str
    seats: Seats
    priority: Priority
    fix_within: int | None = None
    due: str = ""
    introduced: Introduction | None = None
    signed: Signed = field(default_factory=Signed)
    next_step: str = ""
    first_seen: str = ""
    overdue: bool = False

    @property
    def finding(self) -> Finding:
        """The finding that was judged."""
        return self.candidate.finding
