"""`aigate manifest`: checks and drafts manifests of what a team uses of AI."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from aigate import registry
from aigate.cli._desk import ENVIRON, now
from aigate.cli._set_up import schema_parts
from aigate.cli.exits import finish
from aigate.cli.packs import from_disk, packs_folder
from aigate.cli.streams import say, write_new
from aigate.declared import digests_of, usage_of
from aigate.documents.fold import BUILT_IN
from aigate.documents.initiative import FOLDER, initiative_reference, initiative_schema
from aigate.documents.initiative_draft import draft as drafted
from aigate.documents.initiative_draft import name_of
from aigate.documents.policy import POLICY, find_policy, read_policy
from aigate.domain.finding import Action, Candidate, Finding, Status
from aigate.domain.policy import Policy
from aigate.domain.usage import Usage
from aigate.engine.decide import demand
from aigate.engine.shown import plain
from aigate.engine.usage import findings_of, undeclared
from aigate.errors import DocumentError, IncompleteError, UsageError
from aigate.workspace import git, sides


@click.group()
def manifest() -> None:
    """Check and draft manifests: what a team declares about its use of AI."""


@manifest.command()
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def check(directory: str, form: str) -> None:
    """Hold every manifest of the working tree against what the code uses.

    Ends with 2 if a manifest has mistakes, and with 1 if a finding would block a change that
    brings it in.
    """
    policy = current_policy(directory)
    try:
        usage = _usage(directory, policy)
    except DocumentError as error:
        if form == "json":
            say(_json(0, error, ()))
            finish(2)
        raise
    found = [(one, _action(one, policy)) for one in findings_of(registry.usage_rules(), usage)]
    count = len(usage.initiatives)
    if form == "json":
        say(_json(count, None, found))
    else:
        for finding, action in found:
            at = finding.at
            where = f"{plain(at.path)}:{at.line}:{at.column}"
            say(f"{where}: {action.word}[{finding.rule}]: {plain(finding.message)}\n")
        blocking = sum(action >= Action.JOINT for _, action in found)
        many = "manifest" if count == 1 else "manifests"
        say(f"{count} {many}, {len(found)} findings, {blocking} of which would block a change\n")
    finish(1 if any(action >= Action.JOINT for _, action in found) else 0)


@manifest.command()
@click.argument("name", default="")
@click.option("--write", is_flag=True, help=f"Write `{FOLDER}/NAME.yaml`; never over a file.")
@click.pass_obj
def draft(directory: str, name: str, write: bool) -> None:  # noqa: FBT001 - a flag of click
    """Draft a manifest of what is used and not declared yet.

    NAME is that of the initiative; by default that of the folder. It is printed, unless `--write`
    is given.
    """
    usage = _usage(directory, current_policy(directory), with_weights=True)
    uses = undeclared(usage)
    if not uses:
        raise UsageError(
            "there is nothing to declare: no use of AI was found that is not declared",
            hint="`aigate inventory` shows what was found",
            code="nothing-to-declare",
        )
    chosen = name or name_of(Path(directory).resolve().name)
    if chosen != name_of(chosen):
        raise UsageError(
            f"`{plain(chosen)}` is no name of an initiative",
            hint=f"lower-case letters, digits and `-`, such as `{name_of(chosen)}`",
        )
    text = drafted(chosen, uses)
    if write:
        file = _write(Path(directory), chosen, text)
        _write_schema(Path(directory))
        click.echo(
            f"wrote {plain(file)}; name its owners, then run `aigate manifest check`", err=True
        )
    else:
        say(text)
    finish(0)


@manifest.command()
@click.option("--format", "form", type=click.Choice(["json", "markdown"]), default="json")
def schema(form: str) -> None:
    """Print the JSON Schema of manifests, for editors, or the same as a table for people."""
    say(initiative_reference() if form == "markdown" else schema_text())
    finish(0)


def schema_text() -> str:
    """Return the JSON Schema of manifests as it lies in `policies/schemas`."""
    return json.dumps(initiative_schema(), indent=2) + "\n"


def _usage(directory: str, policy: Policy, *, with_weights: bool = False) -> Usage:
    repository = git.open_repository(directory, environ=ENVIRON)
    tree = sides.working_tree(repository)
    usage = usage_of(tree, policy, packs=str(packs_folder()), at=now().date())
    return digests_of(tree, usage) if with_weights else usage


def current_policy(directory: str) -> Policy:
    """Return the policy that lies here, else the default."""
    folder = Path(directory)
    steering = folder / Path(POLICY).parent
    names = sorted(path.name for path in steering.iterdir()) if steering.is_dir() else []
    ref = find_policy(f"{steering.name}/{name}" for name in names) or f"{BUILT_IN}default"
    return read_policy(ref, from_disk(folder, ref), registry.requirement_kinds())


def _action(finding: Finding, policy: Policy) -> Action:
    return demand(Candidate(finding=finding, status=Status.NEW), policy).action


def _json(count: int, error: DocumentError | None, found: Sequence[tuple[Finding, Action]]) -> str:
    mistakes = [
        {"path": m.file, "line": m.line, "column": m.column, "message": m.text}
        for m in (error.mistakes if error else ())
    ]
    findings: list[dict[str, Any]] = [
        {
            "rule": one.rule,
            "severity": one.severity.word,
            "action": action.word,
            "path": one.at.path,
            "line": one.at.line,
            "column": one.at.column,
            "message": one.message,
            "fingerprint": one.fingerprint,
        }
        for one, action in found
    ]
    said = {
        "schema": "aigate-manifest-check/1",
        "manifests": count,
        "mistakes": mistakes,
        "findings": findings,
    }
    return json.dumps(said, indent=2) + "\n"


def _write_schema(root: Path) -> None:
    """Write the schema that manifests name in their first line, unless it is there."""
    for part in schema_parts(root, {"initiative": schema_text()}):
        if part.changes and part.after is not None:
            file = root / part.file
            try:
                file.parent.mkdir(parents=True, exist_ok=True)
                write_new(file, part.after)
            except OSError as error:
                raise IncompleteError(
                    f"`{plain(str(file))}` cannot be written: {error.strerror}",
                    hint=f"only your editor misses it; see `aigate manifest schema > {part.file}`",
                ) from error


def _write(folder: Path, name: str, text: str) -> str:
    """Write a new manifest and return its path; whatever is there stays as it is."""
    file = folder / FOLDER / f"{name}.yaml"
    for part in (folder / FOLDER, (folder / FOLDER).parent):
        if part.is_symlink():
            raise UsageError(
                f"will not write to `{plain(str(file))}`: a link lies on the way",
                hint="remove the link, or print the draft without `--write`",
                code="output-refused",
            )
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_new(file, text)
    except FileExistsError as error:
        raise UsageError(
            f"`{plain(str(file))}` is there already",
            hint="name another initiative: `aigate manifest draft NAME --write`",
            code="output-refused",
        ) from error
    except OSError as error:
        raise UsageError(
            f"`{plain(str(file))}` cannot be written: {error.strerror}",
            hint="check the folder, or print the draft without `--write`",
            code="output-refused",
        ) from error
    return str(file)
