"""Files that nobody touched are not read again, and whatever touches a file has it read."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from aigate.workspace.cache import Cache, Place, open_cache
from aigate.workspace.untouched import Untouched, facts_of
from aigate.workspace.worktree import worktree_entries

if TYPE_CHECKING:
    from tests.workspace.conftest import Workbench

FILES = {"a.py": "x = 1\n", "in/b.py": "y = 1\n", "c.sh": "echo\n"}
LATER = 600.0


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    found = open_cache(Place(str(tmp_path / "kept"), str(tmp_path / "state" / "key")))
    assert found
    return found


def listed(bench: Workbench, cache: Cache, *, since: float) -> dict[str, tuple[str, str, int]]:
    repository = bench.open()
    known = {bench.git("hash-object", path) for path in FILES}
    found = worktree_entries(repository, known, Untouched(cache, repository, since=since))
    return {entry.path: (entry.mode, entry.blob, entry.size) for entry in found.entries}


def remembered(bench: Workbench, cache: Cache, path: str) -> str:
    untouched = Untouched(cache, bench.open(), since=0)
    return untouched.blob_of(path, facts_of(os.lstat(bench.root / path)))


def rewrite(file: Path) -> None:
    before = file.stat()
    with file.open("r+b") as stream:
        stream.write(b"z")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def swap(file: Path) -> None:
    before = file.stat()
    other = file.with_name("other")
    other.write_bytes(b"z" + file.read_bytes()[1:])
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    other.replace(file)


def link(file: Path) -> None:
    file.unlink()
    file.symlink_to("c.sh")


TOUCHES: dict[str, Callable[[Path], object]] = {
    "rewritten in place, with its old time": rewrite,
    "another file in its place, with its old time": swap,
    "a link in its place": link,
    "longer": lambda file: file.write_text("x = 1\n\n"),
    "made a program": lambda file: file.chmod(0o755),
    "gone": lambda file: file.unlink(),
}


@pytest.mark.parametrize("touch", TOUCHES.values(), ids=TOUCHES)
def test_c_068_a_file_that_was_touched_counts_as_what_it_is_now(
    bench: Workbench, cache: Cache, touch: Callable[[Path], object]
) -> None:
    bench.commit(FILES)
    before = listed(bench, cache, since=time.time() + LATER)
    assert remembered(bench, cache, "a.py") == before["a.py"][1]

    touch(bench.root / "a.py")

    found = worktree_entries(bench.open(), (), Untouched(cache, bench.open(), since=0)).entries
    assert found == worktree_entries(bench.open()).entries
    assert {e.path: (e.mode, e.blob, e.size) for e in found}.get("a.py") != before["a.py"]


def test_untouched_files_are_not_read(bench: Workbench, cache: Cache) -> None:
    bench.commit(FILES)
    first = listed(bench, cache, since=time.time() + LATER)
    repository = bench.open()
    known = {blob for _, blob, _ in first.values()}

    class Watched(Untouched):
        asked = 0

        def keep(self, path: str, facts: tuple[int, ...], blob: str) -> None:
            self.asked += 1
            super().keep(path, facts, blob)

    watched = Watched(cache, repository, since=time.time() + LATER)
    found = worktree_entries(repository, known, watched).entries

    assert {e.path: (e.mode, e.blob, e.size) for e in found} == first
    # Who is read is kept anew.
    assert watched.asked == 0


def test_what_was_changed_a_moment_ago_is_not_remembered(bench: Workbench, cache: Cache) -> None:
    bench.commit(FILES)
    # Any time can be set but that of the setting.
    os.utime(bench.root / "a.py", (1e9, 1e9))

    listed(bench, cache, since=time.time())

    assert not any(remembered(bench, cache, path) for path in FILES)


def test_a_file_that_the_repository_does_not_know_is_read_again(
    bench: Workbench, cache: Cache
) -> None:
    """What it is alike to may have changed: it may now differ by its line ends alone."""
    bench.commit({"a.py": "x = 1\n"})
    bench.write("a.py", "x = 1\r\n")
    repository = bench.open()
    untouched = Untouched(cache, repository, since=time.time() + LATER)
    (crlf,) = worktree_entries(repository, (), untouched).entries
    bench.git("rm", "--quiet", "--cached", "a.py")

    untouched = Untouched(cache, repository, since=time.time() + LATER)
    (alone,) = worktree_entries(repository, (), untouched).entries
    (again,) = worktree_entries(repository, {crlf.blob}, untouched).entries

    assert crlf.blob == again.blob == bench.git("rev-parse", "HEAD:a.py")
    assert alone.blob == bench.git("hash-object", "--no-filters", "a.py") != crlf.blob


@pytest.mark.parametrize("damage", [b"", b"garbage", None], ids=["empty", "garbage", "cut off"])
def test_c_068_what_is_damaged_counts_as_absent(
    bench: Workbench, cache: Cache, damage: bytes | None
) -> None:
    bench.commit(FILES)
    first = listed(bench, cache, since=time.time() + LATER)
    (file,) = Path(cache.folder).glob("files-*")
    data = file.read_bytes()
    file.write_bytes(data[:-7] if damage is None else damage)

    assert not remembered(bench, cache, "a.py")
    assert listed(bench, cache, since=time.time() + LATER) == first


def test_c_068_another_key_and_another_folder_know_nothing(
    bench: Workbench, cache: Cache, tmp_path: Path
) -> None:
    bench.commit(FILES)
    listed(bench, cache, since=time.time() + LATER)
    other = open_cache(Place(cache.folder, str(tmp_path / "other" / "key")))

    assert other
    assert remembered(bench, cache, "a.py")
    assert not remembered(bench, other, "a.py")
