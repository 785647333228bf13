"""A scripted model on loopback, the coding agents from their registry, and hooks to call."""

from __future__ import annotations

import http.server
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from aigate import registry
from aigate.cli.packs import packs_folder
from aigate.loop.answer import answer
from aigate.loop.setting import Setting
from tests import foreign

ROOT = Path(__file__).parents[2]
SECRET = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
NPM = {"codex": "@openai/codex@0.169.0", "gemini": "@google/gemini-cli@0.61.0"}


@dataclass(frozen=True)
class Hooks:
    """A repository with one commit, and the hooks of one agent in it."""

    root: Path
    states: Path
    environ: dict[str, str]
    target: str

    def setting(self, **other: Any) -> Setting:
        given: dict[str, Any] = {
            "agent": registry.coding_agent(self.target),
            "settings": tuple(one for a in registry.coding_agents() for one in a.settings),
            "states": str(self.states),
            "start": str(self.root),
            "packs": lambda: str(packs_folder()),
            "at": datetime(2026, 11, 22, tzinfo=UTC),
            "nonce": "0" * 32,
            "environ": self.environ,
        }
        return Setting(**(given | other))

    def say(self, event: object, **other: Any) -> Any:
        data = event if isinstance(event, bytes) else json.dumps(event).encode()
        return answer(data, self.setting(**other))

    def git(self, *arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=self.root, env=self.environ, capture_output=True, check=True
        )
        return done.stdout.decode().strip()

    def records(self) -> list[Any]:
        files = sorted((self.root / ".git" / "aigate" / "sessions").glob("*.jsonl"))
        return [json.loads(row) for file in files for row in file.read_text().splitlines()]

    def with_target(self, target: str) -> Hooks:
        return Hooks(self.root, self.states, self.environ, target)


@pytest.fixture
def hooks(tmp_path: Path) -> Hooks:
    root, home = tmp_path / "project", tmp_path / "home"
    root.mkdir()
    home.mkdir()
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "Dev",
        "GIT_AUTHOR_EMAIL": "dev@example.com",
        "GIT_COMMITTER_NAME": "Dev",
        "GIT_COMMITTER_EMAIL": "dev@example.com",
        "LC_ALL": "C.UTF-8",
    }
    made = Hooks(root, home / ".local" / "state" / "aigate" / "agents", environ, "claude")
    made.git("init", "--quiet", "--initial-branch=main")
    (root / "app.py").write_text("print('hello')\n")
    (root / "notes.txt").write_text("nothing yet\n")
    made.git("add", "-A")
    made.git("commit", "--quiet", "-m", "a start")
    return made


def write_event(path: str, text: str, name: str = "PreToolUse", **other: Any) -> dict[str, Any]:
    """Return an event of Claude Code about its tool `Write`."""
    return {
        "session_id": "session-1",
        "transcript_path": "",
        "hook_event_name": name,
        "permission_mode": "default",
        "tool_name": "Write",
        "tool_input": {"file_path": path, "content": text},
        "tool_use_id": "toolu_1",
    } | other


Step = Callable[[Any], list[Any]]


@dataclass
class Model:
    """Answers requests by a script, one step each, and keeps what it was asked."""

    steps: list[Step]
    encode: Callable[[list[Any]], bytes]
    asked: list[Any] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    url: str = ""

    def reply(self, body: bytes) -> bytes:
        request = json.loads(body)
        self.asked.append(request)
        if not self.steps:
            self.problems.append("the agent asked more often than the script has steps")
            return self.encode([])
        try:
            return self.encode(self.steps.pop(0)(request))
        except AssertionError as error:
            self.problems.append(str(error))
            return self.encode([])


@pytest.fixture
def serve() -> Iterator[Callable[[Model], Model]]:
    servers: list[http.server.ThreadingHTTPServer] = []

    def start(model: Model) -> Model:
        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                pass

            def do_GET(self) -> None:
                self.send_error(404)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                data = model.reply(body)
                self.send_response(200)
                self.send_header("content-type", "text/event-stream")
                self.end_headers()
                self.wfile.write(data)

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        model.url = f"http://127.0.0.1:{server.server_address[1]}"
        return model

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="session")
def program() -> Callable[[str], str]:
    """Install a coding agent from npm, once for all tests."""

    def get(name: str) -> str:
        return str(foreign.npm(NPM[name], scripts=True) / "node_modules" / ".bin" / name)

    return get


@pytest.fixture
def agent_environ(hooks: Hooks) -> dict[str, str]:
    """Return the environment of an agent that finds this checkout, and no cache of bytecode."""
    return {**hooks.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}


def aigate(
    hooks: Hooks, *arguments: str, feed: bytes = b"", **environ: str
) -> subprocess.CompletedProcess[bytes]:
    """Run the command line in the repository."""
    return subprocess.run(
        [sys.executable, "-m", "aigate", *arguments],
        cwd=hooks.root,
        env={**hooks.environ, "PYTHONPATH": str(ROOT), **environ},
        input=feed,
        capture_output=True,
        check=False,
        timeout=200,
    )


COMMAND = f"{sys.executable} -m aigate"


def texts(value: Any) -> Sequence[str]:
    """Return every text in a JSON value."""
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for one in inner for text in texts(one)]


@pytest.fixture
def helpers() -> Any:
    """Return this module, for test modules cannot import it by a name."""
    return sys.modules[__name__]
