"""Drafts a manifest from what was found, so that nobody starts from an empty page."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence

from aigate.documents.decode import UNITS, encode
from aigate.documents.initiative_file import (
    AgentPart,
    DatasetPart,
    FilePart,
    InitiativeFile,
    ModelPart,
    ServicePart,
)
from aigate.documents.mistakes import unwanted
from aigate.documents.yaml_text import yaml_text
from aigate.domain.initiative import AgentKind
from aigate.domain.inventory import Confidence, Use, UseKind
from aigate.domain.regex import regex
from aigate.engine.patterns import pattern_mistake
from aigate.engine.usage import (
    CONVENTIONS,
    fact,
    host,
    is_immutable,
    is_product,
    of_product,
    serves_agent,
)

PURPOSE = "say in one sentence what this does, and for whom"
"""What a draft says in the place of a purpose."""

_MOST_FOLDERS = 8
_MOST = 200
_SPECIAL = regex(r"[*?\[\]{}\\]|[^\x20-\x7e]")
_OWNERS = '# owners: {developer: "@name", security: "@name"}\n'
_HEAD = """\
# yaml-language-server: $schema=../schemas/initiative.schema.json
# Drafted from what was found. Correct the purpose, name two owners, say how sensitive the data is
# that this code handles, and which data each service may see. `aigate manifest check` helps.
"""


def draft(name: str, uses: Sequence[Use]) -> str:
    """Return a manifest that declares these uses, as a text that the strict reader accepts.

    Names that a manifest cannot hold are left out.
    """
    known = [use for use in uses if use.confidence is not Confidence.UNDETERMINED]
    own = _own(known)
    every = {use.at.path for use in known}
    paths = {use.at.path for use in own if _is_code(use)}
    paths = {path for path in paths if is_product(path)} or paths or every
    file = InitiativeFile(
        version=1,
        name=name,
        purpose=PURPOSE,
        used_in=_patterns(paths),
        models=tuple(_models(own))[:_MOST],
        services=tuple(_services(own))[:_MOST],
        datasets=tuple(
            DatasetPart(name=use.name, revision=_pin(use)) for use in _first(known, UseKind.DATASET)
        ),
        agents=tuple(_agents(known))[:_MOST],
    )
    said = yaml_text(encode(file)).split("\n", 3)
    said.insert(3, _OWNERS.rstrip())
    return _HEAD + "\n".join(said)


def name_of(text: str) -> str:
    """Return a name for an initiative from any text, such as that of a folder."""
    found = "-".join(re.findall(r"[a-z0-9]+", text.casefold()))
    return found[:60].strip("-") or "initiative"


def _is_code(use: Use) -> bool:
    """Tell whether a use shows where the code of the product lies."""
    if use.kind in {UseKind.AGENT, UseKind.SERVER, UseKind.TOOL}:
        return of_product(use)
    return use.kind not in {UseKind.WEIGHTS, UseKind.ENVIRONMENT}


def _patterns(paths: Iterable[str]) -> tuple[str, ...]:
    """Return patterns for the folders of these paths, the narrowest that are not too many."""
    folders = {posixpath.dirname(path) for path in paths}
    tops = {f"/{_plain(posixpath.basename(path))}" for path in paths if "/" not in path}
    found = _without_inner(folders - {""})
    if len(found) > _MOST_FOLDERS:
        found = {folder.split("/")[0] for folder in found}
    patterns = sorted(f"{_plain(folder)}/**" for folder in found) + sorted(tops)
    return tuple(one for one in patterns if not pattern_mistake(one))[:_MOST] or ("**",)


def _without_inner(folders: set[str]) -> set[str]:
    return {
        folder for folder in folders if not any(folder.startswith(f"{other}/") for other in folders)
    }


def _plain(path: str) -> str:
    # One mark for one character: nothing of the path means anything else in a pattern.
    return _SPECIAL.sub("?", path)


def _services(uses: Sequence[Use]) -> Iterator[ServicePart]:
    hubs = {use.provider for use in uses if _is_fetched(use)}
    names: dict[str, set[str]] = {
        use.name: set()
        for use in uses
        if use.kind is UseKind.PROVIDER and use.name not in hubs and _can_be_said(use.name)
    }
    for use in uses:
        if use.kind is UseKind.MODEL and not _is_fetched(use) and _can_be_said(use.name):
            provider = _served_by(use, uses)
            if provider:
                names.setdefault(provider, set()).add(use.name)
        elif use.kind is UseKind.ENDPOINT and use.provider and _can_be_said(use.provider):
            names.setdefault(use.provider, set())
    hosts = {
        host(use.name): use.name
        for use in uses
        if use.kind is UseKind.ENDPOINT and not use.provider and _can_be_said(use.name)
    }
    for name, models in sorted(names.items()):
        yield ServicePart(name=name, models=tuple(sorted(models))[:_MOST])
    for name, url in sorted(hosts.items()):
        if name not in names and _can_be_said(name) and not re.search(r"[\s{}]", url):
            yield ServicePart(name=name, endpoint=url)


def _served_by(use: Use, uses: Sequence[Use]) -> str:
    """Return who runs a model: whom the code names, else the one who is near, if it is one."""
    if use.provider:
        return use.provider if _can_be_said(use.provider) else ""
    providers = [one for one in uses if one.kind is UseKind.PROVIDER and _can_be_said(one.name)]
    near = sorted({one.name for one in providers if one.at.path == use.at.path})
    anywhere = sorted({one.name for one in providers})
    return near[0] if near else anywhere[0] if len(anywhere) == 1 else ""


def _models(uses: Sequence[Use]) -> Iterator[ModelPart]:
    for use in _first(uses, UseKind.MODEL):
        if _is_fetched(use) or not _served_by(use, uses):
            yield ModelPart(name=use.name, source=use.provider, revision=_pin(use))
    named = {use.name for use in uses if use.kind is UseKind.MODEL}
    for use in sorted(uses, key=lambda one: one.at):
        path = use.at.path
        if use.kind is UseKind.WEIGHTS and use.digest and _is_file(path):
            own = use.name if use.name not in named else path
            if _can_be_said(own):
                named.add(own)
                yield ModelPart(
                    name=own, source="own", files=(FilePart(path=path, sha256=use.digest),)
                )


def _agents(uses: Sequence[Use]) -> Iterator[AgentPart]:
    servers = [use.name for use in _first(uses, UseKind.SERVER) if not of_product(use)]
    allowed = [
        value
        for use in uses
        if use.kind is UseKind.TOOL
        for value in fact(use, "permission")
        if not unwanted(value) and value.strip()
    ]
    coding = [
        use.name
        for use in _first(uses, UseKind.AGENT)
        if not of_product(use) and use.name not in CONVENTIONS
    ]
    if (servers or allowed) and not coding:
        coding = ["coding-agent"]
    for name in coding:
        first = name == coding[0]
        yield AgentPart(
            name=name,
            kind=AgentKind.CODING,
            servers=tuple(servers) if first else (),
            permissions=tuple(dict.fromkeys(allowed))[:_MOST] if first else (),
        )
    tools = [
        use.name
        for use in _first(uses, UseKind.TOOL)
        if of_product(use) and not fact(use, "permission")
    ]
    product = [use.name for use in _first(uses, UseKind.AGENT) if of_product(use)]
    product = [name for name in product if name not in coding]
    if tools and not product:
        product = ["assistant"]
    for name in product:
        yield AgentPart(name=name, tools=tuple(tools) if name == product[0] else ())


def _own(uses: Sequence[Use]) -> list[Use]:
    """Return the uses without those by which a coding agent reaches its own model."""
    beside: dict[str, list[Use]] = {}
    for use in uses:
        beside.setdefault(use.at.path, []).append(use)
    return [use for use in uses if not serves_agent(use, beside[use.at.path])]


def _first(uses: Iterable[Use], kind: UseKind) -> tuple[Use, ...]:
    """Return the uses of a kind whose names a manifest can hold, each name once, by name."""
    found: dict[str, Use] = {}
    for use in uses:
        # Of several places the one that pins it says most.
        better = use.name not in found or is_immutable(use.revision or "")
        if use.kind is kind and better and _can_be_said(use.name):
            found[use.name] = use
    return tuple(found[name] for name in sorted(found))[:_MOST]


def _is_fetched(use: Use) -> bool:
    """Tell whether a model's weights are loaded, so that a revision makes sense."""
    return use.kind is UseKind.MODEL and use.revision != ""


def _pin(use: Use) -> str:
    return use.revision if use.revision and is_immutable(use.revision) else ""


def _can_be_said(text: str) -> bool:
    try:
        UNITS["component"].read(text)
    except ValueError:
        return False
    return unwanted(text) is None


def _is_file(path: str) -> bool:
    try:
        UNITS["file"].read(path)
    except ValueError:
        return False
    return unwanted(path) is None
