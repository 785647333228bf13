"""Programs get a written-down environment and never outlive the gate."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

import pytest

from aigate import process
from aigate.process import Done, Failed

SLEEPER = "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); time.sleep(60)"


def run(text: str, tmp_path: Path, *, timeout: float = 60, feed: bytes = b"") -> Done | Failed:
    return process.run(
        [sys.executable, "-c", text],
        cwd=str(tmp_path),
        env=process.environment(str(tmp_path)),
        timeout=timeout,
        feed=feed,
    )


def test_a_program_ends_by_itself(tmp_path: Path) -> None:
    text = "import sys; print(sys.stdin.read(), end=''); sys.exit(3)"
    assert run(text, tmp_path, feed=b"fed") == Done(3, b"fed", b"")


def test_a_program_that_was_killed_says_so(tmp_path: Path) -> None:
    done = run("import os; os.kill(os.getpid(), 9)", tmp_path)
    assert isinstance(done, Done)
    assert done.code == -9


def test_c_147_a_program_that_is_not_there_is_a_failure_in_words(tmp_path: Path) -> None:
    failed = process.run(["/nowhere/x"], cwd=str(tmp_path), env={}, timeout=1)
    assert failed == Failed("`/nowhere/x` cannot be started: No such file or directory")


def test_nothing_of_the_callers_environment_reaches_a_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("TOKEN", "PYTHONPATH", "SEMGREP_RULES", "GIT_DIR", "LD_PRELOAD"):
        monkeypatch.setenv(name, "x")
    done = run("import os; print(sorted(os.environ))", tmp_path)
    assert isinstance(done, Done)
    assert not [
        n for n in (b"TOKEN", b"PYTHONPATH", b"SEMGREP", b"GIT_", b"PRELOAD") if n in done.out
    ]


@pytest.mark.slow
def test_when_the_time_is_up_the_program_and_its_children_are_gone(tmp_path: Path) -> None:
    started = time.monotonic()
    failed = run(SLEEPER, tmp_path, timeout=0.5)
    assert isinstance(failed, Failed)
    assert failed.timed_out
    assert time.monotonic() - started < 20


@pytest.mark.slow
def test_all_programs_can_be_ended_from_another_thread(tmp_path: Path) -> None:
    ended: list[Done | Failed] = []
    threads = [
        threading.Thread(target=lambda: ended.append(run(SLEEPER, tmp_path))) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    while len(process._running) < 2:
        os.sched_yield()
    process.end_all()
    for thread in threads:
        thread.join(20)
    assert [one.code for one in ended if isinstance(one, Done)] == [-9, -9]
    assert not process._running
