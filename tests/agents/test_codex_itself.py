"""Codex CLI 0.169.0 from npm, with a scripted model on loopback and the hooks that we install."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

pytestmark = pytest.mark.slow

SETTINGS = """
model = "gpt-5.2-codex"
model_provider = "scripted"
[model_providers.scripted]
name = "scripted"
base_url = "{url}/v1"
env_key = "SCRIPTED_KEY"
wire_api = "responses"
request_max_retries = 0
stream_max_retries = 0
"""


def _encode(items: list[Any]) -> bytes:
    usage = {
        "input_tokens": 1,
        "input_tokens_details": None,
        "output_tokens": 1,
        "output_tokens_details": None,
        "total_tokens": 2,
    }
    events: list[dict[str, Any]] = [{"type": "response.created", "response": {"id": "r"}}]
    events += [{"type": "response.output_item.done", "output_index": 0, "item": i} for i in items]
    events += [{"type": "response.completed", "response": {"id": "r", "usage": usage}}]
    return b"".join(f"event: {e['type']}\ndata: {json.dumps(e)}\n\n".encode() for e in events)


def _shell(number: int, command: str) -> list[Any]:
    arguments = json.dumps({"cmd": command})
    call = {"type": "function_call", "call_id": f"c{number}", "name": "exec_command"}
    return [{**call, "arguments": arguments}]


def _patch(number: int, path: str, line: str) -> list[Any]:
    patch = f"*** Begin Patch\n*** Add File: {path}\n+{line}\n*** End Patch"
    return _shell(number, f"apply_patch <<'EOF'\n{patch}\nEOF")


def _done(_request: Any) -> list[Any]:
    text = {"type": "output_text", "text": "done"}
    return [{"type": "message", "role": "assistant", "id": "m", "content": [text]}]


def _run(
    codex: str, model: Any, *, hooks: Any, helpers: Any, environ: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    """Install the hooks, and have Codex work by the script to its end."""
    home = hooks.root.parent / "home"
    (home / ".codex").mkdir()
    (home / ".codex" / "config.toml").write_text(SETTINGS.format(url=model.url))
    installed = helpers.aigate(
        hooks,
        "agent",
        "install",
        "--target",
        "codex",
        "--scope",
        "user",
        "--command",
        helpers.COMMAND,
    )
    assert installed.returncode == 0, installed.stderr
    return subprocess.run(
        [
            codex,
            "exec",
            "--dangerously-bypass-hook-trust",
            "--dangerously-bypass-approvals-and-sandbox",
            "write the settings",
        ],
        cwd=hooks.root,
        env={**environ, "SCRIPTED_KEY": "none"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )


def test_codex_is_refused_told_why_sent_on_and_let_go(
    hooks: Any, serve: Any, program: Any, agent_environ: dict[str, str], helpers: Any
) -> None:
    codex = program("codex")

    def write_secret(_request: Any) -> list[Any]:
        return _patch(1, "settings.py", f'TOKEN = "{helpers.SECRET}"')

    def write_clean(request: Any) -> list[Any]:
        said = " ".join(helpers.texts(request["input"]))
        assert "aigate objects" in said, said[-2000:]
        assert "settings.py:1 provider-key" in said, said[-2000:]
        assert not (hooks.root / "settings.py").exists(), "the secret was written all the same"
        return _patch(2, "settings.py", 'import os; TOKEN = os.environ["SERVICE_TOKEN"]')

    def write_past_the_tools(_request: Any) -> list[Any]:
        assert (hooks.root / "settings.py").exists(), "the second try was refused as well"
        return _shell(3, "printf 'eval(input())\\n' > run.py")

    def mend(request: Any) -> list[Any]:
        said = " ".join(helpers.texts(request["input"]))
        assert "run.py:1 python-code-injection" in said, said[-2000:]
        return _shell(4, "printf 'print(1)\\n' > run.py")

    steps = [write_secret, write_clean, write_past_the_tools, _done, mend, _done]
    model = serve(helpers.Model(steps, _encode))
    ran = _run(codex, model, hooks=hooks, helpers=helpers, environ=agent_environ)
    assert not model.problems, (model.problems, ran.stdout[-3000:], ran.stderr[-3000:])
    assert not model.steps, (ran.stdout[-3000:], ran.stderr[-3000:])
    assert (hooks.root / "run.py").read_text() == "print(1)\n"
    records = hooks.records()
    assert {file["path"] for one in records for file in one["files"]} == {"settings.py"}
    assert {(one["agent"], one["model"]) for one in records} == {("codex", "gpt-5.2-codex")}
    assert helpers.SECRET not in json.dumps(records)


def test_codex_that_never_mends_anything_is_told_to_stop_and_let_go(
    hooks: Any, serve: Any, program: Any, agent_environ: dict[str, str], helpers: Any
) -> None:
    codex = program("codex")

    def write_weakness(_request: Any) -> list[Any]:
        return _shell(1, "printf 'eval(input())\\n' > run.py")

    model = serve(helpers.Model([write_weakness, _done, _done, _done, _done], _encode))
    ran = _run(codex, model, hooks=hooks, helpers=helpers, environ=agent_environ)
    assert ran.returncode == 0, ran.stderr[-3000:]
    assert not model.problems, (model.problems, ran.stderr[-3000:])
    assert not model.steps, ran.stderr[-3000:]
    told = [
        "do not try again: stop" in " ".join(helpers.texts(one["input"])) for one in model.asked
    ]
    assert told == [False, False, False, False, True]
