"""Tells which commits of a change a merge brought."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from aigate.domain.evidence import Commit
from aigate.value import dataclass


@dataclass(frozen=True, slots=True)
class Ancestry:
    """Which commits of a change lie below which; see `ancestry`.

    Sets of commits are numbers, with one bit for each: changes of thousands of merges are small
    that way, and what one merge brought is told at once.
    """

    ids: tuple[str, ...]
    below: Mapping[str, int]

    def brought(self, merge: Commit) -> int:
        """Return the set of what came with a merge: the merge, and what its first parent lacks."""
        found = 0
        for parent in merge.parents[1:]:
            found |= self.below.get(parent, 0)
        own = self.below.get(merge.id, 0)
        for parent in merge.parents:
            own &= ~self.below.get(parent, 0)
        return found & ~self.below.get(merge.parents[0], 0) | own

    def members(self, commits: int) -> tuple[str, ...]:
        """Return the ids in a set of commits."""
        found = []
        while commits:
            least = commits & -commits
            found.append(self.ids[least.bit_length() - 1])
            commits ^= least
        return tuple(found)


def ancestry(commits: Sequence[Commit]) -> Ancestry:
    """Return which of these commits lie below which, each below itself."""
    known = {one.id: one for one in commits}
    place = {name: at for at, name in enumerate(known)}
    below: dict[str, int] = {}
    for start in known:
        rest = [start]
        while rest:
            name = rest[-1]
            parents = [one for one in known[name].parents if one in known]
            missing = [] if name in below else [one for one in parents if one not in below]
            if missing:
                rest += missing
                continue
            rest.pop()
            if name not in below:
                below[name] = _union(below[one] for one in parents) | 1 << place[name]
    return Ancestry(tuple(known), below)


def _union(sets: Iterable[int]) -> int:
    found = 0
    for one in sets:
        found |= one
    return found
