"""Looks names up in what is known: built once for each table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import field
from functools import lru_cache
from itertools import pairwise
from urllib.parse import urlsplit

from aigate.domain.knowledge import Knowledge, Library, Provider
from aigate.domain.regex import regex
from aigate.value import dataclass

_MODULES = frozenset(
    {"llms", "llm", "models", "model", "chat_models", "embeddings", "providers", "connectors"}
)
_LONGEST = 200
_REMEMBERED = 20_000
_LANGUAGES = ("python", "npm", "pypi", "go", "java")
FORGES = frozenset({"aws", "cloudflare", "github", "ibm", "vercel"})
"""Of these, names that never tell of models when they are called a provider."""
# What people read in a browser, at hosts that serve models as well.
_PAGE = regex(
    r"/(?:settings|docs?|download|library|usercenter|keys|account|dashboard|pricing|blog|console"
    r"|login|signup|playground|auth|terms|privacy|activity)(?:[/?#]|$)"
)
_NOTHING = regex(r"(?!)")
# Names that clouds and forges share with their services for models.
AMBIGUOUS = frozenset(
    {
        "alibaba", "aws", "azure", "claude", "cloudflare", "databricks", "github", "google", "grok",
        "ibm", "local", "mistral", "nvidia", "replicate", "together", "vercel", "fireworks",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Match:
    """A model's id as it was recognised.

    `vendor` is the provider whose pattern it fits; `weak` says that the word alone says little.
    """

    vendor: Provider | None
    weak: bool = False


@dataclass(slots=True)
class Index:
    """The table with its look-ups."""

    knowledge: Knowledge
    aliases: dict[str, Provider] = field(default_factory=dict)
    classes: dict[str, Provider] = field(default_factory=dict)
    stores: dict[str, Library] = field(default_factory=dict)
    services: dict[str, Provider] = field(default_factory=dict)
    names: dict[str, Provider] = field(default_factory=dict)
    ports: dict[int, Provider] = field(default_factory=dict)
    images: dict[str, Library | Provider] = field(default_factory=dict)
    keys: dict[str, Library] = field(default_factory=dict)
    terraform: tuple[tuple[str, Provider], ...] = ()
    _modules: dict[str, dict[str, list[Library | Provider]]] = field(default_factory=dict)
    _stars: dict[str, list[tuple[str, Library | Provider]]] = field(default_factory=dict)
    _hosts: list[tuple[re.Pattern[str], str, Provider]] = field(default_factory=list)
    _env: list[tuple[re.Pattern[str], Provider]] = field(default_factory=list)
    _patterns: list[tuple[bool, re.Pattern[str], Provider | None]] = field(default_factory=list)
    _quick: re.Pattern[str] = _NOTHING
    _embeds: tuple[re.Pattern[str], ...] = ()
    _known: dict[str, Match | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Fill the look-ups."""
        patterns = [*_patterns(self.knowledge)]
        self._patterns += [(weak, _compiled(text), who) for weak, text, who in patterns]
        # One pattern tells most strings apart at once; which one it was matters for few.
        self._quick = _compiled("|".join(f"(?:{text})" for _, text, _ in patterns))
        named: list[tuple[str, Provider]] = []
        for provider in self.knowledge.providers:
            self.names[provider.name] = provider
            self.aliases.update(dict.fromkeys(provider.aliases, provider))
            self.classes.update(dict.fromkeys(provider.classes, provider))
            self.services.update(dict.fromkeys(provider.services, provider))
            self.ports.update(dict.fromkeys(provider.ports, provider))
            for host in provider.hosts:
                name, slash, path = host.partition("/")
                self._hosts.append((_glob(name, r"[a-z0-9.-]+"), slash + path, provider))
            named += [(_variable(name), provider) for name in provider.env]
            for language in _LANGUAGES:
                self._learn(language, getattr(provider, language), provider)
            self.images.update(dict.fromkeys(provider.images, provider))
        # The longer name is the more special one: AZURE_OPENAI_* before OPENAI_*.
        named.sort(key=lambda one: -len(one[0]))
        self._env += [(regex(text), who) for text, who in named]
        for library in (*self.knowledge.frameworks, *self.knowledge.vector_stores):
            for language in _LANGUAGES:
                self._learn(language, getattr(library, language), library)
            self.images.update(dict.fromkeys(library.images, library))
            self.keys.update(dict.fromkeys(library.keys, library))
        self.terraform = tuple(
            (start, who) for who in self.knowledge.providers for start in who.terraform
        )
        for store in self.knowledge.vector_stores:
            self.stores.update(dict.fromkeys(store.classes, store))
        embeds = (self.knowledge.embeddings, *(who.embeddings for who in self.knowledge.providers))
        self._embeds = tuple(_compiled(one) for patterns in embeds for one in patterns)

    def _learn(self, language: str, names: Iterable[str], what: Library | Provider) -> None:
        for name in names:
            if name.endswith("*"):
                self._stars.setdefault(language, []).append((name[:-1], what))
            else:
                self._modules.setdefault(language, {}).setdefault(name, []).append(what)

    def imported(self, language: str, module: str) -> tuple[Library | Provider, ...]:
        """Return the libraries and providers that a module belongs to, the most special first."""
        exact = self._modules.get(language, {})
        separator = "." if language in {"python", "java"} else "/"
        found: list[Library | Provider] = []
        name = module
        while name and not found:
            found = list(exact.get(name, ()))
            name = name.rpartition(separator)[0] if language != "pypi" else ""
        if not any(isinstance(one, Library) for one in found):
            starred = [
                (star, what)
                for star, what in self._stars.get(language, ())
                if module.startswith(star)
            ]
            if starred:
                found.append(max(starred, key=lambda one: len(one[0]))[1])
        satellite = self._satellite(module, found)
        return tuple(found) if satellite is None else (*found, satellite)

    def _satellite(self, module: str, found: list[Library | Provider]) -> Provider | None:
        if not any(isinstance(one, Library) and one.satellites for one in found):
            return None
        if any(isinstance(one, Provider) for one in found):
            return None
        lower = module.casefold()
        # `langchain_openai`, `@ai-sdk/openai`, `llama-index-llms-openai`: what follows the name.
        top = re.split(r"[./]", lower.removeprefix("@langchain/").removeprefix("@ai-sdk/"))[0]
        tail = re.sub(
            r"^(?:langchain|llama[-_]index(?:[-_](?:llms|embeddings))?|pydantic-ai|@llamaindex)[-_/]?",
            "",
            top,
        )
        if tail and tail in self.aliases:
            return self.aliases[tail]
        parts = re.split(r"[./]", lower)
        for before, part in pairwise(parts):
            if before in _MODULES or before == "@llamaindex":
                return self.aliases.get(part)
        return None

    def address(self, url: str) -> Provider | None:
        """Return who answers at a URL, by its host or by a port that says enough."""
        try:
            parts = urlsplit(url)
            host, port = (parts.hostname or "").casefold(), parts.port
        except ValueError:
            return None
        if _PAGE.match(parts.path):
            return None
        for pattern, path, who in self._hosts:
            if pattern.fullmatch(host) and parts.path.startswith(path):
                return who
        return self.ports.get(port) if port else None

    def variable(self, name: str) -> Provider | None:
        """Return whom an environment variable is about."""
        if len(name) > _LONGEST:
            return None
        return next((who for pattern, who in self._env if pattern.fullmatch(name)), None)

    def model(self, name: str) -> Match | None:
        """Return what a model's id says, or None if it is no known one."""
        if not 2 <= len(name) <= _LONGEST:
            return None
        if name not in self._known:
            if len(self._known) > _REMEMBERED:
                self._known.clear()
            self._known[name] = self._model(name)
        return self._known[name]

    def _model(self, name: str) -> Match | None:
        if not self._quick.match(name):
            return None
        for weak, pattern, vendor in self._patterns:
            if pattern.match(name):
                # Hosted models have small letters in their ids; `GPT-4o` is for people.
                shout = vendor is not None and vendor.hosted and name != name.lower()
                return Match(vendor, weak=weak or (shout and not name.startswith("arn:")))
        return None

    def embeds(self, name: str) -> bool:
        """Tell whether a model's id is one of a model that embeds."""
        tail = name.rpartition("/")[2]
        return any(pattern.match(name) or pattern.match(tail) for pattern in self._embeds)


@lru_cache(maxsize=4)
def index_of(knowledge: Knowledge) -> Index:
    """Return the look-ups of a table, made once."""
    return Index(knowledge)


def _patterns(knowledge: Knowledge) -> Iterator[tuple[bool, str, Provider | None]]:
    for provider in knowledge.providers:
        yield from ((False, one, provider) for one in provider.models)
    yield from ((False, one, None) for one in knowledge.open_models)
    for provider in knowledge.providers:
        yield from ((True, one, provider) for one in provider.weak)
    yield from ((True, one, None) for one in knowledge.weak_models)


def _compiled(pattern: str) -> re.Pattern[str]:
    return regex(pattern, re.IGNORECASE)


def _glob(name: str, star: str) -> re.Pattern[str]:
    return regex(star.join(re.escape(part) for part in name.split("*")))


def _variable(name: str) -> str:
    body = re.escape(name[:-1]) + "[A-Z0-9_]+" if name.endswith("*") else re.escape(name)
    return f"(?:[A-Z0-9]+_){{0,6}}{body}"
