"""Azure Pipelines gets issues that nothing in them can end, and never a better result."""

from __future__ import annotations

import re

import pytest

from aigate.domain.extension import View
from aigate.domain.finding import Action
from aigate.domain.place import Location
from aigate.domain.report import Verdict
from aigate.reporters import azure

COMMAND = re.compile(r"##vso\[(?P<area>[a-z.]+) (?P<told>[^\]]*)\](?P<says>.*)")


def show(report, **view):
    return azure.REPORTER.render(report, View(**view)).rstrip("\n").split("\n")


def back(text):
    """Undo the escaping in the order in which the agent does."""
    for escaped, meant in (
        ("%3B", ";"),
        ("%0D", "\r"),
        ("%0A", "\n"),
        ("%5D", "]"),
        ("%AZP25", "%"),
    ):
        text = text.replace(escaped, meant)
    return text


def read(line):
    found = COMMAND.fullmatch(line)
    assert found, line
    told = dict(one.split("=", 1) for one in found["told"].rstrip(";").split(";"))
    return found["area"], {name: back(value) for name, value in told.items()}, back(found["says"])


def test_a_finding_is_an_issue_at_its_place_with_what_to_do(make):
    area, told, says = read(show(make.report((make.judged(),)))[0])

    assert area == "task.logissue"
    assert told == {
        "type": "error",
        "sourcepath": "app/run.py",
        "linenumber": "12",
        "columnnumber": "5",
        "code": "shell-injection",
    }
    assert "fix: Pass a list" in says
    assert "answers: dev `@ada`" in says


@pytest.mark.parametrize("path", ["a;b]c.py", "100%25;x.py", "a%0Ab%AZP25.py", "]##vso[x]"])
def test_a_path_comes_back_as_it_was(make, path):
    one = make.finding(at=Location(path, 1, 1, 1, 2))
    _, told, _ = read(show(make.report((make.judged(one),)))[0])

    assert told["sourcepath"] == path.replace("##vso", "#\\x23vso") or told["sourcepath"] == path


def test_the_last_command_marks_the_task_as_the_verdict_wants(make):
    failed = make.report((make.judged(),))
    for report, result in (
        (failed, "Failed"),
        (make.sample, "Failed"),
        (make.report((make.judged(),), verdict=Verdict.ADVISORY_FAIL), "SucceededWithIssues"),
    ):
        *_, command, verdict = show(report)
        assert read(command)[:2] == ("task.complete", {"result": result})
        assert verdict.startswith(report.verdict.value)


def test_a_pass_says_nothing_about_the_task_for_its_exit_status_may_be_worse(make):
    warned = make.report((make.judged(blocking=False, action=Action.WARN),))

    assert not any("task.complete" in line for line in show(warned))


def test_ten_of_a_kind_are_shown_and_the_others_counted(make):
    many = tuple(make.judged(make.finding(fingerprint=f"{n:032x}")) for n in range(25))
    lines = show(make.report(many))

    assert sum("logissue" in line for line in lines) == 10
    assert "15 more not shown; the report has all of them" in lines
