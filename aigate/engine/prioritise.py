"""Ranks findings by what attackers do in the world and by where the code runs."""

from __future__ import annotations

from dataclasses import field

from aigate.domain.finding import Candidate, Priority, Provenance, Status
from aigate.domain.regex import regex
from aigate.domain.severity import Severity
from aigate.value import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Threat:
    """What is known of attacks in the world, by number of the weakness (CWE).

    `exploited` counts entries of CISA's list of known exploited vulnerabilities, `ranks`
    gives the place in the CWE Top 25; `source` says which editions.
    """

    source: str = ""
    exploited: dict[int, int] = field(default_factory=dict)
    ranks: dict[int, int] = field(default_factory=dict)


_BASE = {Severity.LOW: 10, Severity.MEDIUM: 30, Severity.HIGH: 50, Severity.CRITICAL: 65}
_ASIDE = regex(
    r"(?:^|/)(?:tests?|testing|examples?|docs?|benchmarks?|fixtures|scripts|samples?|demo)/"
    r"|(?:^|/)(?:test_[^/]*|conftest)\.py$|\.(?:test|spec)\.[jt]sx?$"
)


def prioritise(candidate: Candidate, threat: Threat, *, corroborated: bool) -> Priority:
    """Score a finding from 0 to 100, with the reasons, weightiest first.

    `corroborated` says that another scanner means the same place.
    """
    finding = candidate.finding
    parts = [(_BASE[finding.severity], f"{finding.severity.word} severity")]
    hits = max((threat.exploited.get(cwe, 0) for cwe in finding.cwe), default=0)
    rank = min((threat.ranks[cwe] for cwe in finding.cwe if cwe in threat.ranks), default=0)
    if hits:
        parts.append((min(5 + hits // 8, 15), f"{hits} exploited vulnerabilities of this kind"))
    if rank:
        parts.append((8 if rank <= 10 else 4, f"number {rank} of the CWE Top 25"))
    if candidate.status is Status.NEW:
        parts.append((8, "new in this change"))
    if candidate.origin.kind in {Provenance.AI, Provenance.MIXED}:
        parts.append((4, "written with AI"))
    if corroborated:
        parts.append((4, "two scanners agree"))
    if finding.suppressed_inline:
        parts.append((4, "somebody tried to silence it"))
    if _ASIDE.search(finding.at.path):
        parts.append((-25, "outside of what is shipped"))
    score = min(max(sum(weight for weight, _ in parts), 0), 100)
    ordered = sorted(parts, key=lambda part: -abs(part[0]))
    return Priority(score=score, reasons=tuple(reason for _, reason in ordered))
