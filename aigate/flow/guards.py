"""Conditions: which way they go, and what they prove about data on each way."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from typing import Final

from aigate.flow import folding
from aigate.flow.machine import Function, Test, dotted
from aigate.flow.tables import TELLING, Entry
from aigate.flow.things import Containers
from aigate.flow.values import DULL, State, Unknown, Value, cleared, join_states, start_of, union

Ways = tuple[State | None, State | None]
"""What holds if a condition is true, and if it is false; None where that cannot be."""

_SAME_TEXT: Final = frozenset(
    {"lower", "upper", "strip", "casefold", "title", "lstrip", "rstrip", "as_posix", "__str__"}
)
_ON_PLACE: Final = frozenset({"netloc", "hostname", "host"})
_LONGEST_KEY: Final = 120
_MANY_LINES: Final = re.compile(r"\(\?[aiLsux]*m")
_AGAIN: Final = frozenset({"*", "+", "{", ")", "|"})
_ENDS: Final = {"startswith": "prefix", "endswith": "suffix"}


class Guards(Containers):
    """Takes the ways that a condition leaves open."""

    def branch(self, test: ast.expr) -> Ways:
        """Return the states after a condition was evaluated, for either outcome."""
        self.enter()
        try:
            return self._branch(test)
        finally:
            self.depth -= 1

    def _branch(self, test: ast.expr) -> Ways:
        if isinstance(test, ast.Compare) and len(test.ops) == 1:
            return self._compared(test, test.ops[0], test.comparators[0])
        if isinstance(test, ast.Call):
            return self._called(test)
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            yes, no = self.branch(test.operand)
            return no, yes
        if isinstance(test, ast.BoolOp):
            return self._several(test)
        if isinstance(test, ast.NamedExpr):
            self.assign(test.target, self.eval(test.value))
            return self._simple(test.target, self.eval(test.target))
        return self._simple(test, self.eval(test))

    def _several(self, test: ast.BoolOp) -> Ways:
        conjunction = isinstance(test.op, ast.And)
        done: State | None = None
        for part in test.values:
            yes, no = self.branch(part)
            left, on = (no, yes) if conjunction else (yes, no)
            done = join_states(done, left)
            if on is None:
                return (None, done) if conjunction else (done, None)
            self.state = on
        return (self.state, done) if conjunction else (done, self.state)

    def _simple(self, node: ast.expr, value: Value) -> Ways:
        if isinstance(value.made, Test) and all(
            self.state.names.get(name) is known for name, known in value.made.names.items()
        ):
            return self.branch(value.made.node)
        if not isinstance(value.const, Unknown):
            state = self.state
            return (state, None) if value.const else (None, state)
        thing = self.only(value)
        if thing is not None and thing.kind in {"list", "dict"} and thing.counted:
            if thing.members:
                return self.state, None
            if thing.rest is None and not value.taint:
                return None, self.state
        yes, no = self.fork(), self.state
        if value.path.rpartition(".")[2] in _ON_PLACE:
            # An address without a host stays on this site.
            self._prove_place(value, no, "own")
        if value.taint and not value.refs:
            self.clear(node, self.tables.all, no)
        return yes, no

    def _compared(self, test: ast.Compare, op: ast.cmpop, right: ast.expr) -> Ways:
        one, other = self.eval(test.left), self.eval(right)
        self.compared(test, (one, other))
        outcome = self.compare(op, one, other)
        if outcome is not None:
            return (self.state, None) if outcome else (None, self.state)
        yes, no = self.fork(), self.state
        for side in (test.left, right):
            if isinstance(side, ast.Call):
                self.prove(side, yes, no, asked=False)
        negative = isinstance(op, ast.NotEq | ast.NotIn | ast.IsNot)
        held = no if negative else yes
        match op:
            case ast.Eq() | ast.NotEq() | ast.Is() | ast.IsNot():
                for node, value, against in ((test.left, one, other), (right, other, one)):
                    if self._open(value) and not self._open(against):
                        self._equal(node, value, against, held)
            case ast.In() | ast.NotIn():
                self._contained(test.left, right, one, other, (held, yes if negative else no))
            case _:
                pass
        return yes, no

    def compared(self, node: ast.Compare, values: Sequence[Value]) -> None:
        """Look at what is compared with `==`, where that is no way to compare it."""
        if not isinstance(node.ops[0], ast.Eq | ast.NotEq) or self.asserting:
            return
        for entry in self.tables.entries["sinks.compare"]:
            taints = [self.taint(value) for value in values]
            if all(value.const is not None for value in values):
                self.report(entry.mask, node, union(taints))

    asserting = False

    def compare(self, op: ast.cmpop, one: Value, other: Value) -> bool | None:
        """Work out a comparison, or return None."""
        if not isinstance(one.const, Unknown) and not isinstance(other.const, Unknown):
            return folding.compare(type(op), one.const, other.const)
        if isinstance(op, ast.In | ast.NotIn) and not isinstance(one.const, Unknown):
            thing = self.only(other)
            if thing is not None and thing.rest is None and thing.counted and not other.taint:
                if thing.kind == "dict":
                    return (one.const in thing.members) is isinstance(op, ast.In)
                constants = [value.const for value in thing.members.values()]
                if thing.kind == "list" and not any(isinstance(c, Unknown) for c in constants):
                    return (one.const in constants) is isinstance(op, ast.In)
        return None

    def _open(self, value: Value) -> bool:
        """Tell whether a value may be anything that a rule cares about."""
        if self.taint(value):
            return True
        shaped = self.wanted & self.tables.shaped
        return bool(shaped) and isinstance(value.const, Unknown) and value.shape != DULL

    def _equal(self, node: ast.expr, value: Value, against: Value, held: State) -> None:
        if against.const is None:
            self.clear(node, self.tables.all, held)
        elif value.path.rpartition(".")[2] in _ON_PLACE or ".netloc" in value.path:
            self._prove_place(value, held, "host")
            self.clear(node, self.tables.all, held)
        else:
            self.clear(node, self.tables.all, held)

    def _contained(  # noqa: C901 - one for each side
        self, left: ast.expr, right: ast.expr, one: Value, other: Value, ways: tuple[State, State]
    ) -> None:
        """Learn from `left in right`; the ways are those where it holds and where it does not."""
        held, broken = ways
        if isinstance(one.const, str):
            for entry in self.tables.entries["guards.contains"]:
                if entry.key is not None and entry.form != "first" and entry.key.search(one.const):
                    inner = isinstance(right, ast.Subscript) and isinstance(right.slice, ast.Slice)
                    if inner is (entry.form == "inside"):
                        node = right.value if isinstance(right, ast.Subscript) and inner else right
                        self.clear(node, entry.mask, broken)
            return
        if isinstance(left, ast.Subscript):
            self._starts_with(left, other, held)
        # Where every caller is distrusted, one argument may still list what another may be.
        against = cleared(self.taint(other), self.tables.callers)
        if self._open(one) and not against and not isinstance(other.const, str):
            if one.path.rpartition(".")[2] in _ON_PLACE:
                self._prove_place(one, held, "host")
            # `base in path.parents`, the other way round, is below.
            self.clear(left, self.tables.all, held)
        if self.taint(other) and other.path.endswith(".parents"):
            for entry in self.tables.entries["guards.prefix"]:
                if isinstance(right, ast.Attribute) and entry.form == "resolved":
                    self.clear(right.value, entry.mask, held)

    def _starts_with(self, left: ast.Subscript, other: Value, held: State) -> None:
        """Learn from `text[0] in (...)`."""
        if not isinstance(left.slice, ast.Constant) or left.slice.value != 0:
            return
        firsts = [value.const for thing in self.things(other) for value in thing.members.values()]
        for entry in self.tables.entries["guards.contains"]:
            if entry.form == "first" and entry.key is not None and firsts:
                key = entry.key
                if all(isinstance(first, str) and key.search(first) for first in firsts):
                    self.clear(left.value, entry.mask, held)

    def _called(self, test: ast.Call) -> Ways:
        value = self.eval(test)
        if self.dead:
            return None, None
        if isinstance(value.made, Function):
            value = value._replace(made=None)
        if not isinstance(value.const, Unknown):
            return (self.state, None) if value.const else (None, self.state)
        yes, no = self.fork(), self.state
        self.prove(test, yes, no, asked=True)
        proofs = self.proofs.pop(id(test), None)
        if proofs is not None:
            for argument in test.args:
                name = self._key_of(argument)
                for state, cleared_names in zip((yes, no), proofs, strict=True):
                    if name and id(argument) in cleared_names:
                        self.clear(argument, cleared_names[id(argument)], state)
        if isinstance(test.func, ast.Name) and test.func.id in {"bool", "any", "all"} and test.args:
            inner = test.args[0]
            self._looked_through(test.func.id, inner, yes, no)
            if isinstance(inner, ast.Compare | ast.BoolOp) and test.func.id == "bool":
                self.state = no
                return self.branch(inner)
        return yes, no

    def _looked_through(self, name: str, node: ast.expr, yes: State, no: State) -> None:
        """Learn from `all(... for c in text)`, or of the other way from `any(...)`."""
        if name == "bool" or not isinstance(node, ast.GeneratorExp | ast.ListComp):
            return
        each = name == "all"
        part = node.generators[0]
        if len(node.generators) > 1 or part.ifs or not isinstance(part.target, ast.Name):
            return
        kept = self.state
        self.state = self.fork()
        start = self.eval(part.iter)
        start = start._replace(taint=self.taint(start), refs=(), path="")
        self.assign(part.target, start)
        outcome = self.branch(node.elt)[0 if each else 1]
        end = outcome.names.get(part.target.id) if outcome is not None else None
        self.state = kept
        if end is None:
            return
        gone = left = 0
        for _, bits in start.taint:
            gone |= bits
        for _, bits in end.taint:
            left |= bits
        gone &= ~left
        if end.shape == DULL:
            gone |= self.tables.shaped
        if gone:
            self.clear(part.iter, gone, yes if each else no)

    proofs: dict[int, tuple[dict[int, int], dict[int, int]]]

    def prove(self, test: ast.Call, yes: State, no: State, *, asked: bool) -> None:
        """Learn from a call that checks; if it is not asked as a condition, it raises."""
        text = dotted(test.func)
        kept = self.state
        self.state = no
        path = self._path_of(test.func, text)
        self.state = kept
        for entry in self.tables.found("guards.call", path, text):
            if not asked and entry.form != "raises":
                continue
            if entry.form == "denied":
                if test.args:
                    self.clear(test.args[0], entry.mask, no)
                continue
            self._check(test, entry, yes)
            if not asked:
                self._check(test, entry, no)
        if not asked:
            return
        if isinstance(test.func, ast.Attribute) and test.func.attr in _ENDS and test.args:
            self._begins(_ENDS[test.func.attr], test, yes, no)
        if isinstance(test.func, ast.Attribute) and test.func.attr in {"fullmatch", "match"}:
            self._matched(test, path, yes)

    def _path_of(self, node: ast.expr, text: str) -> str:
        """Spell a function in full without evaluating it again."""
        first, dot, rest = text.partition(".")
        known = self.lookup(first) if first else None
        if known is not None and known.path and dot:
            return f"{known.path}.{rest}"
        return (
            known.path if known is not None and known.path and isinstance(node, ast.Name) else text
        )

    def lookup(self, name: str) -> Value | None:
        """Return what a name stands for."""
        raise NotImplementedError

    def _check(self, test: ast.Call, entry: Entry, state: State) -> None:
        for place in entry.args:
            node: ast.expr | None = None
            if place == "receiver" and isinstance(test.func, ast.Attribute):
                node = test.func.value
            elif place.isdigit() and int(place) < len(test.args):
                node = test.args[int(place)]
                if isinstance(node, ast.List | ast.Tuple):
                    for one in node.elts:
                        self.clear(one, entry.mask, state)
            else:
                node = next((one.value for one in test.keywords if one.arg == place), None)
            if node is not None:
                self.clear(node, entry.mask, state)

    def _begins(self, kind: str, test: ast.Call, yes: State, no: State) -> None:
        if not isinstance(test.func, ast.Attribute):
            return
        node, argument = test.func.value, test.args[0]
        value = self.eval(node)
        first = self.eval(argument)
        text = start_of(first)
        for entry in self.tables.entries[f"guards.{kind}"]:
            if entry.key is None:
                continue
            if entry.form == "resolved":
                # `/data` is the beginning of `/database`, too.
                whole = not isinstance(first.const, str) or first.const.endswith(("/", "\\"))
                if whole and entry.key.search(value.path):
                    self.clear(node, entry.mask, yes)
            elif entry.key.search(text):
                self.clear(node, entry.mask, no if entry.form == "denied" else yes)

    def _matched(self, test: ast.Call, path: str, yes: State) -> None:
        func = test.func
        if not isinstance(func, ast.Attribute):
            return
        if path in {"re.fullmatch", "re.match", "regex.fullmatch"}:
            if len(test.args) < 2:
                return
            pattern, node = self.eval(test.args[0]), test.args[1]
            flags = test.args[2] if len(test.args) > 2 else None
            flags = next((one.value for one in test.keywords if one.arg == "flags"), flags)
        elif test.args:
            pattern, node = self.eval(func.value), test.args[0]
            flags = None
            if "compile()" not in pattern.path:
                return
        else:
            return
        text = pattern.shape if isinstance(pattern.const, Unknown) else str(pattern.const)
        lines = many_lines(flags) or _MANY_LINES.search(text)
        ends = text.endswith(r"\Z") or (text.endswith("$") and not lines)
        if (func.attr == "fullmatch" or ends) and not self.taint(pattern):
            admitted = _admitted(text)
            if admitted is not None:
                self.clear(node, self.tables.settled_by(admitted), yes)

    def _prove_place(self, value: Value, state: State, what: str) -> None:
        """The host of an address was looked at: all that comes from there is settled."""
        for entry in self.tables.entries["guards.host"]:
            if entry.form in {"", what}:
                origins = {origin for origin, _ in value.taint}
                for name, known in state.names.items():
                    if known.taint and not origins.isdisjoint(o for o, _ in known.taint):
                        state.names[name] = known._replace(taint=cleared(known.taint, entry.mask))

    def clear(self, node: ast.expr, mask: int, state: State) -> None:
        """What a node names is harmless to some rules from here on."""
        node = _core(node)
        if isinstance(node, ast.NamedExpr):
            node = node.target
        if isinstance(node, ast.Name):
            known = state.names.get(node.id)
            if known is None or not (self._open(known) or known.refs):
                return
            settled = known.tainted(cleared(known.taint, mask))
            if mask & self.tables.shaped and isinstance(known.const, Unknown):
                # One of a few texts is no part that can hold anything.
                settled = settled._replace(shape=DULL)
            for name, value in state.names.items():
                if value is known or name == node.id:
                    state.names[name] = settled
            for number in known.refs:
                thing = state.thing(number)
                if thing is not None and thing.kind == "object" and thing.rest is not None:
                    rest = thing.rest._replace(taint=cleared(thing.rest.taint, mask))
                    state.things[number] = type(thing)(
                        thing.kind, thing.members, rest, thing.counted, thing.made
                    )
            return
        name = self._key_of(node)
        if name:
            self.checked.add(_root(node))
            key = f"?={name}"
            old = state.names.get(key)
            bits = old.const if old is not None and isinstance(old.const, int) else 0
            state.names[key] = Value(const=bits | mask)

    def unchecked(self, node: ast.expr, value: Value) -> Value:
        """Return a value less what was proved of the same expression before."""
        if not value.taint or _root(node) not in self.checked:
            return value
        known = self.state.names.get(f"?={self._key_of(node)}")
        if known is None or not isinstance(known.const, int):
            return value
        return value.tainted(cleared(value.taint, known.const))

    def _key_of(self, node: ast.expr) -> str:
        known = self._keys.get(node)
        if known is None:
            known = self._keys[node] = _key(node)
        return known

    _keys: dict[ast.expr, str]


def _core(node: ast.expr) -> ast.expr:
    """Return what a text is made of that says the same in another form."""
    for _ in range(8):
        match node:
            case ast.Call(func=ast.Attribute(value=inner, attr=name), args=[]) if (
                name in _SAME_TEXT
            ):
                node = inner
            case ast.Call(func=ast.Name(id="str"), args=[inner]):
                node = inner
            case ast.Await():
                node = node.value
            case _:
                break
    return node


def _root(node: ast.expr) -> str:
    for _ in range(20):
        match node:
            case ast.Attribute(value=inner) | ast.Subscript(value=inner) | ast.Call(func=inner):
                node = inner
            case ast.Name(id=name):
                return name
            case _:
                break
    return ""


def _key(node: ast.expr) -> str:
    """Spell an expression that means the same when it stands there again."""
    node = _core(node)
    match node:
        case ast.Name():
            return node.id
        case ast.Attribute() | ast.Subscript() | ast.Call() if _size(node) <= 16:
            text = ast.unparse(node)
            return text if len(text) <= _LONGEST_KEY else ""
        case _:
            return ""


def _size(node: ast.AST) -> int:
    count = 0
    todo = [node]
    while todo and count <= 16:
        count += 1
        todo += [
            child
            for child in ast.iter_child_nodes(todo.pop())
            if not isinstance(child, ast.expr_context)
        ]
    return count


def many_lines(flags: ast.expr | None) -> bool:
    """Tell whether the flags of an expression let `$` stand for the end of any line."""
    names = [] if flags is None else re.findall(r"\w+", dotted(flags) or ast.unparse(flags)[:200])
    return not {"M", "MULTILINE"}.isdisjoint(names)


def _admitted(pattern: str) -> frozenset[str] | None:
    """Return which telling characters the classes of an expression let through, None for any."""
    admitted: set[str] = set()
    start, place = -1, 0
    while place < len(pattern):
        char = pattern[place]
        if char == "\\":
            escaped = pattern[place + 1 : place + 2]
            if escaped in {"S", "D", "W"}:
                return None
            if escaped == "s":
                admitted |= {"\r", "\n"}
            place += 1
        elif char == "[" and start < 0:
            start = place
            if pattern[place + 1 : place + 2] == "^":
                return None
        elif char == "]" and start >= 0:
            try:
                known = re.compile(pattern[start : place + 1])
            except re.error:
                return None
            admitted |= {one for one in TELLING if known.fullmatch(one)}
            start = -1
        elif char == "." and start < 0 and pattern[place + 1 : place + 2] in _AGAIN:
            return None
        place += 1
    return frozenset(admitted)
