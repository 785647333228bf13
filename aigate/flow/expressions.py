"""Expressions: what is known of their values."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from aigate.flow import folding
from aigate.flow.calls import Calls
from aigate.flow.machine import DEEPEST, Bound, Class, Exhausted, Function, dotted
from aigate.flow.things import method_of
from aigate.flow.values import (
    HOLE,
    NOTHING,
    UNKNOWN,
    Constant,
    Origin,
    Taint,
    Unknown,
    Value,
    both,
    cleared,
    constant,
    join,
    join_states,
    joined_text,
    named,
    start_of,
    text_of,
    union,
)

_BUILTINS: Final = frozenset(dir(builtins))
_MOST_MEMBERS: Final = 400
_FOREIGN: Final = re.compile(
    r"(^|\.)(requests|httpx|urllib3?|pytest|scrapy|botocore|resp|response)\."
)


class Expressions(Calls):
    """Evaluates expressions."""

    def eval(self, node: ast.expr) -> Value:
        """Return what is known of the value of an expression."""
        # Done for every node, so that `step` and `enter` stand here in full. Nothing that is raised
        # in the analysis is caught before its end, so that the depth need not be put right then.
        self.steps -= 1
        if self.steps < 0:
            raise Exhausted("too-complex")
        work = _WORK.get(type(node))
        if work is None:
            return NOTHING
        self.depth += 1
        if self.depth > DEEPEST:
            raise Exhausted("too-deep")
        value = work(self, node)
        self.depth -= 1
        return value

    def lookup(self, name: str) -> Value | None:
        """Return what a name stands for, from the inside out."""
        found = self.state.names.get(name)
        if found is not None:
            return found
        frame = self.frame
        for _ in range(30):
            found = frame.outer.get(name)
            if found is not None:
                return found
            if frame.above is None:
                break
            frame = frame.above
        return None

    def _constant(self, node: ast.Constant) -> Value:
        value = node.value
        if isinstance(value, complex) or not isinstance(value, str | bytes | int | float | None):
            return NOTHING
        return constant(value)

    def _name(self, node: ast.Name) -> Value:
        found = self.lookup(node.id)
        if found is not None:
            return found
        if self.starred and node.id not in _BUILTINS:
            return self.sourced(node, named(f"{self.starred[0]}.{node.id}"), node.id)
        return self.sourced(node, named(node.id), node.id)

    def sourced(self, node: ast.expr, value: Value, text: str) -> Value:
        """Return a value with what it brings from outside."""
        if not value.path or not self.outside(value.path, text, "sources.attribute"):
            return value
        line = getattr(node, "lineno", 1)
        taint: Taint = union(
            ((Origin(line, text), entry.mask),)
            for entry in self.tables.found("sources.attribute", value.path, text)
            if not entry.barred.match(value.path)
            and (not entry.imports or not entry.imports.isdisjoint(self.imports))
        )
        return value.tainted(both(value.taint, taint))

    def _attribute(self, node: ast.Attribute) -> Value:
        value = self.attribute(node, self.eval(node.value))
        return self.unchecked(node, value) if self.checked else value

    def attribute(self, node: ast.Attribute, base: Value) -> Value:
        """Return a member by name."""
        if base.refs:
            found = self._of_object(node, base)
            if found is not None:
                return found
        if isinstance(base.made, Class):
            found = method_of(base.made, node.attr)
            if found is not None:
                return _of_class(found, base)
        path = f"{base.path}.{node.attr}" if base.path else ""
        text = self.spelt(node)
        taint = self.taint(base) if base.refs else base.taint
        if taint:
            for entry in self.tables.found("sanitizers.attribute", path or text, text):
                taint = tuple((o, bits & ~entry.mask) for o, bits in taint if bits & ~entry.mask)
        # A request that is sent, and not received, is of a class that says so.
        known = text
        if path != text and (_typed(base.path) or self._foreign_path(path)):
            known = path
        return self.sourced(node, named(path or text, taint), known)

    def _foreign_path(self, path: str) -> bool:
        known = self._sent.get(path)
        if known is None:
            known = self._sent[path] = _FOREIGN.search(path) is not None
        return known

    _sent: dict[str, bool]

    def _of_object(self, node: ast.Attribute, base: Value) -> Value | None:
        result: Value | None = None
        for thing in self.things(base):
            found = thing.members.get(node.attr) if thing.kind in {"instance", "object"} else None
            if found is None and isinstance(thing.made, Class):
                made, above = thing.made, base.path == "super()"
                if above and self.frame.owner is not None:
                    made = self.frame.owner
                method = method_of(made, node.attr, above=above)
                if method is not None and isinstance(method.made, Function):
                    function = method.made
                    if "property" in function.decorated or "cached_property" in function.decorated:
                        from aigate.flow.sinks import Given  # noqa: PLC0415 - rarely needed

                        return self.follow(node, function, Given(), base)
                    found = Value(path=method.path, made=Bound(base, function))
                    if "classmethod" in function.decorated:
                        found = _of_class(method, Value(path=made.node.name, made=made))
                else:
                    found = method
            if found is None:
                continue
            result = found if result is None else join(result, found)
        return result

    def _subscript(self, node: ast.Subscript) -> Value:
        base = self.eval(node.value)
        if isinstance(node.slice, ast.Slice):
            return self._sliced(node.slice, base)
        key = self.eval(node.slice)
        if not isinstance(base.const, Unknown) and not isinstance(key.const, Unknown):
            result = folding.subscript(base.const, key.const)
            return constant(result) if not isinstance(result, Unknown) else NOTHING
        if base.path == "sys.modules" and isinstance(key.const, str):
            return Value(path=key.const)
        text = self.spelt(node.value)
        value = self.member(base, key)
        if not base.refs:
            value = value._replace(path=base.path)
            # A choice from a table that the code holds.
        taint = value.taint
        for entry in self.tables.entries["sources.item"]:
            taint = self.item(entry, node, text, key, taint)
        if text:
            for entry in self.tables.found("sources.call", f"{base.path}[]", f"{text}[]"):
                if not entry.imports or not entry.imports.isdisjoint(self.imports):
                    taint = both(taint, ((Origin(node.lineno, text), entry.mask),))
        if taint is not value.taint:
            value = value.tainted(taint)
        return self.unchecked(node, value) if self.checked else value

    def _sliced(self, part: ast.Slice, base: Value) -> Value:
        bounds = [
            self.eval(one).const if one is not None else None
            for one in (part.lower, part.upper, part.step)
        ]
        known = [one for one in bounds if one is None or isinstance(one, int)]
        if len(known) == 3:
            cut = slice(*known)
            if not isinstance(base.const, Unknown):
                result = folding.subscript(base.const, cut)
                return constant(result) if not isinstance(result, Unknown) else NOTHING
            thing = self.only(base)
            if thing is not None and thing.kind == "list" and thing.counted and thing.rest is None:
                try:
                    values = list(thing.members.values())[cut]
                except (TypeError, ValueError):
                    values = list(thing.members.values())
                return self.make(part, "list", dict(enumerate(values)))
        if self.only(base) is not None:
            return self.make(part, "list", {}, rest=self.any_of(base), counted=False)
        start = start_of(base) if bounds[0] is None or bounds[0] == 0 else ""
        start = "" if not isinstance(bounds[1], int) or bounds[1] < 0 else start[: bounds[1]]
        return Value(self.taint(base), start=start, shape=HOLE if base.shape else "")

    def _display(self, node: ast.List | ast.Tuple | ast.Set) -> Value:
        members: list[Value] = []
        rest: Value | None = None
        counted = len(node.elts) <= _MOST_MEMBERS
        for one in node.elts:
            if isinstance(one, ast.Starred):
                value = self.eval(one.value)
                thing = self.only(value)
                if (
                    thing is not None
                    and thing.kind == "list"
                    and thing.counted
                    and thing.rest is None
                ):
                    members += thing.members.values()
                else:
                    some = self.any_of(value)
                    # The program of a command stays in front of arguments that are not known.
                    rest = some if rest is None else join(rest, some)
            else:
                value = self.eval(one)
                if counted:
                    members.append(value)
                else:
                    rest = value if rest is None else join(rest, value)
        return self.make(node, "list", dict(enumerate(members)), rest=rest, counted=counted)

    def _dict(self, node: ast.Dict) -> Value:
        made = self.make(node, "dict", {})
        members: dict[Constant, Value] = {}
        rest: Value | None = None
        for key, one in zip(node.keys, node.values, strict=True):
            value = self.eval(one)
            if key is None:
                thing = self.only(value)
                if thing is not None and thing.kind == "dict":
                    members.update(thing.members)
                    extra = thing.rest
                else:
                    extra = self.any_of(value)
                if extra is not None:
                    rest = extra if rest is None else join(rest, extra)
                continue
            name = self.eval(key)
            if isinstance(name.const, Unknown) or len(members) >= _MOST_MEMBERS:
                value = value.tainted(both(value.taint, name.taint))
                rest = value if rest is None else join(rest, value)
            else:
                members[name.const] = value
        for entry in self.tables.entries["sanitizers.member"]:
            for place, value in members.items():
                if isinstance(place, str) and entry.key is not None and entry.key.search(place):
                    members[place] = Value(cleared(self.taint(value), entry.mask), path=value.path)
        made = self.make(node, "dict", members, rest=rest)
        for entry in self.tables.entries["sinks.dict"]:
            self._in_dict(entry, node, members)
        return made

    def _in_dict(self, entry: Any, node: ast.Dict, members: dict[Constant, Value]) -> None:  # noqa: ANN401 - an entry of the tables
        from aigate.flow.tables import meets  # noqa: PLC0415 - rarely needed

        named = {key: value for key, value in members.items() if isinstance(key, str)}
        if not meets(entry.when, named):
            return
        for place in entry.args:
            if place in named:
                for key, one in zip(node.keys, node.values, strict=True):
                    if isinstance(key, ast.Constant) and key.value == place:
                        self.arrive(entry, one, named[place])

    def _formatted(self, node: ast.JoinedStr) -> Value:
        parts: list[Value] = []
        for one in node.values:
            if isinstance(one, ast.Constant):
                parts.append(self._constant(one))
            elif isinstance(one, ast.FormattedValue):
                value = self.eval(one.value)
                if one.format_spec is not None:
                    self.eval(one.format_spec)
                parts.append(self._field(one, value))
        if all(isinstance(part.const, str) for part in parts):
            text = "".join(str(part.const) for part in parts)
            return constant(text) if len(text) <= 4096 else NOTHING
        return self.text(parts)

    def _field(self, node: ast.FormattedValue, value: Value) -> Value:
        value = value._replace(taint=self.taint(value), refs=())
        if node.conversion == ord("r"):
            for entry in self.tables.found("sanitizers.call", "repr", "repr"):
                taint = tuple((o, b & ~entry.mask) for o, b in value.taint if b & ~entry.mask)
                value = value._replace(taint=taint)
        if node.format_spec is not None:
            plain = all(isinstance(one, ast.Constant) for one in _values(node.format_spec))
            text = "".join(str(getattr(one, "value", "")) for one in _values(node.format_spec))
            if plain and text[-1:] in {"d", "x", "X", "f", "e", "g", "b", "o", "n", "%"}:
                return Value(shape="\x01")
        if isinstance(value.const, Unknown):
            return value._replace(shape=value.shape or self.hole(node.value))
        if isinstance(value.const, str):
            return value
        return (
            constant(str(value.const))
            if not isinstance(value.const, int | bytes)
            else value._replace(
                const=str(value.const)
                if not isinstance(value.const, int) or abs(value.const) < 1 << 200
                else UNKNOWN
            )
        )

    @staticmethod
    def hole(node: ast.expr) -> str:
        """Return the mark for a part: dull if its name says that it is a constant."""
        name = dotted(node).rpartition(".")[2]
        return "\x01" if name.isupper() and name else HOLE

    def _operation(self, node: ast.BinOp) -> Value:
        # Long sums lean to the left: taken in a loop, they need no depth.
        chain: list[ast.BinOp] = []
        left: ast.expr = node
        while isinstance(left, ast.BinOp):
            chain.append(left)
            left = left.left
        value = self.eval(left)
        spelt = left
        for one in reversed(chain):
            self.step()
            value = self._binary(one, value, self.eval(one.right), spelt)
            spelt = one
        return value

    def _binary(  # noqa: C901, PLR0911 - one for each operator
        self, node: ast.BinOp, one: Value, other: Value, left: ast.expr
    ) -> Value:
        if not isinstance(one.const, Unknown) and not isinstance(other.const, Unknown):
            result = folding.binary(type(node.op), one.const, other.const)
            if not isinstance(result, Unknown):
                return constant(result)
        listed = self.only(one)
        if isinstance(node.op, ast.Add) and listed is not None and listed.kind == "list":
            more = self.only(other)
            if more is not None and more.kind == "list" and listed.counted and more.counted:
                values = [*listed.members.values(), *more.members.values()]
                rest = listed.rest
                if more.rest is not None:
                    rest = more.rest if rest is None else join(rest, more.rest)
                return self.make(node, "list", dict(enumerate(values)), rest=rest)
            return self.make(
                node, "list", dict(listed.members), rest=self.any_of(other), counted=listed.counted
            )
        taint = both(self.taint(one), self.taint(other))
        match node.op:
            case ast.Add():
                parts = [self._part(one, left), self._part(other, node.right)]
                return self.text(parts)
            case ast.Mod() if isinstance(one.const, str) or one.shape:
                return self._percent(text_of(one), other, node.right)
            case ast.Mult() if listed is not None and listed.kind == "list":
                return self.make(node, "list", {}, rest=self.any_of(one), counted=False)
            case ast.Mod() | ast.Mult() | ast.BitOr():
                return Value(taint)
            case ast.Div():
                # Paths are joined like this.
                return Value(taint, path=one.path or other.path, start=start_of(one))
            case _:
                return Value(taint)

    def _part(self, value: Value, node: ast.expr) -> Value:
        if isinstance(value.const, Unknown) and not value.shape:
            return value._replace(shape=self.hole(node))
        return value

    def _percent(self, text: str, other: Value, node: ast.expr) -> Value:
        thing = self.only(other)
        values = (
            list(thing.members.values())
            if thing is not None and thing.kind == "list" and thing.counted
            else [other]
        )
        nodes: Sequence[ast.expr] = (
            node.elts if isinstance(node, ast.Tuple) else [node] * len(values)
        )
        parts: list[Value] = []
        last = used = 0
        place = text.find("%")
        while place >= 0 and len(parts) < 60:
            end = place + 1
            if text[end : end + 1] == "(":
                end = text.find(")", end) + 1 or len(text)
            while end < len(text) and text[end] in "#0- +.123456789*":
                end += 1
            kind = text[end : end + 1]
            if kind == "%":
                place = text.find("%", end + 1)
                continue
            parts.append(constant(text[last:place]))
            if kind in {"d", "i", "f", "x", "o", "e", "g"}:
                parts.append(Value(shape="\x01"))
            elif thing is not None and thing.kind == "dict":
                name = text[place + 2 : text.find(")", place)]
                found = self.member(other, constant(name))
                parts.append(found._replace(shape=found.shape or HOLE))
            elif used < len(values):
                value = self._part(values[used], nodes[used] if used < len(nodes) else node)
                if kind == "r":
                    value = self._field(
                        ast.FormattedValue(value=node, conversion=ord("r"), format_spec=None), value
                    )
                parts.append(value)
            else:
                parts.append(Value(self.taint(other), shape=HOLE))
            used += 1
            last = end + 1
            place = text.find("%", last)
        if not parts:
            return joined_text([constant(text)], self.taint(other))
        parts.append(constant(text[last:]))
        return self.text(parts)

    def _unary(self, node: ast.UnaryOp) -> Value:
        value = self.eval(node.operand)
        if isinstance(node.op, ast.Not):
            thing = self.only(value)
            if isinstance(value.const, Unknown):
                if (
                    thing is not None
                    and thing.kind == "list"
                    and thing.counted
                    and thing.rest is None
                ):
                    return constant(not thing.members)
                return NOTHING
        if isinstance(value.const, Unknown):
            return Value(value.taint)
        result = folding.unary(type(node.op), value.const)
        return constant(result) if not isinstance(result, Unknown) else NOTHING

    def _any(self, node: ast.BoolOp) -> Value:
        result: Value | None = None
        conjunction = isinstance(node.op, ast.And)
        before = self.state
        state: Any = None
        for part in node.values:
            value = self.eval(part)
            if not isinstance(value.const, Unknown):
                if bool(value.const) is conjunction and part is not node.values[-1]:
                    continue
                result = value if result is None else join(result, value)
                break
            # What an `and` returns early is false, and carries nothing.
            if conjunction and part is not node.values[-1]:
                state = join_states(state, self.fork())
                yes, _ = self.branch(part)
                if yes is None:
                    break
                self.state = yes
                continue
            result = value if result is None else join(result, value)
        self.state = join_states(state, self.state) or before
        return result or NOTHING

    def _comparison(self, node: ast.Compare) -> Value:
        values = [self.eval(node.left), *(self.eval(one) for one in node.comparators)]
        self.compared(node, values)
        outcomes = [
            self.compare(op, values[place], values[place + 1]) for place, op in enumerate(node.ops)
        ]
        if any(outcome is False for outcome in outcomes):
            return constant(value=False)
        if all(outcome is True for outcome in outcomes):
            return constant(value=True)
        return NOTHING

    def _choice(self, node: ast.IfExp) -> Value:
        yes, no = self.branch(node.test)
        result: Value | None = None
        after: Any = None
        for state, part in ((yes, node.body), (no, node.orelse)):
            if state is not None:
                self.state = state
                value = self.eval(part)
                result = value if result is None else join(result, value)
                after = join_states(after, self.state)
        self.state = after or self.state
        return result or NOTHING

    def _lambda(self, node: ast.Lambda) -> Value:
        return Value(made=self.function(node))

    def function(self, node: ast.Lambda | ast.FunctionDef | ast.AsyncFunctionDef) -> Function:
        """Return a function that is defined here and now."""
        arguments = node.args
        defaults: dict[str, Value] = {}
        plain = [*arguments.posonlyargs, *arguments.args]
        if arguments.defaults:
            for argument, default in zip(
                plain[-len(arguments.defaults) :], arguments.defaults, strict=False
            ):
                defaults[argument.arg] = self.eval(default)
        for argument, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
            if value is not None:
                defaults[argument.arg] = self.eval(value)
        return Function(node, self.frame, defaults, self.state.names)

    def _named(self, node: ast.NamedExpr) -> Value:
        value = self.eval(node.value)
        self.assign(node.target, value)
        return value

    def _awaited(self, node: ast.Await) -> Value:
        return self.eval(node.value)

    def _starred(self, node: ast.Starred) -> Value:
        return self.any_of(self.eval(node.value))

    def _yielded(self, node: ast.Yield) -> Value:
        if node.value is not None:
            self.frame.yields.append(self.eval(node.value))
        return NOTHING

    def _yielded_from(self, node: ast.YieldFrom) -> Value:
        self.frame.yields.append(self.any_of(self.eval(node.value)))
        return NOTHING

    def _comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp
    ) -> Value:
        kept = self.state
        self.state = self.fork()
        possible = True
        for part in node.generators:
            source = self.eval(part.iter)
            self.assign(part.target, self.each(source))
            for test in part.ifs:
                yes, _ = self.branch(test)
                if yes is None:
                    possible = False
                    break
                self.state = yes
        rest: Value | None = None
        if possible:
            if isinstance(node, ast.DictComp):
                key, rest = self.eval(node.key), self.eval(node.value)
                rest = rest._replace(taint=union((self.taint(rest), key.taint)))
            else:
                rest = self.eval(node.elt)
        self.state = type(kept)(kept.names, self.state.things, kept.base)
        kind = "dict" if isinstance(node, ast.DictComp) else "list"
        return self.make(node, kind, {}, rest=rest, counted=kind == "dict" or rest is None)

    def each(self, value: Value) -> Value:
        """Return what is known of any member that a loop is given."""
        things = list(self.things(value))
        if things and all(thing.kind == "dict" for thing in things):
            rest = [thing.rest for thing in things if thing.rest is not None]
            return Value(union([value.taint, *(self.taint(one) for one in rest)]))
        found = self.any_of(value)
        if not things:
            return Value(found.taint, path=value.path)
        return found


def _of_class(found: Value, owner: Value) -> Value:
    """Return a member of a class as it is when it is asked of the class itself."""
    made = found.made
    if isinstance(made, Function) and "classmethod" in made.decorated:
        return Value(path=found.path, made=Bound(owner, made))
    return found


def _typed(path: str) -> bool:
    """Tell whether a path is that of an object of a class."""
    return path.endswith("()") and path[:-2].rpartition(".")[2][:1].isupper()


def _values(node: ast.expr) -> Sequence[ast.expr]:
    return node.values if isinstance(node, ast.JoinedStr) else []


_Work = Callable[[Expressions, Any], Value]
_WORK: Final[dict[type[ast.expr], _Work]] = {
    ast.Constant: Expressions._constant,  # noqa: SLF001 - this class's own
    ast.Name: Expressions._name,  # noqa: SLF001 - this class's own
    ast.Attribute: Expressions._attribute,  # noqa: SLF001 - this class's own
    ast.Subscript: Expressions._subscript,  # noqa: SLF001 - this class's own
    ast.Call: Expressions.call,
    ast.List: Expressions._display,  # noqa: SLF001 - this class's own
    ast.Tuple: Expressions._display,  # noqa: SLF001 - this class's own
    ast.Set: Expressions._display,  # noqa: SLF001 - this class's own
    ast.Dict: Expressions._dict,  # noqa: SLF001 - this class's own
    ast.JoinedStr: Expressions._formatted,  # noqa: SLF001 - this class's own
    ast.BinOp: Expressions._operation,  # noqa: SLF001 - this class's own
    ast.UnaryOp: Expressions._unary,  # noqa: SLF001 - this class's own
    ast.BoolOp: Expressions._any,  # noqa: SLF001 - this class's own
    ast.Compare: Expressions._comparison,  # noqa: SLF001 - this class's own
    ast.IfExp: Expressions._choice,  # noqa: SLF001 - this class's own
    ast.Lambda: Expressions._lambda,  # noqa: SLF001 - this class's own
    ast.NamedExpr: Expressions._named,  # noqa: SLF001 - this class's own
    ast.Await: Expressions._awaited,  # noqa: SLF001 - this class's own
    ast.Starred: Expressions._starred,  # noqa: SLF001 - this class's own
    ast.Yield: Expressions._yielded,  # noqa: SLF001 - this class's own
    ast.YieldFrom: Expressions._yielded_from,  # noqa: SLF001 - this class's own
    ast.ListComp: Expressions._comprehension,  # noqa: SLF001 - this class's own
    ast.SetComp: Expressions._comprehension,  # noqa: SLF001 - this class's own
    ast.GeneratorExp: Expressions._comprehension,  # noqa: SLF001 - this class's own
    ast.DictComp: Expressions._comprehension,  # noqa: SLF001 - this class's own
}
