"""A report that was written as JSON and read by somebody else makes the same comment."""

from __future__ import annotations

import json

import pytest

from aigate.documents.report_file import read_report
from aigate.domain.extension import View
from aigate.errors import UsageError
from aigate.reporters import comment
from aigate.reporters import json as as_json


def written(report):
    return as_json.REPORTER.render(report, View(verbose=True)).encode()


def shown(report):
    return comment.REPORTER.render(report, View(verbose=True))


def test_the_comment_is_the_same(make):
    # A name that is not UTF-8 is spelt out in JSON.
    plain = tuple(one for one in make.sample.findings if "\\x" not in ascii(one.finding.at.path))
    whole = make.replace(make.sample, findings=plain[:1] + plain[2:])
    again = read_report(written(whole), file="report.json")

    assert len(again.findings) >= 4
    assert shown(again) == shown(whole)


def test_c_076_what_is_hostile_stays_harmless(hostile_report, hostile):
    report = hostile_report(hostile)
    again = read_report(written(report), file="report.json")

    assert shown(again).startswith("## aigate: incomplete\n")
    assert len(again.findings) == len(report.findings)


def damaged(change):
    def damage(value):
        change(value)
        return json.dumps(value).encode()

    return damage


def first(value):
    return value["findings"][0]


BAD = {
    "nothing": lambda _value: b"",
    "no-json": lambda _value: b"{",
    "list": lambda _value: b"[]",
    "deep": lambda _value: b'{"a":' * 200_000,
    "large": lambda _value: b" " * (25 * 1024 * 1024),
    "twice": lambda value: json.dumps(value).encode()[:-1] + b', "verdict": "pass"}',
    "bytes": lambda _value: b'{"schema": "\xff"}',
    "schema": damaged(lambda value: value.update(schema="aigate-report/2")),
    "verdict": damaged(lambda value: value.update(verdict="PASS")),
    "missing": damaged(lambda value: value.pop("coverage")),
    "count": damaged(lambda value: first(value).update(line=-1)),
    "huge-count": damaged(lambda value: first(value).update(line=10**30)),
    "flag": damaged(lambda value: first(value).update(blocking=1)),
    "text": damaged(lambda value: first(value).update(message=["x"])),
    "long-text": damaged(lambda value: first(value).update(message="x" * 1_000_001)),
    "severity": damaged(lambda value: first(value).update(severity="URGENT")),
    "many": damaged(lambda value: value.update(notes=["x"] * 50_001)),
    "notes": damaged(lambda value: value.update(notes=[1])),
    "not-a-number": damaged(lambda value: first(value).update(line=float("nan"))),
    "agents": damaged(lambda value: value["summary"].update(added_lines={"total": 1, "agents": 1})),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_report_is_refused(make, name):
    data = BAD[name](json.loads(written(make.sample)))
    with pytest.raises(UsageError) as caught:
        read_report(data, file="report.json")

    assert (caught.value.code, bool(caught.value.hint)) == ("report-form", True)
