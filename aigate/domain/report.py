"""The outcome of a run, as every reporter receives it."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum
from typing import TYPE_CHECKING

from aigate.value import dataclass

if TYPE_CHECKING:
    from aigate.domain.finding import Gap, Judged, Omission, Provenance
    from aigate.domain.rule import Rule


class Verdict(StrEnum):
    """What the gate decided."""

    PASS = "pass"  # noqa: S105 - a verdict, no password
    FAIL = "fail"
    INCOMPLETE = "incomplete"
    ADVISORY_FAIL = "advisory-fail"
    """A fail under a policy in advisory mode; never called a pass."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Excluded:
    """Entries left out by one exclusion of the reference policy."""

    reason: str
    entries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What was looked at, counted in entries of the tree.

    `in_scope` = `scanned` + `excluded` + `unscannable`, always. Each unscannable entry has a
    finding or a gap. `kinds` counts entries by kind of content, in alphabetical order.
    `omissions` are what the caller did not ask to have looked up.
    """

    in_scope: int
    scanned: int
    excluded: int
    unscannable: int
    exclusions: tuple[Excluded, ...] = ()
    kinds: tuple[tuple[str, int], ...] = ()
    omissions: tuple[Omission, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """One scanner's part in a run; `seconds` is wall time."""

    name: str
    version: str
    units: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What differs between two runs on the same input; everything else must not.

    `started` is in ISO form, UTC; `python` the interpreter that the Python engines ran on.
    """

    version: str
    nonce: str
    started: str
    python: str
    scanners: tuple[Ran, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two trees that were compared; a commit is empty where there is none.

    `name` says what the tree is in words: a revision, `index` or `working tree`.
    """

    name: str
    commit: str = ""
    tree: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorship:
    """Who wrote the lines that the change adds, counted; `by_agent` has the most first."""

    lines: int = 0
    by_kind: tuple[tuple[Provenance, int], ...] = ()
    by_agent: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The outcome of a run.

    `findings` are in the order in which a person should read them: blocking ones first,
    then by action, priority, severity and place. `rules` holds the page of every rule that
    a finding names. `notes` are remarks for the reader, such as a policy on disk that
    differs from the one that judged. The digests of registry and ledger are empty where there
    is none.
    """

    verdict: Verdict
    exit_code: int
    run: Run
    reference: Side | None
    head: Side
    policy: str
    policy_digest: str
    rules_digest: str
    coverage: Coverage
    gaps: tuple[Gap, ...]
    findings: tuple[Judged, ...]
    rules: tuple[Rule, ...] = field(default=(), repr=False)
    notes: tuple[str, ...] = ()
    registry_digest: str = ""
    ledger_digest: str = ""
    authorship: Authorship | None = None
