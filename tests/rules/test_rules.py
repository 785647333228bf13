"""Every rule against its cases, with the scanner itself; semgrep in both of its command lines."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
from collections import defaultdict
from pathlib import Path

import pytest

from aigate.flow.follow import follow
from aigate.flow.tables import load

ROOT = Path(__file__).resolve().parents[2]
CASES = ROOT / "tests/cases/rules"
PACKS = ("generic", "javascript", "python")
_EXPECT = re.compile(r"(?:#|//|<!--|/\*)\s*expect:\s*([a-z0-9, -]+?)\s*(?:-->|\*/\})?$")

Marks = frozenset[tuple[str, int]]
"""Pairs of a case, as `<rule>/<file>`, and a line."""


def _cases(pack: str) -> list[Path]:
    return sorted(file for file in CASES.glob(f"{pack}-*/*") if file.is_file())


def _expected(rule: str) -> Marks:
    return frozenset(
        (f"{rule}/{file.name}", number)
        for file in (CASES / rule).iterdir()
        for number, line in enumerate(file.read_text(encoding="utf-8").split("\n"), start=1)
        if (mark := _EXPECT.search(line)) and rule in mark[1].replace(" ", "").split(",")
    )


def _scan(pack: str, folder: Path, *options: str) -> dict[str, Marks]:
    """Scan all cases of a pack under neutral names; give what each rule flagged in its own cases."""
    names = {}
    for number, case in enumerate(_cases(pack)):
        copy = folder / f"u{number}{''.join(case.suffixes)}"
        copy.write_bytes(case.read_bytes())
        names[copy.name] = case
    ran = subprocess.run(
        [
            str(Path(sysconfig.get_path("scripts")) / "semgrep"),
            "scan",
            *options,
            "--json",
            "--quiet",
            f"--config={ROOT / 'policies/compiled' / pack}.json",
            "--disable-nosem",
            "--metrics=off",
            "--disable-version-check",
            "--no-git-ignore",
            "--no-rewrite-rule-ids",
            "--max-target-bytes=0",
            "--",
            *(str(folder / name) for name in names),
        ],
        capture_output=True,
        check=False,
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "SEMGREP_ENABLE_VERSION_CHECK": "0",
            "SEMGREP_SEND_METRICS": "off",
        },
    )
    assert ran.returncode == 0, ran.stderr.decode()[-2000:]
    answer = json.loads(ran.stdout)
    assert answer["errors"] == []
    assert {Path(path).name for path in answer["paths"]["scanned"]} == set(names)
    flagged = defaultdict(set)
    for result in answer["results"]:
        case = names[Path(result["path"]).name]
        if case.parent.name == result["check_id"]:
            flagged[result["check_id"]].add(
                (f"{case.parent.name}/{case.name}", result["start"]["line"])
            )
    return {rule: frozenset(marks) for rule, marks in flagged.items()}


@pytest.fixture(scope="module", params=PACKS)
def pack(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def fast(pack: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Marks]:
    return _scan(pack, tmp_path_factory.mktemp(pack), "--experimental")


def _compiled(pack: str) -> list[dict[str, str]]:
    text = (ROOT / f"policies/compiled/{pack}.json").read_text(encoding="utf-8")
    rules: list[dict[str, str]] = json.loads(text)["rules"]
    return rules


def _followed() -> dict[str, Marks]:
    """Give what each rule of our own data flow flagged in its own cases."""
    tables = load((ROOT / "policies/compiled/python-flow.json").read_bytes())
    flagged: dict[str, Marks] = {}
    for rule in tables.rules:
        marks = set()
        for case in (CASES / rule.id).iterdir():
            followed = follow(case.read_text(encoding="utf-8"), tables)
            assert followed.code == "", case
            marks |= {
                (f"{rule.id}/{case.name}", flow.line)
                for flow in followed.flows
                if tables.rules[flow.rule].id == rule.id
            }
        flagged[rule.id] = frozenset(marks)
    return flagged


def test_each_rule_of_the_data_flow_flags_the_marked_lines_of_its_cases_and_no_others() -> None:
    flagged = _followed()

    assert flagged
    assert {rule: _expected(rule) for rule in flagged} == flagged


@pytest.mark.slow
def test_each_rule_flags_the_marked_lines_of_its_cases_and_no_others(
    pack: str, fast: dict[str, Marks]
) -> None:
    wrong = []
    followed = {rule["id"] for rule in _compiled("python-flow")}
    for folder in sorted(CASES.glob(f"{pack}-*")):
        rule = folder.name
        if rule in followed:
            continue
        expected, flagged = _expected(rule), fast.get(rule, frozenset())
        wrong += [f"{rule} missed {file}:{line}" for file, line in sorted(expected - flagged)]
        wrong += [
            f"{rule} wrongly flagged {file}:{line}" for file, line in sorted(flagged - expected)
        ]

    assert wrong == []


@pytest.mark.slow
def test_the_fast_command_line_finds_what_the_default_one_finds(
    pack: str, fast: dict[str, Marks], tmp_path: Path
) -> None:
    # The default command also checks every rule against semgrep's schema, and fails if one breaks it.
    assert _scan(pack, tmp_path) == fast


def test_generated_files_are_current() -> None:
    ran = subprocess.run(
        [sys.executable, "-I", str(ROOT / "policies/compile.py"), "--check"],
        capture_output=True,
        check=False,
        text=True,
    )

    assert ran.stdout == ""
    assert ran.returncode == 0, ran.stderr
