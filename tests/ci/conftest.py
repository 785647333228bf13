"""A repository with a remote, as a job of any host finds it, and a checkout of aigate to fetch."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
BAD = 'x = "\u202e abc"\n'
INSTALLED = f"{sys.executable} -m aigate"


@dataclass(frozen=True)
class Job:
    """A checkout of `topic`, which differs from `main` of its remote by one finding."""

    project: Any

    def turn_to(self, branch: str) -> None:
        self.project.git("checkout", "--quiet", branch)


@pytest.fixture
def job(project, tmp_path) -> Job:
    bare = tmp_path / "remote.git"
    subprocess.run(["git", "init", "--quiet", "--bare", bare], check=True)
    main = project.commit({"README.md": "hello\n"})
    project.commit({"a.txt": BAD}, branch="topic", parents=[main])
    project.commit({"b.txt": "calm\n"}, branch="calm", parents=[main])
    project.git("remote", "add", "origin", str(bare))
    project.git("push", "--quiet", "origin", "main", "topic", "calm")
    made = Job(project)
    made.turn_to("topic")
    return made


@pytest.fixture(scope="session")
def source(tmp_path_factory) -> tuple[Path, str]:
    """Make a repository of aigate as it is here; return it and its one commit."""
    folder = tmp_path_factory.mktemp("source")
    for name in ("aigate", "policies", ".github", "examples/ci"):
        shutil.copytree(
            ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "workflows")
        )

    def git(*arguments: str) -> str:
        named = ("-c", "user.name=Dev", "-c", "user.email=dev@example.com")
        done = subprocess.run(
            ["git", *named, *arguments], cwd=folder, capture_output=True, check=True, text=True
        )
        return done.stdout.strip()

    git("init", "--quiet")
    git("add", "--all")
    git("commit", "--quiet", "-m", "aigate")
    return folder, git("rev-parse", "HEAD")
