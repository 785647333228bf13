"""Follows data through Python with our own analysis, for the rules that need it; see `_python_flow`."""

from __future__ import annotations

from collections.abc import Iterator

from aigate import __version__
from aigate.domain.extension import Repeats, Scanner, Target
from aigate.domain.finding import Gap, Sighting
from aigate.domain.tree import Kind


def _scan(target: Target) -> Iterator[Sighting | Gap]:
    # Loaded where there is a text that nobody has followed yet.
    from aigate.scanners._python_flow import scan  # noqa: PLC0415 - see above

    yield from scan(target)


SCANNER = Scanner(
    name="python-flow",
    covers=frozenset({Kind.PYTHON}),
    scan=_scan,
    version=lambda: __version__,
    repeats=Repeats.TEXT,
    spreads=True,
)
