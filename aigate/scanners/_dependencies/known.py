"""The well-known names of packages and modules, read from the data that ships, and only when asked."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cached_property, lru_cache
from pathlib import Path

from aigate.domain.package import Ecosystem
from aigate.domain.regex import regex
from aigate.value import dataclass

FAMOUS = 1_500
"""Names of lower rank are those that everybody uses."""

USUAL = 5_000
"""Names of lower rank are used so much that others are mistaken for them."""

# So many searches of the text cost as much as making a table of all names.
_MOST_LOOKS = 20
_ANY_NAME = regex(r"^[^#\n]", re.MULTILINE)
_SEPARATORS = regex(r"[-_.]+")
_SQUEEZED = str.maketrans("", "", "-._@/")
LONG = 8
"""Two slips in a shorter name make another name of it."""


class Known:
    """The names of one ecosystem with their ranks; tables of them are made when first needed."""

    def __init__(self, text: str) -> None:
        """Take the names, each on a line of its own, the most used first, between remarks."""
        self._text = f"\n{text}\n"
        self._looks = 0

    @cached_property
    def _names(self) -> list[str]:
        return [line for line in self._text.split("\n") if line and line[0] != "#"]

    @cached_property
    def ranks(self) -> Mapping[str, int]:
        """The names with their ranks, from 0."""
        return dict(zip(self._names, range(len(self._names)), strict=True))

    @cached_property
    def squeezed(self) -> Mapping[str, str]:
        """The usual names, by themselves without what stands between their words."""
        usual = self._names[:USUAL][::-1]
        return dict(zip("\n".join(usual).translate(_SQUEEZED).split("\n"), usual, strict=True))

    @cached_property
    def long(self) -> Mapping[int, tuple[tuple[str, int], ...]]:
        """The long names among the famous by their length, with a mask of their letters."""
        long: dict[int, tuple[tuple[str, int], ...]] = {}
        for name in self._names[:FAMOUS]:
            if len(name) >= LONG - 2:
                long[len(name)] = (*long.get(len(name), ()), (name, Known.mask(name)))
        return long

    def __contains__(self, name: str) -> bool:
        """Tell whether a name, in its normal spelling, is well known."""
        if self._looks < _MOST_LOOKS:
            self._looks += 1
            return f"\n{name}\n" in self._text and name[:1] not in {"", "#"} and "\n" not in name
        return name in self.ranks

    @staticmethod
    def mask(name: str) -> int:
        """Return which letters a name holds, as bits."""
        bits = 0
        for letter in name:
            bits |= 1 << (ord(letter) & 63)
        return bits


@dataclass(frozen=True, slots=True, eq=False)
class Modules:
    """Which packages bring a module of Python, where the names differ."""

    packages: Mapping[str, tuple[str, ...]]


def normal(name: str, ecosystem: Ecosystem) -> str:
    """Return a name in the spelling under which the ecosystem's index knows it."""
    lower = name.lower()
    return _SEPARATORS.sub("-", lower) if ecosystem is Ecosystem.PYPI else lower


def squeeze(name: str) -> str:
    """Return a name without what people forget or mix up between its words."""
    return name if name.isalnum() else name.translate(_SQUEEZED)


@lru_cache(maxsize=4)
def known_names(packs: str, ecosystem: Ecosystem) -> Known | None:
    """Return the well-known names, or nothing if the data that ships is damaged."""
    try:
        text = Path(packs, "data", f"packages_{ecosystem.value}.txt").read_text(encoding="ascii")
    except (OSError, ValueError):
        return None
    return Known(text) if _ANY_NAME.search(text) else None


@lru_cache(maxsize=2)
def known_modules(packs: str) -> Modules | None:
    """Return the modules whose packages have other names, or nothing if the data is damaged."""
    try:
        text = Path(packs, "data", "modules_pypi.json").read_text(encoding="utf-8")
        table = json.loads(text)["modules"]
        return Modules({str(name): tuple(map(str, table[name])) for name in table})
    except (OSError, ValueError, LookupError, TypeError):
        return None
