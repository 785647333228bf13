"""Measures what attribution adds to the scan of a change, in pairs of runs with and without it.

    python benchmarks/provenance_speed.py [--files 3000] [--commits 20000] [--changed 50] [--pairs 3]

Makes a repository with so many files and commits, half of them with a trailer, in a temporary
folder, and a change of some files in ten commits on top. Prints the medians and the ratio.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from aigate import gate
from aigate.case import Request
from aigate.cli.packs import packs_folder
from aigate.origins import Origins

TRAILER = "Co-authored-by: Claude Opus 4.5 <noreply@anthropic.com>"


def text(number: int, version: int) -> str:
    """Return a module of some 60 lines."""
    rows = [f'"""Module {number}."""', "", ""]
    for part in range(12):
        value = 100 + version if part == version % 12 else part
        rows += [f"def part_{part}(value):", f"    total = value + {value}"]
        rows += [f"    return total * {number % 7 + 1}", "", ""]
    return "\n".join(rows) + "\n"


def history(files: int, commits: int, changed: int) -> Iterator[str]:
    """Yield what `git fast-import` reads: the history, then the change in ten commits."""
    chance = random.Random(1)
    versions = [0] * files

    def commit(branch: str, number: int, paths: list[int], start: str = "") -> Iterator[str]:
        message = f"change {number}\n" + (f"\n{TRAILER}\n" if number % 2 else "")
        yield f"commit refs/heads/{branch}\n"
        yield f"committer Dev <dev@example.com> {1_600_000_000 + number * 60} +0000\n"
        yield f"data {len(message)}\n{message}\n{start}"
        for path in paths:
            versions[path] += 1
            body = text(path, versions[path])
            yield f"M 100644 inline pkg{path % 40}/mod_{path}.py\ndata {len(body)}\n{body}\n"

    yield from commit("main", 0, list(range(files)))
    for number in range(1, commits):
        yield from commit("main", number, [chance.randrange(files)])
    yield "reset refs/heads/topic\nfrom refs/heads/main\n\n"
    wanted = chance.sample(range(files), changed)
    for part in range(10):
        yield from commit("topic", commits + part, wanted[part::10])


def make(folder: Path, files: int, commits: int, changed: int) -> None:
    """Make the repository."""
    subprocess.run(["git", "init", "-q", "-b", "main", str(folder)], check=True)
    data = "".join(history(files, commits, changed)).encode()
    importing = ["git", "-C", str(folder), "fast-import", "--quiet"]
    subprocess.run(importing, input=data, check=True)
    subprocess.run(["git", "-C", str(folder), "gc", "-q"], check=True)


def used() -> float:
    """Return the seconds of processors that this program and all it ran have taken so far."""
    mine, theirs = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return mine.ru_utime + mine.ru_stime + theirs.ru_utime + theirs.ru_stime


def timed(folder: Path, *, attributing: bool) -> tuple[float, float]:
    """Return how long one scan took, and how much of processors, in seconds."""
    request = Request(
        directory=str(folder),
        packs=str(packs_folder()),
        base="main",
        head="topic",
        environ=dict(os.environ),
    )
    real = gate.begin, gate.read_origins
    if not attributing:
        gate.begin = lambda _scene: None
        gate.read_origins = lambda _begun, _findings: Origins()
    started, before = time.perf_counter(), used()
    try:
        report = gate.run(request, at=datetime.now(UTC), nonce="0")
    finally:
        gate.begin, gate.read_origins = real
    spent = time.perf_counter() - started, used() - before
    assert not attributing or report.authorship is not None
    return spent


def main() -> None:
    """Make, measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    for name, default in (("files", 3000), ("commits", 20_000), ("changed", 50), ("pairs", 3)):
        parser.add_argument(f"--{name}", type=int, default=default)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place, "repo")
        make(folder, asked.files, asked.commits, asked.changed)
        timed(folder, attributing=True)
        pairs = [
            (timed(folder, attributing=True), timed(folder, attributing=False))
            for _ in range(asked.pairs)
        ]
    print(f"{asked.files} files, {asked.commits} commits, {asked.changed} files changed")
    for which, what in enumerate(("elapsed", "processor time, which a busy machine skews less")):
        with_it = statistics.median(one[which] for one, _ in pairs)
        without = statistics.median(one[which] for _, one in pairs)
        ratio = statistics.median(one[which] / other[which] for one, other in pairs)
        print(f"{what}: with {with_it:.2f} s, without {without:.2f} s, ratio {ratio:.3f}")


if __name__ == "__main__":
    main()
