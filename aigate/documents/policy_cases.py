"""Reads the unit tests of a policy: findings, and what each must cost."""

from __future__ import annotations

from dataclasses import field

from aigate.documents.decode import decode, place_of
from aigate.documents.mistakes import Mistakes
from aigate.documents.strict import read
from aigate.domain.evidence import Grade
from aigate.domain.finding import Action, Candidate, Finding, Origin, Provenance, Status
from aigate.domain.place import Location
from aigate.domain.severity import Severity
from aigate.value import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a requirement may ask about a finding."""

    severity: Severity
    status: Status = Status.NEW
    rule: str = field(default="some-rule", metadata={"unit": "name"})
    scanner: str = field(default="semgrep", metadata={"unit": "name"})
    path: str = "src/app.py"
    cwe: tuple[int, ...] = field(default=(), metadata={"unit": "cwe"})
    origin: Provenance = Provenance.UNKNOWN
    initiative: tuple[str, ...] = field(default=(), metadata={"unit": "name"})
    agent: str = field(default="", metadata={"unit": "name"})
    grade: Grade = Grade.NONE

    @property
    def candidate(self) -> Candidate:
        """The finding that has these facts."""
        found = Finding(
            rule=self.rule,
            scanner=self.scanner,
            at=Location(self.path, 1, 1, 1, 1),
            title=self.rule,
            message=self.rule,
            severity=self.severity,
            cwe=self.cwe,
        )
        origin = Origin(kind=self.origin, agent=self.agent, grade=self.grade.value)
        return Candidate(
            finding=found, status=self.status, origin=origin, initiatives=self.initiative
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A finding, and the action that it must get; also from which requirement, if that is said."""

    name: str
    finding: Facts
    expect: Action
    requirement: str = field(default="", metadata={"unit": "id"})
    fix_within: int | None = field(default=None, metadata={"unit": "days"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyCases:
    """The cases of one file, and the policy that they are about."""

    version: int
    policy: str = ""
    cases: tuple[Case, ...]


def read_cases(data: bytes, *, file: str) -> PolicyCases:
    """Read the unit tests of a policy.

    Raises:
        DocumentError: with every mistake in the file.
    """
    mistakes = Mistakes(file)
    node = read(data, mistakes)
    found = decode(PolicyCases, node, mistakes) if node else None
    if node and found and found.version != 1:
        mistakes.add(place_of(node, "version"), "this gate knows version 1 of policy tests only")
    mistakes.check()
    if found is None:  # pragma: no cover - without a value there is a mistake
        raise AssertionError(file)
    return found
