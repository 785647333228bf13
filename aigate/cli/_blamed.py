"""Lines with their origins as text, as JSON and as an Agent Trace record."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from aigate import __version__
from aigate.domain.evidence import Commit
from aigate.domain.finding import Origin, Provenance
from aigate.engine.shown import plain, strict
from aigate.value import dataclass

SCHEMA = "aigate-blame/1"
TRACE_VERSION = "0.1.0"
"""The version of Agent Trace that is written."""

_LONGEST_MODEL = 250
_NAMESPACE = uuid.UUID("6c0c9a0e-3f5a-5d0e-9d43-2b6a6c1f7a10")


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """Neighbouring lines of one commit and one origin; `commit` is empty if there is none yet.

    `older` says that the reference has the lines already.
    """

    first: int
    last: int
    commit: str
    older: bool
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Blamed:
    """A file of the head, with its ranges in order; `rows` are its lines."""

    path: str
    rows: tuple[str, ...]
    ranges: tuple[Range, ...]


def as_text(files: Sequence[Blamed]) -> str:
    """Return one line for each line of the files, in columns."""
    out: list[str] = []
    for file in files:
        if len(files) > 1:
            out.append(f"{plain(file.path)}:")
        named = [_who(one.origin) for one in file.ranges]
        width = min(max(map(len, named), default=0), 30)
        digits = len(str(len(file.rows)))
        for one, who in zip(file.ranges, named, strict=True):
            head = f"{_short(one)} {one.origin.kind.value:<7} {one.origin.grade:<8}"
            for number in range(one.first, one.last + 1):
                text = file.rows[number - 1] if number <= len(file.rows) else ""
                shown = plain(text.expandtabs(4)[:1000])
                out.append(f"{head} {who[:width]:<{width}} {number:>{digits}}) {shown}".rstrip())
        if len(files) > 1:
            out.append("")
    return "\n".join(out) + "\n" if out else ""


def as_json(
    files: Sequence[Blamed], commits: Mapping[str, Commit], *, reference: str, head: str
) -> str:
    """Return the ranges with everything that is known of them.

    `ac_10_1` has the fields that OWASP AISVS 1.0 asks for in AC.10.1; null is what no record
    of any kind holds.
    """
    document = {
        "schema": SCHEMA,
        "version": __version__,
        "reference": reference,
        "head": head,
        "files": [
            {
                "path": strict(file.path),
                "lines": len(file.rows),
                "ranges": [_range(one, commits) for one in file.ranges],
            }
            for file in files
        ],
    }
    return json.dumps(document, indent=2, ensure_ascii=True) + "\n"


def as_trace(files: Sequence[Blamed], *, head: str, at: datetime) -> str:
    """Return one Agent Trace record of all files; lines that are older are left out."""
    listed = [{"path": strict(file.path), "conversations": _talks(file)} for file in files]
    body = [file for file in listed if file["conversations"]]
    digest = hashlib.sha256(json.dumps([head, body]).encode()).hexdigest()
    record: dict[str, object] = {
        "version": TRACE_VERSION,
        "id": str(uuid.uuid5(_NAMESPACE, digest)),
        "timestamp": at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "tool": {"name": "aigate", "version": __version__},
        "files": body,
    }
    if head:
        record["vcs"] = {"type": "git", "revision": head}
    return json.dumps(record, indent=2, ensure_ascii=True) + "\n"


def _who(origin: Origin) -> str:
    said = origin.agent or "-"
    return plain(f"{said} ({origin.model})" if origin.model else said)


def _short(one: Range) -> str:
    if not one.commit:
        return "-------- "
    return f"^{one.commit[:8]}" if one.older else f"{one.commit[:8]} "


def _range(one: Range, commits: Mapping[str, Commit]) -> dict[str, object]:
    origin = one.origin
    return {
        "first": one.first,
        "last": one.last,
        "commit": one.commit,
        "older": one.older,
        "origin": {
            "kind": origin.kind.value,
            "agent": strict(origin.agent),
            "model": strict(origin.model),
            "session": strict(origin.session),
            "evidence": [strict(text) for text in origin.evidence],
            "grade": origin.grade,
        },
        "ac_10_1": {
            "model": strict(origin.model) or None,
            "tool": strict(origin.agent) or None,
            "context": None,
            "prompt_hash": None,
            "human_involvement": _involved(one, commits.get(one.commit)),
            "session_id": strict(origin.session) or None,
            "correlation_id": one.commit or None,
        },
    }


def _involved(one: Range, commit: Commit | None) -> str | None:
    """Say what is known of a person's part: who signed, else who the commit says made it."""
    if one.origin.kind is Provenance.HUMAN:
        return "signed the commit"
    if commit is None:
        return None
    return f"named as author: {strict(commit.author[0])}" if commit.author[0] else None


def _talks(file: Blamed) -> list[dict[str, object]]:
    talks: dict[tuple[str, str, str, str], list[dict[str, object]]] = {}
    for one in file.ranges:
        if one.older:
            continue
        model = strict(one.origin.model)[:_LONGEST_MODEL]
        session = one.origin.session
        url = strict(session) if session.startswith(("https://", "http://")) else ""
        rows = "\n".join(file.rows[one.first - 1 : one.last])
        digest = hashlib.sha256(rows.encode("utf-8", "surrogatepass")).hexdigest()
        agent = strict(one.origin.agent)[:_LONGEST_MODEL]
        talks.setdefault((one.origin.kind.value, agent, model, url), []).append(
            {"start_line": one.first, "end_line": one.last, "content_hash": f"sha256:{digest}"}
        )
    return [_talk(*key, ranges=ranges) for key, ranges in talks.items()]


def _talk(
    kind: str, agent: str, model: str, url: str, *, ranges: Iterable[dict[str, object]]
) -> dict[str, object]:
    # The format knows no agent, and allows fields that it does not know.
    said = {"model_id": model, "agent": agent}
    contributor = {"type": kind, **{key: text for key, text in said.items() if text}}
    talk: dict[str, object] = {"contributor": contributor, "ranges": list(ranges)}
    return {"url": url, **talk} if url else talk
