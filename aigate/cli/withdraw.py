"""`aigate withdraw`: a signer, or somebody from security, takes back what was accepted."""

from __future__ import annotations

import click

from aigate.cli import _signing as signing
from aigate.cli._desk import Desk, desk_of
from aigate.cli._pens import Pen, pen_for
from aigate.cli._signed import Signed, find_signed
from aigate.cli._terms_text import signed_lines, terms_lines
from aigate.cli.accept import SEATS
from aigate.cli.exits import OK, finish
from aigate.cli.streams import say
from aigate.domain.accountability import Role, StatementKind, Terms
from aigate.errors import UsageError


@click.command()
@click.argument("fingerprint")
@click.option("--as", "role", type=SEATS, required=True, help="The seat that you have.")
@click.option("--reason", required=True, metavar="TEXT", help="Why, for whoever reads it later.")
@click.option("--reason-code", "code", default="withdrawn", help="A word for the reason.")
@click.option("--key", default="", metavar="FILE", help="Your key; by default the enrolled one.")
@click.option("--yes", is_flag=True, help="Sign without asking.")
@click.pass_obj
def withdraw(
    directory: str, *, fingerprint: str, role: str, reason: str, code: str, key: str, yes: bool
) -> None:
    """Take back everything that was signed about a finding; one person is enough.

    Either signer may, and everybody with the role security. It cannot be undone: who changes
    their mind signs anew.
    """
    if not reason.strip():
        raise UsageError("a reason is needed", hint="say why: `--reason TEXT`")
    signing.require_no_secret(code, reason)
    desk = desk_of(directory)
    pen = pen_for(desk, Role(role), key)
    living = _living(desk, fingerprint, pen)
    newest = living[0].terms
    prefix = fingerprint.lower()
    terms = signing.checked(
        Terms(
            kind=StatementKind.WITHDRAW,
            ledger_id=desk.root.ledger_id,
            repository_id=desk.root.repository_id,
            branch=newest.branch,
            bindings=tuple(b for b in newest.bindings if b.fingerprint.startswith(prefix)),
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
    say(f"you, `{pen.person.id}`, are about to sign as {role}, with {pen.key.fingerprint}\n\n")
    for one in living:
        say(f"ends {one.terms.kind} {one.terms.digest}\n")
        say("".join(f"{text}\n" for text in signed_lines(one)))
        if len(one.terms.bindings) > 1:
            say(f"  with it, {len(one.terms.bindings) - 1} other findings are no longer accepted\n")
    say("\n" + "".join(f"{text}\n" for text in terms_lines(terms)))
    signing.ask(yes=yes)
    signing.sign_and_keep(desk, terms, pen)
    say("commit it; the finding blocks again, as the policy says\n")
    finish(OK)


def _living(desk: Desk, fingerprint: str, pen: Pen) -> tuple[Signed, ...]:
    living = [one for one in find_signed(desk, fingerprint) if not one.withdrawn]
    if not living:
        raise UsageError(
            f"nothing that was signed about `{fingerprint}` is in force here",
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
    return tuple(own)
