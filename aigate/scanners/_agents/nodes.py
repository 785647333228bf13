"""Reads settings in JSON with comments, YAML and TOML into nodes that know their places."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import field
from datetime import date, datetime, time
from typing import Protocol

import yaml

from aigate.domain.regex import regex
from aigate.value import dataclass

LONGEST = 500_000
"""How many characters a file of settings may have."""

DEEPEST = 60
"""How many lists and mappings may lie in each other."""

_MOST = 50_000

Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A value of settings: a scalar, a list, or a mapping, which may hold a key twice.

    `start` and `end` are offsets in the text; those of a text are without its quotes.
    """

    start: int
    end: int
    value: Scalar = None
    items: tuple[Node, ...] = ()
    fields: tuple[tuple[Key, Node], ...] = ()
    is_list: bool = False
    is_map: bool = False

    @property
    def text(self) -> str:
        """The scalar as text, or the empty text of anything else."""
        return self.value if isinstance(self.value, str) else ""

    def get(self, *names: str) -> Node | None:
        """Return the last value under one of the names, which is the one that programs use."""
        found = [node for key, node in self.fields if key.name in names]
        return found[-1] if found else None

    def all(self, *names: str) -> Iterator[Node]:
        """Yield every value under one of the names."""
        return (node for key, node in self.fields if key.name in names)

    def texts(self) -> Iterator[Node]:
        """Yield this text, or the texts of this list."""
        return (node for node in (self.items if self.is_list else (self,)) if node.text)


@dataclass(frozen=True, slots=True)
class Key:
    """The name of a field, and where it stands."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Damage:
    """Why a text could not be read to its end, and where."""

    at: int
    why: str


class _DamagedError(Exception):
    def __init__(self, at: int, why: str) -> None:
        super().__init__(why)
        self.damage = Damage(at, why)


def read(text: str, form: str) -> tuple[Node | None, Damage | None]:
    """Return what a text of the form `json`, `yaml` or `toml` holds, and what is wrong with it.

    JSON is read as leniently as editors read it: with comments, with commas too many or too
    few, and up to where it breaks off, so that nothing hides behind a mistake.
    """
    if len(text) > LONGEST:
        return None, Damage(0, f"more than {LONGEST} characters")
    try:
        if form == "json":
            return _Json(text).document()
        return (_yaml(text) if form == "yaml" else _toml(text)), None
    except _DamagedError as error:
        return None, error.damage
    except RecursionError:
        return None, Damage(0, "nested too deeply")


def walk(node: Node) -> Iterator[tuple[tuple[str, ...], Node]]:
    """Yield every value below a node with the names that lead to it, at most so many."""
    pending: list[tuple[tuple[str, ...], Node]] = [((), node)]
    for _ in range(_MOST):
        if not pending:
            return
        path, one = pending.pop()
        yield path, one
        if len(path) < DEEPEST:
            pending.extend((path, item) for item in reversed(one.items))
            pending.extend(((*path, key.name), value) for key, value in reversed(one.fields))


_SPACE = regex(r"(?:[\s,\ufeff]|//[^\n]*|/\*.*?(?:\*/|\Z))*", re.DOTALL)
_STRING = regex(r'"((?:[^"\\\n]|\\.)*)("?)', re.DOTALL)
_SINGLE = regex(r"'((?:[^'\\\n]|\\.)*)('?)", re.DOTALL)
_BARE = regex(r"[^\s,:\[\]{}\"'/]+")
_WORDS: dict[str, Scalar] = {"true": True, "false": False, "null": None}


class _Json:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._made = 0
        self._damage: Damage | None = None

    def document(self) -> tuple[Node | None, Damage | None]:
        self._skip()
        if self._at >= len(self._text):
            return None, Damage(0, "empty")
        node = self._node(0)
        self._skip()
        if self._at < len(self._text):
            self._object("more after the end of the value")
        return node, self._damage

    def _object(self, why: str) -> None:
        self._damage = self._damage or Damage(min(self._at, len(self._text)), why)

    def _skip(self) -> None:
        found = _SPACE.match(self._text, self._at)
        self._at = found.end() if found else self._at

    def _node(self, depth: int) -> Node:
        self._made += 1
        if self._made > _MOST or depth > DEEPEST:
            raise _DamagedError(self._at, "too large or nested too deeply")
        start = self._text[self._at : self._at + 1]
        if start == "{":
            return self._mapping(depth)
        if start == "[":
            return self._list(depth)
        if start in {'"', "'"}:
            return self._string()
        found = _BARE.match(self._text, self._at)
        if found is None:
            self._object("no value")
            at = self._at
            self._at += start not in {"", "}", "]"}
            return Node(at, self._at)
        self._at = found.end()
        return Node(found.start(), found.end(), _bare(found[0]))

    def _string(self) -> Node:
        pattern = _STRING if self._text[self._at] == '"' else _SINGLE
        found = pattern.match(self._text, self._at)
        if found is None:
            raise _DamagedError(self._at, "no text")
        if not found[2]:
            self._object("a text without its end")
        self._at = found.end()
        return Node(found.start(1), found.end(1), _unescaped(found[1]))

    def _list(self, depth: int) -> Node:
        start = self._at
        self._at += 1
        items: list[Node] = []
        while True:
            self._skip()
            if self._ends("]", "}"):
                return Node(start, self._at, items=tuple(items), is_list=True)
            items.append(self._node(depth + 1))

    def _mapping(self, depth: int) -> Node:
        start = self._at
        self._at += 1
        fields: list[tuple[Key, Node]] = []
        while True:
            self._skip()
            if self._ends("}", "]"):
                return Node(start, self._at, fields=tuple(fields), is_map=True)
            name = self._node(depth + 1)
            self._skip()
            if self._text[self._at : self._at + 1] != ":":
                self._object("a name without a value")
                continue
            self._at += 1
            self._skip()
            key = Key(self._text[name.start : name.end], name.start, name.end)
            key = Key(name.text, name.start, name.end) if name.text else key
            fields.append((key, self._node(depth + 1)))

    def _ends(self, right: str, wrong: str) -> bool:
        """Tell whether a list or mapping ends here, and step behind its end."""
        one = self._text[self._at : self._at + 1]
        if one == right:
            self._at += 1
            return True
        if one in {"", wrong}:
            self._object(f"`{right}` is missing")
            return True
        return False


def _bare(word: str) -> Scalar:
    if word in _WORDS:
        return _WORDS[word]
    try:
        return float(word) if any(c in word for c in ".eE") else int(word[:40])
    except ValueError:
        return word


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    try:
        plain = text.replace("\\'", "'").replace("\n", "\\n").replace("\t", "\\t")
        return str(json.loads(f'"{plain}"', strict=False))
    except ValueError:
        return text


@dataclass(slots=True)
class _Open:
    """A list or mapping of YAML that has not ended yet."""

    start: int
    anchor: str | None
    is_map: bool
    nodes: list[Node] = field(default_factory=list)


_TRUE = frozenset({"true", "yes", "on"})
_FALSE = frozenset({"false", "no", "off"})


def _yaml(text: str) -> Node | None:
    try:
        return _yaml_nodes(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        at = _offset(text, mark.line, mark.column) if mark else 0
        raise _DamagedError(at, "no YAML") from error
    except ValueError as error:
        raise _DamagedError(0, "no YAML") from error


def _yaml_nodes(text: str) -> Node | None:
    starts = _line_starts(text)
    top = _Open(0, None, is_map=False)
    stack = [top]
    anchors: dict[str, Node] = {}
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for made, event in enumerate(yaml.parse(text, Loader=loader)):
        if made > _MOST or len(stack) > DEEPEST:
            raise _DamagedError(0, "too large or nested too deeply")
        at = _placed(starts, event.start_mark)
        if isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            is_map = isinstance(event, yaml.MappingStartEvent)
            stack.append(_Open(at, event.anchor, is_map=is_map))
            continue
        end = _placed(starts, event.end_mark)
        if isinstance(event, yaml.ScalarEvent):
            node = _yaml_scalar(event, at, end)
            anchor = event.anchor
        elif isinstance(event, yaml.AliasEvent):
            node, anchor = anchors.get(event.anchor or "", Node(at, end)), None
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            done = stack.pop()
            node, anchor = _closed(done, end), done.anchor
        else:
            continue
        if anchor:
            anchors[anchor] = node
        stack[-1].nodes.append(node)
    if len(top.nodes) == 1:
        return top.nodes[0]
    return Node(0, len(text), items=tuple(top.nodes), is_list=True) if top.nodes else None


class _Mark(Protocol):
    @property
    def line(self) -> int: ...
    @property
    def column(self) -> int: ...


def _placed(starts: list[int], mark: _Mark | None) -> int:
    return 0 if mark is None else starts[min(mark.line, len(starts) - 1)] + mark.column


def _yaml_scalar(event: yaml.ScalarEvent, at: int, end: int) -> Node:
    if event.style in {"'", '"'}:
        return Node(at + 1, max(end - 1, at + 1), event.value)
    if event.style:
        return Node(at, end, event.value)
    lower = event.value.lower()
    if lower in _TRUE or lower in _FALSE:
        return Node(at, end, lower in _TRUE)
    return Node(at, end, None if lower in {"", "~", "null"} else event.value)


def _closed(done: _Open, end: int) -> Node:
    if not done.is_map:
        return Node(done.start, end, items=tuple(done.nodes), is_list=True)
    pairs = zip(done.nodes[::2], done.nodes[1::2], strict=False)
    fields: list[tuple[Key, Node]] = []
    for name, node in pairs:
        word = str(name.value).lower() if isinstance(name.value, bool) else name.text
        if word == "<<":
            # What is merged in counts as if it stood here, and what stands here comes later.
            fields[:0] = [pair for one in (node.items or (node,)) for pair in one.fields]
        else:
            fields.append((Key(word, name.start, name.end), node))
    return Node(done.start, end, fields=tuple(fields), is_map=True)


def _line_starts(text: str) -> list[int]:
    # The same characters end a line for YAML as for the parser's marks.
    return [0, *(match.end() for match in re.finditer("\r\n|[\n\r\x85\u2028\u2029]", text))]


def _offset(text: str, line: int, column: int) -> int:
    starts = _line_starts(text)
    return min(starts[min(line, len(starts) - 1)] + column, len(text))


_HEADER = regex(r"[ \t]*\[(\[?)[ \t]*([^\]\n]+?)[ \t]*\]", re.ASCII)
_PART = r"(?:[\w-]+|\"[^\"\n]*\"|'[^'\n]*')"
_SETS = regex(rf"[ \t]*({_PART}(?:[ \t]*\.[ \t]*{_PART})*)[ \t]*=[ \t]*")
_PARTS = regex(_PART)
_Path = tuple[str | int, ...]


def _toml(text: str) -> Node:
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        found = re.search(r"at line (\d+), column (\d+)", str(error))
        at = _offset(text, int(found[1]) - 1, int(found[2]) - 1) if found else len(text)
        raise _DamagedError(at, "no TOML") from error
    return _toml_node(document, (), _toml_places(text), text, at=0)


def _toml_places(text: str) -> dict[_Path, int]:
    """Return where each key of TOML has its value."""
    places: dict[_Path, int] = {}
    tables: dict[_Path, int] = {}
    table: _Path = ()
    at = 0
    for line in text.split("\n"):
        header, sets = _HEADER.match(line), _SETS.match(line)
        if sets:
            places.setdefault((*table, *_names(sets[1])), at + sets.end())
        elif header:
            table = _names(header[2])
            if header[1]:
                tables[table] = tables.get(table, -1) + 1
                table = (*table, tables[table])
            places.setdefault(table, at)
        at += len(line) + 1
    return places


def _names(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in _PARTS.findall(dotted))


def _toml_node(
    value: object, path: _Path, places: dict[_Path, int], text: str, *, at: int, depth: int = 0
) -> Node:
    at = places.get(path, at)
    if depth > DEEPEST:
        raise _DamagedError(at, "nested too deeply")
    if isinstance(value, dict):
        fields = []
        for name, inner in value.items():
            node = _toml_node(inner, (*path, name), places, text, at=at, depth=depth + 1)
            fields.append((Key(name, node.start, node.end), node))
        return Node(at, at, fields=tuple(fields), is_map=True)
    if isinstance(value, list):
        items = []
        for index, inner in enumerate(value):
            node = _toml_node(inner, (*path, index), places, text, at=at, depth=depth + 1)
            items.append(node)
            at = max(at, node.end)
        return Node(items[0].start if items else at, at, items=tuple(items), is_list=True)
    if isinstance(value, datetime | date | time):
        return Node(at, at, str(value))
    scalar: Scalar = value if isinstance(value, str | bool | int | float) else None
    written = str(scalar).lower() if isinstance(scalar, bool) else str(scalar)
    found = text.find(written, at)
    if found < 0:
        end = text.find("\n", at)
        return Node(at, end if end >= 0 else len(text), scalar)
    return Node(found, found + len(written), scalar)
