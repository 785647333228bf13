"""Sorts out what a baseline may list, and what has become of one since it was signed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from enum import StrEnum

from aigate.domain.accountability import Binding
from aigate.domain.finding import Action, Candidate, Finding, Status
from aigate.domain.policy import Policy
from aigate.domain.severity import Severity
from aigate.engine.acceptance import covers, differences
from aigate.engine.decide import demand
from aigate.engine.patterns import matches_name, matches_path
from aigate.engine.place import SECRET_CWES
from aigate.value import dataclass

Place = tuple[str, str, str]
"""Where identical matches are counted together: fingerprint, context and scope."""


class LeftOut(StrEnum):
    """Why a finding is not in a baseline."""

    ELSEWHERE = "elsewhere"
    """It is outside of the paths or rules that were asked for."""
    HARMLESS = "harmless"
    """The policy does not block it."""
    FORBIDDEN = "forbidden"
    """The policy lets nobody accept it."""
    SECRET = "secret"  # noqa: S105 - a word, and no secret
    """It is a secret, and nobody asked for its rule by name."""
    NEEDS_TOUCH = "needs-touch"
    """Its severity asks for a touch that the signer's key does not show."""
    TOO_LONG = "too-long"
    """Its severity may not be accepted for so long."""
    SIGNED = "signed"
    """Other terms, which last as long, name it already."""


_WHATEVER_WAS_SIGNED = frozenset({LeftOut.ELSEWHERE, LeftOut.HARMLESS, LeftOut.FORBIDDEN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What a baseline may list.

    `paths` and `rules` are patterns, and none of them means all. `signed` says how many copies
    in each place other terms name already.
    """

    policy: Policy
    paths: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    too_long: frozenset[Severity] = frozenset()
    needs_touch: frozenset[Severity] = frozenset()
    signed: Mapping[Place, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """The findings that a baseline lists, and the others by the reason."""

    listed: tuple[Finding, ...]
    left_out: Mapping[LeftOut, tuple[Finding, ...]]


def sort_out(candidates: Sequence[Candidate], bounds: Bounds) -> Sorted:
    """Tell what a baseline of these findings may list; the reason is the first that applies."""
    together: dict[Place, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        together[place_of(candidate.finding)].append(candidate)
    listed: list[Finding] = []
    left_out: dict[LeftOut, list[Finding]] = defaultdict(list)
    for where, copies in together.items():
        # Copies in one place are listed together or not at all, since they share a count.
        reasons = {_left_out(candidate, bounds) for candidate in copies}
        reason = next((each for each in LeftOut if each in reasons), None)
        if reason not in _WHATEVER_WAS_SIGNED and bounds.signed.get(where, 0) >= len(copies):
            reason = LeftOut.SIGNED
        (listed if reason is None else left_out[reason]).extend(c.finding for c in copies)
    return Sorted(
        listed=tuple(listed), left_out={reason: tuple(found) for reason, found in left_out.items()}
    )


def place_of(one: Finding | Binding) -> Place:
    """Return where a finding is counted together with identical ones."""
    return (one.fingerprint, one.context, one.scope)


def _left_out(candidate: Candidate, bounds: Bounds) -> LeftOut | None:
    finding = candidate.finding
    if bounds.paths and not any(is_below(each, finding.at.path) for each in bounds.paths):
        return LeftOut.ELSEWHERE
    if bounds.rules and not any(matches_name(each, finding.rule) for each in bounds.rules):
        return LeftOut.ELSEWHERE
    # It is there already for each change to come, and new where a whole tree is judged.
    asked = {demand(replace(candidate, status=one), bounds.policy).action for one in Status}
    if Action.JOINT not in asked:
        return LeftOut.FORBIDDEN if Action.FORBID in asked else LeftOut.HARMLESS
    if _is_secret(finding) and finding.rule not in bounds.rules:
        return LeftOut.SECRET
    if finding.severity in bounds.needs_touch:
        return LeftOut.NEEDS_TOUCH
    return LeftOut.TOO_LONG if finding.severity in bounds.too_long else None


def _is_secret(finding: Finding) -> bool:
    return finding.secret or not SECRET_CWES.isdisjoint(finding.cwe)


def is_below(pattern: str, path: str) -> bool:
    """Tell whether a path is what a person means, who may leave out the `/` of a folder."""
    return matches_path(pattern, path) or matches_path(pattern.rstrip("/") + "/", path)


def bindings_of(findings: Iterable[Finding]) -> tuple[Binding, ...]:
    """Return what ties terms to findings: one binding for each place, in order of paths."""
    together: dict[Place, list[Finding]] = defaultdict(list)
    for finding in findings:
        together[place_of(finding)].append(finding)
    bindings = (_binding(copies) for copies in together.values())
    return tuple(sorted(bindings, key=lambda b: (b.path, b.rule, *place_of(b))))


def _binding(copies: Sequence[Finding]) -> Binding:
    first = copies[0]
    return Binding(
        fingerprint=first.fingerprint,
        rule=first.rule,
        rule_digest=first.rule_digest,
        severity=max(one.severity for one in copies),
        path=first.at.path,
        match=first.match,
        context=first.context,
        scope=first.scope,
        count=len(copies),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """What is no longer as it was signed.

    `gone` are bindings, and how many of their copies are no longer there; `changed` findings
    that are there in another way, each with what differs.
    """

    gone: tuple[tuple[Binding, int], ...]
    changed: tuple[tuple[Finding, tuple[str, ...]], ...]


def drift(bindings: Sequence[Binding], findings: Iterable[Finding]) -> Drift:
    """Compare what was signed with what is there now."""
    now: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        now[finding.fingerprint].append(finding)
    then: dict[str, list[Binding]] = defaultdict(list)
    for one in bindings:
        then[one.fingerprint].append(one)
    gone: list[tuple[Binding, int]] = []
    changed: list[tuple[Finding, tuple[str, ...]]] = []
    for name, wanted in then.items():
        copies = now.get(name, [])
        (covered,) = covers(copies, [wanted])
        gone += _gone(wanted, covered)
        for finding, binding in zip(copies, covered, strict=True):
            if binding is not None and (differing := tuple(differences(finding, binding))):
                changed.append((finding, differing))
    return Drift(gone=tuple(gone), changed=tuple(changed))


def _gone(
    wanted: Iterable[Binding], covered: Collection[Binding | None]
) -> Iterator[tuple[Binding, int]]:
    used: dict[Place, int] = defaultdict(int)
    for binding in covered:
        if binding is not None:
            used[place_of(binding)] += 1
    for one in wanted:
        missing = one.count - used[place_of(one)]
        if missing > 0:
            yield one, missing
