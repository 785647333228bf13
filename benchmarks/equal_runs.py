"""Checks on real repositories that what is kept changes no report.

    python benchmarks/equal_runs.py --repository DIR... [--commits 50] [--no-tree]

Judges each of the last commits of the first-parent history, and then the whole tree of the
newest, four times: without a cache, with a new one, and twice with one that all of the judged
commits share. Exit codes and reports must be equal byte for byte, but for the times, the date
and the nonce in the `run` block. Nothing is written to a repository, which may be bare. Prints
what each case came to, and the first difference, and exits with 1 if there is any.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests import fresh  # noqa: E402 - the checkout that this file is in

WAYS = ("no cache", "cold", "warm", "warm again")
PATIENCE = 1800  # seconds for one scan
PASSING = ("started", "nonce")
"""What the `run` block says of one run alone, besides the seconds of each scanner."""


@dataclass(frozen=True)
class Case:
    """One change, or a whole tree, of a repository."""

    repository: Path
    name: str
    arguments: tuple[str, ...]


@dataclass(frozen=True)
class Told:
    """How a scan ended, and what it printed."""

    code: int
    out: bytes
    err: bytes

    def report(self) -> dict[str, Any]:
        """Return the report without what differs from run to run."""
        try:
            told: dict[str, Any] = json.loads(self.out)
        except ValueError:
            return {"exit": self.code, "error": self.err.decode("utf-8", "replace")}
        run = {name: value for name, value in told["run"].items() if name not in PASSING}
        run["scanners"] = [{**one, "seconds": 0} for one in run["scanners"]]
        return {"exit": self.code, **told, "run": run}

    def day(self) -> str:
        """Return the date of the scan, from which it counts days."""
        return str(json.loads(self.out)["run"]["started"])[:10] if self.out else ""


def cases(repository: Path, commits: int, *, tree: bool) -> Iterator[Case]:
    """Yield the commits, oldest first, and then the whole tree."""
    command = ["git", "-C", str(repository), "rev-list", "--first-parent", "HEAD"]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    newest = done.stdout.split()[: commits + 1]
    # The parent is named by its id, since the oldest commit has none.
    for base, head in reversed(list(zip(newest[1:], newest, strict=False))):
        yield Case(repository, head[:10], ("--base", base, "--head", head))
    if tree:
        yield Case(repository, "whole tree", ("--head", newest[0]))


def scan(case: Case, home: Path, *options: str) -> Told:
    """Judge a case in a process of its own, with nobody's settings."""
    environ = {"PATH": os.environ["PATH"], "HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1"}
    arguments = ["-C", str(case.repository), "scan", *case.arguments, "--format", "json", *options]
    return Told(*fresh.run(arguments, cwd=home, environ=environ, patience=PATIENCE))


def runs(case: Case, shared: Path) -> dict[str, Told]:
    """Judge a case in each way."""
    with tempfile.TemporaryDirectory(prefix="equal-") as folder:
        home = Path(folder)
        options = {
            WAYS[0]: ("--no-cache",),
            WAYS[1]: ("--cache", str(home / "cold")),
            WAYS[2]: ("--cache", str(shared)),
            WAYS[3]: ("--cache", str(shared)),
        }
        return {way: scan(case, home, *options[way]) for way in WAYS}


def difference(one: object, other: object, where: str = "") -> str:
    """Return the first place in which two reports differ, empty if they are equal.

    The order of names counts, since the reports are compared byte by byte.
    """
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        if list(one) != list(other):
            return f"{where}: the fields {list(one)}, not {list(other)}"
        found = (difference(one[name], other[name], _below(where, name, one)) for name in one)
        return next(filter(None, found), "")
    if _is_list(one) and _is_list(other):
        pairs = enumerate(zip(one, other, strict=False))
        found = (difference(*pair, f"{where}[{number}]") for number, pair in pairs)
        unequal = f"{where}: {len(one)} entries, not {len(other)}: {_lone(one, other)}"
        return next(filter(None, found), unequal if len(one) != len(other) else "")
    if type(one) is type(other) and one == other:
        return ""
    return f"{where}: {json.dumps(one)[:300]}, not {json.dumps(other)[:300]}"


def _is_list(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _below(where: str, name: str, one: Mapping[str, object]) -> str:
    """Return a field's name after its file's, where there is one."""
    path = one.get("path") or one.get("subject")
    return f"{where}({path}).{name}" if path else f"{where}.{name}"


def _lone(one: Sequence[object], other: Sequence[object]) -> str:
    return json.dumps([each for each in (*one, *other) if each not in one or each not in other])[
        :300
    ]


def judged(case: Case, shared: Path) -> tuple[Case, Told, str]:
    """Return what a case came to, and the first difference between two ways."""
    told = runs(case, shared)
    if len({each.day() for each in told.values()}) > 1:
        told = runs(case, shared)  # midnight passed, and the dates in it count from today
    first = told[WAYS[0]].report()
    for way in WAYS[1:]:
        found = difference(first, told[way].report())
        if found:
            return case, told[way], f"{WAYS[0]} and {way}: {found}"
    return case, told[WAYS[0]], ""


def main() -> None:
    """Judge everything, and print what is unequal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repository", dest="repositories", action="append", required=True)
    parser.add_argument("--commits", type=int, default=50)
    parser.add_argument("--no-tree", action="store_true", help="judge only the commits")
    options = parser.parse_args()
    unequal = 0
    with tempfile.TemporaryDirectory(prefix="equal-") as folder, ProcessPoolExecutor(2) as pool:
        for number, named in enumerate(options.repositories):
            listed = list(cases(Path(named).resolve(), options.commits, tree=not options.no_tree))
            shared = Path(folder, f"shared-{number}")
            counts: dict[int, int] = {}
            for case, told, found in pool.map(judged, listed, [shared] * len(listed)):
                counts[told.code] = counts.get(told.code, 0) + 1
                size = len(told.report().get("findings", ()))
                print(f"{case.name}: exit {told.code}, {size} findings: {found or 'equal'}")
                sys.stdout.flush()
                unequal += bool(found)
            ends = ", ".join(f"{count} x exit {code}" for code, count in sorted(counts.items()))
            print(f"{Path(named).parent.name}: {len(listed)} cases ({ends})")
    print(f"unequal: {unequal}")
    raise SystemExit(bool(unequal))


if __name__ == "__main__":
    main()
