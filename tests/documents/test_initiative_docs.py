"""What the guide to initiatives shows is read by the reader."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from aigate.documents.initiative import FOLDER, SCHEMA, read_initiatives
from aigate.domain.initiative import Impact, PracticeName
from aigate.registry import usage_rules

GUIDE = (Path(__file__).parents[2] / "docs/initiatives.md").read_text()
EXAMPLES = sorted((Path(__file__).parents[2] / "examples/initiatives").glob("*.yaml"))
SHOWN = re.findall(r"```yaml\n# (\S+)\n(.*?)```", GUIDE, re.DOTALL)


def test_there_are_two_manifests_in_the_guide() -> None:
    assert len(SHOWN) == 2


@pytest.mark.parametrize(("path", "text"), SHOWN)
def test_a_manifest_of_the_guide_is_read(path: str, text: str) -> None:
    (found,) = read_initiatives([path], lambda _path: text.encode())

    assert found.components
    assert found.owners.developer != found.owners.security


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.name)
def test_an_example_is_read_and_shows_editors_its_schema(file: Path) -> None:
    text = file.read_text()
    (found,) = read_initiatives([f"{FOLDER}/{file.name}"], lambda _path: text.encode())
    first = text.partition("\n")[0]
    schema = file.parent / first.partition("$schema=")[2]

    assert first.startswith("# yaml-language-server: $schema=")
    assert schema.resolve() == Path(__file__).parents[2] / SCHEMA
    if found.impact is Impact.HIGH:
        assert {one.name for one in found.practices} == set(PracticeName)


def test_there_are_examples() -> None:
    assert len(EXAMPLES) == 2


@pytest.mark.parametrize("rule", [rule.page.name for rule in usage_rules()])
def test_every_rule_is_in_the_guide(rule: str) -> None:
    assert f"(rules/{rule}.md)" in GUIDE
