"""Judges how settings start and reach MCP servers."""

from __future__ import annotations

from collections.abc import Iterator

from aigate.domain.regex import regex
from aigate.domain.severity import Severity
from aigate.scanners._agents.addresses import judge_address
from aigate.scanners._agents.credentials import ADDRESSES, find_secrets
from aigate.scanners._agents.files import AgentTable
from aigate.scanners._agents.nodes import Node, walk
from aigate.scanners._agents.pages import Remark, shown
from aigate.scanners._agents.programs import judge_program, words_of
from aigate.scanners._agents.remarks import wide
from aigate.scanners._agents.variables import judge_environment

_MAPS = frozenset(
    {"mcpServers", "mcp_servers", "context_servers", "amp.mcpServers", "mcp-servers", "mcpservers"}
)
_LOOSE = frozenset({"servers", "mcp", "extensions"})
_TYPES = frozenset(
    {"stdio", "local", "remote", "sse", "http", "streamable-http", "streamable_http"}
)


def servers(root: Node, table: AgentTable, *, named: bool) -> Iterator[Remark]:
    """Yield what is wrong with each server below a node.

    `named` says that the file's name is that of servers' settings, so that looser words count.
    """
    seen: set[int] = set()
    for path, node in walk(root):
        if not path or id(node) in seen:
            continue
        name = path[-1]
        if name in _MAPS or (name in _LOOSE and (named or name == "mcp" or "mcp" in path)):
            seen.add(id(node))
            strict = name in _MAPS or (named and name == "servers")
            for inner in (*(value for _, value in node.fields), *node.items):
                if _is_server(inner, strict=strict):
                    yield from _server(inner, table)
    if named and root.is_map and _is_server(root, strict=False):
        yield from _server(root, table)


def _is_server(node: Node, *, strict: bool) -> bool:
    if not node.is_map:
        return False
    program = node.get("command", "cmd") or node.get(*ADDRESSES)
    if program is None:
        return False
    kind = node.get("type", "transport")
    return strict or (kind is not None and kind.text.lower() in _TYPES) or bool(node.get("args"))


def _server(node: Node, table: AgentTable) -> Iterator[Remark]:
    words = words_of(node)
    yield from judge_program(words)
    yield from judge_environment(node)
    yield from find_secrets(node, words)
    for address in node.all(*ADDRESSES):
        yield from judge_address(address, node, table)
    yield from _approvals(node)


_TRUSTS = (
    "alwaysAllow",
    "autoApprove",
    "autoAllow",
    "always_allow",
    "auto_approve",
    "autoApproved",
)
_ACTS = regex(
    r"(?:.*[_-])?(?:exec(?:ute)?|run|shell|bash|terminal|command|write|delete|remove|drop|push|merge|send"
    r"|upload|deploy|kill|eval|sql|create|update|edit|move|publish|transfer|pay)(?:[_-].*)?|\w*(?:Execute|Command|Delete|Write)\w*",
)


def _approvals(server: Node) -> Iterator[Remark]:
    for node in server.all("trust", *_TRUSTS):
        if node.value is True:
            yield wide(node, "every tool of the server runs without a question")
    for node in server.all(*_TRUSTS):
        for item in node.texts():
            if item.text in {"*", "all", ".*"}:
                yield wide(item, "every tool of the server runs without a question")
            elif _ACTS.fullmatch(item.text):
                message = f"the tool `{shown(item.text)}` runs without a question"
                yield wide(item, message, Severity.MEDIUM)
    for node in server.all("tools", "enabled_tools", "includeTools", "allowedTools"):
        for item in node.texts():
            if item.text == "*":
                yield wide(item, "every tool of the server may be used", Severity.MEDIUM)
