"""What a commit changes, so that who only brings a signature is no author."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aigate.workspace import git

if TYPE_CHECKING:
    from tests.workspace.conftest import Workbench


def test_a_commit_differs_in_what_it_adds_changes_and_removes(bench: Workbench) -> None:
    first = bench.commit({"a.py": "a = 1\n", "b.py": "b = 1\n"})
    second = bench.commit({"a.py": "a = 2\n", "ö\n.py": ""})
    repository = bench.open()

    def changed(commit: str) -> set[str]:
        return set(git.changed_paths(repository, git.commit_facts(repository, commit)))

    assert changed(first) == {"a.py", "b.py"}
    assert {"a.py", "ö\n.py"} <= changed(second)


def test_a_submodule_that_asks_to_be_ignored_is_not(bench: Workbench) -> None:
    ignored = '[submodule "lib"]\n\tpath = lib\n\turl = lib\n\tignore = all\n'
    first = bench.commit({".gitmodules": ignored})
    bench.git("update-index", "--add", "--cacheinfo", f"160000,{first},lib")
    bench.git("commit", "--quiet", "--message", "a submodule")
    repository = bench.open()
    facts = git.commit_facts(repository, git.resolve(repository, "HEAD"))

    assert git.changed_paths(repository, facts) == {"lib"}
