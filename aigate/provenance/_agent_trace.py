"""Agent Trace records, in `.agent-trace/traces.jsonl` or in notes: ranges with a contributor.

They are read leniently, since what writes them breaks the schema: any version, unknown fields,
paths of Windows and of somebody's disk, flat records of one edit, no ranges; and one broken record
does not take the others with it. A record names the commit that was
checked out *before* the edit, so its ranges are those of that commit's children.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from aigate.domain.evidence import Agents, Claim, Doubt, Exhibits, Grade
from aigate.domain.finding import Provenance
from aigate.domain.regex import regex
from aigate.engine.identity import agent_named
from aigate.provenance._places import AGENT_TRACE as REF
from aigate.provenance._places import AGENT_TRACE_FILE as FILE
from aigate.value import dataclass

LARGEST = 8_000_000
"""Larger files of records are not read, in bytes."""

_NAME = "agent-trace"
_MOST = 20_000  # records, and as many ranges
_MOST_DOUBTS = 5
_FARTHEST = 10_000_000
_PSEUDO = frozenset({".sessions", ".shell-history"})
_KINDS = {"ai": Provenance.AI, "human": Provenance.HUMAN, "mixed": Provenance.MIXED}
# Where people keep their files; such a path has no place in a repository. Addresses have such
# folders as well, and are no leak.
_LEAK = regex(r"(?<![\w.~$}-])(?:/(?:home|Users)/[\w.-]|/root/|[A-Za-z]:[\\/]+Users[\\/])")
_ABSOLUTE = regex(r"(?:file:/{0,2})?(?:/|[A-Za-z]:/)")
_SHORTEST = 7  # characters by which git calls a commit


@dataclass(frozen=True, slots=True)
class _Place:
    """Which commits a record is about: those given, or None for any of the change."""

    commits: tuple[str | None, ...]
    grade: Grade


def read(exhibits: Exhibits) -> Iterator[Claim | Doubt]:
    """Yield what records claim, and what is wrong with them."""
    known = {one.id for one in exhibits.commits}
    for commit, data in sorted(exhibits.notes.get(REF, {}).items()):
        if commit in known:
            place = _Place((commit,), Grade.NOTED)
            yield from _capped(_of_text(data, exhibits, place, commit))
    if FILE in exhibits.files:
        yield from _capped(_of_text(exhibits.files[FILE], exhibits, None, ""))


def _capped(found: Iterator[Claim | Doubt]) -> Iterator[Claim | Doubt]:
    doubts: set[str] = set()
    for one in found:
        if isinstance(one, Claim):
            yield one
        elif one.code not in doubts and len(doubts) < _MOST_DOUBTS:
            doubts.add(one.code)
            yield one


def _of_text(
    data: bytes, exhibits: Exhibits, place: _Place | None, commit: str
) -> Iterator[Claim | Doubt]:
    where = "" if commit else FILE
    if len(data) > LARGEST:
        reason = f"{len(data)} bytes of records are not read"
        yield Doubt("trace-large", reason, _NAME, commit, where)
        return
    try:
        text = data.decode("utf-8")
    except UnicodeError:
        yield Doubt("trace-malformed", "it is not UTF-8", _NAME, commit, where)
        return
    records = _records(text)
    if _LEAK.search(text):
        reason = "a record holds the path of somebody's home folder"
        yield Doubt("trace-leaks-path", reason, _NAME, commit, where)
    if len(records) > _MOST:
        reason = f"of {len(records)} records {_MOST} are read"
        yield Doubt("trace-large", reason, _NAME, commit, where)
    for record in records[:_MOST]:
        if not isinstance(record, dict):
            reason = "a record is no JSON object"
            yield Doubt("trace-malformed", reason, _NAME, commit, where)
            continue
        yield from _of_record(record, exhibits, place or _placed(record, exhibits), commit)


def _records(text: str) -> list[object]:
    """Return one record for each line, or the one that all lines make up; None is a broken one."""
    try:
        whole: object = json.loads(text)
    except (ValueError, RecursionError):
        return [_loaded(row) for row in text.split("\n") if row.strip()]
    return whole if isinstance(whole, list) else [whole]


def _loaded(row: str) -> object:
    try:
        found: object = json.loads(row)
    except (ValueError, RecursionError):
        return None
    return found


def _placed(record: dict[str, object], exhibits: Exhibits) -> _Place:
    vcs = record.get("vcs")
    revision = vcs.get("revision") if isinstance(vcs, dict) else None
    named = revision if isinstance(revision, str) else ""
    told = len(named) >= _SHORTEST
    fitting: list[str | None] = [
        one.id
        for one in exhibits.commits
        if told and any(name.startswith(named) for name in (one.id, *one.parents))
    ]
    if told and exhibits.head.startswith(named):
        fitting.append("")
    if fitting:
        return _Place(tuple(fitting), Grade.NOTED)
    # Squashed or rebased away: the numbers mean nothing now, the file was written by it still.
    return _Place((None,), Grade.HINTED)


def _of_record(
    record: dict[str, object], exhibits: Exhibits, place: _Place, commit: str
) -> Iterator[Claim | Doubt]:
    tool = record.get("tool")
    name = _text(tool.get("name")) if isinstance(tool, dict) else ""
    left = _MOST
    if "files" not in record:
        yield from _of_edit(record, exhibits, commit)
    for file in _list(record.get("files")):
        path = _inside(_text(file.get("path")), exhibits.paths)
        if not path or path in _PSEUDO:
            continue
        for talk in _list(file.get("conversations")):
            ranges = _list(talk.get("ranges"))
            if len(ranges) > left:
                reason = f"more than {_MOST} ranges in one record"
                yield Doubt("trace-large", reason, _NAME, commit, path)
            if not ranges:
                # Somebody wrote in this file, and nobody says where.
                anywhere = _Place(place.commits, Grade.HINTED)
                who = talk.get("contributor")
                yield from _claims(who, name, talk, exhibits.agents, path, (1, 1), anywhere)
            ranges, left = ranges[:left], left - len(ranges[:left])
            for one in ranges:
                who = one.get("contributor") or talk.get("contributor")
                lines = _lines(one)
                if lines is None:
                    reason = "a record names lines that are in no file"
                    yield Doubt("trace-ranges", reason, _NAME, commit, path)
                    continue
                yield from _claims(who, name, talk, exhibits.agents, path, lines, place)


def _of_edit(record: dict[str, object], exhibits: Exhibits, commit: str) -> Iterator[Claim | Doubt]:
    """Read the flat form of some hooks: one edit of one file by an agent, at no known commit."""
    spelled = _text(record.get("file_path"))
    if not spelled:
        reason = "a record has no `files`"
        yield Doubt("trace-malformed", reason, _NAME, commit, "" if commit else FILE)
        return
    path = _inside(spelled, exhibits.paths)
    if path:
        yield Claim(
            source=_NAME,
            kind=Provenance.AI,
            grade=Grade.HINTED,
            session=_text(record.get("session_id")),
            commit=commit or None,
            path=path,
            detail="trace",
        )


def _inside(path: str, paths: AbstractSet[str]) -> str:
    """Return a path as the tree spells it; empty for a place on somebody's disk that is not in it.

    Of an absolute path as much counts as the head has, but more than the name of a file: that alone
    may be the name of any other.
    """
    spelled = path.replace("\\", "/") if path not in paths else path
    spelled = spelled.removeprefix("./")
    start = _ABSOLUTE.match(spelled)
    if start is None:
        return spelled
    parts = spelled[start.end() :].split("/")
    ends = ("/".join(parts[at:]) for at in range(len(parts) - 1))
    return next((end for end in ends if end in paths), "")


def _claims(
    who: object,
    tool: str,
    talk: dict[str, object],
    agents: Agents,
    path: str,
    lines: tuple[int, int],
    place: _Place,
) -> Iterator[Claim]:
    said = who if isinstance(who, dict) else {}
    kind = _KINDS.get(_text(said.get("type")))
    if kind is None:
        return
    # Our own export says so; the tool that wrote the record is no agent there.
    named = _text(said.get("agent")).split(", ") if "agent" in said else [tool]
    for name in dict.fromkeys("" if one == "aigate" else one for one in named):
        known = agent_named(agents, name)
        for commit in place.commits:
            yield Claim(
                source=_NAME,
                kind=kind,
                grade=place.grade,
                agent="" if kind is Provenance.HUMAN else (known.name if known else name),
                model=_text(said.get("model_id")),
                session=_text(talk.get("url")),
                commit=commit,
                path=path,
                ranges=(lines,) if place.grade is Grade.NOTED else (),
                detail="trace",
            )


def _lines(one: dict[str, object]) -> tuple[int, int] | None:
    first, last = one.get("start_line"), one.get("end_line")
    if not isinstance(first, int) or not isinstance(last, int):
        return None
    return (first, last) if 1 <= first <= last <= _FARTHEST else None


def _text(value: object) -> str:
    return value[:300] if isinstance(value, str) else ""


def _list(value: object) -> list[dict[str, object]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
