"""What every part of the analysis shares: the budget, the objects, and what was seen."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import field
from typing import Final

from aigate.flow.tables import Tables
from aigate.flow.values import (
    NOTHING,
    Constant,
    Origin,
    State,
    Taint,
    Thing,
    Value,
    both,
    held,
    join,
    union,
)
from aigate.value import dataclass

STEPS: Final = 250_000
"""How much work one file may cost; counted, not timed, so that results never differ."""
DEEPEST: Final = 180
"""How deep statements and expressions may be nested."""

Scope = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


class Exhausted(Exception):  # noqa: N818 - an end, no error: it never leaves this package
    """The file is too large or too deep to be followed; `code` says which."""

    def __init__(self, code: str) -> None:
        """Keep the reason code."""
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Flow:
    """Data that a rule objects to arrives at a node."""

    rule: int
    line: int
    column: int
    end_line: int
    end_column: int
    origin: Origin | None


@dataclass(slots=True, eq=False)
class Frame:
    """One function that is being followed, with the names around it."""

    node: Scope | None
    outer: dict[str, Value]
    above: Frame | None = None
    shared: frozenset[str] = frozenset()
    returns: list[tuple[Value, State]] = field(default_factory=list)
    yields: list[Value] = field(default_factory=list)
    breaks: list[list[State]] = field(default_factory=list)
    continues: list[list[State]] = field(default_factory=list)
    raised: list[list[tuple[Value, State]]] = field(default_factory=list)
    made: list[Function] = field(default_factory=list)
    view: bool = False
    number: int = 0
    itself: Value = NOTHING
    owner: Class | None = None
    final: dict[str, Value] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function of the file, where it was defined, and the values of its defaults."""

    node: Scope
    frame: Frame
    defaults: dict[str, Value]
    names: dict[str, Value]
    owner: Class | None = None
    decorated: tuple[str, ...] = ()
    static: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Class:
    """A class of the file."""

    node: ast.ClassDef
    members: dict[str, Value]
    bases: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Bound:
    """A method of an object."""

    receiver: Value
    function: Function


@dataclass(frozen=True, slots=True, eq=False)
class Partial:
    """A call that waits for the rest of its arguments."""

    target: Value
    args: tuple[Value, ...]
    keywords: dict[str, Value]


@dataclass(frozen=True, slots=True, eq=False)
class Test:
    """The outcome of a test that is kept under a name, and the names as they were then."""

    node: ast.expr
    names: dict[str, Value | None]


class Machine:
    """State and means of one analysis."""

    def __init__(self, tables: Tables, wanted: int) -> None:
        """Start with nothing seen; `wanted` are the bits of the rules that are asked."""
        self.tables = tables
        self.wanted = wanted
        self.steps = STEPS
        self.depth = 0
        self.state: State = State({}, {}, {})
        self.dead = False
        self.checked: set[str] = set()
        self.frame = Frame(None, {})
        self.frames = 0
        self.stack: list[Scope] = []
        self.flows: dict[tuple[int, int, int, int, int], Flow] = {}
        self.imports: set[str] = set()
        self.starred: list[str] = []
        self._numbers: dict[tuple[int, int, str], int] = {}
        self._outside: dict[tuple[str, str, str], bool] = {}
        self._spelt: dict[ast.AST, str] = {}

    def step(self, cost: int = 1) -> None:
        """Count work.

        Raises:
            Exhausted: it is too much.
        """
        self.steps -= cost
        if self.steps < 0:
            raise Exhausted("too-complex")

    def fork(self) -> State:
        """Return a copy of the state."""
        state = self.state
        self.step(1 + (len(state.names) + len(state.things)) // 8)
        return State(state.names.copy(), state.things.copy(), state.base)

    # The upper layers define these; the lower ones need them.

    def eval(self, node: ast.expr) -> Value:
        """Return what is known of the value of an expression."""
        raise NotImplementedError

    def run(self, body: Sequence[ast.stmt]) -> bool:
        """Follow statements in the current state; tells whether their end is reached."""
        raise NotImplementedError

    def assign(self, target: ast.expr, value: Value) -> None:
        """Put a value into a name, a member or several of them."""
        raise NotImplementedError

    def enter(self) -> None:
        """Count one level of nesting.

        Raises:
            Exhausted: it is too deep.
        """
        self.depth += 1
        if self.depth > DEEPEST:
            raise Exhausted("too-deep")

    def new(self, node: ast.AST, kind: str, tag: str = "") -> int:
        """Return the number of the object that a node makes in this frame."""
        key = (id(node), self.frame.number, kind + tag)
        return self._numbers.setdefault(key, len(self._numbers) + 1)

    def make(
        self,
        node: ast.AST,
        kind: str,
        members: dict[Constant, Value],
        *,
        rest: Value | None = None,
        counted: bool = True,
        made: object = None,
        tag: str = "",
    ) -> Value:
        """Return a value that is a new object."""
        number = self.new(node, kind, tag)
        self.state.things[number] = Thing(kind, members, rest, counted, made)
        self.step(1 + len(members) // 8)
        return held((number,))

    def things(self, value: Value) -> Iterator[Thing]:
        """Return the objects that a value may be."""
        for number in value.refs:
            thing = self.state.thing(number)
            if thing is not None:
                yield thing

    def only(self, value: Value) -> Thing | None:
        """Return the one object that a value is, if it is certain which."""
        return self.state.thing(value.refs[0]) if len(value.refs) == 1 else None

    def taint(self, value: Value) -> Taint:
        """Return what a value carries, with all that is in it."""
        if not value.refs:
            return value.taint
        found = [value.taint] if value.taint else []
        seen = set(value.refs)
        todo = list(value.refs)
        while todo:
            thing = self.state.thing(todo.pop())
            if thing is None:
                continue
            self.step(1 + len(thing.members) // 4)
            for one in self.inside(thing):
                if one.taint:
                    found.append(one.taint)
                for number in one.refs:
                    if number not in seen:
                        seen.add(number)
                        todo.append(number)
        return union(found) if found else ()

    def inside(self, thing: Thing) -> Iterator[Value]:
        """Return all members."""
        yield from thing.members.values()
        if thing.rest is not None:
            yield thing.rest

    def any_of(self, value: Value) -> Value:
        """Return what is known of any member of a value."""
        result: Value | None = None
        for thing in self.things(value):
            for one in self.inside(thing):
                self.step()
                result = one if result is None else join(result, one)
        if result is None:
            return Value(value.taint, shape=value.shape)
        return result.tainted(both(result.taint, value.taint))

    def outside(self, one: str, other: str, kind: str) -> bool:
        """Tell whether any rule knows a name, so that the answer is kept."""
        key = (one, other, kind)
        known = self._outside.get(key)
        if known is None:
            self.step(2)
            known = bool(self.tables.found(kind, one, other))
            self._outside[key] = known
        return known

    def spelt(self, node: ast.AST) -> str:
        """Spell a chain of names of the file, as `dotted` does, once."""
        known = self._spelt.get(node)
        if known is None:
            known = self._spelt[node] = dotted(node)
        return known

    def report(self, mask: int, node: ast.AST, taint: Taint) -> None:
        """Keep that data arrives at a node, for each rule that objects to it."""
        mask &= self.wanted
        for origin, bits in taint:
            hit = bits & mask
            mask &= ~hit
            self._keep(hit, node, origin)

    def report_shape(self, mask: int, node: ast.AST) -> None:
        """Keep that a text is put together as some rules object to."""
        self._keep(mask & self.wanted, node, None)

    def _keep(self, hit: int, node: ast.AST, origin: Origin | None) -> None:
        if not hit:
            return
        place = (
            getattr(node, "lineno", 1),
            getattr(node, "col_offset", 0),
            getattr(node, "end_lineno", None) or 1,
            getattr(node, "end_col_offset", None) or 0,
        )
        for number, rule in enumerate(self.tables.rules):
            key = (number, *place)
            if hit & rule.mask and key not in self.flows:
                self.flows[key] = Flow(number, *place, origin)


def dotted(node: ast.AST) -> str:
    """Spell a chain of names; calls in it stand as `name()`, anything else as nothing."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return f"{node.value.id}.{node.attr}"
    parts: list[str] = []
    for _ in range(40):
        if isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        elif isinstance(node, ast.Name):
            parts.append(node.id)
            return ".".join(reversed(parts))
        elif isinstance(node, ast.Call):
            inner = dotted(node.func) if len(parts) < 20 else ""
            parts.append(f"{inner}()")
            return ".".join(reversed(parts))
        else:
            break
    return ".".join(["", *reversed(parts)]) if parts else ""
