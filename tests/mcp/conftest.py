"""What the tools are lent in tests: a repository, and the time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from aigate.cli.packs import packs_folder
from aigate.mcp.setting import Setting

AT = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture
def setting(project: Any) -> Callable[..., Setting]:
    """Return what tools work with in a repository whose reference has these files."""

    def make(files: dict[str, str] | None = None) -> Setting:
        base = project.commit(files or {"app.py": "x = 1\n"})
        project.check_out()
        return Setting(
            root=str(project.root),
            base=base,
            base_name="the start",
            packs=str(packs_folder()),
            now=lambda: AT,
            nonce=lambda: "0" * 32,
            environ=dict(project.environ),
        )

    return make
