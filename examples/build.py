"""Builds an example as a real repository: one commit of `before`, and one of `after` on top.

    python examples/build.py fails /tmp/example

Names and dates are fixed, so that the commits are the same everywhere.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def build(name, into):
    """Make the repository; HEAD~1 is the reference, HEAD the head."""
    into = Path(into)
    into.mkdir(parents=True)
    env = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    env |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    for role in ("AUTHOR", "COMMITTER"):
        env |= {f"GIT_{role}_NAME": "Example", f"GIT_{role}_EMAIL": "example@example.org"}

    def git(*args, day=1):
        date = {f"GIT_{role}_DATE": f"2026-01-{day:02}T12:00:00Z" for role in ("AUTHOR", "COMMITTER")}
        subprocess.run(["git", "-C", str(into), *args], check=True, env=env | date)

    git("init", "-q", "-b", "main")
    for day, step in enumerate(("before", "after"), 1):
        for entry in into.iterdir():
            if entry.name != ".git":
                shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        shutil.copytree(HERE / name / step, into, dirs_exist_ok=True)
        git("add", "--all")
        git("commit", "-q", "-m", step, day=day)


if __name__ == "__main__":
    build(*sys.argv[1:])
