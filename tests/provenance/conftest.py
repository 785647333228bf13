"""Agents, commits and git repositories for tests of provenance."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from aigate.documents.agents import read_agents
from aigate.domain.evidence import Agents, Claim, Commit, Doubt, Exhibits
from aigate.registry import evidence

ROOT = Path(__file__).parents[2]
CLAUDE = "Co-Authored-By: Claude Opus 4.5 <noreply@anthropic.com>"
CURSOR = "Co-authored-by: Cursor <cursoragent@cursor.com>"


@pytest.fixture(scope="session")
def agents() -> Agents:
    return read_agents((ROOT / "policies/data/agents.json").read_bytes())


@pytest.fixture
def heard(agents) -> Callable[..., list[Claim | Doubt]]:
    """Ask one kind of evidence what it makes of a commit and what hangs on it."""

    def ask(name: str, message: str = "a change", **found: object) -> list[Claim | Doubt]:
        facts = {k: found.pop(k) for k in ("author", "committer", "parents") if k in found}
        commit = Commit(id="c" * 40, message=message, **facts)
        exhibits = Exhibits(agents=agents, **({"commits": (commit,)} | found))
        kind = next(one for one in evidence() if one.name == name)
        return list(kind.read(exhibits))

    return ask


def note(files: dict[str, list[tuple[str, str]]], **tables: object) -> bytes:
    """Return a note of git-ai: for each file, keys and ranges."""
    rows = []
    for path, entries in files.items():
        rows.append(f'"{path}"' if " " in path else path)
        rows += [f"  {key} {ranges}" for key, ranges in entries]
    meta = {"schema_version": "authorship/3.0.0", "base_commit_sha": "b" * 40, "prompts": {}}
    return ("\n".join([*rows, "---"]) + "\n" + json.dumps(meta | tables, indent=1)).encode()


SESSION = "s_c9883b05a2487d"
CURSOR_SESSION = {
    SESSION: {"agent_id": {"tool": "cursor", "id": "talk-1", "model": "some-model-1"}}
}
HUMANS = {"h_31dce776f88375": {"author": "Dev <dev@example.com>"}}


def session(path: str, *lines: str, **changed: object) -> bytes:
    """Return the record of a session that wrote these lines."""
    hashes = [hashlib.sha256(line.strip().encode()).hexdigest() for line in lines]
    record = {
        "version": "aigate-session/1",
        "session": "session-1",
        "agent": "claude",
        "model": "model-1",
        "files": [{"path": path, "blob": "b" * 40, "lines": hashes}],
    }
    return json.dumps(record | changed).encode() + b"\n"


def trace(path: str, revision: str, first: int = 1, last: int = 1, **changed: object) -> dict:
    """Return an Agent Trace record of one range."""
    talk = {
        "url": "https://example.com/talk/1",
        "contributor": {"type": "ai", "model_id": "vendor/model-1"},
        "ranges": [{"start_line": first, "end_line": last}],
    }
    return {
        "version": "1.0",
        "id": "550e8400-e29b-41d4-a716-446655440000",
        "timestamp": "2026-01-23T14:30:00Z",
        "vcs": {"type": "git", "revision": revision},
        "tool": {"name": "cursor", "version": "1"},
        "files": [{"path": path, "conversations": [talk | changed]}],
    }
