"""Of each pair of agent configurations, the bad one is found and its fix is left alone."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from aigate.domain.extension import Target
from aigate.domain.finding import Gap, Sighting
from aigate.domain.severity import Severity
from aigate.domain.tree import Entry, Kind, Unit
from aigate.scanners import agent_settings, hidden_text, instructions
from tests.scanners.agent_pairs import PAIRS, Pair

_PACKS = str(Path(__file__).parents[2] / "policies")
_SCANNERS = (agent_settings.SCANNER, hidden_text.SCANNER, instructions.SCANNER)
_KINDS = {".py": Kind.PYTHON, ".ts": Kind.TYPESCRIPT, ".js": Kind.JAVASCRIPT}


def said(path: str, text: str) -> list[tuple[str, str]]:
    """Return what is said of a file in medium or more, and every gap."""
    kind = _KINDS.get(Path(path).suffix, Kind.TEXT)
    unit = Unit("1", Entry(path, "100644", "0" * 40), kind, text=text)
    target = Target(units=(unit,), paths=frozenset({path}), scratch="", exported="", packs=_PACKS)
    found = []
    for scanner in _SCANNERS:
        severities = {rule.name: rule.severity for rule in scanner.rules()}
        for item in scanner.scan(target):
            if isinstance(item, Gap):
                found.append(("gap", item.reason))
            elif (item.severity or severities[item.rule]) >= Severity.MEDIUM:
                assert isinstance(item, Sighting)
                found.append((item.rule, item.message))
    return found


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)
def test_the_bad_one_is_found(pair: Pair) -> None:
    assert [rule for rule, _ in said(pair.path, pair.bad) if rule != "gap"]


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)
def test_the_good_one_is_left_alone(pair: Pair) -> None:
    assert said(pair.path, pair.good) == []


_SCRIPT = (
    'import {McpServer} from "@modelcontextprotocol/sdk"; StreamableHTTPServerTransport // tool\n'
)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.ts", _SCRIPT + ".listen(" * 20_000),
        ("a.ts", _SCRIPT + "'\\" * 60_000),
        ("a.ts", _SCRIPT + "/*" * 60_000),
        ("a.ts", _SCRIPT + 'description: "a" + ' * 6_000),
        ("a.ts", _SCRIPT + "description: `" * 10_000),
        ("a.json", '{"tool": "description": "' + "\\u0041" * 20_000),
        ("a.py", "import mcp  # tool\ndescription = " + "+".join(["'a'"] * 6_000)),
        ("a.py", "import mcp  # tool\n" + "mcp.run(host='::')\n" * 3_000),
    ],
    ids=lambda value: str(value)[:30],
)
def test_texts_that_are_made_to_be_slow_cost_little(path: str, text: str) -> None:
    begin = time.process_time()

    said(path, text)

    assert time.process_time() - begin < 5
