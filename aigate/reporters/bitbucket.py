"""The report for Code Insights of Bitbucket: a report, and annotations for the pull request.

`aigate code-insights` sends it. Accepted findings and notes are left out. Bitbucket keeps a
thousand annotations of a report.
"""

from __future__ import annotations

import hashlib
from collections import Counter

from aigate.domain.extension import Reporter, View
from aigate.domain.finding import Gap, Judged
from aigate.domain.report import Report, Verdict
from aigate.engine.shown import line, plain
from aigate.reporters import _ascii, _words
from aigate.reporters._ascii import Object, Value

VERSION = "aigate-code-insights/1"
"""What the document calls itself."""

_MOST = 1000
_SUMMARY = 450
_DETAILS = 2000
_PATH = 2000


def _render(report: Report, view: View) -> str:
    del view  # a record does not depend on how it is looked at
    kept = [one for one in report.findings if _words.word(one) in ("error", "warning")]
    notes = [*map(_gap, report.gaps[:_MOST])]
    notes += [*map(_annotation, kept[: _MOST - len(notes)])]
    hidden = len(report.gaps) + len(kept) - len(notes)
    members = (
        _ascii.member("version", VERSION),
        _ascii.member("report", _about(report, hidden)),
        _ascii.member("annotations", notes),
    )
    return "{\n" + ",\n".join(members) + "\n}\n"


def _about(report: Report, hidden: int) -> Value:
    counts = Counter(_words.word(judged) for judged in report.findings)
    data: list[Value] = [
        {"title": "Verdict", "type": "TEXT", "value": report.verdict.value},
        {"title": "Findings that block", "type": "NUMBER", "value": counts["error"]},
        {"title": "Warnings", "type": "NUMBER", "value": counts["warning"]},
        {"title": "Accepted by two people", "type": "NUMBER", "value": counts["accepted"]},
        {"title": "Not examined", "type": "NUMBER", "value": len(report.gaps)},
    ]
    if hidden:
        data.append({"title": "Not shown here", "type": "NUMBER", "value": hidden})
    passed = report.verdict in {Verdict.PASS, Verdict.ADVISORY_FAIL}
    return {
        "title": "aigate",
        "details": _words.verdict(report, quoting=False),
        "report_type": "SECURITY",
        "reporter": "aigate",
        "result": "PASSED" if passed else "FAILED",
        "data": data,
    }


def _annotation(judged: Judged) -> Value:
    finding, at = judged.finding, judged.finding.at
    says = [f"fix: {_words.paragraph(finding.help)}"] if finding.help else []
    says += [f"answers: {_words.answers(judged)}"]
    says += [f"next: aigate explain {_words.short(finding.fingerprint) or plain(finding.rule)}"]
    fields: Object = {
        "external_id": _identity(finding.rule, finding.fingerprint, str(finding.occurrence)),
        "annotation_type": "VULNERABILITY",
        "summary": line(f"{finding.rule}: {finding.message or finding.title}", _SUMMARY),
        "details": "\n".join(says)[:_DETAILS],
        "severity": finding.severity.word.upper(),
        "result": "FAILED" if judged.blocking else "PASSED",
        "path": line(at.path, _PATH),
    }
    # A notebook's lines on the page are not those of the file.
    return fields if at.cell else {**fields, "line": at.line}


def _gap(one: Gap) -> Value:
    says = f"not examined: {_words.gap(one)}"
    return {
        "external_id": _identity(one.subject, one.code, one.scanner, one.reason),
        "annotation_type": "BUG",
        "summary": line(says, _SUMMARY),
        "severity": "HIGH",
        "result": "FAILED",
    }


def _identity(*parts: str) -> str:
    digest = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
    return f"aigate-{digest[:32]}"


REPORTER = Reporter(name="bitbucket", render=_render)
