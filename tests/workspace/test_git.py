"""Opening repositories, and reading commits, trees and blobs."""

from __future__ import annotations

import os
import stat
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from aigate.errors import AigateError, IncompleteError, UsageError
from aigate.workspace import git, worktree

if TYPE_CHECKING:
    from tests.workspace.conftest import Workbench


def refused(
    code: str, call: Callable[..., object], *arguments: object, **options: object
) -> AigateError:
    with pytest.raises(AigateError) as caught:
        call(*arguments, **options)
    assert caught.value.code == code
    return caught.value


def test_a_repository_is_found_from_any_of_its_folders(bench: Workbench) -> None:
    bench.commit({"deep/er/a.py": "a = 1\n"})

    assert bench.open(bench.root / "deep" / "er").root == str(bench.root)


def test_a_commit_tells_its_tree_people_and_parents(bench: Workbench) -> None:
    first = bench.commit({"a.py": "a = 1\n"})
    second = bench.commit({"a.py": "a = 2\n"})

    facts = git.commit_facts(bench.open(), second)

    assert facts.parents == (first,)
    assert facts.tree == bench.git("rev-parse", "HEAD^{tree}")
    assert (facts.author_name, facts.author_email) == ("Dev", "dev@example.com")
    assert facts.committed_at == 1_700_000_000
    assert facts.message == "a change\n"


def test_a_mailmap_and_replacements_change_nothing(bench: Workbench) -> None:
    first = bench.commit({"a.py": "a = 1\n", ".mailmap": "Sec <sec@example.com> <dev@example.com>"})
    second = bench.commit({"a.py": "import os\n"})
    bench.git("replace", second, first)

    repository = bench.open()

    assert git.commit_facts(repository, second).author_email == "dev@example.com"
    assert {u.text for u in bench.units(second) if u.path == "a.py"} == {"import os\n"}


def test_entries_come_in_order_of_path_and_with_sizes_if_they_are_asked_for(
    bench: Workbench,
) -> None:
    bench.commit({"b.py": "b\n", "a/c.py": "", "a.py": "aa\n"})

    repository = bench.open()
    entries = git.tree_entries(repository, "HEAD")

    assert {entry.size for entry in entries} == {-1}
    assert [(e.path, e.mode, e.size) for e in git.sized(repository, entries)] == [
        ("a.py", "100644", 3),
        ("a/c.py", "100644", 0),
        ("b.py", "100644", 2),
    ]


@pytest.mark.parametrize("revision", ["nosuch", "HEAD~9", "", "a..b", "x\0y", "f" * 40, "@{-1}"])
def test_a_revision_that_is_not_here_is_incomplete(bench: Workbench, revision: str) -> None:
    bench.commit({"a.py": ""})

    error = refused("reference-missing", git.resolve, bench.open(), revision)

    assert isinstance(error, IncompleteError)
    assert "fetch-depth" not in error.hint


def test_a_revision_like_an_option_is_refused(bench: Workbench) -> None:
    bench.commit({"a.py": ""})

    assert isinstance(refused("bad-revision", git.resolve, bench.open(), "--all"), UsageError)


def test_a_tag_does_not_take_the_place_of_a_branch(bench: Workbench) -> None:
    bench.commit({"a.py": ""})
    bench.commit({"a.py": "import os\n"})
    bench.git("tag", "main", "HEAD~1")
    bench.git("config", "core.warnAmbiguousRefs", "false")

    refused("reference-ambiguous", git.resolve, bench.open(), "main")


def test_c_042_a_shallow_clone_names_the_fetch_depth(
    bench: Workbench, make: Callable[..., Workbench]
) -> None:
    first = bench.commit({"a.py": "a = 1\n"})
    bench.commit({"a.py": "a = 2\n"})
    clone = make("clone")
    clone.git("fetch", "--quiet", "--depth=1", f"file://{bench.root}", "main")
    clone.git("reset", "--quiet", "--hard", "FETCH_HEAD")

    repository = clone.open()

    assert repository.is_shallow
    error = refused("reference-missing", git.resolve, repository, first)
    assert "fetch-depth" in error.hint
    clone.git("checkout", "--quiet", "--orphan", "other")
    other = clone.commit({"b.py": ""})
    error = refused("no-merge-base", git.merge_bases, repository, "FETCH_HEAD", other)
    assert "fetch-depth" in error.hint


def test_all_merge_bases_are_told(bench: Workbench) -> None:
    base = bench.commit({"a.py": ""})
    bench.git("checkout", "--quiet", "-b", "side")
    side = bench.commit({"b.py": ""})

    assert git.merge_bases(bench.open(), "main", side) == (base,)


def test_the_default_branch_is_what_the_clone_recorded(bench: Workbench) -> None:
    bench.commit({"a.py": ""})
    assert git.default_branch(bench.open()) == ""
    bench.git("update-ref", "refs/remotes/origin/trunk", "HEAD")
    bench.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk")

    assert git.default_branch(bench.open()) == "trunk"
    assert git.branch(bench.open()) == "main"


def test_c_141_a_plain_folder_is_no_repository(tmp_path: Path, environ: dict[str, str]) -> None:
    error = refused("not-a-repository", git.open_repository, str(tmp_path), environ=environ)

    assert isinstance(error, UsageError)


def test_c_141_a_missing_folder_is_a_usage_error(tmp_path: Path, environ: dict[str, str]) -> None:
    where = str(tmp_path / "none")

    refused("not-a-directory", git.open_repository, where, environ=environ)


def test_c_141_without_git_nothing_can_be_told(bench: Workbench) -> None:
    refused("no-git", bench.open, PATH=str(bench.root))


def test_c_141_a_bare_repository_needs_a_named_head(bench: Workbench, tmp_path: Path) -> None:
    commit = bench.commit({"a.py": "a\n"})
    bare = tmp_path / "bare.git"
    bench.git("clone", "--quiet", "--bare", str(bench.root), str(bare))

    refused("bare-repository", git.open_repository, str(bare), environ=bench.environ)
    opened = git.open_repository(str(bare), environ=bench.environ, needs_worktree=False)
    assert [e.path for e in git.tree_entries(opened, commit)] == ["a.py"]


def test_c_141_a_detached_head_has_no_branch(bench: Workbench) -> None:
    commit = bench.commit({"a.py": ""})
    bench.git("checkout", "--quiet", "--detach")

    repository = bench.open()

    assert git.head_commit(repository) == commit
    assert git.branch(repository) == ""


def test_c_141_an_unborn_branch_has_no_head(bench: Workbench) -> None:
    repository = bench.open()

    assert git.head_commit(repository) is None
    assert git.branch(repository) == "main"
    assert worktree.index_entries(repository) == ()


def test_c_141_an_unknown_object_format_is_incomplete(bench: Workbench) -> None:
    bench.git("config", "core.repositoryFormatVersion", "1")
    bench.git("config", "extensions.objectFormat", "sha9")

    with pytest.raises(IncompleteError):
        bench.open()


def test_c_141_objects_named_by_sha256_are_read(make: Callable[..., Workbench]) -> None:
    bench = make("newer", "--object-format=sha256")
    bench.commit({"a.py": "a = 1\n"})

    assert len(bench.open().git_dir) > 0
    assert [u.text for u in bench.units()] == ["a = 1\n"]
    assert bench.on_disk() == {"a.py": b"a = 1\n"}


def test_c_060_a_repository_of_another_user_is_incomplete(bench: Workbench, tmp_path: Path) -> None:
    bench.commit({"a.py": ""})
    real = bench.open().git.program
    program = tmp_path / "programs" / "git"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nGIT_TEST_ASSUME_DIFFERENT_OWNER=1 exec {real} "$@"\n')
    program.chmod(0o755)

    error = refused("dubious-ownership", bench.open, PATH=str(program.parent))

    assert isinstance(error, IncompleteError)
    assert "safe.directory" in error.hint


@pytest.mark.parametrize("name", ["GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR"])
def test_c_060_an_environment_that_points_elsewhere_is_incomplete(
    bench: Workbench, make: Callable[..., Workbench], name: str
) -> None:
    bench.commit({"a.py": ""})
    other = make("other")
    elsewhere = other.root if name == "GIT_WORK_TREE" else other.root / ".git"

    refused("foreign-repository", bench.open, **{name: str(elsewhere)})


def test_c_060_an_environment_that_points_here_is_fine(bench: Workbench) -> None:
    bench.commit({"sub/a.py": ""})

    opened = bench.open(bench.root / "sub", GIT_DIR=".git", GIT_WORK_TREE=str(bench.root))

    assert opened.root == str(bench.root)


def test_c_060_variables_of_git_are_dropped(
    bench: Workbench, make: Callable[..., Workbench]
) -> None:
    commit = bench.commit({"a.py": ""})
    other = make("other")

    repository = bench.open(
        GIT_OBJECT_DIRECTORY=str(other.root), GIT_INDEX_FILE="/nowhere", GIT_NAMESPACE="x"
    )

    assert git.resolve(repository, "HEAD") == commit
    assert len(worktree.index_entries(repository)) == 1


def test_c_060_a_git_file_that_points_to_a_foreign_repository_is_incomplete(
    bench: Workbench, tmp_path: Path
) -> None:
    bench.commit({"secret.py": ""})
    decoy = tmp_path / "decoy"
    decoy.mkdir()
    (decoy / ".git").write_text(f"gitdir: {bench.root}/.git\n")

    refused("foreign-repository", bench.open, decoy)


def test_c_060_a_git_file_that_takes_over_a_worktree_is_incomplete(
    bench: Workbench, tmp_path: Path
) -> None:
    bench.commit({"a.py": ""})
    bench.git("worktree", "add", "--quiet", str(tmp_path / "linked"))
    decoy = tmp_path / "decoy"
    decoy.mkdir()
    (decoy / ".git").write_bytes((tmp_path / "linked" / ".git").read_bytes())

    refused("foreign-repository", bench.open, decoy)


def test_c_060_a_configured_working_tree_elsewhere_is_incomplete(
    bench: Workbench, tmp_path: Path
) -> None:
    bench.commit({"a.py": ""})
    bench.git("config", "core.worktree", str(tmp_path))

    refused("foreign-repository", bench.open)


def test_c_060_a_bare_repository_inside_a_tree_is_incomplete(bench: Workbench) -> None:
    bench.commit({"a.py": ""})
    inner = bench.root / "fixtures" / "inner.git"
    bench.git("clone", "--quiet", "--bare", ".", str(inner))

    refused(
        "foreign-repository",
        git.open_repository,
        str(inner),
        environ=bench.environ,
        needs_worktree=False,
    )


def test_a_linked_worktree_is_a_repository(bench: Workbench, tmp_path: Path) -> None:
    bench.commit({"a.py": "a\n"})
    linked = tmp_path / "linked"
    bench.git("worktree", "add", "--quiet", "-b", "other", str(linked))

    repository = bench.open(linked)

    assert repository.root == str(linked)
    assert git.branch(repository) == "other"
    assert len(worktree.worktree_entries(repository).entries) == 1


@pytest.mark.parametrize("is_linked", [False, True], ids=["C-058-main", "C-058-linked"])
def test_the_environment_of_a_real_hook_names_the_same_repository(
    bench: Workbench, tmp_path: Path, *, is_linked: bool
) -> None:
    bench.commit({"a.py": "a = 1\n", "b.py": "b = 1\n"})
    top = bench.root
    if is_linked:
        top = tmp_path / "linked"
        bench.git("worktree", "add", "--quiet", "-b", "other", str(top))
    seen = tmp_path / "seen"
    hook = bench.root / ".git" / "hooks" / "pre-commit"
    hook.write_text(f'#!/bin/sh\nenv -0 > {seen}\ncp "$GIT_INDEX_FILE" {tmp_path}/copy\n')
    hook.chmod(0o755)
    (top / "a.py").write_text("a = 2\n")
    (top / "b.py").write_text("b = 2\n")
    bench.git("-C", str(top), "commit", "--quiet", "-m", "a change", "--", "a.py")
    pairs = (pair.partition("=") for pair in seen.read_text().split("\0")[:-1])
    environ = {name: value for name, _, value in pairs}

    repository = git.open_repository(str(top), environ=environ)
    entries = worktree.index_entries(repository, f"{tmp_path}/copy")
    blobs = {b.id: b.data for b in git.read_blobs(repository, [e.blob for e in entries], limit=99)}

    assert repository.root == str(top)
    assert "GIT_INDEX_FILE" in environ
    assert [blobs[e.blob] for e in entries] == [b"a = 2\n", b"b = 1\n"]


def test_grafts_do_not_change_history(bench: Workbench) -> None:
    first = bench.commit({"a.py": "a = 1\n"})
    second = bench.commit({"a.py": "a = 2\n"})
    (bench.root / ".git" / "info").mkdir(exist_ok=True)
    (bench.root / ".git" / "info" / "grafts").write_text(f"{second}\n")

    assert git.merge_bases(bench.open(), first, second) == (first,)


def test_a_submodule_is_a_repository(bench: Workbench, make: Callable[..., Workbench]) -> None:
    inner = make("inner")
    inner.commit({"b.py": "b\n"})
    bench.git(
        "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner.root), "sub"
    )

    repository = bench.open(bench.root / "sub")

    assert repository.root == str(bench.root / "sub")
    assert [e.path for e in git.tree_entries(repository, "HEAD")] == ["b.py"]


def test_a_git_that_the_change_brings_is_not_started(bench: Workbench) -> None:
    bench.commit({"node_modules/.bin/git": "#!/bin/sh\ntouch started\n"})
    (bench.root / "node_modules/.bin/git").chmod(0o755)

    path = f"{bench.root}/node_modules/.bin:node_modules/.bin:.:{bench.environ['PATH']}"
    bench.open(PATH=path)

    assert not (bench.root / "started").exists()


def test_damaged_and_missing_blobs_do_not_hide_the_others(bench: Workbench) -> None:
    bench.commit({f"{n}.py": f"n = {n}\n" for n in range(5)})
    repository = bench.open()
    entries = git.tree_entries(repository, "HEAD")
    objects = bench.root / ".git" / "objects"
    files = [objects / e.blob[:2] / e.blob[2:] for e in entries]
    for file in files[:3]:
        file.chmod(stat.S_IRUSR | stat.S_IWUSR)
    files[0].unlink()
    files[1].write_bytes(b"rubbish")
    files[2].write_bytes(zlib.compress(b"blob 6\0n = 7\n"))

    blobs = list(git.read_blobs(repository, [e.blob for e in entries], limit=1000))

    assert [b.problem for b in blobs[2:]] == ["corrupt", "", ""]
    assert all(b.problem in {"missing", "corrupt"} for b in blobs[:2])
    assert [b.data for b in blobs[3:]] == [b"n = 3\n", b"n = 4\n"]


def test_a_missing_subtree_is_incomplete(bench: Workbench) -> None:
    bench.commit({"sub/a.py": "", "b.py": ""})
    tree = bench.git("rev-parse", "HEAD:sub")
    (bench.root / ".git" / "objects" / tree[:2] / tree[2:]).unlink()

    refused("repository-unreadable", git.tree_entries, bench.open(), "HEAD")


def test_c_149_large_binaries_are_not_read(bench: Workbench) -> None:
    bench.commit({f"{n}.bin": os.urandom(300_000) for n in range(5)} | {"a.py": "a\n"})
    repository = bench.open()
    entries = git.tree_entries(repository, "HEAD")

    blobs = list(git.read_blobs(repository, [e.blob for e in entries], limit=200_000))

    assert sorted(b.problem for b in blobs) == ["", *["too-large"] * 5]
    assert sum(len(b.data) for b in blobs) == 2


def test_c_149_blobs_come_in_bounded_batches(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(git, "_BATCH_BYTES", 10)
    names = {f"{n}.py": f"n = {n}\n" for n in range(9)}
    bench.commit(names)
    repository = bench.open()

    entries = git.tree_entries(repository, "HEAD")
    blobs = {b.id: b.data for b in git.read_blobs(repository, [e.blob for e in entries], limit=99)}

    assert {e.path: blobs[e.blob].decode() for e in entries} == names
