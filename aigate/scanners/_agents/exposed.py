"""Finds tool servers in code that listen to every machine and ask nobody who they are."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from itertools import accumulate

from aigate.domain.regex import regex
from aigate.domain.severity import Severity
from aigate.scanners._agents.pages import UNAUTHENTICATED, Remark

_LONGEST = 500_000
_EVERYWHERE = frozenset({".".join("0000"), "::", "[::]", "0"})
_SERVES = frozenset(
    {
        *("FastMCP", "MCPServer", "run", "run_async", "run_http_async", "run_sse_async", "Config"),
        *("run_streamable_http_async", "serve", "create_server", "start", "TCPSite", "run_app"),
    }
)
_OPTIONS = frozenset({"add_argument", "Option", "option", "Argument", "getenv", "get"})
_NAMED_HOST = regex(r"-{0,2}(?:\w+[_-])?(?:host|bind|address)", re.IGNORECASE)
# What speaks of callers that have to say who they are, and not of a key for somebody else.
_ASKS = regex(
    r"(?:bearer|jwt|oauth2?|basic|static|remote|introspection|supabase|workos|google|github|azure)_?"
    r"(?:token_?)?(?:auth\w*|verif\w*|provider)|require_?\w*auth\w*|auth_?(?:settings|provider|config)"
    r"|\w*auth\w*middleware|\w*authbackend|authentication\w*|authenticat(?:e|or)|token_?verifier"
    r"|auth_server_provider|(?:verify|check|validate|require)_?(?:bearer|token|api_?key|auth\w*|request|caller)"
    r"|login_required|http_?bearer|http_?basic|api_?key_?header|api_?key_?middleware|authorize\w*",
    re.IGNORECASE,
)
_HEADER = regex(r"authorization|(?:x-)?api-key|x-[\w-]*(?:token|key|secret)", re.IGNORECASE)
_HINT = (
    "listen on 127.0.0.1, or have the server ask for a token before it serves tools to the network"
)


def exposed_in_python(text: str) -> Iterator[Remark]:
    """Yield where a Python file has a tool server listen to everybody without a sign-in."""
    if len(text) > _LONGEST or "mcp" not in text.lower():
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    nodes = list(ast.walk(tree))
    if not any(_imports_mcp(node) for node in nodes) or any(map(_asks, nodes)):
        return
    constants = {
        target.id
        for node in nodes
        if isinstance(node, ast.Assign) and _is_everywhere(node.value, frozenset())
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    known = frozenset(constants)
    rows = text.split("\n")
    starts = [0, *accumulate(len(row) + 1 for row in rows)]
    for node in nodes:
        place = _listens(node, known)
        if place is not None and place.end_lineno and place.end_col_offset is not None:
            yield _remark(
                starts[place.lineno - 1] + _column(rows[place.lineno - 1], place.col_offset),
                starts[place.end_lineno - 1]
                + _column(rows[place.end_lineno - 1], place.end_col_offset),
            )


def _imports_mcp(node: ast.AST) -> bool:
    if isinstance(node, ast.Import):
        names = [one.name for one in node.names]
    elif isinstance(node, ast.ImportFrom):
        names = [node.module or ""]
    else:
        return False
    return any(name.partition(".")[0] in {"mcp", "fastmcp"} for name in names)


def _asks(node: ast.AST) -> bool:
    """Tell whether a node belongs to what asks callers who they are."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.alias(name=name):
            return _ASKS.fullmatch(name.rpartition(".")[2]) is not None
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return _ASKS.fullmatch(name.strip("_")) is not None
        case ast.keyword(arg=str() as name, value=value):
            given = not (isinstance(value, ast.Constant) and value.value in {None, False})
            return given and (name == "auth" or _ASKS.fullmatch(name) is not None)
        case ast.Call(
            func=ast.Attribute(attr="get", value=owner), args=[ast.Constant(value=str() as key), *_]
        ):
            return _HEADER.fullmatch(key) is not None and "headers" in _last(owner)
        case ast.Subscript(value=owner, slice=ast.Constant(value=str() as key), ctx=ast.Load()):
            return _HEADER.fullmatch(key) is not None and "headers" in _last(owner)
        case _:
            return False


def _listens(node: ast.AST, known: frozenset[str]) -> ast.expr | None:
    """Return the address of a node that listens to every machine."""
    if isinstance(node, ast.Call):
        called = _last(node.func)
        if called in _SERVES:
            given = [one.value for one in node.keywords if one.arg in {"host", "bind"}]
            given += node.args[1:2] if called in {"run", "TCPSite"} else []
            return next((one for one in given if _is_everywhere(one, known)), None)
        if called in {"add_argument", "Option", "option"} and _is_for_host(node):
            given = [one.value for one in node.keywords if one.arg == "default"]
            return next((one for one in given if _is_everywhere(one, known)), None)
    if isinstance(node, ast.Assign) and _is_everywhere(node.value, known):
        target = node.targets[0]
        if isinstance(target, ast.Attribute) and target.attr == "host":
            return node.value
    return None


def _is_for_host(node: ast.Call) -> bool:
    words = [one.value for one in node.args if isinstance(one, ast.Constant)]
    return any(isinstance(one, str) and _NAMED_HOST.fullmatch(one) for one in words)


def _is_everywhere(node: ast.expr, known: frozenset[str]) -> bool:
    match node:
        case ast.Constant(value=str() as value):
            return value in _EVERYWHERE
        case ast.Name(id=name):
            return name in known
        case ast.Call(args=[_, ast.Constant(value=str() as value)]):
            # `os.getenv("HOST", "0.0.0.0")`
            return value in _EVERYWHERE and _last(node.func) in _OPTIONS
        case ast.BoolOp(op=ast.Or(), values=values):
            return _is_everywhere(values[-1], known)
        case _:
            return False


def _last(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _column(row: str, count: int) -> int:
    # The tree counts bytes.
    if row.isascii():
        return count
    return len(row.encode("utf-8", "surrogatepass")[:count].decode("utf-8", "replace"))


# A text that nothing ends goes to the end of its line, so that nothing is read twice.
_COMMENTS = regex(
    r"(?P<string>\"(?:[^\"\\\n]|\\.)*(?:\"|(?=\n)|\\?\Z)|'(?:[^'\\\n]|\\.)*(?:'|(?=\n)|\\?\Z)"
    r"|`(?:[^`\\]|\\.)*(?:`|\\?\Z))|//[^\n]*|/\*.*?(?:\*/|\Z)",
    re.DOTALL,
)
_OF_MCP = regex(r"[\"'](?:@modelcontextprotocol/[\w-]+[^\"']*|fastmcp|mcp-framework)[\"']")
_TRANSPORT = regex(
    r"\b(?:StreamableHTTPServerTransport|NodeStreamableHTTPServerTransport|SSEServerTransport"
    r"|WebStandardStreamableHTTPServerTransport|httpStream|WebSocketServerTransport)\b"
)
_LISTEN = regex(
    r"\.(?:listen|serve)\(\s*(?:(?:[^()\"'`;]|\([^()]*\)){0,200}?,\s*|\{[^{}]{0,200}?\b(?:host|hostname)\s*:\s*)"
    r"(?P<host>[\"'`](?:0\.0\.0\.0|::)[\"'`])"
    r"|\b(?:host|hostname|HOST)\s*[:=]\s*(?:[\w.\[\]\"'?]{1,60}\s*(?:\|\||\?\?)\s*)?(?P<named>[\"'`](?:0\.0\.0\.0|::)[\"'`])"
)
_ASKS_IN_SCRIPT = regex(
    r"\b(?:requireBearerAuth|mcpAuthRouter|withMcpAuth|verifyClient|expressjwt|basicAuth|authenticate|jwtVerify"
    r"|(?:verify|check|validate|require)(?:Bearer|Token|ApiKey|Auth\w*|Jwt)|auth(?:entication|orization)?Middleware"
    r"|\w*OAuth\w*Provider|passport\.\w+|clerkMiddleware|bearerAuth|apiKeyAuth)\b"
    r"|\bheaders?\s*(?:\.\s*authorization\b|(?:\.get)?[\[(]\s*[\"'`](?:authorization|(?:x-)?api-key|x-[\w-]*(?:token|key))[\"'`])"
    r"|\breq(?:uest)?\.(?:get|header)\(\s*[\"'`](?:authorization|(?:x-)?api-key)[\"'`]",
    re.IGNORECASE,
)


def exposed_in_script(text: str) -> Iterator[Remark]:
    """Yield the same for JavaScript and TypeScript."""
    if len(text) > _LONGEST or not _OF_MCP.search(text) or not _TRANSPORT.search(text):
        return
    # Blanked, so that places stay what they are.
    bare = _COMMENTS.sub(lambda found: found["string"] or re.sub(r"[^\n]", " ", found[0]), text)
    if _ASKS_IN_SCRIPT.search(bare):
        return
    for found in _LISTEN.finditer(bare):
        yield _remark(*found.span("host" if found["host"] else "named"))


def _remark(start: int, end: int) -> Remark:
    return Remark(
        UNAUTHENTICATED,
        start,
        end,
        "the tool server listens to every machine, and nothing in the file asks who calls",
        _HINT,
        Severity.MEDIUM,
    )
