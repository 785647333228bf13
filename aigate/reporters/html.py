"""The report as one page for a browser, to be kept, mailed and printed.

The page needs nothing from elsewhere and runs nothing: no script, no link, no image, and a
content policy that forbids all of them. Whatever the repository could have written stands
escaped in elements of ours.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from aigate.domain.extension import Reporter, View
from aigate.domain.finding import Decision, Gap, Judged, Provenance
from aigate.domain.report import Report, Verdict
from aigate.domain.rule import Rule
from aigate.engine.shown import line
from aigate.reporters import _snippet, _words

_MOST = 500
_MESSAGE = 600
_SHORT = 200
_WIDTH = 140

_SPAN = re.compile("`([^`]+)`")

_STYLE = """
:root { color-scheme: light dark; --ink: light-dark(#1b1f24, #e4e7eb);
  --soft: light-dark(#57606a, #9aa4af); --paper: light-dark(#fff, #14181d);
  --panel: light-dark(#f5f7f9, #1d232a); --line: light-dark(#d5dbe1, #353d47);
  --bad: light-dark(#b42318, #ff8a80); --warn: light-dark(#8a5a00, #f0c060);
  --good: light-dark(#1a6b34, #7bd69a) }
* { box-sizing: border-box }
body { margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 62rem; color: var(--ink);
  background: var(--paper); font: 1rem/1.55 system-ui, sans-serif }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .5rem }
h2 { font-size: 1.2rem; margin: 2.25rem 0 .75rem }
h3 { font-size: 1rem; margin: 0 0 .25rem; overflow-wrap: anywhere }
h3 .soft { font-weight: 400 }
p { margin: .35rem 0; overflow-wrap: anywhere }
.pass { color: var(--good) } .fail, .error { color: var(--bad) }
.incomplete, .advisory-fail, .warning { color: var(--warn) }
.soft, .note, .accepted, dt { color: var(--soft) }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr));
  gap: .75rem; margin: 1.5rem 0 }
.figures div { background: var(--panel); border-radius: .5rem; padding: .75rem 1rem }
.figures dt { font-size: .85rem } .figures dd { margin: 0; font-size: 1.5rem; font-weight: 600 }
article { border: 1px solid var(--line); border-radius: .5rem; padding: 1rem 1.25rem;
  margin: 0 0 1rem; break-inside: avoid }
pre { background: var(--panel); border-radius: .375rem; padding: .75rem 1rem; overflow-x: auto;
  font: .85rem/1.45 ui-monospace, monospace }
code { font: .9em ui-monospace, monospace; overflow-wrap: anywhere }
article dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; margin: 0 }
article dd { margin: 0; overflow-wrap: anywhere }
details { border-top: 1px solid var(--line); padding: .5rem 0 } summary { cursor: pointer }
table { border-collapse: collapse; width: 100%; font-size: .9rem; margin: .75rem 0 }
th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0;
  border-bottom: 1px solid var(--line); overflow-wrap: anywhere }
footer { margin-top: 3rem; font-size: .85rem }
@media (max-width: 36rem) { article dl { grid-template-columns: 1fr } dd { margin-bottom: .4rem } }
@media print { body { max-width: none; padding: 0 } details::details-content { display: block } }
"""

_HEAD = (
    '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    '<meta http-equiv="Content-Security-Policy"'
    " content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
    '<meta name="referrer" content="no-referrer">\n'
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
)


def _render(report: Report, view: View) -> str:
    del view  # a page that is kept does not depend on how it is looked at
    rules = {rule.name: rule for rule in report.rules}
    blocks = _words.fold(report.findings)
    errors = [block for block in blocks if _words.word(block.judged) == "error"]
    rest = [block for block in blocks if _words.word(block.judged) != "error"]
    parts = [
        *_opening(report),
        *_section(
            "What could not be examined",
            (_gap(g, report) for g in report.gaps[:_MOST]),
            len(report.gaps),
        ),
        *_section("What blocks", (_error(block, rules) for block in errors[:_MOST]), len(errors)),
        *_rest(rest),
        *_closing(report),
    ]
    title = f"<title>aigate: {report.verdict.value}</title>\n<style>{_STYLE}</style>\n"
    return f"{_HEAD}{title}</head>\n<body>\n" + "\n".join(parts) + "\n</body>\n</html>\n"


def _text(text: str, width: int = _SHORT) -> str:
    """Return the text escaped, with what stands between backticks as code."""
    return _SPAN.sub(r"<code>\1</code>", html.escape(line(text, width)))


def _code(text: str, width: int = _SHORT) -> str:
    return f"<code>{_text(text, width)}</code>"


def _opening(report: Report) -> Iterator[str]:
    word = report.verdict.value
    said = _words.verdict(report, quoting=False).partition(":")[2].strip()
    yield f'<header><h1>Verdict: <span class="{word}">{word}</span></h1>'
    yield f"<p>{html.escape(said)}</p>"
    if report.verdict is Verdict.ADVISORY_FAIL:
        yield "<p>The policy is in advisory mode and lets it through; this is no pass.</p>"
    against = f" against {_code(report.reference.name)}" if report.reference else ""
    yield f'<p class="soft">{_code(report.head.name)}{against}, by {_code(report.policy)}</p>'
    yield '</header>\n<dl class="figures">'
    for name, number in _figures(report):
        yield f"<div><dt>{name}</dt><dd>{number}</dd></div>"
    yield "</dl>"
    yield f'<p class="soft">Coverage: {html.escape(_words.coverage(report))}.</p>'
    for note in report.notes[:20]:
        yield f'<p class="soft">Note: {_text(note, 300)}</p>'


def _figures(report: Report) -> Iterator[tuple[str, str]]:
    counts = Counter(_words.word(judged) for judged in report.findings)
    yield "block", str(counts["error"])
    yield "accepted by two", str(counts["accepted"])
    yield "warnings", str(counts["warning"])
    if report.gaps:
        yield "not examined", str(len(report.gaps))
    yield "files examined", f"{report.coverage.scanned} of {report.coverage.in_scope}"
    origins = Counter(judged.candidate.origin.kind for judged in report.findings)
    if report.findings:
        ai = origins[Provenance.AI] + origins[Provenance.MIXED]
        yield "in AI's lines", f"{ai} of {len(report.findings)}"


def _section(title: str, parts: Iterable[str], number: int) -> Iterator[str]:
    if number:
        yield f"<section><h2>{title}</h2>"
        yield from parts
        if number > _MOST:
            yield f"<p>{number - _MOST} more not shown; the JSON report has all of them.</p>"
        yield "</section>"


def _gap(one: Gap, report: Report) -> str:
    by = (
        f' <span class="soft">({_text(one.scanner)})</span>'
        if one.scanner and one.scanner != one.subject
        else ""
    )
    out = f"<h3>{_code(one.subject)}{by}</h3><p>{_text(one.reason, 300)}</p>"
    return f"<article>{out}<p>{_text(_words.way_out(one, report), 300)}</p></article>"


def _error(block: _words.Block, rules: Mapping[str, Rule]) -> str:
    judged = block.judged
    finding = judged.finding
    drawn = "\n".join(_snippet.draw(finding, _WIDTH))
    facts = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in _facts(block, rules))
    return (
        f'<article><h3><span class="error">{_text(finding.rule)}</span>'
        f" {_code(_words.place(finding.at), _MESSAGE)}</h3>"
        f"<p>{_text(finding.message or finding.title, _MESSAGE)}</p>"
        + (f"<pre>{html.escape(drawn)}</pre>" if drawn else "")
        + f"<dl>{facts}</dl></article>"
    )


def _facts(block: _words.Block, rules: Mapping[str, Rule]) -> Iterator[tuple[str, str]]:
    judged = block.judged
    finding = judged.finding
    rule = rules.get(finding.rule)
    if rule and rule.why:
        yield "why", _text(_words.sentence(rule.why), _MESSAGE)
    fix = rule.fix if rule else finding.help
    if fix:
        yield "fix", _text(_words.paragraph(fix), _MESSAGE)
    yield "answers", _text(_words.answers(judged), 400)
    yield "origin", _text(_words.origin(judged), 300)
    if judged.decision is not Decision.OPEN:
        yield "acceptance", _text(_words.acceptance(judged), 300)
    if block.also:
        yield "also", html.escape(_words.listed(block.also))
    if finding.suppressed_inline:
        yield "suppressed", "inline, which has no effect"
    if judged.next_step:
        yield "next", _text(judged.next_step, 300)


def _rest(blocks: list[_words.Block]) -> Iterator[str]:
    if not blocks:
        return
    yield f"<details><summary>What does not block ({len(blocks)})</summary>\n<table>"
    yield "<tr><th>kind</th><th>rule</th><th>where</th><th>what</th><th>answers</th></tr>"
    for block in blocks[:_MOST]:
        yield _row(block.judged)
    yield "</table>"
    if len(blocks) > _MOST:
        yield f"<p>{len(blocks) - _MOST} more not shown; the JSON report has all of them.</p>"
    yield "</details>"


def _row(judged: Judged) -> str:
    finding, kind = judged.finding, _words.word(judged)
    says = _words.acceptance(judged) if kind == "accepted" else finding.message or finding.title
    cells = (
        f'<span class="{kind}">{kind}</span>',
        _text(finding.rule),
        _code(_words.place(finding.at)),
        _text(says),
        _text(_words.answers(judged), 400),
    )
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _closing(report: Report) -> Iterator[str]:
    yield '<footer class="soft">'
    digests = {
        "policy": report.policy_digest,
        "rules": report.rules_digest,
        "registry": report.registry_digest,
        "ledger": report.ledger_digest,
    }
    for name, digest in digests.items():
        if digest:
            yield f"<p>{name} {_code(digest)}</p>"
    run = report.run
    scanners = ", ".join(f"{ran.name} {ran.version}".strip() for ran in run.scanners)
    yield f'<p id="run">aigate {_text(run.version)}, {_text(run.started)}; {_text(scanners, 500)}</p>'
    yield "</footer>"


REPORTER = Reporter(name="html", render=_render)
