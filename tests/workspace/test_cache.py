"""A cache gives back what was saved in it by somebody with its key, or nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from aigate.workspace import cache as caches
from aigate.workspace.cache import Cache, Place, load, open_cache, save

NAME, CONTENT = "ledger-1-abc", b"which records name which finding" * 100


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(str(tmp_path / "kept"), str(tmp_path / "state" / "cache-key"))


@pytest.fixture
def opened(place: Place) -> Cache:
    found = open_cache(place)
    assert found
    save(found, NAME, CONTENT)
    assert load(found, NAME) == CONTENT
    return found


def file_of(opened: Cache) -> Path:
    return Path(opened.folder, NAME)


def rewritten(change: Callable[[bytes], bytes]) -> Callable[[Cache], None]:
    def damage(opened: Cache) -> None:
        data = file_of(opened).read_bytes()
        changed = change(data)
        assert changed != data
        file_of(opened).write_bytes(changed)

    return damage


def from_elsewhere(opened: Cache) -> None:
    """Put the entry of somebody with another key there, with every digest in order."""
    save(Cache(opened.folder, b"x" * 32), NAME, CONTENT.replace(b"finding", b"nothing"))


def under_another_name(opened: Cache) -> None:
    save(opened, "ledger-1-def", b"of another tree")
    Path(opened.folder, "ledger-1-def").replace(file_of(opened))


def a_link(opened: Cache) -> None:
    file = file_of(opened)
    file.rename(file.with_name("elsewhere"))
    file.symlink_to("elsewhere")


def a_pipe(opened: Cache) -> None:
    file_of(opened).unlink()
    os.mkfifo(file_of(opened))


def a_folder(opened: Cache) -> None:
    file_of(opened).unlink()
    file_of(opened).mkdir()


DAMAGES = {
    "C-068-empty": rewritten(lambda _: b""),
    "C-068-truncated": rewritten(lambda data: data[:-1]),
    "C-068-half": rewritten(lambda data: data[: len(data) // 2]),
    "C-068-only-the-head": rewritten(lambda data: data[:20]),
    "C-068-longer": rewritten(lambda data: data + b"\0"),
    "C-068-garbage": rewritten(lambda data: os.urandom(len(data))),
    "C-068-one-bit": rewritten(lambda data: data[:-9] + bytes([data[-9] ^ 1]) + data[-8:]),
    "C-068-content-without-digest": rewritten(lambda _: CONTENT),
    "C-068-foreign-with-its-digest": from_elsewhere,
    "C-068-entry-of-another-name": under_another_name,
    "C-068-symbolic-link": a_link,
    "C-068-pipe": a_pipe,
    "C-068-folder": a_folder,
    "C-068-others-may-write": lambda opened: file_of(opened).chmod(0o666),
    "C-068-folder-others-may-write": lambda opened: Path(opened.folder).chmod(0o777),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_what_is_not_whole_is_not_there(opened: Cache, damage: Callable[[Cache], None]) -> None:
    damage(opened)

    assert load(opened, NAME) is None


def key_of(place: Place) -> Path:
    return Path(place.key_file)


KEYS = {
    "others-may-read-it": lambda place: key_of(place).chmod(0o644),
    "too-short": lambda place: key_of(place).write_bytes(b"short"),
    "link": lambda place: (
        key_of(place).rename(key_of(place).with_name("other")),
        key_of(place).symlink_to("other"),
    ),
    "folder-others-may-write": lambda place: key_of(place).parent.chmod(0o777),
    "folder-of-entries-others-may-write": lambda place: Path(place.folder).chmod(0o777),
    "folder-is-a-link": lambda place: (
        Path(place.folder).rename(f"{place.folder}-2"),
        Path(place.folder).symlink_to(f"{place.folder}-2"),
    ),
    "folder-is-a-file": lambda place: (
        Path(place.folder).rename(f"{place.folder}-2"),
        Path(place.folder).touch(),
    ),
}


@pytest.mark.parametrize("damage", KEYS.values(), ids=KEYS)
def test_a_place_in_which_somebody_else_has_a_say_is_no_cache(
    place: Place, opened: Cache, damage: Callable[[Place], object]
) -> None:
    assert open_cache(place) == opened
    damage(place)

    assert open_cache(place) is None


@pytest.mark.usefixtures("opened")
def test_a_key_that_is_new_believes_nothing_that_is_older(place: Place) -> None:
    key_of(place).unlink()
    again = open_cache(place)

    assert again
    assert load(again, NAME) is None


def test_without_a_place_to_write_to_there_is_no_cache() -> None:
    assert open_cache(Place("/proc/nowhere/kept", "/proc/nowhere/key")) is None
    assert open_cache(None) is None
    assert load(None, NAME) is None
    assert caches.names(None) == ()
    save(None, NAME, CONTENT)


def test_the_folder_has_a_bound_and_the_newest_stay(opened: Cache, monkeypatch) -> None:
    monkeypatch.setattr(caches, "LARGEST", 40_000)
    for number in range(30):
        save(opened, f"entry-{number}", b"x" * 5_000)
        os.utime(Path(opened.folder, f"entry-{number}"), ns=(number, number))

    assert caches.size(opened) <= 40_000
    assert load(opened, "entry-29") == b"x" * 5_000
    assert caches.clear(opened) > 0
    assert caches.names(opened) == ()


WRITER = """
import sys
from aigate.workspace.cache import Place, load, open_cache, save
cache = open_cache(Place(sys.argv[1], sys.argv[2]))
print("ready", flush=True)
while True:
    for size in (10, 100_000, 3_000_000):
        save(cache, "shared", bytes([size % 251]) * size)
        found = load(cache, "shared")
        assert found is None or len(set(found)) == 1, "a mixture"
"""


@pytest.mark.slow
def test_eight_writers_that_are_killed_leave_only_whole_entries(place: Place) -> None:
    command = [sys.executable, "-c", WRITER, place.folder, place.key_file]
    writers = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(8)
    ]
    for each in writers:
        assert each.stdout
        assert each.stdout.readline() == b"ready\n"
    time.sleep(1)
    assert [each.poll() for each in writers] == [None] * 8, writers[0].stderr
    for each in writers:
        each.send_signal(signal.SIGKILL)
        each.communicate()

    opened = open_cache(place)
    assert opened
    found = load(opened, "shared")
    assert found is None or len(set(found)) == 1
    save(opened, "shared", CONTENT)
    assert load(opened, "shared") == CONTENT
