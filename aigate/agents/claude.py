"""Claude Code: hooks in `.claude/settings.json`, as the types of its agent SDK 0.3.330 have them."""

from __future__ import annotations

from collections.abc import Mapping

from aigate.agents import _claude_like as form
from aigate.domain.agent import CodingAgent, Reply

_WRITING = "Write|Edit|MultiEdit|NotebookEdit|mcp__.*"


def _hooks(command: str) -> Mapping[str, Reply]:
    return {
        "SessionStart": form.entry(command, 30),
        "PreToolUse": form.entry(f"{command} || exit 2", 30, f"{_WRITING}|Bash|PowerShell"),
        "PostToolUse": form.entry(command, 120, _WRITING),
        "Stop": form.entry(command, 300),
    }


AGENT = CodingAgent(
    name="claude",
    title="Claude Code",
    program="claude",
    read=form.read,
    reply=form.reply,
    project=".claude/settings.json",
    personal=".claude/settings.json",
    hooks=_hooks,
    sample=form.sample,
    settings=(r"\.claude/settings(?:\.local)?\.json", r"\.claude/hooks(?:/.*)?", r"\.mcp\.json"),
    markers=("CLAUDECODE",),
    needs=(
        "it asks once whether you trust the folder, and runs no hook of the project before",
        "`disableAllHooks`, or `allowManagedHooksOnly` of your organisation, switches them off",
        "`/hooks` in a session lists those that it has loaded",
    ),
)
