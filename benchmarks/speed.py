"""Times what people wait for, as paired ratios against the engines' own commands.

    python benchmarks/speed.py --write       # Django, five rounds, into docs/speed.md
    python benchmarks/speed.py --tree FOLDER [--below src] [--rounds 3] [--json FILE]
    python benchmarks/speed.py --quick       # a small tree that is at hand, one round

The Python files of the tree are copied into a repository of their own, so that aigate, semgrep
and bandit are asked about the same files; `--package` fetches a source archive from the package
index that pip is configured with. Before anything is timed, the gate judges the whole tree once,
which reads every file, and must have no gap about an engine. Within a round every command runs
once, on text that nobody has seen, and every other round in the opposite order. Ratios are of the
commands of one round; elapsed seconds are compared, because people wait for those, and processor
seconds stand beside them. Prints Markdown.

`nothing cached` is the default command with an empty cache, so that filling it counts as well.
semgrep gets the packs that aigate gives it, by its fast command line (`--experimental`). The
rules that follow data are aigate's own, and only aigate runs them. The hooks are the default
commands that the engines' own hooks for pre-commit run.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass
from pathlib import Path

import measure
import page
import subject
from measure import Taken

PACKS = page.ROOT / "policies" / "compiled"
CHANGED = 50
REPEATS = 3
FOUND = frozenset({0, 1})
BROKEN = {"scanner-failed", "scanner-timeout", "scanner-error", "canary-missing", "rule-invalid"}
WEAK = 'import jwt\n\n\ndef f(t):\n    return jwt.decode(t, options={"verify_signature": False})\n'

Round = Mapping[str, Taken]
Value = Callable[[Taken], float]


@dataclass(frozen=True)
class Row:
    """A line of the table: a case, and what it is held against."""

    case: str
    against: str
    goal: float
    moonshot: float | None
    ratio: Callable[[Round, Value], float]


class Bench:
    """A repository made of a tree, and the commands to compare."""

    def __init__(self, files: Mapping[str, bytes], top: Path, *, changed: int) -> None:
        """Write the files into a repository under `top`."""
        self.top, self.root = top, top / "repository"
        self.environ = subject.environment(top)
        for path, data in files.items():
            file = self.root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        self.git("init", "--quiet", "--initial-branch=main")
        self.commit("the tree")
        self.all = [*files]
        self.one = subject.typical(files, 1)
        self.many = subject.typical(files, changed)
        self.codes: AbstractSet[int] = FOUND
        self.count = 0

    def git(self, *arguments: str) -> None:
        """Run git, which must work."""
        subject.git(self.root, *arguments, environ=self.environ)

    def commit(self, message: str) -> None:
        """Commit everything."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--no-verify", "--message", message)

    def edit(self, paths: Sequence[str]) -> None:
        """Add a line that nobody has seen to each file."""
        self.count += 1
        for path in paths:
            with (self.root / path).open("a") as opened:
                opened.write(f"\n_ROUND = {self.count}\n")

    def forget(self) -> None:
        """Empty the cache."""
        shutil.rmtree(self.top / "cache", ignore_errors=True)

    def check(self) -> None:
        """Have everything run once, and see that it examines what it is asked about."""
        self.forget()
        taken = self.run([*self.scan(), "--format", "json"], codes=FOUND | {3})
        if not taken.out:
            raise SystemExit(f"a scan says nothing: {taken.err[-500:]}")
        report = json.loads(taken.out)
        if broken := [gap for gap in report["gaps"] if gap["code"] in BROKEN]:
            raise SystemExit(f"the gate could not examine the tree: {broken[0]}")
        self.codes |= {taken.code}
        found = json.loads(self.run(self.semgrep(self.all)).out)
        if len(found["paths"]["scanned"]) != len(self.all):
            raise SystemExit(f"semgrep read {len(found['paths']['scanned'])} files only")
        for command in (self.bandit(self.one), *self.hooks(self.one)):
            self.engine(command)
        probe = self.root / "aigate_probe.py"
        self.event("SessionStart")
        probe.write_text(WEAK)
        said = self.after_write(probe.name)
        probe.unlink()
        if json.loads(said.out).get("decision") != "block":
            raise SystemExit(f"the hook lets a weakness pass: {said.out}")

    def run(
        self, command: Sequence[str], *, codes: AbstractSet[int] = FOUND, feed: Path | None = None
    ) -> Taken:
        """Run a command, which must end as it should."""
        taken = measure.run(command, cwd=self.root, environ=self.environ, feed=feed)
        if taken.code not in codes:
            raise SystemExit(f"{' '.join(command[:6])} ended with {taken.code}: {taken.err[-500:]}")
        return taken

    def aigate(self, *arguments: str) -> Taken:
        """Time a scan."""
        taken = self.run(self.scan(*arguments), codes=self.codes)
        if not taken.out:
            # A crash of Python ends with 1 as well.
            raise SystemExit(f"a scan says nothing: {taken.err[-500:]}")
        return taken

    def anew(self, *arguments: str) -> Taken:
        """Time a scan that knows nothing of earlier ones."""
        self.forget()
        return self.aigate(*arguments)

    def scan(self, *arguments: str) -> list[str]:
        """Return the command of a scan."""
        return ["aigate", "scan", "-q", *arguments]

    def semgrep(self, paths: Sequence[str]) -> list[str]:
        """Return semgrep's fast command for files."""
        options = ["--experimental", "--json", "--quiet", "--metrics=off"]
        options += ["--disable-version-check", "--no-git-ignore", "--novcs"]
        return ["semgrep", "scan", *options, *configs(), "--", *paths]

    def bandit(self, paths: Sequence[str]) -> list[str]:
        """Return bandit's command for files."""
        return ["bandit", "--quiet", "--format", "json", "--", *paths]

    def hooks(self, paths: Sequence[str]) -> tuple[list[str], list[str]]:
        """Return what the hooks of semgrep and of bandit run on files."""
        options = ["--disable-version-check", "--quiet", "--skip-unknown-extensions", "--error"]
        return (["semgrep", *options, *configs(), *paths], ["bandit", *paths])

    def event(self, name: str, **more: object) -> Taken:
        """Time the hook of a coding agent for an event of the session of this round."""
        file = self.top / "event.json"
        event = {"session_id": f"bench-{self.count}", "cwd": str(self.root)}
        file.write_text(json.dumps(event | {"hook_event_name": name, **more}))
        command = ["aigate", "agent", "hook", "--target", "claude"]
        return self.run(command, codes={0}, feed=file)

    def after_write(self, path: str) -> Taken:
        """Time the hook after an agent has written a file."""
        file = self.root / path
        given = {"file_path": str(file), "content": file.read_text("utf-8")}
        return self.event("PostToolUse", tool_name="Write", tool_input=given)

    def bare(self) -> Taken:
        """Time an interpreter that does nothing."""
        return self.run([sys.executable, "-I", "-c", "pass"], codes={0})

    def at_once(self) -> dict[str, float]:
        """Return the most memory in MB of all processes of a command at one time."""
        self.forget()
        commands = {
            "aigate": self.scan(),
            "semgrep": self.semgrep(self.all),
            "bandit": self.bandit(self.all),
        }
        return {
            name: measure.peak(command, cwd=self.root, environ=self.environ)
            for name, command in commands.items()
        }

    def round(self, number: int) -> dict[str, Taken]:
        """Run every command once, on text that nobody has seen."""
        taken: dict[str, Taken] = {}

        def in_turn(cases: Mapping[str, Callable[[], Taken]]) -> None:
            for name in [*cases][:: -1 if number % 2 else 1]:
                found = cases[name]()
                # Of what is repeated, the shortest counts: it is the least disturbed.
                taken[name] = min(found, taken.get(name, found), key=lambda one: one.wall)

        self.event("SessionStart")
        self.edit(self.one)
        self.git("add", "--all")
        semgrep_hook, bandit_hook = self.hooks(self.one)
        in_turn(
            {
                "one, nothing cached": lambda: self.anew("--staged"),
                "one, semgrep": lambda: self.engine(self.semgrep(self.one)),
                "one, bandit": lambda: self.engine(self.bandit(self.one)),
                "one, semgrep's hook": lambda: self.engine(semgrep_hook),
                "one, bandit's hook": lambda: self.engine(bandit_hook),
            }
        )
        self.after_write(self.one[0])
        for _ in range(REPEATS):
            in_turn(
                {
                    "bare": self.bare,
                    "one, cached": lambda: self.aigate("--staged"),
                    "after a write, cached": lambda: self.after_write(self.one[0]),
                }
            )
        self.commit("one file")

        self.edit(self.many)
        self.commit("many files")
        in_turn(
            {
                "many, nothing cached": lambda: self.anew("--base=HEAD~1", "--head=HEAD"),
                "many, semgrep": lambda: self.engine(self.semgrep(self.many)),
                "many, bandit": lambda: self.engine(self.bandit(self.many)),
            }
        )
        in_turn(
            {
                "tree, nothing cached": self.anew,
                "tree, semgrep": lambda: self.engine(self.semgrep(self.all)),
                "tree, bandit": lambda: self.engine(self.bandit(self.all)),
            }
        )
        self.edit(self.one)
        taken["tree, one changed"] = self.aigate()
        self.commit("one more")
        return taken

    def engine(self, command: Sequence[str]) -> Taken:
        """Time an engine's own command, which may find something."""
        return self.run(command)


def configs() -> list[str]:
    """Return the options that name the packs for Python."""
    return [f"--config={PACKS / f'{name}.json'}" for name in ("python", "generic")]


def rows(changed: int = CHANGED) -> list[Row]:
    """Return the table of goals."""

    def over(first: str, *others: str, most: bool = False) -> Callable[[Round, Value], float]:
        whole = max if most else sum
        return lambda taken, value: value(taken[first]) / whole(value(taken[o]) for o in others)

    def engines(what: str) -> tuple[str, str]:
        return f"{what}, semgrep", f"{what}, bandit"

    both = "both engines, one after the other"
    return [
        Row("commit of one file, cached", "a bare interpreter", 8, 4, over("one, cached", "bare")),
        Row(
            "agent's hook after a write, cached",
            "a bare interpreter",
            8,
            4,
            over("after a write, cached", "bare"),
        ),
        Row(
            "one file, nothing cached",
            "the slower engine",
            1.25,
            1.1,
            over("one, nothing cached", *engines("one"), most=True),
        ),
        Row(
            "one file, nothing cached",
            "both engines' own hooks",
            1 / 6,
            None,
            over("one, nothing cached", "one, semgrep's hook", "one, bandit's hook"),
        ),
        Row(
            f"{changed} files, nothing cached",
            "the slower engine",
            1.2,
            0.6,
            over("many, nothing cached", *engines("many"), most=True),
        ),
        Row(
            "whole tree, nothing cached",
            both,
            0.6,
            0.25,
            over("tree, nothing cached", *engines("tree")),
        ),
        Row(
            "whole tree, one file changed since",
            "one file, nothing cached",
            1.5,
            1.1,
            over("tree, one changed", "one, nothing cached"),
        ),
    ]


def memory(rounds: Sequence[Round], at_once: Mapping[str, float]) -> list[tuple[str, float, float]]:
    """Return the rows about memory: what, MB of aigate, MB of the larger engine."""
    largest = {
        name: max(taken[f"tree, {case}"].memory for taken in rounds)
        for name, case in (
            ("aigate", "nothing cached"),
            ("semgrep", "semgrep"),
            ("bandit", "bandit"),
        )
    }
    return [
        (what, mb["aigate"], max(mb["semgrep"], mb["bandit"]))
        for what, mb in (
            ("memory, whole tree: the largest process", largest),
            ("memory, whole tree: all processes at once", at_once),
        )
    ]


def shown(rounds: Sequence[Round], at_once: Mapping[str, float], *, changed: int) -> str:
    """Return the tables in Markdown."""
    lines = []
    for row in rows(changed):
        wall, cpu = (
            [row.ratio(taken, value) for taken in rounds]
            for value in (lambda one: one.wall, lambda one: one.cpu)
        )
        middle = statistics.median(wall)
        lines.append(
            (
                row.case,
                row.against,
                f"{row.goal:.2f}",
                f"{row.moonshot:.2f}" if row.moonshot else "",
                f"{middle:.2f}",
                f"{min(wall):.2f} to {max(wall):.2f}",
                f"{statistics.median(cpu):.2f}",
                met(middle, row.goal, row.moonshot),
            )
        )
    for what, ours, theirs in memory(rounds, at_once):
        ratio = ours / theirs if theirs else 0.0
        said = (f"{ratio:.2f}", "", "", met(ratio, 1.2, None)) if theirs else ("", "", "", "?")
        lines.append((what, "the larger engine", "1.20", "", *said))
    head = ["case", "against", "goal", "moonshot", "median", "range", "processor", "meets"]
    commands = [
        (
            name,
            f"{middle_of(rounds, name, 'wall'):.2f}",
            f"{middle_of(rounds, name, 'cpu'):.2f}",
            f"{middle_of(rounds, name, 'memory'):.0f}",
        )
        for name in rounds[0]
    ]
    together = ", ".join(f"{name} {mb:.0f} MB" for name, mb in at_once.items())
    return "\n\n".join(
        [
            page.table(head, lines),
            "What the commands took, as medians; memory is that of the largest process.",
            page.table(["command", "seconds", "processor seconds", "MB"], commands),
            f"All processes of a command at once, on the whole tree: {together}.",
        ]
    )


def middle_of(rounds: Sequence[Round], name: str, what: str) -> float:
    return statistics.median(getattr(taken[name], what) for taken in rounds)


def met(ratio: float, goal: float, moonshot: float | None) -> str:
    """Say which of its goals a ratio meets."""
    if moonshot is not None and ratio <= moonshot:
        return "moonshot"
    return "goal" if ratio <= goal else "no"


def main() -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--package", help="with its version, such as django==5.2.8")
    parser.add_argument("--tree", type=Path, help="a folder with Python files")
    parser.add_argument("--below", help="only this folder of the tree")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--changed", type=int, default=CHANGED, help="files of the larger change")
    parser.add_argument("--quick", action="store_true", help="one round on a small tree at hand")
    parser.add_argument("--json", type=Path, help="write every number here")
    parser.add_argument(
        "--write", type=Path, nargs="?", const=page.PAGE, help="write the tables into this page"
    )
    asked = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Who is given up cleans up.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory() as folder:
        top = Path(folder)
        below = asked.below or ""
        if asked.tree:
            tree, name = asked.tree, asked.tree.resolve().name
        elif asked.quick and not asked.package:
            tree, name = subject.at_hand(), subject.AT_HAND
        else:
            name = asked.package or "django==5.2.8"
            tree = subject.fetched(name, top / "archive")
            below = "django" if asked.below is None and not asked.package else below
        files = subject.python_files(tree / below)
        changed = min(asked.changed, len(subject.typical(files, len(files))))
        total = asked.rounds or (1 if asked.quick else 5)
        size = sum(map(len, files.values())) / 1e6
        about = (
            f"the {len(files)} Python files ({size:.1f} MB) of `{name}`"
            f"{f', folder `{below}`' if below else ''}; {total} round{'s' if total > 1 else ''}"
        )
        facts = page.facts(page.command("speed.py", parser, asked), about)
        print(facts, flush=True)
        bench = Bench(files, top, changed=changed)
        bench.check()
        rounds = []
        for number in range(total):
            began = time.monotonic()
            rounds.append(bench.round(number))
            print(f"round {number + 1}: {time.monotonic() - began:.0f} s", file=sys.stderr)
        at_once = bench.at_once()
    if asked.json:
        kept = [
            {
                n: {k: v for k, v in asdict(t).items() if k not in {"out", "err"}}
                for n, t in r.items()
            }
            for r in rounds
        ]
        asked.json.write_text(json.dumps({"facts": facts, "rounds": kept, "memory": at_once}))
    text = shown(rounds, at_once, changed=changed)
    print(f"\n{text}")
    if asked.write:
        page.put(asked.write, "speed", f"{facts}\n\n{text}")


if __name__ == "__main__":
    main()
