"""`aigate verify-verdict`: checks that a decision was made about exactly these commits."""

from __future__ import annotations

import os
from pathlib import Path

import click

from aigate.cli._verdict import contradictions, mismatches, read_verdict, require_no
from aigate.cli.exits import finish
from aigate.cli.streams import say
from aigate.engine.shown import line
from aigate.workspace import sides
from aigate.workspace.git import open_repository

_ENVIRON = os.environ  # noqa: TID251 - settings are resolved here, in the command
_FAIL = 1


@click.command()
@click.argument("decision", type=click.Path())
@click.option("--base", metavar="REV", required=True, help="The reference that was decided on.")
@click.option("--head", metavar="REV", required=True, help="The commit that is to be used.")
@click.option("--repository", metavar="NAME", default="", help="As the code host names it.")
@click.option("--policy", metavar="FILE", default="", help="Decided by this policy; trusted.")
@click.option("--nonce", default="", help="What the run was told to have, or said that it had.")
@click.pass_obj
def verify_verdict(
    directory: str,
    *,
    decision: str,
    base: str,
    head: str,
    repository: str,
    policy: str,
    nonce: str,
) -> None:
    """Check that DECISION is a pass, and about exactly these commits.

    Commits, tree, policy, rules, registry, ledger and the version of the gate are compared with
    what the repository holds; nothing is scanned.

    Exit code: 0 a pass about this, 1 no pass, 2 no readable decision, 3 a commit is not here,
    4 a decision about something else.
    """
    verdict = read_verdict(Path(decision))
    opened = open_repository(directory, environ=dict(_ENVIRON), needs_worktree=False)
    found = list(contradictions(verdict))
    found += mismatches(
        verdict,
        sides.commit_tree(opened, base),
        sides.commit_tree(opened, head),
        policy_file=policy,
    )
    if repository and verdict.texts["repository.name"] != repository:
        found.append("it is of another repository")
    if nonce and verdict.texts["nonce"] != nonce:
        found.append("it is of another run")
    require_no([line(one, 300) for one in found], file=decision)
    said = verdict.texts["decision"]
    say(f"{said}: `{verdict.texts['head']}` against `{verdict.texts['reference']}`\n")
    finish(0 if verdict.passed else _FAIL)
