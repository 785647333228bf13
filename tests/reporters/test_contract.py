"""What must hold of every report format, whatever the repository wrote."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from aigate.domain.extension import View
from aigate.registry import reporters

ALL = {reporter.name: reporter for reporter in reporters()}
OURS = re.compile(r"\x1b\[(?:\d+(?:;\d+)*)m")
UNSEEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufe00-\ufe0f\ud800-\udfff\U000e0000-\U000e0fff]"
)
RECORDS = {
    "bitbucket",
    "csv",
    "gitlab",
    "gitlab-sast",
    "html",
    "json",
    "junit",
    "rdjson",
    "sarif",
    "sarif-azure",
    "sarif-github",
}
AZURE = re.compile(
    r"##vso\[task\.(logissue type=(error|warning);([a-z]+=[^;\]\r\n]*;)*|complete result=\w+;)\]"
)
SUFFIX = {
    "bitbucket": "json",
    "comment": "md",
    "csv": "csv",
    "gitlab": "json",
    "gitlab-sast": "json",
    "html": "html",
    "json": "json",
    "junit": "xml",
    "markdown": "md",
    "rdjson": "json",
    "sarif": "json",
    "sarif-azure": "json",
    "sarif-github": "json",
}


@pytest.fixture(params=ALL.values(), ids=ALL.keys())
def reporter(request):
    return request.param


@pytest.mark.parametrize("color", [False, True], ids=["plain", "color"])
def test_it_is_harmless_whatever_the_repository_wrote(reporter, hostile_report, hostile, color):
    text = reporter.render(hostile_report(hostile), View(color=color, verbose=True))

    if color:
        text = OURS.sub("", text)
    text.encode("utf-8")
    assert not UNSEEN.search(text)
    assert "##[" not in text
    for line in text.split("\n"):
        if reporter.name == "azure":
            line = AZURE.sub("ours ", line, count=1) if AZURE.match(line) else line  # noqa: PLW2901 - as it is without ours
        assert "##vso[" not in line
        if line.lstrip().startswith("::"):
            assert reporter.name == "github"
            assert re.match(r"::(error|warning|notice) (file|title)=[^:]*::[^\r\n]*$", line)


def test_its_size_is_bounded_by_what_can_be_read(reporter, hostile_report, hostile):
    most = 100_000 if reporter.name not in RECORDS else 10_000_000
    for view in (View(), View(verbose=True)):
        assert len(reporter.render(hostile_report(hostile), view)) < most


def test_it_ends_with_one_line_end(reporter, make):
    for report in (make.sample, make.report()):
        text = reporter.render(report, View())

        assert text.endswith("\n")
        assert not text.endswith("\n\n")


def test_c_150_the_same_report_gives_the_same_bytes(reporter, make):
    assert reporter.render(make.sample, View()) == reporter.render(make.sample, View())


def test_c_150_another_run_changes_nothing_outside_the_run_block(reporter, make):
    later = replace(make.sample.run, nonce="other", started="2030-01-01T00:00:00Z", scanners=())
    lines = reporter.render(make.sample, View()).split("\n")
    others = reporter.render(replace(make.sample, run=later), View()).split("\n")

    changed = [a for a, b in zip(lines, others, strict=True) if a != b]
    assert all(line.startswith(('"run":', '"scan":', '<p id="run">')) for line in changed)


def test_it_shows_the_sample_as_recorded(reporter, make, snapshot):
    text = reporter.render(make.sample, View())

    snapshot(f"{reporter.name}.{SUFFIX.get(reporter.name, 'txt')}", text)


def test_c_081_a_secret_appears_in_no_format_even_if_the_snippet_held_it(reporter, make):
    for view in (View(), View(verbose=True)):
        assert "ABCDEFGH" not in reporter.render(make.sample, view)


def test_names_are_unique_and_none_is_private():
    names = [reporter.name for reporter in reporters()]

    assert len(set(names)) == len(names)
    assert set(names) >= {
        "comment",
        "concise",
        "csv",
        "github",
        "gitlab",
        "gitlab-sast",
        "html",
        "json",
        "junit",
        "markdown",
        "rdjson",
        "sarif",
        "sarif-azure",
        "sarif-github",
        "text",
    }
