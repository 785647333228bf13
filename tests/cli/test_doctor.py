"""The doctor says what works here, and how to mend the rest."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


def lines_of(seen):
    marked = [line.split(maxsplit=2) for line in seen.out.decode().splitlines()]
    return {name: mark for mark, name, *_ in filter(lambda words: len(words) > 1, marked)}


def test_all_is_well_where_everything_is_installed(project):
    seen = project.run("doctor")

    assert seen.code == 0, seen.text
    told = lines_of(seen)
    for name in ("aigate", "python", "git", "semgrep", "bandit"):
        assert told[name] == "ok", seen.text
    assert sys.executable in seen.text
    assert seen.out.endswith(b"everything that a scan needs works\n")


@pytest.mark.parametrize("engine", ["semgrep", "bandit"])
def test_a_missing_engine_is_broken_with_a_way_out(project, stub, engine):
    python = stub(engine, None)

    seen = project.run("doctor", python=python)

    assert seen.code == 3, seen.text
    text = seen.out.decode()
    assert lines_of(seen)[engine] == "broken"
    assert f"hint: install it into the same environment: `{python} -m pip install {engine}`" in text
    assert text.endswith("1 broken\n")


@pytest.mark.parametrize(
    "program", ["raise SystemExit(0)\n", "raise SystemExit(7)\n"], ids=["silent", "failing"]
)
def test_an_engine_that_finds_nothing_planted_is_broken(project, stub, program):
    seen = project.run("doctor", python=stub("bandit", program))

    assert seen.code == 3
    assert lines_of(seen)["bandit"] == "broken"


def test_without_git_nothing_can_be_judged(project, tmp_path):
    tools = tmp_path / "tools"
    tools.mkdir()
    engine = shutil.which("semgrep", path=Path(sys.executable).parent)
    if engine:
        (tools / "semgrep").symlink_to(engine)

    seen = project.run("doctor", PATH=os.fspath(tools))

    assert seen.code == 3
    told = lines_of(seen)
    assert told["git"] == "broken"
    assert told["ssh-keygen"] == "missing"
    assert b"hint: install git 2.30 or later" in seen.out
