"""Names in commits are claims: they may give a duty, and never a right."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from aigate.domain.accountability import Person, PersonKind, Role
from aigate.engine.people import answering, meant, named_in

ADA = Person(
    id="ada",
    name="Ada Example",
    kind=PersonKind.HUMAN,
    roles=(Role.DEVELOPER,),
    platform_ids=(("github", 11),),
)
GRACE = Person(id="grace", name="Grace Example", kind=PersonKind.HUMAN, roles=(Role.SECURITY,))
BOT = Person(id="helper", name="Helper", kind=PersonKind.AUTOMATION, roles=(), answers="ada")
GONE = Person(
    id="lee",
    name="Lee Example",
    kind=PersonKind.HUMAN,
    roles=(Role.DEVELOPER,),
    left=datetime(2026, 1, 1, tzinfo=UTC),
)
ORPHAN = Person(id="robot", name="Robot", kind=PersonKind.AUTOMATION, roles=(), answers="lee")
PEOPLE = (ADA, GRACE, BOT, GONE, ORPHAN)


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        (("Ada Example", "x@example.org"), {"ada"}),
        (("  ADA example ", ""), {"ada"}),
        (("ada", ""), {"ada"}),
        (("x", "ada@example.org"), {"ada"}),
        (("x", "ada@users.noreply.github.com"), {"ada"}),
        (("x", "11+renamed@users.noreply.github.com"), {"ada"}),
        (("x", "12+renamed@users.noreply.github.com"), set()),
        (("x", "12+ada@users.noreply.github.com"), {"ada"}),
        (("Grace Example", "ada@example.org"), {"ada", "grace"}),
        (("", ""), set()),
        (("Adam", "adam@example.org"), set()),
    ],
)
def test_c_051_every_likeness_counts(claim: tuple[str, str], expected: set[str]) -> None:
    assert meant(PEOPLE, [claim]) == expected


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        pytest.param(("Ada Example", "ada@example.org"), "ada", id="human"),
        pytest.param(("Helper", "helper@example.org"), "ada", id="automation-has-a-human"),
        pytest.param(("Helper", "ada@example.org"), "ada", id="a-human-and-her-automation"),
        pytest.param(("Grace Example", "ada@example.org"), "", id="two-people"),
        pytest.param(("Lee Example", ""), "", id="who-has-left"),
        pytest.param(("Robot", ""), "", id="automation-of-who-has-left"),
        pytest.param(("Somebody", "x@example.org"), "", id="nobody-known"),
    ],
)
def test_c_051_one_human_who_is_still_there_answers_or_nobody(
    claim: tuple[str, str], expected: str
) -> None:
    assert answering(PEOPLE, claim) == expected


def test_c_052_everybody_whom_a_message_names_is_found() -> None:
    message = "a\n\nReviewed-by: A <a@b.c>\nco-authored-by:B\nX-by: C <c@d.e>  \nby: D <d>\n"

    assert list(named_in(message)) == [("A", "a@b.c"), ("B", ""), ("C", "c@d.e")]
