"""What a team declares about one undertaking with AI: the values that a manifest decodes to."""

from __future__ import annotations

from dataclasses import field
from datetime import date
from enum import IntEnum, StrEnum

from aigate.domain.place import Location
from aigate.value import dataclass


class Impact(StrEnum):
    """How much is at stake, in the words of OMB M-25-21."""

    ORDINARY = "ordinary"
    HIGH = "high"
    """Decides, or is the main basis of a decision, about people's rights or safety."""


class DataClass(IntEnum):
    """How sensitive data is; compares by sensitivity, most sensitive is greatest."""

    PUBLIC = 1
    INTERNAL = 2
    CONFIDENTIAL = 3
    RESTRICTED = 4
    """Personal, health, classified-but-unmarked or controlled unclassified data."""

    @property
    def word(self) -> str:
        """The spelling used in manifests and reports."""
        return self.name.lower()


class ComponentKind(StrEnum):
    """What an initiative can rely on."""

    MODEL = "model"
    SERVICE = "service"
    DATASET = "dataset"
    AGENT = "agent"


class AgentKind(StrEnum):
    """Whom an agent serves."""

    CODING = "coding"
    """Writes this repository."""
    PRODUCT = "product"
    """Is part of what this repository builds."""


class Autonomy(IntEnum):
    """How much an agent does without a person; compares by freedom, freest is greatest."""

    SUGGEST = 1
    """A person carries out what it proposes."""
    APPROVE = 2
    """It acts after a person approved each act."""
    ACT = 3
    """It acts, and a person can look afterwards."""

    @property
    def word(self) -> str:
        """The spelling used in manifests and reports."""
        return self.name.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Owners:
    """Who answers for an initiative; accounts or teams, empty where nobody is named."""

    developer: str = ""
    security: str = ""
    business: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFile:
    """A file of a model: its path in the repository, and its SHA-256 in hexadecimal."""

    path: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """A model, service, dataset or agent that an initiative relies on.

    `name` is what the code says: a model's id, a service's provider, a dataset's id, an agent's
    name. `revision` is what pins it (a commit or a digest), `region` where a service runs,
    `data` the most sensitive data that it may see, `retention` how many days a service keeps
    what it gets (None if unknown). `models` are the ids that a service is used for. `tools`,
    `servers` (MCP) and `permissions` are all that an agent may use. `at` is where the manifest
    declares it.
    """

    kind: ComponentKind
    name: str
    at: Location
    source: str = ""
    purl: str = ""
    revision: str = ""
    files: tuple[ModelFile, ...] = ()
    licence: str = ""
    terms: str = ""
    endpoint: str = ""
    models: tuple[str, ...] = ()
    region: str = ""
    data: DataClass | None = None
    retention: int | None = None
    agent: AgentKind = AgentKind.PRODUCT
    tools: tuple[str, ...] = ()
    servers: tuple[str, ...] = ()
    permissions: tuple[str, ...] = ()
    autonomy: Autonomy | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """Evidence that something was tested: what, where the evidence is, and when."""

    what: str
    evidence: str
    on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """What happens after an incident, agreed before it.

    `order` says what is restored first (1) among all initiatives; `after` names initiatives
    that must stand before; `within_hours` is the target; `fallback` what people do meanwhile;
    `declares_safe` who, in which seat, says that it may run again; `exercised` the day of the
    last exercise.
    """

    order: int | None = None
    after: tuple[str, ...] = ()
    within_hours: int | None = None
    fallback: str = ""
    declares_safe: Owners = field(default_factory=Owners)
    exercised: date | None = None


class PracticeName(StrEnum):
    """The minimum practices of OMB M-25-21 for high-impact AI, in the memorandum's order."""

    PRE_DEPLOYMENT_TESTING = "pre-deployment-testing"
    IMPACT_ASSESSMENT = "impact-assessment"
    ONGOING_MONITORING = "ongoing-monitoring"
    OPERATOR_TRAINING = "operator-training"
    HUMAN_OVERSIGHT = "human-oversight"
    REMEDIES = "remedies"
    USER_FEEDBACK = "user-feedback"


@dataclass(frozen=True, slots=True, kw_only=True)
class Practice:
    """A minimum practice for high impact, and where the evidence is."""

    name: PracticeName
    evidence: str
    on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Initiative:
    """One undertaking with AI.

    `used_in` are path patterns of the code that belongs to it; `data` the most sensitive data
    that this code handles; `approved_until` the last day of the approval, None if none is
    recorded. `at` is the manifest itself, `places` where its top-level fields stand, by key.
    """

    name: str
    purpose: str
    at: Location
    impact: Impact = Impact.ORDINARY
    owners: Owners = field(default_factory=Owners)
    used_in: tuple[str, ...] = ()
    data: DataClass | None = None
    components: tuple[Component, ...] = ()
    evaluations: tuple[Evaluation, ...] = ()
    practices: tuple[Practice, ...] = ()
    recovery: Recovery | None = None
    approved_until: date | None = None
    places: tuple[tuple[str, Location], ...] = ()
