"""`aigate explain`: what a rule or a finding means, and what to do about it."""

from __future__ import annotations

import difflib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aigate.cli._completions import rules_and_findings
from aigate.cli.exits import OK, finish
from aigate.cli.streams import say
from aigate.engine.shown import plain
from aigate.errors import UsageError

if TYPE_CHECKING:
    from aigate.domain.rule import Rule

_SHORTEST = 6


@click.command()
@click.argument("name", metavar="RULE|FINGERPRINT", shell_complete=rules_and_findings)
@click.pass_obj
def explain(directory: str, name: str) -> None:
    """Explain a rule, or a finding of the last scan here by its fingerprint.

    What it objects to, why that matters, how to fix it, who decides about an exception.
    """
    catalogue = _catalogue()
    if rule := catalogue.get(name) or catalogue.get(f"bandit/{name}"):
        say(_page(rule))
        finish(OK)
    found = _finding(name, directory)
    if found is None:
        raise UsageError(
            f"no rule and no finding of the last scan is called `{name}`",
            hint=_hint(name, catalogue),
        )
    rule = catalogue.get(str(found["rule"]))
    say(_story(found) + (_page(rule) if rule else ""))
    finish(OK)


def _catalogue() -> dict[str, Rule]:
    # A shell that completes a name needs none of this.
    from aigate import registry  # noqa: PLC0415 - see above
    from aigate.cli.packs import packs_folder  # noqa: PLC0415 - see above
    from aigate.documents.catalogue import read_catalogue  # noqa: PLC0415 - see above
    from aigate.engine import disclosure  # noqa: PLC0415 - see above

    packed = Path(packs_folder(), "compiled", "catalogue.json").read_bytes()
    own = {rule.name: rule for scanner in registry.scanners() for rule in scanner.rules()}
    own |= {rule.name: rule for rule in disclosure.RULES}
    own |= {rule.page.name: rule.page for rule in registry.usage_rules()}
    return read_catalogue(packed) | own


def _finding(name: str, directory: str) -> dict[str, Any] | None:
    from aigate.cli.last import last_report  # noqa: PLC0415 - a shell that completes needs it not

    text = last_report(directory)
    if not text or len(name) < _SHORTEST:
        return None
    try:
        remembered = json.loads(text)["findings"]
        found = [f for f in remembered if f["fingerprint"].startswith(name.lower())]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None  # a damaged cache is none
    if len({f["fingerprint"] for f in found}) > 1:
        raise UsageError(f"`{name}` is the start of several fingerprints", hint="give more of it")
    return found[0] if found else None


def _hint(name: str, catalogue: dict[str, Rule]) -> str:
    close = difflib.get_close_matches(name, catalogue, n=3, cutoff=0.5)
    if close:
        return "did you mean " + ", ".join(f"`{one}`" for one in close) + "?"
    return "run `aigate scan` first, or see `docs/rules/README.md` for all rules"


def _story(found: dict[str, Any]) -> str:
    place = f"{found['path']}:{found['line']}:{found['column']}"
    owners = found["owners"]
    lines = [
        f"{place}: {found['message']}",
        "",
        f"  fingerprint  {found['fingerprint']}",
        f"  status       {found['status']}, {found['decision']}",
        f"  costs        {found['action']}" + (" (blocks)" if found["blocking"] else ""),
        f"  because      {', '.join(found['reason_codes'])}",
        f"  priority     {found['priority']['score']}: {'; '.join(found['priority']['reasons'])}",
        f"  developer    {owners['developer'] or 'nobody is named'}",
        f"  security     {owners['security'] or 'nobody is named'}",
        f"  due          {found['due'] or 'no date'}",
    ]
    return "\n".join(plain(line) for line in lines) + "\n\n"


def _page(rule: Rule) -> str:
    weakness = ", ".join(f"CWE-{number}" for number in rule.cwe)
    parts = [
        f"{rule.name}: {rule.title}",
        f"severity {rule.severity.word}" + (f", {weakness}" if weakness else ""),
        f"What it does\n{_indented(rule.what)}",
        f"Why it matters\n{_indented(rule.why)}",
        f"Fix\n{_indented(rule.fix)}",
        f"Who decides\n{_indented(rule.decides)}",
    ]
    if rule.controls:
        parts.append(f"Standards\n{_indented(', '.join(rule.controls))}")
    page = "bandit" if rule.name.startswith("bandit/") else rule.name
    parts.append(f"Page\n  docs/rules/{page}.md")
    return "\n\n".join(parts) + "\n"


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" if line else "" for line in text.strip().split("\n"))
