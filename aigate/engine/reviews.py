"""Makes of reviews on a code host what two people say about findings.

A comment says which risk somebody accepts, until when and why; an approval says which commit
they have looked at. Neither counts without the other, and both together are no signature:
their assurance is `platform-review`.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from datetime import UTC, date, datetime, time, timedelta

from aigate.domain.accountability import (
    Binding,
    Person,
    PersonKind,
    Recorded,
    Registry,
    Role,
    Statement,
    StatementKind,
    Terms,
)
from aigate.domain.finding import Finding
from aigate.domain.platform import GONE, Account, Comment, Review, Testimony
from aigate.domain.regex import regex
from aigate.engine.baseline import bindings_of
from aigate.engine.shown import plain
from aigate.value import dataclass

# Only whole lines at the top of a comment: what is quoted, fenced or told is not said.
_WISH = regex(
    r"/aigate accept (?P<print>[0-9a-f]{32}) until (?P<until>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    r" because (?P<why>\S.{0,1999})"
)
_MOST_WISHES = 200  # of one comment
_APPROVED, _DISMISSED, _COMMENTED = "APPROVED", "DISMISSED", "COMMENTED"
_STALE = timedelta(hours=1)
_SEATS = (Role.DEVELOPER, Role.SECURITY)


@dataclass(frozen=True, slots=True)
class Wish:
    """One line of a comment: a finding, the last day, and why."""

    fingerprint: str
    until: date
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What reviews come to.

    `records` are to be judged as any others. `refused` gives reason codes for findings that
    somebody wanted to accept in a way that does not count; `unread` is one for all findings
    that reviews could accept, empty if they were read.
    """

    records: tuple[Recorded, ...] = ()
    refused: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unread: str = ""


def wishes(text: str) -> Iterator[Wish]:
    """Yield what a comment asks for; the first line that is something else ends it."""
    for line in text.replace("\r\n", "\n").strip("\n").split("\n")[:_MOST_WISHES]:
        found = _WISH.fullmatch(line.rstrip())
        if found is None:
            return
        try:
            until = date.fromisoformat(found["until"])
        except ValueError:
            return
        # Two people must see what they accept.
        if plain(found["why"]) != found["why"]:
            return
        yield Wish(found["print"], until, " ".join(found["why"].split()))


def read_reviews(
    testimony: Testimony,
    findings: Sequence[Finding],
    registry: Registry,
    *,
    branch: str,
    about: bool,
    at: datetime,
) -> Reading:
    """Say what reviews come to, for these findings.

    Args:
        testimony: What the code host says.
        findings: All findings at hand.
        registry: Who may say what, by the numbers of their accounts.
        branch: The branch that the change is meant for.
        about: Whether what is judged is the commit that the reviews are about.
        at: The time.
    """
    if testimony.unread:
        return Reading(unread="reviews-not-read")
    if not timedelta(0) <= at - testimony.asked_at <= _STALE:
        return Reading(unread="reviews-too-old")
    if not about:
        return Reading(unread="reviews-of-other-commit")
    copies: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        copies[finding.fingerprint].append(finding)
    opinions = _opinions(testimony.reviews)
    records: list[Recorded] = []
    refused: dict[str, list[str]] = defaultdict(list)
    for comment in testimony.comments:
        asked = [wish for wish in wishes(comment.text) if wish.fingerprint in copies]
        if not asked:
            continue
        person = _person(comment.by, testimony.platform, registry)
        review = opinions.get(comment.by.id)
        code = next(_objections(comment, review, testimony, person), "")
        for wish in asked:
            if code or person is None or review is None:
                refused[wish.fingerprint].append(code)
                continue
            terms = _terms(wish, bindings_of(copies[wish.fingerprint]), registry, branch)
            account = f"{testimony.platform}:{comment.by.id}"
            records += _said(terms, person, account, (comment, review))
    return Reading(
        records=tuple(records),
        refused={name: tuple(dict.fromkeys(codes)) for name, codes in refused.items()},
    )


def _opinions(reviews: Sequence[Review]) -> dict[int, Review]:
    """Return what each account thought last; a mere comment changes no opinion."""
    last: dict[int, Review] = {}
    for review in sorted(reviews, key=lambda one: (one.at, one.id)):
        if review.state != _COMMENTED:
            last[review.by.id] = review
    return last


def _objections(
    comment: Comment, review: Review | None, testimony: Testimony, person: Person | None
) -> Iterator[str]:
    if person is None:
        yield "reviewer-unknown"
    elif person.kind is not PersonKind.HUMAN or not comment.by.is_human or comment.through_app:
        yield "reviewer-is-automation"
    openers = {one.id for one in testimony.openers}
    # Whoever opened it and has no account any more may be anybody.
    if comment.by.id in openers or not openers or GONE in openers:
        yield "reviewer-is-author"
    if comment.edited:
        yield "comment-edited"
    if review is None or review.state not in {_APPROVED, _DISMISSED}:
        yield "approval-missing"
    elif review.state == _DISMISSED:
        yield "approval-dismissed"
    elif not testimony.head or review.commit != testimony.head:
        yield "approval-of-other-commit"
    elif testimony.aimed_at is not None and review.at <= testimony.aimed_at:
        yield "approval-for-other-branch"
    elif not review.by.is_human:
        yield "reviewer-is-automation"


def _person(account: Account, platform: str, registry: Registry) -> Person | None:
    own = (platform, account.id)
    return next((p for p in registry.current.people if own in p.platform_ids), None)


def _terms(wish: Wish, bindings: tuple[Binding, ...], registry: Registry, branch: str) -> Terms:
    """Return terms that are the same bytes where two people wrote the same line."""
    root = registry.current
    raw = json.dumps(
        ["platform-review", wish.fingerprint, wish.until.isoformat(), wish.reason]
    ).encode()
    return Terms(
        kind=StatementKind.ACCEPT,
        ledger_id=root.ledger_id,
        repository_id=root.repository_id,
        branch=branch,
        bindings=bindings,
        reason_code="platform-review",
        reason=wish.reason,
        control="",
        developer="",
        security="",
        expires_at=datetime.combine(wish.until, time(23, 59, 59), UTC),
        policy_digest="",
        registry_version=root.version,
        registry_digest=root.digest,
        raw=raw,
        digest=hashlib.sha256(raw).hexdigest(),
    )


def _said(
    terms: Terms, person: Person, account: str, seen: tuple[Comment, Review]
) -> Iterator[Recorded]:
    """Yield a statement for each seat that somebody can take; one person never takes both."""
    comment, review = seen
    for role in _SEATS:
        if role not in person.roles:
            continue
        said = [terms.digest, account, role.value, str(comment.id), str(review.id), review.commit]
        statement = Statement(
            digest=hashlib.sha256(json.dumps(said).encode()).hexdigest(),
            terms=terms,
            as_role=role,
            person=person.id,
            key="",
            touched=False,
            parents=(),
            nonce="",
            claimed_at=review.at,
            account=account,
        )
        yield Recorded(statement=statement, in_reference=False)
