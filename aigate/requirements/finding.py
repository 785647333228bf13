"""Demands something of every finding that matches a description."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import field, fields

from aigate.domain.evidence import Grade
from aigate.domain.extension import RequirementKind
from aigate.domain.finding import Action, Candidate, Demand, Origin, Provenance, Status
from aigate.domain.severity import Severity
from aigate.engine.patterns import matches_name, matches_path
from aigate.value import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A description of findings: every field that is given must fit, by one of its choices."""

    rule: tuple[str, ...] = field(
        default=(), metadata={"unit": "name", "doc": "names of rules, with `*` and `?`"}
    )
    scanner: tuple[str, ...] = field(
        default=(), metadata={"unit": "name", "doc": "names of scanners, with `*` and `?`"}
    )
    severity: tuple[Severity, ...] = field(default=(), metadata={"doc": "severities"})
    cwe: tuple[int, ...] = field(
        default=(), metadata={"unit": "cwe", "doc": "weaknesses, as `89` or `CWE-89`"}
    )
    path: tuple[str, ...] = field(
        default=(), metadata={"unit": "path", "doc": "path patterns, with `*`, `?` and `**`"}
    )
    status: tuple[Status, ...] = field(
        default=(), metadata={"doc": "whether the reference has the finding as well"}
    )
    origin: tuple[Provenance, ...] = field(
        default=(),
        metadata={"doc": "who wrote the lines; in `match`, `ai` is whatever is not `human`"},
    )
    initiative: tuple[str, ...] = field(
        default=(), metadata={"unit": "name", "doc": "names of initiatives, with `*` and `?`"}
    )
    agent: tuple[str, ...] = field(
        default=(), metadata={"unit": "name", "doc": "names of coding agents, with `*` and `?`"}
    )
    grade: tuple[Grade, ...] = field(
        default=(), metadata={"doc": "how good the evidence of the origin is"}
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRequirement:
    """Asks for an action on every finding that `match` describes and `unless` does not.

    Without `match` every finding is meant. What a change says about its own origin can only make
    it costlier. In `match`, `ai` is everything that is not proven to be a person's: also what is
    mixed, or unknown; and lines whose agent nobody names may be any agent's. `unless` lets off by
    origin, agent and grade only what is proven to be a person's.
    """

    id: str = field(metadata={"unit": "id", "doc": "the name that reports give"})
    action: Action = field(metadata={"doc": "what a matching finding costs"})
    match: Match = field(default=Match(), metadata={"doc": "which findings are meant"})
    unless: Match | None = field(default=None, metadata={"doc": "which of them are not"})
    fix_within: int | None = field(
        default=None, metadata={"unit": "days", "doc": "how soon it must be fixed: `7 days`"}
    )
    reason: str = field(default="", metadata={"doc": "why this is demanded"})

    def demand(self, candidate: Candidate) -> Demand | None:
        """Say what this requirement asks for a finding, or None if it does not match."""
        if not fits(self.match, candidate, claims_count=True):
            return None
        if self.unless and fits(self.unless, candidate, claims_count=False):
            return None
        return Demand(requirement=self.id, action=self.action, fix_within=self.fix_within)


def fits(match: Match, candidate: Candidate, *, claims_count: bool) -> bool:
    """Tell whether a finding fits a description.

    Without `claims_count`, only what is proven about its origin is taken for true.
    """
    found = candidate.finding
    return (
        (not match.severity or found.severity in match.severity)
        and (not match.status or candidate.status in match.status)
        and _one_of(match.cwe, found.cwe)
        and _some(match.scanner, (found.scanner,), matches_name)
        and _some(match.rule, (found.rule,), matches_name)
        and _some(match.path, (found.at.path,), matches_path)
        and _some(match.initiative, candidate.initiatives, matches_name)
        and _fits_origin(match, candidate.origin, claims_count=claims_count)
    )


def _fits_origin(match: Match, origin: Origin, *, claims_count: bool) -> bool:
    if not (match.origin or match.agent or match.grade):
        return True
    proven = origin.kind is Provenance.HUMAN
    if not proven and not claims_count:
        return False
    kinds = {origin.kind} if proven else {origin.kind, Provenance.AI}
    # Who took the agent's name away is no better off for it.
    names = origin.agents or (() if proven else ("",))
    return (
        _one_of(match.origin, kinds)
        and (not match.agent or "" in names or _some(match.agent, names, matches_name))
        and _one_of(match.grade, (origin.grade,))
    )


def fields_used(match: Match) -> tuple[str, ...]:
    """Return the names of the fields that a description gives."""
    return tuple(part.name for part in fields(match) if getattr(match, part.name))


def _one_of(wanted: tuple[object, ...], given: Iterable[object]) -> bool:
    return not wanted or any(value in wanted for value in given)


def _some(
    patterns: tuple[str, ...], given: Iterable[str], matches: Callable[[str, str], bool]
) -> bool:
    return not patterns or any(matches(pattern, value) for value in given for pattern in patterns)


REQUIREMENT = RequirementKind(name="finding", implementation=FindingRequirement)
