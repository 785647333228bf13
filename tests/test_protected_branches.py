"""A branch that nobody protects cannot choose its own judge."""

import json
import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

_LAX = "version: 1\nname: lax\nrequirements: [{id: all, action: note}]\n"


def _git(folder, *arguments):
    env = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    env |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    env |= {
        f"GIT_{r}_{f}": "example@example.org"
        for r in ("AUTHOR", "COMMITTER")
        for f in ("NAME", "EMAIL")
    }
    subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True, env=env)


@pytest.fixture
def clone(tmp_path):
    """Give a clone with a lax branch `decoy`, and `evil` on top of it."""
    origin, clone = tmp_path / "origin", tmp_path / "clone"
    origin.mkdir()
    _git(origin, "init", "-q", "-b", "main")
    (origin / "README").write_text("x\n")
    _git(origin, "add", ".")
    _git(origin, "commit", "-qm", "first")
    _git(tmp_path, "clone", "-q", str(origin), str(clone))
    _git(clone, "checkout", "-qb", "decoy")
    (clone / ".aigate").mkdir()
    (clone / ".aigate" / "policy.yaml").write_text(_LAX)
    _git(clone, "add", ".")
    _git(clone, "commit", "-qm", "lax")
    _git(clone, "checkout", "-qb", "evil")
    (clone / "app.py").write_text("eval(input())\n")
    _git(clone, "add", ".")
    _git(clone, "commit", "-qm", "evil")
    return clone


def _scan(folder, base, *options):
    command = [sys.executable, "-m", "aigate", "-C", str(folder), "scan", "--base", base, *options]
    done = subprocess.run(
        [*command, "--head", "evil", "--format", "json"], capture_output=True, check=False
    )
    return done.returncode, json.loads(done.stdout)


def test_the_default_branch_decides_in_place_of_an_unprotected_one(clone):
    code, report = _scan(clone, "decoy")

    assert code == 1
    assert report["policy"]["name"] == "default"
    assert {f["path"] for f in report["findings"] if f["blocking"]} == {
        "app.py",
        ".aigate/policy.yaml",
    }
    assert any("no protected branch" in note for note in report["notes"])


def test_a_branch_that_the_default_branch_protects_decides_itself(clone):
    _git(clone, "checkout", "-q", "main")
    (clone / ".aigate").mkdir(exist_ok=True)
    policy = (
        'version: 1\nname: strict\nextends: [aigate:default]\nprotected-branches: [main, "dec*"]\n'
    )
    (clone / ".aigate" / "policy.yaml").write_text(policy)
    _git(clone, "add", ".")
    _git(clone, "commit", "-qm", "protect")
    _git(clone, "update-ref", "refs/remotes/origin/main", "main")

    code, report = _scan(clone, "decoy")

    assert code == 0
    assert report["policy"]["name"] == "lax"


def test_a_commit_that_stands_for_an_unprotected_branch_decides_nothing(clone):
    tip = _out(clone, "rev-parse", "decoy")

    _, alone = _scan(clone, tip)
    code, report = _scan(clone, tip, "--branch", "decoy")

    assert alone["policy"]["name"] == "lax"
    assert (code, report["policy"]["name"]) == (1, "default")


def test_a_clone_without_a_record_of_its_default_branch_is_told(clone):
    _git(clone, "remote", "set-head", "origin", "--delete")

    _, alone = _scan(clone, "decoy")
    code, report = _scan(clone, "decoy", "--default-branch", "main")

    assert alone["policy"]["name"] == "lax"
    assert (code, report["policy"]["name"]) == (1, "default")


def _out(folder, *arguments):
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()
