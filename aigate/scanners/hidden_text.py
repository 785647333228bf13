"""Finds text that people do not see, or see otherwise than machines do."""

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
    from aigate.scanners._hidden_text import scan  # noqa: PLC0415 - see above

    return scan(target)


def _rules() -> tuple[Rule, ...]:
    from aigate.scanners._hidden_text import RULES  # noqa: PLC0415 - see above

    return RULES


SCANNER = Scanner(
    name="hidden-text",
    covers=TEXTUAL,
    scan=_scan,
    version=lambda: __version__,
    rules=_rules,
    repeats=Repeats.FILE,
)
