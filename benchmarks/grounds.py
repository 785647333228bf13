"""The repositories that growth is measured in, and the scans of them."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path
from time import monotonic

import ledger
import measure
import page
import subject
from curves import Curve, Point

PACK = page.ROOT / "policies" / "compiled" / "python.json"
WEAK = 'import jwt\n\n\ndef f(t):\n    return jwt.decode(t, options={"verify_signature": False})\n'
ENOUGH = 20.0  # seconds for one point; what takes longer is not repeated
RULES_ON = 20
# The least that knowing both sides of a change takes.
LISTING = """
import subprocess, sys
for side in sys.argv[1:]:
    said = subprocess.run(["git", "ls-tree", "-r", "-z", side], capture_output=True, check=True)
    parts = (line.partition(b"\\t") for line in said.stdout.split(b"\\0"))
    print(len({path: about.split() for about, _, path in parts}))
"""
Sizes = Sequence[int]


class Ground:
    """Where it is measured: folders, texts of files, and how much time is left."""

    def __init__(
        self, top: Path, files: Mapping[str, bytes], *, rounds: int, seconds: float
    ) -> None:
        """Mix the files, so that each number of them holds small and large ones alike."""
        self.top, self.rounds, self.until = top, rounds, monotonic() + seconds
        self.environ = subject.environment(top)
        self.left_out: list[str] = []
        self.cores_on = 100
        middling = subject.typical(files, max(len(files) // 2, 10))
        middling.sort(key=lambda path: hashlib.sha256(path.encode()).digest())
        self._texts = [files[path] for path in middling]
        self._numbers = count()

    def text(self, number: int) -> bytes:
        """Return a text of which there is no other."""
        return self._texts[number % len(self._texts)] + b"\n_FILE = %d\n" % number

    def folder(self) -> Path:
        """Return a folder that is not there yet."""
        return self.top / f"ground-{next(self._numbers)}"

    def has_time(self, what: str, size: int, before: Sequence[Point], *, rate: float = 0) -> bool:
        """Tell whether there is time for a size; `rate` is the exponent that it grows with."""
        growth = (size / before[-1].size) ** rate if before else 1.0
        needed = 2 * before[-1].wall * growth if before else 0.0
        if monotonic() + needed <= self.until:
            return True
        self.left_out.append(f"{what} {size:,}")
        return False

    def best(
        self,
        size: int,
        command: Sequence[str],
        *,
        cwd: Path,
        environ: Mapping[str, str] | None = None,
        first: Callable[[], object] = lambda: None,
        cores: Sequence[int] = (),
    ) -> Point:
        """Return the shortest of a few runs, each of them after `first`."""
        began, found = monotonic(), Point(size, float("inf"), float("inf"))
        for _ in range(self.rounds):
            first()
            taken = measure.run(command, cwd=cwd, environ=environ or self.environ, cores=cores)
            if taken.code not in {0, 1} or not taken.out:
                # A crash of Python ends with 1 as well, and prints nothing here.
                raise SystemExit(f"{' '.join(command)} ended with {taken.code}: {taken.err[-500:]}")
            found = Point(size, min(found.wall, taken.wall), min(found.cpu, taken.cpu))
            if monotonic() - began > ENOUGH:
                break
        return found

    def pair(self, size: int, command: Sequence[str], *, cwd: Path) -> tuple[Point, Point]:
        """Return a scan with an empty cache, and one of which everything is known."""
        cache = self.folder()
        kept = [*command, "--cache", str(cache)]
        cold = self.best(
            size, kept, cwd=cwd, first=lambda: shutil.rmtree(cache, ignore_errors=True)
        )
        return cold, self.best(size, kept, cwd=cwd)


def scan(base: str, head: str) -> list[str]:
    """Return the command that judges a commit."""
    # The name of a branch would ask for what is accepted on that branch.
    return ["aigate", "scan", "-q", "--base", base, "--head", head]


def of_files(ground: Ground, sizes: Sizes) -> Iterator[Curve]:
    """Judge commits that change more and more files."""
    folder = ground.folder()
    out = subject.Stream(folder, environ=ground.environ)
    out.commit("main", ((f"src/{n:04}.py", ground.text(n)) for n in range(max(sizes))))
    for size in sizes:
        changed = ((f"src/{n:04}.py", ground.text(n) + b"_NEW = %d\n" % size) for n in range(size))
        out.commit(f"change-{size}", changed, parent="main")
    commits = out.done(["main", *(f"change-{size}" for size in sizes)])
    cold: list[Point] = []
    warm: list[Point] = []
    for size in sizes:
        if ground.has_time("files", size, cold, rate=1):
            command = scan(commits["main"], commits[f"change-{size}"])
            found = ground.pair(size, command, cwd=folder)
            cold.append(found[0])
            warm.append(found[1])
    yield Curve("files", "nothing cached", "linear", tuple(cold))
    yield Curve("files", "all cached", "linear", tuple(warm))


def of_rules(ground: Ground, sizes: Sizes) -> Iterator[Curve]:
    """Judge one commit by more and more rules of the repository's own."""
    folder = ground.folder()
    out = subject.Stream(folder, environ=ground.environ)
    for size in sizes:
        policy = b"version: 1\nname: bench\nextends: aigate:default\nrules: [own.yaml]\n"
        own = {".aigate/policy.yaml": policy, ".aigate/own.yaml": own_rules(size)}
        files = {f"src/{n}.py": ground.text(n) for n in range(RULES_ON)}
        changed = [(path, text + b"_NEW = 1\n") for path, text in files.items()]
        out.commit(f"base-{size}", [*own.items(), *files.items()])
        out.commit(f"change-{size}", changed, parent=f"base-{size}")
    commits = out.done([f"{name}-{size}" for size in sizes for name in ("base", "change")])
    points: list[Point] = []
    for size in sizes:
        command = [*scan(commits[f"base-{size}"], commits[f"change-{size}"]), "--no-cache"]
        if ground.has_time("rules", size, points, rate=1):
            points.append(ground.best(size, command, cwd=folder))
    yield Curve("rules", f"{RULES_ON} files, nothing cached", "", tuple(points))


def own_rules(number: int) -> bytes:
    """Return a file of so many rules: the patterns of our own pack, each under new names."""
    pack = [one for one in json.loads(PACK.read_bytes())["rules"] if "canary" not in one["id"]]
    rules = [pack[n % len(pack)] | {"id": f"own-{n}"} for n in range(number)]
    return json.dumps({"rules": rules}).encode()


def of_ledger(ground: Ground, sizes: Sizes) -> Iterator[Curve]:
    """Judge one change that ten records accept, among more and more other records."""
    made = ledger.repositories(ground.top / "ledgers", [*sizes])
    kept: list[Point] = []
    anew: list[Point] = []
    for size, each in made.items():
        environ = each.environment() | {"PATH": ground.environ["PATH"]}
        base, head = each.git("rev-parse", "main", "change").decode().split()
        command = [*scan(base, head), "--trust-root", each.pin]
        if ground.has_time("ledger", size, anew, rate=1):
            anew.append(
                ground.best(size, [*command, "--no-cache"], cwd=each.git_dir, environ=environ)
            )
            measure.run(command, cwd=each.git_dir, environ=environ)
            kept.append(ground.best(size, command, cwd=each.git_dir, environ=environ))
        shutil.rmtree(each.folder)
    yield Curve("ledger", "nothing cached", "", tuple(anew))
    yield Curve("ledger", "all cached", "flat", tuple(kept))


def of_history(ground: Ground, sizes: Sizes) -> Iterator[Curve]:
    """Judge the newest commit of longer and longer histories."""
    cold: list[Point] = []
    warm: list[Point] = []
    for size in sizes:
        if not ground.has_time("history", size, cold):
            continue
        folder = ground.folder()
        out = subject.Stream(folder, environ=ground.environ)
        names = [f"src/{n:03}.py" for n in range(200)]
        out.commit("main", [(name, b"_A = 0\n") for name in names])
        for number in range(1, size):
            # Each tenth commit changes the file that is judged, so that its lines have histories.
            path = "app.py" if number % 10 == 0 else names[number % len(names)]
            out.commit("main", [(path, _lines(number))])
        out.commit("change", [("app.py", _lines(size) + WEAK.encode())], parent="main")
        commits = out.done(["main", "change"])
        found = ground.pair(size, scan(commits["main"], commits["change"]), cwd=folder)
        cold.append(found[0])
        warm.append(found[1])
        shutil.rmtree(folder)
    yield Curve("history", "nothing cached", "flat", tuple(cold))
    yield Curve("history", "all cached", "flat", tuple(warm))


def _lines(number: int) -> bytes:
    """Return a file of which each version changes one line of a hundred."""
    last = [number - (number // 10 - n) % 100 * 10 for n in range(100)]
    return b"".join(b"_A%d = %d\n" % (n, max(one, 0)) for n, one in enumerate(last))


def of_repository(ground: Ground, sizes: Sizes) -> Iterator[Curve]:
    """Judge a change of one file among more and more files that did not change."""
    commit: list[Point] = []
    staged: list[Point] = []
    lists: list[float] = []
    for size in sizes:
        if not ground.has_time("repository", size, commit):
            continue
        folder = ground.folder()
        out = subject.Stream(folder, environ=ground.environ)
        others = ((f"src/{n // 100:03}/{n:05}.py", b"_A = %d\n" % n) for n in range(size))
        out.commit("main", [*others, ("app.py", b"_A = 1\n")])
        out.commit("change", [("app.py", WEAK.encode())], parent="main")
        commits = out.done(["main", "change"])
        listing = [sys.executable, "-I", "-c", LISTING, *commits.values()]
        lists.append(ground.best(size, listing, cwd=folder).cpu)
        commit.append(ground.pair(size, scan(*commits.values()), cwd=folder)[1])
        clone = ground.folder()
        subject.git(
            ground.top,
            *("clone", "--quiet", "--shared", "--no-checkout", str(folder), str(clone)),
            environ=ground.environ,
        )
        subject.git(clone, "read-tree", commits["change"], environ=ground.environ)
        command = ["aigate", "scan", "-q", "--staged"]
        staged.append(ground.pair(size, command, cwd=clone)[1])
        shutil.rmtree(clone)
        shutil.rmtree(folder)
    less = tuple(one - lists[0] for one in lists)
    yield Curve("repository", "a commit, all cached", "flat", tuple(commit), less)
    yield Curve("repository", "what is staged, all cached", "flat", tuple(staged), less)


def of_cores(ground: Ground, sizes: Sizes) -> Iterator[Curve]:
    """Judge one commit with fewer and more cores."""
    folder = ground.folder()
    out = subject.Stream(folder, environ=ground.environ)
    files = {f"src/{n}.py": ground.text(n) for n in range(ground.cores_on)}
    out.commit("main", files.items())
    out.commit("change", [(p, t + b"_NEW = 1\n") for p, t in files.items()], parent="main")
    commits = out.done(["main", "change"])
    command = [*scan(commits["main"], commits["change"]), "--no-cache"]
    here = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    points = [
        ground.best(size, command, cwd=folder, cores=here[:size])
        for size in sizes
        if size <= len(here)
    ]
    if len(points) < len(sizes):
        print(f"only {len(here)} cores may be used here", file=sys.stderr)
    yield Curve("cores", f"{ground.cores_on} files, nothing cached", "", tuple(points))


MEASURES: Mapping[str, Callable[[Ground, Sizes], Iterator[Curve]]] = {
    "ledger": of_ledger,
    "history": of_history,
    "repository": of_repository,
    "rules": of_rules,
    "cores": of_cores,
    # Last, since it takes what time is left.
    "files": of_files,
}
