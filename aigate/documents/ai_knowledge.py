"""Reads the dated table of what is known of AI in code, which ships with the product."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields
from typing import Any, TypeVar

from aigate.domain.knowledge import AgentFiles, AgentStep, Knowledge, Library, Provider
from aigate.errors import IntegrityError

_Value = TypeVar("_Value", Provider, Library)


def read_knowledge(data: bytes) -> Knowledge:
    """Return the table.

    Raises:
        IntegrityError: the file is damaged.
    """
    try:
        raw = json.loads(data)
        return Knowledge(
            as_of=str(raw["as_of"]),
            digest=hashlib.sha256(data).hexdigest(),
            providers=tuple(_value(Provider, one) for one in raw["providers"]),
            frameworks=tuple(_value(Library, one) for one in raw["frameworks"]),
            vector_stores=tuple(_value(Library, one) for one in raw["vector_stores"]),
            open_models=_texts(raw["open_models"]),
            weak_models=_texts(raw["weak_models"]),
            embeddings=_texts(raw["embeddings"]),
            hubs=_texts(raw["hubs"]),
            sure_hubs=_texts(raw["sure_hubs"]),
            agent_files=tuple(
                AgentFiles(
                    agent=str(one["agent"]),
                    role=str(one["role"]),
                    paths=_texts(one["paths"]),
                )
                for one in raw["agent_files"]
            ),
            roots=_texts(raw["roots"]),
            steps=(*map(_action, raw["actions"]), *map(_command, raw["commands"])),
        )
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise IntegrityError(
            "`policies/data/ai.json` of this installation is damaged",
            hint="install `aigate-ci` again",
            code="installation-damaged",
        ) from error


def _action(raw: dict[str, Any]) -> AgentStep:
    return AgentStep(agent=raw["agent"], provider=raw["provider"], uses=raw["uses"].casefold())


def _command(raw: dict[str, Any]) -> AgentStep:
    pattern = r"(?:^|[\s;&|(/\"'])" + raw["pattern"]
    return AgentStep(agent=raw["agent"], provider=raw["provider"], pattern=pattern)


def _value(kind: type[_Value], raw: dict[str, Any]) -> _Value:
    unknown = raw.keys() - {field.name for field in fields(kind)}
    if unknown:
        raise ValueError(f"unknown fields {sorted(unknown)}")
    return kind(**{key: _field(value) for key, value in raw.items()})


def _field(value: Any) -> Any:  # noqa: ANN401 - JSON, before its shape is known
    return tuple(value) if isinstance(value, list) else value


def _texts(raw: list[str]) -> tuple[str, ...]:
    return tuple(str(one) for one in raw)
