"""The tool that drafts an acceptance: the commands for two people, and nothing that counts."""

from __future__ import annotations

import shlex
from datetime import date, timedelta

from aigate.domain.finding import Action, Judged
from aigate.engine.shown import line, named
from aigate.errors import UsageError
from aigate.mcp import words
from aigate.mcp.lookups import trusted_of
from aigate.mcp.setting import Memory, Setting

_SHORTEST = 6
_LONGEST = 1_000


def draft_acceptance(
    fingerprint: str, until: str, *, reason: str, setting: Setting, memory: Memory
) -> str:
    """Return the commands by which two people would accept a finding, for them to run.

    Raises:
        AigateError: nobody can accept it so, or it is none that a check has told of.
    """
    judged = _named(fingerprint, memory)
    said = " ".join(reason.split())
    if not said or len(said) > _LONGEST or not said.isprintable():
        raise UsageError(
            "the reason is empty, too long or not plain text",
            hint=f"say in at most {_LONGEST} characters why it may stay, and what keeps it harmless",
        )
    if judged.action is Action.FORBID:
        raise UsageError(
            f"the policy forbids this finding (`{line(judged.requirement, 200)}`)",
            hint="fix it; nobody can accept it",
        )
    if not judged.blocking:
        raise UsageError("this finding does not block", hint="nothing needs to be accepted")
    last = _end(until, judged, setting)
    name = judged.finding.fingerprint[: words.SHORT]
    place = f"{named(judged.finding.at.path, 300)}:{judged.finding.at.line}"
    base = f" --base {shlex.quote(setting.base)}" if setting.base else ""
    accept = f"aigate accept {name} --as developer --until {last} --reason {shlex.quote(said)}"
    lines = (
        "a draft: nothing is signed, you cannot sign, and do not try; show this to your user",
        f"finding: {place} {judged.finding.rule}, severity {judged.finding.severity.word}",
        f"answers: {words.people(judged.seats.developer, judged.seats.security)}",
        "the developer reads the finding, writes the reason in their own words, and runs:",
        f"  aigate scan{base}",
        f"  {accept}",
        "the security person looks at it as well, and runs:",
        f"  aigate cosign {name} --as security",
    )
    return "\n".join(lines) + "\n"


def _named(fingerprint: str, memory: Memory) -> Judged:
    asked = fingerprint.strip().lower()
    found = [one for name, one in memory.findings.items() if name.startswith(asked)]
    if len(asked) < _SHORTEST or not found:
        raise UsageError(
            f"no check told of a finding `{line(fingerprint, 80)}`",
            hint="run `check_files` or `check_diff`, and take the fingerprint from there",
        )
    if len(found) > 1:
        raise UsageError(
            f"`{line(fingerprint, 80)}` is the start of several fingerprints",
            hint="give more of it",
        )
    return found[0]


def _end(until: str, judged: Judged, setting: Setting) -> date:
    today = setting.now().date()
    try:
        last = date.fromisoformat(until.strip())
    except ValueError:
        raise UsageError(
            f"`{line(until, 40)}` is no date", hint=f"write it as `{today + timedelta(days=14)}`"
        ) from None
    severity = judged.finding.severity
    limits = trusted_of(setting).policy.acceptance
    days = min((one.longest for one in limits if one.severity is severity), default=None)
    if last < today:
        raise UsageError(f"`{last}` is over", hint="choose a day to come")
    if days is not None and (last - today).days > days:
        raise UsageError(
            f"`{last}` is too far away: the policy allows {days} days for severity {severity.word}",
            hint=f"the last day is {today + timedelta(days=days)}",
        )
    return last
