"""What acceptances are judged by is gathered whole, wherever in the history it lies."""

from __future__ import annotations

from dataclasses import replace

import pytest

from aigate.accounts import read_accounts
from aigate.domain.accountability import Role, StatementKind
from aigate.errors import IntegrityError
from aigate.ledger import dsse, statements, store
from aigate.ledger.registry import proposal_path
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


def test_c_116_a_shallow_clone_cannot_tell_since_when_an_acceptance_is_there(
    project, tmp_path
) -> None:
    project.commit(made.one(ROOT) | pair(terms(1)))
    project.commit({"a.py": "x = 1\n"})
    project.commit({"a.py": "x = 2\n"})
    path = project.git("ls-tree", "-r", "--name-only", "main", ".aigate/ledger").split()[0]
    seen = {}
    for depth in (1, 2, 9):
        clone = tmp_path / str(depth)
        source = f"file://{project.root}"
        project.git("clone", "--quiet", f"--depth={depth}", source, str(clone))
        repository = git.open_repository(str(clone), environ=project.environ)
        seen[depth] = git.first_seen(repository, git.resolve(repository, "HEAD"), [path]).get(path)

    assert seen == {1: None, 2: None, 9: 1_700_000_000}


GRACE = {"keys": [made.key_fields("grace", "retired"), made.key_fields("grace-2")]}
ROTATED = made.following(
    ROOT, people=made.people(made.person("grace", "owner", "security") | GRACE)
)
ROBOT = made.person("robot", kind="automation", answers="ada")
MANNED = made.following(ROOT, people=made.people(ROBOT))
CHAIN = made.one(ROOT)
AFTER_ROTATION = CHAIN | {made.path(2): made.signed(ROTATED, ("ada", "grace", "grace-2"))}
AFTER_ROBOT = CHAIN | {made.path(2): made.signed(MANNED, ("ada", "grace", "robot"))}


def taken_back():
    taken = replace(terms(1), kind=StatementKind.WITHDRAW, bindings=(), expires_at=None)
    return statements.with_raw(replace(taken, supersedes=(terms(1).digest,)))


def as_(person, role, root, key=""):
    return signed(terms(1, root=root), person, role, key)


@pytest.mark.parametrize(
    ("reference", "brings", "code"),
    [
        pytest.param(
            AFTER_ROTATION,
            as_("grace", Role.SECURITY, ROTATED, "grace-2"),
            "",
            id="C-117-new-key_ok",
        ),
        pytest.param(
            AFTER_ROTATION,
            as_("grace", Role.SECURITY, ROOT),
            "registry-outdated",
            id="C-117-retired-key-names-old-version_fail",
        ),
        pytest.param(
            AFTER_ROTATION,
            as_("ada", Role.DEVELOPER, ROOT),
            "registry-outdated",
            id="C-117-old-version_fail",
        ),
        pytest.param(
            AFTER_ROTATION,
            as_("grace", Role.SECURITY, ROTATED),
            "signer-unknown",
            id="C-117-retired-key-signs_fail",
        ),
        pytest.param(
            AFTER_ROTATION,
            signed(taken_back(), "grace", Role.SECURITY),
            "",
            id="C-130-withdrawn-with-a-retired-key_ok",
        ),
        pytest.param(
            CHAIN, as_("ada", Role.SECURITY, ROOT), "role-missing", id="C-119-role-missing_fail"
        ),
        pytest.param(
            AFTER_ROBOT,
            as_("robot", Role.DEVELOPER, MANNED),
            "signer-is-automation",
            id="C-128-automation-signs_fail",
        ),
    ],
)
def test_only_what_its_signer_may_say_now_gets_into_the_reference_unseen(
    project, reference, brings, code
) -> None:
    base = project.commit(reference)
    head = project.commit(brings)
    repository = git.open_repository(str(project.root), environ=project.environ)

    accounts = read_accounts(
        repository,
        reference=sides.commit_tree(repository, base),
        head=sides.commit_tree(repository, head),
        fingerprints=(),
        pin=made.digest(ROOT),
        at=NOW,
    )

    (path,) = brings
    assert accounts.invalid == (((path, code),) if code else ())
    assert (path in accounts.vouched) is not bool(code)


@pytest.mark.parametrize(
    ("brings", "vouched"),
    [
        pytest.param({made.path(2): AFTER_ROTATION[made.path(2)]}, True, id="signed"),
        pytest.param({}, False, id="taken-back"),
    ],
)
def test_a_proposal_goes_without_more_ado_when_its_version_is_there(
    project, brings, vouched
) -> None:
    proposed = proposal_path(2)
    base = project.commit(CHAIN | {proposed: b"{}\n"})
    head = project.commit(brings, removed=[proposed])
    repository = git.open_repository(str(project.root), environ=project.environ)

    accounts = read_accounts(
        repository,
        reference=sides.commit_tree(repository, base),
        head=sides.commit_tree(repository, head),
        fingerprints=(),
        pin=made.digest(ROOT),
        at=NOW,
    )

    assert (proposed in accounts.vouched) is vouched
    assert accounts.vouched == {proposed, *brings} if vouched else not accounts.vouched


@pytest.mark.parametrize("staged", [False, True], ids=["committed", "staged"])
def test_c_135_a_record_that_is_too_large_is_refused_by_its_size(project, staged) -> None:
    base = project.commit(made.one(ROOT))
    large = {store.path_of("1" * 64): " " * (dsse.LARGEST + 1)}
    head = project.commit(large)
    if staged:
        project.git("read-tree", head)
    repository = git.open_repository(str(project.root), environ=project.environ)

    with pytest.raises(IntegrityError) as caught:
        read_accounts(
            repository,
            reference=sides.commit_tree(repository, base),
            head=sides.index_tree(repository) if staged else sides.commit_tree(repository, head),
            fingerprints=set(),
            pin=made.digest(ROOT),
            at=NOW,
        )

    assert caught.value.code == "ledger-large"
