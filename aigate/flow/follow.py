"""Follows the data through one file, and says where it arrives."""

from __future__ import annotations

import ast
import gc
import warnings

from aigate.flow.machine import Exhausted, Flow, Frame
from aigate.flow.relevance import Relevance, Words
from aigate.flow.statements import Statements
from aigate.flow.tables import Tables, Wanted, beginnings, is_put_together
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
        self._sent = {}
        self._keys = {}

    def follow_module(self, tree: ast.Module, relevance: Relevance) -> None:
        """Follow the statements of a file, and then each of its functions."""
        self.asked = self.wanted
        self.relevance = relevance
        self.imports = relevance.imports
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
    return follow_for(text, tables, tables.wanted(text))


def follow_for(text: str, tables: Tables, wanted: Wanted, *, ahead: bool = True) -> Followed:
    """Return where data arrives that one of the wanted rules objects to.

    Without looking ahead every function is followed, which is to find no more.
    """
    if not wanted.rules:
        return Followed()
    tables.ready()
    if len(text) > _LONGEST:
        return Followed(code="too-large")
    # A tree and what is known along it are many small objects of which none can go before the end,
    # so that looking for garbage among them, a tenth of the time, finds none.
    collects = gc.isenabled()
    gc.disable()
    try:
        return _follow(text, tables, wanted, ahead=ahead)
    finally:
        if collects:
            gc.enable()


def _follow(text: str, tables: Tables, wanted: Wanted, *, ahead: bool) -> Followed:
    try:
        # A warning about an escape in a text is of no use to anybody here.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return Followed(code="parse-error")
    except (RecursionError, MemoryError):
        return Followed(code="too-deep")
    follower = Follower(tables, wanted.rules)
    starts = beginnings(text)
    code = ""
    try:
        words = Words(text, tables, wanted, starts or frozenset())
        # Where a name may be put together anyhow, words do not tell where it stands.
        ahead = ahead and starts is not None
        classes = is_put_together(text)
        relevance = Relevance(tree, words, tables, wanted.rules, ahead=ahead, classes=classes)
        follower.follow_module(tree, relevance)
    except Exhausted as end:
        code = end.code
    except RecursionError:
        code = "too-deep"
    flows = sorted(
        follower.flows.values(),
        key=lambda flow: (flow.line, flow.column, flow.end_line, flow.end_column, flow.rule),
    )
    return Followed(tuple(flows), code)
