"""Reads a small and unsurprising part of YAML, and refuses the rest with its place.

Documents steer the gate, so a reader and the gate must understand the same thing: there are
texts, lists and mappings with text keys, and nothing else. Scalars stay text; `decode`
decides by what is expected. PyYAML gives the events only: its node builder calls itself for
each level, so that a few kilobytes of brackets end the process.
"""

from __future__ import annotations

from dataclasses import field
from typing import Protocol

import yaml

from aigate.documents.mistakes import START, Mistakes, Place, shown, unwanted
from aigate.documents.nodes import LARGEST, Fields, Items, Node, Refused, Scalar, other_reading
from aigate.value import dataclass

try:
    from yaml._yaml import CParser as _Parser
except ImportError:  # a PyYAML that was built without libyaml

    class _Parser(yaml.reader.Reader, yaml.scanner.Scanner, yaml.parser.Parser):  # type: ignore[no-redef] # same methods
        def __init__(self, text: str) -> None:
            yaml.reader.Reader.__init__(self, text)
            yaml.scanner.Scanner.__init__(self)
            yaml.parser.Parser.__init__(self)


DEEPEST = 32
"""How many lists and mappings may lie in each other."""


def read(data: bytes, mistakes: Mistakes) -> Node | None:
    """Read a document; None if it cannot be read as one at all, and then with a mistake."""
    text = _text(data, mistakes)
    if text is None:
        return None
    builder = _Builder(mistakes)
    before = len(mistakes)
    try:
        parser = _Parser(text)
        while event := parser.get_event():
            if not builder.take(event):
                return None
    except yaml.MarkedYAMLError as error:
        at = _place(error.problem_mark or error.context_mark)
        mistakes.add(at, f"this is no YAML: {_plainly(error.problem or error.context or '')}")
        return None
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        mistakes.add(START, f"this is no YAML: {_plainly(str(error))}")
        return None
    if builder.root is None and len(mistakes) == before:
        mistakes.add(START, "nothing is in it")
    return builder.root


def _text(data: bytes, mistakes: Mistakes) -> str | None:
    if len(data) > LARGEST:
        mistakes.add(START, f"larger than {LARGEST // 1024} KiB")
        return None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        good = data[: error.start].decode("utf-8")
        mistakes.add(_after(good), "this is not UTF-8")
        return None
    odd = unwanted(text)
    if odd:
        index, name = odd
        mistakes.add(_after(text[:index]), f"the invisible character {name} is not allowed")
        return None
    if "\t" in text:
        # Parsers differ about them, and nobody sees which blank is one.
        mistakes.add(_after(text[: text.index("\t")]), "tabs are not allowed: use spaces")
        return None
    return text


def _after(text: str) -> Place:
    return Place(text.count("\n") + 1, len(text) - text.rfind("\n"))


class _Mark(Protocol):
    line: int
    column: int


def _place(mark: _Mark | None) -> Place:
    return Place(mark.line + 1, mark.column + 1) if mark else START


def _plainly(problem: str) -> str:
    return " ".join(shown(problem[:200]).strip("`").split()) or "it breaks off"


@dataclass(slots=True)
class _Frame:
    """A list or mapping that is still open; `key` is the one that waits for its value."""

    at: Place
    mapping: bool
    nodes: list[Node] = field(default_factory=list)
    entries: dict[str, tuple[Scalar, Node]] = field(default_factory=dict)
    key: Node | None = None
    drop: bool = False


class _Builder:
    """Makes nodes of events, with a stack of its own instead of the interpreter's."""

    def __init__(self, mistakes: Mistakes) -> None:
        self.root: Node | None = None
        self._mistakes = mistakes
        self._stack: list[_Frame] = []
        self._documents = 0

    def take(self, event: yaml.Event) -> bool:
        """Use one event, and say whether reading can go on."""
        at = _place(event.start_mark)
        match event:
            case yaml.DocumentStartEvent():
                return self._document(event, at)
            case yaml.AliasEvent():
                self._mistakes.add(at, "aliases (`*name`) are not allowed: write it out")
                self._add(Refused(at))
            case yaml.ScalarEvent():
                self._marks(event, at)
                self._scalar(event, at)
            case yaml.SequenceStartEvent() | yaml.MappingStartEvent():
                self._marks(event, at)
                if len(self._stack) == DEEPEST:
                    self._mistakes.add(at, f"more than {DEEPEST} levels deep")
                    return False
                self._stack.append(_Frame(at, mapping=isinstance(event, yaml.MappingStartEvent)))
            case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                self._close()
            case _:
                pass
        return True

    def _document(self, event: yaml.DocumentStartEvent, at: Place) -> bool:
        self._documents += 1
        if self._documents > 1:
            self._mistakes.add(at, "a second document (`---`) is not allowed")
            return False
        if event.version or event.tags:
            self._mistakes.add(at, "directives (`%`) are not allowed")
        return True

    def _marks(self, event: yaml.NodeEvent, at: Place) -> None:
        if event.anchor is not None:
            self._mistakes.add(at, f"anchors ({shown('&' + event.anchor)}) are not allowed")
        tag = getattr(event, "tag", None)
        if tag is not None:
            self._mistakes.add(at, f"tags ({shown(tag)}) are not allowed")

    def _scalar(self, event: yaml.ScalarEvent, at: Place) -> None:
        odd = unwanted(event.value)
        if odd:
            self._mistakes.add(at, f"the invisible character {odd[1]} is not allowed")
            self._add(Refused(at))
        else:
            self._add(Scalar(event.value, at, plain=not event.style))

    def _close(self) -> None:
        frame = self._stack.pop()
        if frame.mapping:
            self._add(Fields(tuple(frame.entries.values()), frame.at))
        else:
            self._add(Items(tuple(frame.nodes), frame.at))

    def _add(self, node: Node) -> None:
        if not self._stack:
            self.root = node
            return
        frame = self._stack[-1]
        if not frame.mapping:
            frame.nodes.append(node)
        elif frame.key is None:
            frame.key = node
            frame.drop = not self._is_key(node, frame)
        else:
            if isinstance(frame.key, Scalar) and not frame.drop:
                frame.entries[frame.key.text] = (frame.key, node)
            frame.key = None

    def _is_key(self, node: Node, frame: _Frame) -> bool:
        if isinstance(node, Refused):
            return False
        if not isinstance(node, Scalar):
            self._mistakes.add(node.at, "a key must be a text")
            return False
        reading = other_reading(node.text) if node.plain else ""
        if node.text == "<<":
            self._mistakes.add(node.at, "merge keys (`<<`) are not allowed: write it out")
            return False
        if reading:
            text = f"YAML reads the key {shown(node.text)} as {reading}: write it in quotes"
            self._mistakes.add(node.at, text)
            return False
        if node.text in frame.entries:
            first = frame.entries[node.text][0].at.line
            text = f"{shown(node.text)} is given twice (first in line {first})"
            self._mistakes.add(node.at, text)
            return False
        return True
