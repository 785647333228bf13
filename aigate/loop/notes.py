"""Turns records of sessions into notes on commits, so that they can be pushed and CI sees them.

A note holds what the sessions of this clone wrote and the commit has, and nothing else: no digest
of a line that did not make it into the commit. `docs/provenance.md` describes the form.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from aigate.errors import IncompleteError
from aigate.loop.records import hashes
from aigate.provenance.sessions import LARGEST, REF, VERSION, claims_of
from aigate.value import dataclass
from aigate.workspace import git, history
from aigate.workspace.command import complaint

MOST_COMMITS = 500
"""So many commits are gone through in one go."""

# Nobody's name: what a note says is worth no more for a person's name under it.
_IDENTITY = ("-c", "user.name=aigate", "-c", "user.email=aigate@localhost.invalid")
_FIELDS = ("session", "agent", "model")

_Writer = tuple[str, str, str]
_Written = Mapping[_Writer, Mapping[str, frozenset[str]]]


@dataclass(frozen=True, slots=True)
class Noted:
    """What the note on a commit says now: how many sessions, files and lines; `new` if it grew."""

    commit: str
    sessions: int
    files: int
    lines: int
    new: bool


def note_commits(repository: git.Repository, commits: Sequence[str]) -> tuple[Noted, ...]:
    """Note on each commit what the recorded sessions wrote of it; leave the others alone.

    Raises:
        IncompleteError: a note cannot be read or written.
    """
    written = _written(history.local_records(repository))
    if not written or not commits:
        return ()
    touched = history.touched(repository, commits)
    mine = {path for files in written.values() for path in files}
    found = []
    for commit in commits:
        paths = [path for path in touched.get(commit, ()) if path in mine]
        rows, about = _rows(repository, commit, paths, written=written)
        if rows:
            sessions, files, lines = about
            new = _add(repository, commit, rows)
            found.append(Noted(commit, sessions, files, lines, new))
    return tuple(found)


def _written(records: Iterable[bytes]) -> _Written:
    """Return the digests that sessions recorded, by path; what is no record is passed over.

    A record that whoever reads the note would doubt is none: it would warn of every change.
    """
    found: dict[_Writer, dict[str, frozenset[str]]] = {}
    for row in (row for data in records for row in data.split(b"\n") if row.strip()):
        for one in claims_of(row):
            files = found.setdefault((one.session, one.agent, one.model), {})
            files[one.path] = files.get(one.path, frozenset()) | one.hashes
    return found


def _rows(
    repository: git.Repository, commit: str, paths: Sequence[str], *, written: _Written
) -> tuple[list[str], tuple[int, int, int]]:
    """Return the rows of a note, and how many sessions, files and lines they speak of."""
    at = history.blobs_at(repository, [(commit, path) for path in paths])
    blobs = {path: at[commit, path] for path in paths if (commit, path) in at}
    read = {one.id: one for one in git.read_blobs(repository, blobs.values(), limit=LARGEST)}
    there = {
        path: frozenset(hashes(read[name].data.decode("utf-8", "replace")))
        for path, name in blobs.items()
        if name in read and not read[name].problem
    }
    rows = []
    files, lines = set[str](), set[tuple[str, str]]()
    for writer, known in sorted(written.items()):
        kept = {path: sorted(known[path] & there[path]) for path in sorted(known.keys() & there)}
        kept = {path: found for path, found in kept.items() if found}
        if not kept:
            continue
        entries = [
            {"path": path, "blob": blobs[path], "lines": found} for path, found in kept.items()
        ]
        value = {"version": VERSION, **dict(zip(_FIELDS, writer, strict=True)), "files": entries}
        rows.append(json.dumps(value, ensure_ascii=True, separators=(",", ":")))
        files |= kept.keys()
        lines |= {(path, line) for path, found in kept.items() for line in found}
    return rows, (len(rows), len(files), len(lines))


def _add(repository: git.Repository, commit: str, rows: Sequence[str]) -> bool:
    """Add rows to the note on a commit; tell whether any was new."""
    before = next(iter(history.notes_on(repository, REF, [commit], limit=LARGEST)), None)
    if before is not None and before.problem:
        raise IncompleteError(
            f"the note on `{commit[:12]}` cannot be read: it is {before.problem}",
            hint=f"look at it with `git notes --ref={REF} show {commit[:12]}`",
        )
    there = before.data.split(b"\n") if before is not None else []
    fresh = [row.encode("ascii") for row in rows if row.encode("ascii") not in there]
    if not fresh:
        return False
    data = b"\n".join((*(row for row in there if row.strip()), *fresh)) + b"\n"
    if len(data) > LARGEST:
        raise IncompleteError(
            f"the note on `{commit[:12]}` would have {len(data)} bytes, and {LARGEST} are read",
            hint="nothing is lost but the record: these lines count as AI without it too",
        )
    blob = repository.call("hash-object", "-w", "--stdin", feed=data)
    name = blob.out.decode("ascii", "replace").strip()
    done = blob
    if blob.code == 0:
        done = repository.call(
            *_IDENTITY, "notes", f"--ref={REF}", "add", "--force", "--reuse-message", name, commit
        )
    if done.code != 0:
        raise IncompleteError(
            f"the note on `{commit[:12]}` cannot be written: {complaint(done)}",
            hint="another program may be writing notes at this moment; run it again",
        )
    return True
