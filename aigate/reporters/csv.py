r"""The report as a table for spreadsheets: one finding or gap a row.

A cell that a spreadsheet would take for a formula, or that starts with an apostrophe, gets an
apostrophe in front; taking one leading apostrophe away from every cell gives the text back.
Characters that nobody sees are written out, such as `\u{202e}`.
"""

from __future__ import annotations

import csv
import io

from aigate.domain.extension import Reporter, View
from aigate.domain.finding import Gap, Judged
from aigate.domain.report import Report
from aigate.engine.shown import line
from aigate.reporters import _words

COLUMNS = (
    "kind",
    "rule",
    "severity",
    "priority",
    "path",
    "cell",
    "line",
    "column",
    "end_line",
    "end_column",
    "message",
    "status",
    "action",
    "decision",
    "origin",
    "agent",
    "developer",
    "security",
    "due",
    "requirement",
    "fix",
    "fingerprint",
    "occurrence",
)
"""The columns, in order; new ones are added at the end."""

# Spreadsheets keep no more than 32,767 characters in a cell.
_CELL = 2000
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")


def _render(report: Report, view: View) -> str:
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(COLUMNS)
    del view  # a record does not depend on how it is looked at
    for row in (*map(_finding, report.findings), *map(_gap, report.gaps)):
        table.writerow([_safe(row.get(name, "")) for name in COLUMNS])
    return out.getvalue()


def _finding(judged: Judged) -> dict[str, str | int]:
    finding, origin = judged.finding, judged.candidate.origin
    at = finding.at
    return {
        "kind": _words.word(judged),
        "rule": finding.rule,
        "severity": finding.severity.word,
        "priority": judged.priority.score,
        "path": at.path,
        "cell": at.cell or "",
        "line": at.line,
        "column": at.column,
        "end_line": at.end_line,
        "end_column": at.end_column,
        "message": finding.message or finding.title,
        "status": judged.candidate.status.value,
        "action": judged.action.word,
        "decision": judged.decision.value,
        "origin": origin.kind.value,
        "agent": origin.agent,
        "developer": judged.seats.developer,
        "security": judged.seats.security,
        "due": judged.due,
        "requirement": judged.requirement,
        "fix": finding.help,
        "fingerprint": finding.fingerprint,
        "occurrence": finding.occurrence,
    }


def _gap(gap: Gap) -> dict[str, str | int]:
    return {"kind": "gap", "rule": gap.code, "path": gap.subject, "message": gap.reason}


def _safe(value: str | int) -> str | int:
    if isinstance(value, int):
        return value
    text = f"'{value}" if value.startswith(_FORMULA) else value
    return line(text, _CELL)


REPORTER = Reporter(name="csv", render=_render)
