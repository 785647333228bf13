"""Reports what no scanner can read, what runs by itself, and paths that lead astray."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from aigate import __version__
from aigate.domain.extension import Scanner, Target
from aigate.domain.tree import Kind

# What looks is loaded where there is something to look at.
if TYPE_CHECKING:
    from aigate.domain.finding import Gap, Sighting
    from aigate.domain.rule import Rule


def _scan(target: Target) -> Iterable[Sighting | Gap]:
    from aigate.scanners._contents import scan  # noqa: PLC0415 - see above

    return scan(target)


def _rules() -> tuple[Rule, ...]:
    from aigate.scanners._contents import RULES  # noqa: PLC0415 - see above

    return RULES


SCANNER = Scanner(
    name="contents",
    covers=frozenset(Kind) - {Kind.REMOVED},
    scan=_scan,
    version=lambda: __version__,
    rules=_rules,
)
