"""`aigate cache` tells what is kept, and removes it without changing what a scan says."""

from __future__ import annotations

import pytest


@pytest.mark.slow
def test_what_is_kept_is_told_and_removed(project):
    project.commit({"a.py": "x = 1\n"})
    project.commit({"a.py": "exec(input())\n"})
    before = project.scan()
    told = project.run("cache", "info", "--format", "json").report

    assert told["results"] > 0
    assert told["bytes"] > 0
    assert told["folder"] in project.run("cache", "info").text
    cleared = project.run("cache", "clear")
    assert (cleared.code, told["folder"] in cleared.text) == (0, True)
    assert project.run("cache", "info", "--format", "json").report["results"] == 0
    assert project.scan().report["findings"] == before.report["findings"]


def test_a_named_folder_is_meant_and_no_other(project, tmp_path):
    folder = tmp_path / "named"
    assert project.run("cache", "info", "--cache", str(folder)).code == 0
    folder.chmod(0o777)
    outcome = project.run("cache", "clear", "--cache", str(folder))

    assert outcome.code == 2
    assert "hint: name a folder elsewhere that is yours" in outcome.text


def test_a_pipeline_has_no_cache_unless_one_is_named(project):
    outcome = project.run("cache", "info", CI="true")

    assert outcome.code == 2
    assert "in a pipeline none is used unless it is named" in outcome.text
