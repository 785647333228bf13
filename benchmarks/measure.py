"""Runs a command to its end and says what it took: seconds, processor seconds, memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

# Memory is only told as a maximum over everything that a process ever waited for, so each command
# is started by a small program of its own.
_STARTER = """
import json, os, resource, subprocess, sys, time
feed, cores = sys.argv[1], json.loads(sys.argv[2])
if cores:
    os.sched_setaffinity(0, cores)
with open(feed, "rb") as stdin:
    before = time.monotonic()
    done = subprocess.run(sys.argv[3:], stdin=stdin, capture_output=True)
    wall = time.monotonic() - before
used = resource.getrusage(resource.RUSAGE_CHILDREN)
out, err = (part.decode("utf-8", "replace") for part in (done.stdout, done.stderr))
print(json.dumps([done.returncode, wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024,
                  out, err]))
"""


@dataclass(frozen=True)
class Taken:
    """What one command took, and what it said.

    `memory` is the size of its largest process in MB.
    """

    code: int
    wall: float
    cpu: float
    memory: float
    out: str
    err: str


def run(
    command: Sequence[str],
    *,
    cwd: Path,
    environ: Mapping[str, str],
    feed: Path | None = None,
    cores: Sequence[int] = (),
) -> Taken:
    """Run a command with all that it starts; `feed` is its input, `cores` all that it may use."""
    start = [sys.executable, "-I", "-c", _STARTER, str(feed or os.devnull), json.dumps([*cores])]
    done = subprocess.run(
        [*start, *command], cwd=cwd, env=dict(environ), stdout=subprocess.PIPE, check=True
    )
    return Taken(*json.loads(done.stdout))


def peak(command: Sequence[str], *, cwd: Path, environ: Mapping[str, str]) -> float:
    """Return the most memory in MB that a command and all that it started had at one time.

    Shared pages count once. Looking costs time, so that nothing is timed here; where the system
    does not tell (`/proc`), the answer is 0.
    """
    child = subprocess.Popen(
        [*command],
        cwd=cwd,
        env=dict(environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    most = 0.0
    while True:
        try:
            child.wait(0.03)
        except subprocess.TimeoutExpired:
            most = max(most, sum(map(_size, _family(child.pid))))
        else:
            return most


def _family(process: int) -> list[int]:
    """Return a process and all below it."""
    found = [process]
    for one in found:
        for file in Path(f"/proc/{one}/task").glob("*/children"):
            try:
                found += map(int, file.read_text().split())
            except OSError:
                continue  # it has ended
    return found


def _size(process: int) -> float:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0  # it has ended, or this system does not tell
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
