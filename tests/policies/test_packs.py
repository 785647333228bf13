"""The packs that ship with the product."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import jsonschema  # noqa: TID253 - the ban is about the start of the program
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from aigate.cli.packs import packs_folder, read_pack
from aigate.cli.policy import schema_text
from aigate.documents.policy import read_policy
from aigate.documents.policy_cases import Facts
from aigate.documents.reference import within
from aigate.domain.finding import Action, Provenance, Status
from aigate.domain.policy import Assurance, Mode
from aigate.domain.severity import Severity, severity_of
from aigate.engine.decide import demand
from aigate.registry import requirement_kinds, scanners

FOLDER = Path(__file__).parents[2] / "policies"
NAMES = sorted(file.stem for file in FOLDER.glob("*.yaml"))
PACKS = {
    name: read_policy(f"aigate:{name}", read_pack, requirement_kinds())
    for name in ("default", "strict", "federal", "advisory")
}
SCANNERS = {scanner.name for scanner in scanners()}


def action(pack: str, **facts: Any) -> str:
    return demand(Facts(**facts).candidate, PACKS[pack]).action.word


def test_there_are_these_four() -> None:
    assert sorted(PACKS) == NAMES
    assert packs_folder() == FOLDER


@pytest.mark.parametrize("name", PACKS)
def test_a_pack_is_named_after_its_file_and_shows_editors_its_schema(name: str) -> None:
    text = (FOLDER / f"{name}.yaml").read_text()

    assert PACKS[name].name == name
    assert text.startswith("# yaml-language-server: $schema=schemas/policy.schema.json\n")
    jsonschema.validate(yaml.safe_load(text), json.loads(schema_text()))


def test_the_schema_on_disk_is_what_the_definitions_say() -> None:
    file = FOLDER / "schemas" / "policy.schema.json"

    assert file.read_text() == schema_text(), "run `aigate policy schema` into the file"


def test_the_reference_in_the_readme_is_what_the_definitions_say() -> None:
    text = (FOLDER / "README.md").read_text()

    assert within(text, requirement_kinds()) == text, "run `aigate policy schema --format markdown`"
    assert all(f"`aigate:{name}`" in text for name in PACKS)


@pytest.mark.parametrize(
    "document",
    [
        {"version": 2, "name": "a"},
        {"version": 1},
        {"version": 1, "name": "a", "modes": "x"},
        {"version": 1, "name": "a", "requirements": [{"id": "a", "action": "block"}]},
        {
            "version": 1,
            "name": "a",
            "requirements": [{"id": "a", "action": "warn", "match": {"x": 1}}],
        },
        {
            "version": 1,
            "name": "a",
            "requirements": [{"id": "a", "action": "warn", "fix-within": 7}],
        },
        {"version": 1, "name": "a", "protected-branches": []},
    ],
)
def test_the_schema_refuses_what_the_reader_refuses(document: dict[str, object]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, json.loads(schema_text()))


EXPECTED = [
    # facts, then what default, strict and federal ask
    ({"severity": Severity.CRITICAL}, "joint", "forbid", "forbid"),
    ({"severity": Severity.CRITICAL, "origin": Provenance.HUMAN}, "joint", "joint", "joint"),
    ({"severity": Severity.HIGH}, "joint", "joint", "joint"),
    ({"severity": Severity.MEDIUM}, "warn", "joint", "joint"),
    ({"severity": Severity.LOW}, "note", "warn", "warn"),
    ({"severity": Severity.CRITICAL, "status": Status.EXISTING}, "warn", "joint", "joint"),
    ({"severity": Severity.HIGH, "status": Status.EXISTING}, "warn", "warn", "joint"),
    ({"severity": Severity.MEDIUM, "status": Status.EXISTING}, "note", "note", "note"),
    ({"severity": Severity.LOW, "scanner": "secrets"}, "forbid", "forbid", "forbid"),
    (
        {"severity": Severity.LOW, "scanner": "secrets", "status": Status.EXISTING},
        "warn",
        "warn",
        "forbid",
    ),
    ({"severity": Severity.LOW, "scanner": "control-plane"}, "joint", "joint", "joint"),
    ({"severity": Severity.MEDIUM, "scanner": "suppressions"}, "warn", "joint", "joint"),
    ({"severity": Severity.LOW, "scanner": "contents"}, "note", "warn", "joint"),
    ({"severity": Severity.HIGH, "scanner": "contents"}, "joint", "joint", "joint"),
    ({"severity": Severity.LOW, "scanner": "bandit", "rule": "bandit/B101"}, "note") + ("note",) * 2,
    ({"severity": Severity.LOW, "scanner": "bandit", "rule": "bandit/B311"}, "note") + ("note",) * 2,
    ({"severity": Severity.MEDIUM, "scanner": "bandit", "rule": "bandit/B608"}, "note") + ("note",) * 2,
    ({"severity": Severity.MEDIUM, "scanner": "bandit", "rule": "bandit/B506"}, "warn") + ("warn",) * 2,
    ({"severity": Severity.HIGH, "scanner": "bandit", "rule": "bandit/B403"}, "note") + ("note",) * 2,
    ({"severity": Severity.HIGH, "scanner": "bandit", "rule": "bandit/B602"}, "warn", "warn", "joint"),
    ({"severity": Severity.HIGH, "scanner": "bandit", "rule": "bandit/B501"}, "joint") + ("joint",) * 2,
    ({"severity": Severity.HIGH, "scanner": "bandit", "rule": "bandit/B999"}, "joint") + ("joint",) * 2,
]  # fmt: skip


@pytest.mark.parametrize(("facts", "default", "strict", "federal"), EXPECTED)
def test_what_findings_cost(facts: dict[str, Any], default: str, strict: str, federal: str) -> None:
    asked = [action(pack, **facts) for pack in ("default", "strict", "federal")]

    assert asked == [default, strict, federal]
    assert action("advisory", **facts) == default


@pytest.mark.parametrize("word", ["URGENT", ""], ids=lambda word: f"C-097-{word}")
def test_an_unknown_severity_blocks(word: str) -> None:
    assert action("default", severity=severity_of(word)) == "joint"


facts = st.builds(
    Facts,
    severity=st.sampled_from(Severity),
    status=st.sampled_from(Status),
    origin=st.sampled_from(Provenance),
    scanner=st.sampled_from(sorted(SCANNERS)),
    rule=st.sampled_from(["python-x", "bandit/B101", "bandit/B602", "bandit/B403", "bandit/B501"]),
)


@given(facts)
def test_the_stricter_pack_never_asks_for_less_and_none_forgets_a_finding(found: Facts) -> None:
    asked = {name: demand(found.candidate, pack) for name, pack in PACKS.items()}

    assert asked["default"].action <= asked["strict"].action <= asked["federal"].action
    assert all(one.requirement for one in asked.values())


@given(facts)
def test_the_stricter_pack_never_gives_more_time_for_the_same_action(found: Facts) -> None:
    asked = [demand(found.candidate, PACKS[name]) for name in ("default", "strict", "federal")]
    for lax, strict in pairwise(asked):
        if lax.action is strict.action and lax.fix_within is not None:
            assert strict.fix_within is not None
            assert strict.fix_within <= lax.fix_within


@pytest.mark.parametrize(("lax", "strict"), [("default", "strict"), ("strict", "federal")])
def test_the_stricter_pack_never_lets_an_acceptance_last_longer_or_bind_less(
    lax: str, strict: str
) -> None:
    order = list(Assurance)
    for one, other in zip(PACKS[lax].acceptance, PACKS[strict].acceptance, strict=True):
        assert one.severity is other.severity
        assert other.longest <= one.longest
        assert order.index(other.assurance) <= order.index(one.assurance)


def test_every_pack_requires_every_scanner_and_excludes_nothing() -> None:
    for pack in PACKS.values():
        assert set(pack.required_scanners) == SCANNERS
        assert not pack.exclusions


def test_only_the_advisory_pack_is_advisory() -> None:
    """C-146: and it says so in its name."""
    assert [name for name, pack in PACKS.items() if pack.mode is Mode.ADVISORY] == ["advisory"]


def test_the_federal_pack_cannot_be_made_advisory() -> None:
    text = b"version: 1\nname: ours\nextends: aigate:federal\nrequirements:\n" + b"".join(
        b"  - {id: %s, action: note}\n" % name.encode()
        for name in sorted({r.id for r in PACKS["federal"].requirements})
    )

    def load(ref: str) -> bytes | None:
        return text if ref == ".aigate/policy.yaml" else read_pack(ref)

    ours = read_policy(".aigate/policy.yaml", load, requirement_kinds())
    found = Facts(severity=Severity.HIGH).candidate
    assert demand(found, ours).action is Action.JOINT
