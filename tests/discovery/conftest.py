"""Finds uses of AI in files given as text, through the same steps as the command."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from aigate.discovery import discover
from aigate.documents.ai_knowledge import read_knowledge
from aigate.domain.inventory import Inventory, UseKind
from aigate.domain.knowledge import Knowledge
from aigate.domain.tree import Entry
from aigate.workspace.units import Content, build_units

_DATA = Path(__file__).parents[2] / "policies" / "data" / "ai.json"


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    return read_knowledge(_DATA.read_bytes())


@pytest.fixture(scope="session")
def look(knowledge: Knowledge) -> Callable[..., Inventory]:
    def find(path: str, text: str | bytes, mode: str = "100644") -> Inventory:
        data = text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text
        content = Content(entry=Entry(path, mode, ""), data=data)
        return discover(build_units([content]), knowledge)

    return find


@pytest.fixture(scope="session")
def names(look: Callable[..., Inventory]) -> Callable[..., list[str]]:
    """Return the names of one kind, each once, in order of place."""

    def find(path: str, text: str, kind: UseKind) -> list[str]:
        return list(dict.fromkeys(u.name for u in look(path, text).uses if u.kind is kind))

    return find
