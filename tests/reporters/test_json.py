"""The report as data is valid, whole and exact."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema  # noqa: TID253 - only a module of the product must not load it early
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aigate.domain.extension import View
from aigate.domain.place import Location
from aigate.domain.report import Ran
from aigate.reporters import json as reporter

SCHEMA = json.loads(
    (Path(__file__).parents[2] / "policies/schemas/report.schema.json").read_text("utf-8")
)
ANY_TEXT = st.text(st.characters(codec=None))


def render(report, view=None):
    return json.loads(reporter.REPORTER.render(report, view or View()))


def test_the_schema_is_a_valid_schema():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_the_sample_and_an_empty_report_keep_to_the_schema(make):
    for report in (make.sample, make.report(), make.report(reference=None)):
        jsonschema.Draft202012Validator(SCHEMA).validate(render(report))


def test_hostile_text_keeps_to_the_schema(hostile_report, hostile):
    jsonschema.Draft202012Validator(SCHEMA).validate(render(hostile_report(hostile)))


def test_the_schema_describes_every_field(make):
    report = render(make.sample)
    fields = SCHEMA["properties"]

    assert list(report) == list(fields)
    for finding in report["findings"]:
        assert set(finding) <= set(fields["findings"]["items"]["properties"])
    for rule in report["rules"]:
        assert list(rule) == list(fields["rules"]["items"]["properties"])
    for name in ("run", "head", "policy", "coverage", "summary"):
        assert list(report[name]) == list(fields[name]["properties"])


@given(path=ANY_TEXT, message=ANY_TEXT, line=ANY_TEXT)
def test_c_079_text_comes_back_as_it_was(make, path, message, line):
    one = make.finding(at=Location(path, 1, 1, 1, 2), message=message, snippet=(line,))
    raw = reporter.REPORTER.render(make.report((make.judged(one),)), View())
    (back,) = json.loads(raw)["findings"]

    assert raw.isascii()
    if all(not "\ud800" <= c <= "\udfff" for c in path + message + line):
        assert (back["path"], back["message"], back["snippet"]) == (path, message, [line])
        assert "path_bytes" not in back
    json.dumps(back, ensure_ascii=False).encode("utf-8")


def test_c_079_a_name_that_is_not_utf_8_comes_as_bytes(make):
    name = b"caf\xe9/\xff.py"
    at = Location(name.decode("utf-8", "surrogateescape"), 1, 1, 1, 2)
    (back,) = render(make.report((make.judged(make.finding(at=at)),)))["findings"]

    assert back["path"] == "caf\\xe9/\\xff.py"
    assert bytes.fromhex(back["path_bytes"]) == name


@pytest.mark.parametrize("seconds", [float("nan"), float("inf")], ids=["C-079-nan", "C-079-inf"])
def test_a_number_that_is_none_is_null(make, seconds):
    run = make.replace(
        make.sample.run, scanners=(Ran(name="x", version="1", units=1, seconds=seconds),)
    )

    assert render(make.report(run=run))["run"]["scanners"][0]["seconds"] is None


def test_the_record_is_whole_whatever_is_shown(make):
    assert render(make.sample, View(paths=("nowhere",))) == render(make.sample)


def test_folded_findings_are_listed_and_counted(make):
    report = render(make.sample)

    assert len(report["findings"]) == report["summary"]["findings"] == 7
    assert report["summary"]["blocking"] == 4
    assert report["summary"]["by_action"] == {"forbid": 1, "joint": 4, "warn": 1, "note": 1}
    assert report["summary"]["by_origin"] == {"ai": 1, "human": 0, "mixed": 0, "unknown": 6}


def test_c_081_the_surroundings_of_a_secret_have_no_digest(make):
    by_rule = {one["rule"]: one for one in render(make.sample)["findings"]}

    assert by_rule["secret-in-code"]["context"] == ""
    assert by_rule["shell-injection"]["context"] != ""


def test_a_finding_takes_one_line(make):
    text = reporter.REPORTER.render(make.sample, View())

    assert sum(line.startswith('{"fingerprint"') for line in text.split("\n")) == 7
