"""Gathers who wrote the lines of a change: commits, notes, traces, blame; and judges them.

Nothing here improves a verdict. What cannot be read leaves lines unknown, which counts as AI,
and what is wrong with a record is a finding of its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import TYPE_CHECKING

from aigate import registry
from aigate.domain.evidence import Agents, Claim, Commit, Doubt, Exhibits, Grade
from aigate.domain.finding import Candidate, Finding, Gap, Origin, Status
from aigate.domain.place import WHOLE, Location
from aigate.domain.policy import Policy
from aigate.domain.report import Authorship
from aigate.domain.tree import TEXTUAL, Change, Entry, Unit
from aigate.engine.disclosure import NAME, Objection, objections
from aigate.engine.origin import (
    STATES,
    Stretch,
    Testimony,
    authorship,
    hear,
    line_hash,
    lines_of,
    origin_of,
)
from aigate.engine.place import fingerprint
from aigate.errors import IntegrityError
from aigate.value import dataclass
from aigate.workspace import git, history, sides
from aigate.workspace.blame import BlamedLines, Course, Question, who_brought
from aigate.workspace.history import History

if TYPE_CHECKING:
    from aigate.domain.accountability import Registry

_LARGEST_NOTE = 4_000_000
_MOST_FILES = 400  # of which every line is asked; of larger changes only findings are
# The whole history of a file takes a second in a large repository.
_MOST_WITHOUT_REFERENCE = 25
_MOST_NOTED = 500
_REGULAR = frozenset({"100644", "100755"})
_SESSIONS = "refs/notes/aigate"
_GIT_AI = "refs/notes/ai"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The change whose lines are asked about.

    `judged` are the entries of the head that differ and are in scope; `branch` is where the
    change comes from, as far as that is known.
    """

    repository: git.Repository
    reference: sides.Tree | None
    head: sides.Tree
    judged: tuple[tuple[Entry, Change], ...]
    units: tuple[Unit, ...]
    agents: Agents
    policy: Policy
    branch: str = ""
    jobs: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Origins:
    """Who wrote what.

    `files` has the lines of each file that was asked about, `heard` what records say of them.
    `objections` are findings about commits. `history` are the commits of the change, None if there
    is no reference. `counted` says that all added lines are there.
    """

    files: Mapping[str, tuple[Stretch, ...]] = field(default_factory=dict, repr=False)
    heard: Testimony = field(default_factory=Testimony, repr=False)
    texts: Mapping[str, str] = field(default_factory=dict, repr=False)
    commits: tuple[Commit, ...] = field(default=(), repr=False)
    history: History | None = field(default=None, repr=False)
    objections: tuple[tuple[Finding, str], ...] = ()
    counted: bool = False
    gaps: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()

    def of(self, at: Location) -> Origin:
        """Return the origin of the lines at a place; of the whole file where none are named."""
        whole = (at.line, at.column, at.end_line, at.end_column) == (
            WHOLE.line,
            WHOLE.column,
            WHOLE.end_line,
            WHOLE.end_column,
        )
        near = self.files.get(at.path, ())
        if whole:
            parts: Iterable[Stretch] = (one for one in near if not one.older)
        else:
            parts = (part for one in near if (part := _within(one, at.line, at.end_line)))
        return origin_of(parts, self.heard, path=at.path, hash_of=self._hashes(at.path))

    def lines(self, path: str) -> tuple[tuple[int, Stretch, Origin], ...]:
        """Return every line of a file with where it came from and its origin."""
        found = []
        for one in self.files.get(path, ()):
            for number, origin in lines_of(
                [one], self.heard, path=path, hash_of=self._hashes(path)
            ):
                found.append((number, one, origin))
        return tuple(sorted(found, key=lambda line: line[0]))

    def candidates(self) -> tuple[Candidate, ...]:
        """Return the findings about commits, each with the origin of its commit."""
        return tuple(
            Candidate(finding=finding, status=Status.NEW, origin=self._of_commit(commit))
            for finding, commit in self.objections
        )

    def authorship(self) -> Authorship | None:
        """Count the added lines by who wrote them; None if not all were asked about."""
        if not self.counted:
            return None
        return authorship(
            (origin, 1)
            for path in self.files
            for _, stretch, origin in self.lines(path)
            if not stretch.older
        )

    def _of_commit(self, commit: str) -> Origin:
        stretch = Stretch(first=1, last=1, commit=commit, path="", was=1)
        return origin_of([stretch], self.heard, path="")

    def _hashes(self, path: str) -> Callable[[int], str]:
        rows = self.texts[path].split("\n") if path in self.texts else []
        return lambda line: line_hash(rows[line - 1]) if 0 < line <= len(rows) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """What can be said of a change before anybody looks for findings in it.

    `files` are the lines of all files that changed, None where only those with findings are asked
    about. `records` is what is known of commits, None where findings name the commits.
    """

    scene: Scene
    tip: str
    changed: tuple[Entry, ...]
    history: History | None = field(repr=False)
    files: Mapping[str, tuple[Stretch, ...]] | None = field(repr=False)
    records: Records | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """What records say of commits, and what is wrong with them."""

    commits: tuple[Commit, ...]
    heard: Testimony
    objections: tuple[tuple[Finding, str], ...] = ()
    gaps: tuple[Gap, ...] = ()


def begin(scene: Scene, *, every_line: bool = False) -> Begun:
    """Find out as much about who wrote lines as the change alone tells.

    With `every_line`, all lines of what is judged are asked about, also without a reference.
    """
    textual = {unit.path for unit in scene.units if unit.kind in TEXTUAL}
    changed = tuple(e for e, _ in scene.judged if e.path in textual and e.mode in _REGULAR)
    tip = scene.head.commit.id if scene.head.commit else git.head_commit(scene.repository) or ""
    reference = scene.reference
    whole = history.commits_of(scene.repository, reference.side.commit, tip) if reference else None
    files = None
    if every_line or (reference is not None and len(changed) <= _MOST_FILES):
        questions = [Question(path=entry.path) for entry in changed]
        files = _files(scene, questions, tip, whole)
    records = None
    if whole is not None:
        records = _records(scene, whole, tip)
    elif files is not None:
        records = _records(scene, _named(scene.repository, files), tip)
    return Begun(scene=scene, tip=tip, changed=changed, history=whole, files=files, records=records)


def read_origins(begun: Begun, findings: Sequence[Finding]) -> Origins:
    """Find out who wrote the lines that findings are about, and those that the change adds."""
    scene = begun.scene
    files = begun.files
    remarks: tuple[str, ...] = ()
    if files is None:
        questions = _questions(begun.changed, findings)
        remarks = _remarks(scene, len(begun.changed), questions)
        if scene.reference is None and remarks:
            questions = {}
        files = _files(scene, questions.values(), begun.tip, begun.history)
    records = begun.records
    if records is None:
        records = _records(scene, _named(scene.repository, files), begun.tip)
    untold = _untold(scene, files)
    return Origins(
        files=files,
        heard=records.heard,
        texts={
            unit.path: unit.text
            for unit in scene.units
            if records.heard.hashed
            and unit.kind in TEXTUAL
            and not unit.cell
            and unit.path in files
        },
        commits=records.commits,
        history=begun.history,
        objections=records.objections,
        counted=begun.files is not None and scene.reference is not None and not untold,
        gaps=records.gaps,
        notes=(*remarks, *untold),
    )


def _records(scene: Scene, whole: History, tip: str) -> Records:
    exhibits, doubts = _exhibits(scene, whole.commits, tip)
    claims, more = _heard(exhibits)
    doubts += more
    if scene.reference is not None:
        doubts += _beyond(scene.repository, claims)
    found_wrong = (
        objections(
            whole.commits,
            claims,
            doubts,
            agents=scene.agents,
            trailer=scene.policy.ai_trailer,
        )
        if scene.reference is not None
        else ()
    )
    return Records(
        commits=whole.commits,
        heard=hear(claims, alike=_alike(scene, claims)),
        objections=tuple(_placed(scene, found_wrong)),
        gaps=_gaps(scene, whole.problem),
    )


def _named(repository: git.Repository, files: Mapping[str, Sequence[Stretch]]) -> History:
    """Return the commits that brought lines."""
    named = {one.commit for lines in files.values() for one in lines if one.commit}
    return History(commits=history.read_commits(repository, sorted(named)))


def with_people(origins: Origins, policy: Policy, people: Registry | None) -> Origins:
    """Count commits that an active person of the registry signed as human, if the policy says so.

    What an agent had a hand in stays the agent's, whoever signed it.
    """
    if not policy.signed_humans or people is None:
        return origins
    from aigate.domain.accountability import KeyState, PersonKind  # noqa: PLC0415 - seldom needed

    keys = {
        key.fingerprint
        for person in people.current.people
        if person.kind is PersonKind.HUMAN and person.left is None
        for key in person.keys
        if key.state is KeyState.ACTIVE
    }
    signed = frozenset(c.id for c in origins.commits if c.signature and _signer(c) in keys)
    return replace(origins, heard=replace(origins.heard, signed=signed))


def _within(one: Stretch, first: int, last: int) -> Stretch | None:
    """Return the part of a stretch that lies in a range of lines."""
    start, end = max(one.first, first), min(one.last, max(first, last))
    if start > end:
        return None
    return replace(one, first=start, last=end, was=one.was + start - one.first)


def _questions(changed: Sequence[Entry], findings: Sequence[Finding]) -> dict[str, Question]:
    known = {entry.path for entry in changed}
    lines: dict[str, list[tuple[int, int]]] = {}
    for finding in findings:
        if finding.at.path in known:
            lines.setdefault(finding.at.path, []).append((finding.at.line, finding.at.end_line))
    some = sorted(lines)[:_MOST_FILES]
    return {path: Question(path=path, lines=tuple(sorted(lines[path]))) for path in some}


def _remarks(scene: Scene, changed: int, questions: Mapping[str, Question]) -> tuple[str, ...]:
    if scene.reference is not None:
        return (f"{changed} files changed, so only lines with findings were attributed",)
    if len(questions) <= _MOST_WITHOUT_REFERENCE:
        return ()
    asked = f"findings in {len(questions)} files"
    return (f"{asked}, so nobody asked who wrote them; `aigate blame FILE` tells for one",)


def _untold(scene: Scene, files: Mapping[str, tuple[Stretch, ...]]) -> tuple[str, ...]:
    """Say of how many files nobody could tell who brought their lines."""
    held = {unit.path for unit in scene.units if unit.unread or unit.text}
    count = sum(not lines for path, lines in files.items() if path in held)
    if not count:
        return ()
    what = "file cannot be told, or not" if count == 1 else "files cannot be told, or not"
    return (f"the history of {count} {what} in time, so all their lines are unknown",)


def _files(
    scene: Scene, questions: Iterable[Question], tip: str, whole: History | None
) -> dict[str, tuple[Stretch, ...]]:
    """Return the lines of files, with what is not committed on top of the tip."""
    asked = {question.path: question for question in questions}
    put = None
    if asked and not scene.head.commit:
        entries = [entry for entry, _ in scene.judged if entry.path in asked]
        blobs = {blob.id: blob.data for blob in scene.head.read(entries) if not blob.problem}
        put = {entry.path: blobs[entry.blob] for entry in entries if entry.blob in blobs}
    near = scene.reference or sides.EMPTY
    course = Course(
        tip=tip,
        since=near.side.commit,
        commits=whole.commits if whole and not whole.problem else None,
        put=put,
        below=lambda: sides.entries_of(scene.repository, tip, near=near),
    )
    found = who_brought(scene.repository, asked.values(), course, jobs=scene.jobs)
    return {path: tuple(_stretch(one) for one in lines) for path, lines in found.items()}


def _stretch(one: BlamedLines) -> Stretch:
    return Stretch(
        first=one.first,
        last=one.last,
        commit=one.commit,
        path=one.path,
        was=one.was,
        older=one.boundary,
    )


def _exhibits(
    scene: Scene, commits: tuple[Commit, ...], tip: str
) -> tuple[Exhibits, tuple[Doubt, ...]]:
    kinds = registry.evidence()
    ids = [commit.id for commit in commits]
    doubts: list[Doubt] = []
    notes: dict[str, dict[str, bytes]] = {}
    asked = [(kind, ref) for kind in kinds for ref in kind.notes]
    if not history.has_none(scene.repository, {ref for _, ref in asked}):
        for kind, ref in asked:
            # Records of sessions name lines by digest, so they fit whatever became of the commit.
            found = (
                history.all_notes(scene.repository, ref, limit=_LARGEST_NOTE)
                if ref == _SESSIONS
                else history.notes_on(scene.repository, ref, ids, limit=_LARGEST_NOTE)
            )
            notes[ref] = {one.commit: one.data for one in found if not one.problem}
            doubts += [_unread(kind.name, one) for one in found if one.problem]
    wanted = {path for kind in kinds for path in kind.files}
    entries = [e for e in scene.head.entries if e.path in wanted and e.mode in _REGULAR]
    blobs = {blob.id: blob for blob in scene.head.read(entries)} if entries else {}
    files: dict[str, bytes] = {}
    for entry in entries:
        blob = blobs.get(entry.blob)
        if blob is None or blob.problem:
            reason = f"it was not read: {blob.problem if blob else 'missing'}"
            doubts.append(Doubt("record-unread", reason, NAME, path=entry.path))
        else:
            files[entry.path] = blob.data
    exhibits = Exhibits(
        agents=scene.agents,
        commits=commits,
        notes=notes,
        files=files,
        local=history.local_records(scene.repository),
        branch=scene.branch,
        head="" if scene.head.commit else tip,
        # Of all files only records of files speak.
        paths=frozenset(e.path for e in scene.head.entries) if notes or files else frozenset(),
    )
    return exhibits, tuple(doubts)


def _unread(source: str, note: history.Note) -> Doubt:
    return Doubt("note-unread", f"a note was not read: it is {note.problem}", source, note.commit)


def _heard(exhibits: Exhibits) -> tuple[tuple[Claim, ...], tuple[Doubt, ...]]:
    said = [one for kind in registry.evidence() for one in kind.read(exhibits)]
    return (
        tuple(one for one in said if isinstance(one, Claim)),
        tuple(sorted({one for one in said if isinstance(one, Doubt)})),
    )


def _alike(scene: Scene, claims: Iterable[Claim]) -> frozenset[tuple[str, str]]:
    """Return the files of commits that records speak of and that the head has unchanged."""
    asked = sorted(
        {(c.commit, c.path) for c in claims if c.source in STATES and c.commit and c.ranges}
    )[:_MOST_NOTED]
    if not asked:
        return frozenset()
    kept = {entry.path: entry.blob for entry in scene.head.entries}
    found = history.blobs_at(scene.repository, asked)
    return frozenset(one for one, blob in found.items() if kept.get(one[1]) == blob)


def _beyond(repository: git.Repository, claims: Iterable[Claim]) -> tuple[Doubt, ...]:
    """Doubt notes about lines or files that their commit does not have."""
    reach: dict[tuple[str, str], tuple[int, str]] = {}
    for claim in claims:
        if claim.commit and claim.path and claim.ranges and claim.grade is Grade.NOTED:
            last = max(last for _, last in claim.ranges)
            key = (claim.commit, claim.path)
            reach[key] = max(reach.get(key, (0, "")), (last, claim.source))
    asked = sorted(reach)[:_MOST_NOTED]
    if not asked:
        return ()
    counts = history.line_counts(repository, asked, limit=_LARGEST_NOTE)
    doubts = []
    for (commit, path), (last, source) in sorted(reach.items()):
        lines = counts.get((commit, path))
        if lines is not None and lines < 0:
            reason = "it speaks of a file that the commit does not have"
            doubts.append(Doubt("note-path", reason, source, commit, path))
        elif lines is not None and last > lines:
            reason = f"it speaks of line {last} of {lines}"
            doubts.append(Doubt("note-beyond-file", reason, source, commit, path))
    # One finding for each note is enough to look at it.
    return tuple({(one.commit, one.code): one for one in reversed(doubts)}.values())


def _signer(commit: Commit) -> str:
    from aigate.ledger import sshsig  # noqa: PLC0415 - needed where there is a registry

    try:
        found = sshsig.verify(commit.signed, commit.signature, namespace=sshsig.GIT)
    except IntegrityError:
        return ""
    return found.fingerprint


def _gaps(scene: Scene, problem: str) -> tuple[Gap, ...]:
    gaps = []
    if problem:
        gaps.append(
            Gap("history", f"{problem}, so nobody can tell who wrote what", "history-unread", NAME)
        )
    if _GIT_AI in "\n".join(
        history.mentions(scene.repository, r"^(notes\..*|remote\..*\.fetch)$", "notes")
    ) and not history.has_ref(scene.repository, _GIT_AI):
        reason = (
            "the settings of this clone name these notes, and they are not here:"
            " `git fetch origin '+refs/notes/*:refs/notes/*'` brings them"
        )
        gaps.append(Gap(_GIT_AI, reason, "notes-not-fetched", NAME))
    return tuple(gaps)


def _placed(scene: Scene, found: Sequence[Objection]) -> Iterator[tuple[Finding, str]]:
    """Turn objections into findings, each at a file that the commit changed.

    Formats and owners know files and no commits, so that is where people will look for it.
    """
    if not found:
        return
    ids = sorted({one.commit for one in found if one.commit})
    paths = history.touched(scene.repository, ids)
    judged = [entry.path for entry, _ in scene.judged]
    kept = {entry.path for entry in scene.head.entries}
    for one in found:
        near = [one.path] if one.path else []
        near += [path for path in paths.get(one.commit, ()) if path in kept]
        near += paths.get(one.commit, ())
        near += [*judged[:1], *sorted(kept)[:1]]
        path = next((name for name in near if name), "")
        if path:
            yield _finding(one, path), one.commit


def _finding(one: Objection, path: str) -> Finding:
    matter = one.matter.encode("utf-8", "surrogateescape")
    digest = hashlib.sha256(one.rule.name.encode() + b"\0" + matter).hexdigest()
    return Finding(
        rule=one.rule.name,
        scanner=NAME,
        at=Location(path, *(WHOLE.line, WHOLE.column, WHOLE.end_line, WHOLE.end_column)),
        title=one.rule.title,
        message=one.message,
        severity=one.rule.severity,
        help=one.rule.fix,
        cwe=one.rule.cwe,
        controls=one.rule.controls,
        match=digest,
        context=digest,
        fingerprint=fingerprint(one.rule.name, path, digest),
    )
