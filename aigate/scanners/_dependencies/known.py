"""The well-known names of packages and modules, read from the data that ships, and only when asked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import field
from functools import lru_cache
from pathlib import Path

from aigate.domain.package import Ecosystem
from aigate.domain.regex import regex
from aigate.value import dataclass

FAMOUS = 1_500
"""Names of lower rank are those that everybody uses."""

USUAL = 5_000
"""Names of lower rank are used so much that others are mistaken for them."""

_SEPARATORS = regex(r"[-_.]+")
LONG = 8
"""Two slips in a shorter name make another name of it."""


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """The names of one ecosystem with their ranks, from 0, the most used first.

    `squeezed` leads from names without what stands between their words to themselves; `long`
    holds the long ones among those that everybody uses, by length, with a mask of their letters.
    """

    ranks: Mapping[str, int]
    squeezed: Mapping[str, str] = field(repr=False)
    long: Mapping[int, tuple[tuple[str, int], ...]] = field(repr=False)

    def __contains__(self, name: str) -> bool:
        """Tell whether a name, in its normal spelling, is well known."""
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
    if not name.isalnum():
        for mark in "-._@/":
            name = name.replace(mark, "")
    return name


@lru_cache(maxsize=4)
def known_names(packs: str, ecosystem: Ecosystem) -> Known | None:
    """Return the well-known names, or nothing if the data that ships is damaged."""
    try:
        text = Path(packs, "data", f"packages_{ecosystem.value}.txt").read_text(encoding="ascii")
    except (OSError, ValueError):
        return None
    names = [line for line in text.split("\n") if line and line[0] != "#"]
    if not names:
        return None
    ranks = {name: rank for rank, name in enumerate(names)}
    squeezed = {squeeze(name): name for name in reversed(names[:USUAL])}
    long: dict[int, tuple[tuple[str, int], ...]] = {}
    for name in names[:FAMOUS]:
        if len(name) >= LONG - 2:
            long[len(name)] = (*long.get(len(name), ()), (name, Known.mask(name)))
    return Known(ranks, squeezed, long)


@lru_cache(maxsize=2)
def known_modules(packs: str) -> Modules | None:
    """Return the modules whose packages have other names, or nothing if the data is damaged."""
    try:
        text = Path(packs, "data", "modules_pypi.json").read_text(encoding="utf-8")
        table = json.loads(text)["modules"]
        return Modules({str(name): tuple(map(str, table[name])) for name in table})
    except (OSError, ValueError, LookupError, TypeError):
        return None
