"""`examples/ci/gate.sh`: what every host runs, with a job around it that holds secrets."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BAD = 'x = "\u202e abc"\n'
SCRIPT = ROOT / "examples" / "ci" / "gate.sh"
INSTALLED = f"{sys.executable} -m aigate"


def run(job, **environ):
    given = {
        **job.project.environ,
        "PYTHONPATH": "",
        "AIGATE_COMMAND": INSTALLED,
        "CI_JOB_TOKEN": "hunter2",
        "SYSTEM_ACCESSTOKEN": "hunter2",
        **environ,
    }
    return subprocess.run(
        ["bash", SCRIPT],
        cwd=job.project.root,
        env=given,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def standin(tmp_path):
    """Write a program in the place of aigate."""

    def make(text: str) -> str:
        file = tmp_path / "standin"
        file.write_text(f"#!{sys.executable}\nimport json, os, sys\n{text}")
        file.chmod(0o755)
        return str(file)

    return make


def test_a_change_that_blocks_is_red_and_leaves_its_reports(job, tmp_path):
    file = tmp_path / "gitlab.json"
    done = run(job, AIGATE_TARGET="main", AIGATE_OUTPUTS=f"gitlab={file} junit={tmp_path}/x.xml")

    assert done.returncode == 1, done.stderr
    assert "fail: 1 finding blocks" in done.stdout
    assert json.loads(file.read_text())[0]["severity"] == "blocker"
    assert (tmp_path / "x.xml").exists()


def test_a_calm_change_is_green(job):
    job.turn_to("calm")
    done = run(job, AIGATE_TARGET="main")

    assert done.returncode == 0, done.stderr
    assert "pass" in done.stdout


def test_the_branch_is_fetched_so_that_an_old_clone_judges_by_the_newest(job):
    job.project.commit({"c.txt": "newer\n"}, branch="elsewhere", parents=["main"])
    job.project.git("push", "--quiet", "origin", "elsewhere:main")
    job.project.git("update-ref", "refs/remotes/origin/main", "main")
    run(job, AIGATE_TARGET="main")

    seen = job.project.git("rev-parse", "origin/main")
    assert seen == job.project.git("rev-parse", "elsewhere")


@pytest.mark.parametrize(
    "target", ["nowhere", "--upload-pack=x", "a b", "$(touch pwned)", "x;touch pwned"]
)
def test_a_branch_that_is_none_is_no_pass_and_starts_nothing(job, target):
    job.turn_to("calm")
    done = run(job, AIGATE_TARGET=target)

    assert done.returncode not in {0, 1}
    assert not (job.project.root / "pwned").exists()


def test_without_a_base_the_whole_tree_is_judged(job):
    done = run(job)

    assert done.returncode == 1
    assert "looked at 2 of 2 files" in done.stdout


def test_what_runs_sees_no_secret_of_the_job(job, standin, tmp_path):
    file = tmp_path / "seen"
    program = standin(
        f"open({str(file)!r}, 'w').write(json.dumps(dict(os.environ)))\nsys.exit(1)\n"
    )
    done = run(job, AIGATE_COMMAND=program, AIGATE_TARGET="main", BUILD_BUILDID="7")

    seen = json.loads(file.read_text())
    assert done.returncode == 1
    assert "hunter2" not in file.read_text()
    assert seen["BUILD_BUILDID"] == "7"
    assert seen.keys() <= {"PATH", "HOME", "LC_ALL", "TMPDIR", "BUILD_BUILDID", "PWD", "SHLVL", "_"}


def test_an_exit_status_without_a_decision_is_no_pass(job, standin):
    liar = standin(
        "if sys.argv[1] == 'scan': sys.exit(0)\n"
        f"os.execv({sys.executable!r}, [{sys.executable!r}, '-m', 'aigate', *sys.argv[1:]])\n"
    )
    job.turn_to("calm")
    done = run(job, AIGATE_COMMAND=liar, AIGATE_TARGET="main")

    assert done.returncode not in {0, 1}


def test_a_whole_tree_without_a_decision_is_no_pass_either(job, standin):
    job.turn_to("calm")
    done = run(job, AIGATE_COMMAND=standin("sys.exit(0)\n"))

    assert done.returncode == 3
    assert "no decision about this commit" in done.stderr


def test_a_calm_tree_is_green_without_a_base(job):
    job.turn_to("calm")
    done = run(job)

    assert done.returncode == 0, done.stderr


def test_advisory_mode_stops_nothing_and_calls_nothing_a_pass(job):
    policy = "name: team\nversion: 1\nmode: advisory\nextends: [aigate:default]\n"
    project = job.project
    advisory = project.commit({".aigate/policy.yaml": policy}, branch="advisory")
    project.commit({"a.txt": BAD}, branch="bad", parents=[advisory])
    job.turn_to("bad")
    done = run(job, AIGATE_BASE="advisory")

    assert done.returncode == 0, done.stderr
    assert "advisory-fail: 1 finding would block" in done.stdout


def test_a_repository_without_a_commit_is_no_verdict_and_says_so(tmp_path):
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    done = subprocess.run(
        ["bash", SCRIPT],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "AIGATE_COMMAND": INSTALLED},
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )

    assert done.returncode == 3
    assert "hint: " in done.stderr


def test_a_report_that_the_change_brought_is_not_shown(job, standin, tmp_path):
    job.turn_to("calm")
    (job.project.root / "insights.json").write_text("{}")
    log = tmp_path / "log"
    program = standin(f"open({str(log)!r}, 'a').write(sys.argv[1])\nsys.exit(2)\n")
    done = run(job, AIGATE_COMMAND=program, AIGATE_TARGET="main", AIGATE_INSIGHTS="insights.json")

    assert done.returncode == 2
    assert log.read_text() == "scan"


def test_outside_of_a_repository_nothing_is_judged(tmp_path):
    done = subprocess.run(
        ["bash", SCRIPT],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "AIGATE_COMMAND": INSTALLED},
        capture_output=True,
        check=False,
        timeout=60,
    )

    assert done.returncode not in {0, 1}


def test_bitbucket_is_shown_what_was_found_and_changes_nothing(job, tmp_path):
    file = tmp_path / "insights.json"
    step = {"BITBUCKET_WORKSPACE": "t", "BITBUCKET_REPO_SLUG": "s", "BITBUCKET_COMMIT": "c" * 40}
    done = run(
        job,
        AIGATE_TARGET="main",
        AIGATE_OUTPUTS=f"bitbucket={file}",
        AIGATE_INSIGHTS=str(file),
        **step,
    )

    assert done.returncode == 1
    assert "Bitbucket cannot be reached" in done.stderr  # no proxy listens here
