"""The diagnostics for reviewdog as a validator of their format judges them, strictly."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from aigate.domain.extension import View
from aigate.reporters import rdjson

pytestmark = pytest.mark.slow

PACKAGE = "@umbrelladocs/rdformat-validator@1.0.1"


@pytest.fixture(scope="module")
def validator(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        pytest.skip(f"NOT TESTED: npm is not here, so {PACKAGE} cannot be run")
    kept = os.environ.get("AIGATE_TEST_AGENTS")
    folder = Path(kept, "rdformat") if kept else tmp_path_factory.mktemp("rdformat")
    file = folder / "node_modules/@umbrelladocs/rdformat-validator/bin/rdformat-validator.js"
    if not file.exists():
        done = subprocess.run(
            [
                npm,
                "install",
                "--no-audit",
                "--no-fund",
                "--ignore-scripts",
                "--prefix",
                folder,
                PACKAGE,
            ],
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )
        if done.returncode:
            pytest.skip(f"NOT TESTED: npm does not give {PACKAGE}: {done.stderr[-500:]}")
    return [node, str(file), "--strict", "--no-extra-fields"]


def test_the_sample_and_hostile_text_are_valid(validator, make, hostile_report, tmp_path):
    reports = (make.sample, make.report(), hostile_report("\x1b[31m \udcff [x](y)"))
    for number, report in enumerate(reports):
        text = rdjson.REPORTER.render(report, View())
        (tmp_path / f"{number}.json").write_text(text, encoding="utf-8")
    (tmp_path / "wrong.json").write_text('{"diagnostics": [{"message": 7}]}')

    def judged(*names: str) -> int:
        done = subprocess.run(
            [*validator, *names], cwd=tmp_path, capture_output=True, check=False, timeout=60
        )
        return done.returncode

    assert judged("0.json", "1.json", "2.json") == 0
    assert judged("wrong.json") != 0
