"""Drafts: from any inventory a manifest that the strict reader reads, and that declares it."""

from __future__ import annotations

import json
from dataclasses import replace

import jsonschema  # noqa: TID253 - the ban is about the start of the program
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from aigate.cli.manifest import schema_text
from aigate.documents.initiative import read_initiatives
from aigate.documents.initiative_draft import draft, name_of
from aigate.domain.inventory import Confidence, UseKind
from aigate.engine.patterns import matches_path
from aigate.engine.usage import undeclared
from tests.rules_ai.made import COMMIT, DIGEST, FOLDER, facts, findings, use

SCHEMA = json.loads(schema_text())


def read(text: str, name: str = "support"):
    (found,) = read_initiatives([f"{FOLDER}{name}.yaml"], lambda _path: text.encode())
    return found


names = st.sampled_from(
    ["openai", "gpt-5", "org/ranker", "yes", "1e3", "2026-01-01", "a: b", "#x", "'", '"', "*", "null",
     "\u202eevil", "a\nb", "", "x" * 300, "- a", "é", "a  b", "{x}"]
)  # fmt: skip
paths = st.sampled_from(
    ["app/chat.py", "app/a/b.py", "top.py", "we[i]rd/*.py", "{a,b}/!x.py", "!x.py", "é/ü.py",
     "a b/c.py", "back\\slash/x.py", "\u202e/x.py", "\udcff/x.py", "x/\n.py"]
)  # fmt: skip
anything = st.lists(
    st.builds(
        lambda kind, name, path, **more: replace(
            use(kind, name, "a:1", **more), at=replace(use(kind, name).at, path=path)
        ),
        st.sampled_from(UseKind),
        names,
        paths,
        confidence=st.sampled_from(Confidence),
        provider=st.sampled_from(["", "openai", "huggingface", "a\nb"]),
        revision=st.sampled_from(["", None, COMMIT, "main"]),
        digest=st.sampled_from(["", DIGEST]),
        detail=st.sampled_from(
            [(), (("role", "settings"), ("permission", "Bash(*)")), (("role", "product"),)]
        ),
    ),
    max_size=12,
)


@given(anything)
def test_a_draft_is_valid_whatever_was_found(found) -> None:
    text = draft("support", found)
    initiative = read(text)

    assert initiative.name == "support"
    document = yaml.load(text, Loader=yaml.BaseLoader) | {"version": 1}
    jsonschema.validate(document, SCHEMA)
    for one in found:
        code = one.kind in {UseKind.MODEL, UseKind.PROVIDER, UseKind.FRAMEWORK}
        if code and one.confidence is not Confidence.UNDETERMINED and len(found) == 1:
            assert any(matches_path(pattern, one.at.path) for pattern in initiative.used_in)


NOT_NAMED = {UseKind.WEIGHTS, UseKind.EMBEDDING, UseKind.ENDPOINT}
sensible = st.lists(
    st.builds(
        use,
        st.sampled_from([kind for kind in UseKind if kind not in NOT_NAMED]),
        st.sampled_from(["openai", "mistral", "gpt-5", "org/ranker", "https://a.example.org/v1"]),
        st.sampled_from(["app/chat.py:3", "app/b/c.py:1", "jobs/night.py:4", "x.py:2"]),
        provider=st.sampled_from(["", "openai"]),
        detail=st.sampled_from([(("role", "product"),), (("role", "settings"),)]),
    ),
    max_size=8,
)


@given(sensible)
def test_what_is_drafted_is_declared(found) -> None:
    usage = facts(found, {})
    text = draft("support", undeclared(usage))
    after = facts(found, {"support": text})

    said = [one for one in findings(after) if one.rule == "undeclared-ai-use"]
    assert not said


def test_a_draft_of_nothing_declared_is_short_and_says_what_to_do() -> None:
    text = draft("support", [use(UseKind.PROVIDER, "openai"), use(UseKind.MODEL, "gpt-5")])

    assert "  - name: openai\n    models:\n      - gpt-5\n" in text
    assert "# owners: {developer:" in text
    assert len(text.splitlines()) < 16


def test_many_folders_become_few_patterns() -> None:
    found = [use(UseKind.PROVIDER, "openai", f"src/part{n}/a.py:1") for n in range(50)]

    assert read(draft("support", found)).used_in == ("src/**",)


@pytest.mark.parametrize(
    ("text", "name"),
    [("My Repo", "my-repo"), ("...", "initiative"), ("\u202e", "initiative"), ("a" * 99, "a" * 60)],
)
def test_a_name_is_made_of_anything(text: str, name: str) -> None:
    assert name_of(text) == name
