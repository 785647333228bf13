"""Says what strings show: addresses, variables, providers, data sets and models."""

from __future__ import annotations

import re

from aigate.discovery._calls import DATASETS
from aigate.discovery._found import (
    ASKING,
    CAMEL,
    COMPATIBLE,
    ID,
    LOCAL_DATA,
    PATH,
    URL,
    Found,
    bare_address,
    note_model,
)
from aigate.discovery._index import AMBIGUOUS, FORGES
from aigate.discovery._signals import Said
from aigate.domain.inventory import Confidence, UseKind
from aigate.domain.knowledge import Provider
from aigate.domain.regex import regex

_LONGEST = 300
# Others run the models of a vendor, so that a model's id does not say who runs it here.
RESELLERS = frozenset(
    {
        "aws-bedrock", "azure-openai", "cloudflare", "databricks", "github-copilot", "github-models",
        "cerebras", "deepinfra", "fireworks", "groq", "helicone", "huggingface", "hyperbolic", "litellm",
        "novita", "nvidia", "sambanova", "siliconflow", "together", "openrouter", "portkey", "vercel-gateway", COMPATIBLE,
    }
)  # fmt: skip
_VARIABLE = regex(r"[A-Z][A-Z0-9_]{3,80}")
_HUB_ID = regex(r"(?P<org>[A-Za-z0-9][\w.-]*)/(?P<name>[A-Za-z0-9][\w.-]*)")
_PREFIXED = regex(r"(?P<alias>[a-z][a-z0-9_-]{1,30})(?P<mark>[:/])(?P<rest>[^\s:/][^\s]*)")
_KEY_MODEL = regex(
    r"(?:^|[_.\-])(?:models?|llms?|engine|checkpoint|deployment|embedder|reranker|embeddings?|init_from"
    r"|pretrained)(?:[_\-]?(?:name|id|path|type|slug|key|version|string|str|spec|deployment|alias"
    r"|identifier|repo|list|ids|names))?$",
    re.IGNORECASE,
)
_KEY_DATASET = regex(r"(?:^|[_.\-])datasets?(?:[_\-]?(?:name|id|path))?$", re.IGNORECASE)
_KEY_ADDRESS = regex(
    r"(?:^|[_.\-])(?:(?:api[_\-]?)?base(?:[_\-]?(?:url|path|uri))?|api[_\-]?(?:url|base|host|endpoint)|endpoint(?:[_\-]?url)?"
    r"|azure[_\-]?endpoint|host|server[_\-]?url|url|uri|proxy[_\-]?url)$",
    re.IGNORECASE,
)
_KEY_PROVIDER = regex(
    r"(?:^|[_.\-])(?:model|llm|ai|embeddings?|custom_llm)?[_\-]?provider(?:[_\-]?(?:name|id))?$",
    re.IGNORECASE,
)
_KEY_SHOWN = regex(
    r"(?:^|_)(?:label|title|description|text|heading|tooltip|display_name|name)$", re.IGNORECASE
)
_COMMIT = regex(r"[0-9a-f]{7,64}")


def note_word(  # noqa: C901, PLR0911, PLR0912 - the first that fits decides
    found: Found, word: Said, later: list[tuple[Said, Provider]]
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
    key = CAMEL.sub("_", word.key)
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
            and ID.fullmatch(text)
            and not PATH.match(text)
            and text not in LOCAL_DATA
            and not text.isupper()
        ):
            found.add(
                UseKind.DATASET, text, at, f'{word.key} = "{text}"', confidence=Confidence.LIKELY
            )
        return True
    return word.open or word.call.rpartition(".")[2] in DATASETS


def note_candidate(
    found: Found, word: Said, text: str, key: str, models: list[tuple[Said, str, Provider | None]]
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
    if not ID.fullmatch(text) and not text.startswith("arn:"):
        return
    match = index.model(text)
    if match is not None and (not match.weak or meant or (found.loads and not match.vendor)):
        models.append((word, text, match.vendor))
        revision = None if found.loads and not match.vendor else ""
        note_model(found, text, at, shown, provider="", revision=revision)
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
            meant and (colon or found.libraries) and ID.fullmatch(rest) and not PATH.match(rest)
        ):
            _prefixed(found, word, rest, who, shown, colon=colon, models=models)
            return
    if hub and (
        hub["org"] in index.knowledge.sure_hubs or (meant and hub["org"] in index.knowledge.hubs)
    ):
        if not PATH.match(text) and re.search(r"[0-9-]", hub["name"]):
            models.append((word, text, None))
            note_model(found, text, at, shown, revision=None)
        return
    if (
        hub
        and (tail := index.model(hub["name"])) is not None
        and not tail.weak
        and (meant or found.libraries or tail.vendor)
    ):
        models.append((word, text, tail.vendor if tail.vendor and tail.vendor.hosted else None))
        note_model(found, text, at, shown)
        return
    if (
        meant
        and found.libraries
        and _passes_for_id(text)
        and (ASKING.search(word.call) or word.call.rpartition(".")[2] in index.classes)
    ):
        models.append((word, text, None))
        note_model(found, text, at, shown, confidence=Confidence.LIKELY)


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
        bool(re.search(r"[0-9]|-|:", text)) and not PATH.match(text) and not _COMMIT.fullmatch(text)
    )


def _prefixed(
    found: Found,
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
        note_model(found, word.text.strip(), at, shown, revision=None)
        return
    suppliers = RESELLERS & found.firm - {who.name}
    if colon or "litellm" in found.libraries or not suppliers:
        found.provide(who.name, at, shown)
        note_model(found, rest, at, shown, provider=who.name)
    else:
        models.append((word, word.text.strip(), None))
        note_model(found, word.text.strip(), at, shown)


def _addresses(found: Found, word: Said, text: str) -> None:
    """URLs in a string: those of known services, and those given to a client."""
    at, key = (word.line, word.column), CAMEL.sub("_", word.key)
    urls = list(URL.finditer(text[:20_000]))
    for url in urls:
        address = bare_address(url[0].rstrip(".:"))
        whole = url.end() == len(text) and not word.open
        who = found.index.address(url[0])
        if who is None:
            if ".openai.azure.com" in text:
                found.provide("azure-openai", at, f'"{bare_address(url[0])}…"')
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
