"""Runs the gate over real repositories: the whole tree, and the last commits as changes.

    python benchmarks/real_repositories.py [--commits 20] [--no-tree] [--json FILE] REPOSITORY...

Each REPOSITORY is a git folder on this machine, bare or not; nothing is written to it.
Prints a table in Markdown, and with `--json` every finding, so that a person can read them.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path


def scan(repository: Path, *arguments: str) -> tuple[int, dict, float]:
    """Return the exit code, the report and the seconds of one scan."""
    started = time.monotonic()
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "aigate",
            "-C",
            str(repository),
            "scan",
            *arguments,
            "--format",
            "json",
        ],
        capture_output=True,
        check=False,
    )
    seconds = time.monotonic() - started
    if not done.stdout:
        raise SystemExit(
            f"{repository} {arguments}: exit {done.returncode}: {done.stderr.decode()}"
        )
    return done.returncode, json.loads(done.stdout), seconds


def holds(report: dict) -> bool:
    """Tell whether the coverage equation holds."""
    c = report["coverage"]
    return c["in_scope"] == c["scanned"] + c["excluded"] + c["unscannable"]


def commits(repository: Path, count: int) -> list[str]:
    """Return the newest commits of the first-parent history, newest first."""
    command = ["git", "-C", str(repository), "rev-list", "--first-parent", f"-{count}", "HEAD"]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    return done.stdout.split()


def main() -> None:
    """Scan, and print what came out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("repositories", nargs="+", type=Path)
    parser.add_argument("--commits", type=int, default=20)
    parser.add_argument("--no-tree", action="store_true", help="judge only the commits")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    everything = []
    print(
        "| repository | what | entries | exit | blocking | warnings | notes | gaps | equation | s |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|")
    for repository in options.repositories:
        runs = [] if options.no_tree else [("whole tree", ("--head", "HEAD"))]
        runs += [
            (c[:10], ("--base", f"{c}^", "--head", c)) for c in commits(repository, options.commits)
        ]
        for name, arguments in runs:
            code, report, seconds = scan(repository, *arguments)
            everything.append({"repository": str(repository), "what": name, "report": report})
            actions = Counter(f["action"] for f in report["findings"] if not f["blocking"])
            print(
                f"| {repository.parent.name} | {name} | {report['coverage']['in_scope']} | {code} "
                f"| {report['summary']['blocking']} | {actions['warn']} | {actions['note']} "
                f"| {len(report['gaps'])} | {'holds' if holds(report) else 'BROKEN'} | {seconds:.1f} |",
                flush=True,
            )
    if options.json:
        options.json.write_text(json.dumps(everything), encoding="utf-8")


if __name__ == "__main__":
    main()
