"""Finds orders to agents in prose: what they say, and what they only mention or forbid."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum

from aigate.domain.regex import regex


class Order(StrEnum):
    """What an agent is told to do."""

    EXFILTRATE = "exfiltrate"
    SUPPRESS = "suppress"
    HIDE = "hide"
    WEAKEN = "weaken"
    OBEY = "obey"
    ACT = "act"


def _patterns(
    hints: tuple[str, ...], patterns: tuple[str, ...]
) -> tuple[tuple[tuple[str, ...], re.Pattern[str]], ...]:
    """Compile patterns, each with words of which one is in whatever it matches, in lower case."""
    return tuple(
        (tuple(words.split(",")), regex(pattern, re.IGNORECASE))
        for words, pattern in zip(hints, patterns, strict=True)
    )


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
_TELLS_TO_SUPPRESS = _patterns(
    (
        "nosec,nosem,noqa,nosonar,gitleaks:allow,pragma,eslint-disable,checkov:skip,tfsec,trivy,zizmor,aigate",
        "--no-verify",
        "scan,security,aigate,semgrep,bandit,gitleaks,codeql,hook,gate,vulnerab,review,pre-commit,precommit",
        "skip",
        "test",
        "hookspath",
        "husky=0",
        "continue-on-error",
        ".aigate,aigate,.pre-commit-config,.semgrep,.github/workflows,protection",
        "ignore,disregard,forget,override",
        "suppress,ignore,disabl,silenc",
        "commit",
        "mark",
        "ignored,suppressed,skipped,dismissed,silenced",
    ),
    (
        (
            rf"\b(?:append|add|insert|put|include|use|place|write|apply|attach|sprinkle|suppress|silence"
            rf"|annotate|mark)(?:ing)?\b{_GAP}{_MARKERS}"
        ),
        (
            r"\b(?:use|add|pass|append|run|commit|push|with|include|always|try)(?:t?ing)?\b"
            r"(?:[^.!?|\n]|\n(?!\s*\n)){0,60}?--no-verify\b"
        ),
        (
            rf"\b(?:disabl|bypass|skip|turn\s+off|ignor|silenc|suppress|circumvent|evad|remov|work\s+around"
            rf"|get\s+around|switch\s+off|deactivat)(?:e|p?ing)?\s+{_WHAT_CHECKS}"
        ),
        r"\b(?:add|use|put|include|append|write)\b" + _GAP + r"\[?\bskip[ -]ci\b\]?",
        (
            r"\b(?:delete|remove|comment\s+out|skip|disable|weaken)\w*\s+(?:\w+\s+){0,3}?tests?\b"
            r"[^.!?\n]{0,60}\b(?:so\s+that|so|until|to\s+(?:make|get|let|turn)|if\s+(?:they|it)\s+fails?)\b"
            r"[^.!?\n]{0,40}\b(?:ci|pass(?:es)?|green|build|pipeline|merge)\b"
        ),
        r"\bgit\s+config\b[^\n]{0,40}core\.hookspath\s+(?:/dev/null|''|\"\")",
        r"\b(?:set|export|use|with|prefix)\b[^.\n]{0,40}\bHUSKY=0\b",
        (
            r"\b(?:set|add|use|put|mark)\b[^.\n]{0,60}\bcontinue-on-error(?::\s*true)?\b"
            r"[^.\n]{0,60}\b(?:security|scan|gate|check|aigate|semgrep|bandit)\w*"
        ),
        (
            r"\b(?:edit|change|modify|delete|remove|empty|weaken|relax|loosen|lower)\b[^.\n]{0,60}"
            r"(?:\.aigate/|\baigate\s+policy|\.pre-commit-config|\.semgrep|\.github/workflows|branch\s+protection)"
            r"(?:[^.\n]|\.(?=\w)){0,60}\b(?:so\s+that|so|to\s+(?:make|get|let)|until)\b[^.\n]{0,60}\b(?:pass|green|merge|through)"
        ),
        (
            r"\b(?:ignore|disregard|forget|override)\s+(?:(?:all|any|the|your|every|of)\s+){0,3}"
            r"(?:previous|prior|above|earlier|preceding|existing|system|other)\s+"
            r"(?:\w+\s+)?(?:instructions?|prompts?|rules?|directions?|guidelines?)\b"
        ),
        r"\b(?:add|insert|put|use|write|append)\b[^.\n]{0,40}\b(?:suppression|ignore|disable|silencing)\s+(?:comments?|directives?|pragmas?|annotations?)\b",
        r"\bcommit\w*\s+(?:\w+\s+){0,3}(?:with|using)\s+`?-n\b",
        (
            r"\b(?:mark|dismiss|close)\b[^.\n]{0,20}\b(?:all|every|any|security)\b[^.\n]{0,40}\b(?:findings?|alerts?|warnings?)\b"
            r"[^.\n]{0,40}\bas\s+(?:false[ -]positives?|resolved|won'?t[ -]fix|ignored|accepted)\b"
        ),
        (
            r"\b(?:security|scanner|vulnerability|semgrep|bandit|codeql)\s+(?:warnings?|findings?|alerts?|errors?)\b[^.\n]{0,30}"
            r"\b(?:can|may|should|must)\s+(?:\w+\s+)?be\s+(?:ignored|suppressed|skipped|dismissed|silenced)\b"
        ),
    ),
)
_TELLS_TO_WEAKEN = _patterns(
    (
        "ssl,tls,certificate,https",
        "verify,shell,eval(,pickle,rejectunauthorized,yaml.load,md5",
        "hardcode,hard-code",
        "backdoor,keylogger,shell,door",
        "<script",
        "<script",
        "unauthenticated,without",
        "validat,sanitiz,escap,checks,control",
        "check",
    ),
    (
        (
            r"\b(?:disable|turn\s+off|skip|switch\s+off|bypass|omit)\s+(?:the\s+|all\s+|any\s+)?(?:ssl|tls|certificate|https)"
            r"(?:/tls|/ssl)?\s+(?:certificate\s+)?(?:verification|validation|checks?|checking|errors?)\b(?!\s+(?:only\s+)?(?:in|for)\s+(?:local|dev|test))"
        ),
        r"\b(?:always|must)\s+(?:use|set|pass|call|write)\b[^.\n]{0,60}(?:verify\s?=\s?False|shell\s?=\s?True|\beval\(|\bpickle\.loads?\b|rejectUnauthorized:\s*false|\byaml\.load\(|\bmd5\b)",
        r"\b(?:always|please|must|should)?\s*hard-?code\s+(?:\w+\s+){0,3}?(?:credentials?|passwords?|secrets?|tokens?|(?:api|secret|private|access)\s+keys?)\b",
        r"\b(?:add|insert|include|inject|embed|append|put|plant)\b[^.\n]{0,60}\b(?:backdoor|back\s+door|reverse\s+shell|keylogger)\b",
        r"\b(?:add|insert|include|inject|embed|append|put)\b[^\n]{0,80}<script\b[^>\n]{0,40}\bsrc=[\"']?https?://(?!localhost)[^\n]{0,200}(?:\b(?:every|all|each|any)\b|\bdo\s+not\b|\bdon't\b|\bnever\b|\bwithout\b)",
        r"\b(?:every|all|each|any)\b[^.\n]{0,80}\b(?:add|insert|include|inject|embed|append|put)\b[^\n]{0,80}<script\b[^>\n]{0,40}\bsrc=[\"']?https?://(?!localhost)",
        r"\b(?:leave|make|keep)\b[^.\n]{0,40}\b(?:endpoints?|routes?|api)\b[^.\n]{0,30}\b(?:unauthenticated|without\s+(?:authentication|authorization))\b",
        r"\b(?:do\s+not|don't|never|skip|no\s+need\s+to)\s+(?:add\s+|perform\s+|do\s+)?(?:input\s+validation|validat(?:e|ing)\s+(?:user\s+)?input|sanitiz(?:e|ing)\s+(?:user\s+)?input|escap(?:e|ing)\s+(?:user\s+)?input|authentication\s+checks?|authorization\s+checks?|permission\s+checks?|access\s+control)\b",
        r"\b(?:leave|omit|drop|remove|skip)\b[^.\n]{0,30}\b(?:admin|auth\w*|permission|access|ownership|csrf)\s+checks?\b(?!\s+(?:only|when|if|for))",
    ),
)
_ADDRESS_OUTSIDE = r"https?://(?!localhost|127\.|0\.0\.0\.0|example\.)"
_TELLS_TO_OBEY = _patterns(
    (
        "http",
        "http",
        "curl,wget",
        "base64",
        "/dev/tcp,nc -,ncat",
        "--trusted-host,http://",
    ),
    (
        (
            rf"\b(?:fetch|download|load|read|curl|visit|open|retrieve|get|pull|check)\b[^\n]{{0,80}}?{_ADDRESS_OUTSIDE}[^\n]{{0,120}}?"
            r"\b(?:and|then)\b[^.\n]{0,30}\b(?:follow|execute|run|obey|apply|do|perform|comply\s+with|act\s+on)\b[^.\n]{0,40}"
            r"\b(?:instructions?|commands?|orders?|directives?|steps|whatever|everything|what(?:ever)?\s+it\s+says|it\b(?=\s*(?:[.,;]|$|silently|before|first)))"
        ),
        rf"\b(?:follow|obey|execute|apply)\b[^.\n]{{0,40}}\b(?:instructions?|rules|commands?|directives)\b[^.\n]{{0,30}}\b(?:at|from|on|in|found\s+at|hosted\s+(?:at|on))\s+<?`?{_ADDRESS_OUTSIDE}",
        (
            r"\b(?:before|after|every|each|always|whenever|silently|first|at\s+the\s+(?:start|beginning))\b[^\n]{0,160}?"
            rf"\b(?:curl|wget)\b[^\n|]{{0,200}}{_ADDRESS_OUTSIDE}[^\n|]{{0,200}}\|\s*(?:sudo\s+)?(?:ba|z|da)?sh\b"
        ),
        r"\bbase64\s+(?:-d|-D|--decode)\b[^;\n]{0,80}\|\s*(?:sudo\s+)?(?:(?:ba|z)?sh|python[\d.]*|node)\b",
        r"/dev/tcp/\d{1,3}\.|\b(?:nc|ncat)\s+-\w*e\s+/bin/(?:ba)?sh",
        r"\b(?:install|pip|npm|dependencies|packages)\b[^\n]{0,120}(?:--trusted-host\b|\bhttp://(?!localhost|127\.)[\w.-]+\.\w+)",
    ),
)
_TELLS_TO_ACT = _patterns(
    (
        "directly,straight",
        "without",
        "merge,approve",
        "without",
        "ask for,ask the user,ask  ",
        "push",
        "gh pr",
        "approve",
        "--dangerously,--yolo",
    ),
    (
        r"\b(?:push|commit)\w*\s+(?:\w+\s+){0,4}?(?:directly|straight)\s+(?:in)?to\s+`?(?:origin[ /])?(?:main|master|production|trunk)\b",
        (
            r"\b(?:merge|push|deploy|publish|release|commit\s+and\s+push|approve)\b[^.!?\n]{0,60}?\bwithout\s+(?:waiting\s+for\s+|asking\s+for\s+|any\s+|a\s+|human\s+|the\s+user'?s?\s+|my\s+|prior\s+|further\s+|manual\s+)*"
            r"(?:reviews?|approval|confirmation|permission|asking|consent|confirming|checking\s+with)\b"
        ),
        r"\b(?:auto-?(?:matically\s+)?(?:merge|approve)|self-?(?:merge|approve))\b[^.!?\n]{0,40}\b(?:your|own|every|all|each|any)\b[^.!?\n]{0,30}\b(?:prs?|pull\s+requests?|changes?)\b",
        (
            r"\b(?:run|execute|delete|install|modify|overwrite)\b[^.!?\n]{0,40}\b(?:commands?|files?|code|scripts?|packages?|dependencies|anything|whatever)\b[^.!?\n]{0,30}\bwithout\s+(?:asking|confirmation|(?:user\s+)?permission|prompting|(?:user\s+)?approval|the\s+user)\b"
        ),
        r"\b(?:never|do\s+not|don't)\s+(?:ever\s+)?ask\s+(?:the\s+user\s+)?for\s+(?:permission|approval|consent|confirmation)\b",
        r"\bgit\s+push\s+(?:-f|--force)\b[^.\n]{0,60}\b(?:always|whenever|main|master)\b|\b(?:always|whenever)\b[^.\n]{0,60}\bgit\s+push\s+(?:-f\b|--force(?!-with))",
        r"\bgh\s+pr\s+merge\b[^\n]{0,60}--admin\b",
        r"\bauto-?approve\b[^.\n]{0,30}\b(?:all|every|any)\b[^.\n]{0,20}\b(?:tools?|commands?|actions?|changes?|edits?|prs?|pull)\b",
        r"\b(?:always|use|run|start|with|pass)\b[^.\n]{0,60}--(?:dangerously-skip-permissions|yolo|dangerously-bypass-approvals-and-sandbox)\b",
    ),
)
_KEEPS_SECRET = regex(
    r"\b(?:do\s+not|don'?t|never|without|avoid)\s+(?:ever\s+)?(?:tell|telling|mention|mentioning"
    r"|inform|informing|reveal|revealing|notify|notifying|alert|alerting|warn|warning"
    r"|disclos(?:e|ing)|show|showing|let)"
    r"(?:\s+\w+){0,5}?\s+(?:(?:to\s+)?the\s+)?(?:users?|humans?|reviewers?|developers?|anyone"
    r"|security\s+team|maintainers?|people|operator)\b(?!\s+(?:how|to\s+(?:run|use|install)))",
    re.IGNORECASE,
)
_KEEPS_FROM_REVIEW = regex(
    r"\b(?:do\s+not|don't|never)\s+(?:mention|reveal|disclose|document)\s+(?:it|this|that|these|them)\s+(?:anywhere\s+)?in\s+"
    r"(?:the\s+|any\s+|your\s+)?(?:prs?|pull\s+requests?|commits?|summary|descriptions?|changelog|reviews?)\b",
    re.IGNORECASE,
)
# Telling the user nothing of these is good manners.
_FINE_TO_KEEP = regex(
    r"secret|password|credential|token|api[ _-]?key|internal|private|stack\s?trace|error\s+detail"
    r"|other\s+users|pii|raw|technical",
    re.IGNORECASE,
)
_LOOT = (
    r"(?:env(?:ironment)?\s+(?:vars?|variables?|file)|environment\b|\benv\b|printenv|\.env\b"
    r"|secrets?|credentials?|(?:api|private|ssh|access)[ _-]?keys?|(?:access|auth|api|github)?\s?tokens?"
    r"|passwords?|id_rsa|id_ed25519|~/\.(?:ssh|aws|netrc|config|npmrc)|process\.env|os\.environ"
    r"|\$\(?(?:cat|env)|\$[A-Z_]*(?:TOKEN|KEY|SECRET|PASSWORD)[A-Z_]*|source\s+code|conversation"
    r"|chat\s+history|contents?\s+of\s+(?:the\s+|this\s+)?(?:repo\w*|codebase|workspace)\b|entire\s+(?:repo\w*|codebase))"
)
_ADDRESS = r"(?:https?://(?!localhost|127\.|0\.0\.0\.0|\$|\{|<)[\w.$\{\}-]+|\b[\w.+-]+@[\w-]+\.\w+|webhook)"
_TELLS_TO_EXFILTRATE = _patterns(
    (
        "http,webhook,@",
        "exfiltrate,leak",
        ".ssh,id_rsa,id_ed25519,.aws,.gnupg,.netrc,.npmrc,.kube,config/gh,/etc/,mcp.json,.env",
        "](http",
        "curl,wget,| nc,|nc,ncat",
        "curl,wget",
        "http,webhook,@",
    ),
    (
        (
            rf"\b(?:send|upload|post|exfiltrate|transmit|forward|leak|e-?mail|report|append|encode)\b"
            rf"[^\n]{{0,80}}?{_LOOT}[^\n]{{0,120}}?{_ADDRESS}"
        ),
        rf"\b(?:exfiltrate|leak)\b[^\n]{{0,60}}?{_LOOT}",
        (
            r"\b(?:read|open|cat|print|copy|collect|gather|load|dump|find)\b[^.!?\n]{0,60}"
            r"(?:~/\.(?:ssh|aws|gnupg|netrc|npmrc|kube|config/gh)|\bid_(?:rsa|ed25519)\b|\.aws/credentials"
            r"|/etc/(?:passwd|shadow)|\.cursor/mcp\.json|(?<![\w-])\.env\b(?!\.(?:example|sample|template)))"
            r"[^\n]{0,120}\b(?:includ|add|append|past|embed|print|output|put|pass|attach|encod|send|post|upload|writ|shar|quot)(?:e|ing|t?ing)?\b"
            r"[^\n]{0,60}\b(?:it|its|them|their|the\s+(?:content|value|result|output|key)s?|contents?|values?)\b"
        ),
        (
            r"!\[[^\]\n]{0,100}\]\(https?://[^)\n]{0,200}(?:\{\{?\s*|\$\{?|<)"
            r"(?:data|secret|token|env|key|conversation|content|base64|encoded|user)[^)\n]{0,60}\)"
        ),
        (
            r"\b(?:env|printenv|cat)\b[^\n|]{0,80}\|\s{0,3}(?:base64[^\n|]{0,40}\|\s{0,3})?"
            r"(?:curl|wget|nc|ncat)\b"
        ),
        (
            r"\b(?:curl|wget)\b[^\n]{0,200}?(?:-d|--data[\w-]*|-F|--form|--post-\w+|-T|--upload-file)"
            r"[ =][^\n]{0,80}?(?:@[^\n ]{0,60}(?:\.env|id_rsa|credentials|\.ssh|\.aws)|\$\((?:env|cat|printenv)"
            r"|`(?:env|cat|printenv))"
        ),
        (
            rf"\b(?:collect|gather|read|dump|list|find|take|copy|harvest|grab)\b[^.!?\n]{{0,60}}?{_LOOT}[^\n]{{0,120}}?"
            r"\b(?:send|upload|post|transmit|forward|e-?mail|submit|report)\b\s+(?:it|them|these|those|this|that|all|everything"
            rf"|(?:the\s+)?(?:results?|contents?|values?|output))\b[^\n]{{0,60}}?{_ADDRESS}"
        ),
    ),
)

_NOT = (
    r"(?:never|not|n't|dont|no|avoid|without|cannot|refuse|refrain|reject|instead\s+of|rather\s+than"
    r"|forbid(?:s|den)?|prohibit(?:s|ed)?|disallow(?:s|ed)?|prevent|detect|blocks?|catch|stop"
    r"|report|flag|whether|attempts?|tries|against|bad|wrong|anti-?pattern|unless)"
)
_DENIED_BEFORE = regex(
    rf"\b{_NOT}\b[^.!?;:\n]{{0,60}}\Z|\b(?:never|do\s+not|don't|avoid)\b[^.!?;\n]{{0,120}}\Z|[❌🚫✗⛔]",
    re.IGNORECASE,
)
_CLAUSE = regex(
    r"\b(?:hesitate|worry|forget|fail|bother|matter|problem|only)\b|[,:]\s|\bbut\b", re.IGNORECASE
)
_INTERJECTION = regex(r",?\s+(?:under|in)\s+(?:any|no)\s+\w+,?|,?\s+ever,", re.IGNORECASE)
# "Always pass a timeout, and never `verify=False`": what the match ends with is forbidden.
_DENIED_INSIDE = regex(
    r"[,;]\s+(?:(?:and|but)\s+)?(?:never|not|do\s+not|don't|avoid)\s[^,;]{3,40}\Z", re.IGNORECASE
)
_DENIED_AFTER = regex(
    r"\A[^.!?\n]{0,60}\b(?:is|are)\s+(?:\w+\s+)?(?:forbidden|prohibited|not\s+(?:allowed|permitted"
    r"|acceptable|ok)|banned|disallowed|blocked|rejected|never|wrong)\b",
    re.IGNORECASE,
)
_DENYING_LEAD = regex(
    r"\b(?:never|don'?ts?|do\s+not|must\s+not|avoid|forbidden|prohibited|not\s+allowed"
    r"|anti-?patterns?|disallowed|banned|bad)\b|[❌🚫⛔]",
    re.IGNORECASE,
)
_ITEM = regex(r"[ \t]*(?:[-*+]|\d{1,3}[.)])[ \t]")

_PATTERNS = (
    (Order.EXFILTRATE, _TELLS_TO_EXFILTRATE),
    (Order.SUPPRESS, _TELLS_TO_SUPPRESS),
    (Order.WEAKEN, _TELLS_TO_WEAKEN),
    (Order.OBEY, _TELLS_TO_OBEY),
    (Order.ACT, _TELLS_TO_ACT),
)
_HINTS = frozenset(word for _, patterns in _PATTERNS for hints, _ in patterns for word in hints)
# A text of JSON, YAML or code begins with a quotation mark and says what stands in it.
_QUOTED_VALUE = regex(r"[:=(,\[]\s*[\"'`]+\s?\Z")
_FINE_AFTER = regex(
    r"(?:'s)?[^.!?\n]{0,40}\b(?:until|unless|what\s+is|what\s+to|that\s+(?:you|they)\s+(?:must|need))|[-\w]*-only|\s+(?:their|whether|if|which)\b|\s+to\s+add\b"
)
_POISON = _patterns(
    (
        "<",
        "before,prior",
        "~/.,id_rsa,/etc/,mcp.json",
        "tool",
        "tool",
        "call",
        "conversation,chat,prompt,message,context",
        "note,hidden,secret,silently",
    ),
    (
        r"<(?:important|system|secret|instructions?|critical|hidden|admin)>",
        r"\b(?:before|prior\s+to)\s+(?:using|calling|invoking|running|you\s+(?:use|call))\s+(?:this|any|the|other|another|every)\b[^.\n]{0,60}\b(?:tools?)?[^.\n]{0,60}\b(?:read|open|cat|send|fetch|include|access|must\s+(?:first\s+)?(?:read|call|send))\b",
        # Where a tool keeps its own settings it may say, but not what to do with the files there.
        (
            r"(?:\b(?:read|open|cat|send|copy|include|pass|upload|load|get|fetch|attach|provide)\b[^.\n]{0,80}~/\.(?:aws|cursor|netrc)"
            r"|~/\.(?:ssh|gnupg)|\bid_rsa\b|/etc/(?:passwd|shadow)|\.cursor/mcp\.json)"
        ),
        r"\b(?:whenever|when|if|every\s+time)\b[^.\n]{0,60}\b(?:send_?\w*|other|another|any\s+other)\s+tools?\b[^.\n]{0,80}\b(?:instead|must|change|replace|redirect|append|bcc|also)\b",
        r"\b(?:do\s+not|don't|never)\s+(?:use|call|invoke)\s+(?:any\s+)?(?:other|another)\s+tools?\b[^.\n]{0,40}\b(?:only|instead|always)\b",
        r"\b(?:must|always)\s+(?:be\s+)?call(?:ed)?\s+(?:this\s+(?:tool|function)\s+)?(?:first|before\s+(?:any|all|every)\s+other)\b[^.\n]{0,80}\b(?:pass|with|includ|send|conversation|history|context)\w*",
        r"\b(?:pass|include|put|send|provide|supply)\b[^.\n]{0,60}\b(?:entire|full|whole|complete|all)\s+(?:of\s+the\s+)?(?:conversation|chat|system\s+prompt|message\s+history|context)\b",
        r"\b(?:side\s?note|hidden|secret(?:ly)?|silently)\b[^.\n]{0,60}\b(?:parameter|argument|field|read|send|pass|include)\b",
    ),
)


def orders(text: str, start: int, end: int) -> Iterator[tuple[Order, int, int]]:
    """Yield what a stretch of a text orders, and where; what it forbids is left out."""
    low = text[start:end].lower()
    said = {word for word in _HINTS if word in low}
    for order, patterns in _PATTERNS if said else ():
        for hints, pattern in patterns:
            if said.isdisjoint(hints):
                continue
            for match in pattern.finditer(text, start, end):
                if not _is_denied(text, match.start(), match.end()):
                    yield (order, *match.span())
    for match in _KEEPS_FROM_REVIEW.finditer(text, start, end):
        yield (Order.HIDE, *match.span())
    for match in _KEEPS_SECRET.finditer(text, start, end):
        if not (
            _FINE_TO_KEEP.search(match[0])
            or _is_quoted(text, match.start())
            or _FINE_AFTER.match(text, match.end())
        ):
            yield (Order.HIDE, *match.span())


def poison(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield what the description of a tool says that is no description."""
    for order, first, last in orders(text, start, end):
        # What a setting or a tool does without a question, its description has to say.
        if order is not Order.ACT:
            yield first, last
    low = text[start:end].lower()
    for hints, pattern in _POISON:
        # Some letters beyond ASCII count as `i`, `k` or `s` where case is ignored.
        if any(word in low for word in hints) or not low.isascii():
            for match in pattern.finditer(text, start, end):
                yield match.span()


def _is_quoted(text: str, start: int) -> bool:
    """Tell whether words begin a quotation in prose, which mentions them and does not say them."""
    before = text[max(0, start - 2) : start]
    return bool(re.search(r"[\"\u201c\u2018']\s?\Z", before))


def _is_denied(text: str, start: int, end: int) -> bool:
    """Tell whether the words around forbid what the words say."""
    if _is_quoted(text, start) and not _QUOTED_VALUE.search(text, max(0, start - 60), start):
        return True
    if _DENIED_INSIDE.search(text, start, end):
        return True
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
