"""What comments and approvals of a code host come to, clause by clause."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from aigate.domain import platform
from aigate.domain.accountability import Person, PersonKind, Registry, Role, Root
from aigate.domain.finding import Action, Decision
from aigate.domain.platform import Account, Comment, Review
from aigate.domain.policy import AcceptanceLimit, Assurance
from aigate.domain.severity import Severity
from aigate.engine.acceptance import Ledger, triage, with_codes
from aigate.engine.advice import next_step
from aigate.engine.reviews import read_reviews, wishes
from tests.engine.conftest import candidate

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
HEAD, OTHER = "a" * 40, "b" * 40
PRINT = "f" * 32
LINE = f"/aigate accept {PRINT} until 2026-12-31 because nobody calls it"
DEV, SEC, BOTH = 1, 2, 3


def account(number, *, human=True):
    return Account(id=number, is_human=human)


def person(name, number, *roles, kind=PersonKind.HUMAN):
    return Person(id=name, name=name, kind=kind, roles=roles, platform_ids=(("github", number),))


PEOPLE = (
    person("dana", DEV, Role.DEVELOPER),
    person("sam", SEC, Role.SECURITY),
    person("both", BOTH, Role.DEVELOPER, Role.SECURITY),
)


def registry(people=PEOPLE, *, assurance=Assurance.PLATFORM_REVIEW, pinned=True):
    limits = (AcceptanceLimit(severity=Severity.HIGH, longest=90, assurance=assurance),)
    root = Root(
        version=1, previous="", digest="d", ledger_id="l", repository_id="", repository_names=(),
        people=people, threshold=2, limits=limits, grace_days=30, expires=AT,
    )  # fmt: skip
    return Registry(roots=(root,), pinned=pinned)


def comment(number, text=LINE, **given):
    return Comment(id=10 + number, by=account(number), text=text, **given)


def review(number, state="APPROVED", commit=HEAD, after=0):
    at = AT - timedelta(minutes=9) + timedelta(seconds=after)
    return Review(id=20 + number, by=account(number), state=state, commit=commit, at=at)


def said(*parts, **given):
    return platform.Testimony(
        platform="github",
        asked_at=given.pop("asked_at", AT),
        head=given.pop("head", HEAD),
        openers=given.pop("openers", (account(99),)),
        comments=tuple(one for one in parts if isinstance(one, Comment)),
        reviews=tuple(one for one in parts if isinstance(one, Review)),
        **given,
    )


GOOD = (comment(DEV), comment(SEC), review(DEV), review(SEC))


def judged(*parts, people=None, authors=(), about=True, copies=1, **given):
    known = people or registry()
    found = [candidate(occurrence=number + 1) for number in range(copies)]
    findings = [one.finding for one in found]
    read = read_reviews(said(*parts, **given), findings, known, branch="main", about=about, at=AT)
    ledger = Ledger(registry=known, branch="main", records=read.records, authors=frozenset(authors))
    outcomes = triage(found, ledger, at=AT)
    told = with_codes(outcomes, findings, ledger, refused=read.refused, unread=read.unread)
    assert len({one.decision for one in told}) == 1
    return told[0]


def test_a_developer_and_a_security_person_are_enough_where_reviews_are():
    outcome = judged(*GOOD)

    assert (outcome.decision, outcome.codes) == (Decision.ACCEPTED, ("platform-review",))
    assert (outcome.developer, outcome.security) == ("dana", "sam")
    assert outcome.expires_at == datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)


def test_all_copies_that_were_there_are_meant():
    assert judged(*GOOD, copies=3).decision is Decision.ACCEPTED


def test_what_was_thought_last_counts_and_a_comment_is_no_thought():
    again = (review(DEV, "CHANGES_REQUESTED", after=-2), review(DEV, "COMMENTED", after=5))
    assert judged(*GOOD, *again).decision is Decision.ACCEPTED


def test_an_approval_after_the_branch_was_chosen_is_for_that_branch():
    assert judged(*GOOD, aimed_at=AT - timedelta(minutes=10)).decision is Decision.ACCEPTED


GONE = replace(PEOPLE[0], left=AT)
ROBOT = person("dana", DEV, Role.DEVELOPER, kind=PersonKind.AUTOMATION)
NOT = {
    "nothing": ((), {}, "no-reviews"),
    "one-person": ((comment(DEV), review(DEV)), {}, "waits-for-security"),
    "one-person-twice": ((comment(BOTH), review(BOTH)), {}, "one-person-in-both-seats"),
    "two-developers": ((comment(DEV), comment(4), review(DEV), review(4)), {}, "reviewer-unknown"),
    "other-words": (
        (comment(DEV), comment(SEC, LINE + " now"), review(DEV), review(SEC)),
        {},
        "waits-for-security",
    ),
    "other-day": (
        (comment(DEV), comment(SEC, LINE.replace("12-31", "12-30")), review(DEV), review(SEC)),
        {},
        "waits-for-security",
    ),
    "no-approval": (GOOD[:3], {}, "approval-missing"),
    "no-comment": ((comment(DEV), review(DEV), review(SEC)), {}, "waits-for-security"),
    "changes-wanted": (
        (*GOOD, review(SEC, "CHANGES_REQUESTED", after=1)),
        {},
        "approval-missing",
    ),
    "dismissed": ((*GOOD[:3], review(SEC, "DISMISSED")), {}, "approval-dismissed"),
    "older": ((*GOOD[:3], review(SEC, commit=OTHER)), {}, "approval-of-other-commit"),
    "older-last": ((*GOOD, review(SEC, commit=OTHER, after=1)), {}, "approval-of-other-commit"),
    "no-commit": (
        (*GOOD[:2], review(DEV, commit=""), review(SEC, commit="")),
        {"head": ""},
        "approval-of-other-commit",
    ),
    "aimed-since": (GOOD, {"aimed_at": AT - timedelta(minutes=1)}, "approval-for-other-branch"),
    "aimed-at-once": (GOOD, {"aimed_at": AT - timedelta(minutes=9)}, "approval-for-other-branch"),
    "edited": ((comment(DEV), comment(SEC, edited=True), *GOOD[2:]), {}, "comment-edited"),
    "app": (
        (comment(DEV), comment(SEC, through_app=True), *GOOD[2:]),
        {},
        "reviewer-is-automation",
    ),
    "opener": (GOOD, {"openers": (account(SEC),)}, "reviewer-is-author"),
    "opener-unknown": (GOOD, {"openers": ()}, "reviewer-is-author"),
    "opener-deleted": (GOOD, {"openers": (account(0, human=False),)}, "reviewer-is-author"),
    "one-opener-deleted": (GOOD, {"openers": (account(99), account(0))}, "reviewer-is-author"),
    "author": (GOOD, {"authors": {"dana"}}, "reviewer-is-author"),
    "security-author": (GOOD, {"authors": {"sam"}}, "security-signed-own-change"),
    "left": (GOOD, {"people": registry((GONE, *PEOPLE[1:]))}, "signer-has-left"),
    "robot": (GOOD, {"people": registry((ROBOT, *PEOPLE[1:]))}, "reviewer-is-automation"),
    "not-about": (GOOD, {"about": False}, "reviews-of-other-commit"),
    "too-old": (GOOD, {"asked_at": AT - timedelta(hours=2)}, "reviews-too-old"),
    "to-come": (GOOD, {"asked_at": AT + timedelta(hours=2)}, "reviews-too-old"),
    "unread": (GOOD, {"unread": "github-forbidden"}, "reviews-not-read"),
    "signed": (GOOD, {"people": registry(assurance=Assurance.SIGNED)}, "assurance-too-low"),
    "unpinned": (GOOD, {"people": registry(pinned=False)}, "trust-root-not-pinned"),
}


@pytest.mark.parametrize("name", NOT)
def test_c_138_what_does_not_count_says_why(name):
    parts, given, code = NOT[name]
    outcome = judged(*parts, **given)

    assert outcome.decision is Decision.OPEN
    assert code in outcome.codes, outcome.codes


@pytest.mark.parametrize(
    ("until", "code"), [("2026-11-21", "expired"), ("2027-12-31", "lasts-too-long")]
)
def test_the_day_is_held_to_the_limit(until, code):
    text = LINE.replace("2026-12-31", until)
    outcome = judged(comment(DEV, text), comment(SEC, text), *GOOD[2:])

    assert (outcome.decision, code in outcome.codes) == (Decision.EXPIRED, True)


TEXTS = {
    "plain": (LINE, 1),
    "crlf": (f"{LINE}\r\n{LINE}\r\n", 2),
    "two-then-words": (f"{LINE}\n{LINE}\n\nthanks", 2),
    "quoted": (f"> {LINE}", 0),
    "fenced": (f"```\n{LINE}\n```", 0),
    "told": (f"write\n{LINE}", 0),
    "indented": (f"    {LINE}", 0),
    "no-reason": (f"/aigate accept {PRINT} until 2026-12-31 because  ", 0),
    "short-print": (f"/aigate accept {PRINT[:12]} until 2026-12-31 because x", 0),
    "capital-print": (LINE.replace(PRINT, "F" * 32), 0),
    "no-day": (LINE.replace("2026-12-31", "2026-02-30"), 0),
    "other-digits": (LINE.replace("2026", "٢٠٢٦"), 0),
    "unseen": (f"{LINE} \u202eno", 0),
    "surrogate": (f"{LINE} \ud800", 0),
    "other-command": (f"/aigate reject {PRINT}", 0),
    "empty": ("", 0),
    "huge": ("\n" * 100_000 + LINE, 1),
    "many": (f"{LINE}\n" * 100_000, 200),
}


@pytest.mark.parametrize("name", TEXTS)
def test_only_whole_lines_at_the_top_say_something(name):
    text, count = TEXTS[name]
    assert len(list(wishes(text))) == count


def test_who_reads_the_finding_is_told_the_line_to_write():
    one = judged()
    step = next_step(Action.JOINT, one, PRINT, has_registry=True)

    assert f"comments `/aigate accept {PRINT} until DATE because REASON`" in step
