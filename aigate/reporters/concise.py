"""The report with one finding a line, for editors and for grep."""

from __future__ import annotations

from aigate.domain.extension import Reporter, View
from aigate.domain.report import Report
from aigate.engine.shown import line, plain
from aigate.reporters import _words

_MESSAGE = 300


def _render(report: Report, view: View) -> str:
    findings, outside = _words.within(report, view)
    out = []
    for judged in findings:
        finding, kind = judged.finding, _words.word(judged)
        if kind in ("error", "warning") or view.verbose:
            message = line(finding.message or finding.title, _MESSAGE)
            out.append(f"{_words.place(finding.at)}: {kind}[{plain(finding.rule)}] {message}")
    for one in report.gaps:
        subject, reason = line(one.subject, _MESSAGE), line(one.reason, _MESSAGE)
        out.append(f"{subject}: gap[{plain(one.code)}] {reason}")
    out = [_words.no_command(text) for text in out]
    if outside:
        out.append(f"{outside} more outside the shown paths")
    out.append(_words.verdict(report))
    return "\n".join(out) + "\n"


REPORTER = Reporter(name="concise", render=_render)
