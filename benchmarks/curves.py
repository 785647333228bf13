"""What a growth curve is, and whether it grows as it should."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from statistics import linear_regression

MOST = {"linear": 1.1, "flat": 0.1}
"""An exponent up to this one counts as that."""


@dataclass(frozen=True)
class Point:
    """The shortest of a few runs at one size."""

    size: int
    wall: float
    cpu: float


@dataclass(frozen=True)
class Curve:
    """How one case grows; `less` are the processor seconds that are no part of it, by point."""

    of: str
    case: str
    goal: str
    points: tuple[Point, ...]
    less: tuple[float, ...] = ()

    @property
    def judged(self) -> list[tuple[float, float]]:
        """Sizes with the seconds that count: elapsed ones for cores, else processor seconds."""
        less = self.less or (0.0,) * len(self.points)
        return [
            (one.size, max((one.wall if self.of == "cores" else one.cpu) - off, 0.001))
            for one, off in zip(self.points, less, strict=True)
        ]

    @property
    def exponent(self) -> float | None:
        """The slope through all points."""
        return slope(self.judged)

    @property
    def last(self) -> float | None:
        """The slope of the last step, which what a start costs pulls down least."""
        return slope(self.judged[-2:])

    @property
    def verdict(self) -> str:
        """Whether it grows as it should."""
        if not self.goal or self.exponent is None or self.last is None:
            return ""
        return "yes" if max(self.exponent, self.last) <= MOST[self.goal] else "no"


def slope(points: Sequence[tuple[float, float]]) -> float | None:
    """Return the exponent of the power that fits best, or None for fewer than two points."""
    if len(points) < 2:
        return None
    sizes, seconds = ([log(one) for one in side] for side in zip(*points, strict=True))
    return linear_regression(sizes, seconds).slope
