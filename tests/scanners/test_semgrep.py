"""Semgrep is believed only where it can show that it looked."""

from __future__ import annotations

import copy
import json
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aigate import process
from aigate.cli.packs import packs_folder
from aigate.domain.extension import Target
from aigate.domain.finding import Gap, Sighting
from aigate.domain.severity import Severity
from aigate.domain.tree import Entry, Kind, Unit
from aigate.process import Done
from aigate.scanners import _semgrep, semgrep
from aigate.workspace import scratch

ROOT = Path(__file__).parents[2]
APP = '''"""Runs things."""
import subprocess

from flask import request

GREETING = "grüße, 世界"; PASSWORD = "correct" + "horse"


def convert():
    name = request.args["name"]
    text = "ä€😀"; subprocess.run(f"pandoc {name}", shell=True)
    return eval(name), text
'''
WEAK = "import hashlib\nhashlib.md5(b'')\n"
JAVASCRIPT = """const { exec } = require("child_process");
const express = require("express");
const app = express();
app.get("/x", (req, res) => {
  const mark = "ä€😀"; exec("ls " + req.query.dir);
  res.send("ok");
});
"""


def unit(number: int, path: str, kind: Kind, text: str) -> Unit:
    ending = {Kind.PYTHON: "py", Kind.JAVASCRIPT: "js", Kind.TEXT: "txt"}[kind]
    name = f"{number:06}"
    return Unit(name, Entry(path, "100644", "a"), kind, text=text, file=f"{name}.{ending}")


UNITS = (
    unit(1, "src/app.py", Kind.PYTHON, APP),
    unit(2, "src/broken.py", Kind.PYTHON, "def broken(:\n    pass\n"),
    unit(3, "web/main.js", Kind.JAVASCRIPT, JAVASCRIPT),
    unit(4, "README", Kind.TEXT, "hello\n"),
)
RECORDING = json.loads(
    (Path(__file__).parent / "recordings" / "semgrep.json").read_text(encoding="utf-8")
)
CANARIES = {
    f"/scratch/canary-000001-{pack}.{ending}": f"aigate-canary-{pack}"
    for pack, ending in (
        ("python", "py"),
        ("javascript", "js"),
        ("javascript", "ts"),
        ("generic", "txt"),
    )
}


def read(output: object, *, code: int = 0, err: bytes = b"") -> tuple[list[Sighting], list[Gap]]:
    raw = output if isinstance(output, bytes) else json.dumps(output).encode()
    said = list(_semgrep.parse(Done(code, raw, err), UNITS, CANARIES))
    return (
        [one for one in said if isinstance(one, Sighting)],
        [one for one in said if isinstance(one, Gap)],
    )


def edited(**changes: object) -> dict[str, object]:
    return {**copy.deepcopy(RECORDING), **changes}


def codes(output: object, **options: object) -> set[str]:
    return {gap.code for gap in read(output, **options)[1]}


def test_real_output_gives_sightings_with_columns_in_characters() -> None:
    sightings, gaps = read(RECORDING)
    assert gaps == []
    lines = {u.id: u.text.split("\n") for u in UNITS}
    shown = {
        (s.rule, lines[s.unit][s.span.line - 1][s.span.column - 1 : s.span.end_column - 1])
        for s in sightings
    }
    assert {
        ("python-command-injection", 'f"pandoc {name}"'),
        ("python-code-injection", "name"),
        ("python-hardcoded-credential", 'PASSWORD = "correct" + "horse"'),
        ("javascript-command-injection", '"ls " + req.query.dir'),
    } <= shown


NOTHING = (b"", b"{}", b"null", b"[]", b'"', b"\xff\xfe", b"NaN", b"[" * 100_000, b"1" * 10_000)


@pytest.mark.parametrize(
    ("output", "code"),
    [
        *(pytest.param(out, 0, id=f"C-030-{out[:6]!r}") for out in NOTHING),
        pytest.param(b"", -9, id="C-030-killed"),
        pytest.param(json.dumps(RECORDING).encode()[:-40], 0, id="C-030-truncated"),
        pytest.param({**RECORDING, "results": None}, 0, id="C-030-no-results"),
        pytest.param({**RECORDING, "errors": {}}, 0, id="C-031-errors-no-list"),
        pytest.param({**RECORDING, "paths": []}, 0, id="C-033-paths-no-table"),
    ],
)
def test_output_that_cannot_be_read_is_a_gap(output: object, code: int) -> None:
    sightings, gaps = read(output, code=code, err=b"Killed")
    assert sightings == []
    assert [gap.code for gap in gaps] == ["scanner-failed"]


@pytest.mark.parametrize(
    ("error", "code", "subject"),
    [
        pytest.param(
            {"type": "Rule parse error", "level": "error", "message": "in rule x"},
            *("rule-invalid", "semgrep"),
            id="C-032-broken-rule",
        ),
        pytest.param(
            {"type": ["PartialParsing", [{}]], "path": "000001.py", "message": "m"},
            *("partly-parsed", "src/app.py"),
            id="C-031-partly-parsed",
        ),
        pytest.param(
            {"type": "Timeout", "path": "./000003.js", "level": "warn"},
            *("rule-timeout", "web/main.js"),
            id="C-031-timeout",
        ),
        pytest.param({"type": "Odd"}, "scanner-error", "semgrep", id="C-031-unknown"),
    ],
)
def test_an_error_in_the_list_is_a_gap_though_the_exit_status_is_0(
    error: object, code: str, subject: str
) -> None:
    sightings, gaps = read(edited(errors=[error]))
    assert sightings == read(RECORDING)[0]
    assert [(gap.code, gap.subject) for gap in gaps] == [(code, subject)]


def test_c_032_a_rule_that_was_left_out_is_a_gap() -> None:
    assert codes(edited(skipped_rules=[{"rule_id": "x"}])) == {"rule-invalid"}


def test_c_033_a_file_that_was_not_looked_at_is_a_gap() -> None:
    paths = [path for path in RECORDING["paths"]["scanned"] if path != "000004.txt"]
    _, gaps = read(edited(paths={"scanned": paths}))
    assert [(gap.subject, gap.code) for gap in gaps] == [("README", "not-scanned")]


@pytest.mark.parametrize("rule", sorted(set(CANARIES.values())))
def test_a_canary_that_does_not_come_back_is_a_gap(rule: str) -> None:
    results = [r for r in RECORDING["results"] if r["check_id"] != rule]
    assert codes(edited(results=results)) == {"canary-missing"}


def test_a_result_about_a_file_that_nobody_named_is_a_gap() -> None:
    output = edited()
    output["results"][-1]["path"] = "000009.py"
    assert codes(output) == {"scanner-error"}


@pytest.mark.parametrize("severity", ["URGENT", "", None, 7])
def test_c_097_a_severity_that_nobody_knows_is_the_worst(severity: object) -> None:
    output = edited()
    output["results"][-1]["extra"]["severity"] = severity
    sightings, gaps = read(output)
    assert gaps == []
    assert sightings[-1].severity is Severity.CRITICAL


def test_c_097_a_severity_that_is_missing_is_the_worst() -> None:
    output = edited()
    del output["results"][-1]["extra"]["severity"]
    assert read(output)[0][-1].severity is Severity.CRITICAL


JUNK = st.sampled_from(
    [None, True, -1, 0, 10**30, 1.5, float("nan"), float("inf"), "", "x", "\ud800", [], {}, [None]]
)


def spots(value: object, path: tuple = ()) -> list[tuple]:
    """List every place in a document, as keys from its top."""
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    return [path, *(spot for key, inner in items for spot in spots(inner, (*path, key)))]


def damaged(document: object, spot: tuple, junk: object, *, remove: bool) -> object:
    """Return the document with one value replaced, or one key of a table removed."""
    if not spot:
        return junk
    copied = copy.deepcopy(document)
    inner = copied
    for key in spot[:-1]:
        inner = inner[key]
    if remove and isinstance(inner, dict):
        del inner[spot[-1]]
    else:
        inner[spot[-1]] = junk
    return copied


@given(st.sampled_from(spots(RECORDING)), JUNK, st.booleans())
def test_damage_gives_a_gap_or_loses_nothing(spot: tuple, junk: object, remove: bool) -> None:  # noqa: FBT001 - drawn
    sightings, gaps = read(damaged(RECORDING, spot, junk, remove=remove))
    if not gaps:
        before = Counter(one.unit for one in read(RECORDING)[0])
        assert Counter(one.unit for one in sightings) >= before
    by_id = {u.id: u.text.count("\n") + 1 for u in UNITS}
    for one in sightings:
        assert 1 <= one.span.line <= one.span.end_line <= by_id[one.unit]


@given(st.integers(0, len(json.dumps(RECORDING)) - 1))
def test_output_that_was_cut_anywhere_is_a_gap(length: int) -> None:
    assert codes(json.dumps(RECORDING).encode()[:length]) == {"scanner-failed"}


def target(folder: Path, units: tuple[Unit, ...], **given_: object) -> Target:
    (folder / "scratch").mkdir()
    scratch.export(units, str(folder / "files"))
    facts = {"jobs": 1, "deadline": 300.0} | given_
    return Target(
        units=units,
        paths=frozenset(u.path for u in units),
        scratch=str(folder / "scratch"),
        exported=str(folder / "files"),
        packs=str(packs_folder()),
        **facts,
    )


def _without_id(pack: dict[str, Any]) -> None:
    del pack["rules"][0]["id"]


def _with_another(pack: dict[str, Any]) -> None:
    pack["rules"].append(pack["rules"][-1] | {"id": "another"})


def _without_rules(pack: dict[str, Any]) -> None:
    pack["rules"] = None


@pytest.mark.parametrize("damage", [_without_id, _with_another, _without_rules])
def test_a_pack_that_its_table_does_not_know_is_a_gap(
    tmp_path: Path, damage: Callable[[dict[str, Any]], None]
) -> None:
    compiled = tmp_path / "packs" / "compiled"
    shutil.copytree(packs_folder() / "compiled", compiled)
    file = compiled / "python.json"
    pack = json.loads(file.read_bytes())
    damage(pack)
    file.write_text(json.dumps(pack), encoding="utf-8")

    asked = replace(target(tmp_path, UNITS[:1]), packs=str(tmp_path / "packs"))

    assert [one.code for one in semgrep.SCANNER.scan(asked)] == ["rule-invalid"]


@pytest.mark.slow
def test_the_engine_finds_what_is_there_in_every_language(tmp_path: Path) -> None:
    weak = unit(1, "src/app.py", Kind.PYTHON, WEAK)
    said = list(semgrep.SCANNER.scan(target(tmp_path, (weak, *UNITS[1:]))))
    assert not [one for one in said if isinstance(one, Gap) and one.code != "partly-parsed"]
    found = {(one.unit, one.rule) for one in said if isinstance(one, Sighting)}
    assert {
        ("000001", "python-weak-hash"),
        ("000003", "javascript-command-injection"),
    } <= found


@pytest.mark.slow
def test_two_batches_see_every_unit_once(tmp_path: Path) -> None:
    units = tuple(unit(n, f"{n}.py", Kind.PYTHON, WEAK) for n in range(1, 31))
    said = list(semgrep.SCANNER.scan(target(tmp_path, units, jobs=2)))
    seen = Counter(one.unit for one in said if getattr(one, "rule", "") == "python-weak-hash")
    assert seen == Counter({u.id: 1 for u in units})
    assert not [one for one in said if isinstance(one, Gap)]


@pytest.mark.slow
def test_when_the_time_is_up_it_is_a_gap_and_nothing_keeps_running(tmp_path: Path) -> None:
    units = tuple(unit(n, f"{n}.py", Kind.PYTHON, APP * 40) for n in range(1, 8))
    said = list(semgrep.SCANNER.scan(target(tmp_path, units, deadline=0.1)))
    assert [one.code for one in said] == ["scanner-timeout"]
    running = subprocess.run(["ps", "-eww", "-o", "args"], capture_output=True, check=True).stdout
    assert str(tmp_path).encode() not in running


def test_a_unit_that_was_not_exported_is_a_gap(tmp_path: Path) -> None:
    lone = Unit("1", Entry("a.py", "100644", ""), Kind.PYTHON, text="x")
    assert [one.code for one in semgrep.SCANNER.scan(target(tmp_path, (lone,)))] == ["not-exported"]


@pytest.mark.slow
def test_starting_its_program_is_the_same_as_asking_its_package_to(tmp_path):
    cases = sorted((ROOT / "tests/cases/rules").glob("*/bad-*.py"))[::3]
    config = ROOT / "policies/compiled/python.json"
    options = ["scan", *_semgrep._OPTIONS, "--config", str(config), "--", *map(str, cases)]
    env = process.environment(str(tmp_path), _semgrep._ENVIRONMENT)
    said = []
    for start, program in (
        ([_semgrep._CORE_NAME], _semgrep._core()),
        ([sys.executable, "-I", "-m", _semgrep._ENTRY], None),
    ):
        done = process.run(
            [*start, *options], cwd=str(tmp_path), env=env, timeout=120, program=program
        )
        assert isinstance(done, process.Done)
        output = json.loads(done.out)
        said.append((done.code, output["results"], output["errors"], output["paths"]))

    assert _semgrep._core()
    assert len(said[0][1]) > len(cases)
    assert said[0] == said[1]


def test_nothing_starts_where_no_rule_can_fire(tmp_path):
    units = (unit(1, "a.py", Kind.PYTHON, "x = 1\n"), unit(2, "a.txt", Kind.TEXT, "curly\n"))
    nowhere = str(tmp_path / "nowhere")
    asked = Target(
        units=units,
        paths=frozenset(),
        scratch=nowhere,
        exported=nowhere,
        packs=str(packs_folder()),
    )

    assert list(semgrep.SCANNER.scan(asked)) == []


@pytest.mark.slow
def test_rules_of_the_repository_look_at_everything(tmp_path):
    own = tmp_path / "own.yaml"
    own.write_text(
        "rules: [{id: own, languages: [python], severity: LOW, message: m, pattern: '$X = 1'}]\n"
    )
    asked = target(tmp_path, (unit(1, "a.py", Kind.PYTHON, "x = 1\n"),), rule_files=(str(own),))

    assert [one.rule for one in semgrep.SCANNER.scan(asked)] == ["own"]
