"""Says what loading a model file would do, without loading it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from aigate import __version__
from aigate.domain.extension import Scanner, Target
from aigate.domain.tree import TEXTUAL, Kind, Unit

# What looks is loaded where there is something to look at.
if TYPE_CHECKING:
    from aigate.domain.finding import Gap, Sighting
    from aigate.domain.rule import Rule


# In lower case, the ends of the names of settings that may lie beside a model, and what is in
# those of templates.
_SETTINGS = ("config.json", "tokenizer.json", "template.json", "index.json", "params.json")
_TEMPLATE = "chat"


def _scan(target: Target) -> Iterable[Sighting | Gap]:
    units = tuple(filter(_may_be_model, target.units))
    if not units:
        return ()
    from aigate.scanners._model_files import scan  # noqa: PLC0415 - see above

    return scan(replace(target, units=units))


def _may_be_model(unit: Unit) -> bool:
    """Tell whether a unit has bytes of its own, or a path that may be that of settings."""
    if unit.head or unit.kind is Kind.BINARY or not unit.path.isascii():
        return True
    low = unit.path.lower()
    return low.endswith(_SETTINGS) or _TEMPLATE in low


def _rules() -> tuple[Rule, ...]:
    from aigate.scanners._model_files import RULES  # noqa: PLC0415 - see above

    return RULES


SCANNER = Scanner(
    name="model-files",
    covers=TEXTUAL | {Kind.BINARY},
    scan=_scan,
    version=lambda: __version__,
    rules=_rules,
)
