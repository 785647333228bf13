"""Tells which commits of a straight line brought the lines of files, as `git blame` would.

`git blame` is asked file by file. Where each commit of a change has one parent, the lines of all
files can be told at once from what the commits changed: a line is of the last commit whose
difference with its parent has it as new. What git makes of a difference is only taken over where
every way to compare the two texts comes to the same, and asked for otherwise. A line that may
have been moved or copied is left to `git blame`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from operator import attrgetter

from aigate.domain.tree import Entry
from aigate.value import dataclass
from aigate.workspace.git import SUBMODULE_MODE, Repository, blob_id, read_blobs

# So much is read for one answer; of more, `git blame` holds one file at a time.
_MOST_BYTES = 20_000_000
MOST_COMMITS = 200
"""Of longer lines too much would have to be read."""

# From so many letters and digits on, git takes lines for moved within a file, and for copied from
# another one: its defaults, of which it also counts one more than there are.
_MOVED = 20
_COPIED = 40
_ALNUM = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_OTHER = bytes(set(range(256)) - set(_ALNUM))
# What git passes over when it compares lines with `-w`.
_BLANK = b" \t\r"
_FILE = "100"
_PATH = attrgetter("path")


@dataclass(frozen=True, slots=True)
class Edit:
    """What a commit made of a file; `mode` and `blob` are empty where there is no file."""

    old_mode: str
    old_blob: str
    mode: str
    blob: str


@dataclass(frozen=True, slots=True)
class Hunk:
    """New lines of a version, from `first` on, in the place of old ones."""

    first: int
    count: int
    old_first: int
    old_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A commit of the line, with everything that it changed against its parent, by path."""

    commit: str
    edits: Mapping[str, Edit] = field(repr=False)
    data: Mapping[str, bytes] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Part:
    """Lines `first` to `last` of the newest version, which began at `was` in a commit."""

    first: int
    last: int
    was: int
    commit: str = ""
    older: bool = False


def edits_of(repository: Repository, commits: Sequence[str]) -> list[dict[str, Edit]] | None:
    """Return what each commit with one parent, or none, changed; None if that cannot be told."""
    if not commits:
        return []
    options = ("--root", "-r", "-z", "--raw", "--no-renames", "--no-abbrev")
    feed = "".join(f"{commit}\n" for commit in commits).encode("ascii")
    shown = repository.call("diff-tree", "--stdin", *options, "--ignore-submodules=none", feed=feed)
    found: dict[str, dict[str, Edit]] = {commit: {} for commit in commits}
    near: dict[str, Edit] | None = None
    parts = iter(shown.out.decode("utf-8", "surrogateescape").split("\0")[:-1])
    for part in parts:
        if not part.startswith(":"):
            near = found.get(part.strip())
            continue
        words = part[1:].split(" ")
        path = next(parts, "")
        # A hostile tree may name a file twice.
        if near is None or len(words) != 5 or path in near:
            return None
        old, new = _side(words[0], words[2]), _side(words[1], words[3])
        near[path] = Edit(*old, *new)
    return [found[commit] for commit in commits] if shown.code == 0 else None


def fresh_step(
    repository: Repository,
    put: Mapping[str, bytes],
    gone: Iterable[str],
    below: Sequence[Entry],
) -> Step | None:
    """Return what is not committed yet as a step.

    `below` are all entries of the tree that it stands on, in order of path. None where a file
    takes the place of a folder, or the other way round.
    """
    edits = {}
    for path in gone:
        if was := _at(below, path):
            edits[path] = Edit(was.mode, was.blob, "", "")
    for path, data in put.items():
        name = blob_id(repository, data)
        was = _at(below, path)
        if was is None:
            folders = (path[:at] for at, letter in enumerate(path) if letter == "/")
            if any(_at(below, folder) for folder in folders) or _has_folder(below, path):
                return None
            edits[path] = Edit("", "", "100644", name)
        elif was.blob != name or not was.mode.startswith(_FILE):
            mode = was.mode if was.mode.startswith(_FILE) else "100644"
            edits[path] = Edit(was.mode, was.blob, mode, name)
    return Step(commit="", edits=edits, data=dict(put))


class Line:
    """A straight line of steps, the newest first, and what its files hold."""

    def __init__(self, repository: Repository, steps: Sequence[Step], paths: Iterable[str]) -> None:
        """Read what the differences of these paths are about."""
        self._repository = repository
        self._steps = steps
        self._paths = {path for path in paths if any(path in step.edits for step in steps)}
        self._data: dict[str, bytes] = {}
        self._rows: dict[str, list[bytes]] = {}
        self._hunks: dict[tuple[str, str], list[Hunk] | None] = {}
        self._weight = 0
        for step in steps:
            for path in self._paths & step.data.keys() & step.edits.keys():
                self._data[step.edits[path].blob] = step.data[path]
        edits = [step.edits[path] for step in steps for path in self._paths & step.edits.keys()]
        self._read(name for edit in edits for name in (edit.old_blob, edit.blob) if name)
        for edit in edits:
            if edit.old_blob and edit.blob and self._has(edit.old_blob, edit.blob):
                key = edit.old_blob, edit.blob
                self._hunks[key] = _plain_hunks(*map(self._lines, key))

    def open_differences(self) -> list[tuple[str, str]]:
        """Return the pairs of blobs whose difference git has to tell."""
        return [pair for pair, hunks in self._hunks.items() if hunks is None]

    def contents(self, pairs: Iterable[tuple[str, str]]) -> dict[str, bytes]:
        """Return what those blobs hold that are not committed yet."""
        fresh = {s.edits[path].blob for s in self._steps for path in s.data.keys() & s.edits.keys()}
        return {new: self._data[new] for _, new in pairs if new in fresh}

    def learn(self, shown: bytes) -> None:
        """Take over what git told of open differences; see `past.differences`."""
        self._hunks |= _hunks_in(shown)

    def told(self, wanted: Mapping[str, Sequence[tuple[int, int]]]) -> dict[str, list[Part]]:
        """Return who brought the wanted lines of each path; what cannot be told is left out.

        Without ranges all lines are wanted.
        """
        found: dict[str, list[Part]] = {}
        here: dict[str, list[Part]] = {}
        for path in self._paths & wanted.keys():
            begun = self._begun(path, wanted[path])
            if begun is not None:
                found[path], here[path] = [], begun
        last: dict[str, str] = {}
        for step in self._steps:
            brought: dict[str, list[Part]] = {}
            for path in here.keys() & step.edits.keys():
                edit = step.edits[path]
                parts = self._past(edit, here[path])
                if parts is None or last.get(path, edit.blob) != edit.blob:
                    del found[path], here[path]
                    continue
                brought[path] = parts[0]
                here[path] = parts[1]
                last[path] = edit.old_blob
            moved = self._moved(step, brought)
            for path, parts_here in brought.items():
                if path in moved or (not step.edits[path].old_blob and _takes_away(step)):
                    del found[path], here[path]
                else:
                    found[path] += [
                        Part(one.first, one.last, one.was, step.commit) for one in parts_here
                    ]
        for path, parts_left in here.items():
            found[path] += [Part(one.first, one.last, one.was, "", True) for one in parts_left]
        return found

    def _begun(self, path: str, ranges: Sequence[tuple[int, int]]) -> list[Part] | None:
        newest = next(step.edits[path] for step in self._steps if path in step.edits)
        if newest.blob not in self._data:
            return None
        count = len(self._lines(newest.blob))
        if any(first > count for first, _ in ranges):
            return None
        spans = [(first, min(last, count)) for first, last in ranges or [(1, count)]]
        return [Part(first, last, first) for first, last in spans if first <= last]

    def _past(self, edit: Edit, parts: Sequence[Part]) -> tuple[list[Part], list[Part]] | None:
        """Part lines into those that an edit brought, and those that were there, as they were."""
        if not edit.mode.startswith(_FILE) or not self._has(edit.blob):
            return None
        if not edit.old_blob:
            return list(parts), []
        hunks = self._hunks.get((edit.old_blob, edit.blob))
        if hunks is None or not edit.old_mode.startswith(_FILE):
            return None
        return _parted(parts, hunks)

    def _moved(self, step: Step, brought: Mapping[str, Sequence[Part]]) -> set[str]:
        """Return the paths of which lines may have been moved within a file or copied to it.

        git takes neighbouring lines over that stand in the older version of the file, or of another
        one that the commit changed, and have enough letters and digits together. Whether any
        so many neighbours stand there at all, in whatever order, is a wider question.
        """
        moved = set()
        suspects: dict[str, list[tuple[bytes, int]]] = {}
        for path, parts in brought.items():
            edit = step.edits[path]
            rows = self._lines(edit.blob)
            lines = [(row, _weight(row)) for row in _in_turn(rows, parts)]
            if edit.old_blob and _runs(lines, set(self._lines(edit.old_blob)), _MOVED):
                moved.add(path)
            elif _runs(lines, None, _COPIED):
                suspects[path] = lines
        if suspects:
            there = self._elsewhere(step, {r for lines in suspects.values() for r, n in lines if n})
            moved |= {
                path
                for path, lines in suspects.items()
                if there is None or _runs(lines, there, _COPIED)
            }
        return moved

    def _elsewhere(self, step: Step, rows: set[bytes]) -> set[bytes] | None:
        """Return which lines stand in the older versions of what a step changed; None if unknown."""
        older = {
            edit.old_blob: None
            for edit in step.edits.values()
            if edit.old_blob and edit.old_mode != SUBMODULE_MODE
        }
        self._read(older)
        there: set[bytes] = set()
        for name in older:
            if name not in self._data:
                return None
            there |= rows.intersection(self._lines(name))
        return there

    def _read(self, names: Iterable[str]) -> None:
        missing = [name for name in dict.fromkeys(names) if name not in self._data]
        for blob in read_blobs(self._repository, missing, limit=_MOST_BYTES - self._weight):
            self._weight += len(blob.data)
            if self._weight > _MOST_BYTES:
                break
            if not blob.problem:
                self._data[blob.id] = blob.data

    def _has(self, *names: str) -> bool:
        return all(name in self._data for name in names)

    def _lines(self, name: str) -> list[bytes]:
        rows = self._rows.get(name)
        if rows is None:
            rows = self._rows[name] = lines_of(self._data[name])
        return rows


def lines_of(data: bytes) -> list[bytes]:
    """Return the lines of a file without the blanks that git passes over with `-w`."""
    rows = data.translate(None, _BLANK).split(b"\n")
    if not data or data.endswith(b"\n"):
        rows.pop()
    return rows


def _at(below: Sequence[Entry], path: str) -> Entry | None:
    at = bisect_left(below, path, key=_PATH)
    return below[at] if at < len(below) and below[at].path == path else None


def _has_folder(below: Sequence[Entry], path: str) -> bool:
    at = bisect_left(below, f"{path}/", key=_PATH)
    return at < len(below) and below[at].path.startswith(f"{path}/")


def _side(mode: str, blob: str) -> tuple[str, str]:
    return (mode, blob) if mode.strip("0") else ("", "")


def _takes_away(step: Step) -> bool:
    # What it takes away may be the old name of what it adds.
    return any(not edit.blob for edit in step.edits.values())


def _plain_hunks(old: Sequence[bytes], new: Sequence[bytes]) -> list[Hunk] | None:
    """Return the difference of two texts where there is only one; None where git chooses.

    Beside what both begin and end with, all old lines are gone and all new ones are new if no
    line is in both; and no other lines than these can be said to be gone or new if the first of
    them is not the one that follows, nor the last the one that precedes.
    """
    most = min(len(old), len(new))
    start = next((at for at in range(most) if old[at] != new[at]), most)
    most -= start
    end = next((at for at in range(1, most + 1) if old[-at] != new[-at]), most + 1) - 1
    fresh, lost = new[start : len(new) - end], old[start : len(old) - end]
    if not fresh and not lost:
        return []
    before, after = new[:start][-1:], new[len(new) - end :][:1]
    for some in (fresh, lost):
        if some and ([some[-1]] == before or [some[0]] == after):
            return None
    if not set(fresh).isdisjoint(lost):
        return None
    return [Hunk(start + 1, len(fresh), start + 1, len(lost))]


def _parted(parts: Sequence[Part], hunks: Sequence[Hunk]) -> tuple[list[Part], list[Part]]:
    brought: list[Part] = []
    older: list[Part] = []
    for part in parts:
        first, was, end = part.first, part.was, part.was + part.last - part.first + 1
        shift = 0
        for hunk in hunks:
            if hunk.first >= end:
                break
            kept = min(hunk.first, end) - was
            if kept > 0:
                older.append(Part(first, first + kept - 1, was + shift))
                first, was = first + kept, was + kept
            taken = min(hunk.first + hunk.count, end) - was
            if taken > 0:
                brought.append(Part(first, first + taken - 1, was))
                first, was = first + taken, was + taken
            shift = hunk.old_first + hunk.old_count - hunk.first - hunk.count
        if was < end:
            older.append(Part(first, part.last, was + shift))
    return brought, older


def _in_turn(rows: Sequence[bytes], parts: Iterable[Part]) -> Iterable[bytes]:
    """Yield the lines of parts of a version, with nothing known between parts that do not touch."""
    at = 0
    for part in sorted(parts, key=lambda one: one.was):
        if part.was > at:
            yield b"\n"
        at = part.was + part.last - part.first + 1
        yield from rows[part.was - 1 : at - 1]


def _weight(row: bytes) -> int:
    return len(row.translate(None, _OTHER)) if row != b"\n" else -1


def _runs(lines: Iterable[tuple[bytes, int]], known: set[bytes] | None, enough: int) -> bool:
    """Tell whether neighbours that are known have enough letters and digits; all without `known`."""
    total = 0
    for row, weight in lines:
        if weight < 0 or (weight and known is not None and row not in known):
            total = 0
        total += max(weight, 0) if known is None or row in known else 0
        if total >= enough:
            return True
    return False


def _hunks_in(shown: bytes) -> dict[tuple[str, str], list[Hunk]]:
    """Read `git diff-tree -p -U0 --full-index`; what a pair of blobs differs in, by their ids."""
    found: dict[tuple[str, str], list[Hunk]] = defaultdict(list)
    key = ("", "")
    # The lines of files themselves stand behind `+`, `-` or a backslash.
    for row in shown.split(b"\n"):
        if row.startswith(b"index "):
            old, _, new = row.split(b" ")[1].decode("ascii", "replace").partition("..")
            key = (old, new)
            found[key] = []
        elif row.startswith(b"@@ -"):
            before, after = (part[1:].split(b",") for part in row.split(b" ")[1:3])
            lost, fresh = (int(part[1]) if len(part) > 1 else 1 for part in (before, after))
            # Where there are none, git names the line before.
            first, old_first = int(after[0]) + (not fresh), int(before[0]) + (not lost)
            found[key].append(Hunk(first, fresh, old_first, lost))
    return found
