"""The hooks work for pre-commit as they are declared."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
HOOKS = {
    hook["id"]: hook
    for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
}
BIN = Path(sys.executable).parent
WEAK = 'x = "\u202e abc"\n'


@pytest.fixture
def repository(project):
    project.commit({"README.md": "hello\n"})
    project.check_out()
    return project


def stage(project, text):
    (project.root / "a.txt").write_text(text, encoding="utf-8")
    project.git("add", "a.txt")


def pre_commit(project, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "pre_commit", *arguments],
        cwd=project.root,
        env={**project.environ, "PATH": f"{BIN}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
        text=True,
    )


def test_pre_commit_understands_the_hooks(project):
    done = pre_commit(project, "validate-manifest", str(ROOT / ".pre-commit-hooks.yaml"))

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", HOOKS)
def test_a_hook_always_runs_once_and_is_given_no_files(name):
    hook = HOOKS[name]

    assert hook["always_run"] is True
    assert hook["pass_filenames"] is False
    assert hook["require_serial"] is True


@pytest.mark.parametrize("name", HOOKS)
def test_the_entry_blocks_a_staged_weakness_and_nothing_else(repository, name):
    _, *arguments = HOOKS[name]["entry"].split()

    stage(repository, WEAK)
    assert repository.run(*arguments).code == 1

    # what is staged counts, not the file on disk
    (repository.root / "a.txt").write_text("mended\n")
    assert repository.run(*arguments).code == 1
    stage(repository, "mended\n")
    assert repository.run(*arguments).code == 0


@pytest.mark.slow
def test_a_commit_of_a_weakness_is_refused_by_pre_commit(repository):
    settings = {"repos": [{"repo": "local", "hooks": [HOOKS["aigate-system"]]}]}
    repository.commit({".pre-commit-config.yaml": yaml.safe_dump(settings)})
    repository.check_out()
    stage(repository, WEAK)

    refused = pre_commit(repository, "run")
    stage(repository, "mended\n")
    allowed = pre_commit(repository, "run")

    assert refused.returncode == 1, refused.stdout + refused.stderr
    assert "error[bidirectional-text]" in refused.stdout
    assert "exit code: 1" in refused.stdout
    assert allowed.returncode == 0, allowed.stdout + allowed.stderr
