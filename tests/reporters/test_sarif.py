"""SARIF is valid, stays inside the repository, and GitHub gets what GitHub understands.

`sarif-schema-2.1.0.json` is the schema that OASIS publishes (errata 01), unchanged.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import unquote_to_bytes, urljoin, urlsplit

import jsonschema  # noqa: TID253 - only a module of the product must not load it early
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aigate.domain.extension import View
from aigate.domain.finding import Action, Decision
from aigate.domain.place import Location
from aigate.domain.report import Verdict
from aigate.reporters import _sarif, sarif, sarif_azure, sarif_github

SCHEMA = json.loads((Path(__file__).parent / "sarif-schema-2.1.0.json").read_text("utf-8"))
ALL = [sarif, sarif_github, sarif_azure]
BOTH = pytest.mark.parametrize("reporter", ALL, ids=["full", "github", "azure"])
ANY_TEXT = st.text(st.characters(codec=None))
PATHS = st.text(st.sampled_from("ab./\\ %:#?\n\x1b\udcffé漢&"), min_size=1, max_size=30)


def run(reporter, report, view=None):
    document = json.loads(reporter.REPORTER.render(report, view or View()))
    return document["runs"][0]


def uris(value):
    if isinstance(value, dict):
        for name, item in value.items():
            if name == "uri":
                yield item
            yield from uris(item)
    elif isinstance(value, list):
        for item in value:
            yield from uris(item)


@BOTH
def test_the_sample_is_valid_against_the_official_schema(reporter, make):
    for report in (make.sample, make.report(), make.report(reference=None)):
        document = json.loads(reporter.REPORTER.render(report, View()))
        jsonschema.Draft4Validator(SCHEMA).validate(document)


@BOTH
def test_c_079_hostile_text_is_valid_and_stays_inside(reporter, hostile_report, hostile):
    raw = reporter.REPORTER.render(hostile_report(hostile), View())
    document = json.loads(raw)

    jsonschema.Draft4Validator(SCHEMA).validate(document)
    for uri in uris(document):
        whole = urljoin("https://host.example/root/", uri)
        assert whole.startswith("https://host.example/root/")
        assert not urlsplit(uri).scheme


@given(PATHS)
def test_c_079_a_reference_is_relative_and_names_the_path_exactly(path):
    uri = _sarif.uri(path)

    assert re.fullmatch(r"[A-Za-z0-9._~!$&'()*+,;=@/%-]+", uri)
    assert urljoin("https://host.example/root/", uri).startswith("https://host.example/root/")
    assert not urlsplit(uri).scheme
    if not path.startswith("/") and not re.search(r"(^|/)\.{1,2}(/|$)", path):
        assert unquote_to_bytes(uri) == path.encode("utf-8", "surrogateescape")


@given(message=ANY_TEXT.filter(bool), line=ANY_TEXT)
def test_text_comes_back_as_it_was(make, message, line):
    one = make.finding(message=message, snippet=(line,))
    raw = sarif.REPORTER.render(make.report((make.judged(one),)), View())
    (back,) = json.loads(raw)["runs"][0]["results"]

    assert raw.isascii()
    if all(not "\ud800" <= c <= "\udfff" for c in message + line):
        assert back["message"]["text"] == message.replace("](", "\\](")
        physical = back["locations"][0]["physicalLocation"]
        assert physical["contextRegion"]["snippet"]["text"] == line


@BOTH
def test_c_079_a_message_holds_no_link(reporter, make):
    one = make.finding(message="[here](javascript:alert(1)) and [x](1)")
    (result,) = run(reporter, make.report((make.judged(one),)))["results"]

    assert "](" not in result["message"]["text"].replace("\\](", "")


def test_the_record_has_accepted_findings_as_suppressed_results(make):
    results = run(sarif, make.sample)["results"]

    assert len(results) == 7
    suppressed = [r for r in results if r.get("suppressions", [{}])[0].get("status") == "accepted"]
    assert [r["properties"]["decision"] for r in suppressed] == ["accepted"]


def test_an_inline_suppression_is_shown_as_rejected(make):
    first = run(sarif, make.sample)["results"][0]

    assert [(s["kind"], s["status"]) for s in first["suppressions"]] == [("inSource", "rejected")]


def test_the_record_says_what_is_new(make):
    states = {r["baselineState"] for r in run(sarif, make.sample)["results"]}

    assert states == {"new", "unchanged"}
    alone = make.report((make.judged(),), reference=None)
    assert "baselineState" not in run(sarif, alone)["results"][0]


def test_github_gets_no_accepted_finding(make):
    results = run(sarif_github, make.sample)["results"]

    assert len(results) == 6
    assert not any("suppressions" in result for result in results)


def test_azure_gets_what_github_gets_but_no_identity_of_the_run(make):
    azure, github = run(sarif_azure, make.sample), run(sarif_github, make.sample)

    assert "automationDetails" not in azure  # since nothing tells which pipeline this is
    assert azure["results"] == github["results"]
    assert azure["tool"]["driver"]["fullName"]


PIPELINE = {
    "azure-organization": "our org",
    "azure-project": "0b9d7b5e-3f8e-4a59-8d0b-0c8f3b1f0a01",
    "azure-definition": "42",
    "azure-definition-name": "gate ##vso[x]",
    "azure-phase": "3a3a2a60-14c7-570b-14a4-fa42ad92f52a",
    "azure-phase-name": "Job",
    "azure-branch": "refs/heads/../main",
    "azure-build": "7",
}


def test_azure_is_told_which_pipeline_this_is(make):
    details = run(sarif_azure, make.sample, View(settings=PIPELINE))["automationDetails"]

    assert details["id"] == (
        "azuredevops/pipeline/build/our-org/0b9d7b5e-3f8e-4a59-8d0b-0c8f3b1f0a01/42/"
        "3a3a2a60-14c7-570b-14a4-fa42ad92f52a/refs-heads-..-main/7"
    )
    assert details["properties"]["azuredevops/pipeline/build/buildDefinitionId"] == 42


@pytest.mark.parametrize("name", [*PIPELINE])
@pytest.mark.parametrize("value", ["", "\u0663", "x" * 300])
def test_half_an_identity_is_none_and_no_value_breaks_it(make, name, value):
    details = run(sarif_azure, make.sample, View(settings=PIPELINE | {name: value}))

    if not value or name in {"azure-phase", "azure-definition"}:
        assert "automationDetails" not in details
    else:
        assert len(details["automationDetails"]["id"]) < 400


def test_github_rules_have_help_few_tags_and_a_severity(make):
    controls = tuple(f"framework-{n}/X-{n}" for n in range(30))
    one = make.finding(rule="unheard-of", controls=controls)
    for rule in run(sarif_github, make.report((make.judged(one),)))["tool"]["driver"]["rules"]:
        assert rule["help"]["text"]
        assert rule["help"]["markdown"]
        assert len(rule["properties"]["tags"]) <= 10
        assert 0 < float(rule["properties"]["security-severity"]) <= 10
        assert len(rule["shortDescription"]["text"]) <= 1024


def test_every_result_points_to_its_rule(make):
    for reporter in (sarif, sarif_github):
        one = run(reporter, make.sample)
        rules = one["tool"]["driver"]["rules"]
        assert all(rules[r["ruleIndex"]]["id"] == r["ruleId"] for r in one["results"])


@BOTH
def test_gaps_make_the_execution_unsuccessful(reporter, make):
    (invocation,) = run(reporter, make.sample)["invocations"]
    (clean,) = run(reporter, make.report())["invocations"]
    (unasked,) = run(reporter, make.report(verdict=Verdict.INCOMPLETE))["invocations"]

    assert invocation["executionSuccessful"] is False
    assert invocation["toolExecutionNotifications"][0]["descriptor"]["id"] == "parse-error"
    assert clean["executionSuccessful"] is True
    assert unasked["executionSuccessful"] is False


def test_identical_matches_have_different_fingerprints(make):
    twice = [make.judged(make.finding(occurrence=n)) for n in (1, 2)]
    results = run(sarif_github, make.report(tuple(twice)))["results"]

    assert len({r["partialFingerprints"]["aigate/v1"] for r in results}) == 2


@pytest.mark.parametrize("reporter", [sarif, sarif_github], ids=["full", "github"])
def test_the_category_can_be_set_and_is_harmless(reporter, make):
    name = run(reporter, make.sample, View(settings={"category": "../a b\n/c"}))
    default = run(reporter, make.sample)

    assert name["automationDetails"]["id"] == "aigate/a-b-c/"
    assert default["automationDetails"]["id"] == "aigate/gate/"


def test_c_071_github_gets_at_most_25_000_results_blocking_ones_first(make):
    quiet = make.judged(action=Action.NOTE, blocking=False, decision=Decision.OPEN)
    many = make.report((make.judged(), *[quiet] * 25_005))
    one = run(sarif_github, many)

    assert len(one["results"]) == 25_000
    assert one["results"][0]["level"] == "error"
    (said,) = one["invocations"][0]["toolExecutionNotifications"]
    assert said["message"]["text"].startswith("6 more findings")


def test_a_place_that_makes_no_sense_is_still_valid(make):
    one = make.finding(at=Location("a.py", 0, 0, -1, 0), snippet=("x",))
    document = json.loads(sarif.REPORTER.render(make.report((make.judged(one),)), View()))

    jsonschema.Draft4Validator(SCHEMA).validate(document)
