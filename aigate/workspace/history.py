"""Reads the commits of a change, and the notes that hang on commits."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from aigate.domain.evidence import Commit
from aigate.domain.regex import regex
from aigate.value import dataclass
from aigate.workspace.git import Repository, object_id, read_blobs, sizes_of

MOST_COMMITS = 5000
"""Of longer changes only so many commits are read, the newest."""

MOST_NOTES = 2000
MOST_LOCAL = 200
LARGEST_LOCAL = 4_000_000
MOST_COMMIT_BYTES = 64_000_000
MOST_BYTES = 32_000_000
"""So much is read of all notes of a ref together: one blob can be the note of many commits."""

_PERSON = regex(r"([^<]*)<([^>]*)>.*", re.DOTALL)
_IMPOSSIBLE = regex(r"[\n\0]|(?:^|/)(?:\.{0,2})(?:/|$)")
_SIGNATURES = ("gpgsig", "gpgsig-sha256")
_LONGEST_NAME = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The commits that a head has and its reference has not, newest first.

    `problem` says in words why some are missing here, and is empty where none are.
    """

    commits: tuple[Commit, ...]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """A note on a commit; `data` is empty where `problem` says why it was not read."""

    commit: str
    data: bytes
    problem: str = ""


def commits_of(repository: Repository, base: str, head: str) -> History:
    """Return the commits of a change; what cannot be read is left out and said."""
    if not head or head == base:
        return History(commits=())
    if base:
        newest = tuple(_read(repository, [head]))
        if [one.parents for one in newest] == [(base,)]:
            return History(commits=newest)
    limits = [f"--max-count={MOST_COMMITS + 1}", "--end-of-options", head]
    done = repository.call("rev-list", *limits, *([f"^{base}"] if base else []))
    if done.code != 0:
        return History(commits=(), problem="the history of the change is not here")
    ids = done.out.decode("ascii", "replace").split()
    commits = tuple(_read(repository, ids[:MOST_COMMITS]))
    if len(ids) > MOST_COMMITS:
        return History(commits=commits, problem=f"the change has more than {MOST_COMMITS} commits")
    problem = (
        "some commits of the change are damaged, or too large" if len(commits) < len(ids) else ""
    )
    return History(commits=commits, problem=problem)


def has_ref(repository: Repository, ref: str) -> bool:
    """Tell whether this clone has a ref."""
    return not has_none(repository, [ref])


def has_none(repository: Repository, refs: Collection[str]) -> bool:
    """Tell whether this clone has none of these refs, or not what they name."""
    return not any(repository.objects.look(sorted(refs)))


def notes_on(
    repository: Repository, ref: str, commits: Sequence[str], *, limit: int
) -> tuple[Note, ...]:
    """Return the notes that a ref has on these commits, none larger than `limit` bytes.

    git spreads notes over folders as they grow in number; each of the three ways is asked for,
    which takes as long as there are commits and not as there are notes.
    """
    if not commits or not has_ref(repository, ref):
        return ()
    names = [(commit, f"{ref}:{path}") for commit in commits for path in _spread(commit)]
    blobs: dict[str, str] = {}
    found = repository.objects.look([name for _, name in names])
    for (commit, _), one in zip(names, found, strict=True):
        if one and one.kind == "blob":
            blobs.setdefault(commit, one.id)
    return _notes(repository, blobs, limit)


def all_notes(repository: Repository, ref: str, *, limit: int) -> tuple[Note, ...]:
    """Return the notes of a ref, on whatever commits, at most two thousand of them."""
    if not has_ref(repository, ref):
        return ()
    done = repository.call("ls-tree", "-r", "-z", "--full-tree", ref)
    blobs: dict[str, str] = {}
    for row in done.out.split(b"\0")[:-1]:
        head, _, path = row.partition(b"\t")
        words = head.decode("ascii", "replace").split(" ")
        commit = path.replace(b"/", b"").decode("ascii", "replace")
        if len(words) == 3 and words[1] == "blob" and re.fullmatch(r"[0-9a-f]{40,64}", commit):
            blobs[commit] = words[2]
        if len(blobs) >= MOST_NOTES:
            break
    return _notes(repository, blobs, limit)


def mentions(repository: Repository, key: str, word: str) -> tuple[str, ...]:
    """Return the values of a setting of this clone; a hint and nothing more.

    `word` stands in every value that matters: where the file lacks it, git is not asked.
    """
    try:
        settings = Path(repository.common_dir, "config").read_bytes()
    except OSError:
        settings = b""
    # A value may go on in the next line after a backslash.
    if settings and word.encode() not in settings and b"\\" not in settings:
        return ()
    done = repository.call("config", "--local", "--get-regexp", key)
    rows = done.out.decode("utf-8", "replace").split("\n") if done.code == 0 else []
    return tuple(row for row in rows if row)


def read_commits(repository: Repository, ids: Iterable[str]) -> tuple[Commit, ...]:
    """Return what these commits say about themselves; those that cannot be read are left out."""
    return tuple(_read(repository, ids))


def touched(repository: Repository, commits: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    """Return the paths in which each commit differs from any of its parents, in order."""
    if not commits:
        return {}
    options = ("-r", "-z", "-m", "--root", "--raw", "--no-renames", "--ignore-submodules=none")
    feed = "".join(f"{name}\n" for name in commits).encode("ascii", "replace")
    done = repository.call("diff-tree", "--stdin", *options, feed=feed)
    found: dict[str, set[str]] = {}
    at = ""
    named = False
    for part in done.out.split(b"\0"):
        if part.startswith(b":"):
            named = True
        elif named:
            named = False
            found.setdefault(at, set()).add(part.decode("utf-8", "surrogateescape"))
        else:
            at = part.decode("ascii", "replace").strip()
    return {commit: tuple(sorted(paths)) for commit, paths in found.items()}


def line_counts(
    repository: Repository, files: Sequence[tuple[str, str]], *, limit: int
) -> Mapping[tuple[str, str], int]:
    """Return how many lines files have in commits; -1 where there is none.

    Files of more than `limit` bytes are left out.
    """
    blobs = blobs_at(repository, files)
    counts = {one: -1 for one in files if one not in blobs}
    found = {blob.id: blob for blob in read_blobs(repository, blobs.values(), limit=limit)}
    for one, name in blobs.items():
        blob = found.get(name)
        if blob and not blob.problem:
            open_end = bool(blob.data) and not blob.data.endswith(b"\n")
            counts[one] = blob.data.count(b"\n") + open_end
    return counts


def blobs_at(
    repository: Repository, files: Sequence[tuple[str, str]]
) -> Mapping[tuple[str, str], str]:
    """Return the ids of files in commits; those that a commit has not are left out."""
    # git ends at a name that leads out of the tree.
    asked = [one for one in files if not _IMPOSSIBLE.search(one[1])]
    answers = repository.objects.look([f"{commit}:{path}" for commit, path in asked])
    found = zip(asked, answers, strict=True)
    return {one: answer.id for one, answer in found if answer and answer.kind == "blob"}


def local_records(repository: Repository) -> tuple[bytes, ...]:
    """Return the session records that lie in this clone and travel with no commit yet."""
    folder = Path(repository.common_dir, "aigate", "sessions")
    found = []
    try:
        files = sorted(folder.glob("*.jsonl"))[:MOST_LOCAL]
        for file in files:
            if file.is_file() and not file.is_symlink():
                with file.open("rb") as stream:
                    found.append(stream.read(LARGEST_LOCAL + 1))
    except OSError:
        return tuple(found)
    return tuple(found)


def _notes(repository: Repository, blobs: Mapping[str, str], limit: int) -> tuple[Note, ...]:
    sizes = sizes_of(repository, tuple(dict.fromkeys(blobs.values())))
    near: dict[str, str] = {}
    left = MOST_BYTES
    for commit, name in sorted(blobs.items()):
        size = sizes.get(name, 0)
        left -= size if size <= limit else 0
        if left >= 0:
            near[commit] = name
    contents = {blob.id: blob for blob in read_blobs(repository, near.values(), limit=limit)}
    found = []
    for commit, name in sorted(blobs.items()):
        blob = contents.get(name) if commit in near else None
        reason = "missing" if commit in near else f"beyond the {MOST_BYTES} bytes read of a ref"
        found.append(Note(commit, blob.data, blob.problem) if blob else Note(commit, b"", reason))
    return tuple(found)


def _spread(commit: str) -> tuple[str, ...]:
    return (commit, f"{commit[:2]}/{commit[2:]}", f"{commit[:2]}/{commit[2:4]}/{commit[4:]}")


def _read(repository: Repository, ids: Iterable[str]) -> Iterator[Commit]:
    for one in repository.objects.read(_bounded(repository, list(ids))):
        # git does not look, and an object can lie in the place of another.
        if one and one.kind == "commit" and object_id(repository, "commit", one.data) == one.id:
            yield _commit(one.id, one.data)


def _bounded(repository: Repository, ids: list[str]) -> list[str]:
    """Leave out commits, the oldest first, whose messages would fill the memory."""
    left = MOST_COMMIT_BYTES
    kept = []
    for name, one in zip(ids, repository.objects.look(ids), strict=True):
        left -= one.size if one else 0
        if left < 0:
            break
        kept.append(name)
    return kept


def _commit(name: str, raw: bytes) -> Commit:
    """Read a commit, however it is spelt: an odd one is no reason to know nothing of it."""
    header, _, message = raw.partition(b"\n\n")
    fields: list[list[bytes]] = []
    for row in header.split(b"\n"):
        if row.startswith(b" ") and fields:
            fields[-1].append(row)
        else:
            fields.append([row])
    values: dict[str, list[str]] = {}
    signature = b""
    kept = []
    for field in fields:
        key = field[0].partition(b" ")[0].decode("ascii", "replace")
        first = field[0].partition(b" ")[2]
        if key in _SIGNATURES:
            signature = signature or b"\n".join([first, *(row[1:] for row in field[1:])])
            continue
        kept += field
        values.setdefault(key, []).append(first.decode("utf-8", "surrogateescape"))
    return Commit(
        id=name,
        parents=tuple(values.get("parent", ())),
        author=_person(values.get("author", [""])[0]),
        committer=_person(values.get("committer", [""])[0]),
        message=message.decode("utf-8", "surrogateescape"),
        signature=signature + b"\n" if signature else b"",
        signed=b"\n".join([*kept, b"", message]) if signature else b"",
    )


def _person(value: str) -> tuple[str, str]:
    found = _PERSON.fullmatch(value)
    name, email = (found[1].strip(), found[2].strip()) if found else (value.strip(), "")
    return name[:_LONGEST_NAME], email[:_LONGEST_NAME]
