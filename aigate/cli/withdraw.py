"""`aigate withdraw`: a signer, or somebody from security, takes back what was accepted."""

from __future__ import annotations

from collections.abc import Sequence

import click

from aigate.cli import _signing as signing
from aigate.cli._completions import fingerprints
from aigate.cli._desk import SHORT, Desk, desk_of
from aigate.cli._pens import Pen, pen_for
from aigate.cli._signed import Signed, find_signed
from aigate.cli._terms_text import signed_lines, summary_lines, terms_lines
from aigate.cli._wish import SEATS
from aigate.cli.exits import OK, finish
from aigate.cli.streams import say
from aigate.domain.accountability import Role, StatementKind, Terms
from aigate.errors import UsageError


@click.command()
@click.argument("name", shell_complete=fingerprints)
@click.option("--as", "role", type=SEATS, required=True, help="The seat that you have.")
@click.option("--reason", required=True, metavar="TEXT", help="Why, for whoever reads it later.")
@click.option("--reason-code", "code", default="withdrawn", help="A word for the reason.")
@click.option("--key", default="", metavar="FILE", help="Your key; by default the enrolled one.")
@click.option("--yes", is_flag=True, help="Sign without asking.")
@click.pass_obj
def withdraw(
    directory: str, *, name: str, role: str, reason: str, code: str, key: str, yes: bool
) -> None:
    """Take back everything that was signed about a finding, or a baseline; one person is enough.

    NAME is the start of a finding's fingerprint, or of the digest that a baseline has. Either
    signer may, and everybody with the role security. It cannot be undone: who changes
    their mind signs anew.
    """
    if not reason.strip():
        raise UsageError("a reason is needed", hint="say why: `--reason TEXT`")
    signing.require_no_secret(code, reason)
    desk = desk_of(directory)
    pen = pen_for(desk, Role(role), key)
    living = _living(desk, name, pen)
    newest = living[0].terms
    terms = signing.checked(
        Terms(
            kind=StatementKind.WITHDRAW,
            ledger_id=desk.root.ledger_id,
            repository_id=desk.root.repository_id,
            branch=newest.branch,
            # Of a baseline all ends; its digest says so, and the list is there already.
            bindings=newest.bindings if len(newest.bindings) == 1 else (),
            reason_code=code,
            reason=reason.strip(),
            control="",
            developer=newest.developer,
            security=newest.security,
            expires_at=None,
            policy_digest=desk.policy.digest,
            registry_version=desk.root.version,
            registry_digest=desk.root.digest,
            supersedes=tuple(sorted({one.terms.digest for one in living})),
        )
    )
    signing.introduce(pen)
    for one in living:
        say(f"ends {one.terms.kind} {one.terms.digest}\n")
        say("".join(f"{text}\n" for text in signed_lines(one)))
        if one.terms.kind is StatementKind.BASELINE:
            say("all of it ends, and not one finding alone:\n")
            say("".join(f"{text}\n" for text in summary_lines(one.terms.bindings)))
    say("\n" + "".join(f"{text}\n" for text in terms_lines(terms)))
    signing.ask(yes=yes)
    signing.sign_and_keep(desk, terms, pen)
    say("commit it; what was accepted blocks again, as the policy says\n")
    finish(OK)


def _living(desk: Desk, name: str, pen: Pen) -> tuple[Signed, ...]:
    living = [one for one in find_signed(desk, name) if not one.withdrawn]
    if not living:
        raise UsageError(
            f"nothing that was signed about `{name}` is in force here",
            hint="see `aigate ledger list`",
            code="no-acceptance",
        )
    own = [
        one
        for one in living
        if pen.role is Role.SECURITY or pen.person.id in {s.person for s in one.by.values()}
    ]
    if not own:
        raise UsageError(
            f"`{pen.person.id}` has not signed this, and does not withdraw as security",
            hint="ask a signer, or anybody with the role security",
            code="role-missing",
        )
    _require_named(name, own)
    return tuple(own)


def _require_named(name: str, living: Sequence[Signed]) -> None:
    """Refuse to end a baseline by the name of one finding: all the others would block as well."""
    by_finding = any(
        binding.fingerprint.startswith(name.lower())
        for one in living
        for binding in one.terms.bindings
    )
    if by_finding and any(one.terms.kind is StatementKind.BASELINE for one in living):
        digests = ", ".join(f"`{one.terms.digest[:SHORT]}` ({one.terms.kind})" for one in living)
        raise UsageError(
            f"`{name}` is in a baseline, which ends as a whole",
            hint=f"fix what it names, or say by its digest what is to end: {digests}",
            code="in-a-baseline",
        )
