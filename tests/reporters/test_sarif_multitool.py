"""SARIF as Microsoft's own validator judges it, for code scanning of GitHub and of Azure DevOps."""

from __future__ import annotations

import json
import os
import subprocess

import pytest

from aigate.domain.extension import View
from aigate.domain.place import Location
from aigate.registry import reporter
from tests import foreign

pytestmark = pytest.mark.slow

PACKAGE = "@microsoft/sarif-multitool-linux@5.7.0"
CASES = {
    "sarif": "Sarif;Ghas",
    "sarif-github": "Sarif;Ghas",
    "sarif-azure": "Sarif;Ghas;Ado",
}
PIPELINE = {
    "azure-organization": "our-org",
    "azure-project": "0b9d7b5e-3f8e-4a59-8d0b-0c8f3b1f0a01",
    "azure-definition": "42",
    "azure-definition-name": "gate",
    "azure-phase": "3a3a2a60-14c7-570b-14a4-fa42ad92f52a",
    "azure-phase-name": "Job",
    "azure-branch": "refs/heads/main",
    "azure-build": "7",
}


@pytest.fixture(scope="module")
def validator() -> str:
    """Fetch the validator from npm, 95 MB."""
    file = foreign.npm(PACKAGE) / "node_modules" / PACKAGE.rpartition("@")[0] / "Sarif.Multitool"
    file.chmod(0o755)  # npm runs no script that would
    return str(file)


@pytest.mark.parametrize("name", CASES)
def test_there_is_no_error_in_what_a_code_host_is_sent(
    name, validator, make, hostile_report, tmp_path
):
    hostile = hostile_report("[x](javascript:alert(1)) \x1b[31m \udcff ##vso[task.x]")
    whole_line = make.finding(at=Location("a.py", 1, 1, 1, 2), snippet=("x",))
    whole = make.report((make.judged(whole_line),))
    for number, report in enumerate((make.sample, make.report(), hostile, whole)):
        file = tmp_path / f"{number}.sarif"
        file.write_text(reporter(name).render(report, View(settings=PIPELINE)), encoding="utf-8")
    done = subprocess.run(
        [validator, "validate", "*.sarif", "--rule-kind", CASES[name], "--output", "said.json"],
        cwd=tmp_path,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    said = json.loads((tmp_path / "said.json").read_text(encoding="utf-8-sig"))
    results = [one for run in said["runs"] for one in run["results"]]
    errors = [one for one in results if one.get("level") == "error"]

    assert not errors, [(one["ruleId"], one["message"]) for one in errors][:5]
    assert len(said["runs"][0].get("artifacts", [])) >= 3 or results, done.stdout[-2000:]
