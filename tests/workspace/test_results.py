"""Results are given back as they were saved, by somebody with the key, or not at all."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from aigate.workspace import cache as caches
from aigate.workspace import results
from aigate.workspace.cache import Cache, Place, open_cache

KEYS = [bytes([number]) * 32 for number in range(1, 4)]
ROWS = {key: b"said of %d" % number for number, key in enumerate(KEYS)}


@pytest.fixture
def opened(tmp_path: Path) -> Cache:
    found = open_cache(Place(str(tmp_path / "kept"), str(tmp_path / "state" / "key")))
    assert found
    results.save(found, ROWS)
    assert results.load(found, KEYS) == ROWS
    return found


def file_of(cache: Cache) -> Path:
    return Path(cache.folder, "results", "results.db")


def told(statement: str, *values: object) -> Callable[[Cache], None]:
    def change(cache: Cache) -> None:
        with sqlite3.connect(file_of(cache)) as database:
            assert database.execute(statement, values).rowcount
        database.close()

    return change


def files(change: Callable[[Path], object]) -> Callable[[Cache], None]:
    def damage(cache: Cache) -> None:
        for end in ("-wal", "-shm"):
            Path(f"{file_of(cache)}{end}").unlink(missing_ok=True)
        change(file_of(cache))

    return damage


def forged(cache: Cache, rows: dict[bytes, bytes]) -> None:
    """Put rows that somebody with another key has written in the place of ours, in their order."""
    results.save(Cache(cache.folder, b"x" * 32), rows)
    told(
        "UPDATE result SET (said, digest) ="
        " (SELECT said, digest FROM result AS other WHERE other.rowid = result.rowid + ?)"
        " WHERE rowid <= ?",
        len(rows),
        len(rows),
    )(cache)


DAMAGES: dict[str, Callable[[Cache], object]] = {
    "C-068-clean-for-all": told("UPDATE result SET said = ?", b"[]"),
    "C-068-another-key": lambda cache: forged(cache, dict.fromkeys(KEYS, b"[]")),
    "C-068-row-of-another-text": told(
        "UPDATE result SET said = (SELECT said FROM result WHERE key = ?),"
        " digest = (SELECT digest FROM result WHERE key = ?) WHERE key <> ?",
        *(KEYS[0],) * 3,
    ),
    "C-068-numbers": told("UPDATE result SET said = 7, digest = 7"),
    "C-068-truncated": files(lambda file: os.truncate(file, 5_000)),
    "C-068-garbage": files(lambda file: file.write_bytes(random.Random(1).randbytes(20_000))),
    "C-068-empty": files(lambda file: file.write_bytes(b"")),
    "C-068-folder": files(lambda file: (file.unlink(), file.mkdir())),
    "C-068-pipe": files(lambda file: (file.unlink(), os.mkfifo(file))),
    "C-068-link": files(
        lambda file: (file.rename(file.with_name("z")), file.symlink_to(file.with_name("z")))
    ),
    "C-068-others-may-write": lambda cache: file_of(cache).parent.chmod(0o777),
    "C-068-another-table": told("ALTER TABLE result RENAME TO gone"),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_what_is_damaged_or_somebody_elses_counts_as_absent(
    opened: Cache, damage: Callable[[Cache], object]
) -> None:
    damage(opened)

    found = results.load(opened, KEYS)
    results.save(opened, {KEYS[1]: b"anew"})

    assert found.items() <= {KEYS[0]: ROWS[KEYS[0]]}.items()
    assert results.load(opened, KEYS[1:2]).get(KEYS[1], b"anew") == b"anew"


def test_what_was_said_cannot_be_read_in_the_file(opened: Cache) -> None:
    long = b"the password is hunter2 " * 100
    results.save(opened, {b"first": long, b"second": long})

    with sqlite3.connect(file_of(opened)) as database:
        sealed = [bytes(said) for (said,) in database.execute("SELECT said FROM result")]
    database.close()
    written = b"".join(file.read_bytes() for file in file_of(opened).parent.iterdir())

    assert results.load(opened, [b"first", b"second"]) == {b"first": long, b"second": long}
    assert len({one for one in sealed if len(one) == len(long)}) == 2
    assert b"hunter2" not in written
    assert not any(key in written for key in (*KEYS, b"first"))


def test_a_damaged_file_is_made_anew(opened: Cache) -> None:
    DAMAGES["C-068-garbage"](opened)
    assert results.load(opened, KEYS) == {}

    results.save(opened, ROWS)

    assert results.load(opened, KEYS) == ROWS
    assert results.count(opened) == len(KEYS)


def test_a_python_without_sqlite_keeps_nothing(
    opened: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sqlite3", None)

    results.save(opened, ROWS)

    assert (results.load(opened, KEYS), results.count(opened)) == ({}, 0)


def test_more_is_asked_at_once_than_one_statement_takes(opened: Cache) -> None:
    many = {number.to_bytes(32): b"%d" % number for number in range(1, 2_500)}
    results.save(opened, many)

    assert results.load(opened, many) == many


def test_what_was_written_longest_ago_makes_room(
    opened: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results, "LARGEST", 2_000_000)
    for first in range(0, 4_000, 100):
        results.save(opened, {n.to_bytes(32): bytes(2_000) for n in range(first, first + 100)})

    assert results.size(opened) < 10_000_000
    assert len(results.load(opened, [(3_999).to_bytes(32)])) == 1
    assert results.load(opened, [(5).to_bytes(32)]) == {}


def test_the_files_of_results_are_no_entries_of_the_cache(opened: Cache) -> None:
    caches.save(opened, "an-entry", b"of its own")

    assert caches.names(opened) == ("an-entry",)
    results.clear(opened)
    assert results.load(opened, KEYS) == {}
    assert caches.load(opened, "an-entry") == b"of its own"


WRITER = """
import sys
from aigate.workspace import results
from aigate.workspace.cache import Place, open_cache
cache = open_cache(Place(sys.argv[1], sys.argv[2]))
first = int(sys.argv[3])
for number in range(first, first + 100_000, 50):
    results.save(cache, {n.to_bytes(32): b"row %d" % n for n in range(number, number + 50)})
    if number == first:
        print("begun", flush=True)
    if number - first >= int(sys.argv[4]):
        break
"""


def writer(tmp_path: Path, first: int, most: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [
            *(sys.executable, "-c", WRITER, str(tmp_path / "kept")),
            *(str(tmp_path / "state" / "key"), str(first), str(most)),
        ],
        stdout=subprocess.PIPE,
    )


def test_runs_at_the_same_time_lose_nothing(opened: Cache, tmp_path: Path) -> None:
    runs = [writer(tmp_path, first * 1_000_000, 400) for first in range(1, 4)]
    assert [run.wait(timeout=60) for run in runs] == [0, 0, 0]
    for run in runs:
        assert run.stdout
        run.stdout.close()

    wanted = [first * 1_000_000 + n for first in range(1, 4) for n in range(450)]
    assert len(results.load(opened, [n.to_bytes(32) for n in wanted])) == len(wanted)


def test_a_run_that_is_killed_leaves_whole_rows(opened: Cache, tmp_path: Path) -> None:
    for round_ in range(1, 4):
        run = writer(tmp_path, round_ * 1_000_000, 100_000)
        assert run.stdout
        assert run.stdout.readline() == b"begun\n"
        time.sleep(0.02 * round_)
        run.send_signal(signal.SIGKILL)
        run.wait(timeout=20)
        run.stdout.close()

        keys = [(round_ * 1_000_000 + n).to_bytes(32) for n in range(50)]
        assert len(results.load(opened, keys)) == len(keys)
    assert results.load(opened, KEYS) == ROWS
