"""Who answers, and until when."""

from __future__ import annotations

from datetime import date

import pytest

from aigate.domain.finding import Seats
from aigate.domain.policy import SeatRule
from aigate.domain.severity import Severity
from aigate.engine.attribute import Attribution, due, seats
from tests.engine.conftest import finding

RULES = (
    SeatRule(developer="@all", security="@sec"),
    SeatRule(paths=("src/**",), developer="@src"),
    SeatRule(paths=("docs/**",), developer="@docs", security="@docs-sec"),
    SeatRule(severities=(Severity.CRITICAL,), security="@ciso"),
)


def nobody(_path: str) -> tuple[str, ...]:
    return ()


def test_the_last_rule_that_matches_and_names_the_seat_counts() -> None:
    assert seats(finding(), RULES, nobody) == Seats(developer="@src", security="@sec")
    critical = finding(severity=Severity.CRITICAL)
    assert seats(critical, RULES, nobody) == Seats(developer="@src", security="@ciso")


def test_code_owners_take_the_seat_of_the_developer_and_never_that_of_security() -> None:
    owned = seats(finding(), RULES, lambda path: ("@a", "@b") if path == "src/app.py" else ())
    assert owned == Seats(developer="@a @b", security="@sec")


TOLD = Attribution(author="mallory", merger="lee")


def test_c_051_the_author_that_a_commit_claims_takes_no_duty_from_a_code_owner() -> None:
    owned = seats(finding(), RULES, lambda _path: ("@a",), TOLD)
    assert owned == Seats(developer="@a", security="@sec", merger="lee")


def test_the_author_comes_before_the_default_and_never_takes_the_seat_of_security() -> None:
    assert seats(finding(), RULES, nobody, TOLD) == Seats(
        developer="mallory", security="@sec", merger="lee"
    )
    assert seats(finding(), (), nobody, TOLD).security == ""


def test_where_nobody_is_named_the_seats_are_empty() -> None:
    assert seats(finding(), (), nobody) == Seats()
    assert seats(finding(), (SeatRule(paths=("docs/**",), developer="@d"),), nobody) == Seats()


@pytest.mark.parametrize(
    ("first", "within", "expected"),
    [
        (date(2026, 1, 31), 1, "2026-02-01"),
        (date(2024, 2, 28), 1, "2024-02-29"),
        (date(2026, 1, 1), None, ""),
        (None, 7, ""),
        (date(9999, 12, 31), 7, ""),
    ],
)
def test_a_due_date_is_so_many_days_after_the_first_sight(
    first: date | None, within: int | None, expected: str
) -> None:
    assert due(first, within) == expected
