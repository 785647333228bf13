"""The list of abuse cases names every case, and a test for each that is done."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
LIST = (ROOT / "docs" / "abuse-cases.md").read_text(encoding="utf-8")
ROWS = re.findall(
    r"^\| (C-\d{3}) \| ([^|]+) \| (critical|high|medium|low) \| ([^|]+) \|$", LIST, re.MULTILINE
)
TOPICS = {"accountability", "provenance", "AI use", "places", "speed"}


def test_all_150_cases_are_listed_in_order():
    assert [name for name, *_ in ROWS] == [f"C-{number:03}" for number in range(1, 151)]


def test_every_case_is_done_or_waits_for_a_topic():
    for name, _, _, state in ROWS:
        waiting = re.findall(r"waits? for: ([\w ]+)", state)
        assert state.startswith(("done: `", "waits for: ")), name
        assert set(waiting) <= TOPICS, name


def test_every_test_file_of_a_case_that_is_done_names_the_case():
    for name, _, _, state in ROWS:
        if not state.startswith("done"):
            continue
        files = re.findall(r"`(tests/[\w./]+)`", state)
        assert files, name
        for file in files:
            text = (ROOT / file).read_text(encoding="utf-8")
            assert name in text or name.lower().replace("-", "_") in text, (name, file)


def test_every_grave_case_that_is_done_is_tried_end_to_end():
    for name, _, severity, state in ROWS:
        if state.startswith("done") and severity in {"critical", "high"}:
            # What is about bytes and keys is tried on corpora that any implementation can run.
            ends = ("abuse", "accountability", "action", "cli", "corpus", "ledger", "engine")
            places = ends if "C-109" < name < "C-138" else ends[:4]
            assert any(f"`tests/{place}/" in state for place in places), name
