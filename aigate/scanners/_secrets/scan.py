"""Looks at texts for secrets, and says where they stand without showing them."""

from __future__ import annotations

from collections.abc import Iterator

from aigate.domain.extension import Target
from aigate.domain.finding import Gap, Sighting
from aigate.domain.tree import Unit
from aigate.engine.lines import Lines
from aigate.scanners._secrets.clues import clues_in

_NAME = "secrets"
_LIMIT = 1_000


def scan(target: Target) -> Iterator[Sighting | Gap]:
    """Yield each secret in the units, and a gap where there are too many."""
    for unit in target.units:
        for count, sighting in enumerate(_sightings(unit)):
            if count == _LIMIT:
                reason = f"more than {_LIMIT} possible secrets in one file"
                yield Gap(unit.path, reason, "too-many-secrets", _NAME)
                break
            yield sighting


def _sightings(unit: Unit) -> Iterator[Sighting]:
    clues = clues_in(unit.text)
    if clues is None:
        return
    from aigate.scanners._secrets.find import found  # noqa: PLC0415 - seldom needed

    lines = Lines(unit.text)
    taken: list[tuple[int, int]] = []
    for rule, kind, start, end, severity in found(unit, clues):
        if any(start < until and begin < end for begin, until in taken[-_LIMIT:]):
            continue
        taken.append((start, end))
        secret = unit.text[start:end]
        shown = _shown(secret)
        yield Sighting(
            rule=rule.name,
            unit=unit.id,
            span=lines.span(start, end),
            message=(
                f"{kind} `{shown}…` ({len(secret)} characters) stands in the text;"
                " hint: revoke it, then read it from a secret store"
            ),
            severity=severity,
            secret=True,
        )


def _shown(secret: str) -> str:
    return secret[:4] if len(secret) >= 20 and not secret.startswith("-") else ""
