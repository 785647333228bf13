"""What is not needed is not loaded: every run loads the scanner, and few ask installers for much."""

import subprocess
import sys

import pytest

from tests.dependencies.look import PACKS

SHOWN = """
import sys
from aigate.domain.extension import Target
from aigate.domain.tree import Entry, Kind, Unit
from aigate.registry import scanner, scanners
packs, path, text = sys.argv[1:]
scanners()
scanner("dependencies").compares(path)
if text:
    unit = Unit("1", Entry(path, "100644", "0" * 40), Kind.PYTHON, text=text)
    target = Target(
        units=(unit,), paths=frozenset({path}), scratch="", exported="", packs=packs
    )
    for name in ("dependencies", "secrets"):
        print(*scanner(name).scan(target))
print(*(name for name in sys.modules if "._dependencies" in name or "._secrets" in name))
"""


@pytest.mark.parametrize(
    ("text", "loaded"),
    [
        ("", {"_dependencies", "files", "items"}),
        (
            "import os, flask\nfrom requests import get\nprint(flask, get)\n",
            {
                *("_dependencies", "files", "gist", "items", "scan", "scene", "imports", "places"),
                *("known", "modules"),
                *("_secrets", "scan", "clues", "formats", "runs"),
            },
        ),
    ],
    ids=["nothing", "known-modules"],
)
def test_what_asks_for_nothing_loads_no_reader(text: str, loaded: set[str]) -> None:
    command = [sys.executable, "-c", SHOWN, PACKS, "app.py", text]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert {name.rpartition(".")[2] for name in done.stdout.split()} == loaded
