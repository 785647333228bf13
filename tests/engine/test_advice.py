"""Each reason why something blocks comes with words, and with what to do next."""

from __future__ import annotations

import pytest

from aigate.domain.accountability import StatementKind
from aigate.domain.finding import Action, Decision
from aigate.engine.acceptance import NOBODY, Outcome
from aigate.engine.advice import next_step, words_of

PRINT = "0123456789abcdef" * 2
CODES = [
    "surplus-copy",
    "match-changed",
    "context-changed",
    "scope-changed",
    "rule-changed",
    "severity-changed",
    "expired",
    "lasts-too-long",
    "entry-unknown",
    "ownerless",
    "withdrawn",
    "assurance-too-low",
    "trust-root-not-pinned",
    "one-person-in-both-seats",
    "security-signed-own-change",
    "registry-outdated",
    "signer-unknown",
    "key-compromised",
    "signer-is-automation",
    "role-missing",
    "signer-has-left",
    "ledger-other",
    "repository-other",
    "branch-other",
]


def step(*codes: str, action: Action = Action.JOINT) -> str:
    outcome = Outcome(decision=Decision.OPEN, codes=codes)
    return next_step(action, outcome, PRINT, has_registry=True)


@pytest.mark.parametrize("code", CODES)
def test_every_reason_code_has_words_and_a_way_out(code: str) -> None:
    assert words_of(code) != code
    assert step(code).startswith(words_of(code))
    assert "`aigate accept 0123456789ab --as developer" in step(code)


@pytest.mark.parametrize("role", ["security", "developer"])
def test_who_is_waited_for_is_told_what_to_run(role: str) -> None:
    assert step(f"waits-for-{role}").endswith(f"`aigate cosign 0123456789ab --as {role}`")


def test_a_renewal_that_waits_names_what_ended_and_who_signs_next() -> None:
    said = step("expired", "waits-for-security")

    assert said.startswith("the acceptance has expired; ")
    assert said.endswith("`aigate cosign 0123456789ab --as security`")


def test_every_failed_clause_is_said() -> None:
    said = step("context-changed", "expired")

    assert words_of("context-changed") in said
    assert words_of("expired") in said


@pytest.mark.parametrize("code", CODES)
def test_of_a_baseline_it_is_said_that_it_is_one(code: str) -> None:
    outcome = Outcome(decision=Decision.STALE, codes=(code,), kind=StatementKind.BASELINE)
    said = next_step(Action.JOINT, outcome, PRINT, has_registry=True)

    assert said.startswith(words_of(code)) or "baseline" in said.partition(";")[0]
    whole = code in {"expired", "ownerless", "withdrawn"}
    assert ("`aigate baseline --as" in said, "`aigate accept 0123" in said) == (whole, not whole)


def test_who_edits_what_a_baseline_covers_is_told_why_it_blocks_now() -> None:
    outcome = Outcome(
        decision=Decision.STALE, codes=("context-changed",), kind=StatementKind.BASELINE
    )

    assert next_step(Action.JOINT, outcome, PRINT, has_registry=True) == (
        "the baseline covers this as it was, and the definition around it was edited since;"
        " fix it, or look at it again:"
        " `aigate accept 0123456789ab --as developer --until DATE --reason TEXT`"
    )


def test_what_nobody_signed_needs_two_people() -> None:
    assert "two people" in next_step(Action.JOINT, NOBODY, PRINT, has_registry=True)


def test_without_a_registry_that_comes_first() -> None:
    assert "`aigate trust init`" in next_step(Action.JOINT, NOBODY, PRINT, has_registry=False)


def test_what_is_forbidden_is_never_offered_for_acceptance() -> None:
    assert "accept " not in step("expired", action=Action.FORBID)
    assert step("expired", action=Action.FORBID).startswith("fix it")


@pytest.mark.parametrize("action", [Action.NOTE, Action.WARN])
def test_what_does_not_block_needs_nothing(action: Action) -> None:
    assert step("no-acceptance", action=action) == ""


def test_what_is_accepted_needs_nothing() -> None:
    done = Outcome(decision=Decision.ACCEPTED, codes=("ownerless-grace",))

    assert next_step(Action.JOINT, done, PRINT, has_registry=True) == ""
