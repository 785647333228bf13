"""What a manifest says, as it is written: `.aigate/initiatives/<name>.yaml`."""

from __future__ import annotations

import datetime as dt
from dataclasses import field

from aigate.domain.initiative import AgentKind, Autonomy, DataClass, Impact, PracticeName
from aigate.value import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatsPart:
    """People or teams, by seat."""

    developer: str = field(
        default="",
        metadata={"unit": "name", "doc": "who answers for the code: `@name`, `@org/team`"},
    )
    security: str = field(default="", metadata={"unit": "name", "doc": "who answers for the risk"})
    business: str = field(
        default="", metadata={"unit": "name", "doc": "who answers for the purpose"}
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePart:
    """A file of a model."""

    path: str = field(metadata={"unit": "file", "doc": "where it lies in this repository"})
    sha256: str = field(metadata={"unit": "sha256", "doc": "its SHA-256, from `sha256sum`"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelPart:
    """A model whose weights are run here, or fetched."""

    name: str = field(metadata={"unit": "component", "doc": "the id that the code gives"})
    source: str = field(default="", metadata={"doc": "where it comes from: `huggingface`, `own`"})
    purl: str = field(
        default="", metadata={"unit": "purl", "doc": "its package URL: `pkg:huggingface/...`"}
    )
    revision: str = field(
        default="", metadata={"unit": "name", "doc": "a commit or a digest that never moves"}
    )
    files: tuple[FilePart, ...] = field(
        default=(), metadata={"doc": "its files in this repository, with their digests"}
    )
    licence: str = field(default="", metadata={"doc": "its licence, as an SPDX id"})
    terms: str = field(default="", metadata={"doc": "where its terms of use are"})
    data: DataClass | None = field(
        default=None, metadata={"doc": "the most sensitive data that it may see"}
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ServicePart:
    """Somebody who runs models for others."""

    name: str = field(
        metadata={"unit": "component", "doc": "the provider, as `aigate inventory` names it"}
    )
    endpoint: str = field(
        default="", metadata={"unit": "name", "doc": "its URL, where it is not the provider's own"}
    )
    models: tuple[str, ...] = field(
        default=(), metadata={"unit": "component", "doc": "the models that it is asked for"}
    )
    region: str = field(default="", metadata={"unit": "name", "doc": "where it runs"})
    data: DataClass | None = field(
        default=None, metadata={"doc": "the most sensitive data that it may see"}
    )
    retention: int | None = field(
        default=None,
        metadata={"unit": "retention", "doc": "how long it keeps what it gets: `none`, `30 days`"},
    )
    terms: str = field(default="", metadata={"doc": "where the contract or the terms are"})


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetPart:
    """Data to train, tune or test with, or to answer from."""

    name: str = field(metadata={"unit": "component", "doc": "the id that the code gives"})
    source: str = field(default="", metadata={"doc": "where it comes from"})
    purl: str = field(default="", metadata={"unit": "purl", "doc": "its package URL"})
    revision: str = field(
        default="", metadata={"unit": "name", "doc": "a commit or a digest that never moves"}
    )
    licence: str = field(default="", metadata={"doc": "its licence, as an SPDX id"})
    data: DataClass | None = field(default=None, metadata={"doc": "how sensitive it is"})


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentPart:
    """Something that acts by itself."""

    name: str = field(metadata={"unit": "component", "doc": "as `aigate inventory` names it"})
    kind: AgentKind = field(
        default=AgentKind.PRODUCT,
        metadata={"doc": "`coding` if it writes this repository, `product` if it is part of it"},
    )
    tools: tuple[str, ...] = field(
        default=(), metadata={"unit": "component", "doc": "all tools that it may call"}
    )
    servers: tuple[str, ...] = field(
        default=(), metadata={"unit": "component", "doc": "all MCP servers that it may use"}
    )
    permissions: tuple[str, ...] = field(
        default=(), metadata={"doc": "all that its settings allow, as they are written there"}
    )
    autonomy: Autonomy | None = field(
        default=None,
        metadata={"doc": "`suggest`, `approve` each act before, or `act` and look afterwards"},
    )
    data: DataClass | None = field(
        default=None, metadata={"doc": "the most sensitive data that it may see"}
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationPart:
    """Something that was tested."""

    what: str = field(metadata={"doc": "what was tested"})
    evidence: str = field(metadata={"doc": "where the result is: a path or a URL"})
    date: dt.date | None = field(default=None, metadata={"unit": "date", "doc": "when"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticePart:
    """A minimum practice for high impact."""

    name: PracticeName = field(metadata={"doc": "one of the seven of OMB M-25-21"})
    evidence: str = field(metadata={"doc": "where it is shown: a path or a URL"})
    date: dt.date | None = field(default=None, metadata={"unit": "date", "doc": "when"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryPart:
    """What happens after an incident."""

    order: int | None = field(
        default=None, metadata={"doc": "what is restored first (1) among all initiatives"}
    )
    after: tuple[str, ...] = field(
        default=(), metadata={"unit": "id", "doc": "initiatives that must stand before"}
    )
    within: int | None = field(
        default=None, metadata={"unit": "hours", "doc": "how soon it must run again: `4 hours`"}
    )
    fallback: str = field(default="", metadata={"doc": "what people do meanwhile"})
    declares_safe: SeatsPart | None = field(
        default=None, metadata={"doc": "who says that it may run again"}
    )
    exercised: dt.date | None = field(
        default=None, metadata={"unit": "date", "doc": "when this was last tried out"}
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class InitiativeFile:
    """One manifest, as it is written.

    The order of the fields is that of the reference, and of what `manifest draft` writes.
    """

    version: int = field(metadata={"doc": "the version of this language: 1"})
    name: str = field(metadata={"unit": "id", "doc": "the name of the file without `.yaml`"})
    purpose: str = field(metadata={"doc": "what it does, for whom, in one sentence"})
    impact: Impact = field(
        default=Impact.ORDINARY,
        metadata={"doc": "`high` if it decides about people's rights or safety"},
    )
    owners: SeatsPart | None = field(default=None, metadata={"doc": "who answers for it"})
    used_in: tuple[str, ...] = field(
        metadata={"unit": "path", "doc": "path patterns of the code that belongs to it"}
    )
    data: DataClass | None = field(
        default=None, metadata={"doc": "the most sensitive data that this code handles"}
    )
    models: tuple[ModelPart, ...] = field(
        default=(), metadata={"doc": "models whose weights are run here, or fetched"}
    )
    services: tuple[ServicePart, ...] = field(
        default=(), metadata={"doc": "providers that run models"}
    )
    datasets: tuple[DatasetPart, ...] = field(
        default=(), metadata={"doc": "data to train, tune or test with, or to answer from"}
    )
    agents: tuple[AgentPart, ...] = field(
        default=(), metadata={"doc": "what acts by itself, in the product or on this repository"}
    )
    evaluation: tuple[EvaluationPart, ...] = field(default=(), metadata={"doc": "what was tested"})
    practices: tuple[PracticePart, ...] = field(
        default=(), metadata={"doc": "what M-25-21 asks for; only with `impact: high`"}
    )
    recovery: RecoveryPart | None = field(
        default=None, metadata={"doc": "what happens after an incident"}
    )
    approved_until: dt.date | None = field(
        default=None, metadata={"unit": "date", "doc": "the last day of its approval"}
    )
