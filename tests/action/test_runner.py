"""The action as a runner runs it: its own installation, real events, and what a job sees of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from aigate.cli._pull_request import MARK
from tests.remote.github_fake import REPOSITORY, TOKEN

ROOT = Path(__file__).parents[2]
OURS = f"example/aigate@{'1' * 40}"
WORKFLOW = f"""
name: gate
on: [pull_request, merge_group]
permissions: {{}}
jobs:
  gate:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@{"2" * 40}
        with: {{fetch-depth: 0, persist-credentials: false}}
      - uses: {OURS}
        id: gate
        with:
          python: {sys.executable}
      - if: always()
        env:
          OUTPUTS: ${{{{ toJSON(steps.gate.outputs) }}}}
        run: printf '%s' "$OUTPUTS" > "$RESULT"
"""


@pytest.fixture(scope="module")
def action(tmp_path_factory):
    """The action as a checkout of it looks, without what only our own tests need."""
    folder = tmp_path_factory.mktemp("action")
    for name in ("aigate", "policies", ".github"):
        shutil.copytree(
            ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "workflows")
        )
    shutil.copy(ROOT / "action.yml", folder)
    return folder


@pytest.mark.slow
def test_a_pull_request_that_blocks_is_red_and_leaves_what_it_should(
    project, action, tmp_path, github
):
    project.commit({"README.md": "hello\n", ".github/workflows/gate.yaml": WORKFLOW})
    project.git("update-ref", "refs/remotes/origin/main", "main")
    head = project.commit({"a.txt": 'x = "\u202e abc"\n'}, branch="topic", parents=["main"])
    project.git("checkout", "--quiet", "topic")
    pull = github.pull(12, head=head)
    event = {"pull_request": pull, "repository": {"default_branch": "main"}}

    done, outputs = runner(project, action, tmp_path, "pull_request", event, *talks_to(github))

    assert done.returncode != 0
    assert "error file=a.txt" in done.stdout
    assert (outputs["verdict"], outputs["blocking-count"]) == ("fail", "1")
    assert outputs["sarif-file"].endswith("results.sarif")
    (comment,) = github.comments[12]
    assert comment["body"].startswith(f"{MARK}\n## aigate: fail\n")
    assert len(github.asked) == 3 + 4
    assert TOKEN not in done.stdout + done.stderr


@pytest.mark.slow
def test_a_calm_merge_group_is_green(project, action, tmp_path, github):
    built_on = project.commit({"README.md": "hello\n", ".github/workflows/gate.yaml": WORKFLOW})
    project.git("update-ref", "refs/remotes/origin/main", "main")
    head = project.commit({"b.txt": "calm\n"}, branch="group", parents=[built_on])
    project.git("checkout", "--quiet", "group")
    event = {
        "merge_group": {
            "base_sha": built_on,
            "base_ref": "refs/heads/main",
            "head_sha": head,
            "head_ref": f"refs/heads/gh-readonly-queue/main/pr-12-{built_on}",
        },
        "repository": {"default_branch": "main"},
    }

    github.pull(12, head=head)
    github.of_commit[head] = [12]
    done, outputs = runner(project, action, tmp_path, "merge_group", event, *talks_to(github))

    assert done.returncode == 0, done.stdout[-4000:]
    assert (outputs["verdict"], outputs["blocking-count"]) == ("pass", "0")
    assert len(github.asked) == 4
    assert github.written() == []


def runner(project, action, tmp_path, name, event, *more):
    result = tmp_path / "outputs.json"
    (tmp_path / "event.json").write_text(json.dumps(event))
    act = shutil.which("act", path=str(Path(sys.executable).parent))
    options = ["-P", "ubuntu-latest=-self-hosted", "--no-cache-server", "--action-offline-mode"]
    options += ["--local-repository", f"{OURS}={action}", "--env", f"RESULT={result}"]
    done = subprocess.run(
        [act, name, "-e", str(tmp_path / "event.json"), *options, *more],
        cwd=project.root,
        env={**project.environ, **pip_settings(), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        errors="replace",
        timeout=500,
        check=False,
    )
    assert result.is_file(), done.stdout[-4000:] + done.stderr[-2000:]
    return done, json.loads(result.read_text())


def talks_to(github):
    """Return the options with which the job meets our GitHub, and has a token for it."""
    settings = {"GITHUB_API_URL": github.url, "GITHUB_REPOSITORY": REPOSITORY}
    named = [part for name, text in settings.items() for part in ("--env", f"{name}={text}")]
    return *named, "-s", f"GITHUB_TOKEN={TOKEN}"


def pip_settings():
    """Return where this machine keeps its package index, as a runner's settings would."""
    return {name: text for name, text in os.environ.items() if name.startswith(("PIP_", "SSL_"))}
