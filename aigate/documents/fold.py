"""Lays policy documents on each other, so that one `Policy` comes out.

What a document says replaces what it extends: a requirement of the same id, the scanners, the
branches, an acceptance limit. Exclusions, rule files and seats are added. A document with
`floor: true` holds against all that do not belong to it: their requirements are added to its
own, and whatever else would loosen it is a mistake.
"""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import fields, replace
from typing import TypeVar

from aigate.documents.decode import place_of
from aigate.documents.mistakes import Mistakes
from aigate.documents.nodes import Node
from aigate.documents.policy_file import ApprovedNames, Owners, PolicyFile, Provenance
from aigate.domain.policy import (
    AcceptanceLimit,
    AiTrailer,
    Approved,
    Assurance,
    Exclusion,
    Mode,
    Policy,
    Requirement,
    SeatRule,
    Source,
)
from aigate.engine.patterns import matches_name
from aigate.value import dataclass

BUILT_IN = "aigate:"
"""What references to packs that ship with the product start with."""

_Item = TypeVar("_Item")
_WILD = frozenset("*?[")


@dataclass(frozen=True, slots=True)
class Layer:
    """One document: its reference, what it says, and the references of all that it extends."""

    ref: str
    file: PolicyFile
    node: Node
    requirements: tuple[tuple[Requirement, Source], ...]
    ancestors: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Floor:
    """A document that may only be tightened, with all that it extends folded in."""

    layer: Layer
    policy: Policy

    def holds(self, layer: Layer) -> bool:
        """Tell whether a document is none of those that make up the floor itself."""
        return layer.ref != self.layer.ref and layer.ref not in self.layer.ancestors


def fold(layers: Sequence[Layer], mistakes: Mistakes) -> Policy:
    """Fold documents, those that are extended first, and note where one loosens a floor."""
    floors: list[_Floor] = []
    for layer in layers:
        if layer.file.floor:
            own = [part for part in layers if part.ref in layer.ancestors | {layer.ref}]
            floors.append(_Floor(layer, _stacked(own, floors)))
    for floor in floors:
        for layer in layers:
            if floor.holds(layer):
                # Of two floors that do not know each other the stricter counts, field by field;
                # only an exclusion has no stricter half.
                strangers = layer.file.floor and floor.layer.ref not in layer.ancestors
                for key, text in _loosened(floor.policy, layer.file):
                    if strangers and key != "scope":
                        continue
                    told = f"{text} `{floor.layer.ref}`, which is a floor"
                    mistakes.within(layer.ref).add(place_of(layer.node, key), told)
    return _stacked(layers, floors)


def resolved(text: str, ref: str) -> str:
    """Return the reference that a text in the document `ref` stands for."""
    if text.startswith(BUILT_IN):
        return text
    return posixpath.join(posixpath.dirname(ref), text)


def _stacked(layers: Sequence[Layer], floors: Sequence[_Floor]) -> Policy:
    policy = Policy(name="")
    for layer in layers:
        held = {
            id(requirement)
            for floor in floors
            if floor.holds(layer)
            for requirement in floor.policy.requirements
        }
        policy = _laid_on(policy, layer, held)
    present = {layer.ref for layer in layers}
    for floor in floors:
        if floor.layer.ref in present:
            policy = _tightened(policy, floor.policy)
    return policy


def _laid_on(policy: Policy, layer: Layer, held: set[int]) -> Policy:
    file = layer.file
    given = {requirement.id for requirement, _ in layer.requirements}
    kept = [
        (requirement, source)
        for requirement, source in zip(policy.requirements, policy.sources, strict=True)
        if requirement.id not in given or id(requirement) in held
    ]
    added = [(requirement, (requirement.id, source)) for requirement, source in layer.requirements]
    excluded = file.scope.exclude if file.scope else ()
    told = file.provenance or Provenance()
    required = file.scanners.required if file.scanners else None
    return replace(
        policy,
        name=file.name,
        mode=file.mode or policy.mode,
        min_gate_version=file.min_gate_version or policy.min_gate_version,
        protected_branches=file.protected_branches or policy.protected_branches,
        exclusions=_once(
            policy.exclusions,
            (Exclusion(paths=part.paths, reason=part.reason) for part in excluded),
        ),
        required_scanners=policy.required_scanners if required is None else required,
        locked_scanners=_locked(policy.locked_scanners, _locks(file)),
        rule_files=_once(policy.rule_files, (resolved(rule, layer.ref) for rule in file.rules)),
        requirements=tuple(requirement for requirement, _ in kept + added),
        sources=tuple(source for _, source in kept + added),
        seats=policy.seats + _seats(file.owners),
        ai_trailer=told.ai_trailer or policy.ai_trailer,
        signed_humans=policy.signed_humans if told.signed_humans is None else told.signed_humans,
        acceptance=_limits(policy.acceptance, _given_limits(file)),
        approved=_approved(policy.approved, file.approved),
    )


def _tightened(policy: Policy, floor: Policy) -> Policy:
    return replace(
        policy,
        mode=floor.mode if policy.mode is Mode.ADVISORY else policy.mode,
        min_gate_version=max(policy.min_gate_version, floor.min_gate_version, key=_number),
        protected_branches=_once(policy.protected_branches, floor.protected_branches),
        required_scanners=_once(policy.required_scanners, floor.required_scanners),
        locked_scanners=_locked(policy.locked_scanners, floor.locked_scanners),
        ai_trailer=floor.ai_trailer
        if _weaker(policy.ai_trailer, floor.ai_trailer)
        else policy.ai_trailer,
        signed_humans=policy.signed_humans and floor.signed_humans,
        approved=_both(policy.approved, floor.approved),
        acceptance=_limits(
            policy.acceptance,
            (
                _strictest(held, limit)
                for held in floor.acceptance
                for limit in policy.acceptance
                if limit.severity is held.severity
            ),
        ),
    )


def _loosened(floor: Policy, file: PolicyFile) -> Iterator[tuple[str, str]]:
    """Yield the field, and what is wrong with it, wherever a document would loosen a floor."""
    if file.scope:
        yield "scope", "an exclusion would loosen"
    if file.mode is Mode.ADVISORY and floor.mode is not Mode.ADVISORY:
        yield "mode", "`advisory` would loosen"
    if file.min_gate_version and _number(file.min_gate_version) < _number(floor.min_gate_version):
        yield "min-gate-version", "an older gate would loosen"
    yield from _looser_scanners(floor, file)
    if file.protected_branches:
        for name in _without(floor.protected_branches, file.protected_branches):
            yield "protected-branches", f"leaving out `{name}` would loosen"
    yield from _less_disclosed(floor, file.provenance or Provenance())
    yield from _more_approved(floor.approved, _approved(Approved(), file.approved))
    held = {limit.severity: limit for limit in floor.acceptance}
    for limit in _given_limits(file):
        if _strictest(held.get(limit.severity, limit), limit) != limit:
            yield "acceptance", f"the limit for `{limit.severity.word}` would loosen"


def _looser_scanners(floor: Policy, file: PolicyFile) -> Iterator[tuple[str, str]]:
    if file.scanners and file.scanners.required is not None:
        for name in _without(floor.required_scanners, file.scanners.required):
            yield "scanners", f"leaving out `{name}` would loosen"
    held = dict(floor.locked_scanners)
    for name, version in _locks(file):
        if held.get(name, version) != version:
            yield "scanners", f"another version of `{name}` would loosen"


def _less_disclosed(floor: Policy, asked: Provenance) -> Iterator[tuple[str, str]]:
    if asked.ai_trailer and _weaker(asked.ai_trailer, floor.ai_trailer):
        yield "provenance", f"`ai-trailer: {asked.ai_trailer.value}` would loosen"
    if asked.signed_humans and not floor.signed_humans:
        yield "provenance", "`signed-humans` would loosen"


def _approved(before: Approved, said: ApprovedNames | None) -> Approved:
    if said is None:
        return before
    given = {part.name: getattr(said, part.name) for part in fields(said)}
    return replace(before, **{key: names for key, names in given.items() if names is not None})


def _both(one: Approved, other: Approved) -> Approved:
    """Return what two policies approve of, each of which may have no list."""
    lists: dict[str, tuple[str, ...] | None] = {}
    for part in fields(Approved):
        first, second = getattr(one, part.name), getattr(other, part.name)
        if first is None or second is None:
            lists[part.name] = second if first is None else first
        else:
            kept = [name for name in first if _allows(second, name)]
            kept += [name for name in second if _allows(first, name)]
            lists[part.name] = tuple(dict.fromkeys(kept))
    return Approved(**lists)


def _more_approved(floor: Approved, asked: Approved) -> Iterator[tuple[str, str]]:
    for part in fields(Approved):
        held = getattr(floor, part.name)
        for name in getattr(asked, part.name) or ():
            if held is not None and not _allows(held, name):
                yield "approved", f"approving `{name}` would loosen"


def _allows(patterns: Collection[str], name: str) -> bool:
    """Tell whether a name, or every name that a pattern stands for, is among those allowed."""
    if not _WILD & set(name):
        return any(matches_name(pattern, name) for pattern in patterns)
    # Of patterns only the plain case is decided: one that begins with what another asks for.
    starts = (p[:-1] for p in patterns if p.endswith("*") and not _WILD & set(p[:-1]))
    return name in patterns or any(name.startswith(start) for start in starts)


def _weaker(one: AiTrailer, other: AiTrailer) -> bool:
    """Tell whether a demand lets through what the other does not."""
    return (
        one is not other
        and other is not AiTrailer.NONE
        and not (other is AiTrailer.EITHER and one is not AiTrailer.NONE)
    )


def _locks(file: PolicyFile) -> tuple[tuple[str, str], ...]:
    locks = [lock.partition("==") for lock in file.scanners.locked] if file.scanners else []
    return tuple((name, version) for name, _, version in locks)


def _locked(
    before: tuple[tuple[str, str], ...], more: tuple[tuple[str, str], ...]
) -> tuple[tuple[str, str], ...]:
    return tuple(sorted({**dict(before), **dict(more)}.items()))


def _without(wanted: Iterable[str], given: Sequence[str]) -> list[str]:
    return [name for name in wanted if name not in given]


def _once(before: tuple[_Item, ...], more: Iterable[_Item]) -> tuple[_Item, ...]:
    return tuple(dict.fromkeys((*before, *more)))


def _seats(owners: Owners | None) -> tuple[SeatRule, ...]:
    if not owners:
        return ()
    default = SeatRule(developer=owners.developer, security=owners.security)
    rules = [default] if owners.developer or owners.security else []
    for part in owners.paths:
        seats = SeatRule(
            paths=part.paths,
            severities=part.severity,
            developer=part.developer,
            security=part.security,
        )
        rules.append(seats)
    return tuple(rules)


def _given_limits(file: PolicyFile) -> tuple[AcceptanceLimit, ...]:
    return tuple(
        AcceptanceLimit(severity=part.severity, longest=part.longest, assurance=part.assurance)
        for part in file.acceptance
    )


def _limits(
    before: Iterable[AcceptanceLimit], more: Iterable[AcceptanceLimit]
) -> tuple[AcceptanceLimit, ...]:
    found = {limit.severity: limit for limit in (*before, *more)}
    return tuple(found[severity] for severity in sorted(found, reverse=True))


def _strictest(one: AcceptanceLimit, other: AcceptanceLimit) -> AcceptanceLimit:
    order = list(Assurance)
    return AcceptanceLimit(
        severity=one.severity,
        longest=min(one.longest, other.longest),
        assurance=min(one.assurance, other.assurance, key=order.index),
    )


def _number(version: str) -> tuple[int, ...]:
    """Return a version as numbers that compare; no version is the oldest."""
    parts = [int(part) for part in version.split(".")] if version else []
    return (*parts, *[0] * (3 - len(parts)))
