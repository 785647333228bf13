"""The diagnostics for reviewdog as a validator of their format judges them, strictly."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from aigate.domain.extension import View
from aigate.reporters import rdjson
from tests import foreign

pytestmark = pytest.mark.slow

PACKAGE = "@umbrelladocs/rdformat-validator@1.0.1"


@pytest.fixture(scope="module")
def validator() -> list[str]:
    node = shutil.which("node")
    if node is None:
        pytest.skip(f"NOT TESTED: node is not here, so {PACKAGE} cannot be run")
    name = "@umbrelladocs/rdformat-validator"
    file = foreign.npm(PACKAGE) / "node_modules" / name / "bin/rdformat-validator.js"
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
