"""Which rules can fire on a text: a sound look, by the tables that come with the packs.

`_needs` says what a table holds, and why no rule can fire that this leaves out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from aigate.scanners._words import Apart, Held

_Sets = dict[int, list[list[str]]]


class Table:
    """The words that the rules of a pack need.

    Each rule needs all of its clauses, which have numbers, and each clause one of several sets of
    words. A set is found by one of its words that has to stand there as it is, and has the others
    of this kind, and those that may stand there in any case or be made of pieces; or it has only
    such.
    """

    __slots__ = ("_apart", "_by_word", "_loose", "_rules")

    def __init__(self, stated: Mapping[str, Any]) -> None:
        """Take a table in the form in which it is written."""
        self._rules = [(str(one["id"]), list[int](one["needs"])) for one in stated["rules"]]
        self._by_word: dict[str, list[tuple[int, list[str], list[str]]]] = stated["words"]
        self._loose: _Sets = {}
        for clause, _, anyhow in self._by_word.get("", ()):
            self._loose.setdefault(clause, []).append(anyhow)
        self._apart: Apart | None = None

    def lists(self, rules: Iterable[str]) -> bool:
        """Tell whether it was made of these rules: of others, it would let none fire."""
        return {rule for rule, _ in self._rules} == set(rules)

    def firing(self, held: Held) -> set[str]:
        """Return the rules that can fire on a text that holds these words."""
        met: set[int] = set()
        some: _Sets = {}
        for word in self._by_word.keys() & held.words:
            for clause, others, anyhow in self._by_word[word]:
                if clause not in met and held.words.issuperset(others):
                    if anyhow:
                        some.setdefault(clause, []).append(anyhow)
                    else:
                        met.add(clause)
        possible = met.union(some, self._loose)
        likely = [one for one in self._rules if possible.issuperset(one[1])]
        asked = {
            clause: some.get(clause, []) + self._loose.get(clause, [])
            for _, needs in likely
            for clause in needs
            if clause not in met
        }
        there: set[str] = set()
        if asked:
            there = held.spelt(_words(asked))
            met |= _met(asked, there)
            asked = {clause: sets for clause, sets in asked.items() if clause not in met}
        if asked:
            there |= held.made(_words(asked) - there, self._taken_apart())
            met |= _met(asked, there)
        return {rule for rule, needs in likely if met.issuperset(needs)}

    def _taken_apart(self) -> Apart:
        if self._apart is None:
            sets = (one[2] for sets in self._by_word.values() for one in sets)
            self._apart = Apart({word for anyhow in sets for word in anyhow})
        return self._apart


def _words(asked: _Sets) -> set[str]:
    return {word for sets in asked.values() for one in sets for word in one}


def _met(asked: _Sets, there: set[str]) -> set[int]:
    return {clause for clause, sets in asked.items() if any(map(there.issuperset, sets))}
