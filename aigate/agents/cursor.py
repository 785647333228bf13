"""Cursor: hooks in `.cursor/hooks.json`, version 1, by its reference of hooks of autumn 2026."""

from __future__ import annotations

from collections.abc import Mapping

from aigate.agents import _events as events
from aigate.domain.agent import Answer, CodingAgent, Event, Moment, Reply, Ruling

_MOMENTS = {
    "sessionStart": Moment.START,
    "preToolUse": Moment.BEFORE,
    "postToolUse": Moment.AFTER,
    "stop": Moment.STOP,
    "subagentStop": Moment.STOP,
}
_WRITERS = frozenset({"Write", "Edit", "StrReplace", "Delete", "EditNotebook", "MultiEdit"})


def _read(found: Reply) -> Event:
    given = events.arguments(found, "tool_input")
    roots = found.get("workspace_roots")
    first = roots[0] if isinstance(roots, list) and roots else ""
    loops = found.get("loop_count")
    return Event(
        moment=events.moment(found, _MOMENTS),
        session=events.name_in(found, "conversation_id", "session_id"),
        folder=events.text(found, "cwd") or (first if isinstance(first, str) else ""),
        model=events.text(found, "model"),
        edits=events.edits(events.text(found, "tool_name"), given, _WRITERS),
        command=events.command(given),
        again=isinstance(loops, int) and loops > 0,
    )


def _reply(moment: Moment, answer: Answer) -> Reply:
    if answer.ruling is Ruling.PASS or moment in {Moment.START, Moment.OTHER}:
        return {}
    if moment is Moment.BEFORE:
        return {"permission": "deny", "user_message": answer.text, "agent_message": answer.text}
    if moment is Moment.AFTER:
        return {"additional_context": answer.text}
    return {"followup_message": answer.text} if answer.ruling is Ruling.BLOCK else {}


def _hooks(command: str) -> Mapping[str, Reply]:
    return {
        "sessionStart": {"command": command, "timeout": 30},
        "preToolUse": {
            "command": f"{command} || exit 2",
            "timeout": 30,
            "matcher": "Write|Edit|StrReplace|MultiEdit|EditNotebook|Delete|Shell|MCP:.*",
            "failClosed": True,
        },
        "postToolUse": {
            "command": command,
            "timeout": 120,
            "matcher": "Write|Edit|StrReplace|MultiEdit|EditNotebook|MCP:.*",
        },
        "stop": {"command": command, "timeout": 300, "loop_limit": 5},
    }


def _sample(folder: str, path: str, text: str) -> Reply:
    return {
        "conversation_id": "aigate-doctor",
        "generation_id": "aigate-doctor",
        "hook_event_name": "preToolUse",
        "workspace_roots": [folder],
        "tool_name": "Write",
        "tool_input": {"file_path": path, "content": text},
    }


AGENT = CodingAgent(
    name="cursor",
    title="Cursor",
    program="cursor-agent",
    read=_read,
    reply=_reply,
    project=".cursor/hooks.json",
    personal=".cursor/hooks.json",
    hooks=_hooks,
    sample=_sample,
    frame={"version": 1},
    settings=(r"\.cursor/(?:hooks|cli|mcp|cli-config|permissions)\.json|\.cursor/hooks/.*",),
    markers=("CURSOR_AGENT",),
    needs=(
        "it runs hooks of a project only in workspaces that you trust",
        "its settings have a tab `Hooks` that lists them, with what they answered",
        "hooks of Claude Code run as well where third-party hooks are switched on",
    ),
)
