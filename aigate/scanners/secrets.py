"""Finds credentials written into text: keys by their providers' formats, and a few others.

Precision comes first: a stretch counts only if its form is a provider's, or if its name, its
spread of characters and its surroundings all say that it is a secret and no placeholder.
`docs/decisions/0004-secret-detection.md` compares this with libraries.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from aigate import __version__
from aigate.domain.extension import Repeats, Scanner, Target
from aigate.domain.tree import TEXTUAL

if TYPE_CHECKING:
    from aigate.domain.finding import Gap, Sighting
    from aigate.domain.rule import Rule


def _scan(target: Target) -> Iterable[Sighting | Gap]:
    from aigate.scanners._secrets.scan import scan  # noqa: PLC0415 - every run loads this module

    return scan(target)


def _rules() -> tuple[Rule, ...]:
    from aigate.scanners._secrets.pages import RULES  # noqa: PLC0415 - every run loads this module

    return RULES


SCANNER = Scanner(
    name="secrets",
    covers=TEXTUAL,
    scan=_scan,
    version=lambda: __version__,
    rules=_rules,
    repeats=Repeats.FILE,
)
