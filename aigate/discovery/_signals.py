"""What a reader tells of a file: its syntax without its meaning, the same for all languages."""

from __future__ import annotations

from aigate.value import dataclass


@dataclass(frozen=True, slots=True)
class Imported:
    """A module or package that is imported or depended on.

    `language` is `python` for modules, `npm` and `pypi` for packages. `names` are the names
    taken out of it; empty where it is taken whole.
    """

    language: str
    module: str
    line: int
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """A string.

    `key` is the nearest name that it is given to: a variable, a parameter, a key. `call` is the
    function that it is an argument of, and `place` which one (-1 for none, counted from 0).
    `open` says that something follows which is only known when the code runs; `tested` that it is
    only compared with, or one of the alternatives of a type.
    """

    text: str
    line: int
    column: int
    key: str = ""
    call: str = ""
    place: int = -1
    open: bool = False
    tested: bool = False


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a call: its name (or its position), its value where it is written out.

    `value` is None where it is only known when the code runs, and `shown` names it then.
    """

    name: str
    value: str | None
    shown: str = ""


@dataclass(frozen=True, slots=True)
class Called:
    """A call of a function or class by its dotted name."""

    name: str
    line: int
    column: int
    arguments: tuple[Argument, ...] = ()

    def argument(self, *names: str) -> Argument | None:
        """Return the first argument that has one of the names."""
        return next((one for one in self.arguments if one.name in names), None)

    @property
    def last(self) -> str:
        """The name without what stands before its last dot."""
        return self.name.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Decorated:
    """A function that a decorator registers, such as `tool`."""

    decorator: str
    name: str
    line: int
    column: int


Signal = Imported | Said | Called | Decorated
