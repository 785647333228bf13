"""Reads a report that was written as JSON, as far as people are shown it.

It may have been written by anybody: what is missing or of another type makes it none, what is
too much of is refused, and what nobody knows is left out.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from enum import StrEnum
from typing import NoReturn, TypeVar

from aigate.domain.finding import (
    Action,
    Candidate,
    Decision,
    Finding,
    Gap,
    Judged,
    Origin,
    Priority,
    Provenance,
    Seats,
    Signed,
    Status,
)
from aigate.domain.place import Location
from aigate.domain.report import (
    Authorship,
    Coverage,
    Excluded,
    Ran,
    Report,
    Run,
    Side,
    Verdict,
)
from aigate.domain.rule import Rule
from aigate.domain.severity import Severity
from aigate.engine.strict_json import Json
from aigate.errors import UsageError

SCHEMA = "aigate-report/1"
LARGEST = 24 * 1024 * 1024
"""The size of the largest report that is read, in bytes."""

_MOST = 50_000  # entries of a list
_LONGEST = 1_000_000  # characters of a text
_MOST_COUNT = 10**9
_SEVERITIES = {one.word: one for one in Severity}
_ACTIONS = {one.word: one for one in Action}
_Value = TypeVar("_Value")
_Word = TypeVar("_Word", bound=StrEnum)


def read_report(data: bytes, *, file: str) -> Report:
    """Read a report.

    Raises:
        UsageError: it is none, or holds more than anybody would look at.
    """
    if len(data) > LARGEST:
        _refuse(file, f"it has more than {LARGEST} bytes")
    try:
        value: Json = json.loads(data, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        _refuse(file, "it is no JSON with one meaning")
    whole = _Part(value, file)
    if whole.text("schema") != SCHEMA:
        _refuse(file, f"its schema is not `{SCHEMA}`")
    reference = whole.value("reference")
    return Report(
        verdict=whole.word("verdict", Verdict),
        exit_code=whole.count("exit_code"),
        run=_run(whole.part("run")),
        reference=None if reference is None else _side(whole.part("reference")),
        head=_side(whole.part("head")),
        policy=whole.part("policy").text("name"),
        policy_digest=whole.part("policy").text("digest"),
        rules_digest=whole.text("rules_digest"),
        coverage=_coverage(whole.part("coverage")),
        gaps=whole.each("gaps", _gap),
        findings=whole.each("findings", _judged),
        rules=whole.each("rules", _rule),
        notes=whole.texts("notes"),
        registry_digest=whole.text("registry_digest"),
        ledger_digest=whole.text("ledger_digest"),
        authorship=_authorship(whole.part("summary")),
    )


def _run(part: _Part) -> Run:
    ran = part.each(
        "scanners",
        lambda one: Ran(name=one.text("name"), version=one.text("version"), units=0, seconds=0.0),
    )
    return Run(
        version=part.text("version"),
        nonce=part.text("nonce"),
        started=part.text("started"),
        python=part.text("python"),
        scanners=ran,
    )


def _side(part: _Part) -> Side:
    return Side(name=part.text("name"), commit=part.text("commit"), tree=part.text("tree"))


def _coverage(part: _Part) -> Coverage:
    return Coverage(
        in_scope=part.count("in_scope"),
        scanned=part.count("scanned"),
        excluded=part.count("excluded"),
        unscannable=part.count("unscannable"),
        exclusions=part.each(
            "exclusions",
            lambda one: Excluded(reason=one.text("reason"), entries=one.count("entries")),
        ),
    )


def _gap(part: _Part) -> Gap:
    return Gap(part.text("subject"), part.text("reason"), part.text("code"), part.text("scanner"))


def _authorship(summary: _Part) -> Authorship | None:
    if summary.value("added_lines") is None:
        return None
    part = summary.part("added_lines")
    kinds = [(kind, part.count(kind.value)) for kind in Provenance if part.has(kind.value)]
    agents = part.part("agents")
    names = sorted(agents.names(), key=lambda name: -agents.count(name))
    return Authorship(
        lines=part.count("total"),
        by_kind=tuple(kinds),
        by_agent=tuple((name, agents.count(name)) for name in names),
    )


def _judged(part: _Part) -> Judged:
    owners, signed, within = part.part("owners"), part.part("signed"), part.value("fix_within_days")
    return Judged(
        candidate=Candidate(
            finding=_finding(part),
            status=part.word("status", Status),
            origin=_origin(part.part("origin")),
        ),
        action=part.chosen("action", _ACTIONS),
        decision=part.word("decision", Decision),
        blocking=part.flag("blocking"),
        reason_codes=part.texts("reason_codes"),
        requirement=part.text("requirement"),
        seats=Seats(
            developer=owners.text("developer"),
            security=owners.text("security"),
            merger=owners.text("merger"),
        ),
        priority=Priority(score=0, reasons=()),
        fix_within=None if within is None else part.count("fix_within_days"),
        due=part.text("due"),
        signed=Signed(
            developer=signed.text("developer"),
            security=signed.text("security"),
            until=signed.text("until"),
            changed=signed.texts("changed"),
            kind=signed.text("kind"),
        ),
        next_step=part.text("next_step"),
        overdue=part.flag("overdue"),
    )


def _finding(part: _Part) -> Finding:
    return Finding(
        rule=part.text("rule"),
        scanner=part.text("scanner"),
        at=Location(
            part.text("path"),
            part.count("line"),
            part.count("column"),
            part.count("end_line"),
            part.count("end_column"),
            part.count("cell"),
        ),
        title=part.text("title"),
        message=part.text("message"),
        severity=part.chosen("severity", _SEVERITIES),
        help=part.text("help"),
        suppressed_inline=part.flag("suppressed_inline"),
        secret=part.flag("secret"),
        fingerprint=part.text("fingerprint"),
        occurrence=part.count("occurrence"),
        group=part.text("group"),
    )


def _origin(part: _Part) -> Origin:
    return Origin(
        kind=part.word("kind", Provenance),
        agent=part.text("agent"),
        model=part.text("model"),
        grade=part.text("grade"),
    )


def _rule(part: _Part) -> Rule:
    return Rule(
        name=part.text("name"),
        scanner=part.text("scanner"),
        title=part.text("title"),
        severity=part.chosen("severity", _SEVERITIES),
        what=part.text("what"),
        why=part.text("why"),
        fix=part.text("fix"),
    )


def _once(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is given twice")
    return found


class _Part:
    """An object of the report: each field is there, of its type, and not too large."""

    def __init__(self, value: Json, file: str) -> None:
        if not isinstance(value, dict):
            _refuse(file, "it lacks an object")
        self._value = value
        self._file = file

    def value(self, name: str) -> Json:
        if name not in self._value:
            self._bad(name)
        return self._value[name]

    def has(self, name: str) -> bool:
        return name in self._value

    def names(self) -> list[str]:
        if len(self._value) > _MOST:
            _refuse(self._file, "it names too many")
        return list(self._value)

    def part(self, name: str) -> _Part:
        return _Part(self.value(name), self._file)

    def text(self, name: str) -> str:
        value = self.value(name)
        if not isinstance(value, str) or len(value) > _LONGEST:
            self._bad(name)
        return value

    def count(self, name: str) -> int:
        value = self.value(name)
        if type(value) is not int or not 0 <= value <= _MOST_COUNT:
            self._bad(name)
        return value

    def flag(self, name: str) -> bool:
        value = self.value(name)
        if not isinstance(value, bool):
            self._bad(name)
        return value

    def chosen(self, name: str, choices: dict[str, _Value]) -> _Value:
        word = self.text(name)
        if word not in choices:
            self._bad(name)
        return choices[word]

    def word(self, name: str, kind: type[_Word]) -> _Word:
        return self.chosen(name, {one.value: one for one in kind})

    def each(self, name: str, read: Callable[[_Part], _Value]) -> tuple[_Value, ...]:
        return tuple(read(_Part(one, self._file)) for one in self._items(name))

    def texts(self, name: str) -> tuple[str, ...]:
        found = self._items(name)
        if not all(isinstance(one, str) and len(one) <= _LONGEST for one in found):
            self._bad(name)
        return tuple(str(one) for one in found)

    def _items(self, name: str) -> list[Json]:
        value = self.value(name)
        if not isinstance(value, list) or len(value) > _MOST:
            self._bad(name)
        return value

    def _bad(self, name: str) -> NoReturn:
        _refuse(self._file, f"`{name}` is not as it should be")


def _refuse(file: str, why: str) -> NoReturn:
    raise UsageError(
        f"`{file}` is no report of the gate: {why}",
        hint="use the same version of the gate wherever it is written and read",
        code="report-form",
    )
