"""What each agent sends, and what it may be answered.

The events have the fields of these sources; none of them is a copy:

* Claude Code: the types of npm `@anthropic-ai/claude-agent-sdk` 0.3.330, `sdk.d.ts`.
* Codex CLI: what 0.169.0 sent to a hook when it was run, and the schemas in
  `codex-rs/hooks/schema/generated` of `openai/codex`.
* Gemini CLI: what 0.61.0 sent to a hook when it was run, and `docs/hooks/reference.md` in it.
* Copilot: `content/copilot/reference/hooks-reference.md` of `github/docs`, November 2026.
* Cursor: its reference of hooks for version 1 of `hooks.json`, autumn 2026; not run.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # noqa: TID253 - only the product must not load it early

from aigate import registry
from aigate.cli.packs import packs_folder
from aigate.documents.agents import read_agents
from aigate.domain.agent import Answer, Edit, Moment, Ruling

CLAUDE = {"session_id": "s", "transcript_path": "/t", "cwd": "/repo", "permission_mode": "default"}
CODEX = CLAUDE | {"turn_id": "t", "model": "gpt-5.2-codex", "tool_use_id": "c1"}
GEMINI = {
    "session_id": "s",
    "transcript_path": "/t",
    "cwd": "/repo",
    "timestamp": "2026-11-22T17:58:35.349Z",
}
COPILOT = {"session_id": "s", "timestamp": "2026-11-22T17:58:35.349Z", "cwd": "/repo"}
CURSOR = {
    "conversation_id": "s",
    "generation_id": "g",
    "model": "m",
    "cursor_version": "3.7.21",
    "workspace_roots": ["/repo"],
    "user_email": "dev@example.com",
}
PATCH = (
    "*** Begin Patch\n*** Add File: a.py\n+one\n+two\n*** Update File: b.py\n@@\n-old\n+new\n"
    "*** Move to: c.py\n*** Delete File: d.py\n*** End Patch"
)
PATCHED = (
    Edit("a.py", "one\ntwo"),
    Edit("b.py", "", removes=True),
    Edit("c.py", "new"),
    Edit("d.py", "", removes=True),
)

EVENTS: dict[str, tuple[str, dict[str, Any], Moment, tuple[Edit, ...], str]] = {
    "claude-start": (
        "claude",
        CLAUDE | {"hook_event_name": "SessionStart", "source": "startup", "model": "m"},
        Moment.START,
        (),
        "",
    ),
    "claude-write": (
        "claude",
        CLAUDE
        | {
            "hook_event_name": "PreToolUse",
            "tool_name": "Write",
            "tool_input": {"file_path": "/repo/a.py", "content": "x = 1\n"},
        },
        Moment.BEFORE,
        (Edit("/repo/a.py", "x = 1\n"),),
        "",
    ),
    "claude-edit-has-only-what-is-new": (
        "claude",
        CLAUDE
        | {
            "hook_event_name": "PostToolUse",
            "tool_name": "Edit",
            "tool_input": {"file_path": "a.py", "old_string": "gone", "new_string": "came"},
            "tool_response": {"success": True},
        },
        Moment.AFTER,
        (Edit("a.py", "came"),),
        "",
    ),
    "claude-notebook": (
        "claude",
        CLAUDE
        | {
            "hook_event_name": "PreToolUse",
            "tool_name": "NotebookEdit",
            "tool_input": {"notebook_path": "n.ipynb", "new_source": "x = 1"},
        },
        Moment.BEFORE,
        (Edit("n.ipynb", "x = 1"),),
        "",
    ),
    "claude-unknown-tool-that-writes": (
        "claude",
        CLAUDE
        | {
            "hook_event_name": "PreToolUse",
            "tool_name": "mcp__files__write_many",
            "tool_input": {"files": [{"path": "a", "content": "1"}, {"path": "b", "content": "2"}]},
        },
        Moment.BEFORE,
        (Edit("a", "1"), Edit("b", "2")),
        "",
    ),
    "claude-read": (
        "claude",
        CLAUDE
        | {
            "hook_event_name": "PreToolUse",
            "tool_name": "Read",
            "tool_input": {"file_path": "a.py"},
        },
        Moment.BEFORE,
        (),
        "",
    ),
    "claude-shell": (
        "claude",
        CLAUDE
        | {
            "hook_event_name": "PreToolUse",
            "tool_name": "Bash",
            "tool_input": {"command": "ls", "description": "list"},
        },
        Moment.BEFORE,
        (),
        "ls",
    ),
    "claude-stop": (
        "claude",
        CLAUDE | {"hook_event_name": "Stop", "stop_hook_active": True},
        Moment.STOP,
        (),
        "",
    ),
    "claude-other": (
        "claude",
        CLAUDE | {"hook_event_name": "Notification", "message": "m"},
        Moment.OTHER,
        (),
        "",
    ),
    "codex-patch-by-shell": (
        "codex",
        CODEX
        | {
            "hook_event_name": "PreToolUse",
            "tool_name": "Bash",
            "tool_input": {"command": f"apply_patch <<'EOF'\n{PATCH}\nEOF"},
        },
        Moment.BEFORE,
        PATCHED,
        f"apply_patch <<'EOF'\n{PATCH}\nEOF",
    ),
    "codex-patch": (
        "codex",
        CODEX
        | {
            "hook_event_name": "PostToolUse",
            "tool_name": "apply_patch",
            "tool_input": {"command": PATCH},
            "tool_response": "ok",
        },
        Moment.AFTER,
        PATCHED,
        PATCH,
    ),
    "codex-stop": (
        "codex",
        CODEX | {"hook_event_name": "Stop", "stop_hook_active": False},
        Moment.STOP,
        (),
        "",
    ),
    "gemini-write": (
        "gemini",
        GEMINI
        | {
            "hook_event_name": "BeforeTool",
            "tool_name": "write_file",
            "tool_input": {"file_path": "a.py", "content": "x"},
        },
        Moment.BEFORE,
        (Edit("a.py", "x"),),
        "",
    ),
    "gemini-replace": (
        "gemini",
        GEMINI
        | {
            "hook_event_name": "AfterTool",
            "tool_name": "replace",
            "tool_input": {"file_path": "a.py", "old_string": "x", "new_string": "y"},
            "tool_response": {"llmContent": "ok"},
        },
        Moment.AFTER,
        (Edit("a.py", "y"),),
        "",
    ),
    "gemini-stop": (
        "gemini",
        GEMINI
        | {
            "hook_event_name": "AfterAgent",
            "prompt": "p",
            "prompt_response": "r",
            "stop_hook_active": False,
        },
        Moment.STOP,
        (),
        "",
    ),
    "copilot-create": (
        "copilot",
        COPILOT
        | {
            "hook_event_name": "PreToolUse",
            "tool_name": "create",
            "tool_input": {"path": "a.py", "file_text": "x"},
        },
        Moment.BEFORE,
        (Edit("a.py", "x"),),
        "",
    ),
    "copilot-arguments-as-text": (
        "copilot",
        COPILOT
        | {
            "hook_event_name": "PreToolUse",
            "tool_name": "edit",
            "tool_input": '{"path": "a.py", "old_str": "x", "new_str": "y"}',
        },
        Moment.BEFORE,
        (Edit("a.py", "y"),),
        "",
    ),
    "copilot-stop": (
        "copilot",
        COPILOT | {"hook_event_name": "Stop", "stop_reason": "end_turn"},
        Moment.STOP,
        (),
        "",
    ),
    "cursor-write": (
        "cursor",
        CURSOR
        | {
            "hook_event_name": "preToolUse",
            "tool_name": "Write",
            "tool_input": {"file_path": "/repo/a.py", "content": "x"},
        },
        Moment.BEFORE,
        (Edit("/repo/a.py", "x"),),
        "",
    ),
    "cursor-delete": (
        "cursor",
        CURSOR
        | {
            "hook_event_name": "preToolUse",
            "tool_name": "Delete",
            "tool_input": {"path": "/repo/a.py"},
        },
        Moment.BEFORE,
        (Edit("/repo/a.py", "", removes=True),),
        "",
    ),
    "cursor-stop": (
        "cursor",
        CURSOR | {"hook_event_name": "stop", "status": "completed", "loop_count": 1},
        Moment.STOP,
        (),
        "",
    ),
}


def _closed(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


WORDS = {"type": "string", "pattern": r"\S"}
NOTHING = _closed()
BLOCK = _closed(decision={"const": "block"}, reason=WORDS)
DENY = _closed(decision={"const": "deny"}, reason=WORDS)
END = _closed(**{"continue": {"const": False}, "stopReason": WORDS})
MESSAGE = _closed(systemMessage=WORDS)
PERMISSION = _closed(
    hookSpecificOutput=_closed(
        hookEventName={"const": "PreToolUse"},
        permissionDecision={"const": "deny"},
        permissionDecisionReason=WORDS,
    )
)
BEFORE, AFTER, STOP = Moment.BEFORE, Moment.AFTER, Moment.STOP
# What may be answered: to a block before and after, and at the end; to handing over.
REPLIES = {
    "claude": (PERMISSION, BLOCK, BLOCK, PERMISSION, END, MESSAGE),
    "codex": (PERMISSION, BLOCK, BLOCK, PERMISSION, END, MESSAGE),
    "gemini": (DENY, DENY, DENY, DENY, END, MESSAGE),
    "copilot": (
        _closed(permissionDecision={"const": "deny"}, permissionDecisionReason=WORDS),
        _closed(additionalContext=WORDS),
        BLOCK,
        _closed(permissionDecision={"const": "deny"}, permissionDecisionReason=WORDS),
        _closed(additionalContext=WORDS),
        NOTHING,
    ),
    "cursor": (
        _closed(permission={"const": "deny"}, user_message=WORDS, agent_message=WORDS),
        _closed(additional_context=WORDS),
        _closed(followup_message=WORDS),
        _closed(permission={"const": "deny"}, user_message=WORDS, agent_message=WORDS),
        _closed(additional_context=WORDS),
        NOTHING,
    ),
}


@pytest.mark.parametrize("case", EVENTS)
def test_an_event_is_read_as_its_agent_means_it(case: str) -> None:
    name, sent, moment, edits, command = EVENTS[case]
    event = registry.coding_agent(name).read(sent)
    assert (event.moment, event.session, event.folder) == (moment, "s", "/repo")
    assert (event.edits, event.command) == (edits, command)
    expected = sent.get("stop_hook_active", sent.get("loop_count", 0) == 1)
    assert event.again is expected


@pytest.mark.parametrize("name", registry.agent_names())
def test_every_reply_has_the_agents_strict_form_and_a_pass_grants_nothing(name: str) -> None:
    agent = registry.coding_agent(name)
    asked = [
        (ruling, m) for ruling in (Ruling.BLOCK, Ruling.HAND_OVER) for m in (BEFORE, AFTER, STOP)
    ]
    for (ruling, moment), schema in zip(asked, REPLIES[name], strict=True):
        reply = json.loads(json.dumps(dict(agent.reply(moment, Answer(ruling, "because")))))
        Draft202012Validator(schema).validate(reply)
    for moment in Moment:
        assert agent.reply(moment, Answer()) == {}


@pytest.mark.parametrize("name", registry.agent_names())
def test_a_sample_is_an_event_before_a_write(name: str) -> None:
    agent = registry.coding_agent(name)
    event = agent.read(agent.sample("/repo", "/repo/a.txt", "words"))
    assert (event.moment, event.folder) == (Moment.BEFORE, "/repo")
    assert event.edits == (Edit("/repo/a.txt", "words"),)


@pytest.mark.parametrize("name", registry.agent_names())
def test_hooks_are_set_up_for_every_moment_and_fail_closed_before_a_write(name: str) -> None:
    agent = registry.coding_agent(name)
    hooks = agent.hooks("COMMAND")
    moments = {agent.read({"hook_event_name": event, "session_id": "s"}).moment for event in hooks}
    assert moments == {Moment.START, Moment.BEFORE, Moment.AFTER, Moment.STOP}
    before = next(
        e for e in hooks if agent.read({"hook_event_name": e, "session_id": "s"}).moment is BEFORE
    )
    assert "COMMAND || " in json.dumps(dict(hooks[before]))


@pytest.mark.parametrize("name", registry.agent_names())
def test_agents_bear_the_names_by_which_provenance_knows_them(name: str) -> None:
    known = read_agents((packs_folder() / "data" / "agents.json").read_bytes())
    assert name in {agent.name for agent in known.agents}
    assert registry.coding_agent(name).name == name
