"""Brings together findings of several rules that mean the same place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from aigate.domain.finding import Finding


def group(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Give findings that mean one place the same `group`; none is dropped or changed otherwise.

    Two findings of different rules mean one place when their lines overlap and they name a
    weakness in common. The group is named after the fingerprint and occurrence of its worst
    member; a finding that is alone has no group.
    """
    grouped = list(findings)
    for indices in _same_place(findings):
        worst = max(indices, key=lambda i: (findings[i].severity, findings[i].scanner, -i))
        name = f"{findings[worst].fingerprint}:{findings[worst].occurrence}"
        for i in indices:
            grouped[i] = replace(findings[i], group=name)
    return tuple(grouped)


def _same_place(findings: Sequence[Finding]) -> Iterator[list[int]]:
    """Yield each set of two or more findings, as indices, that mean one place."""
    leader = list(range(len(findings)))

    def find(index: int) -> int:
        while leader[index] != index:
            index = leader[index]
        return index

    for one, other in _overlapping(findings):
        if findings[one].rule != findings[other].rule and (
            set(findings[one].cwe) & set(findings[other].cwe)
        ):
            leader[find(one)] = find(other)
    members: dict[int, list[int]] = defaultdict(list)
    for index in range(len(findings)):
        members[find(index)].append(index)
    return (indices for indices in members.values() if len(indices) > 1)


def _overlapping(findings: Sequence[Finding]) -> Iterator[tuple[int, int]]:
    by_file: dict[tuple[str, int], list[int]] = defaultdict(list)
    for index, finding in enumerate(findings):
        by_file[finding.at.path, finding.at.cell].append(index)
    for indices in by_file.values():
        active: list[int] = []
        for index in sorted(indices, key=lambda i: findings[i].at):
            active = [i for i in active if findings[i].at.end_line >= findings[index].at.line]
            yield from ((index, other) for other in active)
            active.append(index)
