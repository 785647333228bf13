"""Judges what a history did to registry and ledger, and what became of what people signed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from aigate.domain.accountability import Binding, Recorded, Registry, Statement, StatementKind
from aigate.domain.finding import Candidate, Finding, Status
from aigate.domain.place import Location
from aigate.engine.acceptance import Ledger, refusals, triage
from aigate.engine.advice import words_of
from aigate.value import dataclass

# What ends an acceptance in an orderly way: nothing is wrong with a history in which that happens.
_ENDED = frozenset({"expired", "withdrawn"})
_UNOWNED = ("key-compromised", "ownerless", "lasts-too-long")


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """One thing that is wrong with a history.

    `commit` brought it, or is the last one for what is wrong with the outcome. `integrity`
    tells what nobody may do from what somebody has yet to do.
    """

    commit: str
    code: str
    subject: str
    text: str
    integrity: bool = False


def of_statements(
    commit: str,
    added: Iterable[Statement],
    registry: Registry | None,
    *,
    authors: frozenset[str] = frozenset(),
) -> Iterator[Objection]:
    """Object to statements that appeared under a registry that does not let them.

    `registry` is that of the commit's first parent: for what is new, its current version alone
    counts. `authors` are the ids of the registered people who wrote what the commit brought.
    """
    for statement in added:
        if registry is None:
            codes = ["no-registry"]
        else:
            book = Ledger(registry=registry, branch="", records=(), authors=authors)
            new = Recorded(statement=statement, in_reference=False)
            codes = list(refusals(new, book, new=False))
        for code in codes:
            yield Objection(
                commit=commit,
                code=code,
                subject=statement.digest,
                text=f"`{statement.person}` signed what did not count: {words_of(code)}",
            )


def of_acceptances(
    commit: str, records: Sequence[Recorded], registry: Registry, *, at: datetime
) -> Iterator[Objection]:
    """Object to acceptances that nobody, or only one person, answers for any more.

    What has expired or was withdrawn is over, and what is in its time of grace has time left.
    """
    withdrawals = tuple(r for r in records if r.statement.terms.kind is StatementKind.WITHDRAW)
    by_terms: dict[str, list[Recorded]] = defaultdict(list)
    for record in records:
        if record.statement.terms.kind is not StatementKind.WITHDRAW:
            by_terms[record.statement.terms.digest].append(record)
    for digest, signed in sorted(by_terms.items()):
        terms = signed[0].statement.terms
        book = Ledger(registry=registry, branch=terms.branch, records=(*signed, *withdrawals))
        worst = max(terms.bindings, key=lambda binding: binding.severity)
        (outcome,) = triage([_as_signed(worst)], book, at=at)
        if _ENDED & set(outcome.codes):
            continue
        for code in _UNOWNED:
            if code in outcome.codes:
                yield Objection(commit=commit, code=code, subject=digest, text=words_of(code))


def _as_signed(binding: Binding) -> Candidate:
    """Return the finding that the terms name, as it was when people signed."""
    return Candidate(
        finding=Finding(
            rule=binding.rule,
            scanner="",
            at=Location(binding.path, 1, 1, 1, 1),
            title="",
            message="",
            severity=binding.severity,
            match=binding.match,
            context=binding.context,
            scope=binding.scope,
            rule_digest=binding.rule_digest,
            fingerprint=binding.fingerprint,
        ),
        status=Status.EXISTING,
    )


def exit_code(found: Iterable[Objection]) -> int:
    """Return 4 if something was done that nobody may do, 1 for anything else, 0 for nothing."""
    return max((4 if one.integrity else 1 for one in found), default=0)
