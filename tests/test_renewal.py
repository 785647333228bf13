"""A registry that has expired: the change that renews it passes, and nothing else does."""

from __future__ import annotations

import pytest

from aigate.accounts import read_accounts
from aigate.errors import AigateError
from aigate.workspace import git, sides
from tests.cli.test_audit import BOTH, NOW, made, pair, terms

PAST, LATER = "2026-01-01T00:00:00Z", "2090-01-01T00:00:00Z"
ROOT = made.first(expires=PAST)
RENEWED = made.following(ROOT, expires=LATER)
LAPSED = made.following(ROOT, expires="2026-02-01T00:00:00Z")
TWICE = made.following(LAPSED, expires=LATER)
SAM = made.person("sam", "owner", "security")
TAKEN = made.following(
    ROOT, expires=LATER, people=made.people(SAM, made.person("eve", "owner", "security"))
)
CODE = {"a.py": "x = 2\n"}


def version(number, root, names=BOTH):
    return {made.path(number): made.signed(root, names)}


CASES = [
    pytest.param(CODE, "registry-expired", id="C-127-another-change_fail"),
    pytest.param({}, "registry-expired", id="C-127-no-change_fail"),
    pytest.param(pair(terms(1, root=ROOT)), "registry-expired", id="C-117-acceptances_fail"),
    pytest.param(version(2, RENEWED), "", id="C-127-renewed_ok"),
    pytest.param(version(2, RENEWED) | CODE, "", id="C-127-renewed-with-code_ok"),
    pytest.param(version(2, LAPSED) | version(3, TWICE), "", id="C-127-two-versions_ok"),
    pytest.param(version(2, LAPSED), "registry-expired", id="C-127-expired-as-well_fail"),
    pytest.param(version(2, RENEWED, ("ada",)), "registry-signatures", id="C-127-one-signer_fail"),
    pytest.param(
        version(2, TAKEN, ("eve", "sam")), "registry-signatures", id="C-127-only-new-people_fail"
    ),
    pytest.param({made.path(3): made.signed(RENEWED, BOTH)}, "registry-gap", id="C-127-gap_fail"),
    pytest.param(
        version(1, made.first(expires=LATER)), "registry-fork", id="C-127-same-version_fail"
    ),
]


def judged(project, before, after, at=NOW):
    base = project.commit(before)
    head = project.commit(after)
    repository = git.open_repository(str(project.root), environ=project.environ)
    return read_accounts(
        repository,
        reference=sides.commit_tree(repository, base),
        head=sides.commit_tree(repository, head),
        fingerprints={terms(1).bindings[0].fingerprint},
        pin=made.digest(ROOT),
        at=at,
    )


@pytest.mark.slow
@pytest.mark.parametrize(("brings", "code"), CASES)
def test_only_a_change_that_renews_the_registry_is_judged(project, brings, code) -> None:
    try:
        accounts, reason = judged(project, made.one(ROOT), brings), ""
    except AigateError as error:
        accounts, reason = None, error.code

    assert reason == code
    if accounts:
        assert accounts.registry.current.digest == made.digest(ROOT)
        assert accounts.invalid == ((made.path(1), "registry-expired"),)
        assert made.path(2) in accounts.vouched


@pytest.mark.slow
@pytest.mark.parametrize("where", ["reference", "change"])
def test_while_it_is_expired_no_acceptance_counts(project, where) -> None:
    signed = pair(terms(1, root=ROOT))
    renewal = version(2, RENEWED)
    before = made.one(ROOT) | (signed if where == "reference" else {})

    accounts = judged(project, before, renewal | (signed if where == "change" else {}))

    assert accounts.records == ()
    doubted = {path for path, code in accounts.invalid if code == "registry-expired"}
    assert doubted == {made.path(1), *(signed if where == "change" else ())}
    assert not doubted & accounts.vouched


@pytest.mark.slow
def test_c_127_the_renewing_change_passes_and_its_verdict_can_be_verified(project) -> None:
    file = project.home / "decision.json"
    project.commit(made.one(ROOT) | {"a.py": "x = 1\n"})
    given = ("--base", "main~1", "--head", "main")
    pinned = ("--trust-root", made.digest(ROOT))

    project.commit(CODE)
    stopped = project.scan(*given, *pinned, "--decision", str(file))
    assert (stopped.code, file.exists()) == (4, False)
    assert b"has expired on 2026-01-01" in stopped.err
    assert b"hint: run `aigate trust rotate`" in stopped.err

    project.commit(version(2, RENEWED))
    seen = project.scan(*given, *pinned, "--decision", str(file))
    assert (seen.code, seen.report["verdict"]) == (0, "pass"), seen.text
    assert any("registry-expired" in note for note in seen.report["notes"])
    assert project.run("verify-verdict", str(file), *given).code == 0

    project.commit({"a.py": "x = 3\n"})
    assert project.scan(*given, *pinned).code == 0
