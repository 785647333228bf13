"""How often a run starts git, which takes longer than most of what it asks."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.conftest import Project


@pytest.mark.parametrize(
    ("options", "most"),
    [
        (["--staged"], 5),
        (["--base", "HEAD~1", "--head", "HEAD"], 8),
        (["--base", "main"], 7),
        (["--head", "main"], 5),
        ([], 5),
    ],
    ids=["staged", "two-commits", "working-tree", "whole-commit", "whole-tree"],
)
def test_a_run_without_findings_starts_git_a_few_times(
    project: Project, tmp_path: Path, options: list[str], most: int
) -> None:
    project.commit({f"folder{n}/{n}.txt": f"text {n}\n" for n in range(20)})
    project.commit({"folder1/1.txt": "other\n"})
    project.check_out()
    (project.root / "folder1/1.txt").write_text("more\n")
    project.git("add", "--all")
    log = tmp_path / "log"
    program = tmp_path / "bin" / "git"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho "$@" >> {log}\nexec {shutil.which("git")} "$@"\n')
    program.chmod(0o755)

    path = os.pathsep.join([str(program.parent), project.environ["PATH"]])
    seen = project.run("scan", "--format", "json", *options, PATH=path)

    calls = log.read_text().splitlines()
    assert seen.code == 0, seen.text
    assert len(calls) <= most, calls
