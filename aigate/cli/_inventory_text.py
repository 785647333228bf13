"""Shows what a tree uses of AI: as a table, as JSON and YAML, and as a CycloneDX ML-BOM."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from aigate import __version__
from aigate.domain.inventory import Confidence, Inventory, Use, UseKind
from aigate.domain.knowledge import Knowledge
from aigate.engine.shown import line as shown_line
from aigate.engine.shown import plain, strict

SCHEMA = "aigate-inventory/1"

_TITLES = {
    UseKind.PROVIDER: "providers",
    UseKind.MODEL: "models",
    UseKind.EMBEDDING: "models that embed",
    UseKind.WEIGHTS: "model files",
    UseKind.DATASET: "datasets",
    UseKind.ENDPOINT: "endpoints",
    UseKind.FRAMEWORK: "frameworks",
    UseKind.VECTOR_STORE: "vector stores",
    UseKind.AGENT: "agents",
    UseKind.SERVER: "MCP servers",
    UseKind.TOOL: "tools",
    UseKind.PROMPT: "prompts",
    UseKind.ENVIRONMENT: "environment variables",
}
_PLACES = 3
_WIDTH = 100
_COMMIT = re.compile(r"[0-9a-f]{40}")
_HUB = re.compile(r"(?P<space>[\w.-]+)/(?P<name>[\w.-]+)")
_IRI = re.compile(r"[!#$%&'()*+,./0-9:;=?@A-Z_a-z~-]+")


def as_table(inventory: Inventory) -> str:
    """Return the inventory for people: each thing once, with where it is and what shows it."""
    lines = [f"{_count(len(inventory.uses), 'use')} of AI in {_count(inventory.files, 'file')}"]
    for kind, title in _TITLES.items():
        groups = _grouped(use for use in inventory.uses if use.kind is kind)
        if groups:
            lines += ["", title]
        for (name, provider), uses in groups.items():
            lines += _group(name, provider, uses, kind)
    if inventory.unread:
        lines += ["", "not read"]
        lines += [f"  {shown_line(path, _WIDTH)}: {why}" for path, why in inventory.unread]
    return "\n".join(lines) + "\n"


def _group(name: str, provider: str, uses: Sequence[Use], kind: UseKind) -> Iterator[str]:
    first = uses[0]
    unsure = "" if first.confidence is Confidence.CERTAIN else f", {first.confidence.value}"
    by = f" ({provider})" if provider and kind is not UseKind.PROVIDER else ""
    pin = f" at {first.revision}" if first.revision else ""
    yield f"  {shown_line(name, _WIDTH) if name else '(known only when the code runs)'}{by}{pin}{unsure}"
    shown = uses if not name else uses[:_PLACES]
    for use in shown:
        cell = f" cell {use.at.cell}" if use.at.cell else ""
        yield f"    {plain(use.at.path)}:{use.at.line}{cell}  {shown_line(use.evidence, _WIDTH)}"
    if len(uses) > len(shown):
        yield f"    and {_count(len(uses) - len(shown), 'more place')}"


def _grouped(uses: Iterable[Use]) -> dict[tuple[str, str], list[Use]]:
    groups: dict[tuple[str, str], list[Use]] = {}
    for use in sorted(uses, key=lambda one: (not one.name, one.name.casefold(), one.at)):
        groups.setdefault((use.name, use.provider), []).append(use)
    return groups


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def as_json(inventory: Inventory, knowledge: Knowledge, *, commit: str) -> str:
    """Return the inventory as JSON."""
    return json.dumps(_document(inventory, knowledge, commit), indent=2, ensure_ascii=False) + "\n"


def as_yaml(inventory: Inventory, knowledge: Knowledge, *, commit: str) -> str:
    """Return the same facts as YAML, without lists that are empty."""
    from aigate.documents.yaml_text import yaml_text  # noqa: PLC0415 - the other formats need none

    document = _document(inventory, knowledge, commit)
    # An empty list has no spelling there.
    return yaml_text({key: value for key, value in document.items() if value != []})


def _document(inventory: Inventory, knowledge: Knowledge, commit: str) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "tool": {"name": "aigate", "version": __version__},
        "commit": commit,
        "knowledge": {"as_of": knowledge.as_of, "sha256": knowledge.digest},
        "files": inventory.files,
        "uses": [_use(use) for use in inventory.uses],
        "unread": [{"path": strict(path), "reason": why} for path, why in inventory.unread],
    }


def _use(use: Use) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "kind": use.kind.value,
        "name": strict(use.name),
        "path": strict(use.at.path),
        "line": use.at.line,
        "column": use.at.column,
        "confidence": use.confidence.value,
        "evidence": use.evidence,
    }
    if use.at.cell:
        shown["cell"] = use.at.cell
    if use.provider:
        shown["provider"] = use.provider
    if use.revision != "":
        shown["revision"] = use.revision
    if use.digest:
        shown["sha256"] = use.digest
    if use.detail:
        shown["detail"] = [{"name": name, "value": strict(value)} for name, value in use.detail]
    return shown


def as_cyclonedx(inventory: Inventory, knowledge: Knowledge, *, commit: str, at: datetime) -> str:
    """Return the inventory as a CycloneDX 1.6 ML-BOM.

    What is only known when the code runs has no name and is not in it; the property
    `aigate:undetermined` counts it.
    """
    import uuid  # noqa: PLC0415 - the other formats need none

    named = [use for use in inventory.uses if use.name]
    components = [
        component
        for kind, make in _COMPONENTS.items()
        for (name, _), uses in _grouped(use for use in named if use.kind is kind).items()
        for component in [_component(name, uses, make, knowledge)]
    ]
    facts = {
        "aigate:knowledge": knowledge.as_of,
        "aigate:undetermined": str(len(inventory.uses) - len(named)),
        "aigate:unread": str(len(inventory.unread)),
    }
    if commit:
        facts["aigate:commit"] = commit
    services = _services(named, knowledge)
    seed = json.dumps([components, services, facts], sort_keys=True).encode()
    document = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.UUID(bytes=hashlib.sha256(seed).digest()[:16], version=4)}",
        "version": 1,
        "metadata": {
            "timestamp": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "tools": {
                "components": [{"type": "application", "name": "aigate", "version": __version__}]
            },
            "properties": _properties(facts),
        },
        "components": components,
        "services": services,
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


_COMPONENTS = {
    UseKind.MODEL: "machine-learning-model",
    UseKind.WEIGHTS: "machine-learning-model",
    UseKind.DATASET: "data",
    UseKind.FRAMEWORK: "framework",
    UseKind.VECTOR_STORE: "library",
    UseKind.AGENT: "application",
}


def _component(name: str, uses: Sequence[Use], kind: str, knowledge: Knowledge) -> dict[str, Any]:
    first = uses[0]
    component: dict[str, Any] = {
        "type": kind,
        "bom-ref": f"{first.kind.value}:{strict(first.provider)}:{strict(name)}",
        "name": strict(name),
    }
    titles = {who.name: who.title for who in knowledge.providers}
    if first.provider and first.kind in {UseKind.MODEL, UseKind.WEIGHTS}:
        component["supplier"] = {"name": titles.get(first.provider, first.provider)}
    hub = _HUB.fullmatch(name)
    if first.revision:
        component["version"] = strict(first.revision)
    if hub and first.kind is UseKind.MODEL and first.provider in {"", "huggingface"}:
        pin = f"@{first.revision}" if first.revision and _COMMIT.fullmatch(first.revision) else ""
        component["purl"] = f"pkg:huggingface/{hub['space']}/{hub['name']}{pin}"
    if first.digest:
        component["hashes"] = [{"alg": "SHA-256", "content": first.digest}]
    component["evidence"] = {
        "occurrences": [
            {
                "location": strict(use.at.path),
                "line": use.at.line,
                "additionalContext": f"{use.confidence.value}: {use.evidence}",
            }
            for use in uses
        ]
    }
    return component


def _services(uses: Sequence[Use], knowledge: Knowledge) -> list[dict[str, Any]]:
    titles = {who.name: who.title for who in knowledge.providers}
    services = []
    for (name, _), found in _grouped(u for u in uses if u.kind is UseKind.PROVIDER).items():
        addresses = {
            use.name for use in uses if use.kind is UseKind.ENDPOINT and use.provider == name
        }
        service: dict[str, Any] = {
            "bom-ref": f"provider:{name}",
            "name": titles.get(name, name),
            "x-trust-boundary": True,
        }
        endpoints = sorted(one for one in addresses if _IRI.fullmatch(one))
        if endpoints:
            service["endpoints"] = endpoints
        service["properties"] = [{"name": "aigate:provider", "value": name}, *_at(found)]
        services.append(service)
    for (name, _), found in _grouped(u for u in uses if u.kind is UseKind.SERVER).items():
        services.append(
            {
                "bom-ref": f"server:{strict(name)}",
                "name": strict(name),
                "properties": [{"name": "aigate:kind", "value": "mcp-server"}, *_at(found)],
            }
        )
    return services


def _at(uses: Iterable[Use]) -> list[dict[str, str]]:
    return [{"name": "aigate:at", "value": f"{strict(use.at.path)}:{use.at.line}"} for use in uses]


def _properties(facts: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in facts.items()]
