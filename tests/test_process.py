"""Programs get a written-down environment and never outlive the gate."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

import pytest

from aigate import process
from aigate.process import Dialogue, Done, Failed, Said

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


def upper(tmp_path: Path, text: str = "") -> Dialogue:
    lines = "import sys\nfor line in sys.stdin:\n print(line.upper(), end='', flush=True)\n"
    return Dialogue(
        [sys.executable, "-c", text + lines],
        cwd=str(tmp_path),
        env=process.environment(str(tmp_path)),
    )


def ask(dialogue: Dialogue, question: bytes, *, timeout: float = 60) -> Said | Failed:
    count = question.count(b"\n")
    return dialogue.ask(question, is_whole=lambda out: out.count(b"\n") >= count, timeout=timeout)


def test_a_program_that_stays_answers_again_and_again(tmp_path: Path) -> None:
    dialogue = upper(tmp_path)
    long = b"a line\n" * 50_000

    assert ask(dialogue, b"one\n") == Said(bytearray(b"ONE\n"), b"", ended=False)
    assert ask(dialogue, long) == Said(bytearray(long.upper()), b"", ended=False)
    assert ask(dialogue, b"two\nthree\n") == Said(bytearray(b"TWO\nTHREE\n"), b"", ended=False)


def test_what_a_program_complains_of_comes_with_its_answer(tmp_path: Path) -> None:
    dialogue = upper(tmp_path, "import sys; print('x' * 100_000, file=sys.stderr)\n")

    said = ask(dialogue, b"one\n")

    assert isinstance(said, Said)
    assert (said.out, said.err) == (b"ONE\n", b"x" * 100_000 + b"\n")


def test_a_program_that_ends_instead_of_answering_says_so(tmp_path: Path) -> None:
    dialogue = upper(tmp_path, "import sys; sys.exit(3)\n")

    said = ask(dialogue, b"a line\n" * 50_000)

    assert said == Said(bytearray(), b"", ended=True, code=3)


@pytest.mark.slow
def test_a_program_that_does_not_answer_in_time_is_ended(tmp_path: Path) -> None:
    dialogue = upper(tmp_path, f"{SLEEPER}\n")
    started = time.monotonic()

    failed = ask(dialogue, b"one\n", timeout=0.5)

    assert isinstance(failed, Failed)
    assert failed.timed_out
    assert dialogue._child.returncode == -9
    assert time.monotonic() - started < 20


def test_a_program_that_closes_its_output_and_stays_is_ended(tmp_path: Path) -> None:
    text = "import os, time; os.close(1); os.close(2); time.sleep(60)"
    started = time.monotonic()

    failed = run(text, tmp_path, timeout=0.5)

    assert failed == Failed("still running after 0 s", timed_out=True)
    assert time.monotonic() - started < 20
