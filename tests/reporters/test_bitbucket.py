"""Annotations that Bitbucket keeps, with what blocks first among them."""

from __future__ import annotations

import json

from aigate.domain.extension import View
from aigate.domain.finding import Action, Gap
from aigate.domain.report import Verdict
from aigate.reporters import bitbucket


def show(report):
    return json.loads(bitbucket.REPORTER.render(report, View()))


def test_only_a_pass_passes(make):
    assert show(make.report())["report"]["result"] == "PASSED"
    assert show(make.report((make.judged(),)))["report"]["result"] == "FAILED"
    assert show(make.report(verdict=Verdict.INCOMPLETE))["report"]["result"] == "FAILED"


def test_hostile_text_keeps_to_the_limits(hostile_report, hostile):
    for one in show(hostile_report(hostile))["annotations"]:
        assert len(one["summary"]) <= 450
        assert len(one.get("details", "")) <= 2000
        assert len(one.get("path", "")) <= 2000
        assert one["result"] in {"PASSED", "FAILED"}


def test_a_thousand_are_kept_gaps_and_what_blocks_first_and_the_others_counted(make):
    many = [make.judged(make.finding(fingerprint=f"{n:032x}")) for n in range(1_100)]
    quiet = make.judged(blocking=False, action=Action.WARN)
    gaps = (Gap("a.py", "broken", "parse-error", "bandit"),)
    found = show(make.report((*many, quiet), gaps=gaps))

    assert len(found["annotations"]) == 1000
    assert found["annotations"][0]["annotation_type"] == "BUG"
    assert len({one["external_id"] for one in found["annotations"]}) == 1000
    assert found["report"]["data"][-1] == {
        "title": "Not shown here",
        "type": "NUMBER",
        "value": 102,
    }
