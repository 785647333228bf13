"""What is refused before it is written, what is not, and what happens to odd events."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from aigate import registry
from aigate.domain.agent import Answer, Moment, Ruling
from aigate.loop.answer import LARGEST

KEY = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"


def _reason(reply: Any) -> str:
    """Return why a write was refused, or the empty text."""
    return str(reply.get("hookSpecificOutput", {}).get("permissionDecisionReason", ""))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("settings.py", f"TOKEN = '{KEY}'\n"),
        ("notes.txt", f"use {KEY}\n"),
        ("deep/new/folder/x.yaml", f"token: {KEY}\n"),
        ("data.bin", f"\x00\x01\x02 {KEY} \x00"),
        ("odd.txt", f"\ud800 {KEY}"),
        ("coded.py", f"# -*- coding: rot13 -*-\nTOKEN = '{KEY}'\n"),
        ("note.ipynb", f"not a notebook {KEY}"),
        ("página.txt", f"{KEY}"),
    ],
    ids=["python", "text", "new-folder", "binary", "surrogate", "coding", "notebook", "name"],
)
def test_a_secret_is_refused_wherever_it_is_written(
    hooks: Any, helpers: Any, path: str, text: str
) -> None:
    said = _reason(hooks.say(helpers.write_event(path, text)))
    assert "provider-key" in said
    assert KEY not in said


def test_a_secret_that_is_in_the_file_already_does_not_keep_anybody_from_editing_it(
    hooks: Any, helpers: Any
) -> None:
    (hooks.root / "old.txt").write_text(f"token {KEY}\n")
    assert hooks.say(helpers.write_event("old.txt", f"token {KEY}\nmore\n")) == {}
    other = KEY[:-2] + "Zz"
    assert _reason(hooks.say(helpers.write_event("old.txt", f"token {other}\n")))


@pytest.mark.parametrize(
    "path",
    [
        ".aigate/trust/1.root.json",
        ".aigate/ledger/x.json",
        ".AIGATE/Trust/1.root.json",
        ".aigate/trust./x",
        "./a/../.aigate/ledger/x.json",
        ".aigate/policy.yaml",
        ".github/workflows/ci.yml",
        ".pre-commit-config.yaml",
        "CODEOWNERS",
        ".claude/settings.json",
        "packages/web/.claude/settings.local.json",
        ".codex/hooks.json",
        ".gemini/settings.json",
        ".github/hooks/other.json",
        ".cursor/hooks.json",
        ".mcp.json",
        ".git/hooks/pre-commit",
        ".git/config",
        ".git/aigate/sessions/x.jsonl",
        "../home/.codex/config.toml",
    ],
)
def test_what_steers_the_gate_or_an_agent_is_refused(hooks: Any, helpers: Any, path: str) -> None:
    assert _reason(hooks.say(helpers.write_event(path, "x\n"))), path
    whole = str(hooks.root / path)
    assert _reason(hooks.say(helpers.write_event(whole, "x\n"))), whole


def test_what_hooks_know_of_sessions_is_refused(hooks: Any, helpers: Any) -> None:
    path = str(hooks.states / "x.json")
    assert "keeps its own records" in _reason(hooks.say(helpers.write_event(path, "{}")))


@pytest.mark.parametrize(
    "path",
    ["notes.txt", "CLAUDE.md", "src/aigate/trust.py", "docs/ledger/x.md", ".gitignore", "a b.txt"],
)
def test_ordinary_files_pass(hooks: Any, helpers: Any, path: str) -> None:
    assert hooks.say(helpers.write_event(path, "plain words\n")) == {}


def test_settings_of_tools_are_left_to_the_look_at_the_whole_file(hooks: Any, helpers: Any) -> None:
    (hooks.root / "pyproject.toml").write_text('[tool.ruff.lint]\nignore = ["S101"]\n')
    assert hooks.say(helpers.write_event("pyproject.toml", 'name = "other"\n')) == {}


def test_a_path_out_of_the_repository_is_nobodys_business_unless_a_link_leads_there(
    hooks: Any, helpers: Any
) -> None:
    outside = hooks.root.parent / "elsewhere"
    outside.mkdir()
    assert hooks.say(helpers.write_event(str(outside / "x.txt"), "x")) == {}
    assert hooks.say(helpers.write_event("../elsewhere/x.txt", "x")) == {}
    (hooks.root / "link").symlink_to(outside)
    said = _reason(hooks.say(helpers.write_event("link/x.txt", "x")))
    assert "leads out of the repository" in said


def test_a_link_inside_the_repository_counts_as_what_it_leads_to(hooks: Any, helpers: Any) -> None:
    (hooks.root / ".aigate" / "trust").mkdir(parents=True)
    (hooks.root / "harmless").symlink_to(".aigate/trust")
    assert _reason(hooks.say(helpers.write_event("harmless/1.root.json", "x")))
    (hooks.root / "round").symlink_to("round")
    assert isinstance(hooks.say(helpers.write_event("round/x", "x")), dict)


@pytest.mark.parametrize(
    "path", ["", " ", "a\0b", "x" * 5000, "/" * 3000, "\ud800", "a/" * 900 + "b"]
)
def test_odd_paths_get_an_answer(hooks: Any, helpers: Any, path: str) -> None:
    assert isinstance(hooks.say(helpers.write_event(path, "x")), dict)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not json",
        b"[]",
        b"null",
        b"\xff\xfe\x00",
        b"{" * 100_000,
        b"[" * 100_000,
        b'{"hook_event_name": "PreToolUse"}',
        b'{"session_id": "s"}',
        b'{"hook_event_name": 3, "session_id": []}',
        b'{"hook_event_name": "PreToolUse", "session_id": "' + b"s" * 400 + b'"}',
        b" " * (LARGEST + 1),
    ],
    ids=range(12),
)
@pytest.mark.parametrize("target", registry.agent_names())
def test_a_damaged_event_is_refused_in_the_form_of_a_write(
    hooks: Any, data: bytes, target: str
) -> None:
    reply = hooks.with_target(target).say(data)
    agent = registry.coding_agent(target)
    text = next(t for t in json.loads(json.dumps([*_texts(reply)])) if t.startswith("aigate"))
    assert reply == agent.reply(Moment.BEFORE, Answer(Ruling.BLOCK, text))


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for inner in value.values() for text in _texts(inner)]
    return [value] if isinstance(value, str) else []


def test_a_damaged_event_of_a_known_name_is_answered_in_its_form(hooks: Any) -> None:
    assert hooks.say({"hook_event_name": "Stop"})["decision"] == "block"


def test_a_huge_text_is_refused_with_a_way_out(hooks: Any, helpers: Any) -> None:
    said = _reason(hooks.say(helpers.write_event("a.txt", "word " * 1_000_000)))
    assert "write it in parts" in said


def test_too_many_files_at_once_are_refused_with_a_way_out(hooks: Any, helpers: Any) -> None:
    files = [{"path": f"{n}.txt", "content": "x"} for n in range(501)]
    event = helpers.write_event("", "", tool_name="mcp__x__write", tool_input={"files": files})
    assert "at most 500 at a time" in _reason(hooks.say(event))


@pytest.mark.parametrize(
    "command", ["aigate " * 100_000, "> " * 300_000, "sed -" + "a" * 500_000, "a" * 1_000_000]
)
def test_long_commands_get_a_quick_answer(hooks: Any, helpers: Any, command: str) -> None:
    event = helpers.write_event("", "", tool_name="Bash", tool_input={"command": command})
    hooks.say(helpers.write_event("x.txt", "words"))
    started = time.process_time()
    assert hooks.say(event) == {}
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    "command",
    [
        "aigate accept 0123 --as developer --until 2027-01-01 --reason x",
        "cd x && python -m aigate cosign 0123 --yes",
        "aigate -C . false-positive 0123",
        "aigate trust enroll --id me",
        "echo '{}' > .claude/settings.json",
        "rm -rf .aigate/trust",
        "cp x .git/hooks/pre-commit",
        "sed -i s/a/b/ .codex/hooks.json",
    ],
)
def test_a_shell_is_kept_from_signing_and_from_what_steers(
    hooks: Any, helpers: Any, command: str
) -> None:
    event = helpers.write_event("", "", tool_name="Bash", tool_input={"command": command})
    assert _reason(hooks.say(event)), command


@pytest.mark.parametrize(
    "command",
    [
        "aigate scan --base main",
        "aigate explain python-code-injection",
        "cat .claude/settings.json 2>/dev/null",
        "ls .aigate/ledger 2>&1",
        "git commit -m 'accept the terms'",
        "echo hi > notes.txt",
    ],
)
def test_a_shell_may_do_everything_else(hooks: Any, helpers: Any, command: str) -> None:
    event = helpers.write_event("", "", tool_name="Bash", tool_input={"command": command})
    assert hooks.say(event) == {}


def test_the_policy_has_the_last_word_on_what_it_leaves_out(hooks: Any, helpers: Any) -> None:
    policy = (
        "version: 1\nname: ours\nextends: aigate:default\n"
        "scope: {exclude: [{paths: fixtures/**, reason: made-up keys}]}\n"
    )
    (hooks.root / ".aigate").mkdir()
    (hooks.root / ".aigate" / "policy.yaml").write_text(policy)
    hooks.git("add", "-A")
    hooks.git("commit", "--quiet", "-m", "a policy")
    assert hooks.say(helpers.write_event("fixtures/x.txt", KEY)) == {}
    assert _reason(hooks.say(helpers.write_event("other/x.txt", KEY)))


def test_a_policy_that_cannot_be_read_refuses_what_it_should_decide(
    hooks: Any, helpers: Any
) -> None:
    (hooks.root / ".aigate").mkdir()
    (hooks.root / ".aigate" / "policy.yaml").write_text("version: [\n")
    hooks.git("add", "-A")
    hooks.git("commit", "--quiet", "-m", "a broken policy")
    said = _reason(hooks.say(helpers.write_event("x.txt", KEY)))
    assert "could not examine" in said
    assert ".aigate/policy.yaml:" in said


def test_an_internal_error_becomes_a_refusal_with_words(hooks: Any, helpers: Any) -> None:
    def broken() -> str:
        raise ZeroDivisionError

    said = _reason(hooks.say(helpers.write_event("x.txt", KEY), packs=broken))
    assert "internal error (ZeroDivisionError)" in said
    assert "aigate agent doctor" in said


def test_without_a_repository_there_is_nothing_to_judge(
    hooks: Any, helpers: Any, tmp_path: Path
) -> None:
    folder = tmp_path / "plain"
    folder.mkdir()
    event = helpers.write_event(str(folder / "x.txt"), KEY, cwd=str(folder))
    assert hooks.say(event, start=str(folder)) == {}
    inside = helpers.write_event(str(hooks.root / "x.txt"), KEY, cwd=str(folder))
    assert _reason(hooks.say(inside, start=str(folder)))


def test_the_command_ends_with_0_and_one_line_whatever_it_reads(hooks: Any, helpers: Any) -> None:
    for data in (b"", b"\xff", json.dumps(helpers.write_event("x.txt", KEY)).encode()):
        done = helpers.aigate(hooks, "agent", "hook", "--target", "codex", feed=data)
        assert (done.returncode, done.stderr) == (0, b"")
        assert done.stdout.count(b"\n") == 1
        assert _reason(json.loads(done.stdout))
    for file in hooks.states.iterdir():
        assert file.stat().st_mode & 0o077 == 0
