"""Diagnostics in the places where reviewdog shows them."""

from __future__ import annotations

import json

from aigate.domain.extension import View
from aigate.domain.finding import Action, Decision
from aigate.domain.place import Location
from aigate.reporters import rdjson


def show(report):
    return json.loads(rdjson.REPORTER.render(report, View()))["diagnostics"]


def test_columns_count_bytes(make):
    one = make.finding(at=Location("a.py", 2, 6, 2, 9), snippet=("größe = eval(x)",))
    (first,) = show(make.report((make.judged(one),)))

    assert first["location"]["range"] == {
        "start": {"line": 2, "column": 8},
        "end": {"line": 2, "column": 11},
    }


def test_a_stretch_longer_than_its_snippet_has_no_end_column(make):
    one = make.finding(at=Location("a.py", 2, 1, 900, 9), snippet=("a(",))
    (first,) = show(make.report((make.judged(one),)))

    assert first["location"]["range"] == {"start": {"line": 2, "column": 1}, "end": {"line": 900}}


def test_a_notebook_gets_a_comment_on_the_file(make):
    one = make.finding(at=Location("a.ipynb", 4, 2, 4, 5, 3))
    (first,) = show(make.report((make.judged(one),)))

    assert first["location"] == {"path": "a.ipynb"}


def test_what_is_accepted_or_only_noted_is_no_comment(make):
    accepted = make.judged(blocking=False, decision=Decision.ACCEPTED)
    noted = make.judged(blocking=False, action=Action.NOTE)

    assert show(make.report((accepted, noted))) == []


def test_gaps_are_errors(make):
    assert show(make.sample)[0]["severity"] == "ERROR"
    assert show(make.sample)[0]["location"]["path"] == "app/broken.py"
