"""Notes of git-ai (`refs/notes/ai`, `authorship/3.0.0`): line by line, by a tool that watched.

Lines that a note does not list are untracked: nobody knows, which is not to say a person.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from aigate.domain.evidence import Agents, Claim, Doubt, Exhibits, Grade
from aigate.domain.finding import Provenance
from aigate.domain.regex import regex
from aigate.engine.identity import agent_named
from aigate.provenance._places import GIT_AI as REF
from aigate.value import dataclass

LARGEST = 4_000_000
"""Larger notes are not read, in bytes."""

_NAME = "git-ai"
_SCHEMA = "authorship/3.0.0"
_MOST_RANGES = 100_000
_FARTHEST = 10_000_000  # no file has a line of this number
_ENTRY = regex(r"  (\S{1,80}) ([0-9,-]{1,1000000})")
_SESSION = regex(r"(s_[0-9a-f]{14})(?:::t_[0-9a-f]{14})?")
_HUMAN = regex(r"h_[0-9a-f]{14}")
_PROMPT = regex(r"[0-9a-f]{16}|[0-9a-f]{7}")
# git-ai itself loses the records of these where it rewrites notes.
_LOST = regex(r"[0-9a-f]{16}|[0-9a-f]{7}|ai_agent")
_RANGE = regex(r"([0-9]{1,9})(?:-([0-9]{1,9}))?")


@dataclass(frozen=True, slots=True)
class _Record:
    kind: Provenance
    agent: str = ""
    model: str = ""
    session: str = ""


class _WrongError(ValueError):
    """A note that is not what the format says; the argument is what is wrong."""


def read(exhibits: Exhibits) -> Iterator[Claim | Doubt]:
    """Yield what notes claim, and what is wrong with them."""
    known = {one.id for one in exhibits.commits}
    for commit, data in sorted(exhibits.notes.get(REF, {}).items()):
        if commit in known:
            yield from _of_note(commit, data, exhibits.agents)


def _of_note(commit: str, data: bytes, agents: Agents) -> Iterator[Claim | Doubt]:
    if len(data) > LARGEST:
        yield Doubt("note-large", f"a note of {len(data)} bytes is not read", _NAME, commit)
        return
    attested, divider, meta = data.partition(b"\n---\n")
    if data.startswith(b"---\n"):
        attested, divider, meta = b"", b"---", data[4:]
    if not divider:
        yield Doubt("note-malformed", "it has no line `---`", _NAME, commit)
        return
    try:
        records = _records(meta, agents)
        rows = attested.decode("utf-8").split("\n")
    except UnicodeError:
        yield Doubt("note-malformed", "it is not UTF-8", _NAME, commit)
        return
    except (_WrongError, RecursionError) as error:
        yield Doubt("note-malformed", str(error) or "it nests too deep", _NAME, commit)
        return
    yield from _capped(_entries(rows, records, commit))


def _capped(found: Iterator[Claim | Doubt]) -> Iterator[Claim | Doubt]:
    """Yield all claims, and each kind of doubt once: one finding is enough to look at a note."""
    doubted: set[str] = set()
    for one in found:
        if isinstance(one, Claim) or one.code not in doubted:
            yield one
        if isinstance(one, Doubt):
            doubted.add(one.code)


def _entries(
    rows: list[str], records: Mapping[str, _Record], commit: str
) -> Iterator[Claim | Doubt]:
    path = ""
    left = _MOST_RANGES
    taken: dict[str, list[tuple[int, int, str]]] = {}
    for row in rows:
        if not row.strip():
            continue
        if not row.startswith(" "):
            path = row[1:-1] if len(row) > 1 and row[0] == row[-1] == '"' else row
            continue
        entry = _ENTRY.fullmatch(row)
        if entry is None or not path:
            yield Doubt("note-malformed", f"`{row.strip()[:60]}` is no entry", _NAME, commit, path)
            continue
        try:
            ranges = _ranges(entry[2], left)
        except _WrongError as error:
            yield Doubt("note-ranges", str(error), _NAME, commit, path)
            continue
        left -= len(ranges)
        key = entry[1]
        session = _SESSION.fullmatch(key)
        found = records.get(session[1] if session else key)
        if found is None:
            if not _LOST.fullmatch(key):
                reason = f"`{key[:40]}` has no record in the note"
                yield Doubt("note-unknown-key", reason, _NAME, commit, path)
            # The lines are an agent's by the form of the key, whoever that was.
            found = _Record(Provenance.HUMAN if _HUMAN.fullmatch(key) else Provenance.AI)
        taken.setdefault(path, []).extend((first, last, key) for first, last in ranges)
        yield Claim(
            source=_NAME,
            kind=found.kind,
            grade=Grade.NOTED,
            agent=found.agent,
            model=found.model,
            session=found.session,
            commit=commit,
            path=path,
            ranges=ranges,
            detail="note",
        )
    yield from _overlaps(taken, commit)


def _overlaps(taken: Mapping[str, list[tuple[int, int, str]]], commit: str) -> Iterator[Doubt]:
    for path, ranges in sorted(taken.items()):
        reach, owner = 0, ""
        for first, last, key in sorted(ranges):
            if first <= reach and _is_person(key) != _is_person(owner):
                reason = f"line {first} is said to be by a person and by an agent"
                yield Doubt("note-contradicts-itself", reason, _NAME, commit, path)
                break
            if last > reach:
                reach, owner = last, key


def _is_person(key: str) -> bool:
    return key == "human" or key.startswith("h_")


def _ranges(text: str, most: int) -> tuple[tuple[int, int], ...]:
    found: list[tuple[int, int]] = []
    for part in text.split(","):
        matched = _RANGE.fullmatch(part)
        if matched is None:
            raise _WrongError(f"`{part[:40]}` is no range of lines")
        first = int(matched[1])
        last = int(matched[2] or matched[1])
        if not 1 <= first <= last <= _FARTHEST:
            raise _WrongError(f"lines {part[:40]} are in no file")
        found.append((first, last))
        if len(found) > most:
            raise _WrongError(f"more than {_MOST_RANGES} ranges in one note")
    return tuple(found)


def _records(meta: bytes, agents: Agents) -> dict[str, _Record]:
    try:
        found: object = json.loads(meta.decode("utf-8"))
    except UnicodeError:
        raise _WrongError("it is not UTF-8") from None
    except ValueError:
        raise _WrongError("its second part is no JSON") from None
    if not isinstance(found, dict):
        raise _WrongError("its second part is no JSON object")
    version = found.get("schema_version")
    if version != _SCHEMA:
        raise _WrongError(f"its version is {ascii(version)[:60]}, and `{_SCHEMA}` is known")
    # The first versions name lines of people by this key, and have no record for it.
    records: dict[str, _Record] = {"human": _Record(Provenance.HUMAN)}
    for table, form in (("sessions", _SESSION), ("prompts", _PROMPT)):
        for key, value in _items(found.get(table)):
            if form.fullmatch(key):
                records[key] = _agent_record(value, agents)
    for key, _ in _items(found.get("humans")):
        if _HUMAN.fullmatch(key):
            records[key] = _Record(Provenance.HUMAN)
    return records


def _items(value: object) -> list[tuple[str, object]]:
    return list(value.items()) if isinstance(value, dict) else []


def _agent_record(value: object, agents: Agents) -> _Record:
    about = value.get("agent_id") if isinstance(value, dict) else None
    said = about if isinstance(about, dict) else {}
    tool, model, session = (
        text[:200] if isinstance(text := said.get(key), str) else ""
        for key in ("tool", "model", "id")
    )
    known = agent_named(agents, tool)
    return _Record(Provenance.AI, known.name if known else tool, model, session)
