"""Reads the configuration that lies beside models: code to fetch and run, and chat templates."""

from __future__ import annotations

import json
import re

from aigate.artefacts.look import Look
from aigate.artefacts.values import Objection
from aigate.domain.regex import regex

_NAMES = regex(
    r"(?:\A|/)(?:(?:[\w-]+_)?config|tokenizer|chat_template|model_index|params)\.json\Z",
    re.IGNORECASE,
)
_TEMPLATES = regex(
    r"(?:\A|/)(?:[\w.-]*chat[_-]template[\w.-]*\.(?:jinja2?|j2|txt)"
    r"|chat_templates/[^/]+\.(?:jinja2?|j2))\Z",
    re.IGNORECASE,
)
_MOST_NODES = 200_000
_LONGEST = 8_000_000


def is_settings(path: str) -> bool:
    """Tell by its path whether a text configures a model."""
    return bool(_NAMES.search(path) or _TEMPLATES.search(path))


def read(path: str, text: str, look: Look) -> None:
    """Object to what makes a loader run code of strangers."""
    if _TEMPLATES.search(path):
        _template(text, look)
        return
    if not any(word in text for word in ("auto_map", "trust_remote_code", "template", "\\u")):
        return
    if len(text) > _LONGEST:
        look.say(Objection.UNREAD, "the configuration is longer than what is read")
        return
    try:
        config = json.loads(text.removeprefix("\ufeff"), object_pairs_hook=_Pairs)
    except (ValueError, RecursionError):
        _read_broken(text, look)
        return
    waiting: list[object] = [config]
    for _ in range(_MOST_NODES):
        if not waiting:
            return
        look.purse.spend()
        node = waiting.pop()
        if isinstance(node, _Pairs):
            for key, value in node:
                _check(key, value, look)
                waiting.append(value)
        elif isinstance(node, list):
            waiting.extend(node)
    look.say(Objection.UNREAD, "the configuration has more entries than are read")


class _Pairs(list[tuple[str, object]]):
    """An object of JSON with all its keys, also those that stand twice."""


def _check(key: str, value: object, look: Look) -> None:
    if key == "auto_map" and value:
        names = [text for _, text in value] if isinstance(value, _Pairs) else [value]
        shown = ", ".join(f"`{str(name)[:80]}`" for name in names[:3])
        look.say(Objection.REMOTE, f"`auto_map` has the loader run {shown}")
    elif key == "trust_remote_code" and value is not False and value is not None:
        look.say(Objection.REMOTE, "`trust_remote_code` has the loader run code of strangers")
    elif key == "chat_template" or (key == "template" and isinstance(value, str)):
        if isinstance(value, str):
            _template(value, look)
        elif isinstance(value, _Pairs):
            for _, one in value:
                if isinstance(one, str):
                    _template(one, look)


def _template(text: str, look: Look) -> None:
    from aigate.artefacts import templates  # noqa: PLC0415 - few files hold any

    templates.check(text, look)


def _read_broken(text: str, look: Look) -> None:
    for word in ("auto_map", "trust_remote_code"):
        if f'"{word}"' in text:
            look.say(Objection.REMOTE, f"`{word}` stands in a configuration that is no JSON")
