"""`aigate accept`: one person signs that a finding stays, until a date; another one cosigns."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

import click

from aigate.cli import _found as found
from aigate.cli import _signing as signing
from aigate.cli._desk import OTHER, SHORT, Desk, desk_of
from aigate.cli._pens import Pen, partner, pen_for
from aigate.cli._signed import find_signed
from aigate.cli._terms_text import code_lines, terms_lines
from aigate.cli.exits import OK, finish
from aigate.cli.streams import say
from aigate.domain.accountability import Person, Role, StatementKind, Terms
from aigate.domain.finding import Action, Judged
from aigate.errors import UsageError

SEATS = click.Choice([Role.DEVELOPER.value, Role.SECURITY.value])

_CODE = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_Function = TypeVar("_Function", bound=Callable[..., object])
_OPTIONS = (
    click.argument("fingerprint"),
    click.option("--as", "role", type=SEATS, required=True, help="The seat that you take."),
    click.option(
        "--until",
        type=click.DateTime(["%Y-%m-%d"]),
        required=True,
        metavar="DATE",
        help="The last day, such as 2027-01-31; it ends with that day, UTC.",
    ),
    click.option("--reason", required=True, metavar="TEXT", help="Why, for whoever reads it later."),
    click.option("--reason-code", "code", default="", help="A word for the reason, such as `no-fix-yet`."),
    click.option("--control", default="", metavar="TEXT", help="What keeps the risk small meanwhile."),
    click.option("--with", "other", default="", metavar="ID", help="Who takes the other seat."),
    click.option("--key", default="", metavar="FILE", help="Your key; by default the one that is enrolled."),
    click.option("--yes", is_flag=True, help="Sign without asking."),
)  # fmt: skip


def options(function: _Function) -> _Function:
    """Add the options that `accept` and `false-positive` share."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


@click.command()
@options
@click.pass_obj
def accept(
    directory: str,
    *,
    fingerprint: str,
    role: str,
    until: datetime,
    reason: str,
    code: str,
    control: str,
    other: str,
    key: str,
    yes: bool,
) -> None:
    """Accept the risk of a finding, as the first of two people.

    Shows what you sign, signs it with your SSH key, and writes a record for you to commit.
    It counts when somebody else has signed the same words with `aigate cosign`.
    """
    usual = "compensating-control" if control else "accepted-risk"
    propose(
        directory,
        StatementKind.ACCEPT,
        fingerprint=fingerprint,
        role=Role(role),
        until=until,
        words=(code or usual, reason.strip(), control.strip()),
        other=other,
        key=key,
        yes=yes,
    )


def propose(
    directory: str,
    kind: StatementKind,
    *,
    fingerprint: str,
    role: Role,
    until: datetime,
    words: tuple[str, str, str],
    other: str,
    key: str,
    yes: bool,
) -> None:
    """Show and sign new terms about a finding; `words` are reason code, reason and control.

    Raises:
        AigateError: something speaks against it; then nothing was signed.
    """
    _require_words(words)
    desk = desk_of(directory)
    pen = pen_for(desk, role, key)
    other_person = partner(desk.root, pen, other)
    name, path = found.seen_last(desk, fingerprint)
    copies = found.look(desk, name, path)
    if any(one.action is Action.FORBID for one in copies):
        raise UsageError(
            f"accepting `{name[:SHORT]}` will not help: the policy forbids it",
            hint=f"fix it; `{copies[0].requirement}` lets nobody accept it",
            code="forbidden",
        )
    signed = find_signed(desk, name)
    before = (one.terms for one in signed if not one.withdrawn)
    living = tuple(t for t in before if t.expires_at and t.expires_at > desk.at)
    chosen, others = found.one_place(copies, living)
    terms = _terms(desk, kind, chosen, until, words, pen, other_person)
    # The very words that were withdrawn would stay withdrawn.
    after = tuple(sorted(one.terms.digest for one in signed if one.withdrawn))
    terms = signing.checked(replace(terms, supersedes=after))
    say(f"you, `{pen.person.id}`, are about to sign as {role}, with {pen.key.fingerprint}\n\n")
    for one in chosen:
        say("".join(f"{text}\n" for text in code_lines(one.finding)))
    say("".join(f"{text}\n" for text in terms_lines(terms)))
    if others:
        say(
            f"\n{others} more of the same stand elsewhere in this file, and need terms of their own\n"
        )
    if all(one.action in {Action.NOTE, Action.WARN} for one in chosen):
        say("\nthe policy does not block this finding; nothing needs to be signed\n")
    signing.ask(yes=yes)
    signing.sign_and_keep(desk, terms, pen)
    say(f"commit it; waits for {OTHER[role]}: `{other_person.id}` looks at it and runs\n\n")
    say(f"  aigate cosign {name[:SHORT]} --as {OTHER[role]}\n")
    finish(OK)


def _require_words(words: tuple[str, str, str]) -> None:
    code, reason, control = words
    if not _CODE.fullmatch(code):
        raise UsageError(
            f"`{code}` is no reason code", hint="write it as `no-fix-yet` or `not-reachable`"
        )
    if not reason:
        raise UsageError("a reason is needed", hint="say why this may stay: `--reason TEXT`")
    signing.require_no_secret(code, reason, control)


def _terms(
    desk: Desk,
    kind: StatementKind,
    copies: tuple[Judged, ...],
    until: datetime,
    words: tuple[str, str, str],
    pen: Pen,
    other: Person,
) -> Terms:
    binding = found.binding_of(copies)
    people = {pen.role: pen.person.id, OTHER[pen.role]: other.id}
    code, reason, control = words
    return signing.checked(
        Terms(
            kind=kind,
            ledger_id=desk.root.ledger_id,
            repository_id=desk.root.repository_id,
            branch=desk.branch,
            bindings=(binding,),
            reason_code=code,
            reason=reason,
            control=control,
            developer=people[Role.DEVELOPER],
            security=people[Role.SECURITY],
            expires_at=signing.end_of(desk, until, binding.severity),
            policy_digest=desk.policy.digest,
            registry_version=desk.root.version,
            registry_digest=desk.root.digest,
        )
    )
