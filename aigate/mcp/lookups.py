"""The tools that look something up: a rule, the policy for a path, who answers for it."""

from __future__ import annotations

import difflib

from aigate.domain.finding import Candidate, Finding, Origin, Provenance, Status
from aigate.domain.place import WHOLE, Location
from aigate.domain.policy import Mode
from aigate.domain.severity import Severity
from aigate.engine import decide
from aigate.engine.attribute import seats
from aigate.engine.shown import line
from aigate.errors import UsageError
from aigate.material import exclusion
from aigate.mcp import words
from aigate.mcp.paths import inside
from aigate.mcp.setting import Setting
from aigate.trusted import Trusted, read_trusted
from aigate.workspace import git, sides

_SHOWN = 200
_LONGEST = 6_000


def explain_rule(name: str, setting: Setting) -> str:
    """Return the page of a rule.

    Raises:
        UsageError: there is none of that name.
    """
    catalogue = trusted_of(setting).catalogue
    rule = catalogue.get(name) or catalogue.get(f"bandit/{name}")
    if rule is None:
        close = difflib.get_close_matches(name[:_SHOWN], catalogue, n=3, cutoff=0.5)
        hint = "did you mean " + ", ".join(f"`{one}`" for one in close) + "?" if close else ""
        raise UsageError(
            f"there is no rule `{line(name, _SHOWN)}`",
            hint=hint or "take the name between the brackets of a finding, as in `blocks[name]`",
        )
    weakness = "".join(f", CWE-{number}" for number in rule.cwe)
    parts = (
        f"{rule.name}: {rule.title} (severity {rule.severity.word}{weakness})",
        f"what: {rule.what.strip()}",
        f"why: {rule.why.strip()}",
        f"fix: {rule.fix.strip()}",
        f"decides about exceptions: {rule.decides.strip()}",
    )
    return "\n".join(parts)[:_LONGEST] + "\n"


def policy_for_path(path: str, setting: Setting) -> str:
    """Say what the policy that decides makes of findings in a file.

    Raises:
        AigateError: the path is none here, or the policy cannot be read.
    """
    found = inside(path, setting.root)
    policy = trusted_of(setting).policy
    lines = [f"`{line(found, _SHOWN)}` is judged by the policy `{line(policy.name, _SHOWN)}`"]
    if policy.mode is Mode.ADVISORY:
        lines.append("it is in advisory mode: what blocks is said, and stops nothing")
    if why := exclusion(found, policy):
        lines.append(f"it is not examined: {line(why, _SHOWN)}")
        return "\n".join(lines) + "\n"
    lines.append(
        "a new finding there costs at least, where AI or nobody knows who wrote the lines:"
    )
    for severity in sorted(Severity, reverse=True):
        about = Candidate(
            finding=_anything(found, severity),
            status=Status.NEW,
            origin=Origin(kind=Provenance.AI),
        )
        asked = decide.demand(about, policy)
        within = "" if asked.fix_within is None else f", to be fixed within {asked.fix_within} days"
        by = f" (`{line(asked.requirement, _SHOWN)}`)" if asked.requirement else ""
        lines.append(f"  {severity.word}: {asked.action.word}{by}{within}")
    lines.append(
        "requirements for single rules, agents or initiatives can ask for more; `forbid` must be"
        " fixed, `joint` blocks until fixed or accepted by two people, the others do not block"
    )
    return "\n".join(lines) + "\n"


def who_owns(path: str, setting: Setting) -> str:
    """Say who answers for findings in a file.

    Raises:
        AigateError: the path is none here, or the policy cannot be read.
    """
    found = inside(path, setting.root)
    trusted = trusted_of(setting)
    said: dict[str, list[str]] = {}
    for severity in sorted(Severity, reverse=True):
        one = seats(_anything(found, severity), trusted.policy.seats, trusted.owners_of)
        said.setdefault(words.people(one.developer, one.security), []).append(severity.word)
    if len(said) == 1:
        return f"`{line(found, _SHOWN)}`: {next(iter(said))}\n"
    lines = [f"  {', '.join(severities)}: {people}" for people, severities in said.items()]
    return "\n".join((f"`{line(found, _SHOWN)}`, by severity:", *lines)) + "\n"


def trusted_of(setting: Setting) -> Trusted:
    """Read what decides, from the commit that decides and never from the files of the change.

    Raises:
        AigateError: it cannot be read.
    """
    repository = git.open_repository(setting.root, environ=setting.environ)
    tree = sides.commit_tree(repository, setting.base) if setting.base else sides.EMPTY
    return read_trusted(
        tree.entries, lambda entry: sides.read_one(tree, entry), packs=setting.packs
    )


def _anything(path: str, severity: Severity) -> Finding:
    at = Location(path, *(WHOLE.line, WHOLE.column, WHOLE.end_line, WHOLE.end_column))
    return Finding(rule="any-rule", scanner="", at=at, title="", message="", severity=severity)
