"""Times what people wait for, as paired ratios against the engines' own commands.

    python benchmarks/speed.py [--package django==5.2.8] [--tree FOLDER] [--rounds 5] [--json FILE]

The tree is copied into a repository of its own; `--package` fetches a source archive from the
package index that pip is configured with. Within a round every command runs once, so that the
ratios are paired; the table holds their medians and ranges. Elapsed seconds are compared,
because people wait for those, and processor seconds stand beside them. Prints Markdown.

The engines are asked with the rules that aigate asks them with. `hook` is what each engine's own
hook runs: semgrep's default command with the same rules, and bandit, one after the other.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKS = ROOT / "policies" / "compiled"
OFFLINE = {"SEMGREP_ENABLE_VERSION_CHECK": "0", "SEMGREP_SEND_METRICS": "off"}
CHANGED = 50


@dataclass(frozen=True)
class Taken:
    """What one command took: seconds, processor seconds, and its largest memory in MB."""

    wall: float
    cpu: float
    memory: float


@dataclass(frozen=True)
class Row:
    """A line of the table: the times of a case over those of what it is held against."""

    case: str
    against: str
    goal: float
    case_of: Callable[[dict[str, Taken]], float]
    against_of: Callable[[dict[str, Taken]], float]


def run(command: Sequence[str], cwd: Path, environ: dict[str, str]) -> Taken:
    """Run a command to its end and say what it took, with all that it started.

    It is started by a small program of its own, since memory is only told as a maximum over
    everything that a process ever waited for.
    """
    probe = (
        "import json,resource,subprocess,sys,time;a=time.monotonic();"
        "c=subprocess.run(sys.argv[1:],stdin=subprocess.DEVNULL,stdout=subprocess.DEVNULL,"
        "stderr=subprocess.PIPE);w=time.monotonic()-a;"
        "r=resource.getrusage(resource.RUSAGE_CHILDREN);"
        "print(json.dumps([c.returncode,w,r.ru_utime+r.ru_stime,r.ru_maxrss/1024,"
        "c.stderr.decode('utf-8','replace')[-500:]]))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", probe, *command],
        cwd=cwd,
        env=environ,
        capture_output=True,
        check=True,
    )
    code, wall, cpu, memory, err = json.loads(done.stdout)
    if code not in {0, 1, 3}:
        raise SystemExit(f"{' '.join(command[:6])} ended with {code}: {err}")
    return Taken(wall, cpu, memory)


class Bench:
    """A repository made of a tree, with everything cached, and the commands to compare."""

    def __init__(self, tree: Path, top: Path) -> None:
        """Copy a tree into a repository under `top`."""
        self.top, self.root = top, top / "repository"
        self.environ = {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(top / "home"),
            "LC_ALL": "C.UTF-8",
            "GIT_CONFIG_NOSYSTEM": "1",
            **OFFLINE,
        }
        (top / "home").mkdir()
        shutil.copytree(tree, self.root, ignore=shutil.ignore_patterns(".git"))
        self.git("init", "--quiet", "--initial-branch=main")
        self.commit("the tree")
        self.files = sorted(self.root.rglob("*.py"), key=lambda file: (file.stat().st_size, file))
        self.count = 0

    def git(self, *arguments: str) -> None:
        """Run git, which must work."""
        name = ("-c", "user.name=Bench", "-c", "user.email=bench@example.com")
        subprocess.run(["git", *name, *arguments], cwd=self.root, env=self.environ, check=True)

    def commit(self, message: str) -> None:
        """Commit everything."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--no-verify", "--message", message)

    def typical(self, number: int) -> list[Path]:
        """Return files around the size in the middle, of those that hold anything."""
        filled = [file for file in self.files if file.stat().st_size > 200]
        middle = max(len(filled) // 2 - number // 2, 0)
        return filled[middle : middle + number]

    def edit(self, files: Sequence[Path]) -> None:
        """Add a line that nobody has seen to each file."""
        self.count += 1
        for file in files:
            with file.open("a") as opened:
                opened.write(f"\n_ROUND = {self.count}\n")

    def aigate(self, *arguments: str) -> Taken:
        """Time a scan."""
        return run(
            [sys.executable, "-m", "aigate", "scan", "-q", *arguments], self.root, self.environ
        )

    def bandit(self, files: Sequence[Path]) -> Taken:
        """Time bandit on files."""
        return self._in_parts(
            [sys.executable, "-I", "-m", "bandit", "--quiet", "--format", "json", "--"], files
        )

    def semgrep(self, files: Sequence[Path], *, fast: bool) -> Taken:
        """Time semgrep on files, by its fast command line or by the default one."""
        options = [
            "--json",
            "--quiet",
            "--metrics=off",
            "--disable-version-check",
            "--no-git-ignore",
        ]
        packs = [f"--config={PACKS / f'{name}.json'}" for name in ("python", "generic")]
        start = [str(Path(sys.executable).parent / "semgrep"), "scan"]
        fast_only = ["--experimental", "--novcs"] if fast else []
        return self._in_parts([*start, *fast_only, *options, *packs, "--"], files)

    def _in_parts(self, command: list[str], files: Sequence[Path]) -> Taken:
        return run([*command, *map(str, files)], self.root, self.environ)

    def bare(self) -> Taken:
        """Time an interpreter that does nothing."""
        return run([sys.executable, "-I", "-c", "pass"], self.root, self.environ)


def one_round(bench: Bench) -> dict[str, Taken]:
    """Run every command once, on text that nobody has seen."""
    taken = {"bare": bench.bare()}
    one, many = bench.typical(1), bench.typical(CHANGED)

    bench.edit(one)
    bench.git("add", "--all")
    taken["one, nothing cached"] = bench.aigate("--staged", "--no-cache")
    taken["one, semgrep"] = bench.semgrep(one, fast=True)
    taken["one, semgrep's hook"] = bench.semgrep(one, fast=False)
    taken["one, bandit"] = bench.bandit(one)
    bench.aigate("--staged")
    taken["one, cached"] = bench.aigate("--staged")
    bench.commit("one file")

    bench.edit(many)
    bench.commit("many files")
    taken["many, nothing cached"] = bench.aigate("--base=HEAD~1", "--head=HEAD", "--no-cache")
    taken["many, semgrep"] = bench.semgrep(many, fast=True)
    taken["many, bandit"] = bench.bandit(many)

    taken["tree, nothing cached"] = bench.aigate("--no-cache")
    taken["tree, semgrep"] = bench.semgrep(bench.files, fast=True)
    taken["tree, bandit"] = bench.bandit(bench.files)
    bench.aigate()
    bench.edit(one)
    taken["tree, one changed"] = bench.aigate()
    bench.commit("one more")
    return taken


def rows() -> list[Row]:
    """Return the table of goals."""

    def slower(what: str) -> Callable[[dict[str, Taken]], float]:
        return lambda t: max(t[f"{what}, semgrep"].wall, t[f"{what}, bandit"].wall)

    def wall(name: str) -> Callable[[dict[str, Taken]], float]:
        return lambda t: t[name].wall

    return [
        Row(
            "commit of one file, cached", "a bare interpreter", 8, wall("one, cached"), wall("bare")
        ),
        Row(
            "one file, nothing cached",
            "slower engine",
            1.25,
            wall("one, nothing cached"),
            slower("one"),
        ),
        Row(
            "one file, nothing cached",
            "both engines' hooks",
            1 / 6,
            wall("one, nothing cached"),
            lambda t: t["one, semgrep's hook"].wall + t["one, bandit"].wall,
        ),
        Row(
            f"{CHANGED} files, nothing cached",
            "slower engine",
            1.2,
            wall("many, nothing cached"),
            slower("many"),
        ),
        Row(
            "whole tree, nothing cached",
            "both engines, one after the other",
            0.6,
            wall("tree, nothing cached"),
            lambda t: t["tree, semgrep"].wall + t["tree, bandit"].wall,
        ),
        Row(
            "whole tree, one file changed since",
            "one file, nothing cached",
            1.5,
            wall("tree, one changed"),
            wall("one, nothing cached"),
        ),
        Row(
            "largest memory, whole tree",
            "larger engine",
            1.2,
            lambda t: t["tree, nothing cached"].memory,
            lambda t: max(t["tree, semgrep"].memory, t["tree, bandit"].memory),
        ),
    ]


def shown(rounds: Sequence[dict[str, Taken]]) -> str:
    """Return the tables in Markdown."""
    lines = ["| case | against | goal | median | range |", "|---|---|---|---|---|"]
    for row in rows():
        ratios = [row.case_of(taken) / row.against_of(taken) for taken in rounds]
        lines.append(
            f"| {row.case} | {row.against} | {row.goal:.2f} | {statistics.median(ratios):.2f}"
            f" | {min(ratios):.2f} to {max(ratios):.2f} |"
        )
    lines += ["", "| command | seconds | processor seconds | MB |", "|---|---|---|---|"]
    for name in rounds[0]:
        wall, cpu, memory = (
            statistics.median(getattr(taken[name], what) for taken in rounds)
            for what in ("wall", "cpu", "memory")
        )
        lines.append(f"| {name} | {wall:.2f} | {cpu:.2f} | {memory:.0f} |")
    return "\n".join(lines)


def fetched(package: str, folder: Path) -> Path:
    """Return the sources of a package, from its archive."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary=:all:"]
    subprocess.run([*command, "--dest", str(folder), package], check=True)
    archive = next(folder.glob("*.tar.gz"))
    with tarfile.open(archive) as opened:
        opened.extractall(folder / "sources", filter="data")
    return next((folder / "sources").iterdir())


def main() -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--package", default="django==5.2.8")
    parser.add_argument("--tree", type=Path)
    parser.add_argument("--below", default="", help="only this folder of the tree")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        top = Path(folder)
        tree = asked.tree or fetched(asked.package, top / "archive")
        bench = Bench(tree / asked.below, top)
        print(f"{len(bench.files)} Python files, {os.cpu_count()} cores\n", flush=True)
        rounds = [one_round(bench) for _ in range(asked.rounds)]
    if asked.json:
        asked.json.write_text(
            json.dumps([{n: [t.wall, t.cpu, t.memory] for n, t in r.items()} for r in rounds])
        )
    print(shown(rounds))


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()
