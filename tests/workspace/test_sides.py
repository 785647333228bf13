"""What a tree is told to be by its differences is what a listing of it says, in odd trees too."""

from __future__ import annotations

import random
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from aigate.errors import IncompleteError
from aigate.workspace import git, sides

if TYPE_CHECKING:
    from tests.workspace.conftest import Workbench

MODES = ("100644", "100755", "120000", "160000", "100664", "40000")
NAMES = (
    b"a",
    b"a/b",
    b"a/a",
    b".",
    b"..",
    b".git",
    b"a.b",
    b"a-b",
    b"b",
    b"b\xff",
    "b\u00e9".encode(),
    b"c",
)


def write_tree(bench: Workbench, lines: list[tuple[str, bytes, str]]) -> str:
    """Write a tree of these lines as they are: in any order, and with a name more than once."""
    raw = b"".join(b"%s %s\0%s" % (m.encode(), n, bytes.fromhex(i)) for m, n, i in lines)
    return bench.git("hash-object", "-t", "tree", "-w", "--literally", "--stdin", feed=raw)


def test_a_head_is_what_its_listing_says_however_odd_the_two_trees_are(bench: Workbench) -> None:
    rng = random.Random(7)
    blobs = [bench.git("hash-object", "-w", "--stdin", feed=text) for text in (b"", b"x", b"y")]

    def lines(inner: list[str]) -> list[tuple[str, bytes, str]]:
        found = []
        for _ in range(rng.randrange(6)):
            mode = rng.choice(MODES if inner else MODES[:-1])
            ids = inner if mode == "40000" else blobs
            found.append((mode, rng.choice(NAMES), rng.choice(ids)))
        return found if rng.random() < 0.5 else sorted(found, key=lambda line: line[1])

    inner = [write_tree(bench, lines([])) for _ in range(4)]
    heads = [
        bench.git("commit-tree", write_tree(bench, lines(inner)), "-m", "odd") for _ in range(14)
    ]
    repository = bench.open()
    listed = {commit: git.tree_entries(repository, commit) for commit in heads}

    for before in heads[:7]:
        reference = sides.commit_tree(repository, before)
        for after in heads[7:]:
            head, same = sides.against(repository, reference, after)
            assert head.entries == listed[after]
            assert same.entries == listed[before]


def test_a_folder_that_is_left_out_hides_nothing_beside_it_however_odd(bench: Workbench) -> None:
    blobs = [bench.git("hash-object", "-w", "--stdin", feed=text) for text in (b"x", b"y")]
    inner = write_tree(bench, [("100644", b"c", blobs[0])])
    records = [write_tree(bench, [("100644", b"r", one)]) for one in blobs]
    for before, after in ((b"a", b"a/b"), (b"a/b", b"a"), (b".aigate/x", b".aigate/ledger")):
        for old, new in ((0, 0), (0, 1)):
            commits = []
            for name, record in ((before, records[old]), (after, records[new])):
                ours = write_tree(bench, [("40000", b"ledger", record)])
                lines = [("40000", b".aigate", ours), ("40000", name, inner)]
                commits.append(bench.git("commit-tree", write_tree(bench, lines), "-m", "odd"))
            repository = bench.open()
            reference = sides.commit_tree(repository, commits[0], without=".aigate/ledger")
            head, same = sides.against(repository, reference, commits[1])

            assert not head.left_out
            assert not same.left_out
            assert sides.whole(head).entries == git.tree_entries(repository, commits[1])
            assert sides.whole(same).entries == git.tree_entries(repository, commits[0])


def stage_meant(bench: Workbench) -> None:
    bench.write("new.py", "new\n")
    bench.git("add", "--intent-to-add", "new.py")
    bench.git("rm", "--quiet", "--cached", "a.py", "empty.py")
    bench.git("add", "--intent-to-add", "a.py", "empty.py")


def stage_hidden(bench: Workbench) -> None:
    bench.write("a.py", "staged\n")
    bench.git("add", "a.py")
    bench.git("update-index", "--assume-unchanged", "a.py")
    bench.git("update-index", "--skip-worktree", "b.py")


def stage_changed(bench: Workbench) -> None:
    bench.write("in/c.py", "changed\n")
    bench.write("in/empty.py", "")
    bench.git("add", "in")
    bench.git("rm", "--quiet", "--cached", "b.py")
    bench.git("update-index", "--chmod=+x", "a.py")


def stage_sparse(bench: Workbench) -> None:
    bench.git("sparse-checkout", "set", "--sparse-index", "in")
    stage_changed(bench)


@pytest.mark.parametrize("stage", [stage_meant, stage_hidden, stage_changed, stage_sparse])
def test_the_index_is_what_a_commit_of_it_would_hold(bench: Workbench, stage) -> None:
    bench.commit({"a.py": "a\n", "b.py": "b\n", "empty.py": "", "in/c.py": "c\n"})
    stage(bench)
    repository = bench.open()

    found = sides.index_tree(repository)

    bench.git("commit", "--quiet", "--no-verify", "--message", "as it is staged")
    assert found.entries == git.tree_entries(repository, git.resolve(repository, "HEAD"))


def test_damage_of_the_index_is_told(bench: Workbench) -> None:
    bench.commit({"a.py": "a\n"})
    Path(bench.root, ".git", "index").write_bytes(b"DIRC rubbish")

    with pytest.raises(IncompleteError) as damage:
        sides.index_tree(bench.open())

    assert damage.value.code == "index-unreadable"


@pytest.mark.parametrize(
    ("before", "after"), [(b"a", b"a/b"), (b"a/b", b"a"), (b"a/b", b"a/c"), (b"", b"a")]
)
def test_a_head_is_what_its_listing_says_where_names_hold_slashes(
    bench: Workbench, before: bytes, after: bytes
) -> None:
    blob = bench.git("hash-object", "-w", "--stdin", feed=b"x")
    inner = write_tree(bench, [("100644", b"c", blob)])
    # A file `a/b` beside a file `a` cannot even be compared with a folder `a`.
    plain = [("100644", b"a/b", blob), ("100755", b"a", blob)]
    trees = [
        write_tree(bench, [("40000", name, inner)] if name else plain) for name in (before, after)
    ]
    commits = [bench.git("commit-tree", tree, "-m", "odd") for tree in trees]
    repository = bench.open()
    reference = sides.commit_tree(repository, commits[0])

    head, same = sides.against(repository, reference, commits[1])

    assert head.entries == git.tree_entries(repository, commits[1])
    assert same.entries == git.tree_entries(repository, commits[0])
