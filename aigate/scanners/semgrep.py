"""Runs semgrep with our own rules, and believes nothing but what it can show; see `_semgrep`."""

from __future__ import annotations

from collections.abc import Iterator

from aigate.domain.extension import Repeats, Scanner, Target
from aigate.domain.finding import Gap, Sighting
from aigate.domain.tree import TEXTUAL
from aigate.scanners._installed import version_of


def _scan(target: Target) -> Iterator[Sighting | Gap]:
    # Loaded where there is something that nobody has looked at yet.
    from aigate.scanners._semgrep import scan  # noqa: PLC0415 - see above

    yield from scan(target)


SCANNER = Scanner(
    name="semgrep",
    covers=TEXTUAL,
    scan=_scan,
    version=lambda: version_of("semgrep"),
    repeats=Repeats.TEXT,
    is_program=True,
)
