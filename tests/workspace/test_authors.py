"""Who has a part in a change is told from its commits, and can only become more."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from aigate.domain.accountability import Person, PersonKind, Registry, Role, Root
from aigate.workspace import sides
from aigate.workspace.authors import authors_of

if TYPE_CHECKING:
    from tests.workspace.conftest import Workbench

RECORD = f".aigate/ledger/{'a' * 64}.json"
NEXT_ROOT = ".aigate/trust/2.root.json"


def human(name: str, role: Role) -> Person:
    return Person(id=name, name=f"{name.title()} Example", kind=PersonKind.HUMAN, roles=(role,))


REGISTRY = Registry(
    roots=(
        Root(
            version=1,
            previous="",
            digest="d" * 64,
            ledger_id="l",
            repository_id="",
            repository_names=(),
            people=(human("ada", Role.DEVELOPER), human("grace", Role.SECURITY)),
            threshold=2,
            limits=(),
            grace_days=30,
            expires=datetime(2090, 1, 1, tzinfo=UTC),
        ),
    )
)


def by(bench: Workbench, who: str, files: dict[str, str], message: str = "a change") -> str:
    for path, text in files.items():
        bench.write(path, text)
    bench.git("add", "--all", "--force")
    return commit(bench, who, "commit", "--quiet", "-m", message)


def commit(bench: Workbench, who: str, *command: str) -> str:
    names = {f"GIT_{role}_NAME": who for role in ("AUTHOR", "COMMITTER")}
    mails = {f"GIT_{role}_EMAIL": f"{who}@example.org" for role in ("AUTHOR", "COMMITTER")}
    bench.git(*command, **names, **mails)
    return bench.git("rev-parse", "HEAD")


def authors(bench: Workbench, base: str, head: str) -> set[str]:
    repository = bench.open()
    trees = (sides.commit_tree(repository, one) for one in (base, head))
    return set(authors_of(repository, *trees, REGISTRY))


def diverged(bench: Workbench) -> tuple[str, str]:
    """Return the tip of main, and that of a branch by `ada` that is not merged."""
    by(bench, "lee", {"a.py": "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "b.py": "1\n"})
    bench.git("branch", "-M", "main")
    bench.git("checkout", "--quiet", "-b", "topic")
    topic = by(bench, "ada", {"a.py": "1\n2\n3\n4\n5\n6\n7\n8\nnine\n"})
    bench.git("checkout", "--quiet", "main")
    return by(bench, "lee", {"a.py": "one\n2\n3\n4\n5\n6\n7\n8\n9\n", "b.py": "2\n"}), topic


def test_a_merge_that_git_makes_by_itself_makes_nobody_an_author(bench):
    base, _ = diverged(bench)
    head = commit(bench, "grace", "merge", "--quiet", "--no-ff", "-m", "merge", "topic")

    assert authors(bench, base, head) == {"ada"}


def test_who_keeps_a_branch_up_to_date_is_no_author_of_it(bench):
    base, _ = diverged(bench)
    bench.git("checkout", "--quiet", "topic")
    head = commit(bench, "grace", "merge", "--quiet", "-m", "update", "main")

    assert authors(bench, base, head) == {"ada"}


@pytest.mark.parametrize("path", ["evil.py", "a.py", ".aigate/policy.yaml", RECORD])
def test_c_044_a_merge_with_something_of_its_own_makes_an_author(bench, path):
    base, _ = diverged(bench)
    bench.git("merge", "--quiet", "--no-ff", "--no-commit", "topic")
    bench.write(path, "evil\n")
    bench.git("add", "--all", "--force")
    head = commit(bench, "grace", "commit", "--quiet", "-m", "merge")

    assert authors(bench, base, head) == {"ada", "grace"}


def test_a_merge_that_takes_one_side_makes_an_author(bench):
    base, _ = diverged(bench)
    bench.git("checkout", "--quiet", "topic")
    head = commit(bench, "grace", "merge", "--quiet", "-s", "ours", "-m", "mine", "main")

    assert authors(bench, base, head) == {"ada", "grace"}


def test_a_merge_of_three_makes_an_author(bench):
    base, _ = diverged(bench)
    bench.git("checkout", "--quiet", "-b", "third", "main")
    by(bench, "lee", {"c.py": "1\n"})
    bench.git("checkout", "--quiet", "main")
    by(bench, "lee", {"d.py": "1\n"})
    head = commit(bench, "grace", "merge", "--quiet", "-m", "three", "topic", "third")

    assert "grace" in authors(bench, base, head)


def test_c_052_a_message_of_a_plain_merge_still_adds_whom_it_names(bench):
    base, _ = diverged(bench)
    said = "merge\n\nCo-authored-by: Grace Example <grace@example.org>\n"
    head = commit(bench, "lee", "merge", "--quiet", "--no-ff", "-m", said, "topic")

    assert authors(bench, base, head) == {"ada", "grace"}


def test_c_059_a_merge_driver_of_the_repository_is_not_asked_what_a_merge_is(bench, tmp_path):
    marker = tmp_path / "marker"
    base, _ = diverged(bench)
    bench.write(".git/info/attributes", "* merge=evil\n")
    bench.git("config", "merge.evil.driver", f"touch {marker}; true")
    head = commit(bench, "grace", "merge", "--quiet", "--no-ff", "-m", "merge", "topic")
    # git itself has asked it, so what was merged is not what git makes of it alone.
    marker.unlink()

    assert authors(bench, base, head) == {"ada", "grace"}
    assert not marker.exists()


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({RECORD: "{}"}, set()),
        ({NEXT_ROOT: "{}"}, set()),
        ({RECORD: "{}", NEXT_ROOT: "{}"}, set()),
        ({RECORD: "{}", "a.py": "evil\n"}, {"grace"}),
        ({".aigate/ledger/evil.py": "evil\n"}, {"grace"}),
        ({".aigate/trust/evil.py": "evil\n"}, {"grace"}),
        ({".aigate/trust/2.root.json.py": "evil\n"}, {"grace"}),
        ({".aigate/policy.yaml": "evil\n"}, {"grace"}),
    ],
)
def test_c_115_who_commits_what_people_signed_and_nothing_else_is_no_author(bench, files, expected):
    base = by(bench, "lee", {"a.py": "1\n"})
    head = by(bench, "grace", files)

    assert authors(bench, base, head) == expected


def test_c_115_a_squash_by_a_platform_names_everybody_who_had_a_part(bench):
    base = by(bench, "lee", {"a.py": "1\n"})
    said = "a change (#1)\n\n* one\n\nCo-authored-by: Grace Example <grace@example.org>\n"
    head = by(bench, "ada", {"a.py": "2\n"}, said)

    assert authors(bench, base, head) == {"ada", "grace"}
