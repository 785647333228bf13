"""Says what the signals of one file mean, by what is known."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from aigate.discovery._index import AMBIGUOUS, FORGES, Index
from aigate.discovery._signals import Argument, Called, Decorated, Imported, Said, Signal
from aigate.domain.inventory import Confidence, Use, UseKind
from aigate.domain.knowledge import Library, Provider
from aigate.domain.place import Location
from aigate.engine.shown import line as shown_line

_SHOWN = 160
_LONGEST = 300
_PROMPT = 30

COMPATIBLE = "openai-compatible"
"""Who answers where an OpenAI client talks to an address that is only known at run time."""

_SPEAKS_OPENAI = frozenset({"openai"})
# Others run the models of a vendor, so that a model's id does not say who runs it here.
_RESELLERS = frozenset(
    {
        "aws-bedrock", "azure-openai", "cloudflare", "databricks", "github-copilot", "github-models",
        "cerebras", "deepinfra", "fireworks", "groq", "helicone", "huggingface", "hyperbolic", "litellm",
        "novita", "nvidia", "sambanova", "siliconflow", "together", "openrouter", "portkey", "vercel-gateway", COMPATIBLE,
    }
)  # fmt: skip

_URL = re.compile(r"(?:https?|wss?)://[^\s\"'`<>|\\^{}()\[\],;]+", re.IGNORECASE)
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]{3,80}")
_ID = re.compile(r"@?[A-Za-z0-9][\w.@-]*(?:/[\w.@-]+){0,4}(?::[\w.-]+){0,2}")
_HUB_ID = re.compile(r"(?P<org>[A-Za-z0-9][\w.-]*)/(?P<name>[A-Za-z0-9][\w.-]*)")
_PREFIXED = re.compile(r"(?P<alias>[a-z][a-z0-9_-]{1,30})(?P<mark>[:/])(?P<rest>[^\s:/][^\s]*)")
_PATH = re.compile(
    r"(?:[./~]|[A-Za-z]:\\|.*\\|.*/\.|.*\.(?:py|json|jsonl|ya?ml|toml|txt|md|pt|pth|bin|safetensors|onnx"
    r"|gguf|ckpt|h5|pb|pkl|csv|parquet|png|jpe?g|svg|wav|mp[34]|html?|[jt]sx?|tsv|zip|gz|tar|sh|so)$)",
    re.IGNORECASE,
)
_KEY_MODEL = re.compile(
    r"(?:^|[_.\-])(?:models?|llms?|engine|checkpoint|deployment|embedder|reranker|embeddings?|init_from"
    r"|pretrained)(?:[_\-]?(?:name|id|path|type|slug|key|version|string|str|spec|deployment|alias"
    r"|identifier|repo|list|ids|names))?$",
    re.IGNORECASE,
)
_KEY_DATASET = re.compile(r"(?:^|[_.\-])datasets?(?:[_\-]?(?:name|id|path))?$", re.IGNORECASE)
_KEY_ADDRESS = re.compile(
    r"(?:^|[_.\-])(?:(?:api[_\-]?)?base(?:[_\-]?(?:url|path|uri))?|api[_\-]?(?:url|base|host|endpoint)|endpoint(?:[_\-]?url)?"
    r"|azure[_\-]?endpoint|host|server[_\-]?url|url|uri|proxy[_\-]?url)$",
    re.IGNORECASE,
)
_KEY_BASE = (
    "base_url",
    "baseURL",
    "baseUrl",
    "api_base",
    "openai_api_base",
    "basePath",
    "base_path",
    "azure_endpoint",
    "endpoint",
    "endpoint_url",
    "server_url",
    "host",
    "configuration",
)
_KEY_PROVIDER = re.compile(
    r"(?:^|[_.\-])(?:model|llm|ai|embeddings?|custom_llm)?[_\-]?provider(?:[_\-]?(?:name|id))?$",
    re.IGNORECASE,
)
_KEY_PROMPT = re.compile(
    r"(?:^|[_.\-])(?:system[_\-]?)?prompt(?:[_\-]?template)?$|^instructions$|^system$",
    re.IGNORECASE,
)
_SERVERS = frozenset({"FastMCP", "McpServer", "MCPServer", "Server"})
_NAMES = re.compile(r"[A-Za-z]\w{3,60}")
_KEY_SHOWN = re.compile(
    r"(?:^|_)(?:label|title|description|text|heading|tooltip|display_name|name)$", re.IGNORECASE
)
_NOWHERE = re.compile(
    r"://(?:[^/]*\.)?(?:example(?:\.\w+)?|testserver|test|invalid|localhost\.test)(?:[:/]|$)"
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_TOOL = re.compile(r"(?:^|\.)(?:tool|function_tool|tool_plain|structured_tool|kernel_function)$")
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
_DATASETS = frozenset({"load_dataset", "load_dataset_builder", "get_dataset_config_names"})
_LOCAL_DATA = frozenset(
    {
        "json",
        "csv",
        "text",
        "parquet",
        "arrow",
        "imagefolder",
        "audiofolder",
        "pandas",
        "webdataset",
        "xml",
        "generator",
    }
)
_TASKS = re.compile(
    r"[a-z0-9]+(?:-[a-z0-9]+)*-(?:generation|classification|answering|recognition|extraction|analysis|mask|detection|segmentation|estimation|image|text|speech|translation)|summarization|translation|ner|conversational|fill-mask"
)
_COMMIT = re.compile(r"[0-9a-f]{7,64}")
_ASKING = re.compile(
    r"(?:^|\.)(?:create|acreate|generate|generate_content|completion|acompletion|complete|chat|stream|parse|embed|embedding|aembedding|embed_query|invoke_model|converse|converse_stream|init_chat_model|init_embeddings|responses|generateText|streamText|generateObject|streamObject|embedMany|from_pretrained|ChatCompletion|image_generation|transcription|rerank|moderation|Agent|LLM|getGenerativeModel|GenerativeModel|LitellmModel|get_embedding)$"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a file's signals stand: its path, its cell, and the lines of the file by text line."""

    path: str
    cell: int = 0
    lines: tuple[int, ...] = ()


@dataclass(slots=True)
class _Found:
    index: Index
    place: Place
    uses: dict[tuple[UseKind, str, str], Use] = field(default_factory=dict)
    firm: set[str] = field(default_factory=set)
    libraries: set[str] = field(default_factory=set)
    loads: bool = False
    clients: list[str] = field(default_factory=list)

    def add(  # noqa: PLR0913 - one for each thing that a use says
        self,
        kind: UseKind,
        name: str,
        at: tuple[int, int],
        evidence: str,
        *,
        confidence: Confidence = Confidence.CERTAIN,
        provider: str = "",
        revision: str | None = "",
        detail: tuple[tuple[str, str], ...] = (),
    ) -> None:
        """Note one use, once for each thing in a file and line."""
        number, column = at
        lines = self.place.lines
        if lines:
            number = lines[min(max(number, 1), len(lines)) - 1]
        key = (kind, name, f"{number}" if kind is not UseKind.PROVIDER else "")
        old = self.uses.get(key)
        if old is not None and (old.provider or not provider) and old.at.line <= number:
            return
        where = Location(self.place.path, number, column, number, column, self.place.cell)
        self.uses[key] = Use(
            kind=kind,
            name=name,
            at=where,
            evidence=shown_line(" ".join(evidence.split()), _SHOWN),
            confidence=confidence,
            provider=provider,
            revision=revision,
            detail=detail,
        )

    def provide(
        self,
        provider: str,
        at: tuple[int, int],
        evidence: str,
        confidence: Confidence = Confidence.CERTAIN,
    ) -> None:
        """Note who runs models here."""
        self.firm.add(provider)
        self.add(UseKind.PROVIDER, provider, at, evidence, confidence=confidence, provider=provider)


def judge(signals: Iterable[Signal], index: Index, place: Place) -> tuple[Use, ...]:
    """Return what the signals of one file show."""
    found = _Found(index, place)
    every = list(signals)
    speaks: list[tuple[tuple[int, int], str]] = []
    for one in every:
        if isinstance(one, Imported):
            _imported(found, one, speaks)
    for one in every:
        if isinstance(one, Called):
            _called(found, one)
        elif isinstance(one, Decorated) and _TOOL.search(one.decorator) and found.libraries:
            found.add(
                UseKind.TOOL, one.name, (one.line, one.column), f"@{one.decorator} {one.name}"
            )
    words = [one for one in every if isinstance(one, Said)]
    later: list[tuple[Said, Provider]] = []
    ids = [word for word in words if not _word(found, word, later)]
    _clients(found, speaks)
    models: list[tuple[Said, str, Provider | None]] = []
    for word in ids:
        text = word.text.strip()
        if _ID.fullmatch(text) or text.startswith("arn:"):
            _candidate(found, word, text, _CAMEL.sub("_", word.key), models)
    _vendors(found, models, later)
    if found.uses:
        _prompts(found, words)
    return tuple(found.uses.values())


def _imported(  # noqa: C901, PLR0912 - the cases of one decision
    found: _Found, one: Imported, speaks: list[tuple[tuple[int, int], str]]
) -> None:
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
        elif what.name in _SPEAKS_OPENAI:
            found.libraries.add(what.name)
            named = {
                found.index.classes[name].name for name in one.names if name in found.index.classes
            }
            for name in named - _SPEAKS_OPENAI:
                found.provide(name, at, f"{shown}: {', '.join(one.names)}")
            if not named or named & _SPEAKS_OPENAI:
                speaks.append((at, shown))
        else:
            found.libraries.add(what.name)
            found.provide(what.name, at, shown)
    if found.libraries and one.language != "pypi":
        for name in one.names:
            who = found.index.classes.get(name)
            if who is not None and who.name not in _SPEAKS_OPENAI:
                found.provide(who.name, at, f"{shown}: {name}")
            elif who is not None and not one.module.startswith("openai"):
                speaks.append((at, f"{shown}: {name}"))
            store = found.index.stores.get(name)
            if store is not None:
                found.add(UseKind.VECTOR_STORE, store.name, at, f"{shown}: {name}")


def _called(found: _Found, one: Called) -> None:
    at, index = (one.line, one.column), found.index
    who = index.classes.get(one.last)
    if (
        who is not None
        and found.libraries
        and one.last[:1].isupper() | one.last.startswith("create")
    ):
        base = one.argument(*_KEY_BASE)
        if base is not None and who.name in _SPEAKS_OPENAI:
            found.clients.append(_behind(found, base, at, one.name))
        elif who.name in _SPEAKS_OPENAI and one.argument("**") is not None:
            found.clients.append("")
        elif who.name in _SPEAKS_OPENAI:
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
    if one.last in _DATASETS or one.name.endswith("datasets.load"):
        data = one.argument("0", "path")
        found.libraries.add("datasets")
        _dataset(found, data, at, one.name)
    elif one.last in _LOADS and found.loads:
        _load(found, one)
    elif found.libraries:
        _asks(found, one)
    _agents(found, one)


def _behind(found: _Found, base: Argument, at: tuple[int, int], name: str) -> str:
    """Return who answers behind an OpenAI client's address."""
    if base.value:
        if "api.openai.com" in base.value:
            return "openai"
        who = found.index.address(base.value)
        provider = who.name if who else COMPATIBLE
        found.provide(provider, at, f"{name}({base.name}={_address(base.value)})")
        return provider
    shown = _address(base.shown)
    named = (
        found.index.variable(_CAMEL.sub("_", name).upper() + ending)
        for name in _NAMES.findall(base.shown)
        for ending in ("", "_URL")
    )
    who = next((one for one in named if one is not None), None)
    host = _URL.match(base.shown)
    if host is not None:
        who = found.index.address(host[0].rstrip("…")) or who
    if ".openai.azure.com" in base.shown or "/openai/deployments/" in base.shown:
        who = found.index.names["azure-openai"]
    provider = who.name if who else COMPATIBLE
    if provider not in _SPEAKS_OPENAI:
        found.provide(provider, at, f"{name}({base.name}={shown})", Confidence.LIKELY)
    return provider


def _dataset(found: _Found, data: Argument | None, at: tuple[int, int], call: str) -> None:
    if data is None:
        return
    if data.value is None:
        found.add(
            UseKind.DATASET, "", at, f"{call}({data.shown})", confidence=Confidence.UNDETERMINED
        )
    elif (
        data.value not in _LOCAL_DATA and not _PATH.match(data.value) and _ID.fullmatch(data.value)
    ):
        found.add(
            UseKind.DATASET, data.value, at, f'{call}("{data.value}")', provider="huggingface"
        )
        found.provide("huggingface", at, f'{call}("{data.value}")')


def _load(found: _Found, one: Called) -> None:
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
    _model(
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
        bool(_ID.fullmatch(text))
        and not _PATH.match(text)
        and text.count("/") < 2
        and ":" not in text
    )


def _asks(found: _Found, one: Called) -> None:
    """A call whose model is only known when the code runs."""
    if not (_ASKING.search(one.name) or one.last in found.index.classes):
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


def _agents(found: _Found, one: Called) -> None:
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


def _word(  # noqa: C901, PLR0911, PLR0912 - the first that fits decides
    found: _Found, word: Said, later: list[tuple[Said, Provider]]
) -> bool:
    """Note what a string says by itself; tell whether it is clear that it is no model's id."""
    text = word.text.strip()
    if not text:
        return True
    if "://" in text:
        _addresses(found, word, text)
        return True
    if len(text) > _LONGEST or (" " in text or "\n" in text):
        return True
    at, index = (word.line, word.column), found.index
    if _VARIABLE.fullmatch(text):
        who = index.variable(text)
        if who is not None:
            found.add(UseKind.ENVIRONMENT, text, at, text, provider=who.name)
            found.provide(who.name, at, f"env {text}")
            return True
    if word.key in index.keys or text in index.keys:
        what = index.keys.get(text) or index.keys[word.key]
        found.libraries.add(what.name)
        found.add(UseKind.FRAMEWORK, what.name, at, text)
        return True
    image = (
        index.images.get(re.split(r"[:@]", text)[0])
        if word.key.endswith(("image", "repository"))
        else None
    )
    if image is not None:
        found.libraries.add(image.name)
        if isinstance(image, Provider):
            found.provide(image.name, at, f"image: {text}")
        else:
            found.add(UseKind.VECTOR_STORE, image.name, at, f"image: {text}")
        return True
    if "_" in text and found.place.path.endswith((".tf", ".tofu")):
        for start, who in index.terraform:
            if text.startswith(start):
                found.provide(who.name, at, f'"{text}"')
    if text in index.services:
        found.provide(index.services[text].name, at, f'"{text}"')
        return True
    key = _CAMEL.sub("_", word.key)
    if _KEY_PROVIDER.search(key) and text.casefold() in index.aliases:
        who = index.aliases[text.casefold()]
        unsure = text.casefold() in AMBIGUOUS and not found.libraries
        if word.tested or unsure or text.casefold() in FORGES:
            later.append((word, who))
        else:
            found.provide(who.name, at, f"{word.key}: {text}", Confidence.LIKELY)
        return True
    if _KEY_DATASET.search(key):
        if (
            found.libraries
            and _ID.fullmatch(text)
            and not _PATH.match(text)
            and text not in _LOCAL_DATA
            and not text.isupper()
        ):
            found.add(
                UseKind.DATASET, text, at, f'{word.key} = "{text}"', confidence=Confidence.LIKELY
            )
        return True
    return word.open or word.call.rpartition(".")[2] in _DATASETS


def _candidate(
    found: _Found, word: Said, text: str, key: str, models: list[tuple[Said, str, Provider | None]]
) -> None:
    """A string that may be a model's id."""
    if _KEY_SHOWN.search(key) and (text != text.lower() or not key.endswith("name")):
        return
    index, at = found.index, (word.line, word.column)
    meant = bool(_KEY_MODEL.search(key)) or (
        word.place == 0 and found.libraries and _first_is_model(word.call)
    )
    shown = (
        f'{word.key or word.call or "text"}: "{text}"' if (word.key or word.call) else f'"{text}"'
    )
    if not _ID.fullmatch(text) and not text.startswith("arn:"):
        return
    match = index.model(text)
    if match is not None and (not match.weak or meant or (found.loads and not match.vendor)):
        models.append((word, text, match.vendor))
        revision = None if found.loads and not match.vendor else ""
        _model(found, text, at, shown, provider="", revision=revision)
        return
    prefixed = _PREFIXED.fullmatch(text)
    hub = _HUB_ID.fullmatch(text)
    who = index.aliases.get(prefixed["alias"].casefold()) if prefixed else None
    if prefixed and who is not None:
        rest = prefixed["rest"]
        nested = _PREFIXED.fullmatch(rest)
        bare = nested["rest"] if nested and nested["alias"] in index.aliases else rest
        inner = index.model(bare)
        colon = prefixed["mark"] == ":"
        sure = inner is not None and (not inner.weak or colon or meant)
        if sure or (
            meant and (colon or found.libraries) and _ID.fullmatch(rest) and not _PATH.match(rest)
        ):
            _prefixed(found, word, rest, who, shown, colon=colon, models=models)
            return
    if hub and (
        hub["org"] in index.knowledge.sure_hubs or (meant and hub["org"] in index.knowledge.hubs)
    ):
        if not _PATH.match(text) and re.search(r"[0-9-]", hub["name"]):
            models.append((word, text, None))
            _model(found, text, at, shown, revision=None)
        return
    if (
        hub
        and (tail := index.model(hub["name"])) is not None
        and not tail.weak
        and (meant or found.libraries or tail.vendor)
    ):
        models.append((word, text, tail.vendor if tail.vendor and tail.vendor.hosted else None))
        _model(found, text, at, shown)
        return
    if (
        meant
        and found.libraries
        and _passes_for_id(text)
        and (_ASKING.search(word.call) or word.call.rpartition(".")[2] in index.classes)
    ):
        models.append((word, text, None))
        _model(found, text, at, shown, confidence=Confidence.LIKELY)


def _first_is_model(call: str) -> bool:
    last = call.rpartition(".")[2]
    return last in {
        "from_pretrained", "SentenceTransformer", "init_chat_model", "init_embeddings", "encoding_for_model",
        "getGenerativeModel", "GenerativeModel", "Agent", "languageModel", "chatModel", "get_model",
        "from_model_name", "LiteLLMModel", "OpenAIModel", "AnthropicModel", "OpenAIChatModel", "GeminiModel",
        "GroqModel", "MistralModel", "GoogleModel", "textEmbeddingModel", "openai", "anthropic", "google", "mistral",
        "groq", "xai", "cohere", "azure", "bedrock", "vertex", "perplexity", "deepseek", "openrouter", "ollama",
    }  # fmt: skip


def _passes_for_id(text: str) -> bool:
    return (
        bool(re.search(r"[0-9]|-|:", text))
        and not _PATH.match(text)
        and not _COMMIT.fullmatch(text)
    )


def _prefixed(
    found: _Found,
    word: Said,
    rest: str,
    who: Provider,
    shown: str,
    *,
    colon: bool,
    models: list[tuple[Said, str, Provider | None]],
) -> None:
    at = (word.line, word.column)
    org = word.text.strip().partition("/")[0]
    if (
        not colon
        and org in found.index.knowledge.hubs
        and not ((match := found.index.model(rest)) and match.vendor and match.vendor.hosted)
    ):
        models.append((word, word.text.strip(), None))
        _model(found, word.text.strip(), at, shown, revision=None)
        return
    suppliers = _RESELLERS & found.firm - {who.name}
    if colon or "litellm" in found.libraries or not suppliers:
        found.provide(who.name, at, shown)
        _model(found, rest, at, shown, provider=who.name)
    else:
        models.append((word, word.text.strip(), None))
        _model(found, word.text.strip(), at, shown)


def _model(
    found: _Found,
    name: str,
    at: tuple[int, int],
    evidence: str,
    *,
    provider: str = "",
    revision: str | None = "",
    confidence: Confidence = Confidence.CERTAIN,
) -> None:
    if re.match(r"(?:sk|hf|gsk|xai|ghp|pk|AKIA|AIza)[-_]?[A-Za-z0-9_-]{16,}$", name):
        return  # a key in the place of a model must not be told
    found.add(
        UseKind.MODEL,
        name,
        at,
        evidence,
        provider=provider,
        revision=revision,
        confidence=confidence,
    )
    if found.index.embeds(name):
        found.add(
            UseKind.EMBEDDING,
            name,
            at,
            evidence,
            provider=provider,
            revision=revision,
            confidence=confidence,
        )


def _addresses(found: _Found, word: Said, text: str) -> None:
    """URLs in a string: those of known services, and those given to a client."""
    at, key = (word.line, word.column), _CAMEL.sub("_", word.key)
    urls = list(_URL.finditer(text[:20_000]))
    for url in urls:
        address = _address(url[0].rstrip(".:"))
        whole = url.end() == len(text) and not word.open
        who = found.index.address(url[0])
        if who is None:
            if ".openai.azure.com" in text:
                found.provide("azure-openai", at, f'"{_address(url[0])}…"')
            elif (
                len(urls) == 1
                and whole
                and found.libraries
                and url.start() == 0
                and _KEY_ADDRESS.search(key)
                and word.call.rpartition(".")[2] in found.index.classes
            ):
                found.add(
                    UseKind.ENDPOINT, address, at, f"{word.key}: {address}", provider=COMPATIBLE
                )
            continue
        if not whole and url.end() == len(text):
            address = address.rpartition("/")[0] if address.count("/") > 2 else address
        found.add(
            UseKind.ENDPOINT, address, at, f"{word.key or 'url'}: {address}", provider=who.name
        )
        found.provide(who.name, at, address)


def _address(url: str) -> str:
    """Return a URL without what may be secret in it: the user, the query and the fragment."""
    bare = re.split(r"[?#]", url, maxsplit=1)[0]
    scheme, mark, rest = bare.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{mark}{host.rpartition('@')[2]}{slash}{path}"


def _clients(found: _Found, speaks: Sequence[tuple[tuple[int, int], str]]) -> None:
    """Decide whether OpenAI answers behind its library: unless every client says another address."""
    others = found.firm - {COMPATIBLE}
    told = not found.clients or "openai" in found.clients
    # An address from settings, and nobody else in sight: it may well be OpenAI's own.
    unsaid = not others and set(found.clients) <= {"", COMPATIBLE}
    if speaks and (told or unsaid):
        at, shown = speaks[0]
        found.provide("openai", at, shown, Confidence.CERTAIN if told else Confidence.LIKELY)


def _vendors(
    found: _Found,
    models: Sequence[tuple[Said, str, Provider | None]],
    later: Sequence[tuple[Said, Provider]],
) -> None:
    """Say who runs the models whose ids alone tell it."""
    told = bool(found.firm)
    has_more = any(kind in {UseKind.MODEL, UseKind.FRAMEWORK} for kind, _, _ in found.uses)
    for word, who in later:
        text = word.text.casefold()
        if text in FORGES or (told and word.tested) or (text in AMBIGUOUS and not has_more):
            continue
        shown = f"{word.key}: {word.text}"
        found.provide(who.name, (word.line, word.column), shown, Confidence.LIKELY)
    if found.firm & _RESELLERS:
        return
    for word, name, vendor in models:
        if vendor is not None and vendor.hosted:
            found.provide(vendor.name, (word.line, word.column), f'"{name}"', Confidence.LIKELY)


def _prompts(found: _Found, words: Iterable[Said]) -> None:
    for word in words:
        key = _CAMEL.sub("_", word.key)
        if len(word.text) >= _PROMPT and " " in word.text and key and _KEY_PROMPT.search(key):
            found.add(
                UseKind.PROMPT,
                word.key,
                (word.line, word.column),
                f"{word.key}, {len(word.text)} characters",
            )
