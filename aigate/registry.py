"""Finds what is plugged in: every module of an extension package, because the file is there."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import TypeVar

from aigate.domain.extension import Reporter, RequirementKind, Scanner

_Plug = TypeVar("_Plug")


def _found(package: str, constant: str, kind: type[_Plug]) -> tuple[_Plug, ...]:
    found = []
    for module in pkgutil.iter_modules(importlib.import_module(package).__path__):
        if not module.name.startswith("_"):
            value = getattr(importlib.import_module(f"{package}.{module.name}"), constant)
            if not isinstance(value, kind):
                raise TypeError(f"{package}.{module.name}.{constant} is no {kind.__name__}")
            found.append(value)
    return tuple(found)


@cache
def scanners() -> tuple[Scanner, ...]:
    """Return every scanner, by name."""
    return _found("aigate.scanners", "SCANNER", Scanner)


@cache
def requirement_kinds() -> tuple[RequirementKind, ...]:
    """Return every kind of requirement, by name."""
    return _found("aigate.requirements", "REQUIREMENT", RequirementKind)


@cache
def reporters() -> tuple[Reporter, ...]:
    """Return every report format, by name of its module."""
    return _found("aigate.reporters", "REPORTER", Reporter)
