"""Finds the descriptions of tools in code and in data, as models get to read them."""

from __future__ import annotations

import ast
import json
import re
import warnings
from collections.abc import Iterator

from aigate.domain.regex import regex
from aigate.domain.tree import Kind, Unit
from aigate.value import dataclass

_LONGEST = 500_000
_DEEPEST = 100
_OFFERS = regex(r"(?:\w+_)?(?:tool|prompt|resource|function)(?:_\w+)?", re.IGNORECASE)
_DECORATED = regex(r"^[ \t]*@[\w.]*(?:tool|prompt|resource|function)", re.MULTILINE | re.IGNORECASE)
_DOCSTRING_OF_TOOL = regex(
    r"^[ \t]*@[\w.]*tool\b[^\n]*\n(?:[ \t]*[^\n]*\n){0,6}?[ \t]*(?:async[ \t]+)?def[ \t][^\n]*\n(?:[^\n\"']*\n){0,12}?"
    r"[ \t]*[rRuU]?(?:\"\"\"(?P<words>.{1,8000}?)\"\"\")",
    re.MULTILINE | re.DOTALL,
)
# One string, or several that a plus puts together. Nothing is tried twice, so that time is linear.
_PIECE = (
    r"(?:\"\"\"(?:[^\"\\]++|\\.|\"(?!\"\")){0,4000}+\"\"\"|\"(?:[^\"\\\n]++|\\.){0,2000}+\""
    r"|'(?:[^'\\\n]++|\\.){0,2000}+'|`(?:[^`\\]++|\\.){0,2000}+`)"
)
_DESCRIPTION = regex(
    rf"[dD]escription[\"'`]?\s{{0,3}}[:=]\s{{0,20}}\(?\s{{0,20}}[rfuRFU]{{0,2}}"
    rf"(?P<words>{_PIECE}(?:\s{{0,200}}\+?\s{{0,200}}{_PIECE}){{0,40}})",
    re.DOTALL,
)
_SECOND_ARGUMENT = regex(
    rf"\.(?:tool|registerTool|addTool)\(\s{{0,20}}[\"'`][\w./-]{{1,100}}[\"'`]\s{{0,20}},\s{{0,20}}"
    rf"(?P<words>{_PIECE}(?:\s{{0,200}}\+\s{{0,200}}{_PIECE}){{0,40}})",
    re.DOTALL,
)
# In YAML, texts need no quotes.
_PLAIN = regex(r"[dD]escription:[ \t]{1,20}(?P<words>[^\s\"'>|][^\n]{9,4000})")
_BLOCK = regex(
    r"[dD]escription:[ \t]{0,20}[>|][-+\d]{0,2}[ \t]*\n(?P<words>(?:(?:[ \t]+[^\n]*)?\n){1,200}+)"
)
_PIECES = regex(_PIECE, re.DOTALL)
_ESCAPED = regex(r"\\(?:u\{?([0-9a-fA-F]{1,6})\}?|x([0-9a-fA-F]{2})|([ntr])|(.))", re.DOTALL)
_KEYS = frozenset({"description", "Description"})
_NAMED = {"n": "\n", "t": "\t", "r": "\r"}


@dataclass(frozen=True, slots=True)
class Description:
    """What a model reads, and the stretch of the file where it stands."""

    words: str
    start: int
    end: int

    def place(self, start: int, end: int, text: str) -> tuple[int, int]:
        """Return where a stretch of the words stands, or the whole if they are spelt otherwise."""
        if self.words == text[self.start : self.end]:
            return self.start + start, self.start + end
        return self.start, self.end


def descriptions(unit: Unit, text: str) -> Iterator[Description]:
    """Yield the descriptions of a file that speaks of tools."""
    low = text[:_LONGEST]
    if "ool" not in low:
        return
    if unit.kind is Kind.PYTHON:
        if "escription" not in low and _DECORATED.search(low) is None:
            return
        tree = _parsed(low)
        if tree is not None:
            yield from _in_python(tree, low)
            return
        yield from _matched(low, _DOCSTRING_OF_TOOL, _DESCRIPTION)
    elif unit.kind in {Kind.JAVASCRIPT, Kind.TYPESCRIPT}:
        yield from _matched(low, _DESCRIPTION, _SECOND_ARGUMENT)
    elif unit.path.endswith(".json") and "escription" in low:
        yield from _matched(low, _DESCRIPTION)
    elif unit.path.endswith((".yaml", ".yml")) and "escription" in low:
        yield from _matched(low, _DESCRIPTION, _PLAIN, _BLOCK)


def _parsed(text: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _in_python(tree: ast.Module, text: str) -> Iterator[Description]:
    starts = [0]
    for row in text.split("\n"):
        starts.append(starts[-1] + len(row) + 1)
    for node in _telling(tree):
        for value in _told_by(node):
            words = _text(value)
            if len(words) >= 10 and value.end_lineno and value.end_col_offset is not None:
                start = _offset(text, starts, value.lineno, value.col_offset)
                end = _offset(text, starts, value.end_lineno, value.end_col_offset)
                inside = text.find(words, start, end)
                if inside >= 0:
                    start, end = inside, inside + len(words)
                yield Description(words, start, end)


_TELLING = frozenset(
    {ast.FunctionDef, ast.AsyncFunctionDef, ast.keyword, ast.Assign, ast.AnnAssign, ast.Dict}
)


def _telling(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield the nodes that `_told_by` knows, in the order of `ast.walk` and in half its time."""
    nodes: list[ast.AST] = [tree]
    for node in nodes:
        if node.__class__ in _TELLING:
            yield node
        for name in node._fields:
            value = getattr(node, name, None)
            if value.__class__ is list:
                nodes.extend(one for one in value if isinstance(one, ast.AST))
            elif isinstance(value, ast.AST):
                nodes.append(value)


def _told_by(node: ast.AST) -> list[ast.expr]:
    """Return what a node says to models: the docstring of a tool, or a description."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        first = node.body[0]
        offered = any(map(_offers, node.decorator_list))
        return [first.value] if offered and isinstance(first, ast.Expr) else []
    if isinstance(node, ast.keyword):
        return [node.value] if (node.arg or "").endswith("description") else []
    if isinstance(node, ast.Assign):
        return [node.value] if _is_description(node.targets[0]) else []
    if isinstance(node, ast.AnnAssign) and node.value is not None:
        return [node.value] if _is_description(node.target) else []
    if isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        return [value for key, value in pairs if key is not None and _text(key) in _KEYS]
    return []


def _is_description(target: ast.expr) -> bool:
    name = target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "")
    return str(name).lower().endswith("description")


def _offers(decorator: ast.expr) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    return _OFFERS.fullmatch(name) is not None


def _text(node: ast.expr, depth: int = 0) -> str:
    """Return what is written out of a text that is put together."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    parts: list[ast.expr] = []
    if depth < _DEEPEST and isinstance(node, ast.BinOp):
        parts = [node.left, node.right]
    elif depth < _DEEPEST and isinstance(node, ast.JoinedStr):
        return "".join(_text(one, depth + 1) or " " for one in node.values)
    elif depth < _DEEPEST and isinstance(node, ast.Call):
        # `dedent("...")` has it among its arguments, `"...".strip()` before the dot.
        before = [node.func.value] if isinstance(node.func, ast.Attribute) else []
        parts = before if before and _text(before[0], depth + 1) else node.args
    return "".join(_text(one, depth + 1) for one in parts)


def _offset(text: str, starts: list[int], line: int, column: int) -> int:
    start = starts[line - 1]
    row = text[start : starts[line] - 1]
    if row.isascii():
        return start + column
    # The tree counts bytes.
    return start + len(row.encode("utf-8", "surrogatepass")[:column].decode("utf-8", "replace"))


def _matched(text: str, *patterns: re.Pattern[str]) -> Iterator[Description]:
    for pattern in patterns:
        for match in pattern.finditer(text):
            words, (start, end) = match["words"], match.span("words")
            if pattern in {_DESCRIPTION, _SECOND_ARGUMENT}:
                pieces = [_inside(one[0]) for one in _PIECES.finditer(words)]
                if len(pieces) == 1:
                    start += (len(words) - len(pieces[0])) // 2
                    end = start + len(pieces[0])
                words = "".join(pieces)
            yield Description(_unescaped(words) if "\\" in words else words, start, end)


def _inside(piece: str) -> str:
    return piece[3:-3] if piece.startswith('"""') else piece[1:-1]


def _unescaped(words: str) -> str:
    try:
        return str(json.loads(f'"{words}"'))
    except ValueError:
        return _ESCAPED.sub(_character, words)


def _character(found: re.Match[str]) -> str:
    code = found[1] or found[2]
    if code:
        return chr(int(code, 16)) if int(code, 16) < 0x110000 else " "
    return _NAMED.get(found[3], "") or found[4] or ""
