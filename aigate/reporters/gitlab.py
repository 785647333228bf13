"""The report as GitLab's Code Quality artifact, which every tier shows in a merge request.

Accepted findings and notes are left out. What blocks is a `blocker`, whatever its severity, so
that the widget and the gate agree about what must be done.
"""

from __future__ import annotations

import hashlib

from aigate.domain.extension import Reporter, View
from aigate.domain.finding import Gap, Judged
from aigate.domain.report import Report
from aigate.domain.severity import Severity
from aigate.engine.shown import line, plain
from aigate.reporters import _ascii, _words
from aigate.reporters._ascii import Value

_MOST = 5000
_MESSAGE = 600
_PATH = 4000
_SEVERITY = {
    Severity.CRITICAL: "critical",
    Severity.HIGH: "major",
    Severity.MEDIUM: "minor",
    Severity.LOW: "info",
}


def _render(report: Report, view: View) -> str:
    del view  # a record does not depend on how it is looked at
    kept = [one for one in report.findings if _words.word(one) in ("error", "warning")]
    room = max(_MOST - len(report.gaps), 0)
    issues = [_gap(one) for one in report.gaps[:_MOST]]
    issues += [_issue(one) for one in kept[:room]]
    if hidden := len(report.gaps) + len(kept) - len(issues):
        says = f"{hidden} more not shown; the JSON report has all of them"
        issues.append(_about("aigate", says, "cut", _identity("cut")))
    body = ",\n".join(_ascii.dump(issue) for issue in issues)
    return f"[\n{body}\n]\n" if body else "[]\n"


def _issue(judged: Judged) -> Value:
    finding = judged.finding
    at = finding.at
    says = line(finding.message or finding.title, _MESSAGE)
    return {
        "description": f"{says} (answers: {_words.answers(judged)})",
        "check_name": plain(finding.rule),
        "fingerprint": _identity(finding.fingerprint, str(finding.occurrence)),
        "severity": "blocker" if judged.blocking else _SEVERITY[finding.severity],
        # A notebook's lines on the page are not those of the file.
        "location": {"path": line(at.path, _PATH), "lines": {"begin": 1 if at.cell else at.line}},
    }


def _gap(one: Gap) -> Value:
    says = f"not examined: {line(one.reason, _MESSAGE)}"
    return _about(one.subject, says, one.code, _identity(one.subject, one.code, one.scanner, says))


def _about(path: str, says: str, code: str, identity: str) -> Value:
    return {
        "description": says,
        "check_name": plain(code),
        "fingerprint": identity,
        "severity": "blocker",
        "location": {"path": line(path, _PATH), "lines": {"begin": 1}},
    }


def _identity(*parts: str) -> str:
    """Return what tells issues apart; GitLab drops one of two that are equal."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


REPORTER = Reporter(name="gitlab", render=_render)
