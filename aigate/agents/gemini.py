"""Gemini CLI: hooks in `.gemini/settings.json`, by its reference of hooks; run with 0.61.0."""

from __future__ import annotations

from collections.abc import Mapping

from aigate.agents import _claude_like as form
from aigate.agents import _events as events
from aigate.domain.agent import Answer, CodingAgent, Event, Moment, Reply, Ruling

_MOMENTS = {
    "SessionStart": Moment.START,
    "BeforeTool": Moment.BEFORE,
    "AfterTool": Moment.AFTER,
    "AfterAgent": Moment.STOP,
}
_WRITERS = frozenset({"write_file", "replace", "edit"})
_WRITING = "write_file|replace|edit|mcp_.*"


def _read(found: Reply) -> Event:
    given = events.arguments(found, "tool_input")
    return Event(
        moment=events.moment(found, _MOMENTS),
        session=events.name_in(found, "session_id"),
        folder=events.text(found, "cwd"),
        model=events.text(found, "model"),
        edits=events.edits(events.text(found, "tool_name"), given, _WRITERS),
        command=events.command(given),
        again=found.get("stop_hook_active") is True,
    )


def _reply(moment: Moment, answer: Answer) -> Reply:
    if answer.ruling is Ruling.PASS or moment in {Moment.START, Moment.OTHER}:
        return {"systemMessage": answer.text} if answer.text else {}
    if moment is Moment.BEFORE or answer.ruling is Ruling.BLOCK:
        return {"decision": "deny", "reason": answer.text}
    if moment is Moment.STOP:
        return {"systemMessage": answer.text}
    return {"continue": False, "stopReason": answer.text}


def _hooks(command: str) -> Mapping[str, Reply]:
    # Times are in milliseconds here.
    return {
        "SessionStart": form.entry(command, 30_000),
        "BeforeTool": form.entry(f"{command} || exit 2", 30_000, f"{_WRITING}|run_shell_command"),
        "AfterTool": form.entry(command, 120_000, _WRITING),
        "AfterAgent": form.entry(command, 300_000),
    }


def _sample(folder: str, path: str, text: str) -> Reply:
    return {
        "session_id": "aigate-doctor",
        "transcript_path": "",
        "cwd": folder,
        "hook_event_name": "BeforeTool",
        "timestamp": "1970-01-01T00:00:00Z",
        "tool_name": "write_file",
        "tool_input": {"file_path": path, "content": text},
    }


AGENT = CodingAgent(
    name="gemini",
    title="Gemini CLI",
    program="gemini",
    read=_read,
    reply=_reply,
    project=".gemini/settings.json",
    personal=".gemini/settings.json",
    hooks=_hooks,
    sample=_sample,
    settings=(r"\.gemini/(?:settings\.json|hooks/.*|policies/.*)",),
    markers=("GEMINI_CLI",),
    needs=(
        "it loads settings of a project only from folders that you trust",
        "it warns of hooks of a project that are new or changed, and can switch them off",
        "`/hooks panel` in a session lists those that it has loaded",
    ),
)
