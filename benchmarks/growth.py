"""Measures how the time of a scan grows: files, rules, ledger, history, repository and cores.

    python benchmarks/growth.py --write                  # all of it, into docs/, with the picture
    python benchmarks/growth.py --only files,ledger --json FILE
    python benchmarks/growth.py --quick                  # small sizes, from a tree at hand
    python benchmarks/growth.py --from FILE --write      # tables and picture of what was measured

The changed files are real ones of middling size, of a source archive from the package index that
pip is configured with; the repositories around them are made by `git fast-import`. Each point is
the shortest of a few runs of the command line. The exponent is the slope of a line through the
logarithms: 1 is linear, 0 is flat. What a start costs pulls it down, so the last step counts as
well. Sizes for which there is no time within `--minutes` are left out, and are named. The picture
needs `pip install --group bench`.
"""

from __future__ import annotations

import argparse
import json
import resource
import signal
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from time import monotonic

import page
import subject
from curves import MOST, Curve, Point
from grounds import MEASURES, Ground

SIZES = {
    "files": (1, 3, 10, 30, 100, 300, 1_000, 3_000),
    "rules": (10, 30, 100, 300),
    "ledger": (10, 100, 1_000, 10_000, 100_000),
    "history": (100, 1_000, 10_000, 50_000),
    "repository": (100, 1_000, 10_000, 50_000),
    "cores": (1, 2),
}
QUICK = {
    "files": (1, 10, 30),
    "rules": (10, 30),
    "ledger": (10, 100),
    "history": (10, 1_000),
    "repository": (10, 1_000),
    "cores": (1, 2),
}


def shown(curves: Sequence[Curve], left_out: Sequence[str]) -> str:
    """Return the tables in Markdown."""
    rows = [
        (
            curve.of,
            curve.case,
            f"{curve.points[0].size:,} to {curve.points[-1].size:,}" if curve.points else "",
            *("" if one is None else f"{one:z.2f}" for one in (curve.exponent, curve.last)),
            f"{curve.goal}, up to {MOST[curve.goal]}" if curve.goal else "",
            curve.verdict,
        )
        for curve in curves
    ]
    points = [
        (curve.of, curve.case, *(_listed(curve, what) for what in ("wall", "cpu")))
        for curve in curves
    ]
    head = ("what grows", "case", "sizes", "exponent", "last step", "goal", "meets")
    said = [
        page.table(head, rows),
        "The points, size by size, the shortest of a few runs:",
        page.table(("what grows", "case", "seconds", "processor seconds"), points),
    ]
    if left_out:
        said.insert(1, f"There was no time for: {', '.join(left_out)}.")
    return "\n\n".join(said)


def _listed(curve: Curve, what: str) -> str:
    return ", ".join(f"{one.size:,}: {getattr(one, what):.2f}" for one in curve.points)


def measured(
    parser: argparse.ArgumentParser, asked: argparse.Namespace
) -> tuple[str, list[Curve], list[str]]:
    """Measure; return the facts, the curves, and what there was no time for."""
    sizes = QUICK if asked.quick else SIZES
    names = asked.only.split(",") if asked.only else [*MEASURES]
    if unknown := [one for one in names if one not in MEASURES]:
        raise SystemExit(f"`{unknown[0]}` is no curve; hint: there are {', '.join(MEASURES)}")
    if asked.most:
        sizes = {
            of: [one for one in each if one <= asked.most] or each[:1] for of, each in sizes.items()
        }
    rounds = 1 if asked.quick else asked.rounds
    with tempfile.TemporaryDirectory() as folder:
        top = Path(folder)
        if asked.tree:
            tree, name = asked.tree, asked.tree.resolve().name
        elif asked.quick:
            tree, name = subject.at_hand(), subject.AT_HAND
        else:
            tree, name = subject.fetched(asked.package, top / "archive"), asked.package
        facts = page.facts(
            page.command("growth.py", parser, asked),
            f"files of `{name}`; runs for each point: {rounds}",
        )
        print(facts, flush=True)
        files = subject.python_files(tree)
        ground = Ground(top, files, rounds=rounds, seconds=asked.minutes * 60)
        if asked.quick:
            ground.cores_on = 10
        curves = []
        for name in (one for one in MEASURES if one in names):
            began = monotonic()
            curves += MEASURES[name](ground, sizes[name])
            print(f"{name}: {monotonic() - began:.0f} s", file=sys.stderr)
    curves.sort(key=lambda curve: [*SIZES].index(curve.of))
    return facts, curves, ground.left_out


def read(file: Path) -> tuple[str, list[Curve], list[str]]:
    """Return what was measured before."""
    found = json.loads(file.read_bytes())
    curves = [
        Curve(**one | {"points": tuple(Point(**p) for p in one["points"]), "less": (*one["less"],)})
        for one in found["curves"]
    ]
    return found["facts"], curves, found["left_out"]


def main() -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--package", default="django==5.2.8")
    parser.add_argument("--tree", type=Path, help="a folder with Python files")
    parser.add_argument("--only", metavar="NAMES", help=f"some of {', '.join(MEASURES)}")
    parser.add_argument("--most", type=int, help="leave out larger sizes, but for the smallest")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--minutes", type=float, default=15.0)
    parser.add_argument("--quick", action="store_true", help="small sizes, one run each")
    parser.add_argument("--json", type=Path, help="write every number here")
    parser.add_argument("--from", type=Path, dest="before", metavar="FILE", help="such a file")
    parser.add_argument(
        "--write", type=Path, nargs="?", const=page.PAGE, help="write tables and picture for a page"
    )
    asked = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Who is given up cleans up.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if asked.write:
        import picture  # noqa: PLC0415 - only what draws needs the library, and says so before all
    facts, curves, left_out = read(asked.before) if asked.before else measured(parser, asked)
    if asked.json:
        found = {"facts": facts, "curves": [asdict(one) for one in curves], "left_out": left_out}
        asked.json.write_text(json.dumps(found))
    text = shown(curves, left_out)
    print(f"\n{text}")
    if asked.write:
        picture.draw(curves, asked.write.parent / "pictures")
        page.put(asked.write, "growth", f"{facts}\n\n{text}")


if __name__ == "__main__":
    main()
