"""The report as logging commands of Azure Pipelines, and one line with the verdict.

A task is only ever marked as worse than its exit status, never as better.
"""

from __future__ import annotations

from collections.abc import Iterator

from aigate.domain.extension import Reporter, View
from aigate.domain.finding import Gap
from aigate.domain.report import Report, Verdict
from aigate.engine.shown import line, plain
from aigate.reporters import _words

# The agent keeps ten of each kind for a task.
_MOST = 10
_MESSAGE = 600
_PATH = 1000

_DATA = str.maketrans({"%": "%AZP25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = _DATA | str.maketrans({";": "%3B", "]": "%5D"})
_RESULTS = {
    Verdict.FAIL: "Failed",
    Verdict.INCOMPLETE: "Failed",
    Verdict.ADVISORY_FAIL: "SucceededWithIssues",
}


def _render(report: Report, view: View) -> str:
    findings, hidden = _words.within(report, view)
    kept: dict[str, list[str]] = {"error": [], "warning": []}
    for one in report.gaps:
        hidden += _keep(kept["error"], _gap(one, report))
    for block in _words.fold(findings):
        kind = _words.word(block.judged)
        if kind in kept:
            hidden += _keep(kept[kind], _issue(block, kind))
    out = [*kept["error"], *kept["warning"]]
    if hidden:
        out.append(f"{hidden} more not shown; the report has all of them")
    if result := _RESULTS.get(report.verdict):
        said = _words.verdict(report, quoting=False).translate(_DATA)
        out.append(f"##vso[task.complete result={result};]{said}")
    out.append(_words.verdict(report))
    return "\n".join(out) + "\n"


def _keep(kept: list[str], text: str) -> int:
    """Keep what there is room for; return how many there was none for."""
    if len(kept) >= _MOST:
        return 1
    kept.append(text)
    return 0


def _issue(block: _words.Block, kind: str) -> str:
    judged = block.judged
    finding, at = judged.finding, judged.finding.at
    where = {"sourcepath": at.path}
    # A notebook's lines on the page are not those of the file.
    if not at.cell:
        where |= {"linenumber": str(at.line), "columnnumber": str(at.column)}
    return _command(kind, where | {"code": finding.rule}, "\n".join(_says(block)))


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
    yield f"next: aigate explain {_words.short(finding.fingerprint) or plain(finding.rule)}"


def _gap(one: Gap, report: Report) -> str:
    where = {} if _words.is_scanner(one, report) else {"sourcepath": one.subject}
    says = f"not examined: {_words.gap(one)}\nhint: {_words.way_out(one, report)}"
    return _command("error", where | {"code": one.code}, says)


def _command(kind: str, properties: dict[str, str], says: str) -> str:
    told = "".join(
        f"{name}={line(value, _PATH).translate(_PROPERTY)};" for name, value in properties.items()
    )
    return f"##vso[task.logissue type={kind};{told}]{says.translate(_DATA)}"


REPORTER = Reporter(name="azure", render=_render)
