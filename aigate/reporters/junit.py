"""The report as JUnit XML, for servers that show test results.

The first case is the verdict itself, so that a run is red whenever the gate is. Each finding
that blocks is a failure, each gap an error, and every other finding a case that passes and
says in its output what it is about.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice
from xml.etree import ElementTree as ET

from aigate.domain.extension import Reporter, View
from aigate.domain.finding import Gap
from aigate.domain.report import Report, Verdict
from aigate.engine.shown import line, plain
from aigate.reporters import _snippet, _words

_MOST = 2000
_NAME = 300
_WIDTH = 120


def _render(report: Report, view: View) -> str:
    del view  # a record does not depend on how it is looked at
    blocks = _words.fold(report.findings)
    suite = ET.Element("testsuite", {"name": "aigate"})
    suite.append(_verdict(report, hidden=max(len(blocks) + len(report.gaps) - _MOST, 0)))
    suite.extend(islice(chain(map(_gap, report.gaps), map(_finding, blocks)), _MOST))
    counts = {
        "tests": len(suite),
        "failures": len(suite.findall("testcase/failure")),
        "errors": len(suite.findall("testcase/error")),
        "skipped": 0,
    }
    for name, number in counts.items():
        suite.set(name, str(number))
    root = ET.Element("testsuites", dict(suite.attrib))
    root.append(suite)
    ET.indent(root)
    text = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _verdict(report: Report, *, hidden: int) -> ET.Element:
    case = _case("aigate", "verdict")
    said = _words.verdict(report, quoting=False)
    if report.verdict is Verdict.INCOMPLETE:
        ET.SubElement(case, "error", {"message": said, "type": report.verdict.value})
    elif report.verdict is Verdict.FAIL:
        ET.SubElement(case, "failure", {"message": said, "type": report.verdict.value})
    out = [said, _words.coverage(report)]
    out += [f"{hidden} more not shown; the JSON report has all of them"] if hidden else []
    ET.SubElement(case, "system-out").text = _lines(out)
    return case


def _finding(block: _words.Block) -> ET.Element:
    judged = block.judged
    finding = judged.finding
    where = _words.place(finding.at)
    case = _case(line(finding.at.path, _NAME), f"{plain(finding.rule)} at {where}")
    case.set("file", line(finding.at.path, _NAME))
    case.set("line", str(finding.at.line))
    message = line(finding.message or finding.title, _NAME)
    text = _lines(_says(block))
    if judged.blocking:
        failure = ET.SubElement(
            case, "failure", {"message": message, "type": finding.severity.word}
        )
        failure.text = text
    else:
        ET.SubElement(case, "system-out").text = _lines([f"{_words.word(judged)}: {message}", text])
    return case


def _says(block: _words.Block) -> Iterator[str]:
    judged = block.judged
    finding = judged.finding
    yield _words.place(finding.at)
    yield from _snippet.draw(finding, _WIDTH)
    if finding.help:
        yield f"fix: {_words.paragraph(finding.help)}"
    yield f"answers: {_words.answers(judged)}"
    if block.also:
        yield f"also: {_words.listed(block.also)}"
    yield f"next: aigate explain {_words.short(finding.fingerprint) or plain(finding.rule)}"


def _gap(one: Gap) -> ET.Element:
    case = _case(line(one.subject, _NAME), f"not examined ({plain(one.code)})")
    message = line(one.reason, _NAME)
    ET.SubElement(case, "error", {"message": message, "type": plain(one.code)})
    return case


def _case(group: str, name: str) -> ET.Element:
    return ET.Element("testcase", {"classname": group, "name": name, "time": "0"})


def _lines(texts: Iterator[str] | list[str]) -> str:
    """Put texts on lines of their own, none of which a runner takes for a command."""
    return "\n".join(map(_words.no_command, texts))


REPORTER = Reporter(name="junit", render=_render)
