"""Says who wrote lines, from what records claim; the strictest reading of each.

Whatever a change claims about itself can only make it costlier: a record that says "human"
leaves the lines unknown, and unknown counts as AI. Only a signature of a registered person makes
lines human, where the policy says so and nothing else in the commit speaks of an agent.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace

from aigate.domain.evidence import Claim, Grade
from aigate.domain.finding import Origin, Provenance
from aigate.domain.report import Authorship
from aigate.value import dataclass

_ORDER = list(Grade)
_MOST_CLAIMANTS = 50  # of one file in one commit; more only says less of each
_MOST_SHOWN = 10
_SHORTEST = 3  # letters and digits of a line that a digest can speak of

STATES = frozenset({"agent-trace"})
"""Records that say who wrote the lines of a file as it was then, and not what one commit brought."""

LineHash = Callable[[int], str]
"""Returns the digest of a line of the head, by its number, or the empty text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Neighbouring lines of a file of the head that one commit brought.

    `commit` is empty for what is not committed yet; `path` and `was` are the file and the first
    line there; `older` says that the reference has them already.
    """

    first: int
    last: int
    commit: str
    path: str
    was: int
    older: bool = False


@dataclass(frozen=True, slots=True)
class _Reach:
    """A claim with all its ranges, in order and without overlaps."""

    claim: Claim
    firsts: tuple[int, ...]
    lasts: tuple[int, ...]

    def holds(self, line: int) -> bool:
        """Tell whether it speaks of a line; without ranges it speaks of all."""
        at = bisect_right(self.firsts, line)
        return not self.firsts or (at > 0 and line <= self.lasts[at - 1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Testimony:
    """Claims by what they speak of; see `hear`."""

    signed: frozenset[str] = frozenset()
    wide: Mapping[str | None, tuple[Claim, ...]] = field(default_factory=dict)
    files: Mapping[tuple[str | None, str], tuple[_Reach, ...]] = field(default_factory=dict)
    heads: Mapping[str, tuple[_Reach, ...]] = field(default_factory=dict)
    hashed: Mapping[str, Mapping[str, Sequence[Claim]]] = field(default_factory=dict)
    placed: Mapping[str | None, frozenset[str]] = field(default_factory=dict)
    accused: frozenset[str | None] = frozenset()


def hear(
    claims: Iterable[Claim],
    signed: Collection[str] = (),
    *,
    alike: Collection[tuple[str, str]] = (),
) -> Testimony:
    """Sort claims by what they speak of.

    `signed` are the commits whose signature by a registered person counts as human authorship.
    `alike` are files of commits, as commit and path, that the head has unchanged: what `STATES`
    say of their lines is said of those of the head, whichever commit brought them.
    """
    heads: dict[str, list[Claim]] = defaultdict(list)
    wide: dict[str | None, list[Claim]] = defaultdict(list)
    files: dict[tuple[str | None, str], list[Claim]] = defaultdict(list)
    hashed: dict[str, dict[str, list[Claim]]] = defaultdict(lambda: defaultdict(list))
    placed: dict[str | None, set[str]] = defaultdict(set)
    accused = set()
    for claim in claims:
        if claim.kind is not Provenance.HUMAN and not (claim.commit is None and claim.path):
            accused.add(claim.commit)
        if claim.hashes:
            plain = replace(claim, hashes=frozenset())
            for one in claim.hashes:
                hashed[claim.path][one].append(plain)
        elif claim.path:
            files[claim.commit, claim.path].append(claim)
            if claim.source in STATES and claim.ranges and (claim.commit, claim.path) in alike:
                heads[claim.path].append(claim)
            if claim.kind is not Provenance.HUMAN:
                placed[claim.commit].add(claim.agent)
        else:
            wide[claim.commit].append(claim)
    return Testimony(
        signed=frozenset(signed),
        wide={key: tuple(dict.fromkeys(found)) for key, found in wide.items()},
        files={key: tuple(_reaches(found)) for key, found in files.items()},
        heads={path: tuple(_reaches(found)) for path, found in heads.items()},
        hashed=hashed,
        placed={key: frozenset(names) for key, names in placed.items()},
        accused=frozenset(accused),
    )


def line_hash(text: str) -> str:
    """Return the digest by which records name a line; empty for lines that say too little.

    Blanks around it are left out, so that a line keeps its name when it is indented anew.
    """
    bare = text.strip()
    if sum(map(str.isalnum, bare[:200])) < _SHORTEST:
        return ""
    return hashlib.sha256(bare.encode("utf-8", "surrogatepass")).hexdigest()


def origin_of(
    stretches: Iterable[Stretch],
    known: Testimony,
    *,
    path: str,
    hash_of: LineHash = lambda _line: "",
) -> Origin:
    """Return the origin of lines that belong together, such as those of a finding.

    Lines of several origins are `mixed` where people and agents are among them; what is unknown
    beside AI counts as AI anyway.
    """
    found = dict.fromkeys(
        origin for origin, _ in _by_line(stretches, known, path=path, hash_of=hash_of)
    )
    return _together(tuple(found))


def lines_of(
    stretches: Iterable[Stretch],
    known: Testimony,
    *,
    path: str,
    hash_of: LineHash = lambda _line: "",
) -> Iterator[tuple[int, Origin]]:
    """Yield each line with its origin."""
    for origin, numbers in _by_line(stretches, known, path=path, hash_of=hash_of):
        yield from ((number, origin) for number in numbers)


def authorship(origins: Iterable[tuple[Origin, int]]) -> Authorship:
    """Count added lines by who wrote them; each origin comes with a number of lines."""
    kinds: Counter[Provenance] = Counter()
    agents: Counter[str] = Counter()
    for origin, lines in origins:
        kinds[origin.kind] += lines
        for name in origin.agents:
            agents[name] += lines
    return Authorship(
        lines=sum(kinds.values()),
        by_kind=tuple((kind, kinds[kind]) for kind in Provenance),
        by_agent=tuple(sorted(agents.items(), key=lambda one: (-one[1], one[0]))),
    )


def _fewer(claims: Sequence[Claim]) -> tuple[Claim, ...]:
    """Return different claims, and of very many only that there were more of their kind."""
    found: dict[Claim, None] = {}
    for one in claims:
        found[_told(one, found)] = None
    return tuple(found)


def _told(claim: Claim, told: Collection[Claim]) -> Claim:
    """Return as much of a claim as is kept beside what was told: at last only that it is one."""
    if claim not in told and len(told) >= _MOST_CLAIMANTS:
        claim = replace(claim, session="", model="", detail="")
    if claim not in told and len(told) >= 2 * _MOST_CLAIMANTS:
        claim = replace(claim, agent="")
    return claim


def _reaches(claims: Sequence[Claim]) -> Iterator[_Reach]:
    """Put the ranges of equal claimants together, and look less closely if there are too many."""
    groups: dict[Claim, list[tuple[int, int]]] = {}
    for claim in claims:
        whole = not claim.ranges
        key = _told(replace(claim, ranges=()), groups)
        groups.setdefault(key, []).extend([(1, 1 << 62)] if whole else claim.ranges)
    for key, ranges in groups.items():
        joined: list[tuple[int, int]] = []
        for first, last in sorted(ranges):
            if joined and first <= joined[-1][1] + 1:
                joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
            else:
                joined.append((first, last))
        yield _Reach(key, tuple(one for one, _ in joined), tuple(one for _, one in joined))


def _by_line(
    stretches: Iterable[Stretch], known: Testimony, *, path: str, hash_of: LineHash
) -> Iterator[tuple[Origin, tuple[int, ...]]]:
    """Yield origins with the lines that have them, one yield for each stretch and origin."""
    # Lines are many and claims are large, so what was judged is known by numbers.
    judged: dict[tuple[str, str, tuple[int, ...], tuple[int, ...], str], Origin] = {}
    for stretch in stretches:
        grouped: dict[Origin, list[int]] = defaultdict(list)
        if stretch.older:
            yield Origin(), tuple(range(stretch.first, stretch.last + 1))
            continue
        shared = (*known.wide.get(stretch.commit, ()), *known.wide.get(None, ()))
        near = [
            reach
            for key in dict.fromkeys(
                ((stretch.commit, stretch.path), (None, stretch.path), (None, path))
            )
            for reach in known.files.get(key, ())
        ]
        of_head = known.heads.get(path, ())
        digests = {**known.hashed.get(stretch.path, {}), **known.hashed.get(path, {})}
        for line in range(stretch.first, stretch.last + 1):
            was = stretch.was + line - stretch.first
            held = tuple(at for at, reach in enumerate(near) if reach.holds(was))
            now = tuple(at for at, reach in enumerate(of_head) if reach.holds(line))
            digest = hash_of(line) if digests else ""
            told = digest if digest in digests else ""
            key = (stretch.commit, stretch.path, held, now, told)
            if key not in judged:
                own = (
                    *(near[at].claim for at in held),
                    *(of_head[at].claim for at in now),
                    *_fewer(digests.get(told, ())),
                )
                own = tuple(dict.fromkeys(own))
                judged[key] = _judged(own, shared, known, stretch.commit)
            grouped[judged[key]].append(line)
        for origin, numbers in grouped.items():
            yield origin, tuple(numbers)


def _judged(own: Sequence[Claim], shared: Sequence[Claim], known: Testimony, commit: str) -> Origin:
    """Return the origin of one line from the claims about it and about all of its commit."""
    if own:
        # Who is known to have written other lines of the commit explains what it says of itself.
        placed = known.placed.get(commit, frozenset())
        named = {claim.agent for claim in own}
        shared = [one for one in shared if one.agent in named or one.agent not in placed]
    claims = (*own, *shared)
    agents = [one for one in claims if one.kind is not Provenance.HUMAN]
    people = [one for one in claims if one.kind is Provenance.HUMAN]
    shown = tuple(dict.fromkeys(_words(one) for one in sorted(claims, key=_strength)))
    if not agents:
        proven = commit in known.signed and not {commit, None} & known.accused
        if proven:
            return Origin(
                kind=Provenance.HUMAN,
                evidence=("commit: signed by a registered person", *shown[:_MOST_SHOWN]),
                grade=Grade.SIGNED.value,
            )
        return Origin(evidence=shown[:_MOST_SHOWN])
    best = sorted(agents, key=_strength)
    mixed = people or any(one.kind is Provenance.MIXED for one in agents) or _disagree(agents)
    return Origin(
        kind=Provenance.MIXED if mixed else Provenance.AI,
        agent=", ".join(sorted({one.agent for one in agents if one.agent})),
        model=next((one.model for one in best if one.model), ""),
        session=next((one.session for one in best if one.session), ""),
        evidence=shown[:_MOST_SHOWN],
        grade=best[0].grade.value,
    )


def _disagree(agents: Sequence[Claim]) -> bool:
    """Tell whether two sources name agents of which none is the same."""
    by_source: dict[str, set[str]] = defaultdict(set)
    for one in agents:
        if one.agent:
            by_source[one.source].add(one.agent)
    sets = list(by_source.values())
    return any(not one & other for at, one in enumerate(sets) for other in sets[at + 1 :])


def _strength(claim: Claim) -> tuple[int, str, str, str]:
    return (_ORDER.index(claim.grade), claim.source, claim.agent, claim.detail)


def _words(claim: Claim) -> str:
    by = f" ({claim.detail})" if claim.detail else ""
    who = claim.agent or claim.kind.value
    human = ", which nobody signed" if claim.kind is Provenance.HUMAN else ""
    return f"{claim.source}{by}: {who}{human}"


def _together(origins: Sequence[Origin]) -> Origin:
    if len(origins) == 1:
        return origins[0]
    kinds = {one.kind for one in origins}
    spoken = [one for one in origins if one.kind in {Provenance.AI, Provenance.MIXED}]
    evidence = tuple(dict.fromkeys(text for one in origins for text in one.evidence))
    if not spoken:
        # What is signed beside what nobody knows is not known.
        return Origin(evidence=evidence[:_MOST_SHOWN])
    mixed = kinds & {Provenance.MIXED, Provenance.HUMAN}
    return Origin(
        kind=Provenance.MIXED if mixed else Provenance.AI,
        agent=", ".join(sorted({name for one in spoken for name in one.agents})),
        model=next((one.model for one in spoken if one.model), ""),
        session=next((one.session for one in spoken if one.session), ""),
        evidence=evidence[:_MOST_SHOWN],
        grade=max((one.grade for one in spoken), key=_weakness),
    )


def _weakness(grade: str) -> int:
    return _ORDER.index(Grade(grade))
