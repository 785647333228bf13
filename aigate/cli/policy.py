"""The commands about policies: `policy check`, `show`, `test` and `schema`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import click

from aigate.cli.exits import finish
from aigate.cli.packs import from_disk
from aigate.documents.decode import encode
from aigate.documents.fold import BUILT_IN, resolved
from aigate.documents.policy import POLICY, find_policy, policy_schema, read_policy
from aigate.documents.policy_cases import Case, read_cases
from aigate.documents.policy_file import Exclude, Limit, SeatsFor
from aigate.documents.reference import reference
from aigate.documents.yaml_text import yaml_text
from aigate.domain.policy import Policy, SeatRule
from aigate.engine.decide import demand
from aigate.engine.shown import plain
from aigate.errors import DocumentError, Mistake, UsageError
from aigate.registry import requirement_kinds

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
            click.echo(f"{plain(file)}: `{found.name}` is in order, {count} requirements")
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
        click.echo(json.dumps(said, indent=2))
    else:
        notes = {("requirements", index): place for index, place in enumerate(places)}
        click.echo(f"# digest: {found.digest}")
        click.echo(yaml_text(said, notes), nl=False)
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
        click.echo(f"{'FAIL' if wrong else 'ok':<5}{plain(case.name)}{wrong and ': ' + wrong}")
    click.echo(f"{len(cases.cases) - failed} of {len(cases.cases)} cases hold for `{found.name}`")
    finish(1 if failed else 0)


@policy.command()
@click.option("--format", "form", type=click.Choice(["json", "markdown"]), default="json")
def schema(form: str) -> None:
    """Print the JSON Schema of policies, for editors, or the same as tables for people."""
    markdown = form == "markdown"
    click.echo(reference(requirement_kinds()) if markdown else schema_text(), nl=False)
    finish(0)


def schema_text() -> str:
    """Return the JSON Schema of policies as it lies in `policies/schemas`."""
    return json.dumps(policy_schema(requirement_kinds()), indent=2) + "\n"


def _own(folder: Path) -> str:
    """Return the repository's policy, or the empty text if it has none."""
    steering = folder / Path(POLICY).parent
    names = sorted(path.name for path in steering.iterdir()) if steering.is_dir() else []
    return find_policy(f"{steering.name}/{name}" for name in names) or ""


def _read(folder: Path, ref: str) -> Policy:
    return read_policy(ref, from_disk(folder, ref), requirement_kinds())


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
        "scanners": {"required": list(found.required_scanners)} if found.required_scanners else {},
        "rules": list(found.rule_files),
        "requirements": _requirements(found),
        "owners": {"paths": [_seats(rule) for rule in found.seats]} if found.seats else {},
        "acceptance": [encode(limit) for limit in limits],
    }
    return {key: value for key, value in said.items() if value}


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
    kinds = {kind.implementation: kind.name for kind in requirement_kinds()}
    listed = []
    for requirement in found.requirements:
        kind = kinds.get(type(requirement), "finding")
        said: dict[str, object] = encode(requirement)
        listed.append({"kind": kind, **said} if kind != "finding" else said)
    return listed
