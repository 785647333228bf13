"""Finds the definition that encloses a place, so that edits elsewhere do not count.

Python is read through its syntax tree. Other languages, and Python that does not parse, are
read by header and indentation; where that finds nothing, a fixed number of lines stands in.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Mapping

from aigate.domain.regex import regex
from aigate.domain.tree import Kind
from aigate.value import dataclass

# Lines on each side of a place that has no enclosing definition.
AROUND = 10
# A syntax tree takes about a hundred times the memory of its text.
_LARGEST = 2_000_000

# Where statements, and what holds statements, are in a syntax tree, in its own order.
_BODY = ("body",)
_LOOP = ("body", "orelse")
_TRY = ("body", "handlers", "orelse", "finalbody")
_BLOCKS: Mapping[type[ast.AST], tuple[str, ...]] = {
    ast.Module: _BODY,
    ast.FunctionDef: _BODY,
    ast.AsyncFunctionDef: _BODY,
    ast.ClassDef: _BODY,
    ast.If: _LOOP,
    ast.For: _LOOP,
    ast.AsyncFor: _LOOP,
    ast.While: _LOOP,
    ast.With: _BODY,
    ast.AsyncWith: _BODY,
    ast.Try: _TRY,
    ast.TryStar: _TRY,
    ast.ExceptHandler: _BODY,
    ast.Match: ("cases",),
    ast.match_case: _BODY,
}
_NAMED = frozenset({ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef})

_PYTHON = regex(r"[ \t]*(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)")
_BRACES = regex(
    r"[ \t]*(?:(?:export|default|public|private|protected|static|async|abstract|override)[ \t]+)*"
    r"(?:(?:function\*?|class|interface|namespace)[ \t]+([\w$]+)"
    r"|(?:const|let|var)[ \t]+([\w$]+)[^=\n]{0,200}=[ \t]*(?:async\b|function\b|\(|[\w$]+[ \t]*=>)"
    r"|(?!if\b|for\b|while\b|switch\b|catch\b|return\b|else\b)([\w$#][\w$#.]*)[ \t]*"
    r"\((?:[ \t]*(['\"`][^'\"`\n]{0,100}['\"`]))?[^;\n]{0,400}\{[ \t]*$)"
)


@dataclass(frozen=True, slots=True)
class Definition:
    """A function or class: its qualified name, and its first and last line, from 1."""

    name: str
    first: int
    last: int


def definitions(text: str, kind: Kind) -> tuple[Definition, ...]:
    """List the definitions in a text, outer ones before inner ones."""
    if len(text) > _LARGEST:
        return ()
    if kind is Kind.PYTHON:
        parsed = _parsed(text)
        found = _by_indent(text.split("\n"), _PYTHON, braces=False) if parsed is None else parsed
    elif kind in {Kind.JAVASCRIPT, Kind.TYPESCRIPT}:
        found = _by_indent(text.split("\n"), _BRACES, braces=True)
    else:
        return ()
    return tuple(sorted(found, key=lambda d: (d.first, -d.last)))


def enclosing(found: tuple[Definition, ...], line: int, end_line: int) -> Definition | None:
    """Return the smallest definition that holds both lines, if there is one."""
    around = [d for d in found if d.first <= line and end_line <= d.last]
    return min(around, key=lambda d: d.last - d.first, default=None)


def _parsed(text: str) -> list[Definition] | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return list(_walk(ast.parse(text), ""))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _walk(node: ast.AST, prefix: str) -> Iterator[Definition]:
    """Yield the definitions below a node, without a look at expressions: none holds a statement."""
    pending: list[tuple[ast.AST, str]] = [(node, prefix)]
    while pending:
        node, prefix = pending.pop()
        for block in _BLOCKS[type(node)]:
            for child in getattr(node, block):
                if type(child) not in _BLOCKS:
                    continue
                name = prefix
                if type(child) in _NAMED:
                    name = f"{prefix}.{child.name}" if prefix else child.name
                    first = min([child.lineno, *(d.lineno for d in child.decorator_list)])
                    yield Definition(name, first, child.end_lineno or child.lineno)
                pending.append((child, name))


def _by_indent(lines: list[str], header: re.Pattern[str], *, braces: bool) -> Iterator[Definition]:
    open_ones: list[tuple[int, int, str]] = []  # indent, first line, qualified name
    for number, line in enumerate(lines, 1):
        stripped = line.lstrip(" \t")
        if not stripped:
            continue
        indent = len(line) - len(stripped)
        while open_ones and indent <= open_ones[-1][0]:
            closes = braces and stripped[0] in "})]" and indent == open_ones[-1][0]
            if braces and not closes and indent == open_ones[-1][0] and stripped[0] == "{":
                break  # a brace on the line after the header
            _, first, name = open_ones.pop()
            yield Definition(name, first, number if closes else number - 1)
            if closes:
                break
        if len(line) < _LONGEST_HEADER and (match := header.match(line)):
            name = next(group for group in match.groups() if group)
            if braces and match[4]:  # a callback, such as that of `app.get("/users", ...)`
                name += f"({match[4]})"
            outer = open_ones[-1][2] + "." if open_ones else ""
            open_ones.append((indent, number, outer + name))
    for _, first, name in reversed(open_ones):
        yield Definition(name, first, len(lines))


_LONGEST_HEADER = 500
