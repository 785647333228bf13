"""Reads Python by its syntax tree, which is never run."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import field

from aigate.discovery._signals import Argument, Called, Decorated, Imported, Said, Signal
from aigate.value import dataclass

_DEEPEST = 200
_ASKS = frozenset({"getenv", "environ.get", "env.get", "env", "config", "setdefault", "get", "pop"})
_TESTS = frozenset({"startswith", "endswith", "removeprefix", "removesuffix", "replace", "split"})
_SETTINGS = ("Settings", "SettingsModel")


def read(text: str) -> tuple[Signal, ...] | None:
    """Return what a Python file says, or None if it does not parse."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    walk = _Walk(_constants(tree))
    walk.run(tree)
    return tuple(walk.found)


@dataclass(frozen=True, slots=True)
class _Here:
    """Where a node stands: the name that it is given to, and the call that it is passed to."""

    key: str = ""
    call: str = ""
    place: int = -1
    tested: bool = False


_NOWHERE = _Here()
# What has nothing to say, and what passes on where it stands.
_SILENT = frozenset(
    {
        ast.Name, ast.Load, ast.Store, ast.Del, ast.Pass, ast.Break, ast.Continue, ast.Global,
        ast.Nonlocal, ast.And, ast.Or, ast.Not, ast.Add, ast.alias, ast.arg,
    }
)  # fmt: skip
_PASSING = frozenset(
    {
        ast.List, ast.Tuple, ast.Set, ast.IfExp, ast.BoolOp, ast.Starred, ast.Subscript, ast.Return,
        ast.Yield, ast.Await, ast.FormattedValue,
    }
)  # fmt: skip
_NO_NODES = frozenset({"ctx", "op", "ops", "id", "attr", "name", "names", "kind", "type_comment"})

_FIELDS = {
    kind: tuple(name for name in kind._fields if name not in _NO_NODES)
    for kind in vars(ast).values()
    if isinstance(kind, type) and issubclass(kind, ast.AST)
}

_BLOCKS = {
    kind: tuple(
        name
        for name in ("body", "orelse", "finalbody", "handlers", "cases")
        if name in kind._fields and kind not in {ast.Lambda, ast.IfExp, ast.Expression}
    )
    for kind in _FIELDS
}

_Todo = list[tuple[ast.AST, _Here]]


@dataclass(slots=True)
class _Walk:
    constants: dict[str, str]
    found: list[Signal] = field(default_factory=list)

    def run(self, tree: ast.AST) -> None:
        # A stack of its own: hostile nesting must not end the interpreter's.
        todo: _Todo = [(tree, _NOWHERE)]
        visits = _VISITS
        while todo:
            node, here = todo.pop()
            visit = visits.get(type(node))
            if visit is not None:
                todo += visit(self, node, here)
            else:
                todo += _children(node, here)

    def on_import(self, node: ast.Import, _here: _Here) -> _Todo:
        self.found += [Imported("python", one.name, node.lineno) for one in node.names]
        return []

    def on_import_from(self, node: ast.ImportFrom, _here: _Here) -> _Todo:
        if node.level == 0 and node.module:
            names = tuple(one.name for one in node.names)
            self.found.append(Imported("python", node.module, node.lineno, names))
        return []

    def on_expression(self, node: ast.Expr, here: _Here) -> _Todo:
        if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            return []  # a docstring, or a comment in the shape of a string
        return _children(node, here)

    def on_literal(self, node: ast.Constant, here: _Here) -> _Todo:
        if isinstance(node.value, str):
            self._say(node, node.value, here)
        return []

    def on_joined(self, node: ast.JoinedStr, here: _Here) -> _Todo:
        start = _start(node, self.constants)
        if start:
            self._say(node, start[0], here, is_open=start[1])
        # What stands in the holes counts by itself.
        return [(one.value, _NOWHERE) for one in node.values if isinstance(one, ast.FormattedValue)]

    def on_binary(self, node: ast.BinOp, here: _Here) -> _Todo:
        start = _start(node, self.constants) if isinstance(node.op, ast.Add) else None
        if start and start[0]:
            self._say(node, start[0], here, is_open=start[1])
            return []
        return _children(node, here)

    def on_dictionary(self, node: ast.Dict, here: _Here) -> _Todo:
        todo: _Todo = []
        for key, value in zip(node.keys, node.values, strict=True):
            name = here.key
            if key is not None:
                todo.append((key, here))
                name = _constant(key) or _dotted(key) or here.key
            todo.append((value, _Here(name, here.call, here.place)))
        return todo

    def on_assignment(self, node: ast.Assign, here: _Here) -> _Todo:
        name = next(filter(None, map(_dotted, node.targets)), "")
        target = node.targets[0]
        if isinstance(target, ast.Subscript):
            name = _constant(target.slice) or name
        return [*((one, here) for one in node.targets), (node.value, _Here(name))]

    def on_annotated(self, node: ast.AnnAssign, here: _Here) -> _Todo:
        if node.value is None:
            return _children(node, here)
        return [(node.value, _Here(_dotted(node.target))), (node.annotation, _NOWHERE)]

    def on_named(self, node: ast.NamedExpr, here: _Here) -> _Todo:
        return [(node.value, _Here(_dotted(node.target), here.call, here.place))]

    def on_comparison(self, node: ast.Compare, here: _Here) -> _Todo:
        tested = _Here(_dotted(node.left), tested=True)
        return [(node.left, here), *((one, tested) for one in node.comparators)]

    def on_class(self, node: ast.ClassDef, _here: _Here) -> _Todo:
        if any(_dotted(base).endswith(_SETTINGS) for base in node.bases):
            self._settings(node)
        return _children(node, _NOWHERE)

    def on_keyword(self, node: ast.keyword, here: _Here) -> _Todo:
        return [(node.value, _Here(node.arg or here.key, here.call, here.place))]

    def _say(self, node: ast.expr, text: str, here: _Here, *, is_open: bool = False) -> None:
        # A string that is only compared with the start of another one names nothing.
        if here.call.rpartition(".")[2] not in _TESTS:
            self.found.append(
                Said(
                    text,
                    node.lineno,
                    node.col_offset + 1,
                    here.key,
                    here.call,
                    here.place,
                    is_open,
                    here.tested,
                )
            )

    def on_call(self, node: ast.Call, here: _Here) -> _Todo:
        name = _dotted(node.func)
        arguments = [*map(self._argument, map(str, range(len(node.args))), node.args)]
        arguments += [self._argument(one.arg or "**", one.value) for one in node.keywords]
        self.found.append(Called(name, node.lineno, node.col_offset + 1, tuple(arguments)))
        todo: _Todo = [(node.func, _NOWHERE)]
        asked = arguments[0].value if arguments else None
        asks = name.endswith(tuple(_ASKS)) and asked and asked.isidentifier()
        for place, one in enumerate(node.args):
            # The default of a variable is what the variable is for.
            key = asked if asks and asked and place == 1 else (here.key if name in _WRAPS else "")
            todo.append((one, _Here(key or here.key if not name else key, name, place)))
        todo += [
            (one.value, _Here(_meant_by(one, asked or here.key), name, -1)) for one in node.keywords
        ]
        return todo

    def _argument(self, name: str, value: ast.expr) -> Argument:
        return Argument(name, *_value(value, self.constants))

    def on_function(self, node: ast.FunctionDef | ast.AsyncFunctionDef, _here: _Here) -> _Todo:
        todo: _Todo = []
        for decorator in node.decorator_list:
            called = decorator.func if isinstance(decorator, ast.Call) else decorator
            self.found.append(
                Decorated(_dotted(called), node.name, node.lineno, node.col_offset + 1)
            )
            todo.append((decorator, _NOWHERE))
        plain = [*node.args.posonlyargs, *node.args.args]
        if node.args.defaults:
            for argument, default in zip(
                plain[-len(node.args.defaults) :], node.args.defaults, strict=True
            ):
                todo.append((default, _Here(argument.arg)))
        for argument, value in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True):
            if value is not None:
                todo.append((value, _Here(argument.arg)))
        for argument in (*plain, *node.args.kwonlyargs):
            if argument.annotation is not None:
                todo.append((argument.annotation, _NOWHERE))
        todo += [(statement, _NOWHERE) for statement in node.body]
        return todo

    def _settings(self, node: ast.ClassDef) -> None:
        for one in node.body:
            if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name):
                name = one.target.id.upper()
                self.found.append(Said(name, one.lineno, one.col_offset + 1, "settings"))


_VISITS: dict[type[ast.AST], Callable[..., _Todo]] = {
    ast.Import: _Walk.on_import,
    ast.ImportFrom: _Walk.on_import_from,
    ast.Expr: _Walk.on_expression,
    ast.Constant: _Walk.on_literal,
    ast.JoinedStr: _Walk.on_joined,
    ast.BinOp: _Walk.on_binary,
    ast.Call: _Walk.on_call,
    ast.Dict: _Walk.on_dictionary,
    ast.Assign: _Walk.on_assignment,
    ast.AnnAssign: _Walk.on_annotated,
    ast.NamedExpr: _Walk.on_named,
    ast.Compare: _Walk.on_comparison,
    ast.FunctionDef: _Walk.on_function,
    ast.AsyncFunctionDef: _Walk.on_function,
    ast.ClassDef: _Walk.on_class,
    ast.keyword: _Walk.on_keyword,
}

_WRAPS = frozenset({"str", "Field", "field", "os.path.join", "cast", "Literal", "Secret", "Option"})


def _meant_by(node: ast.keyword, outer: str) -> str:
    # `Field(default="…")` and `Option("…", default="…")` say what the outer name is for.
    return outer if node.arg in {"default", "value", "env"} and outer else node.arg or outer


def _children(node: ast.AST, here: _Here) -> _Todo:
    kind = type(node)
    inner = here if kind in _PASSING else _NOWHERE
    found: _Todo = []
    for name in _FIELDS[kind]:
        child = getattr(node, name, None)
        for one in child if isinstance(child, list) else (child,):
            if isinstance(one, ast.AST) and type(one) not in _SILENT:
                found.append((one, inner))
    return found


def _dotted(node: ast.AST, links: int = 4) -> str:
    parts: list[str] = []
    while isinstance(node, ast.Attribute) and len(parts) < _DEEPEST:
        parts.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name):
        parts.append(node.id)
    elif isinstance(node, ast.Call) and parts and links:
        # `OpenAI().chat.completions.create`
        parts.append(_dotted(node.func, links - 1))
    return ".".join(reversed(parts))


def _constant(node: ast.AST) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _value(  # noqa: PLR0911 - one for each kind of node
    node: ast.expr, constants: dict[str, str], depth: int = 0
) -> tuple[str | None, str]:
    """Return a value that is written out or follows from a constant, else a name for it."""
    if isinstance(node, ast.Constant):
        return (node.value if isinstance(node.value, str) else None), ""
    name = _dotted(node)
    if name in constants:
        return constants[name], name
    if isinstance(node, ast.Call) and depth < 3:
        called = _dotted(node.func)
        given = [*node.args, *(one.value for one in node.keywords if one.arg == "default")]
        if called.endswith(tuple(_ASKS)) and given:
            default = _value(given[-1], constants, depth + 1)[0] if len(given) > 1 else None
            return default, f"{called}({_constant(given[0])})"
        return None, f"{called}(…)"
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or) and depth < 3:
        return _value(node.values[-1], constants, depth + 1)[0], "…"
    if isinstance(node, ast.JoinedStr | ast.BinOp):
        text = _start(node, constants)
        return (text[0] if text and not text[1] else None), (text[0] if text else "") + "…"
    if isinstance(node, ast.Subscript):
        return None, f"{_dotted(node.value)}[{_constant(node.slice) or '…'}]"
    return None, name or "…"


def _start(node: ast.expr, constants: dict[str, str]) -> tuple[str, bool] | None:
    """Return what a joined text starts with, and whether more follows that is not known."""
    parts: list[ast.expr] = []
    if isinstance(node, ast.JoinedStr):
        parts = list(node.values)
    else:
        while isinstance(node, ast.BinOp) and len(parts) < _DEEPEST:
            parts.append(node.right)
            node = node.left
        parts.append(node)
        parts.reverse()
    text = ""
    for part in parts:
        inner = part.value if isinstance(part, ast.FormattedValue) else part
        known = _constant(inner) or constants.get(_dotted(inner), "")
        if not known:
            return (text, True)
        text += known
    return (text, False)


def _constants(tree: ast.Module) -> dict[str, str]:
    """Return the names that are given one text and never another one."""
    found: dict[str, str] = {}
    twice: set[str] = set()
    for name, value in _given(_statements(tree)):
        if name in found and found[name] != value:
            twice.add(name)
        found[name] = value
    return {name: value for name, value in found.items() if name not in twice and value}


def _statements(tree: ast.Module) -> Iterator[ast.AST]:
    todo: list[ast.AST] = [tree]
    while todo:
        node = todo.pop()
        yield node
        # Only statements hold statements, so that expressions need not be entered.
        for name in _BLOCKS[type(node)]:
            todo += getattr(node, name, ())


def _given(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, str]]:
    for node in nodes:
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target, value = node.targets[0], node.value
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            target, value = node.target, node.value
        else:
            continue
        if isinstance(target, ast.Name):
            yield target.id, _value(value, {})[0] or ""
