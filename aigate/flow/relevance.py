"""Which functions of a file are worth following, by the words in them: a sound look ahead.

A rule can object to something that a stranger's call of a function sets off only if the words
of a sink stand in the function or in what it calls, and those of a source there, around it, or
beside it in its class. Names are compared as words, so that more is followed than need be.

What a function calls may have a name of the file's own choice. Wherever a name is given outside of
functions, or the member of an object anywhere, the words of that statement count for all that say
the name; the words of a function count for those in it, and for a name that it says is global.
A text that may put a name together, as in `getattr(os, "sys" "tem")`, is followed whole, unless it
is certain how the name begins: then every word that begins like this counts where the beginning
stands, and a class counts as a whole. In other forms than those that `tables.beginnings` knows,
such a name is not looked for.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final

from aigate.flow.machine import dotted
from aigate.flow.tables import CARRY, Tables, Wanted, begun, words_of
from aigate.value import dataclass

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef

_LOOPS: Final = ("body", "orelse")
_TRIES: Final = ("body", "handlers", "orelse", "finalbody")
_BODIES: Final[Mapping[type[ast.AST], Sequence[str]]] = {
    ast.If: _LOOPS,
    ast.For: _LOOPS,
    ast.AsyncFor: _LOOPS,
    ast.While: _LOOPS,
    ast.Try: _TRIES,
    ast.TryStar: _TRIES,
    ast.ExceptHandler: ("body",),
    ast.With: ("body",),
    ast.AsyncWith: ("body",),
    ast.Match: ("cases",),
    ast.match_case: ("body",),
}
"""Statements with others in them."""
_TOLD: Final = frozenset(
    {
        ast.Import,
        ast.ImportFrom,
        ast.Assign,
        ast.AnnAssign,
        ast.AugAssign,
        ast.Global,
        ast.Expr,
    }
)
"""Statements of a function that can matter to others."""


@dataclass(slots=True, eq=False)
class _Part:
    """Some lines, and as bits which needs the words in them meet.

    `own` is what is met there, `all` with what may be called from there.
    """

    node: ast.AST
    first: int
    last: int
    around: _Part | None = None
    own: int = 0
    all: int = 0
    calls: Iterable[str] = ()
    member: bool = False


class Relevance:
    """Tells for each function which rules it can matter to."""

    def __init__(
        self,
        tree: ast.Module,
        words: Words,
        tables: Tables,
        wanted: int,
        *,
        ahead: bool,
        classes: bool = False,
    ) -> None:
        """Read the words of each definition once; without looking ahead all are worth it.

        `classes` says that all of a class is worth it if the class is.
        """
        self._masks: dict[int, int] = {}
        self._brings: dict[int, int] = {}
        outline = Outline(tree)
        self.imports = outline.imports
        outside = words.read(tree, outline)
        rules = [rule for rule in tables.rules if rule.mask & wanted]
        self.worth = 0
        # What is not in the text of a class or function is not in that of its parts either.
        silent: set[tuple[int, str]] = set()
        for part, inside in ((outside, None), *outline.parts):
            around = part.around or part
            here = words.met(part.all)
            # What is a name of the function around it may be called in it.
            sinks = words.met(part.all | inside.all) if inside else here
            sources = words.met(part.all | around.own | outside.own)
            mask = brings = 0
            for rule in rules:
                if not rule.brings or rule.brings & here:
                    brings |= rule.mask
                if (rule.sinks and not rule.sinks & sinks) or (
                    rule.sources and not rule.sources & sources
                ):
                    continue
                if rule.text is not None and rule.shape and part is not outside:
                    if (id(around), rule.id) in silent:
                        continue
                    if not rule.text.found(words.text(part)):
                        silent.add((id(part), rule.id))
                        continue
                mask |= rule.mask
            mask = mask if ahead else wanted
            if classes and isinstance(around.node, ast.ClassDef):
                mask |= self._masks.get(id(around.node), 0)
            self.worth |= mask
            self._masks[id(part.node)] = mask
            self._brings[id(part.node)] = brings

    def brings(self, node: ast.AST) -> int:
        """Return the bits of the rules of which a function, or what it calls, holds a source."""
        return self._brings.get(id(node), -1)

    def of(self, node: ast.AST) -> int:
        """Return the bits of the rules that a function can matter to."""
        return self._masks.get(id(node), -1)


class Outline:
    """What a file defines, imports and names, in one walk over its statements."""

    def __init__(self, tree: ast.Module) -> None:
        """Walk over the statements, from the outside in."""
        self.parts: list[tuple[_Part, _Part | None]] = []
        """The definitions, each with the outermost function around it."""
        self.named: list[tuple[str, _Part]] = []
        """Names with what they stand for: definitions, and functions that say they are global."""
        self.imports: set[str] = set()
        self.given: list[tuple[frozenset[str], _Part]] = []
        """Names that are given outside of functions, and members, each with the lines of that."""
        # Each with the outermost definition, the outermost function, and the function around it.
        todo: list[tuple[list[ast.AST], _Part | None, _Part | None, _Part | None]] = [
            (list(tree.body), None, None, None)
        ]
        while todo:
            body, outer, inside, function = todo.pop()
            for node in body:
                if isinstance(node, Definition):
                    first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
                    part = _Part(node, first - 1, node.end_lineno or node.lineno)
                    part.around = outer or part
                    self.parts.append((part, inside))
                    self.named.append((node.name, part))
                    around = (inside, function)
                    if not isinstance(node, ast.ClassDef):
                        around = (inside or part, part)
                    todo.append((list(node.body), outer or part, *around))
                    continue
                if function is None or type(node) in _TOLD:
                    self._look(node, function)
                for name in _BODIES.get(type(node), ()):
                    inner = getattr(node, name)
                    if inner:
                        todo.append((inner, outer, inside, function))

    def _look(self, node: ast.AST, function: _Part | None) -> None:
        """Keep what a statement imports, and the names that it gives."""
        if isinstance(node, ast.Import | ast.ImportFrom):
            self._import(node)
        if isinstance(node, ast.match_case):
            return
        if function is None:
            names = set(_given(node))
        elif isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = {name for target in targets for name in _members(target)}
        elif isinstance(node, ast.Global):
            self.named += [(name, function) for name in node.names]
            return
        elif isinstance(node, ast.Expr) and _sets(node.value):
            names = set(_given(node))
        else:
            return
        if names:
            first = getattr(node, "lineno", 1) - 1
            # Of a statement with others in it, what stands in front of them.
            body = getattr(node, "body", None)
            end = (
                body[0].lineno
                if isinstance(body, list) and body
                else getattr(node, "end_lineno", first)
            )
            self.given.append(
                (frozenset(names), _Part(node, first, end, member=function is not None))
            )

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        if isinstance(node, ast.Import):
            names = [one.name for one in node.names]
        else:
            names = [node.module] if node.module and not node.level else []
        for name in names:
            self.imports.add(name)
            self.imports.add(name.partition(".")[0])


def _sets(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "setattr"
    )


def _members(target: ast.expr) -> Iterator[str]:
    """Return the members that an assignment to a target sets."""
    if isinstance(target, ast.Attribute):
        yield target.attr
    elif isinstance(target, ast.Tuple | ast.List):
        for one in target.elts:
            yield from _members(one)
    elif isinstance(target, ast.Starred):
        yield from _members(target.value)


def _given(node: ast.AST) -> Iterator[str]:  # noqa: C901 - one for each way to give a name
    """Return the names that a statement gives, or whose content it changes."""
    todo = [node]
    while todo:
        one = todo.pop()
        match one:
            case ast.Name(ctx=ast.Store()):
                yield one.id
            case ast.Attribute(ctx=ast.Store()) | ast.Subscript(ctx=ast.Store()):
                yield from _spelt(one)
            case ast.Call(func=ast.Attribute(attr=attr)) if attr in CARRY:
                yield from _spelt(one.func)
            case ast.Call(func=ast.Name()):
                for given in (*one.args, *(keyword.value for keyword in one.keywords)):
                    yield from _spelt(given)
                    if isinstance(given, ast.Constant) and isinstance(given.value, str):
                        yield given.value
            case ast.alias(asname=str(name)):
                yield name
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield name
            case ast.MatchMapping(rest=str(name)) | ast.ExceptHandler(name=str(name)):
                yield name
            case _:
                pass
        todo += [
            child
            for child in ast.iter_child_nodes(one)
            if not isinstance(child, ast.stmt | ast.excepthandler | ast.expr_context)
        ]


def _spelt(node: ast.AST) -> Iterator[str]:
    """Return the names in a chain such as `a.b["c"].d`."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        if isinstance(node, ast.Attribute):
            yield node.attr
        node = node.value
    if isinstance(node, ast.Name):
        yield node.id


class Words:
    """Finds the words in lines, and which needs they meet."""

    def __init__(
        self, text: str, tables: Tables, wanted: Wanted, starts: frozenset[str] = frozenset()
    ) -> None:
        """Look for those needs of the wanted rules that the file as a whole can have.

        `starts` are those words of the text with which other words may begin.
        """
        self._lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        asked = sinks = 0
        for rule in tables.rules:
            if rule.mask & wanted.rules:
                asked |= rule.sources | rule.sinks | rule.brings
                sinks |= rule.sinks
        self._shift = tables.needs.count
        self._bits, self._plain = tables.needs.here(asked & wanted.needs)
        self._sinks = sinks | sinks << self._shift
        self._starts = starts
        self._begun: Mapping[str, set[str]] = {}

    def met(self, bits: int) -> int:
        """Return the needs that are met in full."""
        return bits & (self._plain | bits >> self._shift)

    def text(self, part: _Part) -> str:
        """Return the lines of a part."""
        return "\n".join(self._lines[part.first : part.last])

    def read(self, tree: ast.Module, outline: Outline) -> _Part:
        """Find what the words of each part meet, and of all that it may call.

        Returns what stands outside of definitions, but for imports by their names.
        """
        links: dict[str, list[_Part]] = {}
        for name, part in outline.named:
            links.setdefault(name, []).append(part)
        for given, part in outline.given:
            for name in given:
                links.setdefault(name, []).append(part)
        known = self._bits.keys() | links.keys()
        self._begun = {start: begun(known, (start,)) for start in self._starts}
        parts = [*(part for part, _ in outline.parts), *(part for _, part in outline.given)]
        bounds = sorted({place for part in parts for place in (part.first, part.last)})
        places = {place: number for number, place in enumerate(bounds)}
        # Each line is read once, however deep in definitions it stands.
        found = [known & self._of(first, last) for first, last in pairwise(bounds)]
        for part, _ in outline.parts:
            found[places[part.first]] |= known.intersection(_marks(part.node))
        for part in parts:
            some = found[places[part.first] : places[part.last]]
            self._note(part, some[0] if len(some) == 1 else set[str]().union(*some), links)
        outside = _Part(tree, 0, 0)
        words: set[str] = set()
        for node in tree.body:
            if not isinstance(node, Definition) and not _plain_import(node):
                words |= known & self._of(node.lineno - 1, node.end_lineno or node.lineno)
        self._note(outside, words, links)
        _reach([outside, *parts], links)
        return outside

    def _of(self, first: int, last: int) -> frozenset[str]:
        words = words_of("\n".join(self._lines[first:last]))
        return words.union(*(self._begun[start] for start in self._starts & words))

    def _note(self, part: _Part, words: Iterable[str], links: Mapping[str, object]) -> None:
        for word in words:
            part.own |= self._bits.get(word, 0)
        if part.member:
            # What a member brings from outside is looked for all over its class.
            part.own &= self._sinks
        part.all = part.own
        part.calls = words & links.keys()


def _marks(node: ast.AST) -> Iterator[str]:
    """Return what decorates a function, and its first parameters, as marked words."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        for one in node.decorator_list:
            name = dotted(one.func if isinstance(one, ast.Call) else one)
            yield "@" + name.rpartition(".")[2]
        given = node.args
        for argument in (*given.posonlyargs, *given.args, *given.kwonlyargs)[:2]:
            yield "(" + argument.arg


def _plain_import(node: ast.stmt) -> bool:
    return isinstance(node, ast.Import | ast.ImportFrom) and not any(
        one.asname or one.name == "*" for one in node.names
    )


def _reach(parts: Iterable[_Part], links: Mapping[str, list[_Part]]) -> None:
    """Give each part what all that a call in it may come to meets."""
    met = dict.fromkeys(links, 0)
    callers: dict[str, list[str]] = {}
    for name, some in links.items():
        for part in some:
            met[name] |= part.own
            for called in part.calls:
                callers.setdefault(called, []).append(name)
    # What is met flows from what is called to what calls it, until nothing is new.
    todo = [name for name, bits in met.items() if bits]
    while todo:
        name = todo.pop()
        bits = met[name]
        for caller in callers.get(name, ()):
            if bits & ~met[caller]:
                met[caller] |= bits
                todo.append(caller)
    for part in parts:
        for name in part.calls:
            part.all |= met[name]
