"""Which functions of a file are worth following, by the words in them: a sound look ahead.

A rule can object to something that a stranger's call of a function sets off only if the words
of a sink stand in the function or in what it calls, and those of a source there, around it, or
beside it in its class. Names are compared as words, so that more is followed than need be.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from aigate.flow.tables import Tables, words_of
from aigate.value import dataclass

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(slots=True, eq=False)
class _Part:
    node: Definition | ast.Module
    own: frozenset[str]
    around: frozenset[str]
    name: str
    text: str


class Relevance:
    """Tells for each function which rules it can matter to."""

    def __init__(self, tree: ast.Module, text: str, tables: Tables, wanted: int) -> None:
        """Read the words of each definition once."""
        self._masks: dict[int, int] = {}
        self._brings: dict[int, int] = {}
        lines = text.split("\n")
        every = words_of(text)
        known = frozenset(
            word
            for rule in tables.rules
            if rule.mask & wanted
            for need in (*rule.sources, *rule.sinks)
            for word in (*need.words, *need.beside)
        )
        defined = _defined(tree)
        held = list(_held(tree, lines, known | defined))
        parts = list(_parts(tree.body, lines, known | defined | {one.name for one in held}))
        beside = _beside(tree, lines)
        reached = _reached([*parts, *held], known)
        rules = [
            (
                rule,
                [need for need in rule.sources if need.in_file(every)],
                [need for need in rule.sinks if need.in_file(every)],
            )
            for rule in tables.rules
            if rule.mask & wanted
        ]
        near = beside & known
        outside = _Part(tree, beside, frozenset(), "", text)
        self.worth = 0
        for part in (outside, *parts):
            words = part.own.union(*(reached[name] for name in part.own & reached.keys()))
            scope = words | part.around | near
            mask = brings = 0
            for rule, sources, sinks in rules:
                if not rule.sources or any(need.here(words) for need in sources):
                    brings |= rule.mask
                if (
                    (not rule.sinks or any(need.here(words) for need in sinks))
                    and (not rule.sources or any(need.here(scope) for need in sources))
                    and (rule.text is None or not rule.shape or rule.text.search(part.text))
                ):
                    mask |= rule.mask
            self.worth |= mask
            self._masks[id(part.node)] = mask
            self._brings[id(part.node)] = brings

    def brings(self, node: ast.AST) -> int:
        """Return the bits of the rules of which a function, or what it calls, holds a source."""
        return self._brings.get(id(node), -1)

    def of(self, node: ast.AST) -> int:
        """Return the bits of the rules that a function can matter to."""
        return self._masks.get(id(node), -1)


def _reached(parts: list[_Part], known: frozenset[str]) -> dict[str, frozenset[str]]:
    """Return for each name of a definition the words of all that a call of it may come to."""
    words: dict[str, set[str]] = {part.name: set() for part in parts}
    callers: dict[str, list[str]] = {}
    for part in parts:
        words[part.name] |= part.own & known
        for called in part.own & words.keys():
            callers.setdefault(called, []).append(part.name)
    # Words flow from what is called to what calls it, until nothing is new.
    todo = list(words)
    while todo:
        name = todo.pop()
        for caller in callers.get(name, ()):
            before = len(words[caller])
            words[caller] |= words[name]
            if len(words[caller]) > before:
                todo.append(caller)
    return {name: frozenset(own) for name, own in words.items()}


def _defined(tree: ast.Module) -> frozenset[str]:
    """Return the names of all definitions."""
    found: set[str] = set()
    todo: list[ast.AST] = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, Definition):
            found.add(node.name)
        for name in ("body", "orelse", "finalbody", "handlers", "cases"):
            inner = getattr(node, name, None)
            if isinstance(inner, list):
                todo += inner
    return frozenset(found)


def _parts(body: list[ast.stmt], lines: list[str], known: frozenset[str]) -> Iterator[_Part]:
    todo: list[tuple[ast.AST, frozenset[str] | None]] = [(one, None) for one in body]
    while todo:
        node, outer = todo.pop()
        if isinstance(node, Definition):
            first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
            text = "\n".join(lines[first - 1 : node.end_lineno])
            own = words_of(text) & known
            yield _Part(node, own, outer if outer is not None else own, node.name, text)
            todo += [(one, outer if outer is not None else own) for one in node.body]
            continue
        for name in ("body", "orelse", "finalbody", "handlers", "cases"):
            inner = getattr(node, name, None)
            if isinstance(inner, list):
                todo += [(one, outer) for one in inner]


def _held(tree: ast.Module, lines: list[str], known: frozenset[str]) -> Iterator[_Part]:
    """Return what names of the file hold that may call functions, such as a table of them."""
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign):
            text = "\n".join(lines[node.lineno - 1 : node.end_lineno])
            own = words_of(text) & known
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets if own else ():
                if isinstance(target, ast.Name):
                    yield _Part(tree, own, own, target.id, text)


def _beside(tree: ast.Module, lines: list[str]) -> frozenset[str]:
    """Return the words of what stands outside of definitions, but for imports by their names."""
    words: set[str] = set()
    for node in tree.body:
        if isinstance(node, Definition):
            continue
        if isinstance(node, ast.Import | ast.ImportFrom):
            if any(one.asname or one.name == "*" for one in node.names):
                words |= words_of("\n".join(lines[node.lineno - 1 : node.end_lineno]))
            continue
        words |= words_of("\n".join(lines[node.lineno - 1 : node.end_lineno]))
    return frozenset(words)
