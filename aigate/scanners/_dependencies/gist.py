"""Says in a few words what of a unit may matter: it depends on nothing but the unit."""

from __future__ import annotations

from dataclasses import field

from aigate.domain.tree import Kind, Unit
from aigate.scanners._dependencies.files import lists_packages, may_ask
from aigate.scanners._dependencies.imports import python_imports, python_words, script_words
from aigate.value import dataclass

_ASKS = "asks"
_UNCLEAR = "?"


@dataclass(frozen=True, slots=True)
class Gist:
    """Whether a unit asks for anything, and the words that may be modules that it imports.

    No words at all, not even none, says that it is unclear which those are.
    """

    asks: bool = False
    words: frozenset[str] | None = field(default_factory=frozenset)


def gist(unit: Unit) -> str:
    """Return what may matter of a unit, as words that `read` reads."""
    words = _words(unit)
    return (
        f"{_ASKS if _asks(unit) else ''}\n{_UNCLEAR if words is None else ' '.join(sorted(words))}"
    )


def read(said: str) -> Gist:
    """Return what `gist` said of a unit."""
    asks, _, words = said.partition("\n")
    found = None if words == _UNCLEAR else frozenset(words.split(" ") if words else ())
    return Gist(asks == _ASKS, found)


def _asks(unit: Unit) -> bool:
    if not may_ask(unit):
        return False
    if lists_packages(unit):
        return True
    from aigate.scanners._dependencies.look import look  # noqa: PLC0415 - it reads everything

    found = look(unit)
    return bool(found.items or found.damage)


def _words(unit: Unit) -> frozenset[str] | None:
    if unit.kind is Kind.PYTHON:
        words = python_words(unit.text)
        # In a text that is not ASCII it might be spelt in other letters, but hardly ever is.
        if "as" in words and next(python_imports(unit.text, {"as"}), None) is None:
            words -= {"as"}
        return words
    if unit.kind in {Kind.JAVASCRIPT, Kind.TYPESCRIPT}:
        return script_words(unit.text)
    return frozenset()
