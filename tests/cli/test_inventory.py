"""`aigate inventory` shows the whole tree in four formats, and the same from its cache."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft7Validator  # noqa: TID253 - a test
from referencing import Registry, Resource

_FILES = {
    "app.py": 'from openai import OpenAI\nOpenAI().chat.completions.create(model="gpt-4o")\n',
    "hub.py": 'from transformers import AutoModel\nAutoModel.from_pretrained("org/m", revision="'
    + "a" * 40
    + '")\n',
    "CLAUDE.md": "be brief\n",
    "odd\n::error::x.py": "import anthropic\n",
    ".mcp.json": '{"mcpServers": {"a": {"url": "https://mcp.example.org/mcp"}}}',
    ".aigate/initiatives/a.yaml": "model: gpt-4o\n",
}


def _run(project, *arguments: str):
    return project.run("inventory", *arguments)


@pytest.fixture
def tree(project):
    project.commit(_FILES)
    project.check_out()
    return project


def test_the_table_groups_by_kind(tree):
    done = _run(tree)

    assert done.code == 0
    assert "models\n  gpt-4o (openai)" in done.text or "models\n  gpt-4o" in done.text
    assert "\n::error" not in done.text


def test_json_lists_each_use_with_its_place(tree):
    report = _run(tree, "--format", "json").report
    uses = {(use["kind"], use["name"], use["path"], use["line"]) for use in report["uses"]}

    assert report["schema"] == "aigate-inventory/1"
    assert ("model", "gpt-4o", "app.py", 2) in uses
    assert ("agent", "claude-code", "CLAUDE.md", 1) in uses
    assert not any(path.startswith(".aigate/") for _, _, path, _ in uses)


def test_yaml_says_the_same_as_json(tree):
    as_json = _run(tree, "--format", "json").report

    read = yaml.safe_load(_run(tree, "--format", "yaml").out)
    assert read == {key: value for key, value in as_json.items() if value != []}


def test_cyclonedx_fits_its_schema(tree):
    document = _run(tree, "--format", "cyclonedx").report
    spec = importlib.util.find_spec("cyclonedx")
    assert spec is not None
    folder = Path(str((spec.submodule_search_locations or [])[0]), "schema", "_res")
    loaded = {path.name: json.loads(path.read_text()) for path in folder.glob("*.json")}
    resources = [(one["$id"], Resource.from_contents(one)) for one in loaded.values()]
    schema = loaded["bom-1.6.SNAPSHOT.schema.json"]
    validator = Draft7Validator(schema, registry=Registry().with_resources(resources))

    assert [error.message for error in validator.iter_errors(document)] == []
    purls = [one.get("purl") for one in document["components"]]
    assert f"pkg:huggingface/org/m@{'a' * 40}" in purls


def test_a_commit_is_read_without_its_working_tree(tree):
    Path(tree.root, "app.py").write_text("x = 1\n")

    uses = _run(tree, "--format", "json", "--head", "HEAD").report["uses"]
    assert "gpt-4o" in {use["name"] for use in uses}
    assert "gpt-4o" not in {use["name"] for use in _run(tree, "--format", "json").report["uses"]}


def test_what_was_kept_gives_the_same_and_what_changed_is_read_again(tree, tmp_path_factory):
    kept = tmp_path_factory.mktemp("kept")
    kept.chmod(0o700)
    first = _run(tree, "--format", "json", "--cache", str(kept))
    again = _run(tree, "--format", "json", "--cache", str(kept))
    plain = _run(tree, "--format", "json", "--no-cache")
    Path(tree.root, "app.py").write_text('m = "gpt-4.1"\n')
    changed = _run(tree, "--format", "json", "--cache", str(kept))

    assert first.out == again.out == plain.out
    names = {use["name"] for use in changed.report["uses"]}
    assert "gpt-4.1" in names
    assert "gpt-4o" not in names
    assert changed.out == _run(tree, "--format", "json", "--no-cache").out
