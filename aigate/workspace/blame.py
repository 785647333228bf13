"""Tells which commit brought the lines of a file.

Only ids of commits are taken from `git blame`; what a commit says about itself is read from
its own bytes. What cannot be told is an empty answer, and never an error: who brought a line
decides about duties, and not about verdicts.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING

from aigate.domain.regex import regex
from aigate.errors import AigateError
from aigate.value import dataclass
from aigate.workspace.git import Repository, head_commit
from aigate.workspace.past import Past, differences, ends_of, opened_past

if TYPE_CHECKING:
    from aigate.domain.evidence import Commit
    from aigate.domain.tree import Entry
    from aigate.workspace.brought import Line, Step

PATIENCE = 20.0
"""How long one file may take, in seconds."""

ALTOGETHER = 60.0
"""How long many files may take together: those left then have no answer."""

_GROUP = regex(rb"([0-9a-f]{40}(?:[0-9a-f]{24})?) (\d+) (\d+) (\d+)")
_ESCAPE = regex(rb'\\([0-7]{3}|[abfnrtv"\\])')
_ESCAPED = {b"a": 7, b"b": 8, b"f": 12, b"n": 10, b"r": 13, b"t": 9, b"v": 11, b'"': 34, b"\\": 92}

# More ranges than this cost more than the whole file.
_MOST_RANGES = 200
_OPTIONS = (
    "--incremental",
    "--root",
    "--no-textconv",
    "--encoding=none",
    # Moved and indented lines keep their origin,
    "-w",
    "-M",
)
# also those that came from another file that the same commit changed, where the history is
# short: over all of it that takes twice as long.
_IN_SHORT = ("-C",)


@dataclass(frozen=True, slots=True, kw_only=True)
class BlamedLines:
    """Neighbouring lines that one commit brought.

    Attributes:
        first: The first of the lines in the version that was asked about, counted from 1.
        last: The last of them, inclusive.
        commit: The full id of the commit; empty for what is not committed yet.
        path: The path that the lines had in that commit.
        boundary: Whether the lines are older than was looked: than `since`, or than the
            commit at which a shallow clone ends.
        was: The number that the first of the lines had in that commit.
    """

    first: int
    last: int
    commit: str
    path: str
    boundary: bool
    was: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Lines of a file to ask about; without `lines` all of them."""

    path: str
    lines: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """The commits that may have brought lines.

    Attributes:
        tip: The newest commit; empty before the first one.
        since: The commit whose lines are older, with all before it; empty if none are.
        commits: All commits that `tip` has and `since` has not, newest first; None if unknown.
        put: What is not committed yet on top of `tip`, by path; None if nothing is.
        gone: Paths that `tip` has and what is not committed has not.
        below: Returns all entries of `tip` in order of path, where something is put.
    """

    tip: str
    since: str = ""
    commits: Sequence[Commit] | None = None
    put: Mapping[str, bytes] | None = field(default=None, repr=False)
    gone: Collection[str] = ()
    below: Callable[[], Sequence[Entry]] = tuple


def who_brought(
    repository: Repository, questions: Iterable[Question], course: Course, *, jobs: int = 2
) -> Mapping[str, tuple[BlamedLines, ...]]:
    """Answer questions about files of a change; see `ask_all`.

    Where that can be told from what the commits changed, `git blame` is not asked.

    Raises:
        IncompleteError: there is no room, or the tree of the tip cannot be read.
    """
    asked = list(questions)
    if not asked:
        return {}
    line = _line(repository, asked, course)
    found = _told(line, asked, course) if line else {}
    left = [one for one in asked if one.path not in found]
    if not left:
        return found
    with opened_past(repository, parent=course.tip, put=course.put, gone=course.gone) as past:
        if line and len(left) > 1 and (pairs := line.open_differences()):
            try:
                shown = differences(past, pairs, line.contents(pairs), patience=PATIENCE)
            except AigateError:
                shown = b""
            line.learn(shown)
            found |= _told(line, left, course)
            left = [one for one in left if one.path not in found]
        revision = past.fresh or course.tip
        found |= ask_all(past, left, revision=revision, since=course.since, jobs=jobs)
    return found


def _line(repository: Repository, asked: Sequence[Question], course: Course) -> Line | None:
    """Return a course that is a straight line of commits; None if it is none, or not worth it."""
    from aigate.workspace import brought  # noqa: PLC0415 - only needed where lines are asked about

    commits = course.commits
    if commits is None or len(commits) > brought.MOST_COMMITS:
        return None
    # One question is answered as fast.
    if not is_straight(commits, course.tip, course.since) or (commits and len(asked) == 1):
        return None
    steps = _steps(repository, course, commits)
    if steps is None:
        return None
    return brought.Line(repository, steps, (one.path for one in asked))


def _steps(repository: Repository, course: Course, commits: Sequence[Commit]) -> list[Step] | None:
    from aigate.workspace import brought  # noqa: PLC0415 - only needed where lines are asked about

    steps: list[Step] = []
    if course.put is not None:
        try:
            below = course.below() if course.tip else ()
        except AigateError:
            return None
        fresh = brought.fresh_step(repository, course.put, course.gone, below)
        if fresh is None:
            return None
        steps.append(fresh)
    edits = brought.edits_of(repository, [one.id for one in commits])
    if edits is None or not ends_of(repository).isdisjoint(one.id for one in commits):
        return None
    made = zip(commits, edits, strict=True)
    return [*steps, *(brought.Step(commit=one.id, edits=what) for one, what in made)]


def is_straight(commits: Sequence[Commit], tip: str, since: str) -> bool:
    """Tell whether all commits of a change follow each other, from the tip on.

    Without `since` they do where there is no commit at all.
    """
    if not commits:
        return tip == since
    names = [one.id for one in commits]
    parents = [one.parents for one in commits]
    return (
        bool(since)
        and names[0] == tip
        and parents[:-1] == [(name,) for name in names[1:]]
        and len(parents[-1]) <= 1
    )


def _told(
    line: Line, asked: Iterable[Question], course: Course
) -> dict[str, tuple[BlamedLines, ...]]:
    """Return what a straight line of commits tells."""
    commits = course.commits or ()
    end = course.tip if not commits else next(iter(commits[-1].parents), "")
    told = line.told({one.path: _joined(one.lines) for one in asked})
    found = {}
    for path, parts in told.items():
        rows = [
            BlamedLines(
                first=one.first,
                last=one.last,
                commit=end if one.older else one.commit,
                path=path,
                boundary=one.older,
                was=one.was,
            )
            for one in parts
        ]
        if end or not any(row.boundary for row in rows):
            found[path] = tuple(sorted(rows, key=lambda one: one.first))
    return found


def blame(
    repository: Repository,
    path: str,
    *,
    revision: str = "",
    contents: bytes | None = None,
    lines: Sequence[tuple[int, int]] = (),
    since: str = "",
    first_parent: bool = False,
) -> tuple[BlamedLines, ...]:
    """Return who brought the lines of one file, in order of line; empty if it cannot be told.

    Args:
        repository: Where the history is.
        path: The path of the file in the version that is asked about.
        revision: The id of the commit that is asked about; the one checked out if empty.
        contents: What the file holds instead, not committed yet, on top of `revision`.
        lines: The lines to ask about, as pairs of first and last; all if empty.
        since: The id of a commit; its lines and all older ones are only known to be that.
        first_parent: Follow only the line of first parents, so that a merge counts as the
            commit that brought what it merged.
    """
    try:
        base = revision or head_commit(repository) or ""
        put = None if contents is None else {path: contents}
        with opened_past(repository, parent=base, put=put) as past:
            question = Question(path=path, lines=tuple(lines))
            tip = past.fresh or base
            return ask(past, question, revision=tip, since=since, first_parent=first_parent)
    except AigateError:
        return ()


def ask_all(
    past: Past,
    questions: Iterable[Question],
    *,
    revision: str,
    since: str = "",
    first_parent: bool = False,
    jobs: int = 2,
    altogether: float = ALTOGETHER,
) -> Mapping[str, tuple[BlamedLines, ...]]:
    """Answer a question for each of many files, several at once; see `blame`.

    git compares each file with all others of its commit, so that files that were rewritten
    together can take hours; what is not told in the time for all has an empty answer.
    """
    asked = list(questions)
    if not asked:
        return {}

    end = time.monotonic() + altogether

    def one(question: Question) -> tuple[BlamedLines, ...]:
        left = end - time.monotonic()
        if left <= 0:
            return ()
        return ask(
            past,
            question,
            revision=revision,
            since=since,
            first_parent=first_parent,
            patience=min(PATIENCE, left),
        )

    if len(asked) == 1:
        return {asked[0].path: one(asked[0])}
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - long to load for one file

    with ThreadPoolExecutor(max(jobs, 1)) as pool:
        answers = list(pool.map(one, asked))
    return {question.path: answer for question, answer in zip(asked, answers, strict=True)}


def ask(
    past: Past,
    question: Question,
    *,
    revision: str,
    since: str = "",
    first_parent: bool = False,
    patience: float = PATIENCE,
) -> tuple[BlamedLines, ...]:
    """Return who brought the lines of a file in a past that is open; see `blame`."""
    path = question.path
    if not revision or {"", ".", ".."} & set(path.split("/")) or "\0" in path:
        return ()
    ranges = _joined(question.lines)
    command = ["blame", *_OPTIONS, *(_IN_SHORT if since else ())]
    command += ["--first-parent"] if first_parent else []
    spelled = path.encode("utf-8", "surrogateescape")
    versions = [revision, *([f"^{since}"] if since else [])]
    for narrow in (True, False) if ranges else (False,):
        # Lines that the file does not have are an error for git.
        wanted = [f"-L{first},{last}" for first, last in ranges] if narrow else []
        try:
            done = past.repository.call(
                *command, *wanted, *versions, "--", spelled, patience=patience
            )
        except AigateError:
            return ()
        if done.code == 0:
            found = [_corrected(one, past) for one in _parse(done.out)]
            return tuple(sorted(_within(found, ranges), key=lambda one: one.first))
    return ()


def _joined(lines: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return ranges in order, those that touch as one; none at all if there are too many."""
    joined: list[tuple[int, int]] = []
    for first, last in sorted((max(a, 1), max(a, b, 1)) for a, b in lines):
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return joined if len(joined) <= _MOST_RANGES else []


def _within(
    found: Iterable[BlamedLines], ranges: Sequence[tuple[int, int]]
) -> Iterator[BlamedLines]:
    for one in found:
        if not ranges or any(first <= one.last and one.first <= last for first, last in ranges):
            yield one


def _corrected(one: BlamedLines, past: Past) -> BlamedLines:
    fresh = one.commit == past.fresh
    return BlamedLines(
        first=one.first,
        last=one.last,
        commit="" if fresh else one.commit,
        path=one.path,
        boundary=one.boundary or one.commit in past.ends,
        was=one.was,
    )


def _parse(out: bytes) -> Iterator[BlamedLines]:
    """Read `git blame --incremental`: groups that begin with an id and end with a file name."""
    edges: set[bytes] = set()
    group: re.Match[bytes] | None = None
    for row in out.split(b"\n"):
        if group is None:
            group = _GROUP.fullmatch(row)
        elif row == b"boundary":
            # Said once for a commit, at its first group.
            edges.add(group[1])
        elif row.startswith(b"filename "):
            first, count = int(group[3]), int(group[4])
            yield BlamedLines(
                first=first,
                last=first + count - 1,
                commit=group[1].decode("ascii"),
                path=_unquoted(row.removeprefix(b"filename ")),
                boundary=group[1] in edges,
                was=int(group[2]),
            )
            group = None


def _unquoted(name: bytes) -> str:
    """Undo git's quoting of names with odd bytes in them."""
    if len(name) >= 2 and name.startswith(b'"') and name.endswith(b'"'):
        name = _ESCAPE.sub(_byte, name[1:-1])
    return name.decode("utf-8", "surrogateescape")


def _byte(escape: re.Match[bytes]) -> bytes:
    said = escape[1]
    return bytes([int(said, 8) & 255 if said.isdigit() else _ESCAPED[said]])
