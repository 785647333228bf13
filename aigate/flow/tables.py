"""Reads what rules look for: sources, sinks, and what makes data harmless, as compiled data.

Names are patterns over dotted paths: `os.system` is that function, `*.execute` a method of
anything, `**.request.args` the end of any path or all of it, and `~` starts an expression for
the whole name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from typing import Any, Final

from aigate.flow.values import UNKNOWN, Unknown, Value
from aigate.value import dataclass

_WORD: Final = re.compile(r"[A-Za-z_]\w*")

_LONGEST_NAME: Final = 300

Pins = Mapping[str, tuple[str, ...]]
"""By place or keyword of an argument, what it has to be; `*` is anything, `+` what is true."""


@dataclass(frozen=True, slots=True)
class Names:
    """Patterns of names."""

    plain: tuple[tuple[str, ...], ...]
    expressions: tuple[re.Pattern[str], ...]

    @staticmethod
    def of(patterns: Iterable[str]) -> Names:
        """Read patterns."""
        texts = tuple(patterns)
        return Names(
            tuple(tuple(text.split(".")) for text in texts if not text.startswith("~")),
            tuple(re.compile(text[1:]) for text in texts if text.startswith("~")),
        )

    def match(self, name: str) -> bool:
        """Tell whether one of the patterns is about a dotted name."""
        if not name:
            return False
        parts = tuple(name.split("."))
        return any(_fits(pattern, parts) for pattern in self.plain) or any(
            # What a name ends with counts, and names without end take no time without end.
            expression.search(name, max(0, len(name) - _LONGEST_NAME))
            for expression in self.expressions
        )


def _last(name: str) -> str:
    return name.rpartition(".")[2] or "."


def _ends(entries: Sequence[Entry]) -> Mapping[str, Sequence[int]]:
    """Return the numbers of entries by what a name must end with; those without are under ""."""
    ends: dict[str, list[int]] = {"": []}
    for number, entry in enumerate(entries):
        if entry.names.expressions:
            ends[""].append(number)
        for last in {pattern[-1] or "." for pattern in entry.names.plain}:
            ends.setdefault(last, []).append(number)
    return ends


def _fits(pattern: tuple[str, ...], parts: tuple[str, ...]) -> bool:
    first, rest = pattern[0], pattern[1:]
    if first == "**":
        return parts[-len(rest) :] == rest
    if first == "*":
        return len(parts) > len(rest) and parts[-len(rest) :] == rest
    return parts == pattern


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
    key: re.Pattern[str] | None = None
    imports: frozenset[str] = frozenset()
    bare: re.Pattern[str] | None = None
    typed: re.Pattern[str] | None = None
    barred: Names = field(default_factory=lambda: Names((), ()))
    inside: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """Words of which a text must hold one of each kind for an entry to apply.

    `words` and `beside` stand where the entry applies, `anywhere` and `imports` in the file.
    """

    words: frozenset[str]
    beside: frozenset[str]
    anywhere: frozenset[str]
    imports: frozenset[str]

    def in_file(self, words: frozenset[str]) -> bool:
        """Tell whether a file with these words can have it."""
        return self.here(words) and all(
            not some or not some.isdisjoint(words) for some in (self.anywhere, self.imports)
        )

    def here(self, words: frozenset[str]) -> bool:
        """Tell whether a place with these words can have it, if the file can."""
        return not self.words.isdisjoint(words) and (
            not self.beside or not self.beside.isdisjoint(words)
        )


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
    shape: re.Pattern[str] | None
    unshape: re.Pattern[str] | None
    sources: tuple[Need, ...]
    sinks: tuple[Need, ...]
    text: re.Pattern[str] | None
    dangerous: tuple[frozenset[str], ...]
    """Characters that make data dangerous to the rule, if all of one set can be in it."""


class Tables:
    """Everything that rules look for, ready to be asked by name."""

    def __init__(self, compiled: Mapping[str, Any]) -> None:
        """Read the compiled form.

        Raises:
            LookupError, TypeError, ValueError: it has another form.
        """
        self.rules: tuple[Rule, ...] = ()
        bits: dict[str, int] = {}
        for raw in compiled["rules"]:
            mask = 0
            for aspect in raw.get("aspects") or ("",):
                bits[f"{raw['id']}#{aspect}"] = bit = 1 << (len(bits))
                mask |= bit
            self.rules += (_rule(mask, raw),)
        bits |= {rule.id: rule.mask for rule in self.rules}
        self.all = sum(rule.mask for rule in self.rules)
        self.shaped = sum(rule.mask for rule in self.rules if rule.shape)
        self.entries: dict[str, tuple[Entry, ...]] = {}
        for table, kinds in _TABLES.items():
            for kind in kinds:
                self.entries[f"{table}.{kind}"] = tuple(
                    _entry(raw, bits)
                    for raw in compiled[table]
                    if raw["kind"] == kind and any(rule in bits for rule in raw["rules"])
                )
        self.callers = 0
        for entry in self.entries["sources.parameter"]:
            if entry.form == "every":
                self.callers |= entry.mask
        self._known: dict[tuple[str, str, str], tuple[Entry, ...]] = {}
        self._ends = {kind: _ends(entries) for kind, entries in self.entries.items()}

    def found(self, kind: str, path: str, text: str = "") -> tuple[Entry, ...]:
        """Return the entries of a kind, such as `sinks.call`, that a name meets."""
        asked = (kind, path, text)
        known = self._known.get(asked)
        if known is None:
            entries, ends = self.entries[kind], self._ends[kind]
            some = {*ends[""], *ends.get(_last(path), ()), *ends.get(_last(text), ())}
            known = tuple(
                entry
                for entry in (entries[number] for number in sorted(some))
                if entry.names.match(path) or (text != path and entry.names.match(text))
            )
            if len(self._known) < 20_000:
                self._known[asked] = known
        return known

    def settled_by(self, admitted: frozenset[str]) -> int:
        """Return the bits of the rules to which a text is harmless if it has no other of `TELLING`.

        Letters, digits and what is not telling are harmless to all.
        """
        return sum(
            rule.mask
            for rule in self.rules
            if not any(together <= admitted for together in rule.dangerous)
        )

    def wanted(self, text: str) -> int:
        """Return the bits of the rules that can say anything about a text."""
        words = words_of(text)
        mask = 0
        for rule in self.rules:
            if (
                (not rule.sources or any(need.in_file(words) for need in rule.sources))
                and (not rule.sinks or any(need.in_file(words) for need in rule.sinks))
                and (rule.text is None or rule.text.search(text))
            ):
                mask |= rule.mask
        return mask


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
    except (LookupError, TypeError, AttributeError, re.error) as error:
        raise ValueError("no tables") from error


def words_of(text: str) -> frozenset[str]:
    """Return every name-like word of a text."""
    return frozenset(_WORD.findall(text))


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


def _needs(raw: Iterable[Mapping[str, Iterable[str]]]) -> tuple[Need, ...]:
    return tuple(
        Need(
            frozenset(one["words"]),
            frozenset(one.get("beside", ())),
            frozenset(one.get("anywhere", ())),
            frozenset(one.get("imports", ())),
        )
        for one in raw
    )


def _rule(mask: int, raw: Mapping[str, Any]) -> Rule:
    return Rule(
        id=str(raw["id"]),
        mask=mask,
        message=str(raw["message"]),
        shape=re.compile(raw["shape"]) if raw.get("shape") else None,
        unshape=re.compile(raw["unshape"]) if raw.get("unshape") else None,
        sources=_needs(raw["sources"]),
        sinks=_needs(raw["sinks"]),
        text=_expression(raw, "text"),
        dangerous=tuple(frozenset(one) for one in raw.get("dangerous", ())),
    )


def _entry(raw: Mapping[str, Any], bits: Mapping[str, int]) -> Entry:
    mask = 0
    aspect = raw.get("aspect")
    for rule in raw["rules"]:
        mask |= bits.get(f"{rule}#{aspect}" if aspect else rule, 0)
    return Entry(
        kind=raw["kind"],
        mask=mask,
        names=Names.of(raw.get("names", ())),
        args=tuple(raw.get("args", ())),
        when={key: tuple(value) for key, value in raw.get("when", {}).items()},
        unless={key: tuple(value) for key, value in raw.get("unless", {}).items()},
        form=raw.get("form", ""),
        key=_expression(raw, "key"),
        imports=frozenset(raw.get("imports", ())),
        bare=_expression(raw, "except_names"),
        typed=_expression(raw, "except_types"),
        barred=Names.of(raw.get("barred", ())),
        inside=_expression(raw, "inside"),
    )


def _expression(raw: Mapping[str, Any], key: str) -> re.Pattern[str] | None:
    return re.compile(raw[key]) if raw.get(key) else None


__all__ = ["UNKNOWN", "Entry", "Names", "Pins", "Rule", "Tables", "load", "meets", "words_of"]
