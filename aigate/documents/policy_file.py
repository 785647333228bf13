"""What a policy document says, before anything that it extends is folded in."""

from __future__ import annotations

from dataclasses import field

from aigate.documents.nodes import Node
from aigate.domain.policy import AiTrailer, Assurance, Mode
from aigate.domain.severity import Severity
from aigate.value import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclude:
    """Paths that are left out, and why."""

    paths: tuple[str, ...] = field(metadata={"unit": "path", "doc": "path patterns"})
    reason: str = field(metadata={"doc": "why nobody needs to look there; reports show it"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What is looked at."""

    exclude: tuple[Exclude, ...] = field(metadata={"doc": "what is not looked at"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanners:
    """Which scanners have to look."""

    required: tuple[str, ...] | None = field(
        default=None,
        metadata={"unit": "id", "doc": "scanners without which a verdict is incomplete"},
    )
    locked: tuple[str, ...] = field(
        default=(),
        metadata={
            "unit": "lock",
            "doc": "versions of scanners that a complete verdict needs: `semgrep==1.182.0`",
        },
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatsFor:
    """Who answers for findings on some paths, or of some severities."""

    paths: tuple[str, ...] = field(default=(), metadata={"unit": "path", "doc": "path patterns"})
    severity: tuple[Severity, ...] = field(default=(), metadata={"doc": "severities"})
    developer: str = field(default="", metadata={"doc": "who answers for the code"})
    security: str = field(default="", metadata={"doc": "who answers for the risk"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Owners:
    """Who answers for findings."""

    developer: str = field(default="", metadata={"doc": "who answers for the code by default"})
    security: str = field(default="", metadata={"doc": "who answers for the risk by default"})
    paths: tuple[SeatsFor, ...] = field(
        default=(), metadata={"doc": "exceptions from the default; the last that matches counts"}
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """What commits must say about who wrote them, and what counts."""

    ai_trailer: AiTrailer | None = field(
        default=None, metadata={"doc": "how a commit must name the agent that took part in it"}
    )
    signed_humans: bool | None = field(
        default=None,
        metadata={"doc": "whether commits that a registered person signed count as human"},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """How long an acceptance may last."""

    severity: Severity = field(metadata={"doc": "of findings that are accepted"})
    longest: int = field(metadata={"unit": "days", "doc": "how long it may last: `30 days`"})
    assurance: Assurance = field(metadata={"doc": "how it must be bound to the two people"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovedNames:
    """What may be used of AI; what is left out is not asked about."""

    providers: tuple[str, ...] | None = field(
        default=None,
        metadata={"unit": "name", "doc": "who may run models, by the names of `aigate inventory`"},
    )
    licences: tuple[str, ...] | None = field(
        default=None, metadata={"unit": "name", "doc": "licences of models, as SPDX ids"}
    )
    regions: tuple[str, ...] | None = field(
        default=None, metadata={"unit": "name", "doc": "where services may run"}
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyFile:
    """One policy document, as it is written."""

    version: int = field(metadata={"doc": "the version of this language: 1"})
    name: str = field(metadata={"unit": "id", "doc": "the name that reports give"})
    description: str = field(default="", metadata={"doc": "what the policy is for"})
    floor: bool = field(
        default=False, metadata={"doc": "whether policies that extend this may only tighten it"}
    )
    extends: tuple[str, ...] = field(
        default=(), metadata={"doc": "`aigate:<pack>`, or files relative to this one"}
    )
    mode: Mode | None = field(
        default=None, metadata={"doc": "`advisory` reports a fail without stopping the change"}
    )
    min_gate_version: str = field(
        default="", metadata={"unit": "version", "doc": "the oldest gate that may judge"}
    )
    protected_branches: tuple[str, ...] = field(
        default=(), metadata={"unit": "name", "doc": "branches that can be a reference"}
    )
    scope: Scope | None = field(default=None, metadata={"doc": "what is looked at"})
    scanners: Scanners | None = field(default=None, metadata={"doc": "which scanners must look"})
    rules: tuple[str, ...] = field(
        default=(), metadata={"doc": "files with further semgrep rules, relative to this one"}
    )
    requirements: tuple[Node, ...] = field(
        default=(), metadata={"doc": "what findings cost; of several that match, the strictest"}
    )
    owners: Owners | None = field(default=None, metadata={"doc": "who answers for findings"})
    provenance: Provenance | None = field(
        default=None, metadata={"doc": "what commits must say about who wrote them"}
    )
    approved: ApprovedNames | None = field(
        default=None,
        metadata={"doc": "what may be used of AI, with `*` and `?`; what is left out is not asked"},
    )
    acceptance: tuple[Limit, ...] = field(
        default=(), metadata={"doc": "how findings may be accepted, by severity"}
    )
