"""What a policy approves of: providers, licences and regions, with floors."""

from __future__ import annotations

import pytest

from aigate.documents.policy import read_policy
from aigate.domain.policy import Approved, Policy
from aigate.errors import DocumentError
from aigate.requirements.finding import REQUIREMENT

ONE = "requirements: [{id: one, match: {severity: high}, action: joint}]\n"
FLOOR = (
    "version: 1\nname: floor\nfloor: true\n"
    + ONE
    + "approved: {providers: [openai, 'azure-*'], regions: [eu]}\n"
)


def policy(said: str, floor: str = FLOOR, extends: str = "floor.yaml") -> Policy:
    files = {
        "policy.yaml": f"version: 1\nname: ours\nextends: {extends}\n{said}",
        "floor.yaml": floor,
        "other.yaml": FLOOR.replace("name: floor", "name: other").replace("openai", "mistral"),
    }
    return read_policy("policy.yaml", lambda ref: files[ref].encode(), [REQUIREMENT])


def test_what_is_left_out_is_not_asked_about() -> None:
    assert policy("").approved == Approved(providers=("openai", "azure-*"), regions=("eu",))


def test_a_policy_may_approve_of_less_than_its_floor() -> None:
    found = policy("approved: {providers: [azure-openai], licences: [MIT]}\n").approved

    assert found == Approved(providers=("azure-openai",), licences=("MIT",), regions=("eu",))


@pytest.mark.parametrize("name", ["mistral", "'*'", "'a*'", "'azure?*'", "openai2", "'[ao]*'"])
def test_a_policy_cannot_approve_of_more_than_its_floor(name: str) -> None:
    with pytest.raises(DocumentError, match=r"would loosen `floor\.yaml`"):
        policy(f"approved: {{providers: [{name}]}}\n")


@pytest.mark.parametrize("name", ["azure-x", "'azure-*'", "'azure-eu*'"])
def test_a_pattern_within_that_of_the_floor_is_no_more(name: str) -> None:
    assert policy(f"approved: {{providers: [{name}]}}\n").approved.providers


def test_of_two_floors_only_what_both_approve_of_is_left() -> None:
    found = policy("", extends="[floor.yaml, other.yaml]").approved

    assert found.providers == ("azure-*",)


def test_floors_with_nothing_in_common_approve_of_nothing() -> None:
    mine = FLOOR.replace("openai, 'azure-*'", "groq")

    assert policy("", floor=mine, extends="[floor.yaml, other.yaml]").approved.providers == ()


def test_a_policy_without_a_floor_replaces_each_list() -> None:
    found = policy(
        "approved: {providers: [mistral]}\n", floor=FLOOR.replace("floor: true\n", "")
    ).approved

    assert found == Approved(providers=("mistral",), regions=("eu",))
