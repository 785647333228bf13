"""Judges where servers are reached, and whether anybody signs in there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from aigate.domain.severity import Severity
from aigate.scanners._agents.credentials import HEADERS, is_secret_name
from aigate.scanners._agents.files import AgentTable, host_matches
from aigate.scanners._agents.nodes import Node, walk
from aigate.scanners._agents.pages import CLEARTEXT, UNAUTHENTICATED, Remark, shown
from aigate.scanners._agents.remarks import remark

_SIGNS_IN = (
    *("oauth", "auth", "authentication", "authorization", "bearer_token_env_var", "token"),
    *("env_http_headers", "headersHelper", "auth_provider_type", "authProviderType", "scopes"),
    *("apiKey", "api_key", "authorization_token", "bearerToken", "authToken", "requestOptions"),
)


_NEAR = frozenset({"localhost", ".".join("0000"), "::1", "host.docker.internal"})


def judge_address(node: Node, server: Node, table: AgentTable) -> Iterator[Remark]:
    """Yield what is wrong with the address of a server."""
    try:
        parts = urlsplit(node.text)
        host = parts.hostname or ""
    except ValueError:
        return
    if parts.scheme not in {"http", "https", "ws", "wss"} or _is_near(host):
        return
    if not re.fullmatch(r"[\w.:-]+", host, re.ASCII):
        return
    if parts.scheme in {"http", "ws"}:
        yield remark(
            CLEARTEXT,
            node,
            f"the server at `{shown(host)}` is reached without encryption",
            "use `https://`",
        )
    if (
        _is_signed_in(server)
        or parts.query
        or host_matches(host, (*table.signed_in, *table.public))
    ):
        return
    if "$" in node.text or "{" in node.text:
        return
    yield remark(
        UNAUTHENTICATED,
        node,
        f"nothing here says who uses the server at `{shown(host)}`",
        'add `"headers": {"Authorization": "Bearer ${TOKEN}"}`, or use a sign-in',
        Severity.MEDIUM if parts.scheme in {"http", "ws"} else None,
    )


def _is_near(host: str) -> bool:
    return (
        host in _NEAR
        or host.startswith("127.")
        or host.endswith((".localhost", ".local"))
        or "$" in host
    )


def _is_signed_in(server: Node) -> bool:
    for name in _SIGNS_IN:
        for node in server.all(name):
            if node.value not in {None, False, "", "none", "None"} or node.fields or node.items:
                return True
    for headers in server.all(*HEADERS):
        for path, value in walk(headers):
            if path and value.text and (is_secret_name(path[-1]) or "auth" in path[-1].lower()):
                return True
    return False
