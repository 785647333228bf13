"""`aigate cosign`: the second person signs the words that the first one signed."""

from __future__ import annotations

import click

from aigate.cli import _found as found
from aigate.cli import _signing as signing
from aigate.cli._desk import OTHER, SHORT, Desk, desk_of
from aigate.cli._pens import pen_for
from aigate.cli._signed import Signed, find_signed
from aigate.cli._terms_text import changed_words, code_lines, signed_lines, terms_lines
from aigate.cli.accept import SEATS
from aigate.cli.exits import OK, finish
from aigate.cli.streams import say
from aigate.domain.accountability import Role
from aigate.errors import UsageError


@click.command()
@click.argument("fingerprint")
@click.option("--as", "role", type=SEATS, required=True, help="The seat that you take.")
@click.option("--key", default="", metavar="FILE", help="Your key; by default the enrolled one.")
@click.option("--yes", is_flag=True, help="Sign without asking.")
@click.pass_obj
def cosign(directory: str, *, fingerprint: str, role: str, key: str, yes: bool) -> None:
    """Sign what somebody else signed about a finding, as the second of two people.

    Shows the same words, who signed them, and the code as it is now.
    """
    desk = desk_of(directory)
    seat = Role(role)
    offer = _offer(desk, fingerprint, seat)
    pen = pen_for(desk, seat, key)
    first = offer.by[OTHER[seat]]
    if first.person == pen.person.id:
        raise UsageError(
            f"`{first.person}` has signed as {OTHER[seat]}, and cannot take both seats",
            hint=f"somebody else with the role {seat} has to sign",
            code="one-person-in-both-seats",
        )
    terms = offer.terms
    _require_fresh(desk, offer)
    binding = next(b for b in terms.bindings if b.fingerprint.startswith(fingerprint.lower()))
    copies = found.look(desk, binding.fingerprint, binding.path)
    finding, changed = found.closest(copies, binding)
    say(f"you, `{pen.person.id}`, are about to sign as {seat}, with {pen.key.fingerprint}\n\n")
    say("".join(f"{text}\n" for text in code_lines(finding)))
    say("".join(f"{text}\n" for text in (*signed_lines(offer), *terms_lines(terms))))
    if changed:
        raise UsageError(
            f"what `{first.person}` signed is stale; changed since: {changed_words(changed)}",
            hint=f"look at it together, then `aigate accept {binding.fingerprint[:SHORT]}` again",
            code=f"{changed[0]}-changed",
        )
    if len(copies) > binding.count:
        say(f"\nonly {binding.count} of {len(copies)} copies in this file are covered by this\n")
    signing.ask(yes=yes)
    signing.sign_and_keep(desk, terms, pen)
    end = f"{terms.expires_at:%Y-%m-%d}" if terms.expires_at else "never"
    say(f"commit it; developer and security have signed, and it ends with {end}\n")
    finish(OK)


def _offer(desk: Desk, fingerprint: str, role: Role) -> Signed:
    every = find_signed(desk, fingerprint)
    if not every:
        raise UsageError(
            f"nobody has signed anything about `{fingerprint}` here",
            hint=f"pull what the other person committed, or begin: `aigate accept {fingerprint}`",
            code="no-acceptance",
        )
    waiting = [one for one in every if role not in one.by and not one.withdrawn]
    if waiting:
        return waiting[0]
    newest = every[0]
    if newest.withdrawn:
        raise UsageError(
            f"what was signed about `{fingerprint}` was withdrawn",
            hint=f"begin again with `aigate accept {fingerprint}`",
            code="withdrawn",
        )
    if OTHER[role] not in newest.by:
        raise UsageError(
            f"`{newest.by[role].person}` has signed as {role} already, and {OTHER[role]} has not",
            hint=f"waits for {OTHER[role]}: `aigate cosign {fingerprint} --as {OTHER[role]}`",
            code=f"waits-for-{OTHER[role]}",
        )
    raise UsageError(
        f"`{newest.by[role].person}` has signed as {role} already; nothing waits for {role}",
        hint="see `aigate ledger list`",
    )


def _require_fresh(desk: Desk, offer: Signed) -> None:
    """Refuse what would not count, signed or not."""
    terms, root = offer.terms, desk.root
    again = "sign it anew with `aigate accept`, both of you"
    if (terms.registry_version, terms.registry_digest) != (root.version, root.digest):
        raise UsageError(
            f"this was signed under version {terms.registry_version} of the registry, and version"
            f" {root.version} is the current one",
            hint=again,
            code="registry-outdated",
        )
    if (terms.ledger_id, terms.repository_id) != (root.ledger_id, root.repository_id):
        raise UsageError(
            "this was signed for another repository or ledger", hint=again, code="ledger-other"
        )
    if terms.branch != desk.branch:
        raise UsageError(
            f"this was signed for the branch `{terms.branch}`, and not for `{desk.branch}`",
            hint=again,
            code="branch-other",
        )
    if terms.expires_at is None or terms.expires_at <= desk.at:
        raise UsageError("this has expired", hint=again, code="expired")
    for binding in terms.bindings:
        signing.end_of(desk, terms.expires_at, binding.severity)
