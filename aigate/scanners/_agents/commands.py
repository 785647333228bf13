"""Says what a command line does that nobody would agree to, without running it."""

from __future__ import annotations

import re

from aigate.domain.regex import regex
from aigate.domain.severity import Severity
from aigate.value import dataclass

LONGEST = 20_000
"""How many characters of one command are looked at."""


@dataclass(frozen=True, slots=True)
class Harm:
    """What a command does, and where in its text."""

    start: int
    end: int
    what: str
    severity: Severity


_URL = r"https?://(?!localhost|127\.|0\.0\.0\.0|\[::1\])"
_RUNNER = (
    r"(?:sudo\s+(?:-\w+\s+)*)?(?:/usr)?(?:/bin/)?(?:env\s+)?"
    r"(?:(?:ba|z|da|k|fi)?sh|python[\d.]*|node|bun|deno|perl|ruby|php|iex|invoke-expression)\b"
)
_FETCH = r"(?:curl|wget|iwr|irm|invoke-webrequest|invoke-restmethod|fetch)\b"
_SECRETS = (
    r"(?:(?:~|\$\{?HOME\}?|/root|/home/[\w.-]+|/Users/[\w.-]+)/\.(?:ssh|aws|gnupg|netrc|npmrc|pypirc"
    r"|kube|docker|config/(?:gh|gcloud))|\bid_(?:rsa|ed25519|ecdsa)\b|\.aws/credentials"
    r"|/etc/shadow|(?<![\w-])\.env(?:\.(?:local|production|prod))?(?![\w.-]))"
)


def _harm(what: str, severity: Severity, *patterns: str) -> tuple[str, Severity, re.Pattern[str]]:
    return what, severity, regex("|".join(f"(?:{one})" for one in patterns), re.IGNORECASE)


_HIGH, _MEDIUM = Severity.HIGH, Severity.MEDIUM
_HARMS = (
    _harm(
        "runs what it downloads",
        _HIGH,
        rf"\b{_FETCH}[^|;\n]{{0,400}}\|\s*(?:tee\s+\S+\s*\|\s*)?{_RUNNER}(?!\s+-m\s+json)",
        rf"(?:\b(?:ba|z|da)?sh\s+(?:-c\s+)?|\bsource\s+|\beval\s+|(?<!\S)\.\s+)[\"']?(?:<\(|\$\(|`)\s*{_FETCH}",
        rf"\b(?:iex|invoke-expression)\b[^\n;]{{0,80}}(?:{_FETCH}|downloadstring|net\.webclient)",
        rf"\b{_FETCH}[^;&|\n]{{0,300}}(?:-o|-O|--output|>)\s*(\S+)[^\n]{{0,80}}(?:&&|;)\s*"
        rf"(?:chmod\s+\S+\s+\S+\s*(?:&&|;)\s*)?(?:sudo\s+)?(?:(?:ba|z)?sh\s+|python[\d.]*\s+|node\s+|\./)",
    ),
    _harm(
        "runs code that is spelt in base64 or hexadecimal",
        _HIGH,
        rf"\bbase64\s+(?:-d|-D|--decode)\b[^;\n]{{0,80}}\|\s*{_RUNNER}",
        rf"(?:\bxxd\s+-r|\bopenssl\s+(?:enc|base64)\b)[^;\n]{{0,80}}\|\s*{_RUNNER}",
        r"\b(?:eval|(?:ba|z)?sh\s+-c)\b[^\n]{0,80}\bbase64\s+(?:-d|-D|--decode)\b",
        r"\b(?:powershell|pwsh)(?:\.exe)?\b[^\n]{0,200}\s-e(?:c|nc|ncodedcommand)?\s+[A-Za-z0-9+/=]{16,}",
        r"\b(?:exec|eval)\s*\([^\n]{0,120}(?:b64decode|fromhex|atob|base64['\"])",
    ),
    _harm(
        "sends files, secrets or the environment away",
        _HIGH,
        r"\b(?:env|printenv|cat|tar|zip|gzip|base64|set|history|git\s+(?:log|diff|show|config))\b[^\n;&]{0,200}"
        rf"\|\s*(?:curl\b[^\n;]{{0,200}}{_URL}|wget\b|nc\b|ncat\b|netcat\b|socat\b)",
        rf"\b(?:curl|wget)\b(?=[^\n;]{{0,400}}(?:{_URL}|\$))[^\n;]{{0,300}}?(?:(?:-d|--data[\w-]*|-F|--form|-T"
        rf"|--upload-file|--post-(?:data|file))[ =]*[\"']?[^\n\"']{{0,80}}?(?:@(?:-|[~/.$\w])|\$\(\s*(?:env|cat|printenv|base64"
        rf"|git|tar)|`(?:env|cat|printenv)|\$\(<|=@))",
        rf"\b(?:curl|wget|fetch)\b[^\n]{{0,200}}{_URL}[^\n]{{0,200}}(?:\$\{{?\w*(?:SECRET|PASSWORD|PRIVATE)\w*"
        rf"|\$\(\s*(?:env|printenv|cat|whoami|hostname|base64)|`(?:env|cat|whoami)|{_SECRETS})",
        rf"{_SECRETS}[^\n;]{{0,200}}\b(?:curl|wget|nc|ncat|scp|rsync)\b",
        r"\b(?:scp|rsync)\b[^\n;]{0,200}(?:\.ssh|\.aws|\.env\b|id_rsa)[^\n;]{0,200}\w@[\w.-]+:",
        r"(?:urlopen|requests\.(?:post|put)|\bfetch\(|http\.client)[^\n]{0,300}(?:os\.environ\b(?!\.get|\[)|process\.env\b(?![.\[]))",
        r"\b(?:nslookup|dig|ping|host)\b[^\n;]{0,80}(?:\$\(|`)",
    ),
    _harm(
        "opens a shell for somebody else",
        _HIGH,
        r"/dev/(?:tcp|udp)/",
        r"\b(?:nc|ncat|netcat)\b[^\n;]{0,80}\s-\w*[ec]\s",
        r"\bsocat\b[^\n;]{0,120}\bexec\b",
        r"\bsocket\b[^\n]{0,200}\b(?:dup2|subprocess|pty\.spawn|/bin/sh)\b",
    ),
    _harm(
        "reads secrets of the user",
        _HIGH,
        rf"\b(?:cat|less|head|tail|cp|tar|zip|base64|source|xxd|type|get-content|open)\b[^\n;|]{{0,120}}{_SECRETS}",
    ),
    _harm(
        "changes what starts with the user's session",
        _HIGH,
        r"(?:>>?|tee\s+(?:-a\s+)?)\s*[\"']?(?:~|\$\{?HOME\}?)/\.(?:bashrc|zshrc|profile|bash_profile|zprofile"
        r"|ssh/authorized_keys|gitconfig|config/(?:autostart|systemd))",
        r"\bcrontab\s+(?:-\s*$|-(?!l|\w*l\b)|\S*/\S+|<)|\|\s*crontab\b|\blaunchctl\s+load|\bsystemctl\s+(?:--user\s+)?enable",
    ),
    _harm(
        "deletes the disk or the home folder",
        _HIGH,
        r"\brm\s+(?:-\w+\s+)*-\w*[rf]\w*\s+(?:--no-preserve-root\s+)?[\"']?(?:/|~|\$\{?HOME\}?)/?(?:\*)?[\"']?(?=\s|$|[;&|])",
        r"\bmkfs\.|\bdd\s+[^\n;]{0,80}of=/dev/",
    ),
    _harm(
        "runs what the agent is given as a command",
        _HIGH,
        r"\b(?:eval|(?:ba|z)?sh\s+-c)\s+[\"']?\$(?:\{?(?:CLAUDE_)?(?:TOOL_|USER_|AGENT_)?(?:INPUT|PROMPT|ARGUMENTS|COMMAND|OUTPUT)\b"
        r"|\(\s*(?:jq\b|cat\s*(?:-\s*)?\||cat\s*\)))",
        r"\bjq\b[^\n;|]{0,120}(?:command|tool_input)[^\n;|]{0,80}\|\s*(?:xargs\s+(?:-\S+\s+)*)?(?:ba|z)?sh\b",
    ),
    _harm(
        "answers the question for permission in the user's place",
        _HIGH,
        r"[\"']?\bpermissionDecision\\?[\"']?\s*:\s*\\?[\"']?allow\b",
        r"[\"']?\bdecision\\?[\"']?\s*:\s*\\?[\"']?(?:approve|allow)\b",
    ),
    _harm(
        "starts an agent that does not ask",
        _HIGH,
        r"--dangerously-skip-permissions\b|--dangerously-bypass-approvals-and-sandbox\b"
        r"|--permission-mode[ =]+bypassPermissions|--sandbox[ =]+danger-full-access"
        r"|--approval-mode[ =]+yolo\b|--trust-all-tools\b|--dangerously-allow-all\b"
        r"|--allow-all-tools\b|--allow-all-paths\b|--skip-permissions-unsafe\b"
        r"|\b(?:gemini|qwen|codex|crush|cursor-agent|copilot)\b[^\n;|&]{0,200}\s(?:--yolo|-y)(?=\s|$)"
        r"|\baider\b[^\n;|&]{0,200}\s--yes-always\b",
    ),
    _harm(
        "takes checks out of the way",
        _MEDIUM,
        r"\bgit\b[^\n;|&]{0,120}\b(?:commit|push)\b[^\n;|&]{0,120}\s--no-verify\b",
        r"\bcore\.hookspath[ =]+[\"']?(?:/dev/null|''|\"\"|/tmp)",
        r"\b(?:HUSKY=0|SKIP=\w+|PRE_COMMIT_ALLOW_NO_CONFIG=1)\b[^\n;]{0,40}\bgit\b",
    ),
    _harm(
        "publishes without a question",
        _MEDIUM,
        r"\bgit\s+push\b[^\n;|&]{0,80}(?:\s--force\b|\s-f\b|\s--force-with-lease\b)",
        r"(?:&&|;)\s*git\s+push\b",
        r"\bgh\s+pr\s+merge\b[^\n;|&]{0,120}\s--admin\b",
    ),
    _harm(
        "runs a program from a folder that everybody can write to",
        _MEDIUM,
        r"^\s*(?:(?:ba|z)?sh\s+|python[\d.]*\s+|node\s+)?/(?:var/)?tmp/|^\s*(?:(?:ba|z)?sh\s+)?/dev/shm/",
    ),
)


def harms(command: str) -> list[Harm]:
    """Return what a command does that nobody would agree to, the first place of each kind."""
    text = command[:LONGEST].replace("\\\n", "  ")
    found = []
    for what, severity, pattern in _HARMS:
        match = pattern.search(text)
        if match is not None:
            found.append(Harm(*match.span(), what, severity))
    return found


def starts_unasked(command: str) -> Harm | None:
    """Return where a command starts an agent that does not ask."""
    return next((one for one in harms(command) if one.what.startswith("starts an agent")), None)
