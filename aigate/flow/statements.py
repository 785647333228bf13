"""Statements: the ways through a function, and what holds on each."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from aigate.flow import folding
from aigate.flow.expressions import Expressions
from aigate.flow.functions import settled
from aigate.flow.machine import DEEPEST, Class, Exhausted, Frame, Function, Test, dotted
from aigate.flow.tables import Entry, meets
from aigate.flow.values import (
    DULL,
    NOTHING,
    Origin,
    State,
    Unknown,
    Value,
    constant,
    differs,
    join,
    join_states,
    join_things,
    union,
)

_ROUNDS: Final = 4
_TESTS: Final = frozenset({ast.Compare, ast.BoolOp, ast.UnaryOp, ast.Call})
_FOREIGN: Final = re.compile(
    r"^\.|(^|\.)(requests|httpx|urllib3?|urllib\.request|pytest|scrapy|botocore)\."
)
_NUMBER: Final = re.compile(r"^(int|float|bool|(uuid\.)?UUID)( \| None)?$")
_MAKES_TYPES: Final = frozenset({"fastapi", "litestar"})
_PLAIN: Final = frozenset(
    [
        "str",
        "bytes",
        "int",
        "float",
        "bool",
        "dict",
        "list",
        "tuple",
        "set",
        "object",
        "Any",
        "None",
        "Optional",
        "Union",
        "typing.Any",
        "typing.Optional",
    ]
)


class Statements(Expressions):
    """Follows statements."""

    def run(self, body: Sequence[ast.stmt]) -> bool:
        """Follow statements in the current state; tells whether their end is reached."""
        for statement in body:
            self.steps -= 1
            if self.steps < 0:
                raise Exhausted("too-complex")
            self.depth += 1
            if self.depth > DEEPEST:
                raise Exhausted("too-deep")
            reached = _WORK.get(type(statement), _other)(self, statement)
            self.depth -= 1
            if not reached:
                return False
            if self.dead:
                self.dead = False
                return False
        return True

    # --- names

    def assign(self, target: ast.expr, value: Value) -> None:
        """Put a value into a name, a member or several of them."""
        if isinstance(value.made, Test) and not isinstance(target, ast.Name):
            # What a member held when it was tested is not kept.
            value = value._replace(made=None)
        match target:
            case ast.Name():
                self._bind(target.id, value)
            case ast.Attribute():
                base = self.own(target.value, self.eval(target.value))
                if base.refs:
                    self.put(base, constant(target.attr), value)
                self._stored(target, f"{base.path}.{target.attr}", None, value)
            case ast.Subscript():
                if isinstance(target.slice, ast.Slice):
                    self.mix(self.own(target.value, self.eval(target.value)), self.any_of(value))
                    return
                base, key = self.eval(target.value), self.eval(target.slice)
                self._stored(target, f"{base.path}[]", key, value)
                base = self.own(target.value, base)
                self.put(base, key, value)
            case ast.Tuple() | ast.List():
                self._unpack(target.elts, value)
            case ast.Starred():
                self.assign(target.value, value)
            case _:
                pass

    def _bind(self, name: str, value: Value) -> None:
        names = self.state.names
        names[name] = value
        if self.checked:
            for key in [
                k for k in names if k[:1] == "?" and re.search(rf"\b{re.escape(name)}\b", k)
            ]:
                del names[key]
        if name in self.frame.shared:
            frame: Frame | None = self.frame
            while frame is not None:
                if frame.above is None or name in frame.outer:
                    known = frame.outer.get(name)
                    frame.outer[name] = value if known is None else join(known, value)
                    break
                frame = frame.above

    def _unpack(self, targets: Sequence[ast.expr], value: Value) -> None:
        thing = self.only(value)
        if thing is not None and thing.kind == "list" and thing.counted and thing.rest is None:
            members = list(thing.members.values())
            starred = next(
                (i for i, one in enumerate(targets) if isinstance(one, ast.Starred)), None
            )
            if starred is None and len(members) == len(targets):
                for target, one in zip(targets, members, strict=True):
                    self.assign(target, one)
                return
            if starred is not None and len(members) >= len(targets) - 1:
                after = len(targets) - starred - 1
                middle = members[starred : len(members) - after]
                for target, one in zip(targets[:starred], members[:starred], strict=True):
                    self.assign(target, one)
                self.assign(
                    targets[starred], self.make(targets[starred], "list", dict(enumerate(middle)))
                )
                for target, one in zip(
                    targets[starred + 1 :], members[len(members) - after :], strict=True
                ):
                    self.assign(target, one)
                return
        some = self.each(value) if value.refs else Value(value.taint, path=value.path)
        for target in targets:
            self.assign(target, some)

    def _stored(self, target: ast.expr, path: str, key: Value | None, value: Value) -> None:
        """Look at what is put under a key or a name of a thing that counts."""
        text = dotted(target.value if isinstance(target, ast.Subscript) else target)
        text = f"{text}[]" if key is not None else text
        kind = "sinks.store" if key is not None else "sinks.attribute"
        if not self.outside(path, text, kind):
            return
        for entry in self.tables.found(kind, path, text):
            named = {"key": key if key is not None else NOTHING, "value": value}
            if not meets(entry.when, named) or (entry.unless and meets(entry.unless, named)):
                continue
            if isinstance(target, ast.Subscript) and "key" in entry.args and key is not None:
                self.arrive(entry, target.slice, key)
            if "value" in entry.args:
                self.arrive(entry, self.source_of(target), value)

    target_value: ast.expr | None = None

    def source_of(self, target: ast.expr) -> ast.expr:
        """Return the node of what is being assigned."""
        return self.target_value or target

    def _assigned(self, node: ast.Assign) -> bool:
        value = self._tested(node.value, self.eval(node.value))
        self.target_value = node.value
        for target in node.targets:
            self.assign(target, value)
        self.target_value = None
        return True

    def _tested(self, node: ast.expr, value: Value) -> Value:
        """Return a value that remembers the test whose outcome it is."""
        if type(node) not in _TESTS or value.refs or value.made is not None:
            return value
        if isinstance(node, ast.Call) and id(node) not in self.proofs:
            text = dotted(node.func)
            if not self.outside(text, text, "guards.call"):
                return value
        if not isinstance(value.const, Unknown):
            return value
        names: dict[str, Value | None] = {}
        for count, one in enumerate(ast.walk(node)):
            if count > 60:
                return value
            if isinstance(one, ast.Name):
                names[one.id] = self.state.names.get(one.id)
        return value._replace(made=Test(node, names))

    def _annotated(self, node: ast.AnnAssign) -> bool:
        if node.value is not None:
            value = self.eval(node.value)
            self.target_value = node.value
            self.assign(node.target, value)
            self.target_value = None
        return True

    def _augmented(self, node: ast.AugAssign) -> bool:
        stand = self.stands.get(id(node))
        if stand is None:
            stand = ast.copy_location(
                ast.BinOp(left=node.target, op=node.op, right=node.value), node
            )
            self.stands[id(node)] = stand
        value = self.eval(stand)
        self.target_value = node.value
        self.assign(node.target, value)
        self.target_value = None
        return True

    stands: dict[int, ast.BinOp]

    def _deleted(self, node: ast.Delete) -> bool:
        for target in node.targets:
            if isinstance(target, ast.Subscript) and not isinstance(target.slice, ast.Slice):
                base, key = self.eval(target.value), self.eval(target.slice)
                self.container_call(base, "pop", [key], {})
        return True

    def _expression(self, node: ast.Expr) -> bool:
        if isinstance(node.value, ast.Constant):
            return True
        self.eval(node.value)
        if isinstance(node.value, ast.Await):
            node = ast.Expr(value=node.value.value)
        if isinstance(node.value, ast.Call) and not self.dead:
            self.prove(node.value, self.state, self.state, asked=False)
        return True

    def _import(self, node: ast.Import) -> bool:
        for one in node.names:
            name = one.asname or one.name.partition(".")[0]
            self._bind(name, Value(path=one.name if one.asname else name))
        return True

    def _import_from(self, node: ast.ImportFrom) -> bool:
        module = "." * node.level + (node.module or "")
        for one in node.names:
            if one.name == "*":
                self.starred.append(module)
            else:
                dot = "" if module.endswith(".") else "."
                value = Value(path=f"{module}{dot}{one.name}")
                self._bind(one.asname or one.name, value)
        return True

    def _shared(self, node: ast.Global | ast.Nonlocal) -> bool:
        self.frame.shared |= frozenset(node.names)
        return True

    # --- definitions

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
        names = []
        for decorator in node.decorator_list:
            names.append(dotted(decorator.func if isinstance(decorator, ast.Call) else decorator))
            self.eval(decorator)
        made = self.function(node)
        static = "staticmethod" in names
        frame = self.frame
        # What a class defines is no name inside of its methods.
        classy = frame.node is None and frame.above is not None
        made = Function(
            node,
            frame.above if classy and frame.above is not None else frame,
            made.defaults,
            frame.outer if classy else made.names,
            None,
            tuple(name.rpartition(".")[2] for name in names),
            static,
        )
        self._bind(node.name, Value(made=made))
        frame.made.append(made)
        return True

    def _class(self, node: ast.ClassDef) -> bool:
        bases = tuple(self.eval(base) for base in node.bases)
        for decorator in node.decorator_list:
            self.eval(decorator)
        kept, outer = self.frame, self.state.names
        members: dict[str, Value] = {}
        made = Class(node, members, bases)
        self.frames += 1
        self.frame = Frame(None, outer, kept, number=self.frames, owner=made)
        self.state = State(members, self.state.things, self.state.base)
        self.run(node.body)
        frame, self.frame = self.frame, kept
        members.update(self.state.names)
        self.state = State(outer, self.state.things, self.state.base)
        self._bind(node.name, Value(path=node.name, made=made))
        for one in frame.made:
            kept.made.append(
                Function(one.node, kept, one.defaults, outer, made, one.decorated, one.static)
            )
        return True

    def _return(self, node: ast.Return) -> bool:
        value = self.eval(node.value) if node.value is not None else constant(None)
        if node.value is not None and not self.dead:
            for entry, form in self.views:
                self._shown(entry, form, node.value, value)
            if len(self.stack) > 1:
                self.ways.append(self._said(node.value, value))
        if not self.dead:
            self.frame.returns.append((value, self.state))
        self.dead = False
        return False

    views: Sequence[tuple[Entry, str]] = ()

    def _shown(self, entry: Entry, form: str, node: ast.expr, value: Value) -> None:
        del form
        if isinstance(node, ast.Tuple) and node.elts:
            thing = self.only(value)
            if thing is None or not thing.members:
                return
            value, node = next(iter(thing.members.values())), node.elts[0]
        if value.path.endswith("()") and value.opaque:
            return
        if any(thing.kind == "dict" for thing in self.things(value)):
            # It is sent as JSON.
            return
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            known = self.lookup(node.func.id)
            if known is not None and isinstance(known.made, Function) and known.made.decorated:
                # Another view, which is looked at by itself.
                return
        self.arrive(entry, node, value)

    def _said(self, node: ast.expr, value: Value) -> tuple[State | None, State | None]:
        """Return what holds for the caller if the function says yes here, or no."""
        if not isinstance(value.const, Unknown):
            return (self.state, None) if value.const else (None, self.state)
        if isinstance(node, ast.Await):
            node = node.value
        kept = self.state
        tested = isinstance(node, ast.Compare | ast.BoolOp | ast.UnaryOp)
        if not tested and not isinstance(node, ast.Call):
            return kept, kept
        self.state = self.fork()
        if isinstance(node, ast.Call):
            yes, no = self.fork(), self.fork()
            self.prove(node, yes, no, asked=True)
            proofs = self.proofs.pop(id(node), None)
            for argument in node.args if proofs is not None else ():
                for state, proof in zip((yes, no), proofs or (), strict=True):
                    if id(argument) in proof:
                        self.clear(argument, proof[id(argument)], state)
            found: tuple[State | None, State | None] = (yes, no)
        else:
            found = self.branch(node)
        self.state = kept
        return found

    # --- ways

    def _if(self, node: ast.If) -> bool:
        out: State | None = None
        chain = node
        while True:
            self.step()
            yes, no = self.branch(chain.test)
            self.dead = False
            if yes is not None:
                self.state = yes
                if self.run(chain.body):
                    out = join_states(out, self.state)
            if no is None:
                break
            self.state = no
            if len(chain.orelse) == 1 and isinstance(chain.orelse[0], ast.If):
                chain = chain.orelse[0]
                continue
            if self.run(chain.orelse):
                out = join_states(out, self.state)
            break
        if out is None:
            return False
        self.step(out.size // 8)
        self.state = out
        return True

    def _rounds(self, once: Callable[[], tuple[State | None, State | None]]) -> State | None:
        """Go round a loop until nothing new is learnt; returns what holds after it.

        `once` follows the body from the current state, and returns what holds where the loop
        ends at its head, and where it starts again.
        """
        out: State | None = None
        self.frame.breaks.append([])
        self.frame.continues.append([])
        for number in range(_ROUNDS):
            before = self.fork()
            ended, again = once()
            out = join_states(out, ended)
            for state in self.frame.continues[-1]:
                again = join_states(again, state)
            self.frame.continues[-1].clear()
            after = join_states(before, again)
            if again is None or after is None or number + 1 == _ROUNDS:
                break
            self.step(after.size // 4)
            if not differs(before, after):
                break
            self.state = after
        self.frame.continues.pop()
        for state in self.frame.breaks.pop():
            out = join_states(out, state)
        return out

    def _for(self, node: ast.For | ast.AsyncFor) -> bool:
        def once() -> tuple[State | None, State | None]:
            source = self.eval(node.iter)
            ended = self.fork()
            thing = self.only(source)
            if (
                thing is not None
                and thing.kind == "list"
                and thing.counted
                and not thing.members
                and thing.rest is None
                and not source.taint
            ):
                return ended, None
            self.assign(node.target, self.each(source))
            start = self.eval(node.target)
            reached = self.run(node.body)
            if reached and not self.frame.breaks[-1] and not self.frame.continues[-1]:
                # Whoever goes through all of them has looked at each.
                end = self.eval(node.target)
                gone = settled(start, end)
                if end.shape == DULL != start.shape:
                    gone |= self.tables.shaped
                if gone:
                    self.clear(node.iter, gone, ended)
                    self.clear(node.iter, gone, self.state)
            return (join_states(ended, self.state) if reached else ended), (
                self.state if reached else None
            )

        out = self._rounds(once)
        if out is None:
            return False
        self.state = out
        return self.run(node.orelse) if node.orelse else True

    def _while(self, node: ast.While) -> bool:
        def once() -> tuple[State | None, State | None]:
            yes, no = self.branch(node.test)
            if yes is None:
                return no, None
            self.state = yes
            return no, self.state if self.run(node.body) else None

        out = self._rounds(once)
        if out is None:
            return False
        self.state = out
        return self.run(node.orelse) if node.orelse else True

    def _break(self, _node: ast.Break) -> bool:
        if self.frame.breaks:
            self.frame.breaks[-1].append(self.state)
        return False

    def _continue(self, _node: ast.Continue) -> bool:
        if self.frame.continues:
            self.frame.continues[-1].append(self.state)
        return False

    def _raise(self, node: ast.Raise) -> bool:
        value = self.eval(node.exc) if node.exc is not None else NOTHING
        if self.frame.raised and not self.dead:
            self._thrown(value)
        self.dead = False
        return False

    def _assert(self, node: ast.Assert) -> bool:
        self.asserting = True
        yes, _ = self.branch(node.test)
        self.asserting = False
        if yes is None:
            return False
        self.state = yes
        return True

    def _thrown(self, value: Value) -> None:
        """Keep what an exception carries, and the state in which it is raised, as one of each."""
        known = self.frame.raised[-1]
        state = self.fork()
        for other, before in known:
            value, state = join(value, other), join_states(state, before) or state
        known[:] = [(value, state)]

    def _try(self, node: ast.Try | ast.TryStar) -> bool:  # noqa: C901 - one for each clause
        raised: State | None = self.fork()
        reached = True
        self.frame.raised.append([])
        for statement in node.body:
            if not self.run([statement]):
                reached = False
                break
            # As much work as a copy, which is what joining makes.
            self.step(1 + self.state.size // 8)
            raised = join_states(raised, self.state)
        carried = Value(path="exception()")
        for value, state in self.frame.raised.pop():
            carried, raised = value, join_states(raised, state)
        out: State | None = None
        if reached and (not node.orelse or self.run(node.orelse)):
            out = self.state
        for handler in node.handlers:
            if raised is None:
                break
            self.state = raised.copy()
            self.step(raised.size // 8)
            if handler.name:
                self._bind(handler.name, carried)
            if self.run(handler.body):
                out = join_states(out, self.state)
        if node.finalbody:
            self.state = out or raised or self.state
            if not self.run(node.finalbody):
                return False
            if out is not None:
                out = self.state
        if out is None:
            return False
        self.state = out
        return True

    def _with(self, node: ast.With | ast.AsyncWith) -> bool:
        swallows = False
        for item in node.items:
            value = self.eval(item.context_expr)
            swallows = swallows or "suppress" in value.path
            if item.optional_vars is not None:
                self.assign(item.optional_vars, value)
        before = self.fork() if swallows else None
        reached = self.run(node.body)
        if swallows:
            self.state = join_states(before, self.state if reached else None) or self.state
            return True
        return reached

    def _match(self, node: ast.Match) -> bool:
        subject = self.eval(node.subject)
        out: State | None = None
        here: State | None = self.state
        for case in node.cases:
            if here is None:
                break
            self.state = here
            inside = self.fork()
            self.state = inside
            meets_it = self._pattern(case.pattern, subject)
            if meets_it is False:
                self.state = here
                continue
            yes: State | None = self.state
            no: State | None = here
            if case.guard is not None:
                yes, missed = self.branch(case.guard)
                no = join_states(here, missed) if meets_it is not True else missed
            elif meets_it is True:
                no = None
            if yes is not None:
                self.state = yes
                if meets_it is None and subject.taint and _fixed(case.pattern):
                    self.clear(node.subject, self.tables.all, yes)
                if self.run(case.body):
                    out = join_states(out, self.state)
            here = no
        out = join_states(out, here)
        if out is None:
            return False
        self.state = out
        return True

    def _pattern(self, pattern: ast.pattern, subject: Value) -> bool | None:  # noqa: C901, PLR0911, PLR0912 - one for each kind
        """Tell whether a value matches, and bind what the pattern captures."""
        self.step()
        self.enter()
        try:
            match pattern:
                case ast.MatchValue():
                    value = self.eval(pattern.value)
                    if isinstance(value.const, Unknown) or isinstance(subject.const, Unknown):
                        return None
                    return folding.compare(ast.Eq, subject.const, value.const)
                case ast.MatchSingleton():
                    if isinstance(subject.const, Unknown):
                        return False if subject.refs else None
                    return subject.const is pattern.value
                case ast.MatchAs():
                    found: bool | None = True
                    if pattern.pattern is not None:
                        found = self._pattern(pattern.pattern, subject)
                    if pattern.name is not None and found is not False:
                        self._bind(pattern.name, subject)
                    return found
                case ast.MatchOr():
                    outcomes = [self._pattern(one, subject) for one in pattern.patterns]
                    if True in outcomes:
                        return True
                    return False if all(one is False for one in outcomes) else None
                case ast.MatchSequence():
                    return self._sequence(pattern, subject)
                case ast.MatchMapping():
                    return self._mapping(pattern, subject)
                case ast.MatchClass():
                    for one in (*pattern.patterns, *pattern.kwd_patterns):
                        self._pattern(one, Value(self.taint(subject)))
                    return None
                case ast.MatchStar():
                    if pattern.name is not None:
                        self._bind(pattern.name, subject)
                    return True
                case _:
                    return None
        finally:
            self.depth -= 1

    def _sequence(self, pattern: ast.MatchSequence, subject: Value) -> bool | None:
        thing = self.only(subject)
        plain = not any(isinstance(one, ast.MatchStar) for one in pattern.patterns)
        if thing is not None and thing.kind == "list" and thing.counted and thing.rest is None:
            members = list(thing.members.values())
            if plain and len(members) != len(pattern.patterns):
                return False
            if plain:
                outcomes = [
                    self._pattern(one, value)
                    for one, value in zip(pattern.patterns, members, strict=True)
                ]
                if False in outcomes:
                    return False
                return True if all(outcomes) else None
        some = self.each(subject) if subject.refs else Value(subject.taint)
        for one in pattern.patterns:
            self._pattern(one, some)
        return None

    def _mapping(self, pattern: ast.MatchMapping, subject: Value) -> bool | None:
        outcome: bool | None = True
        thing = self.only(subject)
        for key, one in zip(pattern.keys, pattern.patterns, strict=True):
            name = self.eval(key)
            found = self.member(subject, name)
            known = (
                thing is not None and thing.kind == "dict" and not isinstance(name.const, Unknown)
            )
            if (
                known
                and thing is not None
                and thing.rest is None
                and name.const not in thing.members
            ):
                return False
            inner = self._pattern(one, found)
            if inner is False:
                return False
            if inner is None or not known:
                outcome = None
        if pattern.rest is not None:
            self._bind(pattern.rest, subject)
        return outcome

    # --- functions that others call

    asked: int

    def entry(self, function: Function, things: dict[int, Any], instance: Value | None) -> None:
        """Follow a function as a stranger would call it."""
        node = function.node
        if isinstance(node, ast.Lambda):
            return
        self.wanted = self.asked & self.relevance.of(node)
        if not self.wanted and not (function.owner is not None and node.name == "__init__"):
            return
        self.frames += 1
        outer = function.names
        self.frame = Frame(
            node,
            outer,
            function.frame,
            number=self.frames,
            itself=instance or NOTHING,
            owner=function.owner,
        )
        self.stack = [node]
        self.dead = False
        self.depth = 0
        self.state = State({}, {}, things)
        self.follows = {}
        self.step(40)
        self.allowed = self.steps
        self._strangers(function, node, instance)
        self.views = self._pages(node)
        frame = self.frame
        _, after, _ = self.body(node, frame)
        self.views = ()
        self.stack = []
        final = after if after is not None else self.state
        if instance is not None and instance.refs:
            number = instance.refs[0]
            old, new = things.get(number), final.thing(number)
            if old is not None and new is not None:
                things[number] = join_things(old, new)
        self.inner(frame, final)

    def inner(self, frame: Frame, final: State) -> None:
        """Follow the functions that were defined inside."""
        frame.final = final.names
        instances: dict[int, Value] = {}
        made = list(frame.made)
        made.sort(key=lambda one: getattr(one.node, "name", "") != "__init__")
        things = final.all()
        for function in made:
            instance: Value | None = None
            ready = Function(
                function.node,
                frame,
                function.defaults,
                final.names,
                function.owner,
                function.decorated,
                function.static,
            )
            if function.owner is not None:
                owner = function.owner
                instance = instances.get(id(owner))
                if instance is None:
                    kept = self.state
                    self.state = State({}, things, {})
                    self.frame = frame
                    instance = self.make(owner.node, "instance", {}, made=owner, tag="self")
                    instance = instance._replace(path="self")
                    self.state = kept
                    instances[id(owner)] = instance
            self.entry(ready, things, instance)

    def _strangers(
        self,
        function: Function,
        node: ast.FunctionDef | ast.AsyncFunctionDef,
        instance: Value | None,
    ) -> None:
        arguments = node.args
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        names = [one.arg for one in every]
        plain = [one.arg for one in (*arguments.posonlyargs, *arguments.args)]
        own = plain[0] if instance is not None and plain and not function.static else None
        spare = dict(
            zip(plain[len(plain) - len(arguments.defaults) :], arguments.defaults, strict=False)
        )
        spare |= {
            one.arg: value
            for one, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
            if value is not None
        }
        for one in every:
            if one.arg == own and instance is not None:
                self.state.names[own] = instance
                continue
            self.state.names[one.arg] = self._stranger(
                function, one, spare.get(one.arg), names, own
            )
        for extra, kind in ((arguments.vararg, "*"), (arguments.kwarg, "**")):
            if extra is not None:
                found = self._stranger(function, extra, None, names, own)
                self.state.names[extra.arg] = found._replace(path=kind)

    def _stranger(
        self,
        function: Function,
        argument: ast.arg,
        default: ast.expr | None,
        names: Sequence[str],
        own: str | None,
    ) -> Value:
        self.step(10)
        annotation = argument.annotation
        path = argument.arg
        spelt = ""
        if annotation is not None:
            self.step(2)
            spelt = _spelt(_bare(annotation))
            first = spelt.partition("[")[0].partition(" ")[0].strip("'\"")
            root, dot, rest = first.partition(".")
            known = self.lookup(root)
            full = f"{known.path}{dot}{rest}" if known is not None and known.path else first
            if full and full not in _PLAIN and "[" not in spelt and "|" not in spelt:
                last = full.rpartition(".")[2]
                path = f"{full}()"
                if last in {"Request", "HttpRequest", "WebSocket"} and not _FOREIGN.search(full):
                    path = "request" if last != "WebSocket" else "websocket"
        origins = [
            (Origin(argument.lineno, argument.arg), entry.mask)
            for entry in self.tables.entries["sources.parameter"]
            if entry.mask & self.wanted
            and self._is_source(entry, function, (argument.arg, spelt, default), names, own)
        ]
        shape = ""
        if _NUMBER.search(spelt) and self._converted(function):
            origins, shape = [], DULL
        return self.sourced(
            ast.copy_location(ast.Name(id=argument.arg), argument),
            Value(union([(one,) for one in origins]), path=path, shape=shape),
            argument.arg,
        )

    def _converted(self, function: Function) -> bool:
        """Tell whether a framework calls a function, and makes of its arguments what they say."""
        names = _decorators(function.node)
        return not _MAKES_TYPES.isdisjoint(self.imports) and any(
            entry.form == "decorated" and any(entry.names.match(name) for name in names)
            for entry in self.tables.entries["sources.parameter"]
        )

    def _is_source(  # noqa: PLR0911 - one for each form
        self,
        entry: Entry,
        function: Function,
        argument: tuple[str, str, ast.expr | None],
        names: Sequence[str],
        own: str | None,
    ) -> bool:
        name, spelt, default = argument
        if name == own or (entry.imports and entry.imports.isdisjoint(self.imports)):
            return False
        if entry.bare is not None and entry.bare.search(name):
            return False
        if entry.typed is not None and spelt and entry.typed.search(spelt):
            return False
        if isinstance(default, ast.Call) and dotted(default.func).rpartition(".")[2] in {
            "Depends",
            "Security",
        }:
            return False
        match entry.form:
            case "every":
                return True
            case "decorated":
                return any(entry.names.match(decorator) for decorator in _decorators(function.node))
            case "first":
                return (
                    next((one for one in names[:2] if one != own), "") == "request"
                    and name != "request"
                    and not any(entry.names.match(one) for one in _decorators(function.node))
                    and _returns(function.node)
                )
            case "named":
                others = [one for one in names[:4] if one != own]
                return (
                    entry.key is not None
                    and entry.key.search(",".join(others)) is not None
                    and name == others[0]
                )
            case _:
                return False

    def _pages(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Sequence[tuple[Entry, str]]:
        found = []
        for entry in self.tables.entries["sinks.return"]:
            for decorator in node.decorator_list:
                called = decorator.func if isinstance(decorator, ast.Call) else decorator
                if not entry.names.match(dotted(called)):
                    continue
                keywords = decorator.keywords if isinstance(decorator, ast.Call) else []
                given = {
                    one.arg: Value(path=dotted(one.value))
                    for one in keywords
                    if one.arg is not None
                }
                if meets(entry.when, given) and (
                    not entry.imports or not entry.imports.isdisjoint(self.imports)
                ):
                    found.append((entry, "page"))
        return found


def _bare(annotation: ast.expr) -> ast.expr:
    """Return the type that `Annotated` is about; what else it says is no type."""
    match annotation:
        case ast.Subscript(value=ast.Name(id="Annotated") | ast.Attribute(attr="Annotated")) if (
            isinstance(annotation.slice, ast.Tuple) and annotation.slice.elts
        ):
            return annotation.slice.elts[0]
        case _:
            return annotation


def _decorators(node: ast.AST) -> list[str]:
    return [
        dotted(one.func if isinstance(one, ast.Call) else one)
        for one in getattr(node, "decorator_list", [])
    ]


def _returns(node: ast.AST) -> bool:
    todo: list[ast.AST] = list(getattr(node, "body", []))
    while todo:
        one = todo.pop()
        if isinstance(one, ast.Return):
            if one.value is not None:
                return True
        elif isinstance(one, ast.stmt | ast.excepthandler | ast.match_case) and not isinstance(
            one, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
        ):
            todo += ast.iter_child_nodes(one)
    return False


def _spelt(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)[:200]
    name = dotted(node)
    if name:
        return name
    if sum(1 for _ in zip(ast.walk(node), range(60), strict=False)) >= 60:
        return ""
    return ast.unparse(node)[:200]


def _fixed(pattern: ast.pattern) -> bool:
    """Tell whether a pattern names constants and nothing else."""
    if isinstance(pattern, ast.MatchOr):
        return all(_fixed(one) for one in pattern.patterns)
    if isinstance(pattern, ast.MatchAs):
        return pattern.pattern is not None and _fixed(pattern.pattern)
    return isinstance(pattern, ast.MatchValue | ast.MatchSingleton)


def _other(_on: Statements, _node: ast.stmt) -> bool:
    return True


_Work = Callable[[Statements, Any], bool]
_WORK: Final[dict[type[ast.stmt], _Work]] = {
    ast.Assign: Statements._assigned,  # noqa: SLF001 - this class's own
    ast.AnnAssign: Statements._annotated,  # noqa: SLF001 - this class's own
    ast.AugAssign: Statements._augmented,  # noqa: SLF001 - this class's own
    ast.Delete: Statements._deleted,  # noqa: SLF001 - this class's own
    ast.Expr: Statements._expression,  # noqa: SLF001 - this class's own
    ast.Import: Statements._import,  # noqa: SLF001 - this class's own
    ast.ImportFrom: Statements._import_from,  # noqa: SLF001 - this class's own
    ast.Global: Statements._shared,  # noqa: SLF001 - this class's own
    ast.Nonlocal: Statements._shared,  # noqa: SLF001 - this class's own
    ast.FunctionDef: Statements._function,  # noqa: SLF001 - this class's own
    ast.AsyncFunctionDef: Statements._function,  # noqa: SLF001 - this class's own
    ast.ClassDef: Statements._class,  # noqa: SLF001 - this class's own
    ast.Return: Statements._return,  # noqa: SLF001 - this class's own
    ast.If: Statements._if,  # noqa: SLF001 - this class's own
    ast.For: Statements._for,  # noqa: SLF001 - this class's own
    ast.AsyncFor: Statements._for,  # noqa: SLF001 - this class's own
    ast.While: Statements._while,  # noqa: SLF001 - this class's own
    ast.Break: Statements._break,  # noqa: SLF001 - this class's own
    ast.Continue: Statements._continue,  # noqa: SLF001 - this class's own
    ast.Raise: Statements._raise,  # noqa: SLF001 - this class's own
    ast.Assert: Statements._assert,  # noqa: SLF001 - this class's own
    ast.Try: Statements._try,  # noqa: SLF001 - this class's own
    ast.TryStar: Statements._try,  # noqa: SLF001 - this class's own
    ast.With: Statements._with,  # noqa: SLF001 - this class's own
    ast.AsyncWith: Statements._with,  # noqa: SLF001 - this class's own
    ast.Match: Statements._match,  # noqa: SLF001 - this class's own
}
