"""Measures the inventory: what it finds in labelled files, and how fast it reads a tree.

    python benchmarks/inventory.py labels SAMPLE SCORER.py [--verbose]
    python benchmarks/inventory.py speed REPOSITORY [--repeat 3]

SAMPLE holds the labelled files as `owner+repo/path`; SCORER knows what should be found in them.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from aigate.cli.packs import packs_folder
from aigate.discovery import discover
from aigate.documents.ai_knowledge import read_knowledge
from aigate.domain.inventory import Confidence, Inventory, UseKind
from aigate.domain.tree import Entry
from aigate.workspace.units import Content, build_units

_KINDS = {
    UseKind.PROVIDER: "provider",
    UseKind.MODEL: "model",
    UseKind.FRAMEWORK: "framework",
    UseKind.VECTOR_STORE: "framework",
    UseKind.DATASET: "dataset",
    UseKind.ENDPOINT: "endpoint",
    UseKind.ENVIRONMENT: "env",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(required=True)
    labels = commands.add_parser("labels")
    labels.add_argument("sample", type=Path)
    labels.add_argument("scorer", type=Path)
    labels.add_argument("--verbose", action="store_true")
    labels.set_defaults(run=score)
    speed = commands.add_parser("speed")
    speed.add_argument("repository", type=Path)
    speed.add_argument("--repeat", type=int, default=3)
    speed.set_defaults(run=time_it)
    options = parser.parse_args()
    options.run(options)


def score(options: argparse.Namespace) -> None:
    """Write what is found in the labelled files, and let the scorer judge it."""
    rows = []
    for folder in sorted(path for path in options.sample.iterdir() if path.is_dir()):
        inventory = of_folder(folder)
        for use in inventory.uses:
            kind = _KINDS.get(use.kind)
            role = dict(use.detail).get("role", "product")
            if use.kind in {UseKind.AGENT, UseKind.SERVER} and role != "product":
                kind = "agent"
            if kind and use.name and use.confidence is not Confidence.UNDETERMINED:
                file = f"{folder.name}/{use.at.path}"
                rows.append({"file": file, "kind": kind, "value": use.name})
    with tempfile.NamedTemporaryFile("w", suffix=".json") as out:
        json.dump(rows, out)
        out.flush()
        verbose = ["--verbose"] if options.verbose else []
        subprocess.run([sys.executable, options.scorer, out.name, *verbose], check=True)


def of_folder(folder: Path) -> Inventory:
    """Return the inventory of the files below a folder."""
    knowledge = read_knowledge((packs_folder() / "data" / "ai.json").read_bytes())
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    contents = (
        Content(
            entry=Entry(path.relative_to(folder).as_posix(), "100644", ""), data=path.read_bytes()
        )
        for path in files
    )
    return discover(build_units(contents), knowledge)


def time_it(options: argparse.Namespace) -> None:
    """Time the command on a repository: read anew, and from what was kept."""
    bare = min(_cost([sys.executable, "-c", "pass"])[1] for _ in range(5))
    print(f"a bare start: {bare:.3f} s of CPU")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o700)
        line = [sys.executable, "-m", "aigate", "-C", str(options.repository), "inventory"]
        line += ["--format", "json"]
        cold = [_cost([*line, "--no-cache"]) for _ in range(options.repeat)]
        _cost([*line, "--cache", folder])
        warm = [_cost([*line, "--cache", folder]) for _ in range(options.repeat)]
    for name, costs in (("read anew", cold), ("from what was kept", warm)):
        elapsed, spent = (sorted(column) for column in zip(*costs, strict=True))
        print(
            f"{name}: {elapsed[0]:.2f} to {elapsed[-1]:.2f} s,"
            f" CPU {spent[0]:.2f} to {spent[-1]:.2f} s, {spent[0] / bare:.0f} bare starts"
        )


def _cost(command: list[str]) -> tuple[float, float]:
    """Run a command, and return its seconds, and those of the processor with all its children."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    elapsed, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return elapsed, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
