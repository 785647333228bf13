"""A job with a change in it, and a GitHub for it."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from tests.conftest import _make
from tests.remote.github_fake import github, one_github

__all__ = ["github", "one_github"]

BAD = 'x = "\u202e abc"\n'


@pytest.fixture(scope="module")
def make_project(tmp_path_factory):
    """Make a repository that the tests of a module share."""
    return lambda name: _make(tmp_path_factory.mktemp(name))


@pytest.fixture
def job(project, tmp_path):
    """A change that blocks on `topic`, a calm one on `calm`, and a job that can look at both."""
    project.commit({"README.md": "hello\n"})
    project.git("update-ref", "refs/remotes/origin/main", "main")
    main = project.git("rev-parse", "main")
    project.commit({"a.txt": BAD}, branch="topic", parents=[main])
    project.commit({"b.txt": "calm\n"}, branch="calm", parents=[main])
    files = {name: tmp_path / name for name in ("event.json", "output", "summary")}
    temp = tmp_path / "temp"
    temp.mkdir()

    def run(event, payload, commit, **environ):
        files["event.json"].write_bytes(
            payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        )
        files["output"].write_text("")
        files["summary"].write_text("")
        given = {
            "GITHUB_EVENT_NAME": event,
            "GITHUB_EVENT_PATH": str(files["event.json"]),
            "GITHUB_SHA": commit,
            "GITHUB_OUTPUT": str(files["output"]),
            "GITHUB_STEP_SUMMARY": str(files["summary"]),
            "RUNNER_TEMP": str(temp),
            **environ,
        }
        seen = project.run("github-action", "run", **given)
        lines = files["output"].read_text().splitlines()
        outputs = dict(line.split("=", 1) for line in lines)
        assert len(outputs) == len(lines)
        return seen, outputs, given

    def conclude(outputs, given, *, outcome, **environ):
        passed = {
            "AIGATE_DECISION": outputs.get("decision-file", ""),
            "AIGATE_NONCE": outputs.get("nonce", ""),
            "AIGATE_OUTCOME": outcome,
        }
        return project.run("github-action", "conclude", **(given | passed | environ))

    return SimpleNamespace(run=run, conclude=conclude, project=project, main=main, files=files)
