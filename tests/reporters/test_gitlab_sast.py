"""GitLab takes the SAST artifact, and what was not examined is no success.

`WANTED` states what version 15.2.1 of GitLab's schema asks of the fields that we write: those that
must be there, and what they may hold. It was taken from the copy of that schema in GitLab's own
repository, `lib/gitlab/ci/parsers/security/validators/schemas/15.2.1/sast-report-format.json`.
"""

from __future__ import annotations

import json

import jsonschema  # noqa: TID253 - only a module of the product must not load it early
import pytest

from aigate.domain.extension import View
from aigate.domain.finding import Decision
from aigate.domain.report import Verdict
from aigate.reporters import gitlab_sast

TEXT = {"type": "string"}
FILLED = {"type": "string", "minLength": 1}
TIME = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$"}
NUMBER = {"type": "number"}


def _object(required: dict, optional: dict | None = None) -> dict:
    """Describe an object that has all of some fields, may have others, and no third kind.

    GitLab's own schema lets any other field pass; here one would be a misspelling.
    """
    return {
        "type": "object",
        "required": [*required],
        "properties": required | (optional or {}),
        "additionalProperties": False,
    }


TOOL = _object(
    {"id": FILLED, "name": FILLED, "version": FILLED, "vendor": _object({"name": FILLED})}
)
MESSAGE = _object({"level": {"enum": ["info", "warn", "fatal"]}, "value": FILLED})
IDENTIFIER = _object(
    {"type": FILLED, "name": FILLED, "value": FILLED},
    {"url": {"type": "string", "pattern": "^(https?|ftp)://.+"}},
)
VULNERABILITY = _object(
    {
        "id": FILLED,
        "identifiers": {"type": "array", "minItems": 1, "items": IDENTIFIER},
        "location": _object({}, {"file": TEXT, "start_line": NUMBER, "end_line": NUMBER}),
    },
    {
        "name": {"type": "string", "maxLength": 255},
        "description": {"type": "string", "maxLength": 1048576},
        "severity": {"enum": ["Info", "Unknown", "Low", "Medium", "High", "Critical"]},
        "solution": {"type": "string", "maxLength": 7000},
    },
)
WANTED = _object(
    {
        "version": {"type": "string", "pattern": r"^[0-9]+\.[0-9]+\.[0-9]+$"},
        "scan": _object(
            {
                "analyzer": TOOL,
                "scanner": TOOL,
                "start_time": TIME,
                "end_time": TIME,
                "status": {"enum": ["success", "failure"]},
                "type": {"const": "sast"},
            },
            {"messages": {"type": "array", "items": MESSAGE}},
        ),
        "vulnerabilities": {"type": "array", "items": VULNERABILITY},
    }
)


def show(report):
    return json.loads(gitlab_sast.REPORTER.render(report, View()))


def test_the_sample_and_an_empty_report_are_what_gitlab_asks_for(make):
    for report in (make.sample, make.report(), make.report(verdict=Verdict.INCOMPLETE)):
        jsonschema.Draft7Validator(WANTED).validate(show(report))


def test_hostile_text_is_what_gitlab_asks_for(hostile_report, hostile):
    jsonschema.Draft7Validator(WANTED).validate(show(hostile_report(hostile)))


@pytest.mark.parametrize(
    ("started", "written"),
    [
        ("2026-11-22T12:00:00Z", "2026-11-22T12:00:00"),
        ("2026-11-22T12:00:00+00:00", "2026-11-22T12:00:00"),
    ],
)
def test_times_have_the_form_of_gitlab(make, started, written):
    run = make.replace(make.sample.run, started=started)
    scan = show(make.report(run=run))["scan"]

    assert scan["start_time"] == written
    assert scan["end_time"] == "2026-11-22T12:00:01"


def test_what_was_not_examined_is_no_success_and_named(make):
    scan = show(make.sample)["scan"]

    assert scan["status"] == "failure"
    assert "app/broken.py" in scan["messages"][1]["value"]
    assert show(make.report())["scan"]["status"] == "success"


def test_accepted_findings_are_left_out_and_ids_are_unique(make):
    accepted = make.judged(blocking=False, decision=Decision.ACCEPTED)
    twice = (make.judged(), make.judged(make.finding(occurrence=2)))
    ids = [one["id"] for one in show(make.report((accepted, *twice)))["vulnerabilities"]]

    assert len(set(ids)) == len(ids) == 2


def test_the_rule_comes_before_the_weakness(make):
    (one,) = show(make.report((make.judged(),)))["vulnerabilities"]

    assert [i["type"] for i in one["identifiers"]] == ["aigate_rule", "cwe"]
    assert one["identifiers"][1]["value"] == "78"
