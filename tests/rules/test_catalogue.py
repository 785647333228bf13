"""What every rule must say about itself, and that it has cases both ways."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "policies/rules"
CASES = ROOT / "tests/cases/rules"
LANGUAGES = {
    "python": [["python"]],
    "javascript": [["javascript", "typescript"]],
    "generic": [["generic"], ["regex"]],
}
CONTROL = re.compile(
    r"(nist-800-53|nist-ssdf|owasp-llm|owasp-aisvs|cmmc|atlas|nist-ai-rmf)/[A-Z0-9][\w.()-]*"
)
FILES = sorted(file for pack in LANGUAGES for file in (RULES / pack).glob("*.yaml"))


def _rule(file: Path) -> dict[str, Any]:
    with file.open(encoding="utf-8") as stream:
        (rule,) = yaml.load(stream, Loader=yaml.CSafeLoader)["rules"]
    return dict(rule)


def _catalogue() -> list[dict[str, Any]]:
    text = (ROOT / "policies/compiled/catalogue.json").read_text(encoding="utf-8")
    return list(json.loads(text)["rules"])


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_each_rule_has_a_page_and_the_fields_that_reports_need(file: Path) -> None:
    rule = _rule(file)
    said = rule["metadata"]

    assert rule["id"] == file.stem
    assert rule["id"].startswith(f"{file.parent.name}-")
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", rule["id"])
    assert rule["languages"] in LANGUAGES[file.parent.name]
    assert rule["severity"] in {"LOW", "MEDIUM", "HIGH", "CRITICAL"}
    assert "\n" not in rule["message"].strip()
    for key in ("title", "what", "why", "fix", "decides"):
        assert said[key].strip()
    assert said["cwe"]
    assert all(isinstance(number, int) for number in said["cwe"])
    assert said["controls"]
    assert [control for control in said["controls"] if not CONTROL.fullmatch(control)] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_each_rule_has_cases_both_ways(file: Path) -> None:
    names = [case.name for case in (CASES / file.stem).iterdir()]

    assert [name for name in names if not name.startswith(("bad-", "good-"))] == []
    assert {name.partition("-")[0] for name in names} == {"bad", "good"}


def test_each_folder_of_cases_belongs_to_a_rule() -> None:
    assert {folder.name for folder in CASES.iterdir()} == {file.stem for file in FILES}


def test_names_are_unique_and_in_order() -> None:
    names = [entry["name"] for entry in _catalogue()]

    assert names == sorted(set(names))


# bandit's own loader warns of an argument that bandit passes.
@pytest.mark.filterwarnings("ignore:The verify_requirements argument:DeprecationWarning")
def test_the_catalogue_knows_every_check_of_bandit() -> None:
    from bandit.core.extension_loader import MANAGER

    known = {f"bandit/{check}" for check in (*MANAGER.plugins_by_id, *MANAGER.blacklist_by_id)}

    assert known - {entry["name"] for entry in _catalogue()} == set()
