"""The benchmarks, as people start them and as modules."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
PAGE = "# Speed\n\n<!-- {name}: from here -->\nold\n<!-- {name}: to here -->\n\nThe end.\n"


@pytest.fixture
def module(monkeypatch) -> Callable[[str], ModuleType]:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    return importlib.import_module


@pytest.fixture(scope="module")
def tree(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("tree")
    for number in range(3):
        lines = "".join(f"def f{n}(x):\n    return x + {n + number}\n\n\n" for n in range(10))
        (folder / f"m{number}.py").write_text(lines)
    return folder


def bench(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a benchmark from a folder that is none of its own."""
    return subprocess.run(
        [sys.executable, ROOT / "benchmarks" / script, *map(str, arguments)],
        cwd=ROOT / "docs",
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.fixture(scope="module")
def run() -> Callable[..., subprocess.CompletedProcess[str]]:
    return bench


@pytest.fixture(scope="module")
def page(tmp_path_factory) -> Callable[[str], Path]:
    def make(name: str) -> Path:
        file = tmp_path_factory.mktemp("docs") / "speed.md"
        file.write_text(PAGE.format(name=name))
        return file

    return make
