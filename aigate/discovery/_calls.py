"""Says what imports and calls show: libraries, clients, loads and agents."""

from __future__ import annotations

import re
from itertools import pairwise

from aigate.discovery._found import (
    ASKING,
    CAMEL,
    COMPATIBLE,
    ID,
    KEY_BASE,
    LOCAL_DATA,
    PATH,
    SPEAKS_OPENAI,
    URL,
    Found,
    bare_address,
    note_model,
)
from aigate.discovery._signals import Argument, Called, Imported
from aigate.domain.inventory import Confidence, UseKind
from aigate.domain.knowledge import Library
from aigate.domain.regex import regex

_SERVERS = frozenset({"FastMCP", "McpServer", "MCPServer", "Server"})
_NAMES = regex(r"[A-Za-z]\w{3,60}")
_LOADS = frozenset(
    {
        "from_pretrained",
        "SentenceTransformer",
        "CrossEncoder",
        "pipeline",
        "hf_hub_download",
        "snapshot_download",
        "AutoModel",
        "load_model",
        "SparseEncoder",
        "TextEmbedding",
        "create_model",
        "LLM",
        "WhisperModel",
    }
)
DATASETS = frozenset({"load_dataset", "load_dataset_builder", "get_dataset_config_names"})


def note_import(  # noqa: C901, PLR0912 - the cases of one decision
    found: Found, one: Imported, speaks: list[tuple[tuple[int, int], str]]
) -> None:
    """Note the libraries and providers that an import shows."""
    listed = one.language == "pypi" or found.place.path.endswith(("package.json", "go.mod"))
    verb = "depends on" if listed else "import"
    shown, at = f"{verb} {one.module}", (one.line, 1)
    # A library's own modules do not use it.
    top, parts = one.module.split(".")[0], found.place.path.split("/")
    is_own = one.language == "python" and (parts[0] == top or ("src", top) in pairwise(parts))
    for what in found.index.imported(one.language, one.module):
        if isinstance(what, Library):
            if (
                what.needs
                and one.language == "python"
                and one.names
                and not set(what.needs) & set(one.names)
            ):
                continue
            if (
                what.needs
                and one.language == "python"
                and not one.names
                and "." not in one.module
                and what.name != "datasets"
            ):
                continue
            found.libraries.add(what.name)
            found.loads |= what.loads
            if is_own:
                continue
            kind = (
                UseKind.VECTOR_STORE
                if what in found.index.knowledge.vector_stores
                else UseKind.FRAMEWORK
            )
            found.add(kind, what.name, at, shown, provider=what.provider)
            if what.provider:
                found.provide(what.provider, at, shown)
        elif what.name in SPEAKS_OPENAI:
            found.libraries.add(what.name)
            named = {
                found.index.classes[name].name for name in one.names if name in found.index.classes
            }
            for name in named - SPEAKS_OPENAI:
                found.provide(name, at, f"{shown}: {', '.join(one.names)}")
            if not named or named & SPEAKS_OPENAI:
                speaks.append((at, shown))
        else:
            found.libraries.add(what.name)
            found.provide(what.name, at, shown)
    if found.libraries and one.language != "pypi":
        for name in one.names:
            who = found.index.classes.get(name)
            if who is not None and who.name not in SPEAKS_OPENAI:
                found.provide(who.name, at, f"{shown}: {name}")
            elif who is not None and not one.module.startswith("openai"):
                speaks.append((at, f"{shown}: {name}"))
            store = found.index.stores.get(name)
            if store is not None:
                found.add(UseKind.VECTOR_STORE, store.name, at, f"{shown}: {name}")


def note_call(found: Found, one: Called) -> None:
    """Note the clients, loads, datasets and agents that a call shows."""
    at, index = (one.line, one.column), found.index
    who = index.classes.get(one.last)
    if (
        who is not None
        and found.libraries
        and one.last[:1].isupper() | one.last.startswith("create")
    ):
        base = one.argument(*KEY_BASE)
        if base is not None and who.name in SPEAKS_OPENAI:
            found.clients.append(_behind(found, base, at, one.name))
        elif who.name in SPEAKS_OPENAI and one.argument("**") is not None:
            found.clients.append("")
        elif who.name in SPEAKS_OPENAI:
            found.clients.append(who.name)
        else:
            found.provide(who.name, at, f"{one.name}(…)")
    store = index.stores.get(one.last)
    if store is not None and found.libraries:
        found.add(UseKind.VECTOR_STORE, store.name, at, f"{one.name}(…)")
    first = one.argument("0", "service_name")
    if (
        one.last in {"client", "resource", "Client"}
        and first
        and (first.value or "").startswith("bedrock")
    ):
        found.provide("aws-bedrock", at, f'{one.name}("{first.value}")')
    if one.last in DATASETS or one.name.endswith("datasets.load"):
        data = one.argument("0", "path")
        found.libraries.add("datasets")
        _dataset(found, data, at, one.name)
    elif one.last in _LOADS and found.loads:
        _load(found, one)
    elif found.libraries:
        _asks(found, one)
    _agents(found, one)


def _behind(found: Found, base: Argument, at: tuple[int, int], name: str) -> str:
    """Return who answers behind an OpenAI client's address."""
    if base.value:
        if "api.openai.com" in base.value:
            return "openai"
        who = found.index.address(base.value)
        provider = who.name if who else COMPATIBLE
        found.provide(provider, at, f"{name}({base.name}={bare_address(base.value)})")
        return provider
    shown = bare_address(base.shown)
    named = (
        found.index.variable(CAMEL.sub("_", name).upper() + ending)
        for name in _NAMES.findall(base.shown)
        for ending in ("", "URL")
    )
    who = next((one for one in named if one is not None), None)
    host = URL.match(base.shown)
    if host is not None:
        who = found.index.address(host[0].rstrip("…")) or who
    if ".openai.azure.com" in base.shown or "/openai/deployments/" in base.shown:
        who = found.index.names["azure-openai"]
    provider = who.name if who else COMPATIBLE
    if provider not in SPEAKS_OPENAI:
        found.provide(provider, at, f"{name}({base.name}={shown})", Confidence.LIKELY)
    return provider


def _dataset(found: Found, data: Argument | None, at: tuple[int, int], call: str) -> None:
    if data is None:
        return
    if data.value is None:
        found.add(
            UseKind.DATASET, "", at, f"{call}({data.shown})", confidence=Confidence.UNDETERMINED
        )
    elif data.value not in LOCAL_DATA and not PATH.match(data.value) and ID.fullmatch(data.value):
        found.add(
            UseKind.DATASET, data.value, at, f'{call}("{data.value}")', provider="huggingface"
        )
        found.provide("huggingface", at, f'{call}("{data.value}")')


def _load(found: Found, one: Called) -> None:
    """A model is loaded from the hub, or from the disk."""
    at = (one.line, one.column)
    names = (
        "model",
        "model_name",
        "repo_id",
        "pretrained_model_name_or_path",
        "model_name_or_path",
        "model_id",
    )
    model = one.argument("1" if one.last == "pipeline" else "0", *names)
    if one.last == "load_model" and model is not None and model.value is None:
        return
    if model is None:
        return
    if (
        one.argument("repo_type") is not None
        and (one.argument("repo_type") or model).value == "dataset"
    ):
        _dataset(found, model, at, one.name)
        return
    if model.value is None:
        found.add(
            UseKind.MODEL, "", at, f"{one.name}({model.shown})", confidence=Confidence.UNDETERMINED
        )
        if one.last == "from_pretrained":
            found.provide("huggingface", at, f"{one.name}({model.shown})", Confidence.LIKELY)
        return
    if not _is_hub_name(model.value):
        return
    pin = one.argument("revision", "code_revision")
    revision = (pin.value or pin.shown) if pin is not None else None
    note_model(
        found,
        model.value,
        at,
        f'{one.name}("{model.value}")',
        provider="huggingface",
        revision=revision,
    )
    found.provide("huggingface", at, f'{one.name}("{model.value}")')


def _is_hub_name(text: str) -> bool:
    return (
        bool(ID.fullmatch(text))
        and not PATH.match(text)
        and text.count("/") < 2
        and ":" not in text
    )


def _asks(found: Found, one: Called) -> None:
    """A call whose model is only known when the code runs."""
    if not (ASKING.search(one.name) or one.last in found.index.classes):
        return
    model = one.argument(
        "model",
        "model_name",
        "model_id",
        "modelId",
        "deployment_name",
        "azure_deployment",
        "deployment",
    )
    if model is not None and model.value is None and model.shown not in {"", "…"}:
        found.add(
            UseKind.MODEL,
            "",
            (one.line, one.column),
            f"{one.name}({model.name}={model.shown})",
            confidence=Confidence.UNDETERMINED,
            revision=None,
        )


def _agents(found: Found, one: Called) -> None:
    last = one.last
    if not found.libraries or not (last.endswith(("Agent", "_agent")) or last in _SERVERS):
        return
    at = (one.line, one.column)
    frameworks = [what for what in found.index.knowledge.frameworks if what.name in found.libraries]
    named = one.argument("name", "0")
    name = (named.value or "") if named is not None and named.name == "name" else ""
    if one.last in _SERVERS - {"Server"} or (
        one.last == "Server" and any(what.servers for what in frameworks)
    ):
        title = (named.value or "") if named is not None else ""
        found.add(UseKind.SERVER, title, at, f"{one.name}({title})", detail=(("role", "product"),))
    elif any(what.agents for what in frameworks) and re.search(
        r"(?:^|\.)(?:\w*Agent|create_react_agent|create_agent)$", one.name
    ):
        found.add(
            UseKind.AGENT,
            name or one.last,
            at,
            f"{one.name}({name or '…'})",
            detail=(("role", "product"),),
        )
