"""Knows how people ask scanners to be silent, in every dialect, and where they did.

Such a comment is a claim: it is shown and counted, and decides nothing.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator, Sequence

from aigate.domain.place import Span
from aigate.domain.regex import regex
from aigate.domain.tree import TEXTUAL, Kind, Unit
from aigate.engine.lines import Lines
from aigate.value import dataclass


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one tool is silenced: a word that must occur, and the pattern that says so.

    `reach` is `line` or `file`.
    """

    tool: str
    word: str
    pattern: re.Pattern[str]
    reach: str = "line"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """One comment that asks one or several tools to be silent.

    `own_line` tells that nothing but the comment is on its line; `reach` is the widest of
    what the comment asks for.
    """

    tools: tuple[str, ...]
    span: Span
    text: str
    own_line: bool
    reach: str


def _dialect(tool: str, word: str, pattern: str, reach: str = "line") -> Dialect:
    return Dialect(tool, word, regex(pattern, re.IGNORECASE), reach)


# Codes of checks about security, among the many that are about style.
_FLAKE = r"(?:S\d{0,3}|DUO\d*|PGH001|PLW012[23]|W012[23])(?![A-Za-z0-9])"
_CODE = r"[A-Z]+\d*(?![A-Za-z0-9_/])"
_CODES = rf"(?:{_CODE}[,\s]+){{0,30}}?(?-i:{_FLAKE})"
_PYLINT = (
    r"(?:all|eval-used|exec-used|missing-timeout|subprocess-run-check|unspecified-encoding"
    r"|deprecated-lambda|W012[23]|W3101|E0012)"
)
_ESLINT = (
    r"(?:[\w@/-]*security[\w-]*/|no-unsanitized/|no-secrets/|xss/|@microsoft/sdl/|scanjs-rules/"
    r"|(?:[\w@-]+/)?no-(?:eval|implied-eval|new-func|script-url|danger|danger-with-children"
    r"|v-html|at-html-tags|inner-html|unsafe-innerhtml)\b"
    r"|(?:react/)?jsx-no-(?:target-blank|script-url)\b)"
)
_RULES = r"[\w@/-]+\s*,\s*"
_NOTHING_NAMED = r"(?=\s*(?:$|\*/|--|\}))"

DIALECTS = (
    # Bandit takes any text after the word; other spellings need a word's end.
    _dialect("bandit", "nosec", r"(?:#|//|/\*|--)\s*#?\s*(?:(?-i:nosec)|nosec\b)"),
    _dialect("semgrep", "nosem", r"(?<![\w-])nosem(?:grep)?\b"),
    _dialect("flake8", "noqa", r"#\s*noqa(?!\s*:\s*[A-Z]+-?\d)(?![\w-])"),
    _dialect("flake8", "noqa", rf"#\s*noqa\s*:\s*{_CODES}"),
    _dialect("ruff", "ruff", r"\bruff:\s*noqa(?!\s*:)(?![\w-])", "file"),
    _dialect("ruff", "ruff", rf"\bruff:\s*noqa\s*:\s*{_CODES}", "file"),
    _dialect("ruff", "ruff", rf"\bruff:\s*(?:disable|file-ignore)\s*\[\s*{_CODES}", "file"),
    _dialect("ruff", "ruff", rf"\bruff:\s*ignore\s*\[\s*{_CODES}"),
    _dialect("flake8", "flake8", r"\bflake8[:=]\s*noqa(?!\s*:)(?![\w-])", "file"),
    _dialect("flake8", "flake8", rf"\bflake8[:=]\s*noqa\s*:\s*{_CODES}", "file"),
    _dialect("pylint", "pylint", r"\bpylint:\s*skip-file\b", "file"),
    _dialect(
        "pylint", "pylint", rf"\bpylint:\s*disable(?:-next)?\s*=\s*(?:{_RULES}){{0,30}}{_PYLINT}\b"
    ),
    _dialect("eslint", "-disable", rf"\b(?:eslint|oxlint)-disable{_NOTHING_NAMED}", "file"),
    _dialect(
        "eslint",
        "-disable",
        rf"\b(?:eslint|oxlint)-disable-(?:next-)?line{_NOTHING_NAMED}",
    ),
    _dialect(
        "eslint",
        "-disable",
        rf"\b(?:eslint|oxlint)-disable\s+(?:{_RULES}){{0,30}}{_ESLINT}",
        "file",
    ),
    _dialect(
        "eslint",
        "-disable",
        rf"\b(?:eslint|oxlint)-disable-(?:next-)?line\s+(?:{_RULES}){{0,30}}{_ESLINT}",
    ),
    _dialect("eslint", "eslint", rf"\beslint\s+{_ESLINT}[\w-]*[\"']?\s*:\s*\[?\s*(?:0|[\"']?off)"),
    _dialect("biome", "biome-ignore", r"\bbiome-ignore(?:-all|-start)?\s+lint(?:/security|[\s:])"),
    _dialect("tslint", "tslint", r"\btslint:disable(?:-next-line|-line)?(?=\s*(?:$|\*/))"),
    _dialect("sonar", "nosonar", r"(?<!\w)NOSONAR\b"),
    _dialect("checkov", ":skip", r"\b(?:checkov|bridgecrew|cortex):\s*skip\b"),
    _dialect("terrascan", "ts:skip", r"\bts:skip="),
    _dialect("tfsec", "tfsec", r"\btfsec:\s*ignore\b"),
    _dialect("trivy", "trivy", r"\btrivy:\s*ignore\b"),
    _dialect("kics", "kics", r"\bkics-scan\s+(?:ignore|disable)\b"),
    _dialect("gitleaks", "leaks:allow", r"\b(?:git|better)leaks:allow\b"),
    _dialect("trufflehog", "trufflehog", r"\btrufflehog:\s*ignore\b"),
    _dialect("kingfisher", "kingfisher", r"\bkingfisher:\s*(?:ignore|allow)\b"),
    _dialect("ggshield", "ggignore", r"(?<!\w)ggignore(?:-start)?\b"),
    _dialect(
        "detect-secrets",
        "list",
        r"\bpragma:\s?(?:allow|white)list[ -](?:nextline[ -])?secret\b",
    ),
    _dialect("zizmor", "zizmor", r"\bzizmor:\s*ignore\b"),
    _dialect("golangci-lint", "nolint", r"//\s*nolint(?:(?=\s|$)|:[\w,]*(?:gosec|all)\b)"),
    _dialect("codeql", "[", r"(?<!\w)(?:codeql|lgtm)\s*\[[\w/,\s-]*\]"),
    _dialect("snyk", "deepcode", r"\b(?:file )?deepcode\s+ignore\b"),
    _dialect("deepsource", "skipcq", r"(?<!\w)skipcq\b"),
    _dialect("devskim", "devskim", r"\bdevskim:\s*ignore\b"),
    _dialect("horusec", "nohorus", r"(?<!\w)nohorus\b"),
    _dialect("rubocop", "rubocop", r"\brubocop:\s*(?:disable|todo)\s+[\w/, ]*(?:Security|all)\b"),
    _dialect("safety", "safety", r"\bsafety:\s*ignore\b"),
    _dialect("aigate", "aigate", r"\baigate:\s*(?:ignore|allow|disable|skip|off|accept|noqa)\b"),
)

# Words that lead to every dialect; `[` and `list` alone would lead everywhere.
_WORDS = (
    *sorted({d.word for d in DIALECTS if d.word not in {"[", "list"}}),
    *("codeql", "lgtm", "allowlist", "whitelist"),
)
_HIT = regex("|".join(map(re.escape, _WORDS)), re.IGNORECASE | re.ASCII)

# Strings and comments of Python, in loops without a choice, so that a hostile text costs no
# more than its length; possessive repeats of groups are broken in Python before 3.11.5.
_PYTHON = regex(
    r'"""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*(?:"""|\Z|\\\Z)'
    r"|'''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*(?:'''|\Z|\\\Z)"
    r'|"[^"\\\n]*(?:\\.[^"\\\n]*)*"?'
    r"|'[^'\\\n]*(?:\\.[^'\\\n]*)*'?"
    r"|(?P<comment>#[^\n]*)",
    re.DOTALL,
)

_HASHED = regex(r"#[^\n]*")

_MARK = regex(
    r'"[^"\\\n]*(?:\\.[^"\\\n]*)*"'
    r"|'[^'\\\n]*(?:\\.[^'\\\n]*)*'"
    r"|`[^`\n]*`"
    r"|(?P<open>(?<!:)//|/\*|<!--|\{#|<%#|\(\*|--\s|(?<![^\s;({\[])\#"
    r"|\A\s*(?:\*|;|%|REM\b|'))"
)

_PROSE = (".md", ".mdx", ".markdown", ".rst", ".txt", ".adoc", ".asciidoc", ".html", ".htm")

# How far a line is looked at, so that a file of one line costs no more than its length.
_BEFORE = 300
_AFTER = 600

LIMIT = 2_000
"""Places that are looked at in one unit; beyond that, `suppressions` stops."""


def suppressions(unit: Unit) -> Iterator[Suppression]:
    """Yield the comments of a unit that ask a scanner to be silent, in order of place."""
    if unit.kind not in TEXTUAL:
        return
    text = unit.text
    # A comment of Python begins with `#` and ends with its line, so nothing else is looked at there.
    low = "\n".join(_HASHED.findall(text)).lower() if unit.kind is Kind.PYTHON else text.lower()
    words = [word for word in _WORDS if word in low]
    if not words:
        return
    lines = Lines(text)
    for start, end in _comments(unit, low, words):
        comment = text[start:end]
        low = comment.lower()
        said = [d for d in DIALECTS if d.word in low and d.pattern.search(comment)]
        if said:
            trimmed = comment.rstrip()
            yield Suppression(
                tools=tuple(dict.fromkeys(dialect.tool for dialect in said)),
                span=lines.span(start, start + len(trimmed)),
                text=trimmed,
                own_line=_is_own_line(text, start),
                reach="file" if any(d.reach == "file" for d in said) else "line",
            )


def suppressed_lines(unit: Unit) -> frozenset[int]:
    """Return the lines of a unit's text whose findings somebody tried to silence.

    These are the lines of the comment itself; for a comment alone on its line, or one that
    speaks of the next line, that line too; for one about the whole file, all from there on.
    """
    lines: set[int] = set()
    last = unit.text.count("\n") + 1
    for suppression in suppressions(unit):
        span = suppression.span
        if suppression.reach == "file":
            lines.update(range(span.line, last + 1))
            continue
        onward = suppression.own_line or "next" in suppression.text.lower()
        lines.update(range(span.line, min(span.end_line + onward, last) + 1))
    return frozenset(lines)


def _comments(unit: Unit, low: str, words: Sequence[str]) -> Iterator[tuple[int, int]]:
    if unit.kind is Kind.PYTHON:
        for match in _PYTHON.finditer(unit.text):
            if match["comment"] and _HIT.search(match["comment"]):
                yield match.start("comment"), min(match.end(), match.start("comment") + _AFTER * 2)
        return
    done = looked = 0
    prose = unit.path.lower().endswith(_PROSE)
    if prose and "<!--" not in unit.text:
        return
    for hit in _hits(unit.text, low, words):
        if hit < done:
            continue
        looked += 1
        if looked > LIMIT:
            return
        found = _comment_around(unit.text, hit, prose=prose)
        if found is not None:
            yield found
            done = found[1]


def _hits(text: str, low: str, words: Sequence[str]) -> Iterator[int]:
    """Yield where `_HIT` matches a text; `words` are those of its words that are in `low`.

    Finding the few words that are there, one by one, takes a tenth of the time.
    """
    if len(low) != len(text):
        # A few letters have a longer lower case, which shifts all that follows.
        yield from (match.start() for match in _HIT.finditer(text))
        return
    done = 0
    places = (_places(low, number, word) for number, word in enumerate(words))
    for start, _, end in heapq.merge(*places):
        # As of a pattern, the first match counts, then the first word, and nothing twice; a
        # letter beyond ASCII is none of these, whatever its lower case is.
        if start >= done and text[start:end].isascii():
            done = end
            yield start


def _places(low: str, number: int, word: str) -> Iterator[tuple[int, int, int]]:
    at = low.find(word)
    while at >= 0:
        yield at, number, at + len(word)
        at = low.find(word, at + 1)


def _comment_around(text: str, hit: int, *, prose: bool) -> tuple[int, int] | None:
    begin = _line_start(text, hit)
    for mark in _MARK.finditer(text[begin : _line_end(text, hit)]):
        if begin + mark.start() > hit:
            break
        if mark["open"] and (not prose or mark["open"] == "<!--"):
            start = begin + mark.start("open")
            return start + len(mark["open"]) - len(mark["open"].lstrip()), _end(text, start, hit)
        if begin + mark.end() > hit:
            return None
    # Inside a block comment that began on an earlier line?
    for opening, closing in (("/*", "*/"), ("<!--", "-->")):
        if prose and opening == "/*":
            continue
        start = text.rfind(opening, max(0, hit - 4 * _BEFORE), hit)
        if start >= 0 and text.find(closing, start, hit) < 0 and text.find("\n", start, hit) >= 0:
            return begin, _end(text, start, hit)
    return None


def _end(text: str, start: int, hit: int) -> int:
    opening = text[start : start + 4].lstrip()
    for opener, closer in (("/*", "*/"), ("<!--", "-->")):
        if opening.startswith(opener):
            end = text.find(closer, hit, hit + _AFTER)
            return end + len(closer) if end >= 0 else _line_end(text, hit)
    return _line_end(text, hit)


def _line_start(text: str, offset: int) -> int:
    first = max(0, offset - _BEFORE)
    return max(text.rfind("\n", first, offset) + 1, first)


def _line_end(text: str, offset: int) -> int:
    end = text.find("\n", offset, offset + _AFTER)
    return end if end >= 0 else min(len(text), offset + _AFTER)


def _is_own_line(text: str, start: int) -> bool:
    before = text[_line_start(text, start) : start]
    return not before.strip(" \t{")
