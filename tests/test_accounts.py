"""What acceptances are judged by is gathered whole, wherever in the history it lies."""

from __future__ import annotations

from dataclasses import replace

import pytest

from aigate.accounts import read_accounts
from aigate.domain.accountability import Role, StatementKind
from aigate.ledger import statements
from aigate.workspace import git, sides
from tests.cli.test_audit import NOW, ROOT, made, pair, signed, terms

pytestmark = pytest.mark.slow


def test_c_130_what_was_withdrawn_before_it_came_is_withdrawn(project) -> None:
    said = terms(1)
    taken = replace(said, kind=StatementKind.WITHDRAW, supersedes=(said.digest,), bindings=())
    taken = statements.with_raw(replace(taken, expires_at=None))
    withdrawal = signed(taken, "grace", Role.SECURITY)
    base = project.commit(made.one(ROOT) | withdrawal)
    head = project.commit(pair(said))
    repository = git.open_repository(str(project.root), environ=project.environ)

    accounts = read_accounts(
        repository,
        reference=sides.commit_tree(repository, base),
        head=sides.commit_tree(repository, head),
        fingerprints={said.bindings[0].fingerprint},
        pin=made.digest(ROOT),
        at=NOW,
    )

    kinds = sorted(record.statement.terms.kind for record in accounts.records)
    assert kinds == ["accept", "accept", "withdraw"]
