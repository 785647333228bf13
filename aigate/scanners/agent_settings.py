"""Judges the settings of coding agents, their tool servers, and workflows that run them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from aigate import __version__
from aigate.domain.extension import Repeats, Scanner, Target
from aigate.domain.tree import TEXTUAL

# What looks is loaded where there is something to look at.
if TYPE_CHECKING:
    from aigate.domain.finding import Gap, Sighting
    from aigate.domain.rule import Rule


def _scan(target: Target) -> Iterable[Sighting | Gap]:
    from aigate.scanners._agent_settings import scan  # noqa: PLC0415 - see above

    return scan(target)


def _rules() -> tuple[Rule, ...]:
    from aigate.scanners._agents.pages import RULES  # noqa: PLC0415 - see above

    return RULES


SCANNER = Scanner(
    name="agent-settings",
    covers=TEXTUAL,
    scan=_scan,
    version=lambda: __version__,
    rules=_rules,
    repeats=Repeats.FILE,
)
