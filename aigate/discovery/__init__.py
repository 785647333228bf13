"""Finds what a tree really uses of AI, from text alone: nothing is run, loaded or asked.

`discover(units, knowledge)` is the whole of it: units are the pieces that the workspace makes
of files and notebook cells, knowledge is the dated table (`documents.ai_knowledge`). The result
is an `Inventory` in order of path, line and kind. `uses_in(unit, knowledge)` does one unit, and
`may_use(path, data, knowledge)` spares most files from being made units at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from aigate.discovery import agents, dependencies, python, script, settings, weights
from aigate.discovery._found import Place
from aigate.discovery._index import index_of
from aigate.discovery._judge import judge
from aigate.discovery._signals import Signal
from aigate.discovery._words import is_as_written, mentions, words_for
from aigate.domain.inventory import Inventory, Use
from aigate.domain.knowledge import Knowledge
from aigate.domain.regex import regex
from aigate.domain.tree import TEXTUAL, Kind, Unit

_SLASHES = regex(
    r".*\.(?:go|java|kts?|rs|cs|swift|scala|php|dart|cpp|cc|c|h|hpp|vue|svelte|astro|groovy|jsonc?|json5|proto|gradle|prisma)"
)
_HASHES = regex(r".*\.(?:rb|ex|exs|r|jl|tf|tfvars|hcl|tofu|pl|pyx|pxd|py\.\w+)", re.IGNORECASE)
_SETTINGS = regex(
    r"(?:.*/)?(?:\.env[\w.-]*|[\w.-]+\.env|env\.\w+|Dockerfile[\w.-]*|[\w.-]+\.Dockerfile|Containerfile|Modelfile|Procfile|[\w.-]+\.(?:ya?ml|toml|ini|cfg|conf|properties|envrc|sh|bash|zsh|tpl|example|sample))",
    re.IGNORECASE,
)
_LOCKS = regex(
    r"(?:.*/)?(?:package-lock\.json|[\w.-]*lock(?:\.\w+)?|pnpm-lock\.yaml|npm-shrinkwrap\.json|go\.sum|[\w.-]+\.min\.js|[\w.-]+\.map)"
)
_LONGEST = 2_000_000


def discover(units: Iterable[Unit], knowledge: Knowledge) -> Inventory:
    """Return what the units use of AI."""
    uses: list[Use] = []
    unread: dict[str, str] = {}
    paths: set[str] = set()
    for unit in units:
        paths.add(unit.path)
        seen = uses_in(unit, knowledge)
        if isinstance(seen, str):
            unread[unit.path] = seen
        else:
            uses += seen
    uses.sort(key=lambda use: (use.at, use.kind, use.name))
    return Inventory(uses=tuple(uses), files=len(paths), unread=tuple(sorted(unread.items())))


def may_use(path: str, data: bytes, knowledge: Knowledge) -> bool:
    """Tell whether the units of a file may use anything, before there are any.

    It is fast, often wrong when it says yes, and never when it says no.
    """
    if weights.is_named_as_weights(path) or agents.may_use(path, data, knowledge):
        return True
    return not is_as_written(path, data) or words_for(knowledge).mentioned(data)


def uses_in(unit: Unit, knowledge: Knowledge) -> tuple[Use, ...] | str:
    """Return what one unit uses, or why it could not be read."""
    if unit.kind not in TEXTUAL:
        found = list(weights.uses_of(unit))
        if unit.kind is Kind.SYMLINK:
            found += agents.uses_of(unit.path, "", knowledge)
        return tuple(found)
    uses = list(agents.uses_of(unit.path, unit.text, knowledge)) if not unit.cell else []
    if not mentions(unit.text, words_for(knowledge)):
        return tuple(uses)
    signals = _signals(unit)
    if isinstance(signals, str):
        return tuple(uses) or signals
    place = Place(path=unit.path, cell=unit.cell, lines=unit.lines)
    return (*uses, *judge(signals, index_of(knowledge), place))


def _signals(unit: Unit) -> tuple[Signal, ...] | str:  # noqa: PLR0911 - a table
    path, text = unit.path, unit.text
    if len(text) > _LONGEST or _LOCKS.fullmatch(path):
        return () if _LOCKS.fullmatch(path) else "too-large"
    if unit.kind is Kind.PYTHON:
        signals = python.read(text)
        # What is no Python of this interpreter's still has words.
        return signals if signals is not None else script.read(text, hashes=True, language="python")
    if unit.kind in {Kind.JAVASCRIPT, Kind.TYPESCRIPT}:
        return script.read(text)
    if dependencies.covers(path):
        listed = dependencies.read(path, text)
        return "invalid" if listed is None else listed
    if path.endswith(".go"):
        return script.read(text, language="go")
    if path.endswith((".java", ".kt", ".kts", ".scala", ".groovy")):
        return script.read(text, language="java")
    if _SLASHES.fullmatch(path):
        return script.read(text, language="none" if ".json" in path else "npm")
    if _HASHES.fullmatch(path):
        return script.read(text, hashes=True, language="none")
    if _SETTINGS.fullmatch(path):
        return settings.read(text)
    return ()
