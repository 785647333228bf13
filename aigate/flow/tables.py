"""Reads what rules look for: sources, sinks, and what makes data harmless, as compiled data.

Names are patterns over dotted paths: `os.system` is that function, `*.execute` a method of
anything, `**.request.args` the end of any path or all of it, and `~` starts an expression for
the whole name.
"""

from __future__ import annotations

import functools
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field
from typing import Any, Final, NamedTuple

from aigate.flow.values import UNKNOWN, Unknown, Value
from aigate.value import dataclass

_WORD: Final = re.compile(r"[A-Za-z_]\w*")
_SPACED: Final = {n: " " for n in range(128) if not (chr(n).isalnum() or chr(n) == "_")}
_DIGITS: Final = "0123456789"

CARRY: Final = frozenset(
    [
        "append",
        "appendleft",
        "add",
        "extend",
        "insert",
        "update",
        "setdefault",
        "push",
        "put",
        "write",
        "writelines",
        "set",
    ]
)
"""Methods that put what they are given into their object."""

# Where a name is asked for by a text that is not just the name, but made of pieces or escapes.
_PUT_TOGETHER: Final = re.compile(
    r"\bgetattr\s*\(\s*+(?:[^()\n,]|\([^()\n]*\))*+,\s*[(bBuUrRfF]{0,3}[\"'](?!\w*[\"']\s*[,)])"
    r"|\b(?:__import__|import_module)\s*\(\s*[(uUrRfF]{0,3}[\"'](?![\w.]*[\"']\s*[,)])"
)
# What may stand before the comma in front of the quote, so that it is none in a list or a text.
_PLAIN: Final = re.compile(r"[\w.,()\s]*")
# What may follow the quote, if it is the whole of the argument: a text that is formatted with names,
# of which the analysis does not work out what comes of it, or one word in front of others.
_FORMATTED: Final = re.compile(
    r"([\"'])[^\"'\\\n]*\1\s*(?:%\s*(?:[\w.]+|\([\w.,%\s]*\))|\.format\([\w.,\s]*\))\s*[,)]"
)
_ADDED_TO: Final = re.compile(r"([\"'])([A-Za-z_]\w*)\1\s*\+\s*[\w.]+\s*[,)]", re.ASCII)
_FILLED: Final = re.compile(r"([\"'])([A-Za-z_]\w*)\{[\w.]+\}(?:\w|\{[\w.]+\})*\1\s*[,)]", re.ASCII)
_LONGEST_NAME: Final = 300
_MOST_KNOWN: Final = 20_000

Pins = Mapping[str, tuple[str, ...]]
"""By place or keyword of an argument, what it has to be; `*` is anything, `+` what is true."""


class Expression:
    """A regular expression that is compiled when it is first asked: most files ask few."""

    __slots__ = ("search", "text")

    search: Callable[..., re.Match[str] | None]

    def __init__(self, text: str) -> None:
        """Keep the text."""
        self.text = text
        self.search = self._first

    def _first(self, text: str, start: int = 0) -> re.Match[str] | None:
        """Compile it first.

        Raises:
            ValueError: it is none.
        """
        try:
            self.search = re.compile(self.text).search
        except re.error as error:
            raise ValueError("no expression") from error
        return self.search(text, start)


class Ways:
    """An expression in parts, of which one has to be found, each asked for its clues first."""

    __slots__ = ("_ways",)

    def __init__(self, raw: Iterable[Mapping[str, Any]]) -> None:
        """Read the compiled form."""
        self._ways = [
            (Expression(one["expression"]), tuple(one["clues"]), bool(one["small"])) for one in raw
        ]

    def found(self, text: str) -> bool:
        """Tell whether a text holds what one of the parts is about."""
        small = ""
        plain = text.isascii()
        for expression, clues, any_case in self._ways:
            if any_case and not small:
                small = text.lower()
            where = small if any_case else text
            # In any case, an expression may take letters that are none of ASCII for those of a clue.
            if clues and (plain or not any_case) and not any(clue in where for clue in clues):
                continue
            if expression.search(text):
                return True
        return False


@dataclass(frozen=True, slots=True)
class Names:
    """Patterns of names.

    Each expression has clues: a name that it matches holds one of them, if both are in small
    letters; without any, every name is asked.
    """

    plain: tuple[str, ...]
    expressions: tuple[tuple[Expression, tuple[str, ...]], ...]

    @staticmethod
    def of(patterns: Iterable[str], clues: Mapping[str, Iterable[str]]) -> Names:
        """Read patterns."""
        plain, expressions = [], []
        for text in patterns:
            if text[0] == "~":
                expressions.append((Expression(text[1:]), tuple(clues.get(text, ()))))
            else:
                plain.append(text)
        return Names(tuple(plain), tuple(expressions))

    def match(self, name: str) -> bool:
        """Tell whether one of the patterns is about a dotted name."""
        if not name:
            return False
        if self.plain:
            parts = tuple(name.split("."))
            if any(_fits(pattern, parts) for pattern in self.plain):
                return True
        return any(_says(expression, name) for expression, _ in self.expressions)


def _says(expression: Expression, name: str) -> bool:
    # What a name ends with counts, and names without end take no time without end.
    return expression.search(name, max(0, len(name) - _LONGEST_NAME)) is not None


@functools.cache
def _cut(pattern: str) -> tuple[str, tuple[str, ...]]:
    first, *rest = pattern.split(".")
    return first, tuple(rest)


def _fits(pattern: str, parts: tuple[str, ...]) -> bool:
    first, rest = _cut(pattern)
    if first == "**":
        return parts[-len(rest) :] == rest
    if first == "*":
        return len(parts) > len(rest) and parts[-len(rest) :] == rest
    return parts == (first, *rest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a table, and the bits of the rules that use it."""

    kind: str
    mask: int
    names: Names
    args: tuple[str, ...] = ()
    when: Pins = field(default_factory=dict)
    unless: Pins = field(default_factory=dict)
    form: str = ""
    key: Expression | None = None
    imports: frozenset[str] = frozenset()
    bare: Expression | None = None
    typed: Expression | None = None
    barred: Names = field(default_factory=lambda: Names((), ()))
    inside: Expression | None = None


class Needs:
    """Words of which a text must hold some for an entry to apply, numbered, as bits by word.

    The words of a need, and those that it wants beside them, stand where the entry applies; those
    that it wants anywhere, and the modules that it wants imported, stand somewhere in the file.
    A word with `@` in front decorates a function, and one with `(` is the name of a parameter.
    """

    def __init__(self, raw: Sequence[Mapping[str, Iterable[str]]]) -> None:
        """Read the compiled form."""
        kinds = ("words", "beside", "anywhere", "imports")
        self.count = len(raw)
        self._bits: dict[str, list[int]] = {}
        self._free = [0, 0, 0, 0]
        self._marked: dict[str, list[str]] = {}
        for number, one in enumerate(raw):
            for place, kind in enumerate(kinds):
                words = one.get(kind, ())
                for word in words:
                    self._bits.setdefault(word, [0, 0, 0, 0])[place] |= 1 << number
                    if word[:1] in {"@", "("}:
                        self._marked.setdefault(word[1:], []).append(word)
                if not words:
                    self._free[place] |= 1 << number

    @property
    def words(self) -> Iterable[str]:
        """All words that some need asks for."""
        return self._bits.keys() | self._marked.keys()

    def met(self, words: Iterable[str]) -> int:
        """Return the bits of the needs that a file with these words can have."""
        one, two, three, four = self._free
        one = 0
        some = self._bits.keys() & words
        # Before a file is parsed, a word may stand in any place.
        for word in self._marked.keys() & words:
            some.update(self._marked[word])
        for word in some:
            bits = self._bits[word]
            one |= bits[0]
            two |= bits[1]
            three |= bits[2]
            four |= bits[3]
        return one & two & three & four

    def here(self, asked: int) -> tuple[dict[str, int], int]:
        """Return for each word the needs that ask for it, and those that want nothing beside.

        The needs that want a word beside stand as many bits higher up as there are needs.
        """
        bits = {
            word: own[0] & asked | (own[1] & asked) << self.count
            for word, own in self._bits.items()
            if (own[0] | own[1]) & asked
        }
        return bits, self._free[1] & asked


TELLING = "/\\.:@;|&$`<>()[]{}*'\"\r\n%"
"""Characters by which data becomes something else than a part of what it is put into."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule: its bits, its words, and what it says.

    A rule with aspects has a bit for each: data is harmless to it when all are settled, as a
    path is that neither climbs nor starts at the root.
    """

    id: str
    mask: int
    message: str
    shape: Expression | None
    unshape: Expression | None
    sources: int
    sinks: int
    """The bits of the needs of which one must be met; none for a rule that has no such entry."""
    brings: int
    """Those of its sources, where it counts for nothing how a word stands in a function."""
    text: Ways | None
    dangerous: tuple[frozenset[str], ...]
    """Characters that make data dangerous to the rule, if all of one set can be in it."""


class Wanted(NamedTuple):
    """What a text is about: the bits of the rules to ask, and of the needs that it meets."""

    rules: int
    needs: int


class Tables:
    """Everything that rules look for, ready to be asked by name."""

    entries: Mapping[str, tuple[Entry, ...]]

    def __init__(self, compiled: Mapping[str, Any]) -> None:
        """Read what is asked of every text; `ready` reads the rest for those that are followed.

        Raises:
            LookupError, TypeError, ValueError: it has another form.
        """
        self._compiled = compiled
        self._ready = False
        self.needs = Needs(compiled["needs"])
        self.rules: tuple[Rule, ...] = ()
        bits: dict[str, int] = {}
        for raw in compiled["rules"]:
            mask = 0
            for aspect in raw.get("aspects") or ("",):
                bits[f"{raw['id']}#{aspect}"] = bit = 1 << (len(bits))
                mask |= bit
            self.rules += (_rule(mask, raw),)
        self._bits = bits | {rule.id: rule.mask for rule in self.rules}
        self.all = sum(rule.mask for rule in self.rules)
        self.shaped = sum(rule.mask for rule in self.rules if rule.shape)

    def ready(self) -> None:
        """Read all entries, once.

        Raises:
            ValueError: they have another form.
        """
        if not self._ready:
            try:
                self._read(self._compiled)
            except (LookupError, TypeError, AttributeError) as error:
                raise ValueError("no tables") from error
            self._ready = True

    def _read(self, compiled: Mapping[str, Any]) -> None:
        clues = compiled["clues"]
        found: dict[str, tuple[Entry, ...]] = {}
        for table, kinds in _TABLES.items():
            by_kind: dict[str, list[Entry]] = {kind: [] for kind in kinds}
            for raw in compiled[table]:
                by_kind[raw["kind"]].append(_entry(raw, self._bits, clues))
            for kind, some in by_kind.items():
                found[f"{table}.{kind}"] = tuple(some)
        self.entries = found
        self.callers = 0
        for entry in self.entries["sources.parameter"]:
            if entry.form == "every":
                self.callers |= entry.mask
        self._ends: dict[str, list[tuple[str, int, str]]] = {}
        """The patterns by what a name must end with, each with the kind and number of its entry."""
        self._said: dict[str, tuple[Expression, list[tuple[str, int]]]] = {}
        """The expressions by their texts, each with the kinds and numbers of its entries."""
        self._clues: dict[str, set[str]] = {}
        """For each clue the expressions that may be about a name which holds it."""
        self._always: set[str] = set()
        """The expressions without clues."""
        for kind, entries in self.entries.items():
            for number, entry in enumerate(entries):
                self._list(kind, number, entry.names)
        self._by_name: dict[str, Mapping[str, set[int]]] = {}
        self._known: dict[tuple[str, str, str], tuple[Entry, ...]] = {}

    def _list(self, kind: str, number: int, names: Names) -> None:
        """Put the names of an entry where they are looked for."""
        for pattern in names.plain:
            self._ends.setdefault(pattern.rpartition(".")[2], []).append((kind, number, pattern))
        for expression, clues in names.expressions:
            text = expression.text
            self._said.setdefault(text, (expression, []))[1].append((kind, number))
            for clue in clues:
                self._clues.setdefault(clue, set()).add(text)
            if not clues:
                self._always.add(text)

    def found(self, kind: str, path: str, text: str = "") -> tuple[Entry, ...]:
        """Return the entries of a kind, such as `sinks.call`, that one of two names meets."""
        one = self._by_name.get(path)
        if one is None:
            one = self._ask(path)
        other = self._by_name.get(text)
        if other is None:
            other = self._ask(text)
        if not one and not other:
            return ()
        asked = (kind, path, text)
        known = self._known.get(asked)
        if known is None:
            numbers = sorted({*one.get(kind, ()), *other.get(kind, ())})
            known = tuple(self.entries[kind][number] for number in numbers)
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[asked] = known
        return known

    def _ask(self, name: str) -> Mapping[str, set[int]]:
        """Return the numbers of the entries, by their kinds, that a name meets."""
        met: dict[str, set[int]] = {}
        if name:
            some = self._ends.get(name.rpartition(".")[2])
            if some is not None:
                parts = tuple(name.split("."))
                for kind, number, pattern in some:
                    if _fits(pattern, parts):
                        met.setdefault(kind, set()).add(number)
            for text in self._worth(name):
                expression, uses = self._said[text]
                if _says(expression, name):
                    for kind, number in uses:
                        met.setdefault(kind, set()).add(number)
        if len(self._by_name) >= _MOST_KNOWN:
            # What comes next is mostly asked again in the same file.
            self._by_name.clear()
        self._by_name[name] = met
        return met

    def _worth(self, name: str) -> Iterable[str]:
        """Return the expressions that may be about a name: those of which it holds a clue."""
        if not name.isascii():
            # An expression may take other letters for those of a clue.
            return self._said
        small = name.lower()
        hints = [some for clue, some in self._clues.items() if clue in small]
        return self._always.union(*hints) if hints else self._always

    def settled_by(self, admitted: frozenset[str]) -> int:
        """Return the bits of the rules to which a text is harmless if it has no other of `TELLING`.

        Letters, digits and what is not telling are harmless to all.
        """
        return sum(
            rule.mask
            for rule in self.rules
            if not any(together <= admitted for together in rule.dangerous)
        )

    def wanted(self, text: str) -> Wanted:
        """Return the rules that can say anything about a text, by the words in it.

        Every entry of a rule's sources, and every one of its sinks, needs a word that it names; a
        name stands in the text as it is spelt, whatever else it is called later on, or it begins
        as `beginnings` says, or it is no name that the analysis can see. Words are looked for as
        Python reads them.
        """
        starts = beginnings(text)
        if starts is None:
            return Wanted(self.all, (1 << self.needs.count) - 1)
        met = self.needs.met(words_of(text) | begun(self.needs.words, starts))
        mask = 0
        for rule in self.rules:
            if (
                (not rule.sources or rule.sources & met)
                and (not rule.sinks or rule.sinks & met)
                and (rule.text is None or (starts and not rule.shape) or rule.text.found(text))
            ):
                mask |= rule.mask
        return Wanted(mask, met)


_TABLES: Final[Mapping[str, Sequence[str]]] = {
    "sources": ("attribute", "call", "parameter", "item"),
    "sinks": ("call", "store", "return", "dict", "compare", "attribute"),
    "sanitizers": ("call", "attribute", "start", "member"),
    "marks": ("call",),
    "guards": ("call", "contains", "prefix", "suffix", "host"),
}


def load(text: str | bytes) -> Tables:
    """Read the compiled tables.

    Raises:
        ValueError: they cannot be read.
    """
    try:
        return Tables(json.loads(text))
    except (LookupError, TypeError, AttributeError) as error:
        raise ValueError("no tables") from error


def words_of(text: str) -> frozenset[str]:
    """Return every name-like word of a text, as it stands there and as Python reads it."""
    if not text.isascii():
        return frozenset(_WORD.findall(text) + _WORD.findall(unicodedata.normalize("NFKC", text)))
    words = set(text.translate(_SPACED).split())
    odd = [word for word in words if word[0] in _DIGITS]
    # In `0or x` a word follows a number.
    words.difference_update(odd)
    words.update(word.lstrip(_DIGITS) for word in odd)
    words.discard("")
    return frozenset(words)


def beginnings(text: str) -> frozenset[str] | None:
    """Return how the names begin that a text asks for and that may not stand in it; None for anyhow.

    These are words of the text, where such a name is put together. Names that the analysis does
    not work out, since it does not format texts, are none of them. A name with a dot in it is
    no member of anything.
    """
    found = set()
    asked = _put_together(text)
    while asked is not None:
        quote = asked.end() - 1
        before, _, start = asked[0].rpartition(",")
        if _PLAIN.fullmatch(before) is None:
            return None
        if _FORMATTED.match(text, quote) is None:
            form = _STARTS.get(start.strip().rstrip("\"'"))
            begun = form.match(text, quote) if form is not None else None
            if begun is None:
                return None
            found.add(begun[2])
        # One may stand within another.
        asked = _PUT_TOGETHER.search(text, asked.start() + 1)
    return frozenset(found)


def is_put_together(text: str) -> bool:
    """Tell whether a text asks for a name that may not stand in it as it is spelt."""
    return _put_together(text) is not None


def _put_together(text: str) -> re.Match[str] | None:
    if "getattr" not in text and "__import__" not in text and "import_module" not in text:
        return None
    return _PUT_TOGETHER.search(text)


_STARTS: Final = {"": _ADDED_TO, "f": _FILLED, "F": _FILLED}


def begun(words: Iterable[str], beginnings: Iterable[str]) -> set[str]:
    """Return the words that begin in one of some ways."""
    some = tuple(beginnings)
    return {word for word in words if word.startswith(some)} if some else set()


def meets(pins: Pins, argument: Mapping[str, Value]) -> bool:
    """Tell whether arguments, by place and keyword, are what is asked for."""
    for places, wants in pins.items():
        given = [argument[place] for place in places.split("|") if place in argument]
        if not given and "-" not in wants:
            return False
        if given and not any(_is(value, wants) for value in given):
            return False
    return True


def _is(value: Value, wanted: Sequence[str]) -> bool:
    if "*" in wanted:
        return True
    if isinstance(value.const, Unknown):
        return value.path in wanted or any(
            one.startswith("~") and said and re.search(one[1:], said)
            for one in wanted
            for said in (value.path, value.start, value.shape)
        )
    if "+" in wanted and value.const:
        return True
    text = str(value.const)[:2000] if not isinstance(value.const, int) else repr(value.const)[:80]
    return text in wanted or any(one.startswith("~") and re.search(one[1:], text) for one in wanted)


def _rule(mask: int, raw: Mapping[str, Any]) -> Rule:
    return Rule(
        id=str(raw["id"]),
        mask=mask,
        message=str(raw["message"]),
        shape=_expression(raw, "shape"),
        unshape=_expression(raw, "unshape"),
        sources=sum(1 << number for number in raw["sources"]),
        sinks=sum(1 << number for number in raw["sinks"]),
        brings=sum(1 << number for number in raw["brings"]),
        text=Ways(raw["text"]) if raw.get("text") else None,
        dangerous=tuple(frozenset(one) for one in raw.get("dangerous", ())),
    )


def _entry(
    raw: Mapping[str, Any], bits: Mapping[str, int], clues: Mapping[str, Iterable[str]]
) -> Entry:
    mask = 0
    aspect = raw.get("aspect")
    for rule in raw["rules"]:
        mask |= bits.get(f"{rule}#{aspect}" if aspect else rule, 0)
    return Entry(
        kind=raw["kind"],
        mask=mask,
        names=Names.of(raw.get("names", ()), clues),
        args=tuple(raw.get("args", ())),
        when={key: tuple(value) for key, value in raw.get("when", {}).items()},
        unless={key: tuple(value) for key, value in raw.get("unless", {}).items()},
        form=raw.get("form", ""),
        key=_expression(raw, "key"),
        imports=frozenset(raw.get("imports", ())),
        bare=_expression(raw, "except_names"),
        typed=_expression(raw, "except_types"),
        barred=Names.of(raw.get("barred", ()), clues),
        inside=_expression(raw, "inside"),
    )


def _expression(raw: Mapping[str, Any], key: str) -> Expression | None:
    return Expression(raw[key]) if raw.get(key) else None


__all__ = ["UNKNOWN", "Entry", "Names", "Pins", "Rule", "Tables", "load", "meets", "words_of"]
