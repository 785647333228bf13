"""Follows the data through one file, and says where it arrives."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator

from aigate.flow.machine import Exhausted, Flow, Frame
from aigate.flow.relevance import Relevance
from aigate.flow.statements import Statements
from aigate.flow.tables import Tables
from aigate.flow.values import State
from aigate.value import dataclass

_LONGEST = 1_500_000


@dataclass(frozen=True, slots=True)
class Followed:
    """What was seen in a file; `code` is not empty if a part of it was not followed."""

    flows: tuple[Flow, ...] = ()
    code: str = ""


class Follower(Statements):
    """The whole analysis."""

    def __init__(self, tables: Tables, wanted: int) -> None:
        """Start with nothing seen."""
        super().__init__(tables, wanted)
        self.memo = {}
        self.proofs = {}
        self._learned = {}
        self.follows = {}
        self.allowed = self.steps
        self.ways = []
        self.stands = {}

    def follow_module(self, tree: ast.Module, text: str) -> None:
        """Follow the statements of a file, and then each of its functions."""
        self.asked = self.wanted
        self.relevance = Relevance(tree, text, self.tables, self.wanted)
        self.imports = set(_imports(tree))
        self.frame = Frame(None, {})
        self.state = State({}, {}, {})
        if not self.relevance.worth:
            return
        frame = self.frame
        self.run(tree.body)
        self.frame, final = frame, self.state
        frame.outer = final.names
        self.inner(frame, final)


def follow(text: str, tables: Tables) -> Followed:
    """Return where data arrives that a rule objects to; never raises on account of the text."""
    wanted = tables.wanted(text)
    if not wanted:
        return Followed()
    if len(text) > _LONGEST:
        return Followed(code="too-large")
    try:
        # A warning about an escape in a text is of no use to anybody here.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return Followed(code="parse-error")
    except (RecursionError, MemoryError):
        return Followed(code="too-deep")
    follower = Follower(tables, wanted)
    code = ""
    try:
        follower.follow_module(tree, text)
    except Exhausted as end:
        code = end.code
    except RecursionError:
        code = "too-deep"
    flows = sorted(
        follower.flows.values(),
        key=lambda flow: (flow.line, flow.column, flow.end_line, flow.end_column, flow.rule),
    )
    return Followed(tuple(flows), code)


def _imports(tree: ast.Module) -> Iterator[str]:
    todo: list[ast.AST] = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Import):
            for one in node.names:
                yield one.name
                yield one.name.partition(".")[0]
        elif isinstance(node, ast.ImportFrom):
            if node.module and not node.level:
                yield node.module
                yield node.module.partition(".")[0]
        else:
            for name in ("body", "orelse", "finalbody", "handlers", "cases"):
                inner = getattr(node, name, None)
                if isinstance(inner, list):
                    todo += inner
