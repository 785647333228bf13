"""Test results that are red exactly when the gate is."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from aigate.domain.extension import View
from aigate.domain.finding import Gap
from aigate.domain.report import Verdict
from aigate.reporters import junit


def show(report):
    return ET.fromstring(junit.REPORTER.render(report, View()))


@pytest.mark.parametrize("verdict", Verdict)
def test_a_server_is_red_exactly_when_the_verdict_is(make, verdict):
    root = show(make.report(verdict=verdict))

    red = int(root.get("failures")) + int(root.get("errors"))
    assert red == (verdict in (Verdict.FAIL, Verdict.INCOMPLETE))


def test_counts_are_those_of_the_cases(make):
    root = show(make.sample)

    assert root.get("tests") == str(len(root.findall(".//testcase")))
    assert root.get("failures") == str(len(root.findall(".//failure")))
    assert root.get("errors") == str(len(root.findall(".//error")))


def test_c_079_whatever_the_repository_wrote_it_is_xml(hostile_report, hostile):
    root = show(hostile_report(hostile))

    assert {element.tag for element in root.iter()} == {
        "testsuites",
        "testsuite",
        "testcase",
        "system-out",
        "failure",
        "error",
    }


def test_a_long_report_is_cut_and_says_so(make):
    gaps = tuple(Gap(f"{n}.py", "why", "parse-error", "bandit") for n in range(2500))
    root = show(make.report(gaps=gaps, verdict=Verdict.INCOMPLETE))

    assert len(root.findall(".//testcase")) == 2001
    assert "500 more not shown" in root.find(".//system-out").text
