"""What the opcodes of a pickle leave on the stack, as far as anything depends on it."""

from __future__ import annotations

from dataclasses import field

from aigate.domain.regex import regex
from aigate.value import dataclass

MOST_KEPT = 64
"""Items of a tuple, and entries of a mapping, that are remembered."""

_TYPE = regex(r"[|<>=]?([a-zA-Z?])(\d{0,9})")


class Mark:
    """What the opcode MARK leaves on the stack."""


MARK = Mark()


@dataclass(slots=True, eq=False)
class Name:
    """A module's attribute that the pickle asked for."""

    module: str
    name: str

    @property
    def full(self) -> str:
        return f"{self.module}.{self.name}"


@dataclass(slots=True, eq=False)
class Made:
    """What a call returned, or would have."""

    by: object
    arguments: object = None
    state: object = None


@dataclass(slots=True, eq=False)
class Dictionary:
    """A dictionary, as far as its first entries."""

    entries: dict[str, object] = field(default_factory=dict)


def keep(mapping: Dictionary, items: list[object]) -> None:
    for key, value in zip(items[::2], items[1::2], strict=False):
        if isinstance(key, str) and len(mapping.entries) < MOST_KEPT:
            mapping.entries[key] = value


def is_array(made: Made) -> bool:
    return isinstance(made.by, Name) and made.by.full == "joblib.numpy_pickle.NumpyArrayWrapper"


def item_size(dtype: object) -> int | None:
    """Return the bytes of an item, 0 for objects, None if nothing tells."""
    if not isinstance(dtype, Made) or not isinstance(dtype.by, Name):
        return None
    arguments = dtype.arguments
    code = arguments[0] if isinstance(arguments, tuple) and arguments else None
    if dtype.by.full != "numpy.dtype" or not isinstance(code, str):
        return None
    found = _TYPE.fullmatch(code)
    if found is None:
        return None
    size = int(found[2] or "1") * (4 if found[1] == "U" else 1)
    state = dtype.state if isinstance(dtype.state, tuple) else ()
    # A record may hold objects, and then it is written as a pickle.
    holds_objects = len(state) > 7 and isinstance(state[7], int) and bool(state[7] & 1)
    return 0 if found[1] == "O" or holds_objects else size
