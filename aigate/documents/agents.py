"""Reads the dated table of coding agents that ships with the product."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from aigate.domain.evidence import Agent, Agents, Patterns
from aigate.domain.regex import rare
from aigate.errors import IntegrityError


def read_agents(data: bytes) -> Agents:
    """Return the table of agents.

    Raises:
        IntegrityError: the file is damaged.
    """
    try:
        raw = json.loads(data)
        return Agents(
            as_of=str(raw["as_of"]),
            agents=tuple(_agent(one) for one in raw["agents"]),
            # These have nothing but identities, and those stand at the top.
            automation=tuple(_agent({**one, "identities": one}) for one in _automation(raw)),
            people_keys=frozenset(raw["identity_keys"]),
            tool_keys=frozenset(raw["disclosure_keys"]),
            models=_patterns(raw["models"]),
        )
    except (ValueError, LookupError, TypeError, AttributeError, re.error) as error:
        raise IntegrityError(
            "`policies/data/agents.json` of this installation is damaged",
            hint="install `aigate-ci` again",
            code="installation-damaged",
        ) from error


def _automation(raw: dict[str, Any]) -> list[dict[str, Any]]:
    return list(raw["assistants_are_not"])


def _agent(raw: dict[str, Any]) -> Agent:
    known = raw["identities"]
    return Agent(
        name=raw["name"],
        title=raw.get("title", raw["name"]),
        emails=_texts(known.get("emails", ())),
        email_patterns=_patterns(known.get("email_patterns", ())),
        names=_texts(known.get("names", ())),
        name_patterns=_patterns(known.get("name_patterns", ())),
        pairs=_texts(known.get("pairs", ())),
        ids=frozenset(int(one) for one in known.get("github_ids", ())),
        aliases=_texts(raw.get("aliases", ())),
        trailers=tuple(
            (one["key"].casefold(), _pattern(one["value"]) if one.get("value") else None)
            for one in raw.get("trailers", ())
        ),
        disclosures=_patterns(raw.get("disclosures", ())),
        branches=tuple(raw.get("branch_prefixes", ())),
        markers=_patterns(raw.get("message_markers", ())),
        models=_patterns(raw.get("models", ())),
    )


def _texts(raw: Iterable[str]) -> frozenset[str]:
    return frozenset(one.casefold() for one in raw)


def _patterns(raw: Iterable[str]) -> Patterns:
    return tuple(_pattern(one) for one in raw)


def _pattern(raw: str) -> re.Pattern[str]:
    return rare(raw, re.IGNORECASE)
