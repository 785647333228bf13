"""Every example comes out as its `expected.json` says, and the demo runs to its end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

EXAMPLES = Path(__file__).parents[1] / "examples"
NAMES = sorted(file.parent.name for file in EXAMPLES.glob("*/expected.json"))


def build(name, into):
    subprocess.run([sys.executable, EXAMPLES / "build.py", name, into], check=True)


def test_there_is_an_example_for_each_verdict():
    verdicts = {
        json.loads((EXAMPLES / name / "expected.json").read_text())["verdict"] for name in NAMES
    }
    assert verdicts >= {"pass", "fail", "incomplete"}
    built_here = [
        entry.name
        for entry in EXAMPLES.iterdir()
        if (entry / "after").is_dir() and not (entry / "build.py").exists()
    ]
    assert sorted(built_here) == NAMES
    assert not list(EXAMPLES.rglob(".git"))


@pytest.mark.parametrize("name", NAMES)
def test_an_example_comes_out_as_expected(project, tmp_path, name):
    build(name, tmp_path / "example")

    seen = project.run(
        *("-C", str(tmp_path / "example"), "scan", "--format", "json"),
        *("--base", "HEAD~1", "--head", "HEAD"),
    )

    assert {
        "exit_code": seen.code,
        "verdict": seen.report["verdict"],
        "rules": sorted({one["rule"] for one in seen.report["findings"] if one["blocking"]}),
        "gaps": sorted({gap["code"] for gap in seen.report["gaps"]}),
    } == json.loads((EXAMPLES / name / "expected.json").read_text())


def test_an_example_is_the_same_commit_everywhere(project, tmp_path):
    commits = []
    for place in ("one", "two"):
        build("passes", tmp_path / place)
        commits.append(project.git("-C", str(tmp_path / place), "rev-parse", "HEAD", "HEAD~1"))

    assert commits[0] == commits[1]


def test_the_demo_shows_a_block_what_it_means_and_a_pass(project):
    done = subprocess.run(
        ["sh", str(EXAMPLES / "demo.sh"), str(Path(sys.executable).parent)],
        env={**project.environ, "PATH": os.environ["PATH"]},
        cwd=project.home,
        capture_output=True,
        check=False,
        text=True,
    )

    assert done.returncode == 0, done.stderr
    blocked, explained, mended = (
        done.stdout.index(text)
        for text in ("error[python-sql-injection]", "Who decides\n", "\npass: ")
    )
    assert blocked < explained < mended
    assert "\nfail: " in done.stdout
