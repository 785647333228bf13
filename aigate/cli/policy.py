"""`aigate policy`: checks, shows and tests policies."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

import click

from aigate import registry
from aigate.cli.exits import finish
from aigate.cli.packs import from_disk, packs_folder
from aigate.cli.streams import say
from aigate.documents.catalogue import read_catalogue
from aigate.documents.decode import encode
from aigate.documents.fold import BUILT_IN, resolved
from aigate.documents.mistakes import did_you_mean
from aigate.documents.policy import POLICY, find_policy, policy_schema, read_policy
from aigate.documents.policy_cases import Case, read_cases
from aigate.documents.policy_file import ApprovedNames, Exclude, Limit, SeatsFor
from aigate.documents.reference import reference
from aigate.documents.yaml_text import yaml_text
from aigate.domain import usage
from aigate.domain.policy import Policy, SeatRule, Source
from aigate.engine import disclosure
from aigate.engine.decide import demand
from aigate.engine.patterns import matches_name
from aigate.engine.shown import plain
from aigate.errors import DocumentError, Mistake, UsageError
from aigate.requirements.finding import FindingRequirement

_DEFAULT = f"{BUILT_IN}default"


@click.group()
def policy() -> None:
    """Check, show and test policies."""


@policy.command()
@click.argument("files", nargs=-1, metavar="[FILE]...")
@click.pass_obj
def check(directory: str, files: tuple[str, ...]) -> None:
    """Find every mistake in policies; without FILE, in the repository's own.

    FILE is a path, or a pack such as `aigate:default`. Ends with 2 if there is a mistake.
    """
    folder = Path(directory)
    named = files or (_own(folder),)
    if not all(named):
        raise UsageError(
            f"there is no `{POLICY}` here",
            hint=f"name a file; a repository without a policy is judged by `{_DEFAULT}`",
        )
    mistakes: list[Mistake] = []
    for file in named:
        try:
            found = _read(folder, file)
        except DocumentError as error:
            mistakes += error.mistakes
        else:
            count = len(found.requirements)
            say(f"{plain(file)}: `{found.name}` is in order, {count} requirements\n")
            for remark in _remarks(found):
                click.echo(f"warning: {plain(remark)}", err=True)
    if mistakes:
        raise DocumentError(tuple(dict.fromkeys(mistakes)))
    finish(0)


@policy.command()
@click.argument("file", default="")
@click.option("--format", "form", type=click.Choice(["yaml", "json"]), default="yaml")
@click.pass_obj
def show(directory: str, file: str, form: str) -> None:
    """Show a policy with all that it extends, and where each requirement comes from.

    FILE is a path, or a pack such as `aigate:strict`; by default it is the repository's own.
    """
    folder = Path(directory)
    found = _read(folder, file or _own(folder) or _DEFAULT)
    said = _effective(found)
    places = [f"{source.file}:{source.line}" for _, source in found.sources]
    if form == "json":
        listed = [
            {**entry, "source": place}
            for entry, place in zip(_requirements(found), places, strict=True)
        ]
        said = {**said, "requirements": listed, "digest": found.digest}
        say(json.dumps(said, indent=2) + "\n")
    else:
        notes = {("requirements", index): place for index, place in enumerate(places)}
        say(f"# digest: {found.digest}\n")
        say(yaml_text(said, notes))
    finish(0)


@policy.command()
@click.argument("file")
@click.pass_obj
def test(directory: str, file: str) -> None:
    """Run the unit tests of a policy: FILE lists findings, and what each must cost.

    Ends with 1 if a finding costs something else.
    """
    folder = Path(directory)
    data = from_disk(folder, file)(file)
    if data is None:
        raise UsageError(f"there is no file `{file}`", hint="see `docs/policy.md` for its form")
    cases = read_cases(data, file=file)
    judged_by = resolved(cases.policy, file) if cases.policy else _own(folder) or _DEFAULT
    found = _read(folder, judged_by)
    failed = 0
    for case in cases.cases:
        wrong = _wrong(case, found)
        failed += bool(wrong)
        say(f"{'FAIL' if wrong else 'ok':<5}{plain(case.name)}{wrong and ': ' + wrong}\n")
    say(f"{len(cases.cases) - failed} of {len(cases.cases)} cases hold for `{found.name}`\n")
    finish(1 if failed else 0)


@policy.command()
@click.option("--format", "form", type=click.Choice(["json", "markdown"]), default="json")
def schema(form: str) -> None:
    """Print the JSON Schema of policies, for editors, or the same as tables for people."""
    markdown = form == "markdown"
    say(reference(registry.requirement_kinds()) if markdown else schema_text())
    finish(0)


def schema_text() -> str:
    """Return the JSON Schema of policies as it lies in `policies/schemas`."""
    return json.dumps(policy_schema(registry.requirement_kinds()), indent=2) + "\n"


def _own(folder: Path) -> str:
    """Return the repository's policy, or the empty text if it has none."""
    steering = folder / Path(POLICY).parent
    names = sorted(path.name for path in steering.iterdir()) if steering.is_dir() else []
    return find_policy(f"{steering.name}/{name}" for name in names) or ""


def _read(folder: Path, ref: str) -> Policy:
    return read_policy(ref, from_disk(folder, ref), registry.requirement_kinds())


def _remarks(found: Policy) -> Iterator[str]:
    """Yield what may be a slip: names of rules and scanners that this gate does not know."""
    scanners = {scanner.name: scanner for scanner in registry.scanners()}
    rules = set(read_catalogue((packs_folder() / "compiled" / "catalogue.json").read_bytes()))
    rules |= {rule.name for scanner in scanners.values() for rule in scanner.rules()}
    rules |= {rule.name for rule in disclosure.RULES}
    rules |= {rule.page.name for rule in registry.usage_rules()}
    for name in dict.fromkeys((*found.required_scanners, *dict(found.locked_scanners))):
        if name not in scanners:
            near = did_you_mean(name, scanners)
            yield f"no scanner is called `{name}`{near}: every verdict will be incomplete"
    for requirement, (_, source) in zip(found.requirements, found.sources, strict=True):
        if isinstance(requirement, FindingRequirement):
            for match in filter(None, (requirement.match, requirement.unless)):
                yield from _unknown(
                    match.scanner, "scanner", {*scanners, disclosure.NAME, usage.NAME}, source
                )
                # A rule of a scanner that brings its own is named after it: `bandit/B101`.
                ours = tuple(r for r in match.rule if r.partition("/")[0] not in scanners)
                yield from _unknown(ours, "rule", rules, source)


def _unknown(
    patterns: Iterable[str], what: str, names: Collection[str], source: Source
) -> Iterator[str]:
    for pattern in patterns:
        if not any(matches_name(pattern, name) for name in names):
            near = did_you_mean(pattern, names)
            yield f"{source.file}:{source.line}: no {what} is called `{pattern}`{near}"


def _wrong(case: Case, found: Policy) -> str:
    """Say how the outcome of a case differs from what it expects; empty if it does not."""
    asked = demand(case.finding.candidate, found)
    by = f"`{asked.requirement}`" if asked.requirement else "no requirement"
    if asked.action is not case.expect:
        return f"expected `{case.expect.word}`, got `{asked.action.word}` from {by}"
    if case.requirement and asked.requirement != case.requirement:
        return f"expected it from `{case.requirement}`, got it from {by}"
    if case.fix_within is not None and asked.fix_within != case.fix_within:
        return f"expected {case.fix_within} days to fix it, got {asked.fix_within}"
    return ""


def _scanners(found: Policy) -> dict[str, list[str]]:
    said = {
        "required": list(found.required_scanners),
        "locked": [f"{name}=={version}" for name, version in found.locked_scanners],
    }
    return {key: names for key, names in said.items() if names}


def _effective(found: Policy) -> dict[str, object]:
    """Return a policy as a document that extends nothing; what is empty is left out."""
    limits = [
        Limit(severity=limit.severity, longest=limit.longest, assurance=limit.assurance)
        for limit in found.acceptance
    ]
    scope = [encode(Exclude(paths=part.paths, reason=part.reason)) for part in found.exclusions]
    said: dict[str, object] = {
        "version": 1,
        "name": found.name,
        "mode": found.mode.value,
        "min-gate-version": found.min_gate_version,
        "protected-branches": list(found.protected_branches),
        "scope": {"exclude": scope} if scope else {},
        "scanners": _scanners(found),
        "rules": list(found.rule_files),
        "requirements": _requirements(found),
        "owners": {"paths": [_seats(rule) for rule in found.seats]} if found.seats else {},
        "provenance": {
            "ai-trailer": found.ai_trailer.value,
            "signed-humans": found.signed_humans,
        },
        "approved": encode(_approved(found)),
        "acceptance": [encode(limit) for limit in limits],
    }
    return {key: value for key, value in said.items() if value}


def _approved(found: Policy) -> ApprovedNames:
    lists = found.approved
    return ApprovedNames(providers=lists.providers, licences=lists.licences, regions=lists.regions)


def _seats(rule: SeatRule) -> Mapping[str, object]:
    part = SeatsFor(
        paths=rule.paths,
        severity=rule.severities,
        developer=rule.developer,
        security=rule.security,
    )
    found: dict[str, object] = encode(part)
    return found


def _requirements(found: Policy) -> list[dict[str, object]]:
    kinds = {kind.implementation: kind.name for kind in registry.requirement_kinds()}
    listed = []
    for requirement in found.requirements:
        kind = kinds.get(type(requirement), "finding")
        said: dict[str, object] = encode(requirement)
        listed.append({"kind": kind, **said} if kind != "finding" else said)
    return listed
