"""Issues that GitLab tells apart, with what blocks first among them."""

from __future__ import annotations

import json

from aigate.domain.extension import View
from aigate.domain.finding import Action, Decision
from aigate.reporters import gitlab


def show(report):
    return json.loads(gitlab.REPORTER.render(report, View()))


def test_each_issue_has_what_gitlab_asks_for(make):
    for issue in show(make.sample):
        assert issue.keys() == {"description", "check_name", "fingerprint", "severity", "location"}
        assert issue["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert not issue["location"]["path"].startswith(("/", "./"))
        assert issue["location"]["lines"]["begin"] >= 1


def test_no_two_issues_are_taken_for_one(make):
    twice = (make.judged(make.finding()), make.judged(make.finding(occurrence=2)))
    prints = [issue["fingerprint"] for issue in (*show(make.sample), *show(make.report(twice)))]

    assert len(prints) == len(show(make.sample)) + 2
    assert len(set(prints)) == len(prints) - 1  # the sample has the first of the two as well


def test_what_blocks_is_a_blocker_and_nothing_else_is(make):
    warned = make.judged(blocking=False, action=Action.WARN)

    assert [i["severity"] for i in show(make.report((make.judged(), warned)))] == [
        "blocker",
        "critical",
    ]


def test_what_is_accepted_or_only_noted_is_left_out(make):
    accepted = make.judged(blocking=False, decision=Decision.ACCEPTED)
    noted = make.judged(blocking=False, action=Action.NOTE)

    assert show(make.report((accepted, noted))) == []
