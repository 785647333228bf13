"""What a team demands: the values that a policy file decodes to."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from aigate.value import dataclass

if TYPE_CHECKING:
    from aigate.domain.finding import Candidate, Demand
    from aigate.domain.severity import Severity


class Mode(StrEnum):
    """Whether a failing verdict stops the change."""

    ENFORCE = "enforce"
    ADVISORY = "advisory"
    """Exit 0, with the verdict `advisory-fail`; only the reference policy can ask for it."""


class Assurance(StrEnum):
    """How strongly an acceptance is bound to the people who made it, strongest first."""

    SIGNED_TOUCH = "signed-touch"
    SIGNED = "signed"
    PLATFORM_REVIEW = "platform-review"
    NOTE = "note"


class AiTrailer(StrEnum):
    """How a commit must say that an agent took part in it."""

    NONE = "none"
    KERNEL = "kernel"
    """`Assisted-by: AGENT:MODEL`, as in the Linux kernel."""
    COAUTHOR = "coauthor"
    """`Co-authored-by:` with the agent's own address."""
    EITHER = "either"


class Requirement(Protocol):
    """One demand of a policy."""

    @property
    def id(self) -> str:
        """The name that reports give and that extending policies refer to."""

    def demand(self, candidate: Candidate) -> Demand | None:
        """Say what this requirement asks for a finding, or None if it does not match."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where in which document something was written; `line` counts from 1."""

    file: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """Paths that are not examined, and why not."""

    paths: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatRule:
    """Who takes which seat for findings on these paths and of these severities.

    Empty `paths` or `severities` match everything; of several rules the last one that
    matches and names the seat counts, as in CODEOWNERS.
    """

    paths: tuple[str, ...] = ()
    severities: tuple[Severity, ...] = ()
    developer: str = ""
    security: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptanceLimit:
    """How long an acceptance of a severity may last, in days, and how it must be bound."""

    severity: Severity
    longest: int
    assurance: Assurance


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """What may be used of AI: names, with `*` and `?`; None where the policy does not say."""

    providers: tuple[str, ...] | None = None
    licences: tuple[str, ...] | None = None
    regions: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A named list of demands, with everything that it extends already folded in.

    `sources` gives, for the id of each requirement, where it was written. `digest` is the
    SHA-256 over the bytes of the document and of all that it extends. `signed_humans` says that
    lines of a commit which a registered person signed count as human. `locked_scanners` are names
    with the versions that may look.
    """

    name: str
    mode: Mode = Mode.ENFORCE
    min_gate_version: str = ""
    protected_branches: tuple[str, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    required_scanners: tuple[str, ...] = ()
    locked_scanners: tuple[tuple[str, str], ...] = ()
    rule_files: tuple[str, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    seats: tuple[SeatRule, ...] = ()
    acceptance: tuple[AcceptanceLimit, ...] = ()
    sources: tuple[tuple[str, Source], ...] = ()
    digest: str = ""
    ai_trailer: AiTrailer = AiTrailer.NONE
    signed_humans: bool = False
    approved: Approved = field(default_factory=Approved)
