"""Functions and classes of the file: they are followed with the arguments that they are given."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Final

from aigate.flow.machine import Class, Frame, Function, Scope
from aigate.flow.relevance import Relevance
from aigate.flow.sinks import Given, Sinks
from aigate.flow.things import method_of
from aigate.flow.values import (
    NOTHING,
    Constant,
    State,
    Thing,
    Value,
    constant,
    join,
    join_states,
    union,
)

_DEEPEST_CALL: Final = 6
_DEEPEST_PLACE: Final = 100
_DEEPEST_SHORT: Final = 4
_SHORT: Final = 20
_MOST_CALLS: Final = 60
_MOST_STEPS: Final = 6_000


class Functions(Sinks):
    """Follows calls of what the file defines."""

    memo: dict[tuple[object, ...], tuple[Value, bool]]

    def _instance(self, node: ast.Call, made: Class, given: Given) -> Value:
        instance = self.make(node, "instance", {}, made=made)
        path = f"{made.node.name}()"
        foreign = union(
            self.taint(value) for value in (*given.args, *given.keywords.values(), *given.spread)
        )
        init = method_of(made, "__init__")
        if init is not None and isinstance(init.made, Function):
            self.follow(node, init.made, given, instance)
            return instance._replace(path=path)
        for place, value in given.keywords.items():
            self.put(instance, constant(place), value)
        fields = [
            one.target.id
            for one in made.node.body
            if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)
        ]
        for name, value in zip(fields, given.args, strict=False):
            self.put(instance, constant(name), value)
        if made.bases and not fields and foreign:
            return instance._replace(taint=foreign, path=path)
        return instance._replace(path=path)

    def follow(
        self, node: ast.AST, function: Function, given: Given, receiver: Value | None
    ) -> Value:
        """Return what a function of the file returns for these arguments."""
        everything = [*given.args, *given.keywords.values(), *given.spread]
        if receiver is not None:
            everything.append(receiver)
        if not self._worth(function, everything):
            return Value(union(self.taint(value) for value in everything))
        names = self._parameters(node, function, given, receiver)
        key: tuple[object, ...] | None = None
        if not any(value.refs for value in names.values()):
            key = (
                id(function),
                tuple((name, type(value.const), value) for name, value in names.items()),
            )
            known = self.memo.get(key)
            if known is not None:
                self.dead = self.dead or known[1]
                self._recall(node, key)
                return known[0]
        result, ended = self._inside(node, function, names, given, receiver)
        if key is not None and len(self.memo) < 5000:
            self.memo[key] = (result, ended)
            if isinstance(node, ast.Call):
                self._learned[key] = self._proved(node, id(node))
        self.dead = self.dead or ended
        return result

    def _worth(self, function: Function, everything: Sequence[Value]) -> bool:
        """Tell whether to follow a call: it may matter, and was not followed too often."""
        again = self.stack.count(function.node)
        if len(self.stack) >= _DEEPEST_CALL or again > 1 or self.depth > _DEEPEST_PLACE:
            return False
        count = self.follows.get(id(function.node), 0)
        if count >= _MOST_CALLS:
            return False
        carries = any(self.taint(value) for value in everything)
        spent = self.allowed - self.steps
        if spent > (_MOST_STEPS if carries else _MOST_STEPS // 8):
            return False
        if not carries and (again or not self._tells(function.node)):
            return False
        self.follows[id(function.node)] = count + 1
        return True

    def _tells(self, node: Scope) -> bool:
        """Tell whether a function that is given nothing from outside can bring it, or is short."""
        if isinstance(node, ast.Lambda):
            return True
        short = (node.end_lineno or 0) - node.lineno < _SHORT and len(self.stack) < _DEEPEST_SHORT
        return short or bool(self.relevance.brings(node) & self.wanted)

    relevance: Relevance
    follows: dict[int, int]
    allowed: int
    _learned: dict[tuple[object, ...], tuple[dict[str, int], dict[str, int]]]

    def _proved(self, node: ast.Call, key: int) -> tuple[dict[str, int], dict[str, int]]:
        """Name by place what was proved of the arguments of a call."""
        proofs = self.proofs.get(key)
        if proofs is None:
            return {}, {}
        places = {id(argument): str(place) for place, argument in enumerate(node.args)}
        one, other = (
            {places[number]: mask for number, mask in proof.items() if number in places}
            for proof in proofs
        )
        return one, other

    def _recall(self, node: ast.AST, key: tuple[object, ...]) -> None:
        if isinstance(node, ast.Call) and key in self._learned:
            one, other = (
                {
                    id(node.args[int(place)]): mask
                    for place, mask in proof.items()
                    if int(place) < len(node.args)
                }
                for proof in self._learned[key]
            )
            if one or other:
                self.proofs[id(node)] = (one, other)

    def _inside(
        self,
        node: ast.AST,
        function: Function,
        names: dict[str, Value],
        given: Given,
        receiver: Value | None,
    ) -> tuple[Value, bool]:
        """Follow the body with these names; tells also whether it never comes back."""
        self.step(5)
        kept, state = self.frame, self.state
        self.frames += 1
        outer = function.frame.final
        if outer is None:
            outer = state.names if kept is function.frame else function.names
        frame = Frame(
            function.node,
            outer,
            function.frame,
            number=self.frames,
            itself=receiver or NOTHING,
            owner=function.owner,
        )
        self.frame = frame
        self.stack.append(function.node)
        self.state = State(names, state.things, state.base)
        try:
            result, after, ways = self.body(function.node, frame)
        finally:
            self.frame = kept
            self.stack.pop()
        if after is None:
            self.state = state
            return result, not frame.yields
        self.state = State(state.names, self._left(state, after, result), state.base)
        if isinstance(node, ast.Call):
            self._learn(node, function, given, receiver, ways)
        return result, False

    def _left(self, before: State, after: State, result: Value) -> dict[int, Thing]:
        """Return the objects that outlive a call: those of before, and what they and it hold."""
        left = {number: after.things[number] for number in before.things if number in after.things}
        todo = list(result.refs)
        for number, thing in after.things.items():
            if number in before.base or number in left:
                left[number] = thing
                if thing is not before.thing(number):
                    todo += [ref for value in self.inside(thing) for ref in value.refs]
        while todo:
            number = todo.pop()
            if number in left or number not in after.things:
                continue
            thing = left[number] = after.things[number]
            todo += [ref for value in self.inside(thing) for ref in value.refs]
        self.step(1 + len(after.things) // 8)
        return left

    def body(
        self, node: Scope, frame: Frame
    ) -> tuple[Value, State | None, tuple[State | None, State | None]]:
        """Follow the body of a function in the current state."""
        if isinstance(node, ast.Lambda):
            yes, no = self.branch(node.body) if _tests(node.body) else (None, None)
            self.state = (
                self.state if yes is None and no is None else (join_states(yes, no) or self.state)
            )
            return self.eval(node.body), self.state, (yes, no)
        kept = self.ways
        self.ways = []
        if self.run(node.body):
            frame.returns.append((constant(None), self.state))
            self.ways.append((None, self.state))
        ways, self.ways = self.ways, kept
        result: Value | None = None
        after: State | None = None
        for value, state in frame.returns:
            result = value if result is None else join(result, value)
            after = join_states(after, state)
        if frame.yields:
            rest = frame.yields[0]
            for value in frame.yields[1:]:
                rest = join(rest, value)
            after = after or self.state
            self.state = after
            result = self.make(node, "list", {}, rest=rest, counted=False)
        said: tuple[State | None, State | None] = (None, None)
        for one, other in ways:
            said = join_states(said[0], one), join_states(said[1], other)
        return result or NOTHING, after, said

    ways: list[tuple[State | None, State | None]]

    def _learn(
        self,
        node: ast.Call,
        function: Function,
        given: Given,
        receiver: Value | None,
        seen: tuple[State | None, State | None],
    ) -> None:
        """Keep what the function proved of its arguments when it says yes, or no."""
        ways = seen
        if ways == (None, None):
            return
        arguments = function.node.args
        names = [one.arg for one in (*arguments.posonlyargs, *arguments.args)]
        if receiver is not None and not function.static:
            names = names[1:]
        proofs: tuple[dict[int, int], dict[int, int]] = ({}, {})
        for name, argument, value in zip(names, node.args, given.args, strict=False):
            if not value.taint or isinstance(argument, ast.Starred):
                continue
            for proof, state in zip(proofs, ways, strict=True):
                # What is never said, anything is true of.
                proof[id(argument)] = (
                    self.tables.all if state is None else settled(value, state.names.get(name))
                )
        for argument in node.args:
            both = proofs[0].get(id(argument), 0) & proofs[1].get(id(argument), 0)
            if both:
                self.clear(argument, both, self.state)
        if any(proofs[0].values()) or any(proofs[1].values()):
            self.proofs[id(node)] = proofs

    def _parameters(
        self, node: ast.AST, function: Function, given: Given, receiver: Value | None
    ) -> dict[str, Value]:
        arguments = function.node.args
        names: dict[str, Value] = dict(function.defaults)
        plain = [one.arg for one in (*arguments.posonlyargs, *arguments.args)]
        args = list(given.args)
        if receiver is not None and not function.static:
            args.insert(0, receiver)
        extra = union(self.taint(value) for value in given.spread)
        names.update(zip(plain, args, strict=False))
        for name in (*plain, *(one.arg for one in arguments.kwonlyargs)):
            if name in given.keywords:
                names[name] = given.keywords[name]
            elif name not in names or (
                extra and plain.index(name) >= len(args) if name in plain else False
            ):
                names[name] = Value(extra)
        if arguments.vararg is not None:
            more = args[len(plain) :]
            names[arguments.vararg.arg] = self.make(
                node,
                "list",
                dict(enumerate(more)),
                rest=Value(extra) if extra else None,
                counted=not extra,
                tag="*",
            )
        if arguments.kwarg is not None:
            known = {*plain, *(one.arg for one in arguments.kwonlyargs)}
            others: dict[Constant, Value] = {
                name: value for name, value in given.keywords.items() if name not in known
            }
            names[arguments.kwarg.arg] = self.make(
                node, "dict", others, rest=Value(extra) if extra else None, tag="**"
            )
        return names


def settled(before: Value, after: Value | None) -> int:
    """Return the bits of the rules to which a value became harmless, if it is the same still."""
    if after is None or after.path != before.path or after.opaque != before.opaque:
        return 0
    gone = left = 0
    for _, bits in before.taint:
        gone |= bits
    for _, bits in after.taint:
        left |= bits
    return gone & ~left


def _tests(node: ast.expr) -> bool:
    return isinstance(node, ast.Compare | ast.BoolOp) or (
        isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
    )
