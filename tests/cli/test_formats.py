"""Formats by name: what is meant where there is none of it, and what they learn of the host."""

from __future__ import annotations

import pytest

from aigate import registry
from aigate.cli._formats import format_named, settings_of
from aigate.errors import UsageError

PIPELINE = {
    "TF_BUILD": "True",
    "SYSTEM_COLLECTIONURI": "https://dev.azure.com/our-org/",
    "SYSTEM_TEAMPROJECTID": "p",
    "SYSTEM_DEFINITIONID": "42",
    "BUILD_DEFINITIONNAME": "gate",
    "SYSTEM_PHASEID": "q",
    "SYSTEM_PHASENAME": "Job",
    "BUILD_SOURCEBRANCH": "refs/heads/main",
    "BUILD_BUILDID": "7",
}


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("junt", "junit"),
        ("SARIF", "sarif"),
        ("sarif_github", "sarif-github"),
        ("full", "text"),
        ("fulll", "text"),
        ("grouped", "text"),
        ("json-lines", "json"),
        ("pylint", "concise"),
        ("codeclimate", "gitlab"),
    ],
)
def test_a_name_that_is_none_says_which_one_may_be_meant(name, meant):
    with pytest.raises(UsageError) as refused:
        format_named(name)

    assert refused.value.hint.startswith(f"did you mean `{meant}`? formats are ")


@pytest.mark.parametrize("name", ["", "\x1b[31m", "x" * 100_000, "../json", "_words"])
def test_an_odd_name_is_refused_in_few_words(name):
    with pytest.raises(UsageError) as refused:
        format_named(name)

    assert len(refused.value.message) < 100
    assert "\x1b" not in refused.value.message


def test_every_format_of_ruff_is_one_or_leads_to_one():
    for name in ("concise", "json", "junit", "github", "gitlab", "rdjson", "azure", "sarif"):
        assert format_named(name) == name


def test_only_a_pipeline_says_which_one_it_is():
    told = settings_of(PIPELINE)

    assert told["azure-organization"] == "our-org"
    assert told["azure-definition"] == "42"
    assert settings_of(PIPELINE | {"TF_BUILD": ""}) == {}
    old = PIPELINE | {"SYSTEM_COLLECTIONURI": "https://our-org.visualstudio.com/"}
    assert settings_of(old)["azure-organization"] == "our-org"
    assert (
        settings_of(PIPELINE | {"SYSTEM_COLLECTIONURI": "https://[x"})["azure-organization"] == ""
    )


def test_the_command_line_says_it_too_before_anything_is_judged(project):
    project.commit({"a.txt": "x\n"})
    seen = project.run("scan", "--head", "main", "--format", "pylint")
    beside = project.run("scan", "--head", "main", "-o", f"junt={project.home}/x")

    assert (seen.code, beside.code) == (2, 2)
    assert b"did you mean `concise`?" in seen.err
    assert b"did you mean `junit`?" in beside.err
    assert set(registry.formats()) >= {"azure", "gitlab-sast", "sarif-azure"}
