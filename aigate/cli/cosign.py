"""`aigate cosign`: the second person signs the words that the first one signed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from aigate.cli import _found as found
from aigate.cli import _signing as signing
from aigate.cli._completions import fingerprints
from aigate.cli._desk import OTHER, SHORT, Desk, desk_of
from aigate.cli._pens import Pen, pen_for
from aigate.cli._signed import Signed, find_signed, signed_about
from aigate.cli._terms_text import (
    changed_words,
    code_lines,
    is_long,
    signed_lines,
    terms_lines,
)
from aigate.cli._whole import Whole, gap_lines, places_of, scan_whole, where
from aigate.cli._wish import SEATS
from aigate.cli.exits import OK, finish
from aigate.cli.streams import say
from aigate.domain.accountability import Role, StatementKind
from aigate.engine.baseline import Bounds, Drift, LeftOut, drift, sort_out
from aigate.engine.shown import line
from aigate.errors import UsageError

_MOST_SHOWN = 10
_WIDTH = 200


@click.command()
@click.argument("name", shell_complete=fingerprints)
@click.option("--as", "role", type=SEATS, required=True, help="The seat that you take.")
@click.option("--key", default="", metavar="FILE", help="Your key; by default the enrolled one.")
@click.option("--all", "all_of_it", is_flag=True, help="Show all of a baseline, and its bytes.")
@click.option("--yes", is_flag=True, help="Sign without asking.")
@click.pass_obj
def cosign(directory: str, *, name: str, role: str, key: str, all_of_it: bool, yes: bool) -> None:
    """Sign what somebody else signed, as the second of two people.

    NAME is the start of a finding's fingerprint, or of the digest that a baseline has. Shows the
    same words, who signed them, and the code as it is now.
    """
    desk = desk_of(directory)
    seat = Role(role)
    offer = _offer(desk, name, seat)
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
    if terms.kind is StatementKind.BASELINE:
        _show_baseline(desk, offer, pen, all_of_it=all_of_it)
    else:
        _show_finding(desk, offer, pen)
    signing.warn_if_too_weak(desk, pen, terms)
    signing.ask(yes=yes)
    signing.sign_and_keep(desk, terms, pen)
    end = f"{terms.expires_at:%Y-%m-%d}" if terms.expires_at else "never"
    say(f"commit it; developer and security have signed, and it ends with {end}\n")
    finish(OK)


def _show_finding(desk: Desk, offer: Signed, pen: Pen) -> None:
    (binding,) = offer.terms.bindings
    copies = found.look(desk, binding.fingerprint, binding.path)
    finding, changed = found.closest(copies, binding)
    signing.introduce(pen)
    say("".join(f"{text}\n" for text in code_lines(finding)))
    say("".join(f"{text}\n" for text in (*signed_lines(offer), *terms_lines(offer.terms))))
    if changed:
        raise UsageError(
            f"what `{offer.by[OTHER[pen.role]].person}` signed is stale; changed since:"
            f" {changed_words(changed)}",
            hint=f"look at it together, then `aigate accept {binding.fingerprint[:SHORT]}` again",
            code=f"{changed[0]}-changed",
        )
    if len(copies) > binding.count:
        say(f"\nonly {binding.count} of {len(copies)} copies in this file are covered by this\n")


def _show_baseline(desk: Desk, offer: Signed, pen: Pen, *, all_of_it: bool) -> None:
    terms = offer.terms
    whole = scan_whole(desk)
    signing.introduce(pen)
    say("".join(f"{text}\n" for text in signed_lines(offer)))
    say("".join(f"{text}\n" for text in terms_lines(terms, all_of_it=all_of_it)))
    if is_long(terms) and not all_of_it:
        say("`--all` shows every finding, and every byte\n")
    drifted = drift(offer.terms.bindings, whole.findings)
    since = tuple(_drift_lines(drifted))
    say(f"\nlooked at {where(desk, whole)}, ")
    say(
        "where this is not as it was signed:\n"
        if since
        else "where all of this is as it was signed\n"
    )
    say("".join(f"{text}\n" for text in since))
    others = _uncovered(desk, whole, drifted)
    if others:
        many = "" if others == 1 else "s"
        say(f"\n{others:,} other finding{many} there may block, in no terms so far\n")
    say("".join(f"{text}\n" for text in gap_lines(whole)))


def _drift_lines(drifted: Drift) -> Iterator[str]:
    if drifted.gone:
        yield f"  {sum(count for _, count in drifted.gone):>6,}  gone; nothing is covered by these"
        yield from _cut([f"{one.rule} in {one.path}" for one, _ in drifted.gone])
    if drifted.changed:
        yield f"  {len(drifted.changed):>6,}  changed since; these are not covered, and block"
        yield from _cut(
            [
                f"{one.rule} in {one.at.path}:{one.at.line}: {changed_words(parts)}"
                for one, parts in drifted.changed
            ]
        )


def _uncovered(desk: Desk, whole: Whole, drifted: Drift) -> int:
    """Count what a baseline could list and no terms name, besides what has changed."""
    named = signed_about(desk, {finding.fingerprint for finding in whole.findings})
    living = places_of(one for one in named if not one.withdrawn)
    found = sort_out(whole.candidates, Bounds(policy=desk.policy, signed=living))
    blocking = {*found.listed, *found.left_out.get(LeftOut.SECRET, ())}
    return len(blocking - {finding for finding, _ in drifted.changed})


def _cut(texts: Sequence[str]) -> Iterator[str]:
    yield from (f"          {line(text, _WIDTH)}" for text in texts[:_MOST_SHOWN])
    if len(texts) > _MOST_SHOWN:
        yield f"          and {len(texts) - _MOST_SHOWN:,} more"


def _offer(desk: Desk, name: str, role: Role) -> Signed:
    every = find_signed(desk, name)
    if not every:
        raise UsageError(
            f"nobody has signed anything about `{name}` here",
            hint=f"pull what the other person committed, or begin: `aigate accept {name}`",
            code="no-acceptance",
        )
    waiting = [one for one in every if role not in one.by and not one.withdrawn]
    if waiting:
        return waiting[0]
    newest = every[0]
    if newest.withdrawn:
        raise UsageError(
            f"what was signed about `{name}` was withdrawn",
            hint=f"begin again with `aigate {newest.terms.kind}`",
            code="withdrawn",
        )
    if OTHER[role] not in newest.by:
        raise UsageError(
            f"`{newest.by[role].person}` has signed as {role} already, and {OTHER[role]} has not",
            hint=f"waits for {OTHER[role]}: `aigate cosign {name} --as {OTHER[role]}`",
            code=f"waits-for-{OTHER[role]}",
        )
    raise UsageError(
        f"`{newest.by[role].person}` has signed as {role} already; nothing waits for {role}",
        hint="see `aigate ledger list`",
    )


def _require_fresh(desk: Desk, offer: Signed) -> None:
    """Refuse what would not count, signed or not."""
    terms, root = offer.terms, desk.root
    again = f"sign it anew with `aigate {terms.kind}`, both of you"
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
    for severity in {binding.severity for binding in terms.bindings}:
        signing.end_of(desk, terms.expires_at, severity)
