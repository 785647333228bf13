"""`aigate verify-verdict`: checks that a decision was made about exactly these commits."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import click

from aigate.accounts import root_files_of
from aigate.cli._verdict import Verdict, contradictions, mismatches, read_verdict, require_no
from aigate.cli.exits import finish
from aigate.cli.packs import packs_folder
from aigate.cli.streams import say
from aigate.domain.accountability import Root
from aigate.engine.shown import line
from aigate.errors import IntegrityError, UsageError
from aigate.gate import reference_of
from aigate.ledger.attestation import signer_of
from aigate.ledger.registry import read_chain
from aigate.workspace import sides
from aigate.workspace.git import open_repository

_ENVIRON = os.environ  # noqa: TID251 - settings are resolved here, in the command
_FAIL = 1


@click.command()
@click.argument("decision", type=click.Path())
@click.option("--base", metavar="REV", required=True, help="What `aigate scan` was given.")
@click.option("--head", metavar="REV", required=True, help="The commit that is to be used.")
@click.option("--branch", metavar="NAME", default="", help="As `aigate scan` was given it.")
@click.option("--repository", metavar="NAME", default="", help="As the code host names it.")
@click.option("--policy", metavar="FILE", default="", help="Decided by this policy; trusted.")
@click.option("--nonce", default="", help="What the run was told to have, or said that it had.")
@click.option(
    "--signer",
    "signers",
    metavar="ID",
    multiple=True,
    help="Who has to have signed, by the registry; one of them, if repeated.",
)
@click.option("--trust-root", metavar="SHA256", default="", help="The pinned trust root.")
@click.pass_obj
def verify_verdict(
    directory: str,
    *,
    decision: str,
    base: str,
    head: str,
    branch: str,
    repository: str,
    policy: str,
    nonce: str,
    signers: tuple[str, ...],
    trust_root: str,
) -> None:
    """Check that DECISION is a pass, and about exactly these commits.

    DECISION is what `aigate scan` wrote with `--decision` or with `--verdict`. Commits, tree,
    policy, rules, registry, ledger and the version of the gate are compared with what the
    repository holds, and who signed with the registry of the reference; nothing is scanned.

    Exit code: 0 a pass about this, 1 no pass, 2 no readable decision, 3 a commit is not here,
    4 a decision about something else, or not signed by who has to sign it.
    """
    verdict = read_verdict(Path(decision))
    opened = open_repository(directory, environ=dict(_ENVIRON), needs_worktree=False)
    reference = reference_of(opened, base, packs=str(packs_folder()), branch=branch)
    found = list(contradictions(verdict))
    found += mismatches(verdict, reference, sides.commit_tree(opened, head), policy_file=policy)
    if repository and verdict.texts["repository.name"] != repository:
        found.append("it is of another repository")
    if nonce and verdict.texts["nonce"] != nonce:
        found.append("it is of another run")
    require_no([line(one, 300) for one in found], file=decision)
    roots = read_chain(root_files_of(reference))
    signed = _signed(verdict, roots, signers=signers, pin=trust_root, file=decision)
    said = verdict.texts["decision"]
    say(f"{said}: `{verdict.texts['head']}` against `{verdict.texts['reference']}`, {signed}\n")
    finish(0 if verdict.passed else _FAIL)


def _signed(
    verdict: Verdict, roots: Sequence[Root], *, signers: Sequence[str], pin: str, file: str
) -> str:
    """Say who signed, by the registry of the reference.

    Raises:
        UsageError: somebody is to have signed, and there is no registry to know them by.
        IntegrityError: nobody of these did, or the registry is not the one that is pinned.
    """
    if pin and pin not in {root.digest for root in roots}:
        raise IntegrityError(
            "the trust root of the reference is not the one that is pinned",
            hint="compare the pin with `aigate trust show`; never change it without asking",
            code="registry-pin",
        )
    if signers and not roots:
        raise UsageError(
            "the reference has no registry, so nobody can be told by a key",
            hint="make one with `aigate trust init`, or leave out `--signer`",
            code="no-registry",
        )
    return signer_of(verdict.attested, roots, wanted=signers, file=file).words
