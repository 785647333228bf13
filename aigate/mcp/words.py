"""The words of the tools: short, since a model reads all of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from aigate.domain.finding import Action, Gap, Judged
from aigate.domain.report import Report
from aigate.engine.shown import line, named, plain

SHORT = 12
"""How much of a fingerprint is shown."""

_MOST = 20
_MOST_GAPS = 10
_WIDTH = 400
_PATH = 300


def of_check(report: Report, *, asked: int, against: str) -> str:
    """Return what was found in the files of a check; `asked` is how many were named, 0 for all."""
    shown = [one for one in report.findings if one.blocking or one.action >= Action.WARN]
    blocking = sum(one.blocking for one in shown)
    warnings = len(shown) - blocking
    said = [
        f"{_count(blocking, 'finding')} {'blocks' if blocking == 1 else 'block'}"
        if blocking
        else "incomplete"
        if report.gaps
        else "nothing blocks"
    ]
    said += [_count(warnings, "warning")] if warnings else []
    said += [f"{len(report.gaps)} not examined"] if report.gaps else []
    lines = [f"{', '.join(said)} (compared with {plain(against)})"]
    seen = report.coverage
    if asked and seen.in_scope < asked:
        lines.append(
            f"looked at {seen.in_scope} of {asked} files: the others are as they were there,"
            " ignored by git, or not here"
        )
    elif not seen.in_scope:
        lines.append("nothing differs")
    lines += [
        f"not looked at: {one.entries} by the policy: {line(one.reason, _WIDTH)}"
        for one in seen.exclusions[:_MOST_GAPS]
    ]
    fixes = {rule.name: rule.fix for rule in report.rules}
    for one in shown[:_MOST]:
        lines += _finding(one, fixes.get(one.finding.rule, one.finding.help))
    if len(shown) > _MOST:
        lines.append(f"{len(shown) - _MOST} more are not shown; fix these, or name fewer files")
    lines += _gaps(report.gaps)
    lines.append("this is advice: `aigate scan` decides, and the check of the change")
    return "\n".join(lines) + "\n"


def _finding(judged: Judged, fix: str) -> Iterable[str]:
    finding = judged.finding
    word = "blocks" if judged.blocking else "warning"
    place = f"{named(finding.at.path, _PATH)}:{finding.at.line}:{finding.at.column}"
    cell = f" (cell {finding.at.cell})" if finding.at.cell else ""
    about = f"{word}[{plain(finding.rule)}] {finding.severity.word}"
    yield f"{place}{cell}: {about}: {line(finding.message or finding.title, _WIDTH)}"
    if fix and "hint:" not in finding.message:
        yield f"  fix: {line(' '.join(fix.split()), _WIDTH)}"
    if judged.blocking:
        yield f"  answers: {people(judged.seats.developer, judged.seats.security)}"
        yield f"  fingerprint: {plain(finding.fingerprint[:SHORT])}"


def people(developer: str, security: str) -> str:
    """Return who takes the two seats, also where that is nobody."""
    said = (("developer", developer), ("security", security))
    return ", ".join(f"{seat} {line(name, 200) or 'nobody'}" for seat, name in said)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _gaps(gaps: Sequence[Gap]) -> Iterable[str]:
    for one in gaps[:_MOST_GAPS]:
        yield f"{named(one.subject, _PATH)}: not examined: {line(one.reason, _WIDTH)}"
    if len(gaps) > _MOST_GAPS:
        yield f"{len(gaps) - _MOST_GAPS} more were not examined"
