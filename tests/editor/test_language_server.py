"""In an editor, policies and manifests are completed, explained, and held against their schema."""

from __future__ import annotations

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.slow
EXAMPLES = sorted(
    file
    for folder in ("policies/*.yaml", "examples/**/policy.yaml", "examples/**/initiatives/*.yaml")
    for file in ROOT.glob(folder)
)
POLICY = "# yaml-language-server: $schema=schemas/policy.schema.json\n"
MANIFEST = "# yaml-language-server: $schema=../schemas/initiative.schema.json\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return the `.aigate` of a repository, as `init` leaves it."""
    made = tmp_path_factory.mktemp("project") / ".aigate"
    (made / "initiatives").mkdir(parents=True)
    (made / "schemas").symlink_to(ROOT / "policies" / "schemas")
    return made


def test_the_examples_and_packs_have_no_mistakes(editor):
    assert len(EXAMPLES) > 8
    for file in EXAMPLES:
        assert editor.mistakes(file, file.read_text(encoding="utf-8")) == [], file


def test_what_init_writes_has_no_mistakes(editor, project):
    (project.root / "app.py").write_text(
        'from openai import OpenAI\n\nx = OpenAI()\nm = "gpt-4.1"\n'
    )
    assert project.run("init").code == 0
    for name in ("policy.yaml", "initiatives/project.yaml"):
        file = project.root / ".aigate" / name
        text = file.read_text()
        assert editor.mistakes(file, text) == [], name
        # ... since the schema that its first line names is read
        assert editor.mistakes(file, f"{text}nonsense: 1\n") == [
            (text.count("\n") + 1, "Property nonsense is not allowed.")
        ]


def test_mistakes_are_shown_at_their_place(editor, folder):
    text = POLICY + (
        "version: 1\n"
        "name: ours\n"
        "requirments: []\n"
        "requirements:\n"
        "  - id: new-critical\n"
        "    match: {severity: sever}\n"
        "    action: block\n"
        "    reason: because\n"
    )

    found = sorted(editor.mistakes(folder / "policy.yaml", text))

    assert [line for line, _ in found] == [4, 7, 8], found
    said = [words for _, words in found]
    assert said[0] == "Property requirments is not allowed."
    assert '"critical"' in said[1]
    assert '"joint"' in said[2]


def test_fields_are_offered_with_what_they_mean(editor, folder):
    policy, manifest = folder / "policy.yaml", folder / "initiatives" / "one.yaml"

    top = editor.offered(policy, f"{POLICY}version: 1\n")
    actions = editor.offered(policy, f"{POLICY}requirements:\n  - id: a\n    action: ")
    inner = editor.offered(policy, f"{POLICY}requirements:\n  - id: a\n    ")
    impact = editor.offered(manifest, f"{MANIFEST}version: 1\nimpact: ")
    service = editor.offered(manifest, f"{MANIFEST}services:\n  - name: a\n    ")

    assert {"name", "extends", "requirements", "owners", "acceptance"} <= top.keys()
    assert "what findings cost" in top["requirements"]
    assert {"forbid", "joint", "warn", "note"} <= actions.keys()
    assert {"match", "unless", "reason", "fix-within"} <= inner.keys()
    assert {"high", "standard"} & impact.keys()
    assert {"models", "region", "retention", "data"} <= service.keys()
    assert all(words for offered in (top, inner, service) for words in offered.values())


def test_a_field_is_explained_where_it_stands(editor, folder):
    text = f"{POLICY}version: 1\nname: a\nmode: advisory\n"

    assert "without stopping the change" in editor.hover(folder / "policy.yaml", text, "mode")
