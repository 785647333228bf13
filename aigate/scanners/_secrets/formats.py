"""The formats of providers' keys, and which of them a text can hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from aigate.domain.regex import regex
from aigate.domain.severity import Severity
from aigate.scanners._secrets.runs import SIGNS, Runs
from aigate.value import dataclass


@dataclass(frozen=True, slots=True)
class Format:
    """A provider's format: `hint` must occur in the text; group 1, if any, is the secret.

    `leads` says that what matches begins with the hint.
    """

    kind: str
    hint: str
    pattern: re.Pattern[str]
    severity: Severity | None = None
    leads: bool = True

    def matches(self, text: str, runs: Runs) -> Iterator[re.Match[str]]:
        """Yield what is in this format."""
        if not self.leads:
            # What is no match in a run by itself is none in the text.
            if self.hint == _SPACED or self.pattern.search(runs.keys):
                yield from self.pattern.finditer(text)
            return
        start = text.find(self.hint)
        while start >= 0:
            match = self.pattern.match(text, start)
            if match:
                yield match
            start = text.find(self.hint, match.end() if match else start + 1)


# The only format with spaces in it.
_SPACED = "AccountKey"


def _format(kind: str, hint: str, pattern: str, severity: Severity | None = None) -> Format:
    return Format(
        kind,
        hint,
        regex(rf"(?<![A-Za-z0-9_]){pattern}(?![A-Za-z0-9_])", re.ASCII),
        severity,
        pattern.replace("\\", "").startswith(hint),
    )


# Formats as the providers document them, November 2026.
FORMATS = (
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

AWS_SECRET = regex(
    r"(?i:aws|amazon|secret_?access_?key|secretaccesskey)[^\n=:]{0,40}[\"']?\s{0,3}(?:=>|[:=])"
    r"\s{0,3}[\"']?((?<![A-Za-z0-9/+])[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])"
)
AWS_WORDS = regex("aws|amazon|access_?key", re.IGNORECASE)
_AWS_LENGTH = 40

_SEPARATORS = str.maketrans({sign: "\n" for sign in SIGNS if sign != "_"})
_AWS_SEPARATORS = str.maketrans({sign: "\n" for sign in SIGNS if sign not in "/+"})
_HEADS = {one.hint: one.hint.translate(_SEPARATORS) for one in FORMATS if one.leads}
_ELSEWHERE = tuple(dict.fromkeys(one.hint for one in FORMATS if not one.leads))


@cache
def _leading() -> re.Pattern[str]:
    """Return what finds the hints that lead, at the start of a line; by first letters, for speed."""
    rests: dict[str, list[str]] = {}
    for hint in set(_HEADS.values()):
        rests.setdefault(hint[0], []).append(re.escape(hint[1:]))
    firsts = (f"{first}(?:{'|'.join(sorted(rests[first]))})" for first in sorted(rests))
    return re.compile(rf"\n(?=({'|'.join(firsts)}))")


def hints_in(text: str, runs: Runs) -> frozenset[str]:
    """Return the hints that stand where a key in their format can be.

    What matches a format is a run of 20 or more characters, or a part of one, and what stands
    before it is no letter, digit or low line. So a hint that leads begins the run or follows a
    sign. Where two hints begin alike, the one that is found stands for both.
    """
    keys = runs.keys
    hints = {one for one in _ELSEWHERE if one in (text if one == _SPACED else keys)}
    for found in set(_leading().findall(keys.translate(_SEPARATORS))):
        for hint, head in _HEADS.items():
            if found.startswith(head) or head.startswith(found):
                hints.add(hint)
    return frozenset(hints)


def may_hold_aws_secret(runs: Runs) -> bool:
    """Tell whether 40 characters stand alone that are random enough for a secret of AWS.

    Where a character tells more than 4 bits, there are more than 16 different ones.
    """
    return any(
        len(one) == _AWS_LENGTH and len(set(one)) > 16
        for run in runs.keys.split("\n")
        if len(run) >= _AWS_LENGTH
        for one in run.translate(_AWS_SEPARATORS).split("\n")
    )
