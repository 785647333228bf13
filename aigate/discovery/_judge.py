"""Says what the signals of one file mean, by what is known."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from aigate.discovery._calls import note_call, note_import
from aigate.discovery._found import CAMEL, COMPATIBLE, ID, Found, Place
from aigate.discovery._index import AMBIGUOUS, FORGES, Index
from aigate.discovery._signals import Called, Decorated, Imported, Said, Signal
from aigate.discovery._strings import RESELLERS, note_candidate, note_word
from aigate.domain.inventory import Confidence, Use, UseKind
from aigate.domain.knowledge import Provider
from aigate.domain.regex import regex

_PROMPT = 30
_KEY_PROMPT = regex(
    r"(?:^|[_.\-])(?:system[_\-]?)?prompt(?:[_\-]?template)?$|^instructions$|^system$",
    re.IGNORECASE,
)
_TOOL = regex(r"(?:^|\.)(?:tool|function_tool|tool_plain|structured_tool|kernel_function)$")


def judge(signals: Iterable[Signal], index: Index, place: Place) -> tuple[Use, ...]:
    """Return what the signals of one file show."""
    found = Found(index, place)
    every = list(signals)
    speaks: list[tuple[tuple[int, int], str]] = []
    for one in every:
        if isinstance(one, Imported):
            note_import(found, one, speaks)
    for one in every:
        if isinstance(one, Called):
            note_call(found, one)
        elif isinstance(one, Decorated) and _TOOL.search(one.decorator) and found.libraries:
            found.add(
                UseKind.TOOL, one.name, (one.line, one.column), f"@{one.decorator} {one.name}"
            )
    words = [one for one in every if isinstance(one, Said)]
    later: list[tuple[Said, Provider]] = []
    ids = [word for word in words if not note_word(found, word, later)]
    _clients(found, speaks)
    models: list[tuple[Said, str, Provider | None]] = []
    for word in ids:
        text = word.text.strip()
        if ID.fullmatch(text) or text.startswith("arn:"):
            note_candidate(found, word, text, CAMEL.sub("_", word.key), models)
    _vendors(found, models, later)
    if found.uses:
        _prompts(found, words)
    return tuple(found.uses.values())


def _clients(found: Found, speaks: Sequence[tuple[tuple[int, int], str]]) -> None:
    """Decide whether OpenAI answers behind its library: unless every client says another address."""
    others = found.firm - {COMPATIBLE}
    told = not found.clients or "openai" in found.clients
    # An address from settings, and nobody else in sight: it may well be OpenAI's own.
    unsaid = not others and set(found.clients) <= {"", COMPATIBLE}
    if speaks and (told or unsaid):
        at, shown = speaks[0]
        found.provide("openai", at, shown, Confidence.CERTAIN if told else Confidence.LIKELY)


def _vendors(
    found: Found,
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
    if found.firm & RESELLERS:
        return
    for word, name, vendor in models:
        if vendor is not None and vendor.hosted:
            found.provide(vendor.name, (word.line, word.column), f'"{name}"', Confidence.LIKELY)


def _prompts(found: Found, words: Iterable[Said]) -> None:
    for word in words:
        key = CAMEL.sub("_", word.key)
        if len(word.text) >= _PROMPT and " " in word.text and key and _KEY_PROMPT.search(key):
            found.add(
                UseKind.PROMPT,
                word.key,
                (word.line, word.column),
                f"{word.key}, {len(word.text)} characters",
            )
