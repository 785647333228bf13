"""Bandit is believed only where it can show that it looked."""

from __future__ import annotations

import copy
import json
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aigate.cli.packs import packs_folder
from aigate.domain.extension import Target
from aigate.domain.finding import Gap, Sighting
from aigate.domain.severity import Severity
from aigate.domain.tree import Entry, Kind, Unit
from aigate.process import Done
from aigate.scanners import _bandit, bandit
from aigate.workspace import scratch

APP = '''"""Runs things."""
import subprocess

from flask import request

GREETING = "grüße, 世界"; PASSWORD = "correct" + "horse"


def convert():
    name = request.args["name"]
    text = "ä€😀"; subprocess.run(f"pandoc {name}", shell=True)
    return eval(name), text
'''


def unit(number: int, path: str, text: str) -> Unit:
    name = f"{number:06}"
    return Unit(name, Entry(path, "100644", "a"), Kind.PYTHON, text=text, file=f"{name}.py")


UNITS = (unit(1, "src/app.py", APP), unit(2, "src/broken.py", "def broken(:\n    pass\n"))
RECORDING = json.loads(
    (Path(__file__).parent / "recordings" / "bandit.json").read_text(encoding="utf-8")
)
CANARY = "/scratch/canary-000001.py"


def read(output: object, *, code: int = 0, err: bytes = b"") -> tuple[list[Sighting], list[Gap]]:
    raw = output if isinstance(output, bytes) else json.dumps(output).encode()
    said = list(_bandit.parse(Done(code, raw, err), UNITS, CANARY))
    return (
        [one for one in said if isinstance(one, Sighting)],
        [one for one in said if isinstance(one, Gap)],
    )


def edited(**changes: object) -> dict[str, object]:
    return {**copy.deepcopy(RECORDING), **changes}


def new_codes(output: object, **options: object) -> set[str]:
    """Return the codes of gaps beside that of the file that does not parse."""
    return {gap.code for gap in read(output, **options)[1]} - {"parse-error"}


def test_real_output_gives_sightings_with_columns_in_characters() -> None:
    sightings, gaps = read(RECORDING)
    lines = APP.split("\n")
    shown = {
        s.rule: lines[s.span.line - 1][s.span.column - 1 : s.span.end_column - 1] for s in sightings
    }
    assert shown == {
        "bandit/B404": "import subprocess",
        "bandit/B602": 'subprocess.run(f"pandoc {name}", shell=True)',
        "bandit/B307": "eval(name)",
    }
    assert [(gap.subject, gap.code) for gap in gaps] == [("src/broken.py", "parse-error")]


NOTHING = (b"", b"{}", b"null", b"[]", b'"', b"\xff\xfe", b"NaN", b"[" * 100_000, b"1" * 10_000)


@pytest.mark.parametrize(
    ("output", "code"),
    [
        *(pytest.param(out, 0, id=f"C-030-{out[:6]!r}") for out in NOTHING),
        pytest.param(b"", -9, id="C-030-killed"),
        pytest.param(json.dumps(RECORDING).encode()[:-40], 0, id="C-030-truncated"),
        pytest.param({**RECORDING, "results": None}, 0, id="C-030-no-results"),
        pytest.param({**RECORDING, "errors": {}}, 0, id="C-031-errors-no-list"),
        pytest.param({**RECORDING, "metrics": 1}, 0, id="C-033-metrics-no-table"),
    ],
)
def test_output_that_cannot_be_read_is_a_gap(output: object, code: int) -> None:
    sightings, gaps = read(output, code=code, err=b"Killed")
    assert sightings == []
    assert [gap.code for gap in gaps] == ["scanner-failed"]


def test_c_031_another_error_than_of_syntax_is_a_gap() -> None:
    errors = [{"filename": "./000001.py", "reason": "exception while scanning file"}]
    assert new_codes(edited(errors=errors)) == {"scanner-error"}


def test_c_033_a_file_that_was_not_looked_at_is_a_gap() -> None:
    metrics = {name: v for name, v in RECORDING["metrics"].items() if name != "./000001.py"}
    assert new_codes(edited(metrics=metrics)) == {"not-scanned"}


def test_a_canary_that_does_not_come_back_is_a_gap() -> None:
    results = [r for r in RECORDING["results"] if r["test_id"] != "B102"]
    assert new_codes(edited(results=results)) == {"canary-missing"}


@pytest.mark.parametrize("field", ["results", "errors"])
def test_a_result_about_a_file_that_nobody_named_is_a_gap(field: str) -> None:
    output = edited()
    output[field][0]["filename"] = "./000009.py"
    assert "scanner-error" in new_codes(output)


def test_c_031_a_check_that_crashed_is_a_gap() -> None:
    log = b"[tester]\tERROR\tBandit internal error running: any_other on file ./000001.py at line 3"
    _, gaps = read(RECORDING, err=log)
    assert ("src/app.py", "scanner-error") in {(gap.subject, gap.code) for gap in gaps}


@pytest.mark.parametrize("severity", ["URGENT", "UNDEFINED", None, 7])
def test_c_097_a_severity_that_nobody_knows_is_the_worst(severity: object) -> None:
    output = edited()
    output["results"][0]["issue_severity"] = severity
    assert read(output)[0][0].severity is Severity.CRITICAL
    del output["results"][0]["issue_severity"]
    assert read(output)[0][0].severity is Severity.CRITICAL


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


@given(st.sampled_from(spots(edited(errors=[]))), JUNK, st.booleans())
def test_damage_gives_a_gap_or_loses_nothing(spot: tuple, junk: object, remove: bool) -> None:  # noqa: FBT001 - drawn
    sightings, gaps = read(damaged(edited(errors=[]), spot, junk, remove=remove))
    if not gaps:
        before = Counter(one.unit for one in read(RECORDING)[0])
        assert Counter(one.unit for one in sightings) >= before
    by_id = {u.id: u.text.count("\n") + 1 for u in UNITS}
    for one in sightings:
        assert 1 <= one.span.line <= one.span.end_line <= by_id[one.unit]


@given(st.integers(0, len(json.dumps(RECORDING)) - 1))
def test_output_that_was_cut_anywhere_is_a_gap(length: int) -> None:
    assert new_codes(json.dumps(RECORDING).encode()[:length]) == {"scanner-failed"}


def target(folder: Path, units: tuple[Unit, ...], **given_: object) -> Target:
    (folder / "scratch").mkdir(parents=True)
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


@pytest.mark.slow
def test_the_engine_finds_what_is_there_and_says_what_does_not_parse(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / ".bandit").write_text("[bandit]\nskips: B602,B307\n")
    (tmp_path / "files" / "bandit.py").write_text("raise SystemExit(0)\n")
    said = list(bandit.SCANNER.scan(target(tmp_path, UNITS)))
    assert sorted(one.rule for one in said if isinstance(one, Sighting)) == [
        *("bandit/B307", "bandit/B404", "bandit/B602"),
    ]
    assert [(g.subject, g.code) for g in said if isinstance(g, Gap)] == [
        ("src/broken.py", "parse-error")
    ]


@pytest.mark.slow
def test_c_033_a_file_that_vanished_before_the_scan_is_a_gap(tmp_path: Path) -> None:
    asked = target(tmp_path, UNITS[:1])
    (tmp_path / "files" / "000001.py").unlink()
    assert [one.code for one in bandit.SCANNER.scan(asked)] == ["scanner-error"]


@pytest.mark.slow
def test_when_the_time_is_up_it_is_a_gap_and_nothing_keeps_running(tmp_path: Path) -> None:
    said = list(bandit.SCANNER.scan(target(tmp_path, UNITS, deadline=0.05)))
    assert [one.code for one in said] == ["scanner-timeout"]
    running = subprocess.run(["ps", "-eww", "-o", "args"], capture_output=True, check=True).stdout
    assert str(tmp_path).encode() not in running


@pytest.mark.slow
def test_what_a_file_was_is_looked_at_too_if_there_is_something_in_it(tmp_path: Path) -> None:
    calm, same = "x = 1\n", APP + "\n"
    now = [APP, calm, APP + "# more\n", same, same + "# more\n"]
    before = [calm + APP, APP, "def broken(:\n", calm, "# \u202e\nf(x=[{1, (2, [3])}])\n"]
    units = tuple(unit(number, f"{number}.py", text) for number, text in enumerate(now, 1))
    former = {
        one.id: unit(100 + number, one.path, text)
        for number, (one, text) in enumerate(zip(units, before, strict=True))
    }
    told: dict[str, list[Sighting]] = {}
    asked = target(
        tmp_path,
        units,
        former=lambda some: {one.id: former[one.id] for one in some},
        looked_back=lambda one, seen: told.update({one.id: list(seen)}),
    )

    said = list(bandit.SCANNER.scan(asked))

    alone = target(tmp_path / "alone", tuple(former.values()))
    known = [one for one in bandit.SCANNER.scan(alone) if isinstance(one, Sighting)]
    assert not [one for one in said if isinstance(one, Gap)]
    assert {one.unit for one in said if isinstance(one, Sighting)} == {
        one.id for one in units if one.text != calm
    }
    # The second has nothing in it now, the third did not parse, a check crashes on the fifth.
    assert sorted(told) == ["000100", "000103"]
    for number, seen in told.items():
        assert Counter(seen) == Counter(one for one in known if one.unit == number)
    assert len(told["000100"]) > 2
