"""Annotations are commands of ours, within what the platform keeps."""

from __future__ import annotations

import re

from aigate.domain.extension import View
from aigate.domain.finding import Action, Gap
from aigate.domain.place import Location
from aigate.reporters import github


def show(report):
    return github.REPORTER.render(report, View()).rstrip("\n").split("\n")


def test_c_074_a_hostile_place_comes_out_as_one_annotation(make):
    at = Location("odd%0A\n::error file=x::pwn,line=1.py", 1, 1, 1, 2)
    one = make.finding(at=at, message="100%\n::warning::b", rule="a,b:c")
    lines = show(make.report((make.judged(one),)))

    assert len(lines) == 2
    head = "::error file=odd%250A\\n%3A%3Aerror file=x%3A%3Apwn%2Cline=1.py,line=1,"
    assert lines[0].startswith(head)
    assert "title=a%2Cb%3Ac::100%25\\n::warning::b%0A" in lines[0]


def test_c_071_ten_of_each_kind_are_shown_and_the_rest_counted(make):
    errors = [make.judged()] * 300
    warnings = [make.judged(action=Action.WARN, blocking=False)] * 100
    lines = show(make.report((*errors, *warnings)))

    kinds = [re.match(r"::(\w+)", line)[1] for line in lines[:-1]]
    assert kinds == ["error"] * 10 + ["warning"] * 10 + ["notice"]
    assert "380 more not shown" in lines[-2]
    assert lines[-1] == "fail: 300 findings block, 100 warnings"


def test_a_notebook_gets_an_annotation_for_the_file(make):
    one = make.finding(at=Location("a.ipynb", 4, 2, 4, 5, 3))
    first, _ = show(make.report((make.judged(one),)))

    assert first.startswith("::error file=a.ipynb,title=")
    assert "at: a.ipynb:4:2 (cell 3)" in first


def test_gaps_are_errors(make):
    lines = show(make.report(gaps=(Gap("a.py", "why", "parse-error", "bandit"),)))

    assert lines[0].startswith("::error file=a.py,title=not examined (parse-error)::")


def test_a_scanner_is_no_file(make):
    first, *_ = show(make.report(gaps=(Gap("semgrep", "gone", "scanner-failed", "semgrep"),)))

    assert first.startswith("::error title=not examined (scanner-failed)::")
