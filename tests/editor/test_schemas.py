"""What we ship, show and write is what the published schemas say."""

from __future__ import annotations

import json

import pytest
import yaml
from jsonschema import Draft202012Validator  # noqa: TID253 - a test

from tests.conftest import ROOT

SCHEMAS = ROOT / "policies" / "schemas"
LINE = "# yaml-language-server: $schema="
DOCUMENTS = sorted(
    {
        *ROOT.glob("policies/*.yaml"),
        *(ROOT / "examples").rglob("policy.yaml"),
        *(ROOT / "examples").rglob("initiatives/*.yaml"),
    }
)


def schema_of(file):
    """Return the schema that the first line of a file names."""
    first = file.read_text(encoding="utf-8").split("\n", 1)[0]
    assert first.startswith(LINE), file
    return (file.parent / first.removeprefix(LINE)).resolve()


@pytest.mark.parametrize("file", DOCUMENTS, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_document_names_its_schema_and_keeps_to_it(file):
    named = schema_of(file)
    kind = "initiative" if file.parent.name == "initiatives" else "policy"

    assert named == SCHEMAS / f"{kind}.schema.json"
    with file.open(encoding="utf-8") as opened:
        said = yaml.load(opened, Loader=_Plain)
    Draft202012Validator(json.loads(named.read_text())).validate(said)


@pytest.mark.parametrize("kind", ["policy", "initiative"])
def test_every_field_of_a_schema_says_what_it_is_for(kind):
    schema = json.loads((SCHEMAS / f"{kind}.schema.json").read_text())
    Draft202012Validator.check_schema(schema)

    def fields(node, at=""):
        if isinstance(node, list):
            for number, one in enumerate(node):
                yield from fields(one, f"{at}/{number}")
        # A condition speaks of fields that have their words elsewhere.
        if isinstance(node, dict) and not at.endswith("/if"):
            listed = node.get("properties")
            for name, field in listed.items() if isinstance(listed, dict) else ():
                if isinstance(field, dict):
                    yield f"{at}/{name}", field
            for name, one in node.items():
                yield from fields(one, f"{at}/{name}")

    found = dict(fields(schema))
    silent = [at for at, field in found.items() if not field.get("description")]
    assert len(found) > 30
    assert silent == []


class _Plain(yaml.SafeLoader):
    """Reads days as text, as JSON has them."""


_Plain.yaml_implicit_resolvers = {
    start: [one for one in found if one[0] != "tag:yaml.org,2002:timestamp"]
    for start, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
