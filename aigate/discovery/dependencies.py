"""Reads what a project depends on: requirements, pyproject, package.json, go.mod and the like."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Iterator

from aigate.discovery._signals import Imported, Signal
from aigate.domain.regex import regex

_REQUIREMENTS = regex(
    r"(?:.*/)?(?:requirements|constraints)[\w.-]*\.(?:txt|in)|(?:.*/)?requirements/[\w.-]+\.(?:txt|in)"
)
_NAME = regex(r"\s*(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*(?:[<>=!~;@#(,\s].*)?$")
_LISTED = regex(
    r"\s*-\s+[\"']?(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*(?:[<>=!~;].*)?"
)
_GO = regex(r"^\s*(?:require\s+)?(?P<name>[a-z0-9.-]+\.[a-z]{2,}/[\w./-]+)\s+v\d", re.MULTILINE)
_GROUPS = ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies")


def covers(path: str) -> bool:
    """Tell whether a path is a list of dependencies."""
    name = path.rpartition("/")[2]
    return name in {
        "package.json", "pyproject.toml", "Pipfile", "go.mod", "environment.yml", "environment.yaml",
        "setup.cfg", "Cargo.toml", "deno.json",
    } or bool(_REQUIREMENTS.fullmatch(path))  # fmt: skip


def read(path: str, text: str) -> tuple[Signal, ...] | None:
    """Return what a list of dependencies names, or None if it cannot be parsed."""
    name = path.rpartition("/")[2]
    try:
        if name in {"package.json", "deno.json"}:
            return tuple(_npm(text))
        if name in {"pyproject.toml", "Pipfile", "Cargo.toml"}:
            return tuple(_toml(text))
    except (ValueError, RecursionError, AttributeError):
        return None
    if name == "go.mod":
        return tuple(
            Imported("go", one["name"], text.count("\n", 0, one.start("name")) + 1)
            for one in _GO.finditer(text)
        )
    pattern = _LISTED if name.startswith("environment") else _NAME
    return tuple(
        Imported("pypi", _canonical(found["name"]), number)
        for number, line in enumerate(text.split("\n"), start=1)
        if (found := pattern.match(line.partition(" #")[0]))
    )


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _npm(text: str) -> Iterator[Signal]:
    document = json.loads(text)
    for group in _GROUPS:
        for name in document.get(group) or ():
            yield Imported("npm", name, _line_of(text, f'"{name}"'))
    for target in (document.get("imports") or {}).values():
        if isinstance(target, str) and target.startswith("npm:"):
            yield Imported("npm", re.sub(r"(?<=.)@[^/]*$", "", target[4:]), _line_of(text, target))


def _toml(text: str) -> Iterator[Signal]:
    document = tomllib.loads(text)
    for name in _required(document):
        found = _NAME.match(name)
        if found:
            yield Imported("pypi", _canonical(found["name"]), _line_of(text, found["name"]))


def _required(document: dict[str, object]) -> Iterator[str]:
    project = _table(document.get("project"))
    tool = _table(document.get("tool"))
    poetry = _table(tool.get("poetry"))
    yield from _texts(project.get("dependencies"))
    for group in _table(project.get("optional-dependencies")).values():
        yield from _texts(group)
    for group in _table(document.get("dependency-groups")).values():
        yield from _texts(group)
    yield from _texts(_table(tool.get("uv")).get("dev-dependencies"))
    for key in ("dependencies", "dev-dependencies", "packages", "dev-packages"):
        yield from _table(poetry.get(key))
        yield from _table(document.get(key))
    for part in _table(poetry.get("group")).values():
        yield from _table(_table(part).get("dependencies"))


def _table(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _texts(value: object) -> Iterable[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _line_of(text: str, name: str) -> int:
    at = text.find(name)
    return text.count("\n", 0, at) + 1 if at >= 0 else 1
