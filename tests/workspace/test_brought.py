"""What a straight line of commits tells of lines is what `git blame` says of them."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pytest

from aigate.workspace import git, history
from aigate.workspace.blame import BlamedLines, Course, Question, ask_all, who_brought
from aigate.workspace.brought import Line, edits_of
from aigate.workspace.brought import Step as Made
from aigate.workspace.past import opened_past
from tests.workspace.conftest import Workbench

# A version of some files by path: bytes, a mode with bytes, or None for what is taken away.
Version = Mapping[str, "bytes | tuple[str, bytes] | None"]

LONG = b"def reckon(first, second):\n    return first + second + len('and some more text')\n"
OTHER = b"class Vessel:\n    capacity_in_litres = 17\n    colour_of_the_hull = 'green'\n"
NUMBERS = b"".join(b"line number %d\n" % n for n in range(30))

CASES: dict[str, Sequence[Version]] = {
    "a line in the middle": [{"a": NUMBERS}, {"a": NUMBERS.replace(b"r 7\n", b"r 7\nnew\n")}],
    "first and last": [{"a": NUMBERS}, {"a": b"0\n" + NUMBERS + b"1\n"}],
    "two places": [
        {"a": NUMBERS, "b": NUMBERS},
        {
            "a": NUMBERS.replace(b"r 7\n", b"r x\n").replace(b"r 20\n", b""),
            "b": NUMBERS.replace(b"r 9\n", b"9\n").replace(b"r 19\n", b"19\n"),
        },
    ],
    "nothing but blanks": [
        {"a": LONG},
        {"a": LONG.replace(b"    ", b"\t\t").replace(b"+", b" + ")},
    ],
    "other ends of lines": [{"a": LONG}, {"a": LONG.replace(b"\n", b"\r\n")}],
    "blanks that are none": [{"a": b"1 2\n3\n"}, {"a": b"1\x0c2\n3\x0b\n"}],
    "no end of the last line": [{"a": b"1\n2"}, {"a": b"1\n2\n3"}, {"a": b"1\n2\n3\n"}],
    "blanks as a last line": [{"a": b"1\n"}, {"a": b"1\n  "}, {"a": b"1\n  \n\n"}],
    "a line that could be either": [{"a": b"a\nb\n\nc\n"}, {"a": b"a\nb\n\nx\n\nc\n"}],
    "a line once more": [{"a": b"x\ny\nz\n"}, {"a": b"x\ny\ny\nz\n"}],
    "gone, either of two": [
        {"a": b"x\ny\n"},
        {"a": b"x\ny\nx\ny\n"},
        {"a": b"x\nnew\ny\nx\ny\nx\ny\n"},
        {"a": b"x\nnew\ny\nx\ny\n"},
    ],
    "gone, the first of two": [{"a": b"b:\nb:\n    d\n\n"}, {"a": b"b:\n    d\n\n"}],
    "gone, the middle of five": [
        {"a": b"    d\n        c\n        c\n    d\n    d\n    a\n"},
        {"a": b"    d\n    d\n    a\n"},
    ],
    "gone for something else, either of two": [
        {"a": b"x\ny\nx\nz\n"},
        {"a": b"x\nn\nz\n"},
        {"a": b"x\nn\nx\nn\nz\n"},
        {"a": b"x\nm\nn\nz\n"},
    ],
    "gone and back": [{"a": NUMBERS}, {"a": b"1\n"}, {"a": NUMBERS}],
    "moved within": [{"a": LONG + OTHER}, {"a": OTHER + LONG}],
    "moved and too short": [{"a": b"a = 1\nb = 2\n" + OTHER}, {"a": OTHER + b"a = 1\nb = 2\n"}],
    "moved in pieces": [{"a": LONG + OTHER}, {"a": b"x\n" + OTHER + b"y\n" + LONG[:40]}],
    "copied": [{"a": LONG, "b": b"1\n"}, {"a": LONG + b"2\n", "b": b"1\n" + LONG}],
    "copied from what is left": [{"a": LONG, "b": b"1\n"}, {"b": b"1\n" + LONG}],
    "copied, two commits": [
        {"a": LONG, "b": b"1\n"},
        {"a": LONG + b"2\n"},
        {"b": b"1\n" + LONG},
        {"a": LONG + b"3\n", "b": b"1\n2\n" + LONG},
    ],
    "copied to a new file": [{"a": LONG + OTHER}, {"a": LONG, "b": b"1\n" + OTHER}],
    "copied from a link": [{"a": ("120000", LONG)}, {"a": ("120000", b"b"), "b": b"1\n" + LONG}],
    "renamed": [{"a": LONG + OTHER}, {"a": None, "b": LONG + OTHER}],
    "renamed, of few letters": [{"a": b"1\n2\n3\n"}, {"a": None, "b": b"1\n2\n3\n"}],
    "renamed and changed": [{"a": LONG + OTHER}, {"a": None, "b": LONG + b"new\n" + OTHER}],
    "renamed, later changed": [
        {"a": LONG + OTHER},
        {"a": None, "b": LONG + OTHER},
        {"b": LONG + b"later\n" + OTHER},
    ],
    "gone and new": [{"a": LONG}, {"a": None, "b": b"1\n"}, {"b": b"1\n2\n"}],
    "new": [{"a": b"1\n"}, {"b": LONG}, {"b": LONG + b"1\n", "c": b""}],
    "empty": [{"a": b"1\n"}, {"a": b""}, {"a": b"2\n"}],
    "another mode": [{"a": LONG}, {"a": ("100755", LONG)}, {"a": ("100755", LONG + b"1\n")}],
    "a link becomes a file": [{"a": ("120000", b"x")}, {"a": b"x\ny\n"}],
    "a submodule becomes a file": [{"a": ("160000", b"1" * 40)}, {"a": b"x\ny\n"}],
    "a folder becomes a file": [{"a/b": LONG}, {"a/b": None, "a": LONG}],
    "a file becomes a folder": [{"a": LONG}, {"a": None, "a/b": LONG}],
    "twice the same lines": [{"a": b"1\n"}, {"a": b"1\n2\n"}, {"a": b"1\n"}, {"a": b"1\n2\n"}],
    "lines that look like headers": [
        {"a": b"1\n2\n3\n4\n5\n6\n"},
        {"a": b"@@ -1 +1 @@\n1\nindex 1..2\n3\n\\ No\n5\n+++ x\ndiff --git a b\n6\n"},
        {"a": b"@@ -1 +1 @@\n1\n-- x\nindex 1..2\n3\n\\ No\n@@ -9,3 +9 @@\n5\n+++ x\n6\n7"},
    ],
    "bytes of any kind": [{"a": b"\0\xff\n1\n"}, {"a": b"\0\xff\n\0\0\n1\n\xfe\n"}],
    "odd names": [{":(x)\t*": b"1\n", "é\n": b"1\n"}, {":(x)\t*": b"1\n2\n", "é\n": b"3\n1\n"}],
    "settings of the files": [
        {"a": b"1\n2\n", ".gitattributes": b"* binary diff=x -text\n"},
        {"a": b"1\n3\n2\n", ".gitattributes": b"* binary diff=y\n"},
    ],
}


def shuffled(seed: int) -> list[Version]:
    """Return versions of three files that lines of few kinds come to, leave, and move between."""
    chance = random.Random(seed)
    kinds = [
        b"",
        b"    }",
        b"return None",
        b"x = %d" % seed,
        *LONG.split(b"\n"),
        *OTHER.split(b"\n"),
    ]
    rows = {name: [chance.choice(kinds) for _ in range(chance.randrange(30))] for name in "abc"}
    versions: list[Version] = []
    for _ in range(chance.randrange(2, 5)):
        versions.append({name: b"".join(row + b"\n" for row in rows[name]) for name in rows})
        for name in chance.sample("abc", chance.randrange(1, 4)):
            for _ in range(chance.randrange(1, 4)):
                at, length = chance.randrange(len(rows[name]) + 1), chance.randrange(4)
                source = rows[chance.choice("abc")] if chance.random() < 0.3 else kinds
                start = chance.randrange(len(source) + 1)
                fresh = source[start : start + chance.randrange(4)]
                own = [b"new %d" % chance.randrange(100)] if chance.random() < 0.5 else []
                rows[name][at : at + length] = [*fresh, *own]
    return versions


MANY = {f"shuffled {seed}": shuffled(seed) for seed in range(24)}


def stream(cases: Mapping[str, Sequence[Version]]) -> bytes:
    """Return all cases as branches, as `git fast-import` reads them."""
    out: list[bytes] = []
    for number, versions in enumerate(cases.values()):
        for time, version in enumerate(versions):
            out.append(b"commit refs/heads/case%d\n" % number)
            out.append(b"committer Dev <d@example.com> %d +0000\ndata 1\nx\n" % (1700000000 + time))
            for path, what in version.items():
                named = b'"%s"' % path.encode().replace(b"\n", b"\\n").replace(b"\t", b"\\t")
                if what is None:
                    out.append(b"D %s\n" % named)
                    continue
                mode, data = what if isinstance(what, tuple) else ("100644", what)
                if mode == "160000":
                    out.append(b"M 160000 %s %s\n" % (data, named))
                else:
                    out.append(b"M %s inline %s\n" % (mode.encode(), named))
                    out.append(b"data %d\n%s\n" % (len(data), data))
    return b"".join(out)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> git.Repository:
    root = tmp_path_factory.mktemp("cases")
    environ = {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": str(root),
        "GIT_CONFIG_NOSYSTEM": "1",
    }
    bench = Workbench(root, environ)
    bench.git("init", "--quiet", str(root))
    bench.git("fast-import", "--quiet", feed=stream(CASES | MANY))
    Path(root, ".git", "info", "attributes").write_text("* binary diff=z\n")
    return bench.open()


def by_line(rows: Iterable[BlamedLines]) -> dict[int, tuple[str, str, int, bool]]:
    return {
        number: (one.commit, one.path, one.was + number - one.first, one.boundary)
        for one in rows
        for number in range(one.first, one.last + 1)
    }


def blamed(
    repository: git.Repository, questions: Sequence[Question], course: Course
) -> Mapping[str, tuple[BlamedLines, ...]]:
    """Return what `git blame` says, file by file."""
    with opened_past(repository, parent=course.tip, put=course.put, gone=course.gone) as past:
        revision = past.fresh or course.tip
        return ask_all(past, questions, revision=revision, since=course.since)


def line_of(repository: git.Repository, case: str) -> list[str]:
    branch = f"refs/heads/case{list(CASES | MANY).index(case)}"
    return repository.call("rev-list", branch).out.decode().split()


def require_equal(repository: git.Repository, course: Course, paths: Iterable[str]) -> None:
    whole = [Question(path=path) for path in paths]
    told = who_brought(repository, whole, course)
    said = blamed(repository, whole, course)
    assert {path: by_line(rows) for path, rows in told.items()} == {
        path: by_line(rows) for path, rows in said.items()
    }


@pytest.mark.parametrize("case", [*CASES, *MANY])
def test_a_line_of_commits_tells_what_blame_says(repository, case):
    ids = line_of(repository, case)
    entries = {entry.path: entry for entry in git.tree_entries(repository, ids[0])}
    paths = [entry.path for entry in entries.values() if entry.mode.startswith("100")]
    commits = history.commits_of(repository, ids[-1], ids[0]).commits

    # A second question, since one alone is not worth a look at the commits.
    course = Course(tip=ids[0], since=ids[-1], commits=commits)
    require_equal(repository, course, [*paths, "no such file"])


@pytest.mark.parametrize("case", [*CASES, *list(MANY)[:12]])
def test_what_is_not_committed_is_told_as_blame_says(repository, case):
    newest, tip = line_of(repository, case)[:2]
    entries = git.tree_entries(repository, newest)
    below = git.tree_entries(repository, tip)
    files = {entry.blob: entry.path for entry in entries if entry.mode.startswith("100")}
    blobs = git.read_blobs(repository, files, limit=1_000_000)
    put = {files[blob.id]: blob.data for blob in blobs}
    gone = {entry.path for entry in below} - {entry.path for entry in entries}
    for left_out in {frozenset(), frozenset(gone)}:
        course = Course(tip=tip, since=tip, commits=(), put=put, gone=left_out, below=lambda: below)
        require_equal(repository, course, put)


@pytest.mark.parametrize("case", list(MANY)[12:])
def test_of_some_lines_is_told_what_blame_says_of_them(repository, case):
    ids = line_of(repository, case)
    commits = history.commits_of(repository, ids[-1], ids[0]).commits
    course = Course(tip=ids[0], since=ids[-1], commits=commits)
    questions = [Question(path=path, lines=((2, 4), (7, 7), (9, 12))) for path in "abc"]
    told, said = who_brought(repository, questions, course), blamed(repository, questions, course)

    wanted = {2, 3, 4, 7, 9, 10, 11, 12}
    for path in "abc":
        answers = [by_line(rows[path]) for rows in (told, said)]
        one, other = ({at: row for at, row in a.items() if at in wanted} for a in answers)
        assert one == other


def quick(repository: git.Repository, case: str) -> set[str]:
    """Return the files of a case that need no `git blame`, nor any difference of git's."""
    ids = line_of(repository, case)
    edits = edits_of(repository, ids[:-1]) or []
    steps = [Made(commit=c, edits=what) for c, what in zip(ids[:-1], edits, strict=True)]
    paths = {path for step in steps for path in step.edits}
    return set(Line(repository, steps, paths).told(dict.fromkeys(paths, ())))


@pytest.mark.parametrize(
    ("case", "paths"),
    [
        ("a line in the middle", {"a"}),
        ("first and last", set()),
        ("nothing but blanks", {"a"}),
        ("a line once more", set()),
        ("moved within", set()),
        ("copied", {"a"}),
        ("new", {"b", "c"}),
        ("renamed", set()),
        ("a link becomes a file", set()),
    ],
)
def test_plain_changes_ask_git_for_nothing_but_what_changed(repository, case, paths):
    assert quick(repository, case) == paths


def test_a_change_with_a_merge_in_it_is_left_to_blame(bench: Workbench) -> None:
    base = bench.commit({"a.py": "1\n", "b.py": "1\n"})
    bench.git("checkout", "--quiet", "-b", "topic")
    topic = bench.commit({"a.py": "1\n2\n"})
    bench.git("checkout", "--quiet", "-")
    main = bench.commit({"b.py": "1\n2\n"})
    bench.git("merge", "--quiet", "--no-ff", "-m", "merge", "topic")
    tip = bench.git("rev-parse", "HEAD")
    repository = bench.open()
    commits = history.commits_of(repository, base, tip).commits
    questions = [Question(path="a.py"), Question(path="b.py")]

    told = who_brought(repository, questions, Course(tip=tip, since=base, commits=commits))

    assert [rows[-1].commit for rows in told.values()] == [topic, main]


def test_a_merge_on_top_of_the_reference_brings_all_that_it_merged(bench: Workbench) -> None:
    bench.commit({"a.py": "1\n"})
    bench.git("checkout", "--quiet", "-b", "topic")
    topic = bench.commit({"a.py": "1\n2\n"})
    bench.git("checkout", "--quiet", "-")
    main = bench.commit({"b.py": "1\n"})
    bench.git("merge", "--quiet", "--no-ff", "-m", "merge", "topic")
    tip = bench.git("rev-parse", "HEAD")

    commits = history.commits_of(bench.open(), main, tip).commits

    assert {one.id for one in commits} == {tip, topic}


def test_a_reference_beside_the_change_is_as_old_as_what_both_share(bench: Workbench) -> None:
    shared = bench.commit({"a.py": "1\n", "b.py": "1\n"})
    bench.git("checkout", "--quiet", "-b", "topic")
    tip = bench.commit({"a.py": "1\n2\n", "b.py": "2\n1\n"})
    bench.git("checkout", "--quiet", "-")
    since = bench.commit({"a.py": "0\n1\n"})
    repository = bench.open()
    commits = history.commits_of(repository, since, tip).commits

    require_equal(repository, Course(tip=tip, since=since, commits=commits), ["a.py", "b.py"])
    assert commits[0].parents == (shared,)


def test_a_tree_that_names_a_file_twice_tells_nothing(bench: Workbench) -> None:
    blobs = [bench.git("hash-object", "-w", "--stdin", feed=b"1\n" * n) for n in range(1, 4)]

    def commit(parent: str, *names: str) -> str:
        raw = b"".join(b"100644 a\0" + bytes.fromhex(name) for name in names)
        tree = bench.git("hash-object", "-t", "tree", "-w", "--literally", "--stdin", feed=raw)
        return bench.git("commit-tree", tree, *(["-p", parent] if parent else []), "-m", "odd")

    odd = commit(commit("", blobs[0]), *blobs[1:])

    assert edits_of(bench.open(), [odd]) is None


def test_before_the_first_commit_all_lines_are_new(bench: Workbench) -> None:
    put = {"a.py": LONG, "b.py": LONG, "c.py": b""}
    told = who_brought(
        bench.open(),
        [Question(path=path) for path in put],
        Course(tip="", commits=(), put=put),
    )

    assert told == {
        "a.py": (BlamedLines(first=1, last=2, commit="", path="a.py", boundary=False, was=1),),
        "b.py": (BlamedLines(first=1, last=2, commit="", path="b.py", boundary=False, was=1),),
        "c.py": (),
    }


def test_where_a_shallow_clone_ends_blame_is_asked(bench: Workbench, tmp_path: Path) -> None:
    for number in range(3):
        tip = bench.commit({"a.py": "1\n" * number, "b.py": f"{number}\n"})
    clone = tmp_path / "clone"
    bench.git("clone", "--quiet", "--depth=2", f"file://{bench.root}", str(clone))
    repository = bench.open(clone)
    end = bench.git("rev-parse", "HEAD~1")
    commits = (*history.commits_of(repository, end, tip).commits,)
    below = history.read_commits(repository, [end])

    require_equal(repository, Course(tip=tip, since=end, commits=commits), ["a.py", "b.py"])
    older = bench.git("rev-parse", "HEAD~2")
    course = Course(tip=tip, since=older, commits=(*commits, *below))
    told = who_brought(repository, [Question(path="a.py"), Question(path="b.py")], course)
    assert told == {"a.py": (), "b.py": ()}
