"""Measures the scanner of dependencies: names it mistakes, names it misses, and what it costs.

    python benchmarks/dependencies.py honest pypi|npm NAMES [--most 4000]
    python benchmarks/dependencies.py attacks TYPOSQUATS.csv
    python benchmarks/dependencies.py cost

NAMES holds names of real packages, one a line; TYPOSQUATS.csv has the columns
`malicious_package`, `target_package` and `ecosystem`, as in the data set of ecosyste.ms.
"""

from __future__ import annotations

import argparse
import csv
import random
import time
from collections import Counter
from pathlib import Path

from aigate.cli.packs import packs_folder
from aigate.domain.extension import Target
from aigate.domain.package import Ecosystem
from aigate.domain.tree import Entry
from aigate.scanners._dependencies.known import Known, known_names, normal
from aigate.scanners._dependencies.near import nearest
from aigate.scanners.dependencies import SCANNER
from aigate.workspace.units import Content, build_units


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(required=True)
    honest = commands.add_parser("honest")
    honest.add_argument("ecosystem", type=Ecosystem)
    honest.add_argument("names", type=Path)
    honest.add_argument("--most", type=int, default=4000)
    honest.set_defaults(run=of_honest)
    attacks = commands.add_parser("attacks")
    attacks.add_argument("table", type=Path)
    attacks.set_defaults(run=of_attacks)
    commands.add_parser("cost").set_defaults(run=of_cost)
    options = parser.parse_args()
    options.run(options)


def known_of(ecosystem: Ecosystem) -> Known:
    known = known_names(str(packs_folder()), ecosystem)
    assert known is not None
    return known


def verdict(name: str, known: Known) -> str:
    found = nearest(name, known)
    return "nothing" if found is None else "sure" if found.sure else "guess"


def of_honest(options: argparse.Namespace) -> None:
    known = known_of(options.ecosystem)
    lines = options.names.read_text(encoding="utf-8").splitlines()
    names = sorted(
        {normal(line.split("\t")[0], options.ecosystem) for line in lines} - known.ranks.keys()
    )
    random.Random(5).shuffle(names)
    names = names[: options.most]
    counts = Counter(verdict(name, known) for name in names)
    for word in ("sure", "guess", "nothing"):
        print(f"{word:8} {counts[word]:6} {100 * counts[word] / max(len(names), 1):6.2f} %")


def of_attacks(options: argparse.Namespace) -> None:
    counts: Counter[tuple[bool, str]] = Counter()
    with options.table.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["ecosystem"] not in {"pypi", "npm"}:
                continue
            ecosystem = Ecosystem(row["ecosystem"])
            known = known_of(ecosystem)
            name = normal(row["malicious_package"], ecosystem)
            target = normal(row["target_package"], ecosystem)
            counts[target in known, "known" if name in known else verdict(name, known)] += 1
    for (listed, word), count in sorted(counts.items()):
        print(f"target {'is' if listed else 'is not'} well known: {word:8} {count}")


def of_cost(_options: argparse.Namespace) -> None:
    for ecosystem in Ecosystem:
        started = time.perf_counter()
        known_of(ecosystem)
        print(f"names of {ecosystem.value}: {1000 * (time.perf_counter() - started):.1f} ms, once")
    known = known_of(Ecosystem.NPM)
    names = [f"acme-{name}" for name in list(known.ranks)[:1000]]
    started = time.perf_counter()
    for name in names:
        nearest(name, known)
    print(f"a name that is not well known: {time.perf_counter() - started:.2f} ms")
    for count in (1_000, 10_000):
        text = "".join(
            f'[[package]]\nname = "acme-{n}"\nversion = "1"\nwheels = [\n'
            f'  {{ url = "https://a.example/acme_{n}-1-py3-none-any.whl", hash = "sha256:{n:064}" }},\n]\n'
            for n in range(count)
        )
        said, seconds = scanned("uv.lock", text)
        print(
            f"a lock file of {count} unknown names, {len(text) / 1e6:.1f} MB: {seconds:.2f} s, {said}"
        )
    text = (
        "import os, sys, json\nimport requests\nfrom flask import Flask\n" + "x = [1, 2, 3]\n" * 300
    )
    _, seconds = scanned("app.py", text, times=1_000)
    print(f"1,000 files that import what is well known: {seconds:.2f} s")


def scanned(path: str, text: str, *, times: int = 1) -> tuple[int, float]:
    data = text.encode()
    paths = [path, *(f"a{n}/{path}" for n in range(1, times))]
    contents = [
        Content(entry=Entry(one, "100644", f"{n:040}"), data=data) for n, one in enumerate(paths)
    ]
    target = Target(
        units=tuple(build_units(contents)),
        paths=frozenset(paths),
        scratch="",
        exported="",
        packs=str(packs_folder()),
    )
    started = time.perf_counter()
    said = len(list(SCANNER.scan(target)))
    return said, time.perf_counter() - started


if __name__ == "__main__":
    main()
