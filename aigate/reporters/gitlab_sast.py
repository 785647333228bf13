"""The report as GitLab's SAST artifact, for its security dashboard and merge requests.

It keeps to version 15.2.1 of GitLab's schema. Accepted findings are left out, and come back when
their acceptance ends. Where something was not examined, the scan is a failure, with the reasons.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from aigate.domain.extension import Reporter, View
from aigate.domain.finding import Gap, Judged
from aigate.domain.report import Report, Verdict
from aigate.engine.shown import line, plain, prose
from aigate.reporters import _ascii, _words
from aigate.reporters._ascii import Object, Value

_SCHEMA = "15.2.1"
_MOST = 5000
_MOST_MESSAGES = 1000
_MESSAGE = 600
_NAME = 255
_PATH = 4000
_CWE = "https://cwe.mitre.org/data/definitions/{}.html"


def _render(report: Report, view: View) -> str:
    del view  # a record does not depend on how it is looked at
    kept = [one for one in report.findings if _words.word(one) != "accepted"]
    titles = {rule.name: rule.title for rule in report.rules}
    members = (
        _ascii.member("version", _SCHEMA),
        _ascii.member("scan", _scan(report, hidden=max(len(kept) - _MOST, 0))),
        _ascii.member("vulnerabilities", [_vulnerability(one, titles) for one in kept[:_MOST]]),
    )
    return "{\n" + ",\n".join(members) + "\n}\n"


def _scan(report: Report, *, hidden: int) -> Value:
    tool: Object = {
        "id": "aigate",
        "name": "aigate",
        "version": report.run.version,
        "vendor": {"name": "aigate"},
    }
    # GitLab wants times of a form of its own. Scanners run side by side, so the longest counts.
    begun = datetime.fromisoformat(report.run.started)
    spent = max((ran.seconds for ran in report.run.scanners), default=0)
    complete = not report.gaps and report.verdict is not Verdict.INCOMPLETE
    return {
        "analyzer": tool,
        "scanner": tool,
        "type": "sast",
        "start_time": f"{begun:%Y-%m-%dT%H:%M:%S}",
        "end_time": f"{begun + timedelta(seconds=spent):%Y-%m-%dT%H:%M:%S}",
        "status": "success" if complete else "failure",
        "messages": _messages(report.gaps, hidden, _words.verdict(report, quoting=False)),
    }


def _messages(gaps: tuple[Gap, ...], hidden: int, verdict: str) -> list[Value]:
    said: list[Value] = [{"level": "info", "value": verdict}]
    said += [
        {"level": "warn", "value": f"not examined: {_words.gap(one)}"}
        for one in gaps[:_MOST_MESSAGES]
    ]
    if (more := len(gaps) - _MOST_MESSAGES) > 0:
        said.append({"level": "warn", "value": f"{more} more were not examined"})
    if hidden:
        says = f"{hidden} more not shown; the JSON report has all of them"
        said.append({"level": "warn", "value": says})
    return said


def _vulnerability(judged: Judged, titles: dict[str, str]) -> Value:
    finding, at = judged.finding, judged.finding.at
    says = [prose(finding.message or finding.title, _MESSAGE)]
    says += [prose(f"costs: {judged.action.word}{', blocks' if judged.blocking else ''}")]
    says += [prose(f"answers: {_words.answers(judged)}")]
    # A notebook's lines on the page are not those of the file.
    lines: Object = {} if at.cell else {"start_line": at.line, "end_line": at.end_line}
    return {
        "id": _identity(finding.rule, finding.fingerprint, str(finding.occurrence)),
        "name": line(titles.get(finding.rule) or finding.title or finding.rule, _NAME),
        "description": "\n\n".join(says),
        "severity": finding.severity.word.title(),
        "solution": prose(finding.help, _MESSAGE) if finding.help else "",
        "identifiers": [
            {"type": "aigate_rule", "name": plain(finding.rule), "value": plain(finding.rule)},
            *(_weakness(number) for number in finding.cwe),
        ],
        "location": {"file": line(at.path, _PATH), **lines},
    }


def _weakness(number: int) -> Value:
    url = _CWE.format(number)
    return {"type": "cwe", "name": f"CWE-{number}", "value": str(number), "url": url}


def _identity(*parts: str) -> str:
    """Return what tells vulnerabilities apart, in the form of a UUID."""
    digest = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
    return "-".join((digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:32]))


REPORTER = Reporter(name="gitlab-sast", render=_render)
