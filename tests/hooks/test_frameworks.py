"""The hooks work for pre-commit and prek as they are declared."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT

MANIFEST = ROOT / ".pre-commit-hooks.yaml"
HOOKS = {hook["id"]: hook for hook in yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))}
SCANS = ("aigate", "aigate-system")
BIN = Path(sys.executable).parent
TOOLS = {"pre-commit": [sys.executable, "-m", "pre_commit"], "prek": [str(BIN / "prek")]}
WEAK = 'x = "\u202e abc"\n'


@pytest.fixture
def repository(project):
    project.commit({"README.md": "hello\n"})
    project.check_out()
    return project


def stage(project, text, name="a.txt"):
    (project.root / name).parent.mkdir(exist_ok=True)
    (project.root / name).write_text(text, encoding="utf-8")
    project.git("add", name)


def run(project, *command):
    return subprocess.run(
        command,
        cwd=project.root,
        env={**project.environ, "PATH": f"{BIN}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        text=True,
    )


@pytest.mark.parametrize("tool", TOOLS)
def test_the_frameworks_understand_the_hooks(project, tool):
    done = run(project, *TOOLS[tool], "validate-manifest", str(MANIFEST))

    assert done.returncode == 0, done.stdout


def test_there_is_a_hook_for_each_thing_that_is_committed():
    assert list(HOOKS) == ["aigate", "aigate-manifest", "aigate-commit-msg", "aigate-system"]
    assert {name: hook["stages"][0] for name, hook in HOOKS.items()} == {
        "aigate": "pre-commit",
        "aigate-manifest": "pre-commit",
        "aigate-commit-msg": "commit-msg",
        "aigate-system": "pre-commit",
    }
    assert HOOKS["aigate-system"]["language"] == "system"


def test_the_hooks_that_init_writes_are_the_same(project):
    assert project.run("init").code == 0
    file = project.root / ".pre-commit-config.yaml"
    (written,) = yaml.safe_load(file.read_text())["repos"]

    assert [hook["id"] for hook in written["hooks"]] == list(HOOKS)[:3]
    for hook in written["hooks"]:
        shipped = {**HOOKS[hook["id"]], "language": "system"}
        shipped["stages"] = shipped["stages"][:1]
        assert {**shipped, **hook} == shipped
        assert shipped.keys() - hook.keys() == {"description", "minimum_pre_commit_version"}
    for tool in TOOLS.values():
        checked = run(project, *tool, "validate-config", str(file))
        assert checked.returncode == 0, checked.stdout


def test_what_the_guide_shows_is_in_order(project):
    guide = (ROOT / "docs" / "pre-commit.md").read_text(encoding="utf-8")
    shown = guide.split("```yaml\n")[1].split("```")[0]
    text = re.sub("<[a-z ]+>", "x", shown)
    (repo,) = yaml.safe_load(text)["repos"]
    (project.root / "a.yaml").write_text(text)

    assert [hook["id"] for hook in repo["hooks"]] == list(HOOKS)[:3]
    checked = run(project, *TOOLS["pre-commit"], "validate-config", "a.yaml")
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("name", HOOKS)
def test_a_hook_is_given_no_files_but_the_message(name):
    hook = HOOKS[name]

    assert hook.get("pass_filenames", True) is (name == "aigate-commit-msg")
    assert hook.get("always_run", False) is (name != "aigate-manifest")
    assert hook["require_serial"] is True


@pytest.mark.parametrize("name", SCANS)
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
@pytest.mark.parametrize("tool", TOOLS)
def test_commits_are_refused_with_the_reason_and_then_let_pass(repository, tool):
    hooks = [{**hook, "language": "system"} for hook in HOOKS.values() if hook["id"] != "aigate"]
    settings = {"repos": [{"repo": "local", "hooks": hooks}]}
    repository.commit({".pre-commit-config.yaml": yaml.safe_dump(settings)})
    repository.check_out()
    kinds = [part for kind in ("pre-commit", "commit-msg") for part in ("--hook-type", kind)]
    installed = run(repository, *TOOLS[tool], "install", *kinds)
    assert installed.returncode == 0, installed.stdout

    stage(repository, WEAK)
    stage(repository, "version: 1\nname: x\nextend: y\n", ".aigate/policy.yaml")
    weak = run(repository, "git", "commit", "-m", "a change")
    stage(repository, "mended\n")
    repository.git("rm", "--cached", "--quiet", ".aigate/policy.yaml")
    sign_off = "\n\nSigned-off-by: Claude <noreply" + "@anthropic.com>"
    signed = run(repository, "git", "commit", "-m", f"a change{sign_off}")
    before = repository.git("rev-parse", "HEAD")
    passed = run(repository, "git", "commit", "-m", "a change")

    assert weak.returncode == 1, weak.stdout
    assert "error[bidirectional-text]" in weak.stdout
    assert "exit code: 1" in weak.stdout
    assert ".aigate/policy.yaml:3:1: unknown field `extend`" in weak.stdout
    assert "exit code: 2" in weak.stdout
    assert signed.returncode == 1
    assert "warn[agent-sign-off]" in signed.stdout
    assert passed.returncode == 0, passed.stdout
    assert repository.git("rev-parse", "HEAD~1") == before


@pytest.mark.slow
@pytest.mark.parametrize("tool", TOOLS)
def test_the_frameworks_can_try_this_very_repository(repository, tool):
    stage(repository, WEAK)

    done = run(repository, *TOOLS[tool], "try-repo", str(ROOT), "aigate-system")

    assert done.returncode == 1, done.stdout
    assert "error[bidirectional-text]" in done.stdout
