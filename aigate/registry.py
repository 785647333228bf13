"""Finds what is plugged in: every module of an extension package, because the file is there."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import TYPE_CHECKING, TypeVar

from aigate.domain.extension import Evidence, Reporter, RequirementKind, Scanner

if TYPE_CHECKING:
    from aigate.domain.agent import CodingAgent
    from aigate.domain.usage import UsageRule

_Plug = TypeVar("_Plug")


def _names(package: str) -> tuple[str, ...]:
    path = importlib.import_module(package).__path__
    return tuple(m.name for m in pkgutil.iter_modules(path) if not m.name.startswith("_"))


def _load(package: str, module: str, constant: str, kind: type[_Plug]) -> _Plug:
    value = getattr(importlib.import_module(f"{package}.{module}"), constant)
    if not isinstance(value, kind):
        raise TypeError(f"{package}.{module}.{constant} is no {kind.__name__}")
    return value


def _found(package: str, constant: str, kind: type[_Plug]) -> tuple[_Plug, ...]:
    return tuple(_load(package, name, constant, kind) for name in _names(package))


@cache
def scanners() -> tuple[Scanner, ...]:
    """Return every scanner, by name."""
    return _found("aigate.scanners", "SCANNER", Scanner)


def scanner(name: str) -> Scanner:
    """Return one scanner, and load no other."""
    return _load("aigate.scanners", name.replace("-", "_"), "SCANNER", Scanner)


@cache
def usage_rules() -> tuple[UsageRule, ...]:
    """Return every rule that relates declared and observed use of AI, by name."""
    # Not needed by what must start fast, and it brings the values of initiatives along.
    from aigate.domain.usage import UsageRule  # noqa: PLC0415 - see above

    return _found("aigate.rules", "RULE", UsageRule)


@cache
def evidence() -> tuple[Evidence, ...]:
    """Return every kind of evidence of who wrote lines, by name."""
    return _found("aigate.provenance", "EVIDENCE", Evidence)


@cache
def requirement_kinds() -> tuple[RequirementKind, ...]:
    """Return every kind of requirement, by name."""
    return _found("aigate.requirements", "REQUIREMENT", RequirementKind)


@cache
def reporters() -> tuple[Reporter, ...]:
    """Return every report format, by name of its module."""
    return _found("aigate.reporters", "REPORTER", Reporter)


def formats() -> tuple[str, ...]:
    """Return the name of every report format, without loading any."""
    return tuple(name.replace("_", "-") for name in _names("aigate.reporters"))


def reporter(name: str) -> Reporter:
    """Return one report format, which must be one of `formats()`."""
    return _load("aigate.reporters", name.replace("-", "_"), "REPORTER", Reporter)


@cache
def coding_agents() -> tuple[CodingAgent, ...]:
    """Return every coding agent whose hooks are known, by name."""
    from aigate.domain.agent import CodingAgent  # noqa: PLC0415 - a scan needs none

    return _found("aigate.agents", "AGENT", CodingAgent)


def agent_names() -> tuple[str, ...]:
    """Return the name of every coding agent, without loading any."""
    return _names("aigate.agents")


def coding_agent(name: str) -> CodingAgent:
    """Return one coding agent, which must be one of `agent_names()`."""
    from aigate.domain.agent import CodingAgent  # noqa: PLC0415 - a scan needs none

    return _load("aigate.agents", name, "AGENT", CodingAgent)
