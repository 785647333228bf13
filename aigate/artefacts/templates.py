"""Reads chat templates, which are programs in Jinja, without rendering any."""

from __future__ import annotations

import re

from aigate.artefacts.look import Look
from aigate.artefacts.values import Objection
from aigate.domain.regex import regex

_LONGEST = 1_000_000
_CODE = regex(r"\{\{.*?(?:\}\}|\Z)|\{%.*?(?:%\}|\Z)", re.DOTALL)
# Jinja reads these escapes in its strings before anything looks at them.
_ESCAPE = regex(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|([0-7]{1,3}))")
_JOINED = regex(r"['\"]\s*(?:[~+]\s*)?['\"]")
_REASONS = (
    (regex(r"__\w+__|__class|__globals|__builtins|__init|__import|__sub|__mro|__base"),
     "reaches for what is behind an object"),
    (regex(r"\|\s*attr\b|\bgetattr\s*\(|\.mro\s*\(|\bformat_map\b|\.(?:gi|cr|ag)_(?:frame|code)|\.f_(?:globals|locals|back)|\.func_globals"),
     "reaches for attributes by name"),
    (regex(r"\b(?:lipsum|cycler|joiner|self)\s*(?:\.|\[|\|)|\b(?:url_for|get_flashed_messages)\b"),
     "uses objects of the template engine as a way out"),
    (regex(r"\{%-?\s*(?:import|include|extends|from)\b"), "loads another template"),
    (regex(r"\b(?:popen|subprocess|os\.system|importlib|exec|eval|compile|open|__import__)\s*\(|\.system\s*\("),
     "calls what runs programs or reads files"),
)  # fmt: skip


def check(template: str, look: Look) -> None:
    """Keep the template's digest, and object to constructs that no conversation needs."""
    look.template(template)
    if len(template) > _LONGEST:
        look.say(Objection.UNREAD, "the chat template is longer than what is read")
        return
    code = "\n".join(part[0] for part in _CODE.finditer(template))
    plain = _JOINED.sub("", _ESCAPE.sub(_character, code))
    for pattern, reason in _REASONS:
        found = pattern.search(code) or pattern.search(plain)
        if found:
            look.say(Objection.TEMPLATE, f"the chat template {reason}: `{found[0][:60]}`")


def _character(found: re.Match[str]) -> str:
    if found[3]:
        return chr(int(found[3], 8) & 255)
    return chr(int(found[1] or found[2], 16))
