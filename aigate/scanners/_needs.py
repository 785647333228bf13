"""What words a file must hold for a rule to be able to fire: worked out when rules are compiled.

A rule is read as a formula over words, from the leaves of its patterns: each name in a
pattern stands literally in any text that the pattern matches, since an import that renames
it, spells it too. Whatever is not understood asks for nothing.

A text in a pattern, and what an expression about a metavariable asks for, is there as well, or
made of pieces; such words have a mark before them, see `_words`. A scan reads the table of
this that comes with the pack, see `_table`.

A formula is a list of clauses that all have to hold. A clause is a list of sets of words, of
which one has to be there whole. No clause means that the rule can fire anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from aigate.domain.regex import regex
from aigate.scanners._required import longest_word, required

Clause = tuple[frozenset[str], ...]
Formula = tuple[Clause, ...]

MARK = "~"
"""Stands before a word that may be a part of one, in any case, or be made of pieces."""

_NAME = regex(r"(?<!\w)[A-Za-z_]\w*")
_METAVARIABLE = regex(r"\$(?:\.\.\.)?\w+")
_STRING = regex(
    r"(?:(?<!\w)[A-Za-z]{1,2}(?=['\"]))?(?:'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\")|`[^`]*`"
)
# What stands for other texts than itself.
_OPEN = regex(r"\.\.\.|\$[A-Z_.]|=~|\\|\{")
_ATTRIBUTE = regex(r"(?<=\w\.)\$[A-Z]\w*")
_LISTED = regex(r"\^(?:\\\$\?)?(?:\\b)?\((\w+(?:\|\w+)*)\)(?:\\b)?\$", re.ASCII)
# Words of the languages, and literals that constant propagation can bring from elsewhere;
# `default` and `then` stand for forms that are spelt in other ways too.
_COMMON = frozenset(
    [
        "and",
        "as",
        "assert",
        "async",
        "await",
        "break",
        "case",
        "catch",
        "class",
        "const",
        "continue",
        "def",
        "default",
        "del",
        "do",
        "elif",
        "else",
        "export",
        "extends",
        "finally",
        "for",
        "from",
        "function",
        "if",
        "import",
        "in",
        "instanceof",
        "is",
        "lambda",
        "let",
        "match",
        "new",
        "not",
        "null",
        "of",
        "or",
        "pass",
        "raise",
        "return",
        "static",
        "super",
        "switch",
        "then",
        "this",
        "throw",
        "typeof",
        "undefined",
        "var",
        "void",
        "while",
        "with",
        "yield",
        "True",
        "False",
        "None",
        "true",
        "false",
        "self",
        "require",
    ]
)
# More would cost more to ask than it saves.
_MOST = 400
_MOST_TOGETHER = 250


def table_of(needs: Mapping[str, Formula]) -> dict[str, Any]:
    """Write the formulas of rules as a table, see `_table`."""
    numbers: dict[Clause, int] = {}
    rules = [
        {
            "id": rule,
            "needs": [
                numbers.setdefault(tuple(sorted(_least(clause), key=sorted)), len(numbers))
                for clause in formula
            ],
        }
        for rule, formula in needs.items()
    ]
    words: dict[str, list[tuple[int, list[str], list[str]]]] = {}
    for clause, number in numbers.items():
        for wanted in clause:
            anyhow = sorted(word[len(MARK) :] for word in wanted if word.startswith(MARK))
            whole = sorted(word for word in wanted if not word.startswith(MARK))
            # The longest is the one that the fewest texts have.
            first = max(whole, key=len, default="")
            others = [word for word in whole if word != first]
            words.setdefault(first, []).append((number, others, anyhow))
    return {"rules": rules, "words": words}


def needs_of(rule: Mapping[str, Any]) -> Formula:
    """Read the formula of a semgrep rule."""
    if rule.get("mode") != "taint":
        return _conjunction([rule])
    sources, sinks = rule.get("pattern-sources", []), rule.get("pattern-sinks", [])
    return (*_alternatives(sources), *_alternatives(sinks))


def _alternatives(nodes: Sequence[Mapping[str, Any]]) -> Formula:
    """One of the nodes has to match: join, for each, what it asks for."""
    formulas = [_conjunction([node]) for node in nodes]
    if not all(formulas):
        return ()
    for most in (_MOST_TOGETHER, 1):
        joined = tuple(
            dict.fromkeys(wanted for clauses in formulas for wanted in _together(clauses, most))
        )
        if len(joined) <= _MOST:
            return (joined,)
    return ()


def _together(clauses: Formula, most: int) -> Clause:
    """Write a conjunction as one clause: the one that asks for most, times others if few."""
    first, *others = sorted(map(_least, clauses), key=_weight, reverse=True)
    together = first
    for other in others:
        if len(together) * len(other) <= most:
            together = tuple(dict.fromkeys(a | b for a in together for b in other))
    return together


def _least(clause: Clause) -> Clause:
    """Leave out what asks for more than another alternative does."""
    return tuple(one for one in clause if not any(other < one for other in clause))


def _weight(clause: Clause) -> tuple[int, int]:
    return min(len(wanted) for wanted in clause), -len(clause)


def _conjunction(nodes: Iterable[Mapping[str, Any]]) -> Formula:
    """All of the nodes have to match."""
    nodes = tuple(nodes)
    attributes = frozenset(name for node in nodes for name in _attributes(node))
    clauses = (
        clause
        for node in nodes
        for key, value in node.items()
        for clause in _clauses(key, value, attributes)
    )
    return tuple(dict.fromkeys(clauses))


def _clauses(key: str, value: Any, attributes: frozenset[str]) -> Iterable[Clause]:  # noqa: ANN401 - of a rule
    """Return what one condition of a rule asks for."""
    found: Iterable[Clause] = ()
    if key in {"pattern", "pattern-inside"}:
        names = _names(value) | _texts(value) if isinstance(value, str) else frozenset()
        found = [(names,)] if names else ()
    elif key == "pattern-regex":
        found = map(_marked, required(value))
    elif key == "patterns":
        found = _conjunction(value)
    elif key == "pattern-either":
        found = _alternatives(value)
    elif key == "metavariable-pattern" and "language" not in value:
        found = _conjunction([value])
    elif key == "metavariable-regex":
        named = value["metavariable"] in attributes
        if words := _words_in(value["regex"]) if named else ():
            found = [tuple(frozenset([word]) for word in words)]
        else:
            found = map(_marked, required(value["regex"]))
    return found


def _attributes(node: Mapping[str, Any]) -> frozenset[str]:
    """Return the metavariables that stand for the name of an attribute, however a node matches."""
    if isinstance(pattern := node.get("pattern"), str):
        return frozenset(_ATTRIBUTE.findall(_STRING.sub(" ", pattern)))
    if either := node.get("pattern-either"):
        return frozenset.intersection(*(_attributes(one) for one in either))
    return frozenset()


def _words_in(regex: str) -> tuple[str, ...]:
    """Return the words of an expression that does nothing but list them, or nothing."""
    listed = _LISTED.fullmatch(regex)
    return tuple(listed[1].split("|")) if listed else ()


def _marked(words: Iterable[str]) -> Clause:
    return tuple(frozenset([MARK + word]) for word in sorted(words))


def _texts(pattern: str) -> frozenset[str]:
    """Return a mark for each text of a pattern that stands for nothing but itself."""
    found = (one for one in _STRING.findall(pattern) if not _OPEN.search(one))
    plain = (longest_word(one[one.index(one[-1]) : -1]) for one in found)
    return frozenset(MARK + word for word in plain if word)


def _names(pattern: str) -> frozenset[str]:
    names = set(_NAME.findall(_METAVARIABLE.sub(" ", _STRING.sub(" ", pattern))))
    return frozenset(names - _COMMON)
