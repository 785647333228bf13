"""Where records of who wrote lines lie, and what they are called."""

from __future__ import annotations

AGENT_TRACE = "refs/notes/agent-trace"
AGENT_TRACE_FILE = ".agent-trace/traces.jsonl"
GIT_AI = "refs/notes/ai"
SESSIONS = "refs/notes/aigate"
SESSION_VERSION = "aigate-session/1"
LARGEST_SESSION = 4_000_000
"""Larger notes and files of sessions are not read, in bytes."""
