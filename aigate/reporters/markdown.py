"""The report as Markdown, for the summary of a job and for a comment on a change.

The verdict comes first and in our own words. What the repository could have written stands in
code spans and fences only, so that it is no mention, link, image or instruction.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from aigate.domain.extension import Reporter, View
from aigate.domain.report import Report, Verdict
from aigate.domain.rule import Rule
from aigate.engine.shown import code, fence, prose
from aigate.reporters import _snippet, _words
from aigate.reporters._markdown import MARKED, answers, fit, gap, rest, shares, size

# A comment holds 65,536 characters; counted in bytes, to be on the safe side.
_LIMIT = 65_000
_RESERVE = 2_000  # for what closes the report
_SNIPPET_WIDTH = 120
_MOST_NOTES = 20
_MESSAGE = 400


def _render(report: Report, view: View) -> str:
    findings, outside = _words.within(report, view)
    rules = {rule.name: rule for rule in report.rules}
    blocks = _words.fold(findings)
    errors = [block for block in blocks if _words.word(block.judged) == "error"]
    calm_blocks = [block for block in blocks if _words.word(block.judged) != "error"]

    room = _LIMIT - _RESERVE
    top = fit(_opening(report, outside), room // 3)
    gaps = fit((gap(one, report) for one in report.gaps), room // 6)
    if gaps:
        hidden = len(report.gaps) - len(gaps)
        top += ["### What could not be examined\n", *gaps]
        top += [f"- {hidden} more not shown\n"] if hidden else [""]
    room -= size(top)
    loud = fit(("\n".join(_error(block, rules=rules)) for block in errors), room)
    room -= size(loud)
    calm = fit((rest(block) for block in calm_blocks), room) if len(loud) == len(errors) else []
    out = [*top, *(["### What blocks\n"] if loud else []), *loud]
    if calm:
        summary = "<summary>What does not block</summary>"
        out += ["<details>", f"{summary}\n", *calm, "\n</details>\n"]
    if hidden := len(blocks) - len(loud) - len(calm):
        out.append(f"{hidden} more not shown; the JSON report has all of them.")
    return "\n".join(out).rstrip("\n") + "\n"


def _opening(report: Report, outside: int) -> Iterator[str]:
    said = _words.verdict(report, quoting=False).partition(":")[2].strip()
    yield f"## aigate: {report.verdict.value}\n"
    yield f"{said}.\n"
    if report.verdict is Verdict.ADVISORY_FAIL:
        yield "The policy is in advisory mode and lets it through; this is no pass.\n"
    yield f"Coverage: {prose(_words.coverage(report))}.\n"
    if report.findings:
        yield f"Origin: {shares(report)}.\n"
    if added := _words.authorship(report):
        yield f"Added lines: {prose(added)}.\n"
    for note in report.notes[:_MOST_NOTES]:
        yield f"Note: {prose(note, 300)}\n"
    if outside:
        yield f"{outside} more outside the shown paths.\n"
    if report.findings or report.gaps:
        yield f"{MARKED}\n"


def _error(block: _words.Block, *, rules: Mapping[str, Rule]) -> Iterator[str]:
    judged = block.judged
    finding = judged.finding
    rule = rules.get(finding.rule)
    yield f"**{code(finding.rule, 100)}** at {code(_words.place(finding.at))}\n"
    yield f"{code(finding.message or finding.title, _MESSAGE)}\n"
    drawn = "\n".join(_snippet.draw(finding, _SNIPPET_WIDTH))
    if drawn:
        yield "Untrusted text of the repository:\n"
        yield f"{fence(drawn)}text\n{drawn}\n{fence(drawn)}\n"
    fix = rule.fix if rule else finding.help
    if rule and rule.why:
        yield f"- Why: {prose(_words.sentence(rule.why))}"
    if fix:
        yield f"- Fix: {prose(_words.paragraph(fix))}"
    yield f"- Answers: {answers(block)}"
    yield f"- Origin: {code(_words.origin(judged))}"
    if judged.decision.value != "open":
        yield f"- Acceptance: {judged.decision.value}"
    if block.also:
        yield f"- Also: {code(_words.listed(block.also))}"
    if finding.suppressed_inline:
        yield "- Suppressed inline: has no effect"
    name = _words.short(finding.fingerprint) or finding.rule
    yield f"- Next: {code(f'aigate explain {name}')}\n"


REPORTER = Reporter(name="markdown", render=_render)
