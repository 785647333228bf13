"""The action as a file: what it uses, what it installs, and what a script of it can hold."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
STEPS = ACTION["runs"]["steps"]
RELAY = yaml.safe_load((ROOT / ".github" / "action" / "relay" / "action.yml").read_text())
ALL_STEPS = [*STEPS, *RELAY["runs"]["steps"]]
LOCK = (ROOT / ".github" / "action" / "requirements.txt").read_text()
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}")


def test_c_064_everything_it_uses_is_pinned_to_a_commit():
    used = [step["uses"] for step in ALL_STEPS if "uses" in step]

    assert all(PINNED.fullmatch(name) for name in used)


def test_c_064_everything_it_installs_is_locked_by_hash():
    lines = LOCK.replace("\\\n", " ").splitlines()

    assert len(lines) > 20
    assert all(re.match(r"[\w.-]+==[\w.+]+ .*--hash=sha256:[0-9a-f]{64}", one) for one in lines)
    script = (ROOT / ".github" / "action" / "install.sh").read_text()
    assert "--require-hashes --only-binary :all: -r" in script


def test_c_064_what_is_locked_is_what_the_package_asks_for():
    """Whoever changes the dependencies has to lock them again."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = {re.split("[<>=]", one)[0] for one in project["dependencies"]}
    locked = {line.partition("==")[0] for line in LOCK.splitlines() if "==" in line}

    assert len(asked) >= 6
    assert asked <= locked


@pytest.mark.parametrize("step", ALL_STEPS, ids=[step["name"] for step in ALL_STEPS])
def test_c_063_no_expression_stands_in_a_script(step):
    assert "${{" not in step["run"]


def test_no_input_overrides_the_policy():
    assert [name for name, one in ACTION["inputs"].items() if "default" in one] == []


def test_c_072_the_last_step_runs_whatever_happened():
    assert STEPS[-1]["if"] == "always()"
    assert "conclude" in STEPS[-1]["run"]
    lenient = [step["name"] for step in STEPS if "continue-on-error" in step]
    assert lenient == ["Ask", "Comment"]


def test_c_065_whoever_looks_at_the_change_has_no_token():
    having = [step["name"] for step in STEPS if "token" in str(step.get("env", {})).lower()]

    assert having == ["Ask", "Comment"]


@pytest.mark.slow
def test_auditors_of_workflows_have_nothing_to_say():
    tool = shutil.which("zizmor", path=str(Path(sys.executable).parent))
    workflows = sorted((ROOT / "examples" / "workflows").glob("*.yaml"))
    command = [tool, "--offline", "--no-progress", "--persona", "pedantic", "--no-exit-codes"]
    done = subprocess.run(
        [*command, "--format", "json", "action.yml", ".github/action/relay", *map(str, workflows)],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )

    assert workflows
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.strip() == b"[]"


def test_c_062_the_half_with_rights_checks_nothing_out_and_has_no_right_to_write_code():
    workflow = yaml.safe_load((ROOT / "examples" / "workflows" / "fork-comment.yaml").read_text())
    (job,) = workflow["jobs"].values()

    assert not [step for step in job["steps"] if step["uses"].startswith("actions/checkout@")]
    assert workflow["permissions"] == {}
    assert job["permissions"] == {
        "actions": "read",
        "contents": "read",
        "pull-requests": "write",
    }
    called = [step["run"] for step in RELAY["runs"]["steps"]]
    assert [text.rpartition(" ")[2] for text in called[1:]] == ["relay"]


@pytest.mark.parametrize("name", ["pull-request.yaml", "code-scanning.yaml"])
def test_the_half_without_rights_can_write_nothing_but_words(name):
    workflow = yaml.safe_load((ROOT / "examples" / "workflows" / name).read_text())
    (job,) = workflow["jobs"].values()
    writing = {right for right, level in job["permissions"].items() if level == "write"}

    assert writing <= {"pull-requests", "security-events"}
    assert "pull_request_target" not in workflow[True]
