"""Finds credentials written into text: keys by their providers' formats, and a few others.

Precision comes first: a stretch counts only if its form is a provider's, or if its name, its
spread of characters and its surroundings all say that it is a secret and no placeholder.
`docs/decisions/0004-secret-detection.md` compares this with libraries.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from urllib.parse import unquote

from aigate import __version__
from aigate.domain.extension import Scanner, Target
from aigate.domain.finding import Gap, Sighting
from aigate.domain.regex import regex
from aigate.domain.rule import Rule
from aigate.domain.severity import Severity
from aigate.domain.tree import TEXTUAL, Kind, Unit
from aigate.engine.lines import Lines
from aigate.value import dataclass

_NAME = "secrets"
_LIMIT = 1_000
_CONTROLS = (
    "owasp-llm/LLM02",
    "mitre-atlas/AML.T0055",
    "owasp-aisvs/AC.3.2",
    "nist-800-53/IA-5",
    "nist-800-53/IA-5(7)",
    "nist-ssdf/PS.1.1",
    "cmmc/IA.L2-3.5.10",
)
_FIX = (
    "Revoke the credential first: whoever has a clone has it, and removing it from the newest"
    " commit does not take it back. Then read it from a secret store or the environment."
)


def _rule(name: str, title: str, severity: Severity, what: str, *, why: str) -> Rule:
    return Rule(
        name=name,
        scanner=_NAME,
        title=title,
        severity=severity,
        what=what,
        why=why,
        fix=_FIX,
        cwe=(798,) if name != "private-key" else (321, 798),
        controls=_CONTROLS,
    )


_PROVIDER_KEY = _rule(
    "provider-key",
    "Key of a service in the text",
    Severity.CRITICAL,
    "A key or token in the format of a known service stands in a file.",
    why="Bots find such keys within minutes of a push, and use them with the owner's rights.",
)
_PRIVATE_KEY = _rule(
    "private-key",
    "Private key in the text",
    Severity.CRITICAL,
    "A private key with its key material stands in a file.",
    why="Whoever reads the file can sign, log in or decrypt as the key's owner.",
)
_CREDENTIAL_IN_URL = _rule(
    "credential-in-url",
    "Password inside a URL",
    Severity.HIGH,
    "A URL carries a user name and a password.",
    why="URLs end up in logs, in process lists and in error messages, and the password with them.",
)
_ASSIGNED_SECRET = _rule(
    "assigned-secret",
    "Random value under the name of a secret",
    Severity.HIGH,
    "A value that looks random is assigned to a name such as `token` or `api_key`.",
    why="Coding assistants fill in literal values where a program should ask for its secret.",
)


@dataclass(frozen=True, slots=True)
class _Format:
    """A provider's format: `hint` must occur in the text; group 1, if any, is the secret."""

    kind: str
    hint: str
    pattern: re.Pattern[str]
    severity: Severity | None = None


def _format(kind: str, hint: str, pattern: str, severity: Severity | None = None) -> _Format:
    return _Format(
        kind,
        hint,
        regex(rf"(?<![A-Za-z0-9_]){pattern}(?![A-Za-z0-9_])", re.ASCII),
        severity,
    )


# Formats as the providers document them, November 2026.
_FORMATS = (
    *(
        _format("AWS access key id", prefix, rf"{prefix}[A-Z2-7]{{16}}")
        for prefix in ("AKIA", "ASIA", "ABIA", "ACCA")
    ),
    *(
        _format("GitHub token", prefix, rf"{prefix}[A-Za-z0-9]{{36,255}}")
        for prefix in ("ghp_", "gho_", "ghu_", "ghs_", "ghr_")
    ),
    _format("GitHub token", "github_pat_", r"github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}"),
    *(
        _format("GitLab token", prefix, rf"{prefix}[A-Za-z0-9_-]{{20,300}}(?:\.[0-9a-z.]{{2,20}})?")
        for prefix in (
            *("glpat-", "gldt-", "glrt-", "glcbt-", "glptt-", "glft-", "glimt-"),
            *("glagent-", "gloas-", "glsoat-", "glffct-"),
        )
    ),
    _format("Slack token", "xox", r"xox[abeoprs]-(?:\d-)?[A-Za-z0-9][A-Za-z0-9-]{18,250}"),
    _format("Slack token", "xapp-", r"xapp-\d-[A-Z0-9]{6,20}-\d{6,20}-[A-Za-z0-9]{32,80}"),
    _format(
        "Slack webhook",
        "hooks.slack.com",
        r"https://hooks\.slack\.com/(?:services|workflows)/(T[A-Z0-9]{7,12}/[AB][A-Z0-9]{7,12}/[A-Za-z0-9]{20,30})",
    ),
    _format("Stripe key", "_live_", r"(?:sk|rk)_live_[A-Za-z0-9]{16,250}"),
    _format("Stripe webhook secret", "whsec_", r"whsec_[A-Za-z0-9+/]{32,64}={0,2}"),
    _format("OpenAI key", "sk-", r"sk-(?:proj|svcacct|admin)-[A-Za-z0-9_-]{32,250}"),
    _format("OpenAI key", "T3BlbkFJ", r"sk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}"),
    _format("OpenAI key", "sk-", r"sk-[A-Za-z0-9]{48}"),
    _format("Anthropic key", "sk-ant-", r"sk-ant-[a-z]{3,8}\d{2}-[A-Za-z0-9_-]{32,200}"),
    _format("OpenRouter key", "sk-or-", r"sk-or-v1-[0-9a-f]{64}"),
    _format("Groq key", "gsk_", r"gsk_[A-Za-z0-9]{52}"),
    _format("xAI key", "xai-", r"xai-[A-Za-z0-9]{70,90}"),
    _format("Perplexity key", "pplx-", r"pplx-[A-Za-z0-9]{40,60}"),
    _format("Replicate token", "r8_", r"r8_[A-Za-z0-9]{37,40}"),
    _format("Hugging Face token", "hf_", r"hf_[A-Za-z0-9]{34,40}"),
    _format("Hugging Face token", "api_org_", r"api_org_[A-Za-z0-9]{34}"),
    _format("LangSmith key", "lsv2_", r"lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}"),
    _format("Pinecone key", "pcsk_", r"pcsk_[A-Za-z0-9]{5,8}_[A-Za-z0-9]{50,80}"),
    _format("Tavily key", "tvly-", r"tvly-(?:dev-|prod-)?[A-Za-z0-9]{32}"),
    _format("Google API key", "AIza", r"AIza[A-Za-z0-9_-]{35}(?!-)"),
    _format("Google OAuth secret", "GOCSPX-", r"GOCSPX-[A-Za-z0-9_-]{28}(?!-)"),
    _format("Google access token", "ya29.", r"ya29\.[A-Za-z0-9_-]{40,500}"),
    _format("npm token", "npm_", r"npm_[A-Za-z0-9]{36}"),
    _format("PyPI token", "pypi-", r"pypi-[A-Za-z0-9_-]{60,500}"),
    _format("RubyGems key", "rubygems_", r"rubygems_[0-9a-f]{48}"),
    _format("Docker token", "dckr_", r"dckr_(?:pat|oat)_[A-Za-z0-9_-]{27,40}"),
    _format("SendGrid key", "SG.", r"SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{39,50}"),
    _format("Twilio key", "SK", r"SK[0-9a-f]{32}"),
    _format("Mailgun key", "key-", r"(?<!-)key-[0-9a-f]{32}"),
    _format("Mailchimp key", "-us", r"[0-9a-f]{32}-us\d{1,2}"),
    _format("DigitalOcean token", "_v1_", r"do[opr]_v1_[0-9a-f]{64}"),
    _format("Shopify token", "shp", r"shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}"),
    _format("Square token", "sq0", r"sq0(?:atp|csp)-[A-Za-z0-9_-]{22,43}"),
    _format("Databricks token", "dapi", r"dapi[0-9a-f]{32}(?:-\d)?"),
    _format("Linear key", "lin_", r"lin_(?:api|oauth)_[A-Za-z0-9]{40,64}"),
    _format("Notion token", "ntn_", r"ntn_[A-Za-z0-9]{40,50}"),
    _format("Telegram bot token", ":AA", r"\d{8,10}:AA[A-Za-z0-9_-]{33}(?!-)"),
    _format(
        "Discord webhook",
        "/api/webhooks/",
        r"https://(?:\w+\.)?discord(?:app)?\.com/api/webhooks/(\d{17,20}/[A-Za-z0-9_-]{60,80})",
    ),
    _format("Vault token", "hvs.", r"hvs\.[A-Za-z0-9_-]{24,200}"),
    _format("Terraform token", ".atlasv1.", r"[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,80}"),
    _format("Grafana token", "glsa_", r"glsa_[A-Za-z0-9]{32}_[0-9a-fA-F]{8}"),
    _format("Grafana token", "glc_", r"glc_[A-Za-z0-9+/]{32,400}={0,2}"),
    _format("New Relic key", "NRAK-", r"NRAK-[A-Z0-9]{27}"),
    _format("Doppler token", "dp.", r"dp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9.]{40,60}"),
    _format("Atlassian token", "ATATT3", r"ATATT3[A-Za-z0-9_=-]{100,300}"),
    _format("Figma token", "figd_", r"figd_[A-Za-z0-9_-]{40,60}"),
    _format("Airtable token", "pat", r"pat[A-Za-z0-9]{14}\.[0-9a-f]{64}"),
    _format("Sentry token", "sntry", r"sntry(?:u_[0-9a-f]{64}|s_[A-Za-z0-9+/=_-]{80,300})"),
    _format("Supabase key", "sbp_", r"sbp_[0-9a-f]{40}"),
    _format("Supabase key", "sb_secret_", r"sb_secret_[A-Za-z0-9_-]{30,50}"),
    _format("PlanetScale token", "pscale_", r"pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.=-]{32,64}"),
    _format("age key", "AGE-SECRET-KEY-", r"AGE-SECRET-KEY-1[0-9A-Z]{58}"),
    _format("1Password token", "ops_", r"ops_eyJ[A-Za-z0-9+/_-]{200,1000}={0,2}"),
    _format(
        "Azure storage key",
        "AccountKey",
        r"(?:Shared)?(?:Account|Access)Key\s{0,3}=\s{0,3}([A-Za-z0-9+/]{86}==|[A-Za-z0-9+/]{43}=)",
    ),
    _format("Azure client secret", "Q~", r"[A-Za-z0-9_~.]{3}\dQ~[A-Za-z0-9_~.-]{31,34}"),
    _format(
        "JSON web token",
        "eyJ",
        r"eyJ[A-Za-z0-9_-]{10,2000}\.eyJ[A-Za-z0-9_-]{10,8000}\.[A-Za-z0-9_-]{20,2000}",
        Severity.HIGH,
    ),
)

_AWS_SECRET = regex(
    r"(?i:aws|amazon|secret_?access_?key|secretaccesskey)[^\n=:]{0,40}[\"']?\s{0,3}(?:=>|[:=])"
    r"\s{0,3}[\"']?((?<![A-Za-z0-9/+])[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])"
)

# Words with which people mark what is no real secret.
_PLACEHOLDER = regex(
    r"example|sample|placeholder|change_?-?me|dummy|fake|your[_-]|_?your|redacted|insert|replace"
    r"|todo|fixme|foobar|deadbeef|lorem|ipsum|not[_-]?a?[_-]?(?:real|secret)|mock|testtest"
    r"|notsecret|xxxx|\*\*\*|\.\.\.|____|<|>|\$\{|\{\{|\$\(|%\(|%s|#\{|abcdefgh|12345678"
    r"|qwerty|asdfgh|01234567|secretsecret|passw(?:or)?d",
    re.IGNORECASE,
)
_RUN = regex(r"(.)\1{5,}")

_PEM = regex(r"-----BEGIN ((?:[A-Z0-9]{1,20} ){0,4})PRIVATE KEY(?: BLOCK)?-----")
_PEM_LONGEST = 20_000
_PEM_LEAST = 80
_NOT_KEY = regex(r"\\[nrt]|[^A-Za-z0-9+/=]")
_PEM_HEADER = regex(r"(?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset):[^\n\\]{0,200}")

_URL = regex(
    r"(?<![A-Za-z0-9+.-])[A-Za-z][A-Za-z0-9+.-]{1,20}://"
    r"(?P<user>[^\s:@/?#\"'`<>(){}\[\]$]{0,80}):(?P<password>[^\s@/\"'`<>(){}\[\],|]{3,120})@"
    r"(?P<host>[A-Za-z0-9_.-]{1,200}|\[[0-9A-Fa-f:.]{2,50}\])"
)
_COMMON_PASSWORD = regex(
    r"pass|pw|pwd|passwort|secret|user(?:name)?1?|root|admin|guest|test(?:ing)?|postgres|mysql"
    r"|redis|mongo|rabbitmq|minio(?:admin)?|docker|default|foo|bar|baz|foobar|token|key|api_?key"
    r"|access_token|auth|cred(?:ential)?s|hunter2|letmein|changeit|1?2?345?6?|abc(?:123)?|x+"
    r"|x-oauth-basic|x-access-token|none|null|undefined|(?:pass|secret|test|admin)1(?:23)?"
    r"|app|dev|local|develop|my(?:pass|secret)|supersecret|value|string|port|prefix"
)
_NOWHERE = regex(
    r"localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[?::1\]?|host|hostname|server|proxy|db|database"
    r"|(?:.*\.)?(?:example(?:\.(?:com|org|net|io|edu))?|test|invalid|localhost|local|internal\.test)",
    re.IGNORECASE,
)

# Lower case; found by plain search, which is ten times as fast as one pattern.
_NAMES_OF_SECRETS = (
    *("secret", "token", "password", "passwd", "passphrase", "pwd", "credential", "bearer"),
    *(
        f"{kind}{joint}key"
        for kind in (
            *("api", "access", "private", "auth", "signing", "encryption", "master", "account"),
            *("shared", "subscription", "service"),
        )
        for joint in ("", "_", "-")
    ),
)
_REST_OF_NAME = regex(r"[A-Za-z0-9_-]{0,30}", re.ASCII)
_FROM_ENVIRONMENT = (
    r"(?:(?:process\.env|import\.meta\.env|os\.environ|os\.getenv|env)\b[^\n,|?'\"]{0,60}"
    r"(?:['\"][\w.-]{1,60}['\"][)\]]{1,2})?\s{0,3}(?:\|\||\?\?|\bor\b)\s{0,3})?"
)
_VALUE = regex(
    # an assignment, perhaps with a type; a fall-back of a look-up; or the next of a pair
    r"(?:[\"'\])]{0,3}\s{0,4}(?::\s{0,2}[A-Za-z][A-Za-z\[\]| .]{0,30}\s{0,3}(?==))?"
    r"(?:=>|:=|=|:|\|\||\?\?|\bor\b)|[\"']\s{0,3},(?:\s{0,3}default\s{0,2}=)?)\s{0,4}"
    rf"{_FROM_ENVIRONMENT}(?:Bearer\s+)?"
    r"(?:(?:[rbuf]|&)?(?P<quote>[\"'`])(?:Bearer\s+|Basic\s+)?(?P<quoted>[^\"'`\s]{16,300}+)(?P=quote)"
    r"|(?P<bare>[A-Za-z0-9+/=_.~-]{20,300}+)(?=[\s;,#]|\Z))"
)
_UNSECRET = regex(
    r"(?:_?-?(?:url|uri|type|name|field|path|file|dir|id|ids|hash|digest|prefix|suffix|header"
    r"|regex|pattern|label|title|expires?|expiry|ttl|len|length|size|format|arn|version|endpoint"
    r"|count|limit|usage|class|schema|method|algorithm|alg|scope|scopes|ref|kind|issuer|audience"
    r"|placeholder|description|message|error|help|text|env|var|checksum|fingerprint|sha256"
    r"|policy|provider|index|list|s))\Z",
    re.IGNORECASE,
)
_CHARSET = regex(r"[A-Za-z0-9+/=_.~!@#$%^&*-]+")
_UUID = regex(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_HEX = regex(r"(?:0x)?[0-9a-fA-F]+")
_CODE_LIKE = regex(
    r"[A-Za-z_]\w*(?:[./:-][A-Za-z_]\w*)+|(?:sha\d+|md5)[-:].*|[a-z]+://.*|/.*|\.+/.*"
)
_WORD = regex(r"[A-Za-z]{4,}")
_SETTINGS = regex(
    r"(?:\A|/)(?:\.?env(?:\.[\w.-]+)?|[^/]*\.(?:env|ini|cfg|conf|config|properties|ya?ml|toml|sh|tfvars"
    r"|envrc|npmrc|pypirc)|\.(?:npmrc|pypirc|netrc|envrc)|Dockerfile[^/]*|credentials)\Z",
    re.IGNORECASE,
)
_LOCK = regex(
    r"(?:\A|/)(?:[^/]*\.lock|package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|go\.sum"
    r"|[^/]*\.(?:svg|map|min\.js|po|pot|xlf))\Z",
    re.IGNORECASE,
)


def _scan(target: Target) -> Iterator[Sighting | Gap]:
    for unit in target.units:
        for count, sighting in enumerate(_sightings(unit)):
            if count == _LIMIT:
                reason = f"more than {_LIMIT} possible secrets in one file"
                yield Gap(unit.path, reason, "too-many-secrets", _NAME)
                break
            yield sighting


def _sightings(unit: Unit) -> Iterator[Sighting]:
    lines = Lines(unit.text)
    taken: list[tuple[int, int]] = []
    for rule, kind, start, end, severity in _found(unit):
        if any(start < until and begin < end for begin, until in taken[-_LIMIT:]):
            continue
        taken.append((start, end))
        secret = unit.text[start:end]
        yield Sighting(
            rule=rule.name,
            unit=unit.id,
            span=lines.span(start, end),
            message=(
                f"{kind} {_masked(secret)} stands in the text;"
                " hint: revoke it, then read it from a secret store"
            ),
            severity=severity,
            secret=True,
        )


_Found = tuple[Rule, str, int, int, Severity | None]


def _found(unit: Unit) -> Iterator[_Found]:
    text = unit.text
    if "PRIVATE KEY" in text:
        yield from _private_keys(text)
    yield from _provider_keys(text)
    if "://" in text:
        yield from _credentials_in_urls(text)
    if not _LOCK.search(unit.path):
        yield from _assigned_secrets(unit)


def _provider_keys(text: str) -> Iterator[_Found]:
    for form in _FORMATS:
        if form.hint not in text:
            continue
        for match in form.pattern.finditer(text):
            group = 1 if form.pattern.groups else 0
            if _is_random(match[group]) and (form.hint != "eyJ" or _is_token(match[0])):
                yield _PROVIDER_KEY, form.kind, *match.span(group), form.severity
    if re.search("aws|amazon|access_?key", text, re.IGNORECASE):
        for match in _AWS_SECRET.finditer(text):
            if _is_random(match[1]) and _entropy(match[1]) > 4 and not _HEX.fullmatch(match[1]):
                yield _PROVIDER_KEY, "AWS secret access key", *match.span(1), None


def _private_keys(text: str) -> Iterator[_Found]:
    for match in _PEM.finditer(text):
        # Whatever dashes come next end the key, so that a row of beginnings costs little.
        end = text.find("-----", match.end(), match.end() + _PEM_LONGEST)
        if end >= 0 and not text.startswith("-----END", end):
            continue
        body = text[match.end() : end if end >= 0 else match.end() + 600]
        material = _NOT_KEY.sub("", _PEM_HEADER.sub("", body))
        noise = len(body) - len(material)
        if len(material) < _PEM_LEAST or noise > len(body) / 2 or _entropy(material) < 4.5:
            continue
        if end >= 0:
            closing = text.find("-----", end + 8, end + 80)
            until = closing + 5 if closing >= 0 else end
        else:
            until = match.end() + len(body.rstrip())
        kind = f"{match[1].strip()} private key".strip()
        severity = Severity.HIGH if "ENCRYPTED" in match[1] + body[:200] else None
        yield _PRIVATE_KEY, kind, match.start(), until, severity


def _credentials_in_urls(text: str) -> Iterator[_Found]:
    for match in _URL.finditer(text):
        user, password, host = match["user"], match["password"], match["host"]
        low = password.lower()
        if _COMMON_PASSWORD.fullmatch(low) or low == user.lower() or _PLACEHOLDER.search(password):
            continue
        if (
            password.startswith(("$", "%", ":", "-", "*", "\\"))
            or "\\" in password
            or len(set(low)) < 4
        ):
            continue
        if password.isdigit() or (
            password.isascii() and re.fullmatch(r"[^\d]*(?:secret|token|pass)[^\d]*", low)
        ):
            continue
        strong = len(password) >= 12 and _entropy(password) >= 3 and _mixes(password) >= 3
        if _NOWHERE.fullmatch(host) and not strong:
            continue
        if "%" in password and (len(unquote(password)) < 8 or not _mixes(unquote(password))):
            continue
        # An upper-case word is a name in a template; a lower-case one, a word in a manual.
        if re.fullmatch(r"[A-Z_]+|[a-z_-]{1,8}", password):
            continue
        yield _CREDENTIAL_IN_URL, "password in a URL", *match.span("password"), None


def _assigned_secrets(unit: Unit) -> Iterator[_Found]:
    text = unit.text
    bare = unit.kind is Kind.TEXT and bool(_SETTINGS.search(unit.path))
    for position in _ends_of_names(text):
        rest = _REST_OF_NAME.match(text, position)
        if rest is None or _UNSECRET.search(rest[0]):
            continue
        value = _VALUE.match(text, rest.end())
        if value is None:
            continue
        group = "quoted" if value["quote"] else "bare"
        if group == "quoted" or bare:
            secret = value[group]
            if _is_generated(secret):
                yield _ASSIGNED_SECRET, "random value", *value.span(group), None


def _ends_of_names(text: str) -> list[int]:
    low = text.lower()
    if len(low) != len(text):
        # A few letters have a longer lower case, which would shift all that follows.
        low = re.sub(r"[^\x00-\x7f]", " ", text).lower()
    ends: set[int] = set()
    for name in _NAMES_OF_SECRETS:
        start = low.find(name)
        while start >= 0:
            ends.add(start + len(name))
            start = low.find(name, start + len(name))
    return sorted(ends)


def _is_random(value: str) -> bool:
    """Tell a key from a placeholder in the form of one."""
    return (
        not _PLACEHOLDER.search(value)
        and not _RUN.search(value)
        and len(set(value)) >= min(10, len(value) // 2)
        and _steps(value) < 0.4
    )


def _is_generated(value: str) -> bool:
    """Tell a random value from a word, a name, a path or an identifier."""
    if not _CHARSET.fullmatch(value) or not _is_random(value):
        return False
    if _UUID.fullmatch(value) or _CODE_LIKE.fullmatch(value):
        return False
    if _HEX.fullmatch(value):
        return len(value) >= 32 and _entropy(value) >= 3 and _mixes(value) >= 5
    letters = sum(map(len, _WORD.findall(value)))
    wordy = letters / len(value) > 0.75 and _mixes(value) < 4
    return not wordy and _entropy(value) >= 3.5 and _mixes(value) >= 3


def _is_token(value: str) -> bool:
    """Tell whether a JSON web token decodes, and is not the one of every tutorial."""
    header, payload = (_decoded(part) for part in value.split(".")[:2])
    if header is None or payload is None or "alg" not in header:
        return False
    said = json.dumps(payload)
    return "John Doe" not in said and payload.get("sub") != "1234567890" and len(payload) > 0


def _decoded(part: str) -> dict[str, object] | None:
    try:
        value = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _entropy(value: str) -> float:
    total = len(value)
    return -sum(n / total * math.log2(n / total) for n in Counter(value).values())


def _mixes(value: str) -> int:
    """Count the places where digits meet letters: many in noise, few in names."""
    return sum(a.isdigit() != b.isdigit() for a, b in pairwise(value) if (a + b).isalnum())


def _steps(value: str) -> float:
    """Return the share of characters that follow their predecessor in the alphabet."""
    steps = sum(abs(ord(b) - ord(a)) == 1 for a, b in pairwise(value))
    return steps / max(len(value), 1)


def _masked(secret: str) -> str:
    shown = secret[:4] if len(secret) >= 20 and not secret.startswith("-") else ""
    return f"`{shown}…` ({len(secret)} characters)"


SCANNER = Scanner(
    name=_NAME,
    covers=TEXTUAL,
    scan=_scan,
    version=lambda: __version__,
    rules=lambda: (_PROVIDER_KEY, _PRIVATE_KEY, _CREDENTIAL_IN_URL, _ASSIGNED_SECRET),
)
