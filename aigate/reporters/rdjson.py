"""The report in the Reviewdog Diagnostic Format, for reviewdog and whatever reads it.

Accepted findings and notes are left out, since every diagnostic becomes a comment. Columns
count bytes of UTF-8, as the format wants them.
"""

from __future__ import annotations

from aigate.domain.extension import Reporter, View
from aigate.domain.finding import Gap, Judged
from aigate.domain.report import Report
from aigate.engine.shown import line, plain
from aigate.reporters import _ascii, _snippet, _words
from aigate.reporters._ascii import Object, Value

# Each becomes a comment, or a call of the code host.
_MOST = 5000
_MESSAGE = 1000
_PATH = 4000
_SEVERITY = {"error": "ERROR", "warning": "WARNING"}


def _render(report: Report, view: View) -> str:
    del view  # a record does not depend on how it is looked at
    kept = [judged for judged in report.findings if _words.word(judged) in _SEVERITY]
    room = max(_MOST - len(report.gaps), 0)
    diagnostics: list[Value] = [_gap(one) for one in report.gaps[:_MOST]]
    diagnostics += [_diagnostic(judged) for judged in kept[:room]]
    hidden = len(report.gaps) + len(kept) - len(diagnostics)
    if hidden:
        says = f"{hidden} more not shown; the JSON report has all of them"
        diagnostics.append(_about("aigate", says, "cut"))
    source = _ascii.member("source", {"name": "aigate"})
    return f"{{\n{source},\n{_ascii.member('diagnostics', diagnostics)}\n}}\n"


def _diagnostic(judged: Judged) -> Value:
    finding = judged.finding
    says = [line(finding.message or finding.title, _MESSAGE)]
    says += [f"fix: {_words.paragraph(finding.help)}"] if finding.help else []
    says += [f"answers: {_words.answers(judged)}"]
    location: Object = {"path": line(finding.at.path, _PATH)}
    # A notebook's lines on the page are not those of the file.
    if not finding.at.cell:
        location["range"] = _range(judged)
    return {
        "message": "\n".join(says),
        "location": location,
        "severity": _SEVERITY[_words.word(judged)],
        "code": {"value": plain(finding.rule)},
    }


def _range(judged: Judged) -> Value:
    at = judged.finding.at
    snippet = _snippet.lines(judged.finding)
    start: Object = {"line": at.line}
    end: Object = {"line": at.end_line}
    if snippet:
        start["column"] = _bytes(snippet[0], at.column)
        if at.end_line - at.line < len(snippet):
            end["column"] = _bytes(snippet[at.end_line - at.line], at.end_column)
    return {"start": start, "end": end}


def _bytes(text: str, column: int) -> int:
    return len(text[: column - 1].encode("utf-8", "surrogatepass")) + 1


def _gap(one: Gap) -> Value:
    return _about(one.subject, f"not examined: {line(one.reason, _MESSAGE)}", one.code)


def _about(path: str, says: str, code: str) -> Value:
    return {
        "message": says,
        "location": {"path": line(path, _PATH)},
        "severity": "ERROR",
        "code": {"value": plain(code)},
    }


REPORTER = Reporter(name="rdjson", render=_render)
