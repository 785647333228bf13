"""An agent can ask for an acceptance, and never give one."""

from __future__ import annotations

from typing import Any

import pytest

from aigate import registry
from aigate.cli._pens import pen_for
from aigate.domain.accountability import Role
from aigate.errors import UsageError

MARKERS = [(a.title, marker) for a in registry.coding_agents() for marker in a.markers]


@pytest.mark.parametrize(("title", "marker"), MARKERS)
def test_nobody_signs_where_an_agent_runs_the_command(
    title: str, marker: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk: Any = None  # what lies on it makes no difference
    for _, other in MARKERS:
        monkeypatch.delenv(other, raising=False)
    monkeypatch.setenv(marker, "1")
    with pytest.raises(UsageError) as caught:
        pen_for(desk, Role.SECURITY, "")
    assert caught.value.code == "agent-signs"
    assert title in caught.value.message
    assert marker in caught.value.message
