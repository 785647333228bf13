"""Which indexes are asked, by the settings of the caller's own installers."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from aigate.cli._package_index import index_of, indexes_of
from aigate.domain.package import Ecosystem, Package
from tests.dependencies.index_server import serving


@pytest.fixture
def home(tmp_path):
    return {"HOME": str(tmp_path), "VIRTUAL_ENV": str(tmp_path / "venv")}


def write(home, name: str, text: str) -> None:
    file = Path(home["HOME"], name)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def test_pip_is_asked_first_by_its_environment(home):
    write(home, ".config/pip/pip.conf", "[global]\nindex-url = https://file.example/simple\n")
    assert indexes_of(home).pypi[0] == "https://file.example/simple"
    environ = {**home, "PIP_INDEX_URL": "https://env.example/simple"}
    assert indexes_of(environ).pypi[0] == "https://env.example/simple"
    environ["UV_DEFAULT_INDEX"] = "mine=https://uv.example/simple"
    assert indexes_of(environ).pypi[0] == "https://uv.example/simple"


def test_further_indexes_are_asked_as_well(home):
    write(
        home,
        ".config/pip/pip.conf",
        "[global]\nextra-index-url =\n  https://b.example\n  https://c.example\n",
    )
    assert indexes_of(home).pypi[1:] == ("https://b.example", "https://c.example")
    environ = {
        **home,
        "PIP_EXTRA_INDEX_URL": "https://d.example",
        "UV_INDEX": "x=https://e.example",
    }
    assert indexes_of(environ).pypi[1:] == ("https://e.example", "https://d.example")


def test_the_settings_of_npm_name_registries_scopes_and_tokens(home):
    secret = "se" + "cret"
    write(
        home,
        ".npmrc",
        "registry = https://npm.example/\n@acme:registry=https://acme.example/npm/\n"
        "//acme.example/npm/:_authToken=${ACME}\n; comment\nbroken\n",
    )
    found = indexes_of({**home, "ACME": secret})
    assert found.npm == "https://npm.example/"
    assert found.scopes == {"@acme": "https://acme.example/npm/"}
    assert found.tokens == {"acme.example/npm/": f"Bearer {secret}"}
    assert (
        indexes_of({**home, "npm_config_registry": "https://env.example"}).npm
        == "https://env.example"
    )


def test_broken_settings_are_passed_over(home):
    write(home, ".config/pip/pip.conf", "no section\n\x00")
    write(home, ".npmrc", "\x00=\n===\n")
    assert indexes_of(home).pypi[0].startswith("https://")


def test_a_package_is_asked_for_once(home):
    with serving() as server:
        environ = {
            **home,
            "PIP_INDEX_URL": f"{server.url}/simple",
            "npm_config_registry": server.url,
        }
        index = index_of(environ, today=date(2026, 11, 22), seconds=10)
        for _ in range(2):
            (one,) = index.ask([Package(Ecosystem.PYPI, "acme")])
            assert not one.exists
        assert len(server.asked) == 1
