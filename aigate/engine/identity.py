"""Tells whose name and address stand in a commit: an agent's, another program's, a person's."""

from __future__ import annotations

from collections.abc import Iterable

from aigate.domain.evidence import Agent, Agents, Patterns
from aigate.domain.regex import regex

_NOREPLY = regex(r"(?:(\d{1,15})\+)?([^@+]{1,100})@users\.noreply\.github\.com")
# Addresses of code hosts themselves, which commit for whoever clicks.
_HOSTS = frozenset(
    {"noreply@github.com", "noreply@gitlab.com", "web-flow@users.noreply.github.com"}
)
_LONGEST = 320  # no address is longer, and patterns need not look at more


def agent_of(agents: Agents, name: str, email: str) -> Agent | None:
    """Return the agent that a name and an address belong to, None if it is no agent we know.

    An address of other automation belongs to no agent; a name that belongs to one still counts.
    """
    called, address = name.strip().casefold(), email.strip().casefold()
    if max(len(called), len(address)) > _LONGEST:
        return None
    automated = _owns_address(agents.automation, address) is not None
    pair = f"{called} <{address}>"
    for one in agents.agents:
        if _is_called(one, called) or pair in one.pairs:
            return one
    return None if automated else _owns_address(agents.agents, address)


def agent_named(agents: Agents, text: str) -> Agent | None:
    """Return the agent that another tool calls by this name, in whatever case."""
    wanted = text.strip().casefold()
    return next((one for one in agents.agents if wanted in one.aliases or wanted == one.name), None)


def agent_disclosed(agents: Agents, value: str) -> Agent | None:
    """Return the agent that a trailer which names tools speaks of, None if it is none we know."""
    text = value.strip()[:_LONGEST]
    return next((one for one in agents.agents if _found(one.disclosures, text)), None)


def model_in(agents: Agents, agent: Agent, text: str) -> str:
    """Return the model that stands in an agent's name or disclosure, or the empty text."""
    said = " ".join(text.split())[:_LONGEST]
    for pattern in (*agent.models, *agents.models):
        found = pattern.search(said)
        if found and found["model"].strip().casefold() != agent.name:
            return found["model"].strip()
    return ""


def is_person(agents: Agents, name: str, email: str) -> bool:
    """Tell whether this may be a human being: no agent, no bot, no code host, and not nobody."""
    called, address = name.strip().casefold(), email.strip().casefold()
    if not (called or address) or address in _HOSTS:
        return False
    if called.endswith("[bot]") or "[bot]@" in address:
        return False
    if any(called in one.names for one in agents.automation):
        return False
    return agent_of(agents, name, email) is None and not _owns_address(agents.automation, address)


def _is_called(agent: Agent, called: str) -> bool:
    return called in agent.names or _found(agent.name_patterns, called)


def _owns_address(table: Iterable[Agent], address: str) -> Agent | None:
    if not address:
        return None
    noreply = _NOREPLY.fullmatch(address)
    number = int(noreply[1]) if noreply and noreply[1] else 0
    for one in table:
        if address in one.emails or number in one.ids or _found(one.email_patterns, address):
            return one
    return None


def _found(patterns: Patterns, text: str) -> bool:
    return any(pattern.search(text) for pattern in patterns)
