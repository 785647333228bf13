"""What is staged, and what lies on disk."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from aigate.errors import IncompleteError
from aigate.workspace import git, trees, worktree

if TYPE_CHECKING:
    from tests.workspace.conftest import Workbench

EVIL = "import os\nos.system(x)\n"
CLEAN = "x = 1\n"


def staged_but_clean_on_disk(bench: Workbench, flag: str) -> None:
    bench.commit({"a.py": CLEAN})
    bench.write("a.py", EVIL)
    bench.git("add", "a.py")
    bench.write("a.py", CLEAN)
    bench.git("update-index", flag, "a.py")


@pytest.mark.parametrize("flag", ["--skip-worktree", "--assume-unchanged"], ids="C-057{}".format)
def test_the_staged_blob_counts_whatever_the_index_hides(bench: Workbench, flag: str) -> None:
    staged_but_clean_on_disk(bench, flag)

    assert bench.staged() == {"a.py": EVIL}


def test_c_057_assume_unchanged_does_not_hide_what_is_on_disk(bench: Workbench) -> None:
    bench.commit({"a.py": CLEAN})
    bench.git("update-index", "--assume-unchanged", "a.py")
    bench.write("a.py", EVIL)

    assert bench.on_disk() == {"a.py": EVIL.encode()}


def test_c_058_only_the_staged_hunk_counts(bench: Workbench) -> None:
    bench.commit({"a.py": CLEAN})
    bench.write("a.py", CLEAN + EVIL)
    bench.git("add", "a.py")
    bench.write("a.py", CLEAN + EVIL + "y = 2\n")

    assert bench.staged() == {"a.py": CLEAN + EVIL}


def test_c_058_what_is_only_intended_to_be_added_is_not_committed(bench: Workbench) -> None:
    bench.commit({"a.py": CLEAN})
    bench.write("b.py", EVIL)
    bench.write("empty.py", "")
    bench.git("add", "--intent-to-add", "b.py")
    bench.git("add", "empty.py")

    assert bench.staged() == {"a.py": CLEAN, "empty.py": ""}
    assert bench.on_disk()["b.py"] == EVIL.encode()


def test_c_058_an_index_that_was_named_is_read(bench: Workbench, tmp_path: Path) -> None:
    bench.commit({"a.py": CLEAN})
    bench.write("b.py", EVIL)
    other = str(tmp_path / "other-index")
    bench.git("read-tree", "HEAD", GIT_INDEX_FILE=other)
    bench.git("add", "b.py", GIT_INDEX_FILE=other)

    assert bench.staged() == {"a.py": CLEAN}
    assert bench.staged(other) == {"a.py": CLEAN, "b.py": EVIL}


def test_c_058_a_commit_with_a_list_of_paths_is_seen_by_its_index(
    bench: Workbench, tmp_path: Path
) -> None:
    bench.commit({"a.py": CLEAN, "b.py": CLEAN})
    copy = tmp_path / "copy"
    hook = bench.root / ".git" / "hooks" / "pre-commit"
    hook.write_text(f'#!/bin/sh\ncp "$GIT_INDEX_FILE" {copy}\n')
    hook.chmod(0o755)
    bench.write("a.py", EVIL)
    bench.write("b.py", EVIL)
    bench.git("add", "b.py")
    bench.git("commit", "--quiet", "-m", "a change", "--", "a.py")

    assert bench.staged(str(copy)) == {"a.py": EVIL, "b.py": CLEAN}


def test_c_058_an_index_that_is_not_there_is_not_an_empty_one(bench: Workbench) -> None:
    bench.commit({"a.py": CLEAN})

    with pytest.raises(IncompleteError):
        bench.staged("nowhere")


def test_c_058_a_sparse_checkout_counts_whole(bench: Workbench) -> None:
    bench.commit({"in/a.py": CLEAN, "out/b.py": EVIL})
    bench.git("sparse-checkout", "set", "--sparse-index", "in")
    assert not (bench.root / "out").exists()

    assert bench.staged() == {"in/a.py": CLEAN, "out/b.py": EVIL}
    assert bench.on_disk() == {"in/a.py": CLEAN.encode(), "out/b.py": EVIL.encode()}


def test_conflicts_of_a_merge_are_incomplete(bench: Workbench) -> None:
    bench.commit({"a.py": CLEAN})
    blob = bench.git("rev-parse", "HEAD:a.py")
    lines = "".join(f"100644 {blob} {stage}\ta.py\n" for stage in (1, 2))
    bench.git("rm", "--quiet", "--cached", "a.py")
    bench.git("update-index", "--index-info", feed=lines.encode())

    with pytest.raises(IncompleteError) as caught:
        bench.staged()
    assert caught.value.code == "unmerged-index"


def test_a_damaged_index_is_incomplete(bench: Workbench) -> None:
    bench.commit({"a.py": CLEAN})
    (bench.root / ".git" / "index").write_bytes(b"DIRC rubbish")

    with pytest.raises(IncompleteError):
        bench.staged()


def test_the_working_tree_holds_new_files_and_not_ignored_ones(bench: Workbench) -> None:
    bench.commit({"a.py": CLEAN, ".gitignore": "*.log\n", "kept.log": "1\n"})
    bench.write("new.py", EVIL)
    bench.write("other.log", "2\n")
    (bench.root / "a.py").unlink()

    assert bench.on_disk() == {
        ".gitignore": b"*.log\n",
        "kept.log": b"1\n",
        "new.py": EVIL.encode(),
    }


def test_a_setting_about_letter_case_hides_nothing(bench: Workbench) -> None:
    bench.commit({"evil.py": CLEAN})
    bench.git("config", "core.ignoreCase", "true")
    bench.write("EVIL.py", EVIL)

    assert bench.on_disk()["EVIL.py"] == EVIL.encode()


@pytest.mark.parametrize(
    ("stored", "there"),
    [("a\nb\n", b"a\r\nb\r\n"), ("a\r\nb\r\n", b"a\nb\n"), ("a\nb\n", b"a\nb\n")],
    ids=["lf-as-crlf", "crlf-as-lf", "same"],
)
def test_line_ends_alone_are_no_change(bench: Workbench, stored: str, there: bytes) -> None:
    bench.commit({"a.py": stored})
    bench.write("a.py", there)

    repository = bench.open()
    found = worktree.worktree_entries(repository)

    assert trees.compare(found.entries, git.tree_entries(repository, "HEAD")).judged == ()
    assert bench.on_disk() == {"a.py": there}


def test_a_file_of_git_lfs_counts_as_its_pointer(bench: Workbench) -> None:
    data = bytes(range(256)) * 10
    bench.commit({"model.bin": lfs_pointer(data)})
    bench.write("model.bin", data)

    repository = bench.open()
    found = worktree.worktree_entries(repository)

    assert trees.compare(found.entries, git.tree_entries(repository, "HEAD")).judged == ()


def lfs_pointer(data: bytes) -> str:
    digest = hashlib.sha256(data).hexdigest()
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {len(data)}\n"


def test_modes_and_links_are_read_from_disk(bench: Workbench) -> None:
    bench.commit({"a.sh": "x\n", "b": "y\n"})
    (bench.root / "a.sh").chmod(0o755)
    (bench.root / "b").unlink()
    (bench.root / "b").symlink_to("/etc/passwd")

    found = worktree.worktree_entries(bench.open())

    assert [(e.path, e.mode) for e in found.entries] == [("a.sh", "100755"), ("b", "120000")]
    assert bench.on_disk()["b"] == b"/etc/passwd"


def test_c_027_a_folder_that_became_a_link_is_not_entered(bench: Workbench, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a.py").write_text("outside\n")
    bench.commit({"dir/a.py": CLEAN})
    shutil.rmtree(bench.root / "dir")
    (bench.root / "dir").symlink_to(outside)

    assert bench.on_disk() == {"dir": str(outside).encode()}


def test_a_folder_that_cannot_be_opened_is_named(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.commit({"dir/a.py": CLEAN, "b.py": CLEAN})
    # Permissions would not stop a test that root runs.
    real = os.open

    def deny(path: str | bytes, *arguments: int, **options: int) -> int:
        if path == b"dir":
            raise PermissionError(13, "Permission denied")
        return real(path, *arguments, **options)

    monkeypatch.setattr(os, "open", deny)

    found = worktree.worktree_entries(bench.open())

    assert [e.path for e in found.entries] == ["b.py"]
    assert found.unreadable == (("dir/a.py", "Permission denied"),)


def test_a_submodule_counts_by_what_is_checked_out(
    bench: Workbench, make: Callable[..., Workbench]
) -> None:
    inner = make("inner")
    first = inner.commit({"b.py": CLEAN})
    second = inner.commit({"b.py": EVIL})
    allow = ("-c", "protocol.file.allow=always")
    bench.git(*allow, "submodule", "--quiet", "add", str(inner.root), "sub")
    bench.commit()
    bench.git("-C", "sub", "checkout", "--quiet", first)

    repository = bench.open()
    on_disk = {e.path: e.blob for e in worktree.worktree_entries(repository).entries}
    staged = {e.path: e.blob for e in worktree.index_entries(repository)}

    assert (on_disk["sub"], staged["sub"]) == (first, second)


def test_special_files_are_named_as_unreadable(bench: Workbench) -> None:
    bench.commit({"a.py": CLEAN})
    (bench.root / "a.py").unlink()
    os.mkfifo(bench.root / "a.py")

    found = worktree.worktree_entries(bench.open())

    assert found.entries == ()
    assert found.unreadable == (("a.py", "not a regular file"),)


def test_a_repository_inside_is_named_but_not_entered(bench: Workbench) -> None:
    bench.commit({"a.py": CLEAN})
    inner = bench.root / "inner"
    inner.mkdir()
    bench.git("init", "--quiet", str(inner))
    (inner / "b.py").write_text(EVIL)
    bench.git("-C", str(inner), "add", "b.py")
    bench.git("-C", str(inner), "commit", "--quiet", "-m", "x")

    found = worktree.worktree_entries(bench.open())

    assert [(e.path, e.mode) for e in found.entries] == [("a.py", "100644"), ("inner", "160000")]


def test_what_changed_since_it_was_listed_is_told(bench: Workbench) -> None:
    bench.commit({"a.py": CLEAN, "b.py": "b\n"})
    repository = bench.open()
    found = worktree.worktree_entries(repository)
    bench.write("a.py", EVIL)
    (bench.root / "b.py").unlink()

    blobs = list(worktree.read_files(repository, found, found.entries, limit=1000))

    assert [(b.data, b.problem) for b in blobs] == [(b"", "changed")] * 2


def test_large_files_are_hashed_but_not_read(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worktree, "_WHOLE", 1000)
    bench.commit({"big.bin": b"\0" * 5000})

    repository = bench.open()
    found = worktree.worktree_entries(repository)

    assert trees.compare(found.entries, git.tree_entries(repository, "HEAD")).judged == ()
    (blob,) = worktree.read_files(repository, found, found.entries, limit=1000)
    assert (blob.data, blob.problem) == (b"", "too-large")


HOSTILE = [
    b"new\nline.py",
    b"-rf.py",
    b"quo'te\".py",
    b" space .py",
    b"tab\t.py",
    b"\xff\xfe.py",
    b"x" * 252 + b".py",
    "e\u0301.py".encode(),
    "\u00e9.py".encode(),
    b"Foo.py",
    b"foo.py",
    b"AUX.py",
    b"dot.py.",
    b"%s%n.py",
    b"back\\slash.py",
]


def test_c_049_hostile_names_are_listed_as_they_are(bench: Workbench) -> None:
    bench.commit({name: b"# " + name.replace(b"\n", b"") + b"\n" for name in HOSTILE})
    names = sorted(name.decode("utf-8", "surrogateescape") for name in HOSTILE)

    assert sorted(bench.staged_paths()) == names
    assert sorted(bench.on_disk()) == names
    assert sorted(unit.path for unit in bench.units()) == names
    assert {unit.kind.value for unit in bench.units()} == {"python"}


def test_c_050_names_that_collide_are_all_listed(bench: Workbench) -> None:
    commit = bench.graft(
        ("100644", b".GIT", b"config"),
        ("100644", b"Foo.py", b"a\n"),
        ("100644", b"foo.py", b"b\n"),
        ("100644", "\u00e9.py".encode(), b"c\n"),
        ("100644", "e\u0301.py".encode(), b"d\n"),
        ("100644", b"AUX.py", b"e\n"),
        ("100644", b"x.py.", b"f\n"),
    )

    units = bench.units(commit)

    assert len({unit.path for unit in units}) == 7
    assert sum(unit.kind.value == "python" for unit in units) == 6
