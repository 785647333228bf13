"""The report as annotations of GitHub Actions: workflow commands, and one line with the verdict."""

from __future__ import annotations

from collections.abc import Iterator

from aigate.domain.extension import Reporter, View
from aigate.domain.finding import Gap
from aigate.domain.report import Report
from aigate.engine.annotations import annotation
from aigate.engine.shown import line, plain
from aigate.reporters import _words

# GitHub keeps ten of each kind for a step, and drops the others silently.
_MOST = 10
_MESSAGE = 600


def _render(report: Report, view: View) -> str:
    findings, outside = _words.within(report, view)
    errors: list[str] = []
    warnings: list[str] = []
    hidden = outside
    for block in _words.fold(findings):
        kind = _words.word(block.judged)
        kept = {"error": errors, "warning": warnings}.get(kind)
        if kept is None:
            continue
        if len(kept) < _MOST:
            kept.append(_annotation(block, kind))
        else:
            hidden += 1
    for one in report.gaps:
        if len(errors) < _MOST:
            errors.append(_gap(one, report))
        else:
            hidden += 1
    out = [*errors, *warnings]
    if hidden:
        out.append(f"::notice title=aigate::{hidden} more not shown; the report has all of them")
    out.append(_words.verdict(report))
    return "\n".join(out) + "\n"


def _annotation(block: _words.Block, kind: str) -> str:
    judged = block.judged
    finding = judged.finding
    at = finding.at
    where = {"file": at.path}
    # A notebook's lines on the page are not those of the file.
    if not at.cell:
        where |= {"line": f"{at.line}", "endLine": f"{at.end_line}", "col": f"{at.column}"}
        where |= {"endColumn": f"{at.end_column}"} if at.end_line == at.line else {}
    return annotation(kind, "\n".join(_says(block)), **where, title=finding.rule)


def _says(block: _words.Block) -> Iterator[str]:
    judged = block.judged
    finding = judged.finding
    yield line(finding.message or finding.title, _MESSAGE)
    if finding.at.cell:
        yield f"at: {_words.place(finding.at)}"
    if finding.help:
        yield f"fix: {_words.paragraph(finding.help)}"
    yield f"answers: {_words.answers(judged)}"
    if block.also:
        yield f"also: {_words.listed(block.also)}"
    if finding.suppressed_inline:
        yield "suppressed inline: has no effect"
    yield f"next: aigate explain {_words.short(finding.fingerprint) or plain(finding.rule)}"


def _gap(one: Gap, report: Report) -> str:
    where = "" if _words.is_scanner(one, report) else one.subject
    says = f"{_words.gap(one)}\nhint: {_words.way_out(one, report)}"
    return annotation("error", says, file=where, title=f"not examined ({one.code})")


REPORTER = Reporter(name="github", render=_render)
