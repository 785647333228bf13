"""Tells which files agents obey or take settings from, by name and by what stands in them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from aigate.domain.regex import rare, regex
from aigate.domain.severity import Severity
from aigate.value import dataclass

_OBEYED = frozenset({"rules", "skill", "command", "settings", "mcp"})
_HEAD = 3_000


@dataclass(frozen=True, slots=True)
class Switch:
    """A setting that lets an agent act without asking, under any of its keys."""

    keys: tuple[str, ...]
    values: tuple[object, ...]
    severity: Severity
    says: str
    anywhere: bool


@dataclass(frozen=True, slots=True)
class Step:
    """How a workflow runs an agent: an action, or the pattern of a command."""

    agent: str
    uses: str
    command: re.Pattern[str] | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AgentTable:
    """What is known of the files and settings of agents, from the data that ships."""

    obeyed: re.Pattern[str]
    settings: re.Pattern[str]
    servers: re.Pattern[str]
    markers: re.Pattern[str]
    switches: tuple[Switch, ...]
    lists: tuple[str, ...]
    folders: frozenset[str]
    commands: frozenset[str]
    helpers: frozenset[str]
    runners: frozenset[str]
    own_hosts: Mapping[str, tuple[str, ...]]
    signed_in: tuple[str, ...]
    public: tuple[str, ...]
    steps: tuple[Step, ...]

    def is_obeyed(self, path: str) -> bool:
        """Tell whether agents take words or settings from a file of this name."""
        return self.obeyed.fullmatch(path) is not None

    def is_addressed(self, text: str) -> bool:
        """Tell whether a text says by itself that it is written for a coding agent."""
        return self.markers.search(text, 0, _HEAD) is not None


@lru_cache(maxsize=4)
def agent_table(packs: str) -> AgentTable | None:
    """Read the data below the folder of packs, or return nothing if it is damaged."""
    try:
        data = Path(packs, "data")
        known = json.loads((data / "ai.json").read_text(encoding="utf-8"))
        own = json.loads((data / "agent_settings.json").read_text(encoding="utf-8"))
        return _table(known, own)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, re.error):
        return None


def _table(known: Mapping[str, Any], own: Mapping[str, Any]) -> AgentTable:
    files = known["agent_files"]
    settings = [p for one in files if one["role"] in {"settings", "mcp"} for p in one["paths"]]
    return AgentTable(
        obeyed=_any(
            (
                *(p for one in files if one["role"] in _OBEYED for p in one["paths"]),
                *own["also_obeyed"],
            )
        ),
        settings=_any((*settings, *own["also_settings"])),
        servers=_any(p for one in files if one["role"] == "mcp" for p in one["paths"]),
        markers=regex("|".join(own["markers"]), re.IGNORECASE | re.MULTILINE),
        switches=tuple(_switch(one) for one in _mappings(own["switches"])),
        lists=tuple(name.casefold() for name in own["lists"]),
        folders=frozenset(own["folders"]),
        commands=frozenset(own["commands"]),
        helpers=frozenset(own["helpers"]),
        runners=frozenset(own["runners"]),
        own_hosts={str(k): tuple(v) for k, v in dict(own["own_hosts"]).items()},
        signed_in=tuple(own["signed_in"]),
        public=tuple(own["public"]),
        steps=(
            *(Step(one["agent"], one["uses"].casefold(), None) for one in known["actions"]),
            *(
                Step(one["agent"], "", regex(r"(?:^|[\s;&|(/\"'])" + one["pattern"]))
                for one in known["commands"]
            ),
        ),
    )


def _any(patterns: Iterable[str]) -> re.Pattern[str]:
    return rare("|".join(f"(?:{one})" for one in patterns), re.IGNORECASE)


def _mappings(raw: Iterable[object]) -> Iterable[Mapping[str, object]]:
    return (one for one in raw if isinstance(one, dict))


def _switch(raw: Mapping[str, object]) -> Switch:
    keys, values = raw["keys"], raw["values"]
    if not isinstance(keys, list) or not isinstance(values, list):
        raise TypeError("a switch has no keys or values")
    return Switch(
        tuple(str(key).casefold() for key in keys),
        tuple(one.casefold() if isinstance(one, str) else one for one in values),
        Severity[str(raw["severity"]).upper()],
        str(raw["says"]),
        bool(raw["anywhere"]),
    )


def host_matches(host: str, patterns: Iterable[str]) -> bool:
    """Tell whether a host is one of those, where `*.` stands for anything before a dot."""
    low = host.casefold()
    return any(low == one or (one.startswith("*.") and low.endswith(one[1:])) for one in patterns)
