"""The report for a terminal: what blocks in full, warnings in brief, the rest as numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from aigate.domain.extension import Reporter, View
from aigate.domain.finding import Decision, Judged, Status
from aigate.domain.report import Report, Verdict
from aigate.domain.rule import Rule
from aigate.engine.shown import line, plain
from aigate.reporters import _snippet, _words
from aigate.value import dataclass

# What a person can read; the JSON report has all of it.
_MOST = {"error": 200, "warning": 100, "accepted": 100, "note": 200}
_MOST_GAPS = 50
_MESSAGE = 600

_COLORS = {
    "error": "31;1",
    "fail": "31;1",
    "incomplete": "31;1",
    "gap": "31;1",
    "warning": "33;1",
    "advisory-fail": "33;1",
    "note": "36;1",
    "accepted": "36;1",
    "pass": "32;1",
}


@dataclass(frozen=True, slots=True)
class _Around:
    """What a block needs to know of the rest of the report."""

    view: View
    rules: Mapping[str, Rule]
    has_reference: bool
    has_origins: bool


def _render(report: Report, view: View) -> str:
    findings, outside = _words.within(report, view)
    around = _Around(
        view,
        rules={rule.name: rule for rule in report.rules},
        has_reference=report.reference is not None,
        has_origins=_words.has_origins(report),
    )
    kinds = _MOST if view.verbose else ("error", "warning")
    by_word: dict[str, list[_words.Block]] = {kind: [] for kind in _MOST}
    for block in _words.fold(findings):
        by_word[_words.word(block.judged)].append(block)
    out: list[str] = []
    more = 0
    for kind in kinds:
        for block in by_word[kind][: _MOST[kind]]:
            out += [*_block(block, around), ""]
        more += max(len(by_word[kind]) - _MOST[kind], 0)
    if more:
        out += [f"{more} more not shown; `--format json` gives all", ""]
    for one in report.gaps[:_MOST_GAPS]:
        out.append(f"{_paint('gap', view)}[{plain(one.code)}]: {_words.gap(one)}")
        out += [f"  = hint: {_words.way_out(one, report)}", ""]
    if len(report.gaps) > _MOST_GAPS:
        out += [f"{len(report.gaps) - _MOST_GAPS} more gaps not shown", ""]
    out += [f"{_paint('note', view)}: {line(text, _MESSAGE)}" for text in report.notes]
    out += _closing(report, around, outside=outside)
    return "\n".join(out) + "\n"


def _closing(report: Report, around: _Around, *, outside: int) -> Iterator[str]:
    if outside:
        yield f"{outside} more outside the shown paths"
    blocks = any(judged.blocking for judged in report.findings)
    if added := _words.authorship(report):
        yield f"origin: {added}"
    elif blocks and not around.has_origins:
        yield "origin: no evidence of who wrote these lines, so they count as AI"
    yield _words.coverage(report)
    if report.verdict is Verdict.ADVISORY_FAIL:
        yield "advisory mode: the policy lets it through; this is no pass"
    name, _, rest = _words.verdict(report).partition(":")
    yield f"{_paint(name, around.view)}:{rest}"


def _block(block: _words.Block, around: _Around) -> Iterator[str]:
    judged, view = block.judged, around.view
    finding = judged.finding
    kind = _words.word(judged)
    head = _paint(kind, view)
    yield f"{head}[{plain(finding.rule)}]: {line(finding.message or finding.title, _MESSAGE)}"
    full = kind == "error" or view.verbose
    drawn = _snippet.draw(finding, view.width) if full else ()
    indent = drawn[0].index("|") if drawn else 2
    yield f"{'':{indent - 1}}--> {_words.place(finding.at)}"
    yield from drawn
    wanted = frozenset(("fix", "answers", "also", "suppressed inline", "acceptance", "next"))
    for name, text in _facts(block, around):
        if full or name in wanted:
            yield f"{'':{indent}}= {name}: {text}"


def _facts(block: _words.Block, around: _Around) -> Iterable[tuple[str, str]]:
    judged = block.judged
    finding, candidate = judged.finding, judged.candidate
    rule = around.rules.get(finding.rule)
    fix = rule.fix if rule else finding.help
    if rule and rule.why:
        yield "why", _words.sentence(rule.why)
    if fix:
        yield "fix", _words.paragraph(fix)
    yield "answers", _words.answers(judged)
    if around.has_origins:
        yield "origin", _words.origin(judged)
    if candidate.status is Status.EXISTING and around.has_reference:
        yield "status", "existing: the reference has it as well"
    if judged.decision is not Decision.OPEN:
        yield "acceptance", _words.acceptance(judged)
    if judged.introduced:
        by = judged.introduced
        yield "introduced", f"{plain(by.commit[:12])} by {line(by.author, 100)}"
    if block.also:
        yield "also", _words.listed(block.also)
    if finding.suppressed_inline:
        yield "suppressed inline", "has no effect"
    yield "priority", _priority(judged)
    yield "fingerprint", _words.short(finding.fingerprint)
    if judged.next_step:
        yield "next", plain(judged.next_step)
    more = f"aigate explain {_words.short(finding.fingerprint) or plain(finding.rule)}"
    yield "more" if judged.next_step else "next", more


def _priority(judged: Judged) -> str:
    score = str(judged.priority.score)
    reasons = _words.listed(judged.priority.reasons)
    return f"{score}: {reasons}" if reasons else score


def _paint(word: str, view: View) -> str:
    return f"\x1b[{_COLORS[word]}m{word}\x1b[0m" if view.color else word


REPORTER = Reporter(name="text", render=_render)
