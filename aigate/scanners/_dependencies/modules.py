"""Tells modules of the tree itself, and those that well-known packages bring."""

from __future__ import annotations

import re

from aigate.domain.package import Ecosystem
from aigate.domain.regex import regex
from aigate.scanners._dependencies.imports import Import
from aigate.scanners._dependencies.known import Known, Modules, normal

_AROUND = (
    *("{}-python", "python-{}", "py{}", "{}-py", "{}-sdk", "{}-client", "django-{}", "flask-{}"),
    *(
        "pytest-{}",
        "{}py",
        "{}-lib",
        "lib{}",
        "types-{}",
        "{}-api",
        "{}2",
        "{}3",
        "py-{}",
        "{}-core",
    ),
)


def is_known_module(one: Import, known: Known, modules: Modules) -> bool:
    """Tell whether a well-known package brings a module."""
    if one.ecosystem is Ecosystem.NPM:
        return one.name.lower() in known or f"@types/{one.name}" in known
    name = normal(one.name, Ecosystem.PYPI)
    if one.name in modules.packages or name in known or name.replace("-", "") in known.squeezed:
        return True
    return len(name) > 2 and any(form.format(name) in known for form in _AROUND)


_CODE_ENDS = (".py", ".pyi", ".pyx", ".so", ".pyd", ".c", ".cpp", ".rs", ".ipynb", ".proto")
_CODE = regex(r"(?:.*/)?(?P<name>[\w-]+)(?:\.[\w-]+)?\.(?:py|pyi|pyx|so|pyd|c|cpp|rs|ipynb|proto)")


def own_modules(paths: frozenset[str]) -> frozenset[str]:
    """Return the names of folders, and of files that may be modules of Python."""
    folders = {path.rpartition("/")[0] for path in paths}
    names = {part for folder in folders for part in folder.split("/")}
    names.update(found["name"] for path in paths if (found := _module(path)))
    return frozenset(names - {""})


def _module(path: str) -> re.Match[str] | None:
    return _CODE.fullmatch(path) if path.endswith(_CODE_ENDS) else None
