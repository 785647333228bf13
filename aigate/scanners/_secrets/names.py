"""Finds values that look random under names such as `token` or `api_key`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aigate.domain.regex import regex
from aigate.domain.tree import Kind, Unit
from aigate.scanners._secrets.noise import is_generated

# Lower case; found by plain search, which is ten times as fast as one pattern.
_NAMES_OF_SECRETS = (
    *("secret", "token", "password", "passwd", "passphrase", "pwd", "credential", "bearer"),
    *(
        f"{kind}{joint}key"
        for kind in (
            *("api", "access", "private", "auth", "signing", "encryption", "master", "account"),
            *("shared", "subscription", "service"),
        )
        for joint in ("", "_", "-")
    ),
)
_REST_OF_NAME = regex(r"[A-Za-z0-9_-]{0,30}", re.ASCII)
_FROM_ENVIRONMENT = (
    r"(?:(?:process\.env|import\.meta\.env|os\.environ|os\.getenv|env)\b[^\n,|?'\"]{0,60}"
    r"(?:['\"][\w.-]{1,60}['\"][)\]]{1,2})?\s{0,3}(?:\|\||\?\?|\bor\b)\s{0,3})?"
)
_VALUE = regex(
    # an assignment, perhaps with a type; a fall-back of a look-up; or the next of a pair
    r"(?:[\"'\])]{0,3}\s{0,4}(?::\s{0,2}[A-Za-z][A-Za-z\[\]| .]{0,30}\s{0,3}(?==))?"
    r"(?:=>|:=|=|:|\|\||\?\?|\bor\b)|[\"']\s{0,3},(?:\s{0,3}default\s{0,2}=)?)\s{0,4}"
    rf"{_FROM_ENVIRONMENT}(?:Bearer\s+)?"
    r"(?:(?:[rbuf]|&)?(?P<quote>[\"'`])(?:Bearer\s+|Basic\s+)?(?P<quoted>[^\"'`\s]{16,300}+)(?P=quote)"
    r"|(?P<bare>[A-Za-z0-9+/=_.~-]{20,300}+)(?=[\s;,#]|\Z))"
)
_UNSECRET = regex(
    r"(?:_?-?(?:url|uri|type|name|field|path|file|dir|id|ids|hash|digest|prefix|suffix|header"
    r"|regex|pattern|label|title|expires?|expiry|ttl|len|length|size|format|arn|version|endpoint"
    r"|count|limit|usage|class|schema|method|algorithm|alg|scope|scopes|ref|kind|issuer|audience"
    r"|placeholder|description|message|error|help|text|env|var|checksum|fingerprint|sha256"
    r"|policy|provider|index|list|s))\Z",
    re.IGNORECASE,
)

_SETTINGS = regex(
    r"(?:\A|/)(?:\.?env(?:\.[\w.-]+)?|[^/]*\.(?:env|ini|cfg|conf|config|properties|ya?ml|toml|sh|tfvars"
    r"|envrc|npmrc|pypirc)|\.(?:npmrc|pypirc|netrc|envrc)|Dockerfile[^/]*|credentials)\Z",
    re.IGNORECASE,
)
_LOCK = regex(
    r"(?:\A|/)(?:[^/]*\.lock|package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|go\.sum"
    r"|[^/]*\.(?:svg|map|min\.js|po|pot|xlf))\Z",
    re.IGNORECASE,
)


def assigned_secrets(unit: Unit) -> Iterator[tuple[int, int]]:
    """Yield where values stand that look random, by the names of secrets."""
    if _LOCK.search(unit.path):
        return
    text = unit.text
    bare = unit.kind is Kind.TEXT and bool(_SETTINGS.search(unit.path))
    for position in _ends_of_names(text):
        rest = _REST_OF_NAME.match(text, position)
        if rest is None or _UNSECRET.search(rest[0]):
            continue
        value = _VALUE.match(text, rest.end())
        if value is None:
            continue
        group = "quoted" if value["quote"] else "bare"
        if group == "quoted" or bare:
            secret = value[group]
            if is_generated(secret):
                yield value.span(group)


def _ends_of_names(text: str) -> list[int]:
    low = text.lower()
    if len(low) != len(text):
        # A few letters have a longer lower case, which would shift all that follows.
        low = re.sub(r"[^\x00-\x7f]", " ", text).lower()
    ends: set[int] = set()
    for name in _NAMES_OF_SECRETS:
        start = low.find(name)
        while start >= 0:
            ends.add(start + len(name))
            start = low.find(name, start + len(name))
    return sorted(ends)
