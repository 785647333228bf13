"""Who brought a line is told from the commits alone, whatever surrounds them."""

from __future__ import annotations

import os
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from aigate.workspace import git
from aigate.workspace.blame import Question, ask, ask_all, blame
from aigate.workspace.past import opened_past
from tests.workspace.test_hostile_configuration import PROGRAMS

if TYPE_CHECKING:
    from tests.workspace.conftest import Workbench

LONG = "def reckon(first, second):\n    return eval(first + second + 'and some more text')\n"


def who(bench: Workbench, path: str = "a.py", **asked: object) -> list[tuple[int, int, str, bool]]:
    found = blame(bench.open(), path, **asked)  # type: ignore[arg-type] - a table of arguments
    return [(one.first, one.last, one.commit, one.boundary) for one in found]


def test_each_line_is_told_with_the_commit_that_brought_it(bench):
    one = bench.commit({"a.py": "1\n2\n3\n"})
    two = bench.commit({"a.py": "1\nx\n3\n"})

    assert who(bench) == [(1, 1, one, False), (2, 2, two, False), (3, 3, one, False)]
    assert who(bench, revision=one) == [(1, 3, one, False)]
    assert who(bench, lines=[(2, 2)]) == [(2, 2, two, False)]
    assert who(bench, lines=[(2, 99)]) == [(2, 2, two, False), (3, 3, one, False)]


def test_lines_that_are_not_there_have_no_answer(bench):
    bench.commit({"a.py": "1\n", "empty": ""})

    assert who(bench, lines=[(7, 9)]) == []
    assert who(bench, "empty", lines=[(1, 1)]) == []
    assert who(bench, "missing") == []
    assert who(bench, revision="0" * 40) == []


def test_moved_and_indented_lines_keep_their_origin(bench):
    one = bench.commit({"a.py": LONG, "b.py": "import os\n"})
    bench.commit({"a.py": "if True:\n" + LONG.replace("    ", "        ")})
    assert who(bench, lines=[(3, 3)]) == [(3, 3, one, False)]


def test_lines_that_the_change_moved_between_files_are_older_than_it(bench):
    base = bench.commit({"a.py": LONG, "b.py": "import os\n"})
    head = bench.commit({"a.py": "pass\n", "b.py": "import os\n" + LONG})

    assert {row[2] for row in who(bench, "b.py", since=base)} == {base}
    assert {row[2] for row in who(bench, "b.py")} == {base, head}


def test_a_file_that_was_renamed_keeps_its_lines(bench):
    one = bench.commit({"a.py": LONG})
    bench.git("mv", "a.py", "c.py")
    bench.commit()

    found = blame(bench.open(), "c.py")

    assert [(line.commit, line.path) for line in found] == [(one, "a.py")]


def test_what_is_older_than_the_reference_is_only_known_to_be_that(bench):
    bench.commit({"a.py": "1\n2\n"})
    base = bench.commit({"a.py": "1\n2\n3\n"})
    head = bench.commit({"a.py": "1\n2\n3\n4\n"})

    assert who(bench, since=base) == [(1, 3, base, True), (4, 4, head, False)]


def test_along_first_parents_a_merge_counts_as_what_brought_the_lines(bench):
    base = bench.commit({"a.py": "1\n", "b.py": "1\n"})
    bench.git("checkout", "--quiet", "-b", "topic")
    topic = bench.commit({"a.py": "1\n2\n"})
    bench.git("checkout", "--quiet", "-")
    bench.commit({"b.py": "1\n2\n"})
    bench.git("merge", "--quiet", "--no-ff", "-m", "merge", "topic")
    merge = bench.git("rev-parse", "HEAD")

    assert who(bench) == [(1, 1, base, False), (2, 2, topic, False)]
    assert who(bench, first_parent=True) == [(1, 1, base, False), (2, 2, merge, False)]


def test_what_is_not_committed_has_no_commit(bench):
    one = bench.commit({"a.py": "1\n2\n"})
    before = sorted(Path(bench.root, ".git").rglob("*"))

    assert who(bench, contents=b"0\n1\n2\n") == [(1, 1, "", False), (2, 3, one, False)]
    assert who(bench, "deep/in/new.py", contents=b"0\n") == [(1, 1, "", False)]
    assert sorted(Path(bench.root, ".git").rglob("*")) == before


def test_before_the_first_commit_nothing_has_a_commit(bench):
    assert who(bench, contents=b"0\n") == [(1, 1, "", False)]
    assert who(bench) == []


def test_what_is_moved_in_the_working_tree_keeps_its_origin(bench):
    one = bench.commit({"a.py": LONG})
    with opened_past(
        bench.open(), parent=one, put={"d/b.py": LONG.encode()}, gone=["a.py"]
    ) as past:
        found = ask(past, Question(path="d/b.py"), revision=past.fresh)

    assert [(line.commit, line.path) for line in found] == [(one, "a.py")]


def test_line_ends_of_another_system_change_nobody(bench):
    one = bench.commit({"a.py": "1\n2\n"})

    assert who(bench, contents=b"1\r\n2\r\n") == [(1, 2, one, False)]


ODD = {
    "magic": ":(exclude)a.py",
    "colon": ":a.py",
    "option": "--contents=x",
    "glob": "*.py",
    "brackets": "[a].py",
    "newline": "a\nfilename b.py",
    "quotes": 'a"\\b.py',
    "tab": "a\tb.py",
    "blanks": " a .py ",
    "latin-1": os.fsdecode(b"caf\xe9.py"),
    "deep": "/".join("d" * 200) + "/x.py",
}


@pytest.mark.parametrize("path", ODD.values(), ids=ODD.keys())
def test_odd_names_are_names_and_nothing_else(bench, path):
    one = bench.commit({"a.py": "other\n", path: "1\n"})
    two = bench.commit({path: "1\n2\n"})
    found = blame(bench.open(), path)

    assert [(line.commit, line.path) for line in found] == [(one, path), (two, path)]
    fresh = blame(bench.open(), path, contents=b"1\n3\n")
    assert [line.commit for line in fresh] == [one, ""]


@pytest.mark.parametrize("path", ["../a.py", "./a.py", "/a.py", "a.py/..", "a\0.py", ""])
def test_names_that_no_tree_can_have_are_not_asked_for(bench, path):
    bench.commit({"a.py": "1\n"})

    assert who(bench, path) == []


def test_links_folders_and_bytes_are_no_trouble(bench):
    Path(bench.root, "link").symlink_to("/etc/passwd")
    one = bench.commit({"d/a.bin": b"\0\xff\n\0\n", "a.txt": "x\n".encode("utf-16")})

    assert [row[2] for row in who(bench, "link")] == [one]
    assert {row[2] for row in who(bench, "d/a.bin")} == {one}
    assert {row[2] for row in who(bench, "a.txt")} == {one}
    assert who(bench, "d") == []


def test_a_shallow_clone_says_where_it_ends(bench, tmp_path):
    bench.commit({"a.py": "1\n"})
    two = bench.commit({"a.py": "1\n2\n"})
    three = bench.commit({"a.py": "1\n2\n3\n"})
    clone = tmp_path / "clone"
    source = f"file://{bench.root}"
    bench.git("clone", "--quiet", "--depth=2", source, str(clone))
    found = blame(bench.open(clone), "a.py")

    assert [(line.commit, line.boundary) for line in found] == [(two, True), (three, False)]


def test_objects_that_are_not_here_are_no_answer(bench):
    one = bench.commit({"a.py": "1\n"})
    bench.commit({"a.py": "1\n2\n"})
    tree = bench.git("rev-parse", f"{one}^{{tree}}")
    Path(bench.root, ".git", "objects", tree[:2], tree[2:]).unlink()

    assert who(bench) == []


@pytest.mark.parametrize("at", ["0 +0000", "4102444800 +0000", "99999999999 +9999", "1 -9999"])
def test_c_053_dates_of_commits_play_no_part(bench, at):
    one = bench.commit({"a.py": "1\n"})
    base = bench.commit({"a.py": "1\n2\n"})
    Path(bench.root, "a.py").write_text("1\n2\n3\n")
    tree = bench.git("rev-parse", f"{base}^{{tree}}")
    bench.git("add", "a.py")
    tree = bench.git("write-tree")
    raw = f"tree {tree}\nparent {base}\nauthor A <a> {at}\ncommitter A <a> {at}\n\nx\n".encode()
    head = bench.git("hash-object", "-t", "commit", "-w", "--stdin", "--literally", feed=raw)

    assert who(bench, revision=head) == [
        (1, 1, one, False),
        (2, 2, base, False),
        (3, 3, head, False),
    ]
    assert who(bench, revision=head, since=base) == [(1, 2, base, True), (3, 3, head, False)]


LIES = {
    "ignored": {"blame.ignoreRevsFile": "{root}/ignored"},
    "ignored-missing": {"blame.ignoreRevsFile": "/nonexistent"},
    "unmarked": {"blame.markIgnoredLines": "true", "blame.showRoot": "false"},
    "mailmap": {"mailmap.file": "{root}/mailmap", "log.mailmap": "true"},
    "bad-value": {"core.abbrev": "banana", "blame.date": "banana"},
    "attributes": {"core.attributesFile": "{root}/attributes", "diff.evil.textconv": "{touch}"},
    "sparse-index": {"index.sparse": "true", "core.sparseCheckout": "true"},
    "not-bare": {"core.worktree": "/nonexistent"},
    **PROGRAMS,
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES.keys())
def test_c_059_settings_of_the_repository_change_nothing_and_run_nothing(bench, tmp_path, lie):
    one = bench.commit({"a.py": "1\n2\n", ".gitattributes": "* diff=evil filter=evil\n"})
    two = bench.commit(
        {"a.py": "1\nx\n", ".mailmap": "Other <other@example.com> Dev <dev@example.com>\n"}
    )
    expected = [(1, 1, one, False), (2, 2, two, False)]
    assert who(bench) == expected
    repository = bench.open()
    Path(bench.root, "ignored").write_text(f"{two}\n")
    Path(bench.root, "attributes").write_text("* diff=evil\n")
    Path(bench.root, ".git", "info", "attributes").write_text("* diff=evil filter=evil\n")
    marker = tmp_path / "marker"
    program = tmp_path / "touch"
    program.write_text(f"#!/bin/sh\ntouch {marker}\ncat\n")
    program.chmod(0o755)
    hooks = tmp_path / "hooks"
    config = Path(bench.root, ".git", "config")
    with config.open("a", encoding="utf-8") as stream:
        for key, value in lie.items():
            section, _, name = key.rpartition(".")
            head, _, sub = section.partition(".")
            text = value.format(root=bench.root, touch=program, hooks=hooks)
            title = f'{head} "{sub}"' if sub else head
            stream.write(f'[{title}]\n\t{name} = "{text}"\n')

    for contents in (None, b"1\nx\n"):
        found = blame(repository, "a.py", contents=contents, revision=two)
        assert [(a.first, a.last, a.commit, a.boundary) for a in found] == expected
    assert not marker.exists()


def test_c_059_replacements_and_grafts_do_not_count(bench):
    one = bench.commit({"a.py": "1\n"})
    two = bench.commit({"a.py": "1\n2\n"})
    other = bench.git("commit-tree", f"{two}^{{tree}}", "-m", "all mine")
    bench.git("replace", two, other)
    Path(bench.root, ".git", "info").mkdir(exist_ok=True)
    Path(bench.root, ".git", "info", "grafts").write_text(f"{two}\n")

    assert who(bench) == [(1, 1, one, False), (2, 2, two, False)]


def test_settings_of_the_caller_change_nothing(bench):
    one = bench.commit({"a.py": "1\n"})
    Path(bench.environ["HOME"], ".gitconfig").write_text(
        "[blame]\n\tignoreRevsFile = .git-blame-ignore-revs\n"
    )

    assert who(bench) == [(1, 1, one, False)]


def test_repositories_with_longer_names_of_objects_work_as_well(bench, tmp_path):
    root = tmp_path / "sha256"
    bench.git("init", "--quiet", "--object-format=sha256", str(root))
    Path(root, "a.py").write_text("1\n")
    bench.git("-C", str(root), "add", ".")
    bench.git("-C", str(root), "commit", "--quiet", "-m", "x")
    repository = bench.open(root)

    found = blame(repository, "a.py", contents=b"1\n2\n")

    assert [len(line.commit) for line in found] == [64, 0]


def test_odd_places_of_the_repository_are_no_trouble(bench, tmp_path):
    root = tmp_path / 'odd:"\\ place'
    bench.git("init", "--quiet", str(root))
    Path(root, "a.py").write_text("1\n")
    bench.git("-C", str(root), "add", ".")
    bench.git("-C", str(root), "commit", "--quiet", "-m", "x")

    assert len(blame(bench.open(root), "a.py")) == 1


def test_many_files_are_answered_at_once(bench):
    one = bench.commit({f"{n}.py": f"{n}\n" for n in range(12)})
    with opened_past(bench.open()) as past:
        found = ask_all(past, [Question(path=f"{n}.py") for n in range(12)], revision=one)

    assert {path: lines[0].commit for path, lines in found.items()} == {
        f"{n}.py": one for n in range(12)
    }


def test_a_file_that_takes_too_long_has_no_answer(bench):
    one = bench.commit({"a.py": "1\n" * 1_000_000})
    with opened_past(bench.open()) as past:
        assert ask(past, Question(path="a.py"), revision=one, patience=0.0001) == ()


def test_an_object_that_is_damaged_is_no_answer(bench):
    one = bench.commit({"a.py": "1\n"})
    blob = bench.git("rev-parse", f"{one}:a.py")
    file = Path(bench.root, ".git", "objects", blob[:2], blob[2:])
    file.chmod(0o644)
    file.write_bytes(zlib.compress(b"blob 5\0evil\n"))

    assert who(bench) in ([], [(1, 1, one, False)])


def test_what_is_not_committed_is_the_newest_so_that_no_history_is_walked(bench: Workbench) -> None:
    first = bench.commit({"a.py": "a = 1\n"})
    repository = bench.open()
    with opened_past(repository, parent=first, put={"a.py": b"a = 2\n"}) as past:
        facts = git.commit_facts(past.repository, past.fresh)
        listed = past.repository.call("ls-tree", "-r", "--name-only", past.fresh).out

    assert facts.committed_at > git.commit_facts(repository, first).committed_at
    assert (facts.parents, listed) == ((first,), b"a.py\n")


def test_only_what_changes_is_another_tree(bench: Workbench) -> None:
    files = {"a/b/c.py": "1", "a/b/d.py": "2", "a/e.py": "3", "f/g.py": "4", "h.py": "5"}
    first = bench.commit(files)
    put = {"a/b/c.py": b"new", "i/j.py": b"6", "h.py/k.py": b"7"}
    gone = ["f/g.py", "a/e.py", "no/such.py"]
    with opened_past(bench.open(), parent=first, put=put, gone=gone) as past:
        told = past.repository.call("ls-tree", "-r", past.fresh).out.decode().splitlines()

    kept = bench.git("rev-parse", f"{first}:a/b/d.py")
    assert [line.split("\t")[1] for line in told] == ["a/b/c.py", "a/b/d.py", "h.py/k.py", "i/j.py"]
    assert kept in told[1]
