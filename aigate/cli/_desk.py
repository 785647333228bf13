"""What lies before somebody who signs: the repository, its registry, its ledger."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime

from aigate.accounts import records_of, registry_of
from aigate.cli.packs import packs_folder
from aigate.domain.accountability import (
    Role,
    Root,
)
from aigate.domain.policy import Policy
from aigate.errors import UsageError
from aigate.trusted import read_policy_of, target_branch
from aigate.value import dataclass
from aigate.workspace import git, sides

ENVIRON = os.environ  # noqa: TID251 - settings are resolved here, beside the commands

SHORTEST = 6
"""How much of a fingerprint is enough."""

SHORT = 12
"""How much of a digest or fingerprint is shown."""

OTHER = {Role.DEVELOPER: Role.SECURITY, Role.SECURITY: Role.DEVELOPER}
"""The seat beside each seat."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What lies before somebody who signs.

    `root` and `policy` are those of the commit that is checked out, `records` the ledger of
    the working tree.
    """

    directory: str
    repository: git.Repository
    root: Root
    policy: Policy
    branch: str
    records: Mapping[str, bytes]
    at: datetime


def desk_of(directory: str) -> Desk:
    """Read what a signer needs.

    Raises:
        UsageError: there is no commit, no registry, or no branch to speak of.
        IntegrityError: the registry does not hold.
    """
    at = now()
    repository = git.open_repository(directory, environ=ENVIRON)
    commit = git.head_commit(repository)
    head = sides.commit_tree(repository, commit) if commit else sides.EMPTY
    registry = registry_of(head, at=at)
    if registry is None:
        raise UsageError(
            "the commit that is checked out has no registry of people",
            hint="make one with `aigate trust init`, and commit it",
            code="no-registry",
        )
    policy = read_policy_of(
        head.entries, lambda entry: sides.read_one(head, entry), packs=str(packs_folder())
    )
    branch = target_branch("", repository, policy)
    if not branch:
        raise UsageError(
            "no branch is checked out, so there is none to accept a finding for",
            hint="check out the branch that this is meant for",
        )
    known = {entry.blob for entry in head.entries}
    return Desk(
        directory=directory,
        repository=repository,
        root=registry.current,
        policy=policy,
        branch=branch,
        records=records_of(sides.working_tree(repository, known)),
        at=at,
    )


def now() -> datetime:
    """Return the time, to the second."""
    return datetime.now(UTC).replace(microsecond=0)  # noqa: TID251 - the one clock
