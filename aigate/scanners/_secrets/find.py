"""Finds keys by their providers' formats, private keys, and passwords in URLs."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from urllib.parse import unquote

from aigate.domain.regex import regex
from aigate.domain.rule import Rule
from aigate.domain.severity import Severity
from aigate.domain.tree import Unit
from aigate.scanners._secrets.clues import Clues
from aigate.scanners._secrets.formats import AWS_SECRET, AWS_WORDS, FORMATS, Format
from aigate.scanners._secrets.names import assigned_secrets
from aigate.scanners._secrets.noise import HEX, PLACEHOLDER, entropy, is_random, mixes
from aigate.scanners._secrets.pages import (
    ASSIGNED_SECRET,
    CREDENTIAL_IN_URL,
    PRIVATE_KEY,
    PROVIDER_KEY,
)
from aigate.scanners._secrets.runs import Runs

_PEM = regex(r"-----BEGIN ((?:[A-Z0-9]{1,20} ){0,4})PRIVATE KEY(?: BLOCK)?-----")
_PEM_LONGEST = 20_000
_PEM_LEAST = 80
_NOT_KEY = regex(r"\\[nrt]|[^A-Za-z0-9+/=]")
_PEM_HEADER = regex(r"(?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset):[^\n\\]{0,200}")

_URL = regex(
    r"(?<![A-Za-z0-9+.-])[A-Za-z][A-Za-z0-9+.-]{1,20}://"
    r"(?P<user>[^\s:@/?#\"'`<>(){}\[\]$]{0,80}):(?P<password>[^\s@/\"'`<>(){}\[\],|]{3,120})@"
    r"(?P<host>[A-Za-z0-9_.-]{1,200}|\[[0-9A-Fa-f:.]{2,50}\])"
)
_COMMON_PASSWORD = regex(
    r"pass|pw|pwd|passwort|secret|user(?:name)?1?|root|admin|guest|test(?:ing)?|postgres|mysql"
    r"|redis|mongo|rabbitmq|minio(?:admin)?|docker|default|foo|bar|baz|foobar|token|key|api_?key"
    r"|access_token|auth|cred(?:ential)?s|hunter2|letmein|changeit|1?2?345?6?|abc(?:123)?|x+"
    r"|x-oauth-basic|x-access-token|none|null|undefined|(?:pass|secret|test|admin)1(?:23)?"
    r"|app|dev|local|develop|my(?:pass|secret)|supersecret|value|string|port|prefix"
)
_NOWHERE = regex(
    r"localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[?::1\]?|host|hostname|server|proxy|db|database"
    r"|(?:.*\.)?(?:example(?:\.(?:com|org|net|io|edu))?|test|invalid|localhost|local|internal\.test)",
    re.IGNORECASE,
)


_Found = tuple[Rule, str, int, int, Severity | None]


def found(unit: Unit, clues: Clues) -> Iterator[_Found]:
    """Yield each secret of a unit: its rule, what it is, where it stands, and its severity."""
    text = unit.text
    if clues.private_key:
        yield from _private_keys(text)
    for form in FORMATS:
        if form.hint in clues.hints:
            yield from _provider_keys(form, text, clues.runs)
    if clues.aws_secret:
        yield from _aws_secrets(text)
    if clues.credentials:
        yield from _credentials_in_urls(text)
    if clues.runs.are_mixed:
        for start, end in assigned_secrets(unit):
            yield ASSIGNED_SECRET, "random value", start, end, None


def _provider_keys(form: Format, text: str, runs: Runs) -> Iterator[_Found]:
    for match in form.matches(text, runs):
        group = 1 if form.pattern.groups else 0
        if is_random(match[group]) and (form.hint != "eyJ" or _is_token(match[0])):
            yield PROVIDER_KEY, form.kind, *match.span(group), form.severity


def _aws_secrets(text: str) -> Iterator[_Found]:
    if AWS_WORDS.search(text):
        for match in AWS_SECRET.finditer(text):
            if is_random(match[1]) and entropy(match[1]) > 4 and not HEX.fullmatch(match[1]):
                yield PROVIDER_KEY, "AWS secret access key", *match.span(1), None


def _private_keys(text: str) -> Iterator[_Found]:
    for match in _PEM.finditer(text):
        # Whatever dashes come next end the key, so that a row of beginnings costs little.
        end = text.find("-----", match.end(), match.end() + _PEM_LONGEST)
        if end >= 0 and not text.startswith("-----END", end):
            continue
        body = text[match.end() : end if end >= 0 else match.end() + 600]
        material = _NOT_KEY.sub("", _PEM_HEADER.sub("", body))
        noise = len(body) - len(material)
        if len(material) < _PEM_LEAST or noise > len(body) / 2 or entropy(material) < 4.5:
            continue
        if end >= 0:
            closing = text.find("-----", end + 8, end + 80)
            until = closing + 5 if closing >= 0 else end
        else:
            until = match.end() + len(body.rstrip())
        kind = f"{match[1].strip()} private key".strip()
        severity = Severity.HIGH if "ENCRYPTED" in match[1] + body[:200] else None
        yield PRIVATE_KEY, kind, match.start(), until, severity


def _credentials_in_urls(text: str) -> Iterator[_Found]:
    for match in _URL.finditer(text):
        user, password, host = match["user"], match["password"], match["host"]
        low = password.lower()
        if _COMMON_PASSWORD.fullmatch(low) or low == user.lower() or PLACEHOLDER.search(password):
            continue
        if (
            password.startswith(("$", "%", ":", "-", "*", "\\"))
            or "\\" in password
            or len(set(low)) < 4
        ):
            continue
        if password.isdigit() or (
            password.isascii() and re.fullmatch(r"[^\d]*(?:secret|token|pass)[^\d]*", low)
        ):
            continue
        strong = len(password) >= 12 and entropy(password) >= 3 and mixes(password) >= 3
        if _NOWHERE.fullmatch(host) and not strong:
            continue
        if "%" in password and (len(unquote(password)) < 8 or not mixes(unquote(password))):
            continue
        # An upper-case word is a name in a template; a lower-case one, a word in a manual.
        if re.fullmatch(r"[A-Z_]+|[a-z_-]{1,8}", password):
            continue
        yield CREDENTIAL_IN_URL, "password in a URL", *match.span("password"), None


def _is_token(value: str) -> bool:
    """Tell whether a JSON web token decodes, and is not the one of every tutorial."""
    header, payload = (_decoded(part) for part in value.split(".")[:2])
    if header is None or payload is None or "alg" not in header:
        return False
    said = json.dumps(payload)
    return "John Doe" not in said and payload.get("sub") != "1234567890" and len(payload) > 0


def _decoded(part: str) -> dict[str, object] | None:
    try:
        value = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return None
    return value if isinstance(value, dict) else None
