"""Checks, shows and signs terms, and writes them down."""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import click

from aigate.cli._desk import ENVIRON, Desk
from aigate.cli._pens import AGENT_KEY, Pen
from aigate.cli.packs import packs_folder
from aigate.cli.streams import say
from aigate.domain.accountability import (
    Terms,
)
from aigate.domain.extension import Target
from aigate.domain.finding import Gap
from aigate.domain.policy import Assurance
from aigate.domain.severity import Severity
from aigate.domain.tree import Entry, Kind, Unit
from aigate.errors import IntegrityError, UsageError
from aigate.ledger import signing, statements, store
from aigate.scanners.secrets import SCANNER as SECRETS
from aigate.value import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Longest:
    """How long findings of a severity may be accepted, who says so, and the last such day."""

    days: int
    whose: str
    last: date


def end_of_day(desk: Desk, until: datetime) -> datetime:
    """Return the end of a day, UTC.

    Raises:
        UsageError: the day is over.
    """
    end = until.replace(hour=23, minute=59, second=59, tzinfo=UTC)
    if end <= desk.at:
        raise UsageError(f"`{until:%Y-%m-%d}` is over", hint="choose a day to come")
    return end


def longest(desk: Desk, severity: Severity) -> Longest | None:
    """Return how long findings of a severity may be accepted; None if nobody limits it."""
    both = [(one.longest, "policy") for one in desk.policy.acceptance if one.severity is severity]
    both += [(one.longest, "registry") for one in desk.root.limits if one.severity is severity]
    if not both:
        return None
    days, whose = min(both)
    last = (desk.at + timedelta(days=days, seconds=1)).date() - timedelta(days=1)
    return Longest(days=days, whose=whose, last=last)


def end_of(desk: Desk, until: datetime, severity: Severity) -> datetime:
    """Return the end of a day, if an acceptance of this severity may last so long.

    Raises:
        UsageError: it may not, or the day is over.
    """
    end = end_of_day(desk, until)
    most = longest(desk, severity)
    if most and end.date() > most.last:
        raise UsageError(
            f"`{until:%Y-%m-%d}` is too far away: the {most.whose} allows {most.days} days for a"
            f" finding of severity {severity.word}",
            hint=f"the last day is {most.last}",
            code="lasts-too-long",
        )
    return end


def out_of_reach(desk: Desk, pen: Pen) -> frozenset[Severity]:
    """Return the severities that ask for a touch of the key, if it is one that shows none."""
    if pen.key.type.startswith("sk-"):
        return frozenset()
    return frozenset(
        one.severity
        for one in (*desk.policy.acceptance, *desk.root.limits)
        if one.assurance is Assurance.SIGNED_TOUCH
    )


def introduce(pen: Pen) -> None:
    """Say who is about to sign, as what, and with which key."""
    say(f"you, `{pen.person.id}`, are about to sign as {pen.role}, with {pen.key.fingerprint}\n\n")


def warn_if_too_weak(desk: Desk, pen: Pen, terms: Terms) -> None:
    """Say so where this key cannot give the assurance that the severity asks for."""
    weak = out_of_reach(desk, pen)
    words = sorted({one.severity for one in terms.bindings} & weak, reverse=True)
    if words:
        say(
            f"\nfindings of severity {', '.join(each.word for each in words)} ask for a hardware key"
            " that is touched; signed with this one they go on blocking\n"
        )


def require_no_secret(*texts: str) -> None:
    """Refuse words with a secret in them: records are never taken back.

    Raises:
        UsageError: there is one.
    """
    for text in texts:
        entry = Entry("reason", "100644", "0" * 40)
        unit = Unit(id="reason", entry=entry, kind=Kind.TEXT, text=text + "\n")
        target = Target(
            units=(unit,), paths=frozenset(), scratch="", exported="", packs=str(packs_folder())
        )
        if any(not isinstance(each, Gap) for each in SECRETS.scan(target)):
            raise UsageError(
                "the words that you want to sign hold a secret",
                hint="say where it is kept, not what it is; a record is never taken back",
                code="reason-secret",
            )


def checked(terms: Terms) -> Terms:
    """Return the terms in their one spelling.

    Raises:
        UsageError: what was asked for cannot be written; the code says why.
    """
    try:
        return statements.with_raw(terms)
    except IntegrityError as error:
        raise UsageError(error.message, hint=error.hint, code=error.code) from error


def ask(*, yes: bool) -> None:
    """Ask whether to sign, after everything was shown.

    Raises:
        UsageError: nobody is there to be asked.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError(
            "nobody is here to be asked, and nothing was signed",
            hint="read what is shown above, then give `--yes`",
            code="no-terminal",
        )
    click.confirm("sign this?", abort=True, err=True)


def sign_and_keep(desk: Desk, terms: Terms, pen: Pen) -> str:
    """Sign terms as one person, write the record, and return its path.

    Raises:
        AigateError: it could not be signed or written; then nothing was recorded.
    """
    saying = statements.Saying(
        as_role=pen.role,
        person=pen.person.id,
        parents=store.heads(desk.records),
        nonce=os.urandom(16).hex(),
        claimed_at=desk.at,
    )
    payload = statements.encode(terms, saying)
    with tempfile.TemporaryDirectory(prefix="aigate-key-") as folder:
        file = pen.file
        if file == AGENT_KEY:
            file = str(Path(folder, "key.pub"))
            Path(file).write_text(pen.line + "\n", "utf-8")
        signer = signing.find_signer(
            ENVIRON,
            key=str(Path(file).expanduser()),
            outside=desk.repository.root,
            interactive=sys.stdin.isatty(),
        )
        entry = signing.sign(payload, signer)
    path = store.path_of(hashlib.sha256(payload).hexdigest())
    if store.read_one(path, entry).key != pen.key.fingerprint:
        raise IntegrityError(
            f"another key signed than {pen.key.fingerprint}",
            hint="does the `.pub` file belong to the private key beside it?",
            code="sign-other-key",
        )
    store.append(Path(desk.repository.root), entry)
    say(f"\nsigned as {pen.role}: `{path}`\n")
    return path
