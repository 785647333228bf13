"""What a tree uses of AI is the same however it is read: anew, from what was kept, or by two."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

import pytest

from aigate.declared import Scene, look
from aigate.discovery import discover, may_use
from aigate.discovery._index import index_of
from aigate.domain.inventory import Inventory
from aigate.domain.knowledge import Knowledge
from aigate.domain.policy import Policy
from aigate.domain.report import Side
from aigate.domain.tree import Entry
from aigate.observed import Shelf, Table, inventory_of
from aigate.workspace.beside import beside
from aigate.workspace.cache import Cache, Place, open_cache
from aigate.workspace.git import Blob
from aigate.workspace.sides import Tree
from aigate.workspace.units import Content, build_units

_POLICIES = Path(__file__).parents[1] / "policies"
_USE = 'import anthropic\nM = "claude-3-5-sonnet-20241022"\n'
_FILES: dict[str, bytes] = {
    "app.py": _USE.encode(),
    "odd é\n.py": _USE.encode(),
    "wide.py": "import \uff41nthropic\n".encode(),
    "cookie.py": b"# coding: utf-7\nimport anthropic\n",
    "late.py": b"#" * 5000 + b"\n# coding: utf-7\nimport +AGE-nthropic\n",
    "sixteen.js": "import x from 'openai'; x({model: 'gpt-4o'})\n".encode("utf-16"),
    "kelvin.js": "import x from 'O\u212aOPENAI'; const model = 'deepsee\u212a-chat'\n".encode(),
    "nul.py": b"import anthropic\n\0\n",
    "latin.py": b"# \xe9\nimport anthropic\n",
    "CLAUDE.md": b"be brief\n",
    "m/model.safetensors": b"\x08\0\0\0\0\0\0\0{}      ",
    "a.ipynb": b'{"cells":[{"cell_type":"code","source":["import \\u006fpenai"]}],"nbformat":4}',
    ".github/workflows/a.yml": b"jobs:\n  a:\n    steps:\n      - run: claude -p hello\n",
    "steps.yml": b"steps:\n  - uses: anthropics/claude-code-action@v1\n",
    "x.json": b'{"mcpServers": {"a": {"command": "npx", "args": ["a"]}}}',
    "quiet.py": b"print(1)\n",
    "quiet.css": b"a { color: red }\n",
    "crlf.py": _USE.replace("\n", "\r\n").encode(),
}


@pytest.fixture(scope="module")
def table() -> Table:
    return Table(str(_POLICIES))


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(cache=_opened(tmp_path), root="/r")


def _opened(folder: Path) -> Cache:
    found = open_cache(Place(str(folder / "kept"), str(folder / "state" / "key")))
    assert found
    return found


def _id(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0%b" % (len(data), data), usedforsecurity=False).hexdigest()


class _Disk:
    """A tree in memory that counts what is read of it."""

    def __init__(self, files: dict[str, bytes], ids: dict[str, str] | None = None) -> None:
        self.read_paths: list[str] = []
        names = {path: (ids or {}).get(path) or _id(data) for path, data in files.items()}
        self.entries = tuple(
            Entry(path, "100644", names[path], len(files[path])) for path in sorted(files)
        )

        def read(entries: Iterable[Entry]) -> Iterator[Blob]:
            asked = {entry.blob: entry.path for entry in entries}
            self.read_paths += asked.values()
            return (Blob(blob, files[path]) for blob, path in asked.items())

        self.tree = Tree(side=Side(name="disk"), entries=self.entries, read=read)


def _plain(files: dict[str, bytes], knowledge: Knowledge) -> Inventory:
    """Read every file through the whole of discovery, without any short cut."""
    contents = [Content(entry=Entry(p, "100644", ""), data=d) for p, d in sorted(files.items())]
    return discover(build_units(contents), knowledge)


def test_no_first_look_hides_a_use(table):
    found = inventory_of(_Disk(_FILES).tree, _Disk(_FILES).entries, table)

    assert found.uses == _plain(_FILES, table.knowledge).uses
    assert {use.at.path for use in found.uses} >= {"app.py", "wide.py", "sixteen.js", "a.ipynb"}


def test_characters_that_become_ascii_are_all_known(table):
    every = map(chr, range(128, sys.maxunicode + 1))
    odd = [c for c in every if any(one.isascii() and one.isalpha() for one in c.lower())]

    assert odd == ["\u0130", "\u212a"]
    assert all(may_use("a.js", f"x{c}y".encode(), table.knowledge) for c in odd)
    assert not may_use("a.js", "xéy".encode(), table.knowledge)


def test_what_was_kept_is_not_read_again_and_says_the_same(table, shelf):
    first, again = _Disk(_FILES), _Disk(_FILES)

    cold = inventory_of(first.tree, first.entries, table, shelf)
    warm = inventory_of(again.tree, again.entries, table, shelf)

    assert len(set(first.read_paths)) == len({entry.blob for entry in first.entries})
    assert again.read_paths == []
    assert cold == warm == inventory_of(first.tree, first.entries, table)


def test_another_python_reads_again(table, shelf, monkeypatch):
    first, again = _Disk(_FILES), _Disk(_FILES)
    inventory_of(first.tree, first.entries, table, shelf)
    monkeypatch.setattr(sys, "version_info", (3, 99, 0, "final", 0))

    inventory_of(again.tree, again.entries, table, shelf)

    assert sorted(again.read_paths) == sorted(first.read_paths)


def test_trees_that_take_turns_do_not_forget_each_other(table, shelf):
    one, other = _Disk({"a.py": b"import openai\n"}), _Disk({"a.py": b"import anthropic\n"})
    inventory_of(one.tree, one.entries, table, shelf)
    inventory_of(other.tree, other.entries, table, shelf)
    one.read_paths.clear()

    inventory_of(one.tree, one.entries, table, shelf)

    assert one.read_paths == []


def test_a_file_that_counts_as_another_blob_is_not_kept_in_its_name(table, shelf):
    # Line ends, and what git LFS puts in the place of a pointer, make such files.
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 3\n"
    smudged = b"import openai\n".ljust(len(pointer), b"#")
    away = _Disk({"a.py": pointer})
    there = _Disk({"a.py": smudged}, {"a.py": _id(pointer)})

    assert inventory_of(away.tree, away.entries, table, shelf).uses == ()
    assert inventory_of(there.tree, there.entries, table, shelf).uses
    assert inventory_of(away.tree, away.entries, table, shelf).uses == ()


def test_a_file_with_other_line_ends_is_read_again(table, shelf):
    plain = b"import openai\n"
    kept = _Disk({"a.py": plain})
    ends = _Disk({"a.py": plain.replace(b"\n", b"\r\n")}, {"a.py": _id(plain)})
    inventory_of(kept.tree, kept.entries, table, shelf)

    assert inventory_of(ends.tree, ends.entries, table, shelf).uses
    assert ends.read_paths == ["a.py"]


def test_a_path_that_is_there_twice_is_not_kept(table, shelf):
    # Only a tree that was made by hand has one; it must not speak for an honest one.
    honest, extra = b"print(1)\n", b"import openai\n"
    entries = [Entry("a.py", "100644", _id(one), len(one)) for one in (honest, extra)]
    contents = {_id(one): one for one in (honest, extra)}
    tree = Tree(
        side=Side(name="odd"),
        entries=tuple(entries),
        read=lambda asked: iter([Blob(one.blob, contents[one.blob]) for one in asked]),
    )
    inventory_of(tree, entries, table, shelf)
    plain = _Disk({"a.py": honest})

    assert inventory_of(plain.tree, plain.entries, table, shelf).uses == ()
    assert plain.read_paths == ["a.py"]


@pytest.mark.parametrize("damage", ["flipped", "cut", "empty", "foreign"])
def test_a_damaged_entry_is_read_again(table, tmp_path, damage):
    shelf = Shelf(cache=_opened(tmp_path), root="/r")
    disk = _Disk(_FILES)
    whole = inventory_of(disk.tree, disk.entries, table, shelf)
    file = next((tmp_path / "kept").glob("inventory-*"))
    data = file.read_bytes()
    changes = {
        "flipped": data.replace(b"anthropic", b"anthropix"),
        "cut": data[: len(data) // 2],
        "empty": b"",
        "foreign": data[:60] + b"{}",
    }
    assert changes[damage] != data
    file.write_bytes(changes[damage])
    disk.read_paths.clear()

    assert inventory_of(disk.tree, disk.entries, table, shelf) == whole
    assert disk.read_paths


def test_another_table_or_repository_has_entries_of_its_own(table, tmp_path):
    disk = _Disk(_FILES)
    cache = _opened(tmp_path)
    inventory_of(disk.tree, disk.entries, table, Shelf(cache=cache, root="/r"))
    disk.read_paths.clear()

    inventory_of(disk.tree, disk.entries, table, Shelf(cache=cache, root="/s"))

    assert disk.read_paths


def test_two_processes_find_what_one_finds(table, shelf):
    files = {f"{i}/{path}": data for i in range(40) for path, data in _FILES.items()}
    disk = _Disk(files)

    alone = inventory_of(disk.tree, disk.entries, table)
    together = inventory_of(disk.tree, disk.entries, table, shelf, jobs=2)
    disk.read_paths.clear()

    assert together == alone
    assert inventory_of(disk.tree, disk.entries, table, shelf, jobs=2) == alone
    assert disk.read_paths == []


ENDS = """
import os, signal
from aigate.workspace.beside import beside
def die():
    os.kill(os.getpid(), signal.SIGKILL)
def fail():
    raise MemoryError
assert beside(die)() is None
assert beside(fail)() is None
assert beside(lambda: b"x" * 1_000_000)() == b"x" * 1_000_000
"""


def test_a_second_process_that_dies_leaves_the_work_to_the_first():
    # In a process of its own: what runs the tests has threads, and then there is no second one.
    done = subprocess.run([sys.executable, "-c", ENDS], capture_output=True, check=False)

    assert (done.returncode, done.stdout) == (0, b""), done.stderr


def test_a_process_with_threads_is_not_copied():
    wait = threading.Event()
    thread = threading.Thread(target=wait.wait)
    thread.start()
    answer = beside(lambda: b"x")()
    wait.set()
    thread.join()

    assert answer is None


def test_a_scan_reads_what_it_has_not_read_before_and_judges_the_same(tmp_path):
    shelf = Shelf(cache=_opened(tmp_path), root="/r")
    disk = _Disk(_FILES)

    first = look(_scene(disk, shelf))
    disk.read_paths.clear()
    again = look(_scene(disk, shelf))

    assert disk.read_paths == []
    assert first == again == look(_scene(disk, Shelf()))
    assert first.findings


def test_a_change_without_a_word_of_ai_builds_no_look_ups():
    disk = _Disk({"a.py": b"print(1)\n", "b.css": b"a { color: red }\n"})
    before = index_of.cache_info().misses

    assert look(_scene(disk, Shelf())).findings == ()

    assert index_of.cache_info().misses == before


def _scene(disk: _Disk, shelf: Shelf) -> Scene:
    return Scene(
        head=disk.tree,
        reference=None,
        steering=None,
        judged=disk.entries,
        policy=Policy(name="p"),
        packs=str(_POLICIES),
        at=date(2026, 11, 22),
        shelf=shelf,
    )
