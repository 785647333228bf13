"""Calls: functions of the file are followed, known ones are worked out, others pass data on."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from typing import Final

from aigate.flow import folding
from aigate.flow.functions import Functions
from aigate.flow.guards import many_lines
from aigate.flow.machine import Bound, Class, Function, Partial, dotted
from aigate.flow.sinks import Given
from aigate.flow.tables import CARRY, Entry, meets
from aigate.flow.things import method_of
from aigate.flow.values import (
    DULL,
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
    joined_text,
    passed_on,
    start_of,
    text_of,
    union,
)

_LISTS: Final = frozenset({"list", "tuple", "set", "frozenset", "sorted", "reversed", "iter"})
_SAME: Final = frozenset({"str", "strip", "lower", "upper", "lstrip", "rstrip", "encode", "decode"})
_ENDS: Final = frozenset(
    [
        "flask.abort",
        "abort",
        "sys.exit",
        "os._exit",
        "exit",
        "quit",
        "os.abort",
        "werkzeug.exceptions.abort",
    ]
)
_SETTINGS: Final = re.compile(r"(^|\.)(Raw|Safe)?ConfigParser$")
_LONGEST: Final = 400
_APPLIED: Final = frozenset({"map", "filter", "functools.partial"})
_TEXTS: Final = frozenset({"format", "join", "replace", "format_map"})
_SHAPED: Final = frozenset({"format", "replace"})
_SPECIAL: Final = _LISTS | frozenset(
    [
        "getattr",
        "setattr",
        "__import__",
        "importlib.import_module",
        "functools.partial",
        "staticmethod",
        "classmethod",
        "super",
        "dict",
        "isinstance",
        "issubclass",
        "callable",
        "hasattr",
        "type",
        "id",
        "hash",
        "map",
        "filter",
        "zip",
        "enumerate",
        "itertools.chain",
        "dict.fromkeys",
        "locals",
        "globals",
        "vars",
        "collections.defaultdict",
        "collections.OrderedDict",
        "collections.Counter",
        "collections.deque",
    ]
)
"""Functions that are known one by one, but for parsers of settings."""


class Calls(Functions):
    """Follows data through calls."""

    def call(self, node: ast.Call) -> Value:
        """Return the value of a call, and look at what it is given."""
        func = node.func
        receiver: Value | None = None
        if isinstance(func, ast.Attribute):
            receiver = self.eval(func.value)
            callee = self.attribute(func, receiver)
        else:
            callee = self.eval(func)
        given = self._given(node)
        text = self.spelt(func)
        result = self.apply(node, callee, given, receiver, text)
        if receiver is not None and isinstance(func, ast.Attribute) and not callee.made:
            self._carry(node, func, receiver, given)
        if self.checked:
            result = self.unchecked(node, result)
        return result

    def attribute(self, node: ast.Attribute, base: Value) -> Value:
        """Return a member by name."""
        raise NotImplementedError

    def _given(self, node: ast.Call) -> Given:  # noqa: C901, PLR0912 - one for each way to pass
        given = Given()
        for argument in node.args:
            if isinstance(argument, ast.Starred):
                value = self.eval(argument.value)
                thing = self.only(value)
                if thing is not None and thing.kind == "list" and thing.counted:
                    for one in thing.members.values():
                        given.nodes[str(len(given.args))] = argument
                        given.args.append(one)
                else:
                    given.spread.append(self.any_of(value))
                    given.nodes["*"] = argument
            else:
                given.nodes[str(len(given.args))] = argument
                given.args.append(self.eval(argument))
        for keyword in node.keywords:
            value = self.eval(keyword.value)
            if keyword.arg is not None:
                given.keywords[keyword.arg] = value
                given.nodes[keyword.arg] = keyword.value
                continue
            thing = self.only(value)
            if thing is not None and thing.kind == "dict":
                for key, one in thing.members.items():
                    if isinstance(key, str):
                        given.keywords[key] = one
                        given.nodes[key] = keyword.value
                if thing.rest is not None:
                    given.spread.append(thing.rest)
            else:
                given.spread.append(self.any_of(value))
        return given

    def apply(
        self,
        node: ast.Call,
        callee: Value,
        given: Given,
        receiver: Value | None,
        text: str,
    ) -> Value:
        """Return what a callee makes of arguments."""
        made = callee.made
        if isinstance(made, Partial):
            given.args = [*made.args, *given.args]
            shift = len(made.args)
            given.nodes = {
                str(int(place) + shift) if place.isdigit() else place: one
                for place, one in given.nodes.items()
            }
            given.keywords = {**made.keywords, **given.keywords}
            return self.apply(node, made.target, given, None, made.target.path or text)
        path = callee.path or text
        if not isinstance(made, Function | Bound | Class):
            self._sinks(node, path, text, given, receiver)
        if isinstance(made, Bound):
            return self.follow(node, made.function, given, made.receiver)
        if isinstance(made, Function):
            return self.follow(node, made, given, None)
        if isinstance(made, Class):
            return self._instance(node, made, given)
        for thing in self.things(callee) if callee.refs else ():
            called = method_of(thing.made, "__call__") if isinstance(thing.made, Class) else None
            if called is not None and isinstance(called.made, Function):
                return self.follow(node, called.made, given, callee)
        self._handed_on(node, path, given)
        return self._foreign(node, path, text, given, receiver, callee.taint)

    def _handed_on(self, node: ast.Call, path: str, given: Given) -> None:
        """Follow a function that is given away together with what it will be called with."""
        target = given.keywords.get("target")
        if target is None and all(value.made is None for value in given.args):
            return
        later = [*given.args]
        while target is None and later:
            first = later.pop(0)
            target = first if isinstance(first.made, Function | Bound) else None
        made = target.made if target is not None else None
        if not isinstance(made, Function | Bound) or path in _APPLIED:
            return
        call = Given()
        call.args = later if "target" not in given.keywords else []
        args, keywords = given.keywords.get("args"), given.keywords.get("kwargs")
        for thing in self.things(args) if args is not None else ():
            call.args += thing.members.values()
        for thing in self.things(keywords) if keywords is not None else ():
            call.keywords |= {k: v for k, v in thing.members.items() if isinstance(k, str)}
        if not any(self.taint(value) for value in (*call.args, *call.keywords.values())):
            return
        call.nodes = {str(place): node for place in range(len(call.args))}
        dead = self.dead
        if isinstance(made, Bound):
            self.follow(node, made.function, call, made.receiver)
        else:
            self.follow(node, made, call, None)
        self.dead = dead

    # --- what is not of this file

    def _foreign(
        self,
        node: ast.Call,
        path: str,
        text: str,
        given: Given,
        receiver: Value | None,
        carried: Taint,
    ) -> Value:
        name = path.rpartition(".")[2]
        if receiver is not None:
            known = self.container_call(receiver, name, given.args, given.keywords)
            if known is not None:
                return known
        special = self._special(node, path, given)
        if special is not None:
            return special
        if path in _ENDS:
            self.dead = True
            return NOTHING
        folded = self._folded(path, name, given, receiver)
        if folded is not None:
            return folded
        result = self._passed(path, name, given, receiver)
        if carried and receiver is not None:
            # The method itself is a source, as in `request.get_json()`.
            result = result._replace(taint=both(result.taint, carried), opaque=False)
        return self._marked(node, path, text, given, result)

    def _marked(  # noqa: C901 - one for each table
        self, node: ast.Call, path: str, text: str, given: Given, result: Value
    ) -> Value:
        """Take off what a call makes harmless, and add what it brings from outside."""
        named: dict[str, Value] | None = None
        taint = result.taint
        if taint or self.wanted & self.tables.shaped:
            # A name that was given to something else says nothing about it.
            own = "." in text or "(" in path or path.rpartition(".")[2] == text
            for entry in self.tables.found("sanitizers.call", path, text if own else path):
                named = given.by_name() if named is None else named
                if meets(entry.when, named) and not (entry.unless and meets(entry.unless, named)):
                    taint = cleared(taint, entry.mask)
                    if entry.mask & self.tables.shaped and (
                        not result.shape or HOLE in result.shape
                    ):
                        result = result._replace(shape="\x01", start="")
        for entry in self.tables.found("sources.call", path, text):
            named = given.by_name() if named is None else named
            if self._imported(entry) and meets(entry.when, named):
                taint = both(taint, ((Origin(node.lineno, text or path), entry.mask),))
                result = result._replace(opaque=False)
        for entry in self.tables.found("marks.call", path, text):
            named = given.by_name() if named is None else named
            if isinstance(node.func, ast.Attribute) and meets(entry.when, named):
                kept = self.eval(node.func.value)
                self.assign(node.func.value, kept._replace(path=f"{kept.path}!{entry.form}"))
        if node.args and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
            for entry in self.tables.entries["sources.item"]:
                key = given.args[0] if given.args else given.keywords.get("0")
                taint = self.item(entry, node, dotted(node.func.value), key, taint)
        if taint is not result.taint:
            result = result.tainted(taint)
        return result

    def item(
        self, entry: Entry, node: ast.expr, text: str, key: Value | None, taint: Taint
    ) -> Taint:
        """Add the source that a member of a certain name is."""
        if (
            key is not None
            and isinstance(key.const, str)
            and entry.key is not None
            and entry.key.search(key.const)
            and (not entry.names.plain or entry.names.match(text))
        ):
            return union(
                (taint, ((Origin(node.lineno, f"{text}[{key.const[:40]!r}]"), entry.mask),))
            )
        return taint

    def _passed(self, path: str, name: str, given: Given, receiver: Value | None) -> Value:
        """An unknown call passes on what it is given."""
        everything = [*given.args, *given.keywords.values(), *given.spread]
        taints = [
            taint
            for value in everything
            if (taint := self.taint(value) if value.refs else value.taint)
        ]
        before = self.taint(receiver) if receiver is not None else ()
        carried = union(taints) if taints else ()
        opaque = bool(carried) and not before
        start = shape = ""
        if name[:1].isupper():
            # What an object was made with says what it will do.
            said = [f"{key}={one.const!r:.60}" for key, one in given.keywords.items() if _told(one)]
            shape = DULL + " ".join(said) if said else ""
        source = receiver
        if name == "str" and given.args:
            source = given.args[0]
        if name in _SAME and source is not None:
            shape = text_of(source) if source.shape or not isinstance(source.const, Unknown) else ""
            start = start_of(source) if name in {"str", "rstrip", "encode", "decode"} else ""
            opaque = False
        elif path == "textwrap.dedent" and given.args:
            shape = text_of(given.args[0])
        elif path == "re.compile" and given.args and isinstance(given.args[0].const, str):
            shape = given.args[0].const
            if many_lines(given.nodes.get("1") or given.nodes.get("flags")):
                shape = f"(?m){shape}"
        if path == "str" and given.args:
            only = given.args[0]
            return Value(carried, UNKNOWN, (), only.path, start, shape)
        return passed_on(
            union((before, *taints)) if before else carried,
            f"{path}()" if path else "",
            start,
            shape,
            opaque=opaque,
        )

    def _carry(self, node: ast.Call, func: ast.Attribute, receiver: Value, given: Given) -> None:
        if func.attr not in CARRY or not node.args:
            return
        if self.only(receiver) is not None and func.attr in {"append", "add", "insert", "extend"}:
            thing = self.only(receiver)
            if thing is not None and thing.kind in {"list", "dict", "settings"}:
                return
        taint = union(self.taint(value) for value in given.args)
        if taint and not receiver.path.startswith(("logging", "session")):
            owned = self.own(func.value, receiver)
            self.mix(owned, Value(taint))

    def _special(  # noqa: C901, PLR0911, PLR0912 - one for each
        self, node: ast.Call, path: str, given: Given
    ) -> Value | None:
        if path not in _SPECIAL and not path.endswith("ConfigParser"):
            return None
        args = given.args
        first = args[0].const if args else UNKNOWN
        match path:
            case "getattr" if len(args) >= 2 and isinstance(args[1].const, str):
                stand = ast.Attribute(value=node.args[0], attr=args[1].const, ctx=ast.Load())
                return self.attribute(ast.copy_location(stand, node), args[0])
            case "setattr" if len(args) == 3:
                self.put(self.own(node.args[0], args[0]), args[1], args[2])
                return constant(None)
            case "__import__" | "importlib.import_module" if isinstance(first, str):
                return Value(path=first)
            case "functools.partial" if args:
                return Value(made=Partial(args[0], tuple(args[1:]), dict(given.keywords)))
            case "staticmethod" | "classmethod" if args:
                return args[0]
            case "super" if not args:
                return self.frame.itself._replace(made=None, path="super()")
            case "dict":
                members: dict[Constant, Value] = {}
                members.update(given.keywords.items())
                made = self.make(node, "dict", members)
                for one in (*args, *given.spread):
                    self.container_call(made, "update", [one], {})
                return made
            case _ if path in _LISTS:
                return self._list(node, path, args)
            case "isinstance" | "issubclass" | "callable" | "hasattr" | "type" | "id" | "hash":
                return NOTHING
            case "map" if len(args) == 2:
                return self._mapped(node, args)
            case "filter" if len(args) == 2:
                return self.make(node, "list", {}, rest=self.any_of(args[1]), counted=False)
            case "zip" | "enumerate" | "itertools.chain" | "dict.fromkeys":
                taint = union(self.taint(one) for one in args)
                return self.make(node, "list", {}, rest=Value(taint), counted=False)
            case "locals" | "globals" | "vars":
                return NOTHING
            case _ if _SETTINGS.search(path):
                return self.make(node, "settings", {})
            case "collections.defaultdict" | "collections.OrderedDict" | "collections.Counter":
                return self.make(node, "dict", {}, rest=self._made_by(args))
            case "collections.deque":
                return self._list(node, path, args)
            case _:
                return None

    def _made_by(self, args: Sequence[Value]) -> Value | None:
        taint = union(self.taint(one) for one in args)
        return Value(taint) if taint else None

    def _list(self, node: ast.Call, path: str, args: Sequence[Value]) -> Value:
        thing = self.only(args[0]) if args else None
        if not args:
            return self.make(node, "list", {})
        if (
            thing is not None
            and thing.kind == "list"
            and path in {"list", "tuple", "collections.deque"}
        ):
            return self.make(
                node, "list", dict(thing.members), rest=thing.rest, counted=thing.counted
            )
        if thing is not None and thing.kind == "dict":
            rest = Value(self.taint(thing.rest)) if thing.rest is not None else NOTHING
            return self.make(node, "list", {}, rest=rest, counted=False)
        return self.make(node, "list", {}, rest=self.any_of(args[0]), counted=False)

    def _mapped(self, node: ast.Call, args: Sequence[Value]) -> Value:
        given = Given()
        given.args = [self.any_of(args[1])]
        given.nodes = {"0": node.args[1] if len(node.args) > 1 else node}
        name = args[0].path
        rest = self.apply(node, args[0], given, None, name)
        return self.make(node, "list", {}, rest=rest, counted=False)

    def _folded(  # noqa: C901, PLR0911, PLR0912 - one for each kind of call
        self, path: str, name: str, given: Given, receiver: Value | None
    ) -> Value | None:
        if receiver is None:
            if "." in path:
                return None
        elif isinstance(receiver.const, Unknown) and not (receiver.shape and name in _SHAPED):
            return None
        constants = [value.const for value in given.args]
        known = [value for value in constants if not isinstance(value, Unknown)]
        plain = not given.keywords and not given.spread and len(known) == len(constants)
        if receiver is not None and not isinstance(receiver.const, Unknown):
            if plain:
                result = folding.method(receiver.const, name, known)
                if not isinstance(result, Unknown):
                    return constant(result)
            if isinstance(receiver.const, str) and name in _TEXTS:
                return self._text_method(receiver.const, name, given)
        if receiver is not None and name == "format" and receiver.shape:
            return self._text_method(receiver.shape, name, given)
        if receiver is not None and name == "replace" and receiver.shape and len(given.args) > 1:
            taint = union(self.taint(value) for value in (receiver, given.args[1]))
            old = given.args[0].const
            shape = receiver.shape
            if isinstance(old, str) and old:
                shape = shape.replace(old, text_of(given.args[1]))[:1500]
            return self._marked_text(taint, shape)
        if receiver is None and path == "len" and given.args:
            thing = self.only(given.args[0])
            if thing is not None and thing.kind in {"list", "dict"} and thing.counted:
                return constant(len(thing.members)) if thing.rest is None else Value(shape="\x01")
        if receiver is None and plain and "." not in path:
            result = folding.function(path, known)
            if not isinstance(result, Unknown):
                return constant(result)
        return None

    @staticmethod
    def _marked_text(taint: Taint, shape: str) -> Value | None:
        # Whatever a rule says about `replace` is asked later, if it can matter.
        return Value(taint, shape=shape) if not taint else None

    def _text_method(self, text: str, name: str, given: Given) -> Value:
        if name == "join":
            parts = [self.any_of(value) for value in given.args]
            thing = self.only(given.args[0]) if given.args else None
            if thing is not None and thing.counted and len(thing.members) <= 40:
                pieces: list[Value] = []
                for value in thing.members.values():
                    pieces += [constant(text), value] if pieces else [value]
                return self.text(pieces)
            between = text_of(parts[0]) if parts else HOLE
            shape = f"{between}{text[:40]}{between}"
            return self.text([Value(union(part.taint for part in parts), shape=shape)])
        everything = [*given.args, *given.keywords.values(), *given.spread]
        if name == "replace":
            taint = union(self.taint(value) for value in everything)
            old = given.args[0].const if given.args else UNKNOWN
            new = given.args[1] if len(given.args) > 1 else NOTHING
            shape = text.replace(old, text_of(new)) if isinstance(old, str) and old else text
            return Value(taint, shape=shape[:1500])
        return self.text(self._pieces(text, given, everything))

    def _pieces(self, text: str, given: Given, everything: Sequence[Value]) -> list[Value]:
        """Take a text with fields apart, and put the values in."""
        pieces: list[Value] = []
        number = 0
        last = 0
        used: set[int] = set()
        for field in _FIELD.finditer(text):
            pieces.append(constant(text[last : field.start()]))
            last = field.end()
            name = re.split(r"[.\[!:]", field[1], maxsplit=1)[0]
            value: Value | None = None
            if not name:
                value = given.args[number] if number < len(given.args) else None
                number += 1
            elif name.isdigit() and len(name) < 4:
                value = given.args[int(name)] if int(name) < len(given.args) else None
            else:
                value = given.keywords.get(name)
            if value is None:
                value = Value(union(self.taint(one) for one in everything), shape=HOLE)
            used.add(id(value))
            pieces.append(value)
        pieces.append(constant(text[last:]))
        return pieces

    def text(self, parts: Sequence[Value]) -> Value:
        """Return the text that parts in a row make, as far as rules look at it."""
        taints: list[Taint] = []
        before = ""
        for part in parts:
            taint = self.taint(part)
            if taint:
                for entry in self.tables.entries["sanitizers.start"]:
                    if entry.key is not None and entry.key.search(before):
                        taint = cleared(taint, entry.mask)
                taints.append(taint)
            if len(before) < _LONGEST:
                before += _stand_in(part, taint)
        return joined_text(parts, union(taints))


_FIELD: Final = re.compile(r"(?<!\{)\{([^{}]{0,80})\}")


def _told(value: Value) -> bool:
    return value.const is None or isinstance(value.const, bool)


def _stand_in(part: Value, taint: Taint) -> str:
    # What is not known and not from outside stands for a host, a folder or the like.
    if taint:
        return HOLE
    if not isinstance(part.const, Unknown):
        return str(part.const)[:80]
    return start_of(part) + "\x02"
