"""Gathers what the history says about findings: who brought them, who merged them, and when.

What is new comes from a commit of the change, and is first seen today. What was there before is
followed back on the line of first parents of the reference: it is first seen when the commit
that brought the matched text, in as many copies, was made. Nothing that a change says about
itself has a part in that; see docs/decisions/0008-first-sight.md.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial

from aigate.domain.accountability import Person
from aigate.domain.finding import Candidate, Finding, Introduction, Status
from aigate.domain.tree import Entry, Unit
from aigate.engine.attribute import UNKNOWN, Attribution
from aigate.engine.people import answering
from aigate.engine.presence import lines_of, wanted
from aigate.errors import AigateError
from aigate.value import dataclass
from aigate.workspace import git, history, sides
from aigate.workspace.arrivals import LARGEST, Trail, follow, units_of
from aigate.workspace.blame import (
    BlamedLines,
    Course,
    Question,
    ask_all,
    is_straight,
    who_brought,
)
from aigate.workspace.history import History
from aigate.workspace.past import Past, opened_past

# Code hosts commit in the place of whoever clicked.
_HOSTS = frozenset({"noreply@github.com", "noreply@gitlab.com"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Everything that attribution looks at.

    `base` is the tree whose history counts: the reference, or the commit that a whole tree grew
    from; `compared` says which. `before` are the findings of the reference, and `has_date` tells
    of which of what was there before the date is shown. `history` are the commits of the change,
    None if nobody has read them.
    """

    repository: git.Repository
    base: sides.Tree
    head: sides.Tree
    compared: bool
    units: Sequence[Unit]
    before: Sequence[Finding]
    people: Sequence[Person]
    has_date: Callable[[Candidate], bool]
    at: datetime
    history: History | None = None
    jobs: int = 2


def attributions(candidates: Sequence[Candidate], scene: Scene) -> tuple[Attribution, ...]:
    """Return what the history says about each finding; where it cannot tell, nothing."""
    today = Attribution(first_seen=scene.at.date())
    found: dict[int, Attribution] = {}
    fresh: dict[int, Candidate] = {}
    old: dict[int, Candidate] = {}
    for number, candidate in enumerate(candidates):
        if scene.compared and candidate.status is Status.NEW:
            found[number] = today
            fresh[number] = candidate
        elif scene.has_date(candidate):
            old[number] = candidate
    try:
        if fresh:
            found |= _brought(fresh, scene)
        if old:
            found |= _arrived(old, scene)
    except AigateError:
        # Who answers decides nothing, and what decides is read by others, who complain.
        pass
    return tuple(found.get(number, UNKNOWN) for number in range(len(candidates)))


# What the change brings.


def _brought(fresh: Mapping[int, Candidate], scene: Scene) -> dict[int, Attribution]:
    repository, head = scene.repository, scene.head
    tip = head.commit.id if head.commit else git.head_commit(repository) or ""
    since = scene.base.side.commit
    asked = {candidate.finding.at.path for candidate in fresh.values()}
    # Of the contents no more is held than is needed: all of them together may be very large.
    plain: dict[str, bool] = {}
    put: dict[str, bytes] | None = None
    gone: set[str] = set()
    entries: Sequence[Entry] = ()
    before: dict[str, str] = {}
    own = {entry.path: entry.blob for entry in head.entries}
    if head.commit is None:
        entries = sides.entries_of(repository, tip, near=scene.base) if tip else ()
        before = {entry.path: entry.blob for entry in entries}
        put = {}
        gone = before.keys() - own.keys()
    for path, data in _contents(head, asked):
        plain[path] = _has_lines_of_git(data)
        if put is not None and before.get(path) != own[path]:
            put[path] = data
    whole = scene.history or history.commits_of(repository, since, tip)
    commits_known = None if whole.problem else whole.commits
    course = Course(
        tip=tip,
        since=since,
        commits=commits_known,
        put=put,
        gone=gone,
        below=lambda: entries,
    )
    told = who_brought(repository, _questions(fresh.values(), plain), course, jobs=scene.jobs)
    if commits_known is not None and is_straight(commits_known, tip, since):
        order = {one.id: number for number, one in enumerate(commits_known)}
    else:
        order = _order(repository, tip, since)
    facts = git.facts_of(
        repository, {o.commit for rows in told.values() for o in rows} & order.keys()
    )
    nobody_yet = _who_commits(scene) if put is not None else ""
    found = {}
    for number, candidate in fresh.items():
        rows = _covering(told.get(candidate.finding.at.path, ()), candidate.finding, plain)
        commits = sorted((o.commit for o in rows if o.commit in facts), key=order.__getitem__)
        one = Attribution(first_seen=scene.at.date())
        if any(not row.commit for row in rows):
            one = replace(one, author=nobody_yet)
        elif commits:
            one = _by(facts[commits[0]], one, scene.people)
        elif head.commit and head.commit.parents == (since,):
            # What is gone or only stands in new surroundings has no line of its own.
            one = _by(head.commit, one, scene.people)
        found[number] = one
    return found


def _by(commit: git.CommitFacts, one: Attribution, people: Sequence[Person]) -> Attribution:
    return replace(
        one,
        introduced=Introduction(commit=commit.id, author=commit.author_name),
        author=answering(people, (commit.author_name, commit.author_email)),
    )


def _contents(tree: sides.Tree, paths: Container[str]) -> Iterator[tuple[str, bytes]]:
    entries = [e for e in tree.entries if e.path in paths and e.mode != git.SUBMODULE_MODE]
    named: dict[str, list[str]] = defaultdict(list)
    for entry in entries:
        named[entry.blob].append(entry.path)
    for blob in tree.read(entries):
        if not blob.problem:
            yield from ((path, blob.data) for path in named[blob.id])


def _questions(candidates: Iterable[Candidate], plain: Mapping[str, bool]) -> Iterator[Question]:
    lines: dict[str, list[tuple[int, int]]] = defaultdict(list)
    whole = set()
    for finding in (candidate.finding for candidate in candidates):
        at = finding.at
        lines[at.path].append((at.line, at.end_line))
        if _is_whole(finding, plain):
            whole.add(at.path)
    for path, ranges in sorted(lines.items()):
        if path in plain:
            yield Question(path=path, lines=() if path in whole else tuple(ranges))


def _is_whole(finding: Finding, plain: Mapping[str, bool]) -> bool:
    """Tell whether a finding is about a file as such, or its lines are not those of git."""
    at = finding.at
    about_file = (at.line, at.column) == (at.end_line, at.end_column)
    return about_file or not plain.get(at.path, True)


def _has_lines_of_git(data: bytes) -> bool:
    # For git only a line feed ends a line; the carriage returns of old and the line feeds in
    # two or four bytes make other lines, and so may odd encodings.
    odd = data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data
    return not odd and data.count(b"\r") == data.count(b"\r\n")


def _covering(
    rows: Iterable[BlamedLines], finding: Finding, plain: Mapping[str, bool]
) -> list[BlamedLines]:
    at, whole = finding.at, _is_whole(finding, plain)
    return [
        row
        for row in rows
        if not row.boundary and (whole or (row.first <= at.end_line and at.line <= row.last))
    ]


def _order(repository: git.Repository, tip: str, since: str) -> dict[str, int]:
    """Number the commits of a change, the newest first, whatever dates they claim."""
    if not tip or tip == since:
        return {}
    options = ("--topo-order", "--max-count=20000", "--end-of-options", tip)
    done = repository.call("rev-list", *options, *([f"^{since}"] if since else []))
    ids = done.out.decode("ascii", "replace").split() if done.code == 0 else []
    return {commit: number for number, commit in enumerate(ids)}


# What was there before.


def _arrived(old: Mapping[int, Candidate], scene: Scene) -> dict[int, Attribution]:
    trails = _trails(old, scene)
    commit = scene.base.side.commit
    if not commit:
        return {} if scene.compared else dict.fromkeys(trails, _uncommitted(scene))
    with opened_past(scene.repository) as past:
        line = follow(past, commit, list(trails.values()))
        if not line.commits:
            return {}
        there = {n: trail for n, trail in trails.items() if trail.at >= 0 and not trail.unknown}
        facts = git.facts_of(scene.repository, {line.commits[t.at] for t in there.values()})
        merged = {
            number: trail
            for number, trail in there.items()
            if (commit_facts := facts.get(line.commits[trail.at])) and len(commit_facts.parents) > 1
        }
        inside = _inside(merged, {n: facts[line.commits[t.at]] for n, t in merged.items()}, past)
    facts |= git.facts_of(scene.repository, inside.values())
    found = {}
    for number, trail in trails.items():
        if number not in there:
            if not scene.compared and not trail.unknown:
                found[number] = _uncommitted(scene)
            continue
        brought = facts.get(line.commits[trail.at])
        seen = _day(line.time(trail.at), scene.at)
        # Where a shallow clone ends, everything seems to begin.
        if brought is not None and seen is not None:
            one = Attribution(first_seen=seen, merger=_merger(brought, scene.people))
            found[number] = _by(facts.get(inside.get(number, ""), brought), one, scene.people)
    return found


def _trails(old: Mapping[int, Candidate], scene: Scene) -> dict[int, Trail]:
    units: dict[str, list[Unit]] = defaultdict(list)
    for unit in scene.units:
        units[unit.path].append(unit)
    known = {entry.path for entry in scene.base.entries}
    elsewhere = {(f.rule, f.match): f.at.path for f in reversed(scene.before)}
    found = {}
    copies: Counter[str] = Counter()
    for number, candidate in old.items():
        finding = candidate.finding
        # Of equal ones that were there, the first is as old as the first that came.
        copies[finding.fingerprint] += 1
        path = finding.at.path
        if scene.compared and path not in known:
            path = elsewhere.get((finding.rule, finding.match), path)
        one = wanted(finding, units[finding.at.path])
        if one is not None:
            found[number] = Trail(replace(one, times=copies[finding.fingerprint]), path)
    return found


def _uncommitted(scene: Scene) -> Attribution:
    author = _who_commits(scene) if scene.head.commit is None else ""
    return Attribution(first_seen=scene.at.date(), author=author)


def _who_commits(scene: Scene) -> str:
    """Return the registered person whose name a commit made here would carry."""
    people = scene.people
    return answering(people, git.identity(scene.repository)) if people else ""


def _inside(
    merged: Mapping[int, Trail], merges: Mapping[int, git.CommitFacts], past: Past
) -> dict[int, str]:
    """Return, for what merges brought, the commits of the merged branches that have it from."""
    blobs = {trail.there.blob for trail in merged.values() if trail.there}
    contents = {b.id: b.data for b in git.read_blobs(past.repository, blobs, limit=LARGEST)}
    places: dict[int, tuple[tuple[int, int], ...]] = {}
    by_merge: dict[str, list[int]] = defaultdict(list)
    for number, trail in merged.items():
        if trail.there is not None:
            units = units_of(trail.path_there, trail.there, contents.get(trail.there.blob, b""))
            places[number] = lines_of(trail.one, units)
            by_merge[merges[number].id].append(number)
    found = {}
    for merge, numbers in sorted(by_merge.items()):
        first = merges[numbers[0]].parents[0]
        asked: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for number in numbers:
            asked[merged[number].path_there] += places[number]
        questions = [Question(path=path, lines=tuple(asked[path])) for path in sorted(asked)]
        told = ask_all(past, questions, revision=merge, since=first)
        order: dict[str, int] = {}
        for number in numbers:
            rows = told.get(merged[number].path_there, ())
            commits = {row.commit for row in rows if _is_in(row, places[number])}
            if len(commits) > 1:
                order = order or _order(past.repository, merge, first)
            if commits:
                found[number] = min(commits, key=partial(_place, order))
    return found


def _place(order: Mapping[str, int], commit: str) -> tuple[int, str]:
    return order.get(commit, len(order)), commit


def _is_in(row: BlamedLines, ranges: Sequence[tuple[int, int]]) -> bool:
    inside = any(row.first <= last and first <= row.last for first, last in ranges)
    return not row.boundary and (inside or not ranges)


def _merger(commit: git.CommitFacts, people: Sequence[Person]) -> str:
    """Return who took a commit into the reference, where that is not who wrote it."""
    author = (commit.author_name, commit.author_email)
    committer = (commit.committer_name, commit.committer_email)
    if len(commit.parents) > 1:
        claim = author
    elif committer != author and commit.committer_email.casefold() not in _HOSTS:
        claim = committer
    else:
        return ""
    return answering(people, claim) or claim[0]


def _day(seconds: int | None, at: datetime) -> date | None:
    if seconds is None:
        return None
    try:
        return min(datetime.fromtimestamp(max(seconds, 0), UTC), at).date()
    except (ValueError, OverflowError, OSError):
        return at.date()  # a clock that is far ahead
