"""Codex: hooks in `.codex/hooks.json`; it refuses answers with a field too many, and then passes all.

Its schemas are `codex-rs/hooks/schema/generated` of `openai/codex`; run with Codex CLI 0.169.0.
"""

from __future__ import annotations

from collections.abc import Mapping

from aigate.agents import _claude_like as form
from aigate.domain.agent import CodingAgent, Reply


def _hooks(command: str) -> Mapping[str, Reply]:
    # Without a matcher: it writes by shell more than by any tool of a name.
    return {
        "SessionStart": form.entry(command, 30),
        "PreToolUse": form.entry(f"{command} || exit 2", 30),
        "PostToolUse": form.entry(command, 120),
        "Stop": form.entry(command, 300),
    }


AGENT = CodingAgent(
    name="codex",
    title="Codex CLI",
    program="codex",
    read=form.read,
    reply=form.reply,
    project=".codex/hooks.json",
    personal=".codex/hooks.json",
    personal_variable="CODEX_HOME",
    hooks=_hooks,
    sample=form.sample,
    settings=(r"\.codex/(?:hooks\.json|config\.toml|hooks/.*|rules/.*)",),
    markers=("CODEX_THREAD_ID", "CODEX_SANDBOX"),
    needs=(
        (
            "it silently skips hooks that you have not trusted: `/hooks` in a session shows and trusts"
            " them, after each change of the command anew"
        ),
        "it reads `.codex/` of a project only if that project is trusted",
        "automation that reviewed the file passes `--dangerously-bypass-hook-trust`",
    ),
)
