"""Shows people what they are about to sign, or what others have signed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from aigate.cli._signed import Signed
from aigate.domain.accountability import Binding, Role, StatementKind, Terms
from aigate.domain.finding import Finding
from aigate.domain.severity import Severity
from aigate.engine.shown import line, plain
from aigate.ledger.roots import time_text

_WIDTH = 160
_MOST_LINES = 40
_MOST_BINDINGS = 20
_MOST_ROWS = 15
_MEANING = {
    StatementKind.ACCEPT: "accept: the risk is real, and two people answer for it until then",
    StatementKind.FALSE_POSITIVE: "false-positive: there is no risk, and two people say so",
    StatementKind.BASELINE: "baseline: what was found when the gate came is accepted until then",
    StatementKind.WITHDRAW: "withdraw: what was signed before ends now, for good",
}
_CHANGED = {
    "match": "the code itself, or its file or rule",
    "context": "the definition around it",
    "scope": "the name of the definition around it",
    "rule": "what the rule means",
    "severity": "the severity, which is higher now",
}


def code_lines(finding: Finding) -> Iterator[str]:
    """Yield where a finding is now, and the code there."""
    at = finding.at
    where = f"{at.path}:{at.line}:{at.column}"
    yield f"{line(where, _WIDTH)}: {finding.severity.word} {line(finding.rule, _WIDTH)}"
    yield f"  {line(finding.message or finding.title, 500)}"
    yield ""
    for number, text in enumerate(finding.snippet[:_MOST_LINES], at.line):
        yield f"  {number:>5} | {line(text, _WIDTH)}"
    if len(finding.snippet) > _MOST_LINES:
        yield f"        … {len(finding.snippet) - _MOST_LINES} more lines"
    yield ""


def terms_lines(terms: Terms, *, all_of_it: bool = False) -> Iterator[str]:
    """Yield terms in words, all of them, and then the bytes that are signed.

    Of many findings there is a summary, and of the bytes the digest, unless all is asked for.
    """
    many = is_long(terms)
    yield f"  what         {_MEANING.get(terms.kind, terms.kind)}"
    if many:
        yield from summary_lines(terms.bindings)
    if all_of_it or not many:
        for binding in terms.bindings:
            yield from _binding_lines(binding)
    yield f"  because      {plain(terms.reason_code)}"
    yield from (f"               {plain(text)}" for text in terms.reason.split("\n"))
    if terms.control:
        first, *rest = terms.control.split("\n")
        yield f"  control      {plain(first)}"
        yield from (f"               {plain(text)}" for text in rest)
    yield f"  answers      developer `{plain(terms.developer)}`, security `{plain(terms.security)}`"
    if terms.expires_at:
        yield f"  until        {time_text(terms.expires_at)}"
    yield f"  branch       {plain(terms.branch)}"
    yield f"  repository   {plain(terms.repository_id) or 'not named'}, ledger {plain(terms.ledger_id)}"
    yield f"  registry     version {terms.registry_version}, {terms.registry_digest}"
    yield f"  policy       {plain(terms.policy_digest)}"
    for digest in terms.supersedes:
        word = "ends" if terms.kind is StatementKind.WITHDRAW else "follows"
        yield f"  {word:<12} {digest}"
    yield ""
    if many and not all_of_it:
        yield f"the terms are {len(terms.raw):,} bytes with the SHA-256 {terms.digest}"
        return
    yield f"the terms, byte for byte, with the SHA-256 {terms.digest}:"
    yield terms.raw.decode("ascii").rstrip("\n")


def is_long(terms: Terms) -> bool:
    """Tell whether terms name so many findings that `terms_lines` only sums them up."""
    return len(terms.bindings) > _MOST_BINDINGS


def summary_lines(bindings: Sequence[Binding]) -> Iterator[str]:
    """Yield how many findings there are, by rule and by folder."""
    copies = sum(binding.count for binding in bindings)
    paths = {binding.path for binding in bindings}
    yield f"  findings     {copies:,} in {len(paths):,} {'file' if len(paths) == 1 else 'files'}"
    rules: Counter[tuple[Severity, str]] = Counter()
    folders: Counter[str] = Counter()
    for binding in bindings:
        rules[binding.severity, binding.rule] += binding.count
        folders[_folder(binding.path)] += binding.count
    by_rule = sorted(rules.items(), key=lambda one: (-one[0][0], -one[1], one[0][1]))
    rows = [(f"{severity.word:<9} {plain(rule)}", n) for (severity, rule), n in by_rule]
    yield from _rows("by rule", rows)
    by_folder = sorted(folders.items(), key=lambda one: (-one[1], one[0]))
    yield from _rows("by folder", [(line(folder, _WIDTH), n) for folder, n in by_folder])


def _folder(path: str) -> str:
    """Return the folder of a path, of which two levels say enough."""
    folders = path.split("/")[:-1]
    return "/".join(folders[:2]) + "/" if folders else "at the top"


def _rows(title: str, rows: Sequence[tuple[str, int]]) -> Iterator[str]:
    shown = rows if len(rows) <= _MOST_ROWS + 1 else rows[:_MOST_ROWS]
    for number, (text, count) in enumerate(shown):
        yield f"  {'' if number else title:<12} {count:>6,}  {text}"
    if len(shown) < len(rows):
        rest = sum(count for _, count in rows[len(shown) :])
        yield f"  {'':<12} {rest:>6,}  in {len(rows) - len(shown):,} more"


def _binding_lines(binding: Binding) -> Iterator[str]:
    copies = "" if binding.count == 1 else f", {binding.count} copies"
    yield f"  finding      {binding.fingerprint}{copies}"
    where = f"{binding.path}" + (f", in {binding.scope}" if binding.scope else "")
    yield f"               {binding.severity.word} {plain(binding.rule)}"
    yield f"               {line(where, _WIDTH)}"


def signed_lines(signed: Signed) -> Iterator[str]:
    """Yield who signed terms already."""
    for role in (Role.DEVELOPER, Role.SECURITY):
        if role in signed.by:
            one = signed.by[role]
            touch = ", touched" if one.touched else ""
            yield f"  signed       {role} `{plain(one.person)}` with {one.key}{touch}"


def changed_words(changed: tuple[str, ...]) -> str:
    """Say in words what differs from what was signed."""
    return "; ".join(_CHANGED.get(part, part) for part in changed)
