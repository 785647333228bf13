"""Runs bandit on Python, and believes nothing but what it can show; see `_bandit`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from aigate.domain.extension import Repeats, Scanner, Target
from aigate.domain.finding import Gap, Sighting
from aigate.domain.tree import Kind
from aigate.scanners._installed import all_installed, version_of


def _scan(target: Target) -> Iterator[Sighting | Gap]:
    # Loaded where there is something that nobody has looked at yet.
    from aigate.scanners._bandit import scan  # noqa: PLC0415 - see above

    yield from scan(target)


def _around(target: Target) -> Mapping[str, str]:
    # Any distribution may bring checks for it.
    return dict.fromkeys((unit.id for unit in target.units), all_installed())


SCANNER = Scanner(
    name="bandit",
    covers=frozenset({Kind.PYTHON}),
    scan=_scan,
    version=lambda: version_of("bandit"),
    repeats=Repeats.TEXT,
    around=_around,
    is_program=True,
)
