"""The table of what is known of AI holds what its readers rely upon."""

from __future__ import annotations

import json
import time
from collections import Counter
from pathlib import Path

import jsonschema  # noqa: TID253 - a test
import pytest

from aigate.discovery._index import index_of
from aigate.discovery._words import mentions, words_for, words_of
from aigate.documents.ai_knowledge import read_knowledge
from aigate.errors import IntegrityError

_POLICIES = Path(__file__).parents[2] / "policies"
_RAW = json.loads((_POLICIES / "data" / "ai.json").read_text())


def test_the_table_fits_its_schema():
    schema = json.loads((_POLICIES / "schemas" / "ai.schema.json").read_text())

    jsonschema.Draft202012Validator.check_schema(schema)
    assert not list(jsonschema.Draft202012Validator(schema).iter_errors(_RAW))


@pytest.mark.parametrize(
    "field", ["aliases", "classes", "env", "hosts", "ports", "models", "python"]
)
def test_no_two_providers_claim_the_same(field):
    counts = Counter(value for one in _RAW["providers"] for value in one.get(field, ()))

    assert [value for value, count in counts.items() if count > 1] == []


def test_names_are_unique_and_providers_that_are_named_exist():
    for group in ("providers", "frameworks", "vector_stores"):
        assert max(Counter(one["name"] for one in _RAW[group]).values()) == 1
    known = {one["name"] for one in _RAW["providers"]} | {""}
    named = {
        one.get("provider", "") for one in _RAW["frameworks"] + _RAW["actions"] + _RAW["commands"]
    }

    assert named <= known


def test_every_module_host_and_variable_gets_past_the_first_look(knowledge):
    texts = [
        f"import {name.replace('*', 'x')}" for one in knowledge.frameworks for name in one.python
    ]
    texts += [
        f'import x from "{name.replace("*", "x")}"'
        for one in knowledge.frameworks
        for name in one.npm
    ]
    for who in knowledge.providers:
        texts += [f'"https://{host.replace("*", "x")}/v1"' for host in who.hosts]
        texts += [f"{name.rstrip('*')}KEY" for name in who.env]
        texts += [f"from {name} import y" for name in who.python]

    assert [text for text in texts if not mentions(text, words_for(knowledge))] == []


def test_roots_are_whole_runs_of_letters():
    assert [root for root in _RAW["roots"] if words_of(root) != [root.encode()]] == []


@pytest.mark.parametrize(
    "start",
    [
        "gpt-4",
        "claude-3",
        "llama-3-",
        "qwen2",
        "models/a-",
        "a/b",
        "us.anthropic.a",
        "text-embedding-3-",
        "arn:aws:bedrock:",
    ],
)
def test_names_made_to_be_slow_cost_little(knowledge, start):
    index = index_of(knowledge)
    begin = time.process_time()
    for tail in ("-" * 150 + "!", "a" * 150 + "!", "a-1." * 40 + "!", "1" * 150 + "!", ":" * 150):
        index.model(start + tail)
        index.model(start + tail * 1_000)

    assert time.process_time() - begin < 0.5


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b"\xff", b'{"as_of": 1}', b"null"], ids=repr)
def test_a_damaged_table_is_an_integrity_error(data):
    with pytest.raises(IntegrityError):
        read_knowledge(data)


def test_an_unknown_field_is_refused():
    raw = json.loads(json.dumps(_RAW))
    raw["providers"][0]["modles"] = []

    with pytest.raises(IntegrityError):
        read_knowledge(json.dumps(raw).encode())
