"""Tells by their paths which files coding agents obey."""

from __future__ import annotations

import re
from functools import lru_cache

from aigate.discovery._words import damaged
from aigate.domain.knowledge import AgentFiles, Knowledge
from aigate.domain.regex import rare


def agent_file(path: str, knowledge: Knowledge) -> tuple[str, str] | None:
    """Return the agent that obeys a path and its role there, the most special first."""
    if _any(knowledge).search(path) is None:
        return None
    for files in reversed(knowledge.agent_files):
        if _of(files).search(path):
            return files.agent, files.role
    return None


@lru_cache(maxsize=4)
def _any(knowledge: Knowledge) -> re.Pattern[str]:
    every = (path for files in knowledge.agent_files for path in files.paths)
    ends = "|".join(path.removeprefix("^(?:.*/)?") for path in every)
    return rare(f"(?:^|/)(?:{ends})")


@lru_cache(maxsize=256)
def _of(files: AgentFiles) -> re.Pattern[str]:
    return _compiled("|".join(f"(?:{path})" for path in files.paths))


def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        raise damaged() from error
