"""GitHub Copilot: hooks in `.github/hooks/`, by GitHub's reference of hooks of November 2026."""

from __future__ import annotations

from collections.abc import Mapping

from aigate.agents import _events as events
from aigate.domain.agent import Answer, CodingAgent, Event, Moment, Reply, Ruling

_MOMENTS = {
    "SessionStart": Moment.START,
    "PreToolUse": Moment.BEFORE,
    "PostToolUse": Moment.AFTER,
    "Stop": Moment.STOP,
    "SubagentStop": Moment.STOP,
}
_WRITERS = frozenset(
    {
        "create",
        "edit",
        "create_file",
        "insert_edit_into_file",
        "replace_string_in_file",
        "multi_replace_string_in_file",
        "apply_patch",
        "str_replace_editor",
        "edit_notebook_file",
        "Write",
        "Edit",
    }
)
_DENY = (
    '{"permissionDecision":"deny","permissionDecisionReason":'
    '"the hook of aigate failed: is aigate installed?"}'
)


def _read(found: Reply) -> Event:
    # Hooks that are set up under names such as `PreToolUse` are told the event's name, the
    # others are not.
    given = events.arguments(found, "tool_input", "toolArgs")
    tool = events.text(found, "tool_name", "toolName")
    return Event(
        moment=events.moment(found, _MOMENTS),
        session=events.name_in(found, "session_id", "sessionId"),
        folder=events.text(found, "cwd"),
        model=events.text(found, "model"),
        edits=events.edits(tool, given, _WRITERS),
        command=events.command(given) if tool not in _WRITERS else "",
        again=found.get("stop_hook_active", found.get("stopHookActive")) is True,
    )


def _reply(moment: Moment, answer: Answer) -> Reply:
    if answer.ruling is Ruling.PASS or moment in {Moment.START, Moment.OTHER}:
        return {}
    if moment is Moment.BEFORE:
        return {"permissionDecision": "deny", "permissionDecisionReason": answer.text}
    if moment is Moment.AFTER:
        return {"additionalContext": answer.text}
    if answer.ruling is Ruling.BLOCK:
        return {"decision": "block", "reason": answer.text}
    return {}


def _hooks(command: str) -> Mapping[str, Reply]:
    return {
        "SessionStart": _entry(command, 30),
        # Some versions go on after a hook that fails, so the shell answers if aigate does not.
        "PreToolUse": _entry(f"{command} || printf '%s' '{_DENY}'", 30),
        "PostToolUse": _entry(command, 120),
        "Stop": _entry(command, 300),
    }


def _entry(command: str, seconds: int) -> Reply:
    return {"type": "command", "bash": command, "timeoutSec": seconds}


def _sample(folder: str, path: str, text: str) -> Reply:
    return {
        "hook_event_name": "PreToolUse",
        "session_id": "aigate-doctor",
        "timestamp": "1970-01-01T00:00:00Z",
        "cwd": folder,
        "tool_name": "create",
        "tool_input": {"path": path, "file_text": text},
    }


AGENT = CodingAgent(
    name="copilot",
    title="GitHub Copilot",
    program="copilot",
    read=_read,
    reply=_reply,
    project=".github/hooks/aigate.json",
    personal=".copilot/hooks/aigate.json",
    personal_variable="COPILOT_HOME",
    hooks=_hooks,
    sample=_sample,
    frame={"version": 1},
    settings=(
        r"\.github/hooks(?:/.*)?",
        r"\.github/copilot/.*",
        r"\.copilot/(?:config|settings|mcp-config)\.json|\.copilot/hooks/.*",
        r"\.vscode/(?:settings|mcp)\.json",
    ),
    markers=("COPILOT_CLI", "COPILOT_AGENT_SESSION_ID"),
    needs=(
        (
            "the cloud agent reads `.github/hooks/` of the default branch alone, and needs aigate from"
            " `copilot-setup-steps.yml`"
        ),
        "the command line asks once whether you trust the folder",
        "it shows no words of a hook that passes: what is handed over is in the job's log alone",
    ),
)
