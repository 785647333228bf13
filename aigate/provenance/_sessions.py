"""Sessions that our own agent hooks recorded: which lines an agent wrote, by their digests.

One record is a JSON document on a line of its own. In a clone it lies in the git folder, in
`aigate/sessions/*.jsonl`; with a commit it travels as a note under `refs/notes/aigate`. Lines
are named by digest and not by number, so a record fits after a squash or a rebase as well.
`docs/provenance.md` describes the format.
"""

from __future__ import annotations

from collections.abc import Iterator

from aigate.domain.evidence import Claim, Doubt, Exhibits, Grade
from aigate.domain.finding import Provenance
from aigate.domain.regex import regex
from aigate.engine.strict_json import Json, read_json
from aigate.errors import DocumentError
from aigate.provenance._places import LARGEST_SESSION as LARGEST
from aigate.provenance._places import SESSION_VERSION as VERSION
from aigate.provenance._places import SESSIONS as REF

_NAME = "sessions"
_MOST_RECORDS = 2_000
_MOST_DOUBTS = 5
_LONGEST = 300
_HASH = regex(r"[0-9a-f]{64}")
_BLOB = regex(r"[0-9a-f]{40}|[0-9a-f]{64}")
_FIELDS = {"version", "session", "agent", "model", "files"}
_FILE_FIELDS = {"path", "blob", "lines"}


class _WrongError(ValueError):
    """A record that is not what the format says; the argument is what is wrong."""


def read(exhibits: Exhibits) -> Iterator[Claim | Doubt]:
    """Yield what records claim, and what is wrong with them."""
    for commit, data in sorted(exhibits.notes.get(REF, {}).items()):
        yield from _of_text(data, commit)
    for data in exhibits.local:
        yield from _of_text(data, "")


def claims_of(row: bytes) -> list[Claim]:
    """Return what one record claims; nothing for what is no record."""
    try:
        return _claims(read_json(row, file="session", largest=LARGEST))
    except (DocumentError, _WrongError):
        return []


def _of_text(data: bytes, commit: str) -> Iterator[Claim | Doubt]:
    if len(data) > LARGEST:
        yield Doubt("session-large", f"{len(data)} bytes are not read", _NAME, commit)
        return
    rows = [row for row in data.split(b"\n") if row.strip()]
    if len(rows) > _MOST_RECORDS:
        reason = f"of {len(rows)} records {_MOST_RECORDS} are read"
        yield Doubt("session-large", reason, _NAME, commit)
    doubts = 0
    for row in rows[:_MOST_RECORDS]:
        try:
            yield from _claims(read_json(row, file="session", largest=LARGEST))
        except DocumentError as error:
            doubts += 1
            if doubts <= _MOST_DOUBTS:
                yield Doubt("session-malformed", error.mistakes[0].text, _NAME, commit)
        except _WrongError as error:
            doubts += 1
            if doubts <= _MOST_DOUBTS:
                yield Doubt("session-malformed", str(error), _NAME, commit)


def _claims(record: Json) -> list[Claim]:
    found = _object(record, _FIELDS, "the record")
    if found["version"] != VERSION:
        raise _WrongError(f"the version is not `{VERSION}`")
    session, agent, model = (_text(found, key) for key in ("session", "agent", "model"))
    if not session or not agent:
        raise _WrongError("`session` or `agent` is empty")
    files = found["files"]
    if not isinstance(files, list):
        raise _WrongError("`files` is no list")
    return [_claim(file, session, agent, model=model) for file in files]


def _claim(file: Json, session: str, agent: str, *, model: str) -> Claim:
    found = _object(file, _FILE_FIELDS, "a file")
    path, blob, lines = _text(found, "path"), _text(found, "blob"), found["lines"]
    if not path or not _BLOB.fullmatch(blob):
        raise _WrongError("a file lacks its path, or the id of its blob")
    if not isinstance(lines, list) or not lines:
        raise _WrongError("a file has no lines")
    hashes = [one for one in lines if isinstance(one, str) and _HASH.fullmatch(one)]
    if len(hashes) != len(lines):
        raise _WrongError("a line is no SHA-256 in hexadecimal")
    return Claim(
        source=_NAME,
        kind=Provenance.AI,
        grade=Grade.RECORDED,
        agent=agent,
        model=model,
        session=session,
        path=path,
        hashes=frozenset(hashes),
        detail="session",
    )


def _object(value: Json, fields: set[str], what: str) -> dict[str, Json]:
    if not isinstance(value, dict) or value.keys() != fields:
        raise _WrongError(f"{what} has not the fields {', '.join(sorted(fields))}")
    return value


def _text(found: dict[str, Json], key: str) -> str:
    value = found[key]
    if not isinstance(value, str) or len(value) > _LONGEST:
        raise _WrongError(f"`{key}` is no text, or longer than {_LONGEST} characters")
    return value
