"""Collects what the signals of one file show: each use once, at its first place."""

from __future__ import annotations

import re
from dataclasses import field

from aigate.discovery._index import Index
from aigate.domain.inventory import Confidence, Use, UseKind
from aigate.domain.place import Location
from aigate.domain.regex import regex
from aigate.engine.shown import line as shown_line
from aigate.value import dataclass

_SHOWN = 160
COMPATIBLE = "openai-compatible"
"""Who answers where an OpenAI client talks to an address that is only known at run time."""
SPEAKS_OPENAI = frozenset({"openai"})
URL = regex(r"(?:https?|wss?)://[^\s\"'`<>|\\^{}()\[\],;]+", re.IGNORECASE)
ID = regex(r"@?[A-Za-z0-9][\w.@-]*(?:/[\w.@-]+){0,4}(?::[\w.-]+){0,2}")
PATH = regex(
    r"(?:[./~]|[A-Za-z]:\\|.*\\|.*/\.|.*\.(?:py|json|jsonl|ya?ml|toml|txt|md|pt|pth|bin|safetensors|onnx"
    r"|gguf|ckpt|h5|pb|pkl|csv|parquet|png|jpe?g|svg|wav|mp[34]|html?|[jt]sx?|tsv|zip|gz|tar|sh|so)$)",
    re.IGNORECASE,
)
KEY_BASE = (
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
CAMEL = regex(r"(?<=[a-z0-9])(?=[A-Z])")
LOCAL_DATA = frozenset(
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
ASKING = regex(
    r"(?:^|\.)(?:create|acreate|generate|generate_content|completion|acompletion|complete|chat|stream|parse|embed|embedding|aembedding|embed_query|invoke_model|converse|converse_stream|init_chat_model|init_embeddings|responses|generateText|streamText|generateObject|streamObject|embedMany|from_pretrained|ChatCompletion|image_generation|transcription|rerank|moderation|Agent|LLM|getGenerativeModel|GenerativeModel|LitellmModel|get_embedding)$"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a file's signals stand: its path, its cell, and the lines of the file by text line."""

    path: str
    cell: int = 0
    lines: tuple[int, ...] = ()


@dataclass(slots=True)
class Found:
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


def note_model(
    found: Found,
    name: str,
    at: tuple[int, int],
    evidence: str,
    *,
    provider: str = "",
    revision: str | None = "",
    confidence: Confidence = Confidence.CERTAIN,
) -> None:
    """Note a model, and that it embeds where its id says so."""
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


def bare_address(url: str) -> str:
    """Return a URL without what may be secret in it: the user, the query and the fragment."""
    bare = re.split(r"[?#]", url, maxsplit=1)[0]
    scheme, mark, rest = bare.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{mark}{host.rpartition('@')[2]}{slash}{path}"
