"""Gemini CLI 0.61.0 from npm, with a scripted model on loopback and the hooks that we install."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

pytestmark = pytest.mark.slow

SETTINGS = {
    "security": {"auth": {"selectedType": "gemini-api-key"}},
    "privacy": {"usageStatisticsEnabled": False},
    "telemetry": {"enabled": False},
    "general": {"disableAutoUpdate": True},
}


def _encode(parts: list[Any]) -> bytes:
    usage = {"promptTokenCount": 1, "candidatesTokenCount": 1, "totalTokenCount": 2}
    content = {"role": "model", "parts": parts or [{"text": "done"}]}
    candidate = {"content": content, "finishReason": "STOP", "index": 0}
    reply = {"candidates": [candidate], "usageMetadata": usage}
    return b"data: " + json.dumps(reply).encode() + b"\n\n"


def _write(path: str, text: str) -> list[Any]:
    return [{"functionCall": {"name": "write_file", "args": {"file_path": path, "content": text}}}]


def _done(_request: Any) -> list[Any]:
    return [{"text": "done"}]


def test_gemini_is_refused_told_why_sent_on_and_let_go(
    hooks: Any, serve: Any, program: Any, agent_environ: dict[str, str], helpers: Any
) -> None:
    gemini = program("gemini")

    def said(request: Any) -> str:
        return " ".join(helpers.texts(request["contents"]))

    def write_secret(_request: Any) -> list[Any]:
        return _write("settings.py", f'TOKEN = "{helpers.SECRET}"\n')

    def write_clean(request: Any) -> list[Any]:
        assert "settings.py:1 provider-key" in said(request), said(request)[-2000:]
        assert not (hooks.root / "settings.py").exists(), "the secret was written all the same"
        return _write("settings.py", 'import os\nTOKEN = os.environ["SERVICE_TOKEN"]\n')

    def write_weakness(request: Any) -> list[Any]:
        assert (hooks.root / "settings.py").exists(), said(request)[-2000:]
        return _write("run.py", "eval(input())\n")

    def mend(request: Any) -> list[Any]:
        assert "run.py:1 python-code-injection" in said(request), said(request)[-2000:]
        return _write("run.py", "print(1)\n")

    model = serve(helpers.Model([write_secret, write_clean, write_weakness, mend, _done], _encode))
    home = hooks.root.parent / "home"
    (home / ".gemini").mkdir()
    (home / ".gemini" / "settings.json").write_text(json.dumps(SETTINGS))
    installed = helpers.aigate(
        hooks,
        "agent",
        "install",
        "--target",
        "gemini",
        "--scope",
        "user",
        "--command",
        helpers.COMMAND,
    )
    assert installed.returncode == 0, installed.stderr
    kept = json.loads((home / ".gemini" / "settings.json").read_text())
    assert SETTINGS.items() <= kept.items()
    ran = subprocess.run(
        [gemini, "-m", "gemini-2.5-flash", "-y", "--skip-trust", "-p", "write the settings"],
        cwd=hooks.root,
        env={**agent_environ, "GEMINI_API_KEY": "none", "GOOGLE_GEMINI_BASE_URL": model.url},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert not model.problems, (model.problems, ran.stdout[-3000:], ran.stderr[-3000:])
    assert not model.steps, (len(model.asked), ran.stdout[-3000:], ran.stderr[-3000:])
    assert (hooks.root / "run.py").read_text() == "print(1)\n"
    records = hooks.records()
    assert {file["path"] for one in records for file in one["files"]} == {"settings.py", "run.py"}
    assert helpers.SECRET not in json.dumps(records)
