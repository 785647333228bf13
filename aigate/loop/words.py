"""The words of a hook: short, since a model reads them again with every turn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from aigate.domain.finding import Finding, Gap, Judged, Seats
from aigate.domain.rule import Rule
from aigate.engine.shown import line, named
from aigate.loop.setting import Objection

_MOST = 5
_WIDTH = 300
_PATH = 150
_DIGITS = 12


def of_findings(found: Sequence[tuple[Finding, Rule | None, bool]]) -> tuple[str, ...]:
    """Return lines about findings, each with its rule's page and whether it can be accepted."""
    lines = []
    for finding, rule, _ in found[:_MOST]:
        place = f"{named(finding.at.path, _PATH)}:{finding.at.line}"
        lines.append(line(f"{place} {finding.rule}: {finding.message}", _WIDTH))
        if rule and "hint:" not in finding.message:
            lines.append(line(f"  fix: {rule.fix}", _WIDTH))
    if len(found) > _MOST:
        lines.append(f"{len(found) - _MOST} more are not shown")
    acceptable = [finding for finding, _, forbidden in found if not forbidden]
    if acceptable:
        name = acceptable[0].fingerprint[:_DIGITS] or "FINGERPRINT"
        lines.append(
            "if it must stay, ask your user: two people can sign for it with"
            f" `aigate accept {name}`, and you cannot"
        )
    return tuple(lines)


def of_gaps(gaps: Iterable[Gap]) -> tuple[str, ...]:
    """Return lines about what could not be examined."""
    found = sorted(gaps)
    lines = [
        line(f"{named(g.subject, _PATH)}: not examined, {g.reason}", _WIDTH) for g in found[:_MOST]
    ]
    if len(found) > _MOST:
        lines.append(f"{len(found) - _MOST} more are not shown")
    return tuple(lines)


def of_people(seats: Iterable[Seats]) -> str:
    """Return who answers, each once, or the empty text if nobody is named."""
    found = tuple(seats)
    named = (
        ("developer", dict.fromkeys(one.developer for one in found if one.developer)),
        ("security", dict.fromkeys(one.security for one in found if one.security)),
    )
    return "; ".join(f"{role} {', '.join(people)}" for role, people in named if people)


def blocked(objection: Objection, *, last: bool) -> str:
    """Return what the model is told."""
    lines = ["aigate objects:", *objection.lines]
    if last:
        lines.append(f"do not try again: stop, and leave it to {_whom(objection)}")
    return "\n".join(lines)


def handed_over(objection: Objection, *, times: int) -> str:
    """Return what the person is told who has to go on."""
    head = f"aigate objected {times} times in a row and leaves it to {_whom(objection)}:"
    return "\n".join((head, *objection.lines))


def people_of(judged: Iterable[Judged]) -> str:
    """Return who answers for findings; see `of_people`."""
    return of_people(one.seats for one in judged)


def _whom(objection: Objection) -> str:
    return line(objection.people, _WIDTH) or "the person who runs this session"
