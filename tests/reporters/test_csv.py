"""A table that a spreadsheet shows and never runs."""

from __future__ import annotations

import csv
import io

import pytest

from aigate.domain.extension import View
from aigate.domain.place import Location
from aigate.reporters import csv as table

FORMULAS = {
    "equals": "=1+1",
    "plus": "+1",
    "minus": "-1+1",
    "at": "@SUM(A1)",
    "tab": "\t=1",
    "carriage-return": "\r=1",
    "command": "=cmd|' /C calc'!A0",
    "apostrophe": "'=1",
}


def rows(report, **view):
    text = table.REPORTER.render(report, View(**view))
    return list(csv.DictReader(io.StringIO(text), strict=True))


@pytest.mark.parametrize("text", FORMULAS.values(), ids=[f"C-078-{name}" for name in FORMULAS])
def test_no_cell_starts_a_formula(make, text):
    one = make.finding(at=Location(text, 1, 1, 1, 2), message=text)
    (row,) = rows(make.report((make.judged(one, requirement=text),)))

    for name in ("path", "message", "requirement"):
        assert row[name].startswith("'")


@pytest.mark.parametrize("text", ["=1+1", "'=1", "''", "a 'quoted' word", "@ada", 'a,b"c'])
def test_c_078_one_leading_apostrophe_less_gives_the_text_back(make, text):
    (row,) = rows(make.report((make.judged(make.finding(message=text)),)))

    assert row["message"].removeprefix("'") == text


def test_a_delimiter_or_a_quote_stays_in_its_cell(make):
    at = Location('a,"b"\n=1,c;d.py', 3, 1, 3, 2)
    (row,) = rows(make.report((make.judged(make.finding(at=at)),)))

    assert row["path"] == 'a,"b"\\n=1,c;d.py'
    assert row["line"] == "3"


def test_gaps_have_rows(make):
    assert rows(make.sample)[-1]["kind"] == "gap"
    assert rows(make.sample)[-1]["path"] == "app/broken.py"


def test_a_clean_report_is_a_header(make):
    assert table.REPORTER.render(make.report(), View()) == ",".join(table.COLUMNS) + "\n"
