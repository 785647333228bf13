"""The dated table of coding agents: well formed, without contradictions, and cheap to match."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

FILE = Path(__file__).parents[2] / "policies" / "data" / "agents.json"
TABLE: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
AGENTS: list[dict[str, Any]] = TABLE["agents"]
NAMES = [agent["name"] for agent in AGENTS]
EXACT = ("emails", "names", "pairs", "github_ids")
PATTERNS = ("email_patterns", "name_patterns")
WORD = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def patterns_of(agent: dict[str, Any]) -> Iterator[str]:
    for kind in PATTERNS:
        yield from agent["identities"][kind]
    for kind in ("disclosures", "message_markers", "models"):
        yield from agent[kind]
    for trailer in agent["trailers"]:
        if "value" in trailer:
            yield trailer["value"]


ALL_PATTERNS = sorted(
    {pattern for agent in AGENTS for pattern in patterns_of(agent)} | set(TABLE["models"])
)


def matching(kind: str, text: str) -> set[str]:
    """Return the agents one of whose patterns of a kind matches a text."""
    found = set()
    for agent in AGENTS:
        patterns = agent[kind] if kind in agent else agent["identities"][kind]
        if any(re.search(pattern, text, re.IGNORECASE) for pattern in patterns):
            found.add(agent["name"])
    return found


def test_the_table_is_dated() -> None:
    assert date.fromisoformat(TABLE["as_of"]) >= date(2026, 11, 1)


def test_agents_stand_in_order_and_once() -> None:
    assert sorted(set(NAMES)) == NAMES


@pytest.mark.parametrize("agent", AGENTS, ids=NAMES)
def test_an_agent_has_the_fields_that_the_reader_knows(agent: dict[str, Any]) -> None:
    assert WORD.fullmatch(agent["name"])
    assert set(agent) == {
        "name",
        "title",
        "aliases",
        "identities",
        "trailers",
        "disclosures",
        "branch_prefixes",
        "message_markers",
        "models",
        "evidence",
    }
    assert set(agent["identities"]) == {*EXACT, *PATTERNS}


@pytest.mark.parametrize("agent", AGENTS, ids=NAMES)
def test_each_agent_can_be_seen_and_has_evidence_from_a_listed_source(
    agent: dict[str, Any],
) -> None:
    sources = {source["id"] for source in TABLE["sources"]}

    assert any(agent["identities"].values()) or agent["trailers"] or agent["disclosures"]
    assert agent["evidence"]
    assert {item["source"] for item in agent["evidence"]} <= sources


def test_each_source_says_where_it_is_and_is_used() -> None:
    used = {item["source"] for agent in AGENTS for item in agent["evidence"]}

    for source in TABLE["sources"]:
        assert {"repository", "url", "search"} & set(source)
        if "repository" in source:
            assert re.fullmatch(r"[0-9a-f]{40}", source["commit"])
    assert {source["id"] for source in TABLE["sources"]} == used


@pytest.mark.parametrize("kind", EXACT)
def test_no_identity_belongs_to_two_agents_or_to_other_automation(kind: str) -> None:
    owners = Counter(value for agent in AGENTS for value in set(agent["identities"][kind]))
    automation = {value for other in TABLE["assistants_are_not"] for value in other.get(kind, [])}

    assert [value for value, count in owners.items() if count > 1] == []
    assert automation.isdisjoint(owners)


def test_no_trailer_alias_or_branch_belongs_to_two_agents() -> None:
    for values in (
        [trailer["key"] for agent in AGENTS for trailer in agent["trailers"]],
        [alias for agent in AGENTS for alias in agent["aliases"]],
        [prefix for agent in AGENTS for prefix in agent["branch_prefixes"]],
    ):
        assert [value for value, count in Counter(values).items() if count > 1] == []


def test_what_is_compared_as_it_is_is_lower_case() -> None:
    for agent in AGENTS:
        values = [*agent["aliases"], *agent["branch_prefixes"]]
        values += [str(value) for kind in EXACT for value in agent["identities"][kind]]
        values += [trailer["key"] for trailer in agent["trailers"]]
        assert values == [value.lower().strip() for value in values]
        assert all(email.count("@") == 1 for email in agent["identities"]["emails"])
        assert all(re.fullmatch(r".+ <[^<>\s]+>", pair) for pair in agent["identities"]["pairs"])


@pytest.mark.parametrize("pattern", ALL_PATTERNS)
def test_a_pattern_is_anchored_and_compiles(pattern: str) -> None:
    re.compile(pattern, re.IGNORECASE)

    assert pattern.startswith("^")
    assert "|^" not in pattern


def test_a_model_pattern_has_a_group_of_that_name() -> None:
    for pattern in [*TABLE["models"], *(p for agent in AGENTS for p in agent["models"])]:
        assert list(re.compile(pattern).groupindex) == ["model"]


@pytest.mark.parametrize("agent", AGENTS, ids=NAMES)
def test_no_identity_of_an_agent_matches_a_pattern_of_another(agent: dict[str, Any]) -> None:
    for email in agent["identities"]["emails"]:
        assert matching("email_patterns", email) <= {agent["name"]}
    for name in agent["identities"]["names"]:
        assert matching("name_patterns", name) <= {agent["name"]}


def test_other_automation_matches_no_agent() -> None:
    for other in TABLE["assistants_are_not"]:
        for name in other["names"]:
            assert matching("name_patterns", name) == set()
        for email in other["emails"]:
            assert matching("email_patterns", email) == set()


@pytest.mark.parametrize(
    "name",
    [
        "Claude",
        "Claude Monet",
        "Jean Claude",
        "Devin",
        "Devin Gould",
        "Jules",
        "Jules Verne",
        "Roo",
        "Gemini",
        "Goose",
        "Warp",
        "Amp",
        "Cursor",
        "Cascade",
        "Continue",
        "Cline",
        "Copilot Fan",
        "Aider",
        "Paul Gauthier",
    ],
)
def test_a_name_that_people_bear_is_no_evidence_by_itself(name: str) -> None:
    assert matching("name_patterns", name) == set()
    assert all(name.lower() not in agent["identities"]["names"] for agent in AGENTS)


@pytest.mark.parametrize(
    "value",
    [
        "Claude Dupont <claude@example.org>",
        "Devin Townsend <devin@example.org>",
        "Jules Guesnon <jules@example.org>",
        "Amp Fiddler <amp@example.org>",
        "Kimi Raikkonen <kimi@example.org>",
        "Continue as before",
        "Ai Weiwei <ai@example.org>",
        "AGENT_NAME:MODEL_VERSION",
        "a friend of mine",
        "Gemma Person <gemma@example.org>",
    ],
)
def test_people_who_assisted_are_no_agents(value: str) -> None:
    assert matching("disclosures", value) == set()


@pytest.mark.parametrize(
    ("value", "agent"),
    [
        ("Claude Code (Sonnet 4.5)", "claude"),
        ("Claude:claude-opus-4-6 coccinelle", "claude"),
        ("Claude Fable 5", "claude"),
        ("Codex 5.3", "codex"),
        ("Codex", "codex"),
        ("Cursor", "cursor"),
        ("GitHub Copilot", "copilot"),
        ("Crush:qwen3.7-max", "crush"),
        ("GLM-5.1 via Crush <crush@charm.land>", "crush"),
        ("OpenAI GPT-5.4", "unnamed"),
        ("Gemini 2.5 Pro", "gemini"),
    ],
)
def test_agents_that_assisted_are_found_by_value(value: str, agent: str) -> None:
    assert agent in matching("disclosures", value)


@pytest.mark.parametrize(
    ("line", "agents"),
    [
        ("🤖 Generated with [Claude Code](https://claude.com/claude-code)", {"claude"}),
        ("Generated with Claude Code", {"claude"}),
        ("💘 Generated with Crush", {"crush"}),
        ("Made with [Cursor](https://cursor.com)", {"cursor"}),
        ("Generated with [Continue](https://continue.dev)", {"continue"}),
        ("> 🤖 Generated with [Claude Code](https://claude.com/claude-code)", set()),
        ("Generated with Crush line, including validation", set()),
        ("Remove the line Generated with Claude Code", set()),
        ("written by claudette", set()),
    ],
)
def test_only_a_whole_line_is_a_marker(line: str, agents: set[str]) -> None:
    assert matching("message_markers", line) == agents


@pytest.mark.parametrize(
    ("agent", "text", "model"),
    [
        ("claude", "Claude Opus 4.6 (1M context)", "Claude Opus 4.6"),
        ("claude", "Claude Code (cli/claude-opus-4-5=100%)", "claude-opus-4-5"),
        ("claude", "Claude", None),
        ("claude", "Claude Code", None),
        ("claude", "Claude:claude-opus-4-6 coccinelle", "claude-opus-4-6"),
        ("aider", "aider (openai/gpt-5.2)", "openai/gpt-5.2"),
        ("crush", "Crush:kimi-k3", "kimi-k3"),
        ("crush", "Claude Opus 4.7 via Crush <crush@charm.land>", "Claude Opus 4.7"),
        ("openhands", "OpenHands-GPT-5", "GPT-5"),
        ("unnamed", "OpenAI GPT-5.4", "GPT-5.4"),
    ],
)
def test_the_model_is_taken_from_a_name_or_a_value(
    agent: str, text: str, model: str | None
) -> None:
    own = next(entry["models"] for entry in AGENTS if entry["name"] == agent)
    found = (re.search(pattern, text, re.IGNORECASE) for pattern in [*own, *TABLE["models"]])

    assert next((match["model"] for match in found if match), None) == model


@pytest.mark.parametrize(
    "text",
    [
        unit * (100_000 // len(unit))
        for unit in (
            "a",
            " ",
            "(",
            "claude ",
            "generated with ",
            "x via ",
            "1+",
            "a: ",
            "https://x",
        )
    ],
    ids=lambda text: f"{text[:15]!r}",
)
def test_the_whole_table_reads_a_hundred_thousand_characters_at_once(text: str) -> None:
    compiled = [re.compile(pattern, re.IGNORECASE) for pattern in ALL_PATTERNS]

    started = time.process_time()
    for pattern in compiled:
        pattern.search(text)

    assert time.process_time() - started < 1
