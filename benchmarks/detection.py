"""Measures detection on labelled samples: recall, false alarms, and what would block.

    python benchmarks/detection.py LABELS SAMPLES [--only SET] [--own] [--per-cwe] [--json FILE]

LABELS holds one `<set>.jsonl` for each set, a sample a line: `file`, `label` (1 is vulnerable,
0 is secure), `cwe` (a list of numbers), and `pair` where two samples are the two sides of a fix.
SAMPLES holds the files, as `<set>/<file>`.
Each set is judged by the gate itself, as one new tree under its default policy; `--own` counts
only our own rules.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

Row = dict
"""A label or a finding, as its JSON states it."""

# Numbers of CWE by which scanners and labels call one weakness; a finding counts as naming a
# label's weakness if both are of one line.
_SAME: tuple[frozenset[int], ...] = tuple(
    frozenset(numbers)
    for numbers in (
        (22, 23, 35, 36, 59, 73, 99),  # paths
        (77, 78, 88),  # commands
        (94, 95, 96, 470, 913, 1336),  # code and templates
        (89, 564, 943),  # queries
        (79, 80, 83, 116),  # pages
        (91, 643),  # XPath
        (502, 913),  # objects from data
        (611, 776, 827),  # XML
        (256, 257, 261, 326, 327, 328, 329, 522, 759, 760, 916),  # weak cryptography
        (330, 331, 335, 337, 338, 339),  # random numbers
        (255, 259, 260, 321, 522, 798),  # secrets in code
        (256, 311, 312, 319, 523),  # clear text
        (295, 296, 297, 322, 940),  # certificates
        (287, 290, 345, 346, 347),  # signatures
        (93, 113, 117),  # line breaks
        (614, 1004, 1275),  # cookies
        (20, 501),  # trust
        (185, 400, 730, 770, 776, 1333),  # use without limit
        (250, 269, 276, 732),  # rights of files and programs
        (362, 367, 377, 379),  # races and temporary files
        (284, 285, 287, 306, 613, 639, 862, 863),  # who may do what
        (200, 201, 203, 208, 209, 215, 489, 532),  # what is given away
        (183, 346, 942),  # origins
        (250, 272, 862, 1427),  # agents
    )
)
_OWN = ("semgrep", "python-flow")
_HEAD = "| set | CWE | vulnerable | found | recall | secure | false | rate | pairs told apart | secure that would block |"


def accepted(numbers: Iterable[int]) -> frozenset[int]:
    """Return every CWE by which a finding may call a label's weakness."""
    wanted = frozenset(numbers)
    return wanted.union(*(same for same in _SAME if same & wanted))


def findings(folder: Path) -> list[Row]:
    """Judge a folder as one new tree, and return what the gate found."""
    with tempfile.TemporaryDirectory() as scratch:
        tree = Path(scratch, "tree")
        shutil.copytree(folder, tree)
        for command in (
            ["init", "-q", "-b", "main"],
            ["add", "-A", "-f"],
            ["-c", "user.name=bench", "-c", "user.email=bench@localhost", "commit", "-qm", "all"],
        ):
            subprocess.run(["git", "-C", str(tree), *command], check=True)
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "aigate",
                f"-C{tree}",
                "scan",
                "--head=HEAD",
                "--format=json",
            ],
            capture_output=True,
            check=False,
        )
    if not done.stdout:
        raise SystemExit(f"{folder}: exit {done.returncode}: {done.stderr.decode()}")
    report = json.loads(done.stdout)
    for code, count in Counter(gap["code"] for gap in report["gaps"]).items():
        print(f"{folder.name}: {count} gaps `{code}`", file=sys.stderr)
    return list(report["findings"])


def judged(labels: Sequence[Row], found: Mapping[str, Sequence[Row]]) -> list[tuple[Row, bool]]:
    """Say of each label whether a finding names its weakness."""
    return [
        (
            label,
            any(accepted(label["cwe"]) & set(one["cwe"]) for one in found.get(label["file"], ())),
        )
        for label in labels
    ]


def line(name: str, cwe: str, rows: Sequence[tuple[Row, bool]], blocked: frozenset[str]) -> str:
    """Write one line of the table."""
    bad = [hit for label, hit in rows if label["label"]]
    good = [hit for label, hit in rows if not label["label"]]
    would = sum(label["file"] in blocked for label, _ in rows if not label["label"])
    pairs: defaultdict[str, dict[int, bool]] = defaultdict(dict)
    for label, hit in rows:
        side = pairs[label["pair"]]
        side[label["label"]] = side.get(label["label"], False) or hit
    both = [side for side in pairs.values() if len(side) == len((0, 1))]
    apart = sum(side[1] and not side[0] for side in both)
    return (
        f"| {name} | {cwe} | {len(bad)} | {sum(bad)} | {_rate(sum(bad), len(bad))} "
        f"| {len(good)} | {sum(good)} | {_rate(sum(good), len(good))} "
        f"| {_rate(apart, len(both))} | {would} ({_rate(would, len(good))}) |"
    )


def _rate(part: int, whole: int) -> str:
    return f"{part / whole:.2f}" if whole else "-"


def main() -> None:
    """Judge every set, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("labels", type=Path)
    parser.add_argument("samples", type=Path)
    parser.add_argument("--only", action="append", help="a set; may be given several times")
    parser.add_argument("--own", action="store_true", help="count only our own rules")
    parser.add_argument("--per-cwe", action="store_true", help="a line for each weakness")
    parser.add_argument("--json", type=Path, help="write every finding there, for reading")
    options = parser.parse_args()
    kept = []
    print(f"{_HEAD}\n{'|---' * 10}|")
    for file in sorted(options.labels.glob("*.jsonl")):
        if options.only and file.stem not in options.only:
            continue
        labels = [json.loads(text) for text in file.read_text(encoding="utf-8").splitlines()]
        found: defaultdict[str, list[Row]] = defaultdict(list)
        for one in findings(options.samples / file.stem):
            if not options.own or one["scanner"] in _OWN:
                found[one["path"]].append(one)
                kept.append({"set": file.stem} | one)
        blocked = frozenset(
            path for path, ones in found.items() if any(o["blocking"] for o in ones)
        )
        rows = judged(labels, found)
        print(line(file.stem, "all", rows, blocked), flush=True)
        if options.per_cwe:
            for cwe in sorted({number for label in labels for number in label["cwe"]}):
                some = [row for row in rows if cwe in row[0]["cwe"]]
                print(line(file.stem, str(cwe), some, blocked))
    if options.json:
        options.json.write_text(json.dumps(kept), encoding="utf-8")


if __name__ == "__main__":
    main()
