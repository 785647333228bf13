"""A file of a working tree that did not change is read when somebody asks, and is the same then."""

from __future__ import annotations

import copy
import hashlib
import json
import os
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from aigate import shapes
from aigate.domain.tree import Change, Unit
from aigate.errors import IncompleteError
from aigate.material import read_units
from aigate.workspace import git, results, sides
from aigate.workspace.cache import Cache, Place, open_cache
from aigate.workspace.units import Content, digest_of

# So many files that it is worth asking what is kept of them.
MANY = {f"many/{number}.py": f"x = {number}\n" for number in range(70)}
NOTEBOOK = json.dumps(
    {"nbformat": 4, "cells": [{"cell_type": "code", "source": "import os\n"}], "metadata": {}}
)
PLAIN = {
    "a.py": "def é():\n    return 'ä'\n",
    "copy/a.txt": "def é():\n    return 'ä'\n",
    "ends.py": "a = 1\r\nb = 2\rc = 3\n",
    "mark.js": b"\xef\xbb\xbflet a = 1\n",
    "latin.py": "# coding: latin-1\na = 'é'\n".encode("latin-1"),
    "tool": ("100755", b"#!/usr/bin/env python3\nprint(1)\n"),
    "view.tsx": "let a = <b/>\n",
    "empty/__init__.py": "",
    "large.png": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 200,
}
NO_TEXT = {"empty/__init__.py", "large.png"}
OTHERS = {
    "book.ipynb": NOTEBOOK,
    "book-of-bytes.ipynb": bytes(range(256)) * 200,
    "both.py": "#!/usr/bin/env node\nlet a = 1\n",
    "data.bin": bytes(range(256)),
    "folded.py": "\uff45val(a)\n",
    "link": ("120000", b"a.py"),
    "mark.py": b"\xef\xbb\xbf",
    "nul.py": b"a = '\0'\n",
    "utf16.py": "a = 1\n".encode("utf-16"),
}


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    found = open_cache(Place(str(tmp_path / "kept"), str(tmp_path / "state" / "key")))
    assert found
    return found


@pytest.fixture
def read(project, cache):
    """Return a function that reads the working tree, and tells which files it read."""

    def read(used: Cache | None = cache, *, before: Callable[[], object] = lambda: None):
        tree = sides.working_tree(git.open_repository(str(project.root), environ=project.environ))
        before()
        asked: list[str] = []

        def recorded(entries):
            wanted = list(entries)
            asked.extend(entry.path for entry in wanted)
            return tree.read(wanted)

        judged = [(entry, Change.NONE) for entry in tree.entries]
        units, gaps = read_units(replace(tree, read=recorded), judged, (), used)
        return units, gaps, asked

    return read


@pytest.fixture
def kept(project, read):
    """Give a working tree that was read before."""
    project.commit({**MANY, **PLAIN, **OTHERS})
    project.check_out()
    units, _, _ = read()
    return units


def at(units: tuple[Unit, ...], path: str) -> Unit:
    return next(unit for unit in units if unit.path == path)


def test_a_tree_is_the_same_when_it_is_not_read_again(kept, read):
    units, gaps, asked = read()

    assert sorted(asked) == sorted(OTHERS)
    assert {unit.path for unit in units if unit.unread} == {*MANY, *PLAIN} - NO_TEXT
    assert [digest_of(unit) for unit in units] == [digest_of(unit) for unit in kept]
    assert sorted(asked) == sorted(OTHERS)
    assert units == kept
    assert hash(units) == hash(kept)
    assert gaps == read(None)[1]
    assert kept == read(None)[0]
    assert len(set(asked)) == len(MANY) + len(PLAIN) + len(OTHERS) - len(NO_TEXT)


def test_a_unit_that_is_not_read_yet_can_be_copied_and_changed(kept, read):
    for change in (
        lambda unit: replace(unit, previous="before"),
        lambda unit: replace(unit, text="other"),
        copy.copy,
        copy.deepcopy,
    ):
        one = at(read()[0], "a.py")
        assert change(one) == change(at(kept, "a.py"))
    with pytest.raises(AttributeError, match="no_such_field"):
        _ = one.no_such_field


def test_threads_may_ask_for_a_text_at_once(kept, read):
    units, _, _ = read()

    with ThreadPoolExecutor(8) as threads:
        texts = [list(threads.map(lambda unit: unit.text, units)) for _ in range(4)]

    assert texts == [[unit.text for unit in kept]] * 4


@pytest.mark.usefixtures("kept")
def test_only_what_changed_is_read(project, read):
    (project.root / "many/1.py").write_text("x = 7\n")
    os.utime(project.root / "many/1.py", (1, 1))
    (project.root / "a.py").rename(project.root / "b.py")
    (project.root / "many/2.py").chmod(0o755)

    units, _, asked = read()

    assert sorted(asked) == sorted({*OTHERS, "many/1.py", "many/2.py", "b.py"})
    assert at(units, "many/1.py").text == "x = 7\n"
    assert read(None)[0] == units
    # And that is known from then on.
    assert sorted(read()[2]) == sorted(OTHERS)


def edited(file: Path) -> None:
    file.write_text("def é():\n    return 'b'\n")


def linked(file: Path) -> None:
    file.unlink()
    file.symlink_to("copy/a.txt")


@pytest.mark.parametrize(
    "change",
    [
        edited,
        Path.unlink,
        linked,
        lambda file: (file.unlink(), file.mkdir()),
        lambda file: (file.unlink(), os.mkfifo(file)),
        lambda file: file.write_bytes(bytes(sides.LARGEST + 1)),
    ],
    ids=["edited", "removed", "linked", "folder", "pipe", "huge"],
)
@pytest.mark.usefixtures("kept")
def test_a_text_that_changed_after_it_was_listed_is_no_text(project, read, change):
    units, gaps, asked = read(before=lambda: change(project.root / "a.py"))
    assert sorted(asked) == sorted(OTHERS)

    with pytest.raises(IncompleteError, match=r"`a\.py` cannot be read: it changed") as error:
        _ = at(units, "a.py").text

    assert (error.value.code, bool(error.value.hint)) == ("changed", True)
    with pytest.raises(IncompleteError):
        hash(at(units, "a.py"))
    # Of what is read at once it is a gap, as ever.
    assert "changed" not in {gap.code for gap in gaps}


@pytest.mark.parametrize("path", ["a.py", "latin.py"])
def test_only_the_very_text_that_was_listed_is_taken(kept, path):
    """Also where the file on disk would count as the same blob."""
    unit = at(kept, path)
    shape = shapes.Shape(unit.kind, ".py", digest_of(unit))
    entry = PLAIN[path]
    data = entry.encode() if isinstance(entry, str) else entry
    for same in (data, data.replace(b"\n", b"\r\n")):
        assert shapes.text_of(shape, Content(entry=unit.entry, data=same)) == unit.text
    for other in (data + b"\n", b"\xff" + data, b"", b"{}"):
        assert shapes.text_of(shape, Content(entry=unit.entry, data=other)) is None
    for problem in ("changed", "missing", "too-large"):
        content = Content(entry=unit.entry, data=data, problem=problem)
        assert shapes.text_of(shape, content) is None


def test_line_ends_are_no_change_of_a_text(project, kept, read):
    """Such a file counts as the blob, and is read anew, since other bytes may mean something else."""
    (project.root / "a.py").write_bytes(PLAIN["a.py"].encode().replace(b"\n", b"\r\n"))

    units, _, asked = read()

    assert "a.py" in asked
    assert at(units, "a.py").entry.blob == at(kept, "a.py").entry.blob
    assert at(units, "a.py").text == at(kept, "a.py").text
    assert "a.py" in read()[2]


def test_what_counts_as_a_pointer_is_not_kept_under_its_name(project, read):
    """What git LFS put there is of another size, or at least of other bytes."""
    for size in range(120, 140):
        data = b"x = 1\n".ljust(size, b"#")
        digest = hashlib.sha256(data).hexdigest()
        pointer = (
            f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {size}\n"
        ).encode()
        if len(pointer) == size:
            break
    assert len(pointer) == len(data)
    project.commit({**MANY, "a.py": pointer})
    project.check_out()
    (project.root / "a.py").write_bytes(data)
    first, _, _ = read()
    assert at(first, "a.py").text == data.decode()
    assert "a.py" in read()[2]
    (project.root / "a.py").write_bytes(pointer)

    assert at(read()[0], "a.py").kind == "pointer"
    assert read()[0] == read(None)[0]


def test_of_commits_everything_is_read(project, kept, cache):
    """What is in the store of objects was not hashed when it was listed."""
    repository = git.open_repository(str(project.root), environ=project.environ)
    for tree in (sides.commit_tree(repository, "main"), sides.index_tree(repository)):
        entries = tree.sized(tree.entries)
        assert shapes.load(cache, entries)
        units, _ = read_units(tree, [(entry, Change.NONE) for entry in entries], (), cache)
        assert not [unit for unit in units if unit.unread]
        assert [unit.text for unit in units] == [unit.text for unit in kept]


def rewritten(said: str) -> Callable[[Cache], None]:
    def change(cache: Cache) -> None:
        with closing(sqlite3.connect(Path(cache.folder, "results", "results.db"))) as database:
            assert database.execute(f"UPDATE result SET {said}").rowcount
            database.commit()

    return change


@pytest.mark.parametrize(
    "damage",
    [
        rewritten("said = substr(said, 1, length(said) - 1)"),
        rewritten("said = x''"),
        rewritten("digest = x'00'"),
        rewritten("said = (SELECT other.said FROM result AS other WHERE other.key > result.key)"),
        lambda cache: Path(cache.folder, "results", "results.db").write_bytes(b"SQLite format 3\0"),
    ],
    ids=["cut", "empty", "digest", "swapped", "file"],
)
def test_a_row_that_is_damaged_is_none(kept, read, cache, damage):
    damage(cache)

    units, _, asked = read()

    assert len(set(asked)) >= len(MANY)
    assert units == kept


def test_what_somebody_else_has_written_is_none(kept, read, cache):
    foreign = Cache(cache.folder, b"x" * 32)
    own = at(read()[0], "a.py")
    assert shapes.load(cache, [own.entry])
    assert not shapes.load(foreign, [own.entry])
    # Rows of another key in the places of ours: as if all files were plain and known.
    results.clear(cache)
    shapes.save(
        foreign,
        {unit.entry: shapes.Shape(unit.kind, ".py", digest_of(own)) for unit in kept},
    )

    assert read()[0] == kept
    assert not shapes.load(cache, [replace(own.entry, path="b.py")])


@pytest.mark.usefixtures("kept")
def test_what_is_kept_is_of_this_version(read, monkeypatch):
    for change in (("__version__", "0.0.0"), ("_FORM", "aigate shape 0")):
        with monkeypatch.context() as changed:
            changed.setattr(shapes, *change)
            assert len(set(read()[2])) >= len(MANY)
    assert sorted(read()[2]) == sorted(OTHERS)


@pytest.mark.slow
def test_a_scan_of_a_working_tree_says_the_same_whatever_is_kept(project):
    """Also of what did not change, and where a module is gone that such a file imports."""
    bad = {
        "app/bad.py": "import hopla_unheard_of\n\n\ndef run():\n    return eval(input())\n",
        "app/hopla_unheard_of.py": "x = 1\n",
        "notes/secret.txt": "password = '" + "hunter2hunter2" + "'\n",
    }
    project.commit({**MANY, **PLAIN, **OTHERS, **bad})
    project.check_out()
    kept = ("--cache", str(project.home / "kept"))

    def told(*options: str):
        report = project.scan(*options).report
        del report["run"]
        return report

    def rules(report) -> set[tuple[str, str]]:
        return {(one["path"], one["rule"]) for one in report["findings"]}

    first = told(*kept)
    assert first == told(*kept) == told("--no-cache")
    assert {path for path, _ in rules(first)} >= {"app/bad.py", "folded.py", "data.bin"}

    (project.root / "app/hopla_unheard_of.py").unlink()
    (project.root / "many/1.py").write_text("eval(input())\n")
    second = told(*kept)
    assert second == told(*kept) == told("--no-cache")
    assert {path for path, _ in rules(second) - rules(first)} == {"app/bad.py", "many/1.py"}
