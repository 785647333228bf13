"""Units are written under neutral names, where nobody else can read them."""

from __future__ import annotations

import resource
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from aigate.domain.tree import Entry, Kind, Unit
from aigate.errors import IncompleteError
from aigate.workspace.scratch import export, private_folder


def unit(name: str, text: str) -> Unit:
    return Unit(name, Entry("../evil.py", "100644", "0"), Kind.PYTHON, text=text, file=f"{name}.py")


def test_each_unit_is_a_private_file() -> None:
    with private_folder() as folder:
        count = export([unit("000001", "größe\n"), unit("000002", "\udcff\n")], folder)
        files = sorted(Path(folder).iterdir())

        assert count == 2
        assert [f.name for f in files] == ["000001.py", "000002.py"]
        assert [f.read_bytes() for f in files] == ["größe\n".encode(), b"?\n"]
        assert {stat.S_IMODE(f.stat().st_mode) for f in files} == {0o600}
        assert stat.S_IMODE(Path(folder).stat().st_mode) == 0o700

    assert not Path(folder).exists()


def test_the_folder_goes_even_when_the_run_fails() -> None:
    with pytest.raises(ValueError, match="x"), private_folder() as folder:
        raise ValueError("x")

    assert not Path(folder).exists()


def test_units_without_a_file_are_not_written(tmp_path: Path) -> None:
    assert export([Unit("1", Entry("a", "120000", "0"), Kind.SYMLINK)], str(tmp_path)) == 0
    assert list(tmp_path.iterdir()) == []


def test_a_planted_file_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "000001.py").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(FileExistsError):
        export([unit("000001", "x\n")], str(tmp_path))
    assert not (tmp_path / "elsewhere").exists()


def test_without_a_place_for_it_there_is_a_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/dev/null/nowhere")

    with pytest.raises(IncompleteError) as caught, private_folder():
        pass
    assert "`TMPDIR`" in caught.value.hint


def test_without_room_the_run_is_incomplete(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Half of a module's cache would stay, and be read by all later runs.
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(IncompleteError, match="cannot be written"):
            export([unit("000001", "x" * 2000)], str(tmp_path))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        signal.signal(signal.SIGXFSZ, before)


def test_what_a_killed_run_left_behind_is_removed_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    dies = (
        "import os, signal, sys, tempfile; tempfile.tempdir = sys.argv[1];"
        "from aigate.workspace.scratch import private_folder\n"
        "with private_folder() as folder: open(folder + '/x', 'w').close();"
        " os.kill(os.getpid(), signal.SIGKILL)"
    )
    ended = subprocess.run([sys.executable, "-c", dies, str(tmp_path)], check=False)
    left = list(tmp_path.iterdir())

    with private_folder() as own:
        there = [str(path) for path in tmp_path.iterdir()]

    assert (ended.returncode, len(left)) == (-signal.SIGKILL, 1)
    assert there == [own]


def test_folders_that_are_held_or_not_ours_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "kept").touch()
    (tmp_path / "aigate-scan-linked00").symlink_to(elsewhere)
    (tmp_path / "aigate-scan-public00").mkdir(mode=0o755)
    (tmp_path / "aigate-notes").mkdir(mode=0o700)

    with private_folder() as first:
        before = {path.name for path in tmp_path.iterdir()}
        with private_folder():
            pass
        after = {path.name for path in tmp_path.iterdir()}
        assert Path(first).is_dir()

    assert before == after
    assert (elsewhere / "kept").exists()
