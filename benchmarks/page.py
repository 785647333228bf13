"""Puts what was measured into a page of `docs/`, with the day and what it was measured with."""

from __future__ import annotations

import os
import platform
import subprocess
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "speed.md"


def facts(command: str, about: str) -> str:
    """Return when, with what and on what something was measured; nothing names the machine."""
    day = datetime.now(UTC)
    git = subprocess.run(["git", "--version"], capture_output=True, text=True, check=True).stdout
    versions = [f"Python {platform.python_version()}", f"git {git.split()[2]}"]
    versions += [f"{name} {version(name)}" for name in ("semgrep", "bandit", "aigate-ci")]
    return "\n".join(
        [
            f"`{command}`, on {day.day} {day:%B %Y}: {about}.",
            f"{platform.system()} on {cores()} {platform.machine()} cores, {', '.join(versions)}.",
            f"Load of the machine when it began: {load():.1f}.",
        ]
    )


def command(script: str, parser: ArgumentParser, asked: Namespace) -> str:
    """Return a command that measures the same; a folder is not named, since nobody else has it."""
    words = [f"python benchmarks/{script}"]
    for name in ("package", "below", "only", "most", "changed", "rounds", "minutes"):
        value = getattr(asked, name, None)
        if value != parser.get_default(name):
            words.append(f"--{name} {value}")
    words += ["--tree FOLDER"] if asked.tree else []
    words += ["--quick"] if asked.quick else []
    return " ".join(words)


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def load() -> float:
    """Return how many processes wanted to run during the last minute."""
    return os.getloadavg()[0]


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def put(file: Path, name: str, text: str) -> None:
    """Replace what stands between the marks of a name in a page."""
    first, last = (f"<!-- {name}: {end} -->" for end in ("from here", "to here"))
    page = file.read_text(encoding="utf-8")
    if page.count(first) != 1 or page.count(last) != 1 or page.index(first) > page.index(last):
        raise SystemExit(
            f"`{file.name}` has no place for it; hint: it needs `{first}` and `{last}`"
        )
    before, after = page.partition(first)[0], page.partition(last)[2]
    file.write_text(f"{before}{first}\n\n{text}\n\n{last}{after}", encoding="utf-8")
