"""Finds words that tell a coding agent to silence checks or to give secrets away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from aigate import __version__
from aigate.domain.extension import Scanner, Target
from aigate.domain.finding import Gap, Sighting
from aigate.domain.rule import Rule
from aigate.domain.severity import Severity
from aigate.domain.tree import TEXTUAL, Unit
from aigate.engine.lines import Lines

_NAME = "instructions"
_LIMIT = 200
_LONGEST = 500_000
_SHOWN = 100
_CONTROLS = (
    "owasp-llm/LLM01",
    "owasp-agentic/ASI01",
    "mitre-atlas/AML.T0051.001",
    "mitre-atlas/AML.T0081",
    "owasp-aisvs/AC.3.3",
    "owasp-aisvs/AC.11.1",
    "nist-800-53/SI-10",
    "nist-800-53/CM-5",
)

_SUPPRESS = Rule(
    name="agent-told-to-suppress",
    scanner=_NAME,
    title="Agent is told to get around a check",
    severity=Severity.HIGH,
    what=(
        "A file that coding agents obey tells them to silence a scanner, to skip a check, to"
        " ignore earlier instructions, or to keep something from the user."
    ),
    why="Agents follow such words without asking, in every change from then on.",
    fix="Remove the instruction; tell the agent to fix the weakness or to ask for an acceptance.",
    cwe=(1427,),
    controls=_CONTROLS,
)
_EXFILTRATE = Rule(
    name="agent-told-to-exfiltrate",
    scanner=_NAME,
    title="Agent is told to send secrets away",
    severity=Severity.HIGH,
    what="A file that coding agents obey tells them to send credentials or files to an address.",
    why="An agent has its user's rights and secrets, and the network.",
    fix="Remove the instruction, and treat what the agent could read as disclosed.",
    cwe=(1427, 200),
    controls=_CONTROLS,
)

# Files that coding agents take instructions or settings from, November 2026.
_INSTRUCTIONS = re.compile(
    r"(?:.*/)?(?:agents?(?:\.override|\.local)?\.md|claude(?:\.local)?\.md|gemini\.md|qwen\.md"
    r"|crush\.md|warp\.md|reasonix\.md|replit\.md|conventions\.md|skill\.md|bugbot\.md"
    r"|[\w.-]+\.(?:agent|prompt|instructions|chatmode)\.md|\.rules|\.goosehints|\.hermes\.md"
    r"|\.review-agent\.md|\.cursorrules|\.windsurfrules|\.clinerules|\.roorules[\w-]*|\.roomodes"
    r"|\.aider\.conf\.yml|\.mcp\.json|mcp\.json|mcp_config\.json|opencode\.jsonc?|kilo\.jsonc?"
    r"|firebender\.json|\.crush\.json|llms(?:-full)?\.txt|system[_-]?prompt[\w.-]*)"
    r"|(?:.*/)?\.github/(?:copilot-instructions\.md|(?:instructions|prompts|agents|hooks|skills"
    r"|copilot|chatmodes)/.*)"
    r"|(?:.*/)?\.(?:claude|cursor|windsurf|clinerules|cline|roo|kilo\w*|continue|amazonq|kiro|junie"
    r"|aiassistant|augment[\w-]*|agents?|openhands|factory|trae|idx|devin|gemini|qwen|opencode"
    r"|codex|amp|warp|rovodev|pi|vibe|crush|goose)/.*"
    r"|(?:.*/)?\.(?:vscode|vs|zed|ai/mcp)/(?:mcp|settings)\.json",
    re.IGNORECASE,
)
_PROSE = re.compile(r".*\.(?:mdx?|markdown|rst|txt|html?|adoc|mdc)", re.IGNORECASE)
_COMMENT = re.compile(r"<!--(?P<inside>.{0,20000}?)(?:-->|\Z)", re.DOTALL)

_WHAT_CHECKS = (
    r"(?:(?:the|any|all|every|this|these|our|pre-?commit|security|static|code|failing|git|ci"
    r"|aigate|semgrep|bandit|lint(?:er|ing)?|quality|vulnerability|secret)\s+){0,4}"
    r"(?:security\s+(?:checks?|scans?|scanners?|findings?|warnings?|gates?|tests?|rules?|review)"
    r"|scanners?|aigate|semgrep|bandit|gitleaks|codeql|pre-?commit\s+(?:hooks?|checks?)|git\s+hooks?"
    r"|(?:security\s+)?gate|vulnerability\s+(?:checks?|scans?|warnings?)|code\s+review)\b"
)
_GAP = r"(?:[^.!?\n]|\n(?!\s*\n)){0,60}?"
_MARKERS = (
    r"(?:#\s?nosec|//\s?nosec|\bnosec|\bnosem(?:grep)?|#?\s?\bnoqa(?!\s*:\s*(?!S\d|DUO)[A-Z]+\d)|\bNOSONAR"
    r"|gitleaks:allow|pragma:\s?allowlist|\beslint-disable(?![\w-]*\s+(?!security|no-eval)[\w@/-]+)"
    r"|checkov:skip|tfsec:ignore|trivy:ignore|zizmor:\s?ignore|aigate:\s?ignore)"
)
_TELLS_TO_SUPPRESS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        (
            rf"\b(?:append|add|insert|put|include|use|place|write|apply|attach|sprinkle|suppress|silence"
            rf"|annotate|mark)(?:ing)?\b{_GAP}{_MARKERS}"
        ),
        (
            r"\b(?:use|add|pass|append|run|commit|push|with|include|always|try)(?:t?ing)?\b"
            rf"{_GAP}--no-verify\b"
        ),
        (
            rf"\b(?:disabl|bypass|skip|turn\s+off|ignor|silenc|suppress|circumvent|evad|remov|work\s+around"
            rf"|get\s+around|switch\s+off|deactivat)(?:e|p?ing)?\s+{_WHAT_CHECKS}"
        ),
        r"\b(?:add|use|put|include|append|write)\b" + _GAP + r"\[?\bskip[ -]ci\b\]?",
        (
            r"\b(?:ignore|disregard|forget|override)\s+(?:(?:all|any|the|your|every|of)\s+){0,3}"
            r"(?:previous|prior|above|earlier|preceding|existing|system|other)\s+"
            r"(?:\w+\s+)?(?:instructions?|prompts?|rules?|directions?|guidelines?)\b"
        ),
    )
)
_KEEPS_SECRET = re.compile(
    r"\b(?:do\s+not|don'?t|never|without|avoid)\s+(?:ever\s+)?(?:tell|telling|mention|mentioning"
    r"|inform|informing|reveal|revealing|notify|notifying|alert|alerting|warn|warning"
    r"|disclos(?:e|ing)|show|showing|let)"
    r"(?:\s+\w+){0,5}?\s+(?:(?:to\s+)?the\s+)?(?:users?|humans?|reviewers?|developers?|anyone"
    r"|security\s+team|maintainers?|people|operator)\b(?!\s+(?:how|to\s+(?:run|use|install)))",
    re.IGNORECASE,
)
# Telling the user nothing of these is good manners.
_FINE_TO_KEEP = re.compile(
    r"secret|password|credential|token|api[ _-]?key|internal|private|stack\s?trace|error\s+detail"
    r"|other\s+users|pii|raw|technical",
    re.IGNORECASE,
)
_LOOT = (
    r"(?:env(?:ironment)?\s+(?:vars?|variables?|file)|environment\b|\benv\b|printenv|\.env\b"
    r"|secrets?|credentials?|(?:api|private|ssh|access)[ _-]?keys?|(?:access|auth|api|github)?\s?tokens?"
    r"|passwords?|id_rsa|id_ed25519|~/\.(?:ssh|aws|netrc|config|npmrc)|process\.env|os\.environ"
    r"|\$\(?(?:cat|env)|\$[A-Z_]*(?:TOKEN|KEY|SECRET|PASSWORD)[A-Z_]*|source\s+code|conversation"
    r"|chat\s+history)"
)
_ADDRESS = r"(?:https?://(?!localhost|127\.|0\.0\.0\.0|\$|\{|<)[\w.$\{\}-]+|\b[\w.+-]+@[\w-]+\.\w+|webhook)"
_TELLS_TO_EXFILTRATE = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        (
            rf"\b(?:send|upload|post|exfiltrate|transmit|forward|leak|e-?mail|report|append|encode)\b"
            rf"[^\n]{{0,80}}?{_LOOT}[^\n]{{0,120}}?{_ADDRESS}"
        ),
        rf"\b(?:exfiltrate|leak)\b[^\n]{{0,60}}?{_LOOT}",
        (
            r"\b(?:env|printenv|cat)\b[^\n|]{0,80}\|\s{0,3}(?:base64[^\n|]{0,40}\|\s{0,3})?"
            r"(?:curl|wget|nc|ncat)\b"
        ),
        (
            r"\b(?:curl|wget)\b[^\n]{0,200}?(?:-d|--data[\w-]*|-F|--form|--post-\w+|-T|--upload-file)"
            r"[ =][^\n]{0,80}?(?:@[^\n ]{0,60}(?:\.env|id_rsa|credentials|\.ssh|\.aws)|\$\((?:env|cat|printenv)"
            r"|`(?:env|cat|printenv))"
        ),
    )
)

_NOT = (
    r"(?:never|not|n't|dont|no|avoid|without|cannot|refuse|refrain|reject|instead\s+of|rather\s+than"
    r"|forbid(?:s|den)?|prohibit(?:s|ed)?|disallow(?:s|ed)?|prevent|detect|blocks?|catch|stop"
    r"|report|flag|whether|attempts?|tries|against|bad|wrong|anti-?pattern|unless)"
)
_DENIED_BEFORE = re.compile(
    rf"\b{_NOT}\b[^.!?;:\n]{{0,60}}\Z|\b(?:never|do\s+not|don't|avoid)\b[^.!?;\n]{{0,120}}\Z|[❌🚫✗⛔]",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"\b(?:hesitate|worry|forget|fail|bother|matter|problem|only)\b|[,:]\s|\bbut\b", re.IGNORECASE
)
_INTERJECTION = re.compile(r",?\s+(?:under|in)\s+(?:any|no)\s+\w+,?|,?\s+ever,", re.IGNORECASE)
_DENIED_AFTER = re.compile(
    r"\A[^.!?\n]{0,60}\b(?:is|are)\s+(?:\w+\s+)?(?:forbidden|prohibited|not\s+(?:allowed|permitted"
    r"|acceptable|ok)|banned|disallowed|blocked|rejected|never|wrong)\b",
    re.IGNORECASE,
)
_DENYING_LEAD = re.compile(
    r"\b(?:never|don'?ts?|do\s+not|must\s+not|avoid|forbidden|prohibited|not\s+allowed"
    r"|anti-?patterns?|disallowed|banned|bad)\b|[❌🚫⛔]",
    re.IGNORECASE,
)
_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d{1,3}[.)])[ \t]")

_TAGS = {0xE0000 + code: code for code in range(0x20, 0x7F)}


def _scan(target: Target) -> Iterator[Sighting | Gap]:
    for unit in target.units:
        if _INSTRUCTIONS.fullmatch(unit.path):
            stretches = iter([(0, min(len(unit.text), _LONGEST))])
            if len(unit.text) > _LONGEST:
                reason = f"only the first {_LONGEST} characters of instructions were read"
                yield Gap(unit.path, reason, "long-instructions", _NAME)
        elif _PROSE.fullmatch(unit.path) and "<!--" in unit.text:
            stretches = (match.span("inside") for match in _COMMENT.finditer(unit.text))
        else:
            continue
        # The same length as the text, with what is spelt in invisible tags made readable.
        text = unit.text if unit.text.isascii() else unit.text.translate(_TAGS)
        found = (item for start, end in stretches for item in _found(text, start, end))
        lines = Lines(text)
        for rule, start, end in islice(found, _LIMIT):
            yield _sighting(unit, rule, text[start:end], lines=lines, start=start)
        if next(found, None) is not None:
            reason = f"more than {_LIMIT} instructions against checks in one file"
            yield Gap(unit.path, reason, "too-many-instructions", _NAME)


def _sighting(unit: Unit, rule: Rule, words: str, *, lines: Lines, start: int) -> Sighting:
    shown = " ".join(words.split())
    shown = shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"
    return Sighting(
        rule=rule.name,
        unit=unit.id,
        span=lines.span(start, start + len(words)),
        message=f"coding agents are told `{shown}`; hint: remove the instruction",
    )


def _found(text: str, start: int, end: int) -> Iterator[tuple[Rule, int, int]]:
    for pattern in _TELLS_TO_EXFILTRATE:
        for match in pattern.finditer(text, start, end):
            if not _is_denied(text, match.start(), match.end()):
                yield _EXFILTRATE, *match.span()
    for pattern in _TELLS_TO_SUPPRESS:
        for match in pattern.finditer(text, start, end):
            if not _is_denied(text, match.start(), match.end()):
                yield _SUPPRESS, *match.span()
    for match in _KEEPS_SECRET.finditer(text, start, end):
        if not _FINE_TO_KEEP.search(match[0]):
            yield _SUPPRESS, *match.span()


def _is_denied(text: str, start: int, end: int) -> bool:
    """Tell whether the words around forbid what the words say."""
    before = _INTERJECTION.sub("", text[_sentence(text, start) : start])
    denied = _DENIED_BEFORE.search(before)
    if denied is not None and not _CLAUSE.search(denied[0]):
        return True
    if _DENIED_AFTER.match(text[end : end + 120]):
        return True
    line = max(text.rfind("\n", 0, start), start - 400) + 1
    return bool(_ITEM.match(text, line)) and _is_in_denying_list(text, line)


def _sentence(text: str, start: int) -> int:
    window = text[max(0, start - 200) : start]
    ends = [
        match.end() for match in re.finditer(r"[.!?]\s|\n\s*\n|\n\s*(?:[-*+#]|\d+[.)])\s", window)
    ]
    return max(0, start - 200) + (ends[-1] if ends else 0)


def _is_in_denying_list(text: str, line: int) -> bool:
    for above in reversed(text[max(0, line - 2_000) : line].split("\n")):
        if not above.strip() or _ITEM.match(above) or above.startswith((" ", "\t")):
            continue
        if above.startswith("#") or above.rstrip().rstrip("*_").endswith(":"):
            return bool(_DENYING_LEAD.search(above))
        return False
    return False


SCANNER = Scanner(
    name=_NAME,
    covers=TEXTUAL,
    scan=_scan,
    version=lambda: __version__,
    rules=(_SUPPRESS, _EXFILTRATE),
)
