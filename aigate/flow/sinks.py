"""Where data must not arrive: what of an argument is dangerous, and what it looks like."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from typing import Final

from aigate.flow.guards import Guards
from aigate.flow.tables import Entry, meets
from aigate.flow.values import HOLE, Taint, Value, text_of, union

_SHELLS: Final = re.compile(
    r"(?i)^(/usr)?(/local)?(/bin/)?(sh|bash|zsh|dash|ksh|powershell|pwsh|cmd|cmd\.exe|ssh|env|sudo|su|python[\d.]*|perl|ruby|node)$"
)
_RUNS: Final = re.compile(r"(?i)^(-\w*c|/c|-command|-e|-EncodedCommand)$")


class Given:
    """The arguments of one call, by place and by keyword."""

    __slots__ = ("args", "keywords", "nodes", "spread")

    def __init__(self) -> None:
        """Start with none."""
        self.args: list[Value] = []
        self.keywords: dict[str, Value] = {}
        self.nodes: dict[str, ast.expr] = {}
        self.spread: list[Value] = []

    def by_name(self) -> dict[str, Value]:
        """Return all, by place as text or by keyword."""
        return {**{str(place): value for place, value in enumerate(self.args)}, **self.keywords}


class Sinks(Guards):
    """Looks at what arrives where."""

    def _imported(self, entry: Entry) -> bool:
        return not entry.imports or not entry.imports.isdisjoint(self.imports)

    def _sinks(  # noqa: C901, PLR0912 - one for each place
        self, node: ast.Call, path: str, text: str, given: Given, receiver: Value | None
    ) -> None:
        if not self.outside(path, text, "sinks.call"):
            return
        named = given.by_name()
        for entry in self.tables.found("sinks.call", path, text):
            if not entry.mask & self.wanted or not self._imported(entry):
                continue
            if entry.barred.match(path) or entry.barred.match(text):
                continue
            if entry.inside is not None and not entry.inside.search(self.surrounding()):
                continue
            if not meets(entry.when, named) or (entry.unless and meets(entry.unless, named)):
                continue
            for place in entry.args:
                if place == "receiver":
                    if receiver is not None and isinstance(node.func, ast.Attribute):
                        self.arrive(entry, node.func.value, receiver)
                elif place == "*":
                    for name, value in named.items():
                        self.arrive(entry, given.nodes.get(name, node), value)
                    for value in given.spread:
                        self.arrive(entry, node, value)
                elif place == "call":
                    taint = union(self.taint(value) for value in named.values())
                    self.report(entry.mask, node, taint)
                elif place in named:
                    self.arrive(entry, given.nodes.get(place, node), named[place])
                elif place.isdigit() and given.spread:
                    self.arrive(entry, given.nodes.get("*", node), given.spread[0])

    def surrounding(self) -> str:
        """Return the name of the function that is being followed."""
        return str(getattr(self.frame.node, "name", ""))

    def arrive(self, entry: Entry, node: ast.expr, value: Value) -> None:  # noqa: C901, PLR0912 - one for each form
        """Look at a value that arrives at a sink."""
        mask = entry.mask
        if not entry.form:
            self._arrived(mask, node, value)
            return
        match entry.form:
            case "program":
                taint = self._program(value)
            case "shell-member" | "shell-text":
                if self._is_list(value):
                    for one in self._shell_members(value):
                        self._arrived(mask, node, one)
                elif entry.form == "shell-text":
                    self._arrived(mask, node, value)
                return
            case "member":
                for thing in self.things(value):
                    for key, one in thing.members.items():
                        if isinstance(key, str) and entry.key is not None and entry.key.search(key):
                            self._arrived(mask, node, one)
                return
            case "first":
                taint = self._first(value)
            case "page":
                if not self._shown_as_text(value):
                    return
                taint = self.taint(value)
            case "response":
                # The headers and the status that follow a page are no part of it.
                whole = self.only(value)
                if isinstance(node, ast.Tuple) and whole is not None and whole.members:
                    value, node = whole.members[0], node.elts[0]
                if not self._shown_as_text(value):
                    return
                taint = self.taint(value)
            case _:
                taint = self.taint(value)
        if taint:
            self.report(mask, node, taint)
        if mask & self.tables.shaped:
            self._shapes(mask, node, value)

    def _arrived(self, mask: int, node: ast.expr, value: Value) -> None:
        taint = self.taint(value)
        if taint:
            self.report(mask, node, taint)
        if mask & self.tables.shaped:
            self._shapes(mask, node, value)

    def _shapes(self, mask: int, node: ast.expr, value: Value) -> None:
        shape = text_of(value)
        if isinstance(value.const, str) or HOLE not in shape or shape == HOLE:
            return
        for rule in self.tables.rules:
            if (
                mask & rule.mask
                and rule.shape is not None
                and rule.shape.search(shape)
                and (rule.unshape is None or not rule.unshape.search(shape))
            ):
                self.report_shape(rule.mask, node)

    def _shown_as_text(self, value: Value) -> bool:
        """Tell whether a value becomes text of a page, and no JSON or response of its own."""
        return not value.opaque and all(
            thing.kind not in {"list", "dict"} for thing in self.things(value)
        )

    def _is_list(self, value: Value) -> bool:
        return any(thing.kind == "list" for thing in self.things(value))

    def _first(self, value: Value) -> Taint:
        thing = self.only(value)
        if thing is not None and thing.kind == "list" and thing.counted and thing.members:
            return self.taint(next(iter(thing.members.values())))
        return self.taint(value)

    def _program(self, value: Value) -> Taint:
        """What decides which program is started, or what a shell that is started runs."""
        thing = self.only(value)
        if thing is None or thing.kind != "list" or not thing.counted or not thing.members:
            if thing is not None and thing.kind == "list" and thing.members:
                return self.taint(thing.members[min(thing.members, key=str)])
            return self.taint(value) if thing is None or thing.kind != "list" else ()
        first = next(iter(thing.members.values()))
        return union((self.taint(first), *(self.taint(one) for one in self._shell_members(value))))

    def _shell_members(self, value: Value) -> Sequence[Value]:
        """Return what a shell, or an interpreter that is started, is told to run."""
        thing = self.only(value)
        if thing is None or thing.kind != "list" or not thing.counted or not thing.members:
            return ()
        first, *others = thing.members.values()
        program = text_of(first)
        if first.path != "sys.executable" and not _SHELLS.match(program):
            return ()
        if program.rpartition("/")[2] == "ssh":
            return others
        for place, one in enumerate(others):
            if _RUNS.match(text_of(one)):
                return others[place + 1 : place + 2]
        return ()
