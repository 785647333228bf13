"""Finds secrets in the variables, headers, arguments and addresses of servers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from aigate.domain.regex import regex
from aigate.domain.severity import Severity
from aigate.scanners._agents.nodes import Node, walk
from aigate.scanners._agents.pages import SECRET, Remark, shown
from aigate.scanners._agents.variables import ENV, FALSE, TRUE

ADDRESSES = ("url", "serverUrl", "server_url", "httpUrl", "uri", "endpoint", "baseUrl")
HEADERS = ("headers", "http_headers", "requestInit", "request_headers")
_SECRET_NAME = regex(
    r"(?:.*[_-])?(?:api[_-]?key|apikey|key|token|secret|password|passwd|pwd|pat|credentials?|bearer"
    r"|auth(?:orization)?|cookie|session|private[_-]?key|access[_-]?key|dsn|connection[_-]?string"
    r"|webhook(?:_url)?|service[_-]?role)(?:[_-](?:id|value|\d+))?|x-.*(?:key|token)|.*(?:apikey|token|secret|password)",
    re.IGNORECASE,
)
_NO_SECRET_NAME = regex(
    r".*(?:max|min|limit|count|num|file|path|dir|ttl|expir|type|url|endpoint|public|publishable|header|name)s?"
    r"(?:[_-].*)?|.*_tokens|.*token_(?:limit|count)|authorization_url|auth_(?:mode|type|method)",
    re.IGNORECASE,
)
_REFERENCE = regex(
    r"\$|%\w+%|\{\{|\{env|<|\[|env[:.(]|op://|vault:|aws:|gcp:|secret[:/]|keychain|input:|process\.env"
    r"|os\.environ|file:|ref:|!|@|#\{|\*{2,}|\.{3}|x{3,}|…",
    re.IGNORECASE,
)
_REFERS_INSIDE = regex(r"\$\{|\$\(|\{\{|\$[A-Za-z_]|<\w[^>]*>|%\w+%")
_PLACEHOLDER = regex(
    r"your|example|placeholder|change[-_ ]?me|insert|replace|dummy|todo|redacted|goes|here\b|sample|fill"
    r"|\bmy[-_]|\bthe[-_]|none|null|undefined|test|demo|fake|mock|default|optional|paste|enter|0{6,}|1234567|abcdef",
    re.IGNORECASE,
)
_BEARER = regex(r"(?:bearer|basic|token|apikey|api-key)\s+", re.IGNORECASE)
_SHORTEST = 8
_RANDOM = 16
_KNOWN = regex(
    r"sk-|ghp_|gho_|ghs_|github_pat_|glpat-|xox[abp]-|AKIA|AIza|eyJ|hf_|npm_|pypi-|ntn_|secret_|figd_|lin_api"
    r"|sbp_|SG\.|dop_v1|rk_live|sk_live|tvly-|pplx-|gsk_|ATATT"
)
_FLAG = regex(r"--?(?P<name>[\w-]+)(?:=(?P<value>.+))?")
_IN_URL = regex(
    r"\w[\w+.-]*://[^/\s:@]*:(?P<password>[^/\s@]+)@(?P<host>[^/\s:?]+)"
    r"|[?&](?:api[_-]?key|key|token|access_token|secret|apikey|auth)=(?P<token>[^&\s]+)",
    re.IGNORECASE,
)
_NEAR = regex(r"localhost|127\.|0\.0\.0\.0|\[?::1|host\.docker\.internal|db\Z|postgres\Z")


def find_secrets(node: Node, words: Sequence[Node]) -> Iterator[Remark]:
    """Yield the secrets of a server, wherever its settings hold them."""
    for group in node.all(*ENV, *HEADERS):
        for path, value in walk(group):
            if path and is_secret_name(path[-1]):
                yield from _secret(value, path[-1])
            elif path:
                yield from _in_url(value)
    for key, value in node.fields:
        if not (value.is_map or value.is_list) and is_secret_name(key.name):
            yield from _secret(value, key.name)
    for address in node.all(*ADDRESSES):
        yield from _in_url(address)
    for word, after in zip(words, [*words[1:], None], strict=False):
        yield from _argument(word, after)


_SETS_VALUE = regex(
    r"(?P<name>[\w-]+):\s*(?P<value>\S.*)|(?P<variable>[A-Z][A-Z0-9_]+)=(?P<set>.+)"
)


def _argument(word: Node, after: Node | None) -> Iterator[Remark]:
    flag, sets = _FLAG.fullmatch(word.text), _SETS_VALUE.fullmatch(word.text)
    if flag and is_secret_name(flag["name"]):
        if flag["value"]:
            yield from _secret(_part(word, *flag.span("value")), flag["name"])
        elif after is not None and not after.text.startswith("-"):
            yield from _secret(after, flag["name"])
    elif sets and is_secret_name(sets["name"] or sets["variable"]):
        part = _part(word, *sets.span("value" if sets["name"] else "set"))
        yield from _secret(part, sets["name"] or sets["variable"])
    else:
        yield from _in_url(word)


def is_secret_name(name: str) -> bool:
    """Tell whether a value of this name is a secret."""
    return bool(_SECRET_NAME.fullmatch(name)) and not _NO_SECRET_NAME.fullmatch(name)


def _part(node: Node, start: int, end: int) -> Node:
    if len(node.text) != node.end - node.start:
        return Node(node.start, node.end, node.text[start:end])
    return Node(node.start + start, node.start + end, node.text[start:end])


def _secret(node: Node, name: str) -> Iterator[Remark]:
    value = _BEARER.sub("", node.text.strip(), count=1)
    known = _KNOWN.match(value) is not None
    if len(value) < _SHORTEST or _refers(value):
        return
    if "://" in value or re.fullmatch(r"[A-Z][A-Z0-9_]+", value):
        yield from _in_url(node)
        return
    if " " in value or value.lower() in TRUE | FALSE or value.startswith(("/", "./", "~/")):
        return
    random = len(value) >= _RANDOM and re.search(r"\d", value) and re.search(r"[A-Za-z]", value)
    yield Remark(
        SECRET,
        node.start,
        node.end,
        f"the value of `{shown(name)}` stands in the settings",
        "refer to the environment instead, and revoke the value",
        None if known or random else Severity.MEDIUM,
        secret=True,
    )


def _refers(value: str) -> bool:
    """Tell whether a value stands for one that is elsewhere, or that has yet to be filled in."""
    patterns = _REFERS_INSIDE.search(value), _PLACEHOLDER.search(value), _REFERENCE.match(value)
    return any(patterns)


def _in_url(node: Node) -> Iterator[Remark]:
    for match in _IN_URL.finditer(node.text[:5_000]):
        group = "password" if match["password"] else "token"
        value = match[group]
        if match["host"] and _NEAR.search(match["host"]):
            continue
        if _refers(value) or value.lower() in {"password", "pass", "pwd"}:
            continue
        part = _part(node, *match.span(group))
        yield Remark(
            SECRET,
            part.start,
            part.end,
            "an address carries a secret",
            "refer to the environment instead, and revoke the value",
            secret=True,
        )
