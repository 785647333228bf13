"""Answers and settings in the form that Claude Code began and others took over."""

from __future__ import annotations

from collections.abc import Mapping

from aigate.agents import _events as events
from aigate.domain.agent import Answer, Event, Moment, Reply, Ruling

MOMENTS = {
    "SessionStart": Moment.START,
    "PreToolUse": Moment.BEFORE,
    "PostToolUse": Moment.AFTER,
    "Stop": Moment.STOP,
    "SubagentStop": Moment.STOP,
}
WRITERS = frozenset({"Write", "Edit", "MultiEdit", "NotebookEdit", "apply_patch"})


def read(found: Reply) -> Event:
    """Make an event of one with the field names of Claude Code.

    Raises:
        ValueError: it is none.
    """
    given = events.arguments(found, "tool_input")
    tool = events.text(found, "tool_name")
    return Event(
        moment=events.moment(found, MOMENTS),
        session=events.name_in(found, "session_id"),
        folder=events.text(found, "cwd"),
        model=events.text(found, "model"),
        edits=events.edits(tool, given, WRITERS),
        command=events.command(given),
        again=found.get("stop_hook_active") is True,
    )


def reply(moment: Moment, answer: Answer) -> Reply:
    """Answer with no field that Codex refuses: one it does not know makes it pass everything."""
    if answer.ruling is Ruling.PASS or moment in {Moment.START, Moment.OTHER}:
        return {"systemMessage": answer.text} if answer.text else {}
    if moment is Moment.BEFORE:
        return {
            "hookSpecificOutput": {
                "hookEventName": "PreToolUse",
                "permissionDecision": "deny",
                "permissionDecisionReason": answer.text,
            }
        }
    if answer.ruling is Ruling.BLOCK:
        return {"decision": "block", "reason": answer.text}
    if moment is Moment.STOP:
        return {"systemMessage": answer.text}
    return {"continue": False, "stopReason": answer.text}


def entry(command: str, timeout: int, matcher: str = "") -> Reply:
    """Return one entry of the settings; `timeout` is in the agent's own unit."""
    hook = {"type": "command", "command": command, "timeout": timeout}
    return ({"matcher": matcher} if matcher else {}) | {"hooks": [hook]}


def sample(folder: str, path: str, text: str) -> Mapping[str, object]:
    """Return an event before a write."""
    return {
        "session_id": "aigate-doctor",
        "transcript_path": "",
        "cwd": folder,
        "hook_event_name": "PreToolUse",
        "permission_mode": "default",
        "tool_name": "Write",
        "tool_input": {"file_path": path, "content": text},
        "tool_use_id": "aigate-doctor",
    }
