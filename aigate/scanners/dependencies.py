"""Looks for dependencies that a model made up, and for what else a change lets an installer fetch."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from aigate import __version__
from aigate.domain.extension import Scanner, Target
from aigate.domain.tree import TEXTUAL

# Every run loads this module, and few need what it is made of.
if TYPE_CHECKING:
    from aigate.domain.finding import Gap, Sighting
    from aigate.domain.rule import Rule
    from aigate.domain.tree import Unit


def _scan(target: Target) -> Iterable[Sighting | Gap]:
    from aigate.scanners._dependencies.scan import scan  # noqa: PLC0415 - see above

    return scan(target)


def _rules() -> tuple[Rule, ...]:
    from aigate.scanners._dependencies.pages import RULES  # noqa: PLC0415 - see above

    return RULES


def _compares(path: str) -> bool:
    from aigate.scanners._dependencies.files import manifest_form  # noqa: PLC0415 - see above

    return bool(manifest_form(path))


def _gist(unit: Unit) -> str:
    from aigate.scanners._dependencies.gist import gist  # noqa: PLC0415 - see above

    return gist(unit)


SCANNER = Scanner(
    name="dependencies",
    covers=TEXTUAL,
    scan=_scan,
    version=lambda: __version__,
    rules=_rules,
    compares=_compares,
    gist=_gist,
)
