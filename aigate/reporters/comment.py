"""The report as a calm comment on a pull request: what blocks, who answers, what to do next.

It is Markdown as in the summary of a job, shorter, and without the code: whoever reads it has
the code beside it. The verdict comes first, and what need not be read now is folded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from aigate.domain.extension import Reporter, View
from aigate.domain.report import Report, Side, Verdict
from aigate.domain.rule import Rule
from aigate.engine.shown import code, prose
from aigate.reporters import _words
from aigate.reporters._markdown import MARKED, answers, fit, gap, rest, shares, size

# GitHub takes 65,536 characters; counted in bytes, and with room for what is put around it.
_LIMIT = 60_000
_RESERVE = 4_000
_MOST_LOUD = 25  # nobody reads more of them here; the report has all
_MOST_CALM = 50
_MOST_GAPS = 25
_MOST_NOTES = 10
_MESSAGE = 300


def _render(report: Report, view: View) -> str:
    findings, outside = _words.within(report, view)
    blocks = _words.fold(findings)
    errors = [block for block in blocks if _words.word(block.judged) == "error"]
    calm = [block for block in blocks if _words.word(block.judged) != "error"]
    room = _LIMIT - _RESERVE
    parts = [list(_opening(report))]
    room -= size(parts[0])
    rules = {rule.name: rule for rule in report.rules}
    loud = fit(("\n".join(_error(block, rules)) for block in errors[:_MOST_LOUD]), room)
    parts.append(_listed("### What blocks\n", loud, len(errors)))
    room -= size(parts[-1])
    gaps = fit((gap(one, report) for one in report.gaps[:_MOST_GAPS]), room)
    parts.append(_listed("### What could not be examined\n", gaps, len(report.gaps)))
    room -= size(parts[-1])
    shown = fit((rest(block) for block in calm[:_MOST_CALM]), room)
    parts.append(_folded("What does not block", _listed("", shown, len(calm))))
    room -= size(parts[-1])
    parts.append(_folded("About this run", fit(_about(report, outside), max(room, 0))))
    return "\n".join(line for part in parts for line in part).rstrip("\n") + "\n"


def _opening(report: Report) -> Iterator[str]:
    said = _words.verdict(report, quoting=False).partition(":")[2].strip()
    yield f"## aigate: {report.verdict.value}\n"
    yield f"{said}.\n"
    if report.verdict is Verdict.ADVISORY_FAIL:
        yield "The policy is in advisory mode and lets it through; this is no pass.\n"
    if added := _words.authorship(report):
        yield f"AI share: {prose(added)}.\n"
    if report.findings or report.gaps:
        yield f"{MARKED}\n"


def _error(block: _words.Block, rules: Mapping[str, Rule]) -> Iterator[str]:
    judged = block.judged
    finding = judged.finding
    rule = rules.get(finding.rule)
    yield f"- **{code(finding.rule, 100)}** at {code(_words.place(finding.at))}:"
    yield f"  {code(finding.message or finding.title, _MESSAGE)}"
    yield f"  - Answers: {answers(block)}"
    fix = rule.fix if rule else finding.help
    if fix:
        yield f"  - Fix: {prose(_words.paragraph(fix))}"
    if judged.next_step:
        yield f"  - Next: {prose(judged.next_step, 600)}"
    if judged.decision.value != "open":
        yield f"  - Acceptance: {prose(_words.acceptance(judged))}"
    if block.also:
        yield f"  - Also: {code(_words.listed(block.also))}"
    if finding.suppressed_inline:
        yield "  - Suppressed inline: has no effect"
    name = _words.short(finding.fingerprint) or finding.rule
    yield f"  - More: {code(f'aigate explain {name}')}"


def _about(report: Report, outside: int) -> Iterator[str]:
    against = f" against {_commit(report.reference)}" if report.reference else ""
    yield f"Judged {_commit(report.head)}{against}, by the policy {code(report.policy, 100)}.\n"
    yield f"Coverage: {prose(_words.coverage(report))}.\n"
    if report.findings:
        yield f"Origin of the findings: {shares(report)}.\n"
    for note in report.notes[:_MOST_NOTES]:
        yield f"- Note: {prose(note, 300)}"
    if len(report.notes) > _MOST_NOTES:
        yield f"- {len(report.notes) - _MOST_NOTES} more not shown"
    if outside:
        yield f"- {outside} more outside the shown paths"
    yield ""


def _commit(side: Side) -> str:
    return code(side.commit[:12] or side.name, 60)


def _listed(title: str, shown: Sequence[str], count: int) -> list[str]:
    if not count:
        return []
    hidden = count - len(shown)
    more = [f"- {hidden} more not shown; the JSON report has all of them"] if hidden else []
    return [*([title] if title else []), *shown, *more, ""]


def _folded(summary: str, lines: Sequence[str]) -> list[str]:
    if not lines:
        return []
    return ["<details>", f"<summary>{summary}</summary>\n", *lines, "</details>\n"]


REPORTER = Reporter(name="comment", render=_render)
