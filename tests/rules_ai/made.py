"""Manifests as texts, and inventories made by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from aigate.documents.initiative import read_initiatives
from aigate.domain.finding import Finding
from aigate.domain.inventory import Confidence, Inventory, Use, UseKind
from aigate.domain.place import Location
from aigate.domain.policy import Approved
from aigate.domain.usage import Usage
from aigate.engine.usage import findings_of
from aigate.registry import usage_rules

FOLDER = ".aigate/initiatives/"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
DIGEST = "0123456789abcdef" * 4
TODAY = date(2026, 11, 22)
# Everything that every initiative needs, so that a test is about one thing.
SOUND = """\
owners: {developer: "@ada", security: "@grace"}
evaluation: [{what: answers, evidence: docs/eval.md}]
recovery: {fallback: people answer, declares-safe: {security: "@grace"}}
"""


def manifest(body: str, *, name: str = "support", used_in: str = "app/**") -> str:
    return f"version: 1\nname: {name}\npurpose: answers\nused-in: {used_in}\n{body}"


def use(
    kind: UseKind,
    name: str,
    at: str = "app/chat.py:3",
    *,
    confidence: Confidence = Confidence.CERTAIN,
    provider: str = "",
    revision: str | None = "",
    digest: str = "",
    detail: Iterable[tuple[str, str]] = (),
) -> Use:
    path, _, line = at.partition(":")
    number = int(line or 1)
    return Use(
        kind=kind,
        name=name,
        at=Location(path, number, 1, number, 1 + len(name)),
        evidence=name,
        confidence=confidence,
        provider=provider,
        revision=revision,
        digest=digest,
        detail=tuple(detail),
    )


def facts(
    uses: Iterable[Use],
    manifests: Mapping[str, str],
    *,
    paths: Iterable[str] = (),
    approved: Approved | None = None,
    governed: bool | None = None,
    at: date = TODAY,
) -> Usage:
    files = {f"{FOLDER}{name}.yaml": text for name, text in manifests.items()}
    found = tuple(sorted(uses, key=lambda one: one.at))
    known = {"app/chat.py", "docs/eval.md", *files, *paths, *(one.at.path for one in found)}
    return Usage(
        initiatives=read_initiatives(sorted(files), lambda path: files[path].encode()),
        inventory=Inventory(uses=found, files=len(known)),
        paths=frozenset(known),
        governed=bool(manifests) if governed is None else governed,
        at=at,
        approved=approved or Approved(),
        digests={one.at.path: one.digest for one in found if one.kind is UseKind.WEIGHTS},
    )


def findings(usage: Usage) -> tuple[Finding, ...]:
    return findings_of(usage_rules(), usage)


def told(usage: Usage) -> list[str]:
    """Return what is said, as `rule path:line`."""
    return [f"{one.rule} {one.at.path}:{one.at.line}" for one in findings(usage)]
