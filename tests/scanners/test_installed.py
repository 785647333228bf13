"""The version of an engine is read from the name of what its installer left."""

from __future__ import annotations

import importlib.metadata
import sys

import pytest

from aigate.scanners._installed import version_of


@pytest.mark.parametrize("name", ["bandit", "semgrep"])
def test_it_is_the_version_that_the_standard_library_tells(name):
    assert version_of(name) == importlib.metadata.version(name)


@pytest.mark.parametrize("left", ["engine-1.2.3.dist-info", "Engine-1.2.3.dist-info"])
def test_the_folder_says_it(tmp_path, monkeypatch, left):
    (tmp_path / left).mkdir()
    monkeypatch.setattr(sys, "path", [str(tmp_path / "gone"), str(tmp_path)])

    assert version_of("engine") == "1.2.3"


def test_an_older_kind_of_installation_is_found_too(tmp_path, monkeypatch):
    (tmp_path / "engine-2.0.egg-info").mkdir()
    (tmp_path / "engine-2.0.egg-info" / "PKG-INFO").write_text("Name: engine\nVersion: 2.0\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path)])

    assert version_of("engine") == "2.0"


def test_what_is_not_installed_has_no_version(tmp_path, monkeypatch):
    (tmp_path / "engine_more-1.0.dist-info").mkdir()
    monkeypatch.setattr(sys, "path", [str(tmp_path)])

    assert version_of("engine") == ""
