"""Reads the data that ships with the product: pages of rules, and facts on threats.

These files are our own and are checked when they are built, so a damaged one is an error of
the installation and not of a document that somebody wrote.
"""

from __future__ import annotations

import json
from typing import Any

from aigate.domain.rule import Rule
from aigate.domain.severity import severity_of
from aigate.engine.prioritise import Threat
from aigate.errors import IntegrityError


def read_catalogue(data: bytes) -> dict[str, Rule]:
    """Return the page of every packed rule by its name.

    Raises:
        IntegrityError: the file is damaged.
    """
    try:
        return {raw["name"]: _rule(raw) for raw in json.loads(data)["rules"]}
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise _damaged("compiled/catalogue.json") from error


def read_threat(data: bytes) -> Threat:
    """Return what is known of attacks in the world.

    Raises:
        IntegrityError: the file is damaged.
    """
    try:
        raw = json.loads(data)
        return Threat(
            source=str(raw["source"]),
            exploited={int(cwe): int(count) for cwe, count in raw["exploited"].items()},
            ranks={int(cwe): rank for rank, cwe in enumerate(raw["top25"], 1)},
        )
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise _damaged("data/threat.json") from error


def read_known(data: bytes) -> dict[str, str]:
    """Return how the policies of the product read, see `nodes.packed`, by their SHA-256.

    Raises:
        IntegrityError: the file is damaged.
    """
    try:
        return {digest: str(text) for digest, text in json.loads(data).items()}
    except (ValueError, AttributeError) as error:
        raise _damaged("compiled/policies.json") from error


def _damaged(name: str) -> IntegrityError:
    return IntegrityError(
        f"`policies/{name}` of this installation is damaged",
        hint="install `aigate-ci` again",
        code="installation-damaged",
    )


def _rule(raw: dict[str, Any]) -> Rule:
    return Rule(
        name=raw["name"],
        scanner=raw["scanner"],
        title=raw["title"],
        severity=severity_of(raw["severity"]),
        what=raw["what"],
        why=raw["why"],
        fix=raw["fix"],
        decides=raw["decides"],
        cwe=tuple(raw["cwe"]),
        controls=tuple(raw["controls"]),
        languages=tuple(raw["languages"]),
        digest=raw["digest"],
    )
