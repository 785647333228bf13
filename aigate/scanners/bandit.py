"""Runs bandit on Python, and believes nothing but what it can show; see `_bandit`."""

from __future__ import annotations

from collections.abc import Iterator

from aigate.domain.extension import Repeats, Scanner, Target
from aigate.domain.finding import Gap, Sighting
from aigate.domain.tree import Kind
from aigate.scanners._installed import version_of


def _scan(target: Target) -> Iterator[Sighting | Gap]:
    # Loaded where there is something that nobody has looked at yet.
    from aigate.scanners._bandit import scan  # noqa: PLC0415 - see above

    yield from scan(target)


SCANNER = Scanner(
    name="bandit",
    covers=frozenset({Kind.PYTHON}),
    scan=_scan,
    version=lambda: version_of("bandit"),
    repeats=Repeats.TEXT,
    is_program=True,
)
