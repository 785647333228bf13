"""Finds words that tell a coding agent to silence checks or to give secrets away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from aigate import __version__
from aigate.domain.extension import Repeats, Scanner, Target
from aigate.domain.tree import TEXTUAL

# What looks is loaded where there is something to look at.
if TYPE_CHECKING:
    from aigate.domain.finding import Gap, Sighting
    from aigate.domain.rule import Rule

_FEWEST = 2


def _scan(target: Target) -> Iterable[Sighting | Gap]:
    from aigate.scanners._instructions import scan  # noqa: PLC0415 - see above

    return scan(target)


def _around(target: Target) -> Mapping[str, str]:
    # Nothing tells an agent to read the only file that there is.
    if len(target.units) < _FEWEST:
        return {}
    from aigate.scanners._agents.referred import referred  # noqa: PLC0415 - see above

    return referred(target)


def _rules() -> tuple[Rule, ...]:
    from aigate.scanners._instructions import RULES  # noqa: PLC0415 - see above

    return RULES


SCANNER = Scanner(
    name="instructions",
    covers=TEXTUAL,
    scan=_scan,
    version=lambda: __version__,
    rules=_rules,
    repeats=Repeats.FILE,
    around=_around,
)
