"""`aigate accept`: one person signs that a finding stays, until a date; another one cosigns."""

from __future__ import annotations

import click

from aigate.cli import _found as found
from aigate.cli import _signing as signing
from aigate.cli._completions import fingerprints
from aigate.cli._desk import OTHER, SHORT, desk_of
from aigate.cli._pens import partner, pen_for
from aigate.cli._signed import find_signed
from aigate.cli._terms_text import code_lines, terms_lines
from aigate.cli._wish import Wish, options, require_words, terms_of
from aigate.cli.exits import OK, finish
from aigate.cli.streams import say
from aigate.domain.accountability import StatementKind
from aigate.domain.finding import Action
from aigate.errors import UsageError


@click.command()
@click.argument("fingerprint", shell_complete=fingerprints)
@click.pass_obj
@options
def accept(directory: str, *, fingerprint: str, wish: Wish) -> None:
    """Accept the risk of a finding, as the first of two people.

    Shows what you sign, signs it with your SSH key, and writes a record for you to commit.
    It counts when somebody else has signed the same words with `aigate cosign`.
    """
    code = "compensating-control" if wish.control else "accepted-risk"
    propose(directory, fingerprint, wish, kind=StatementKind.ACCEPT, code=code)


def propose(
    directory: str, fingerprint: str, wish: Wish, *, kind: StatementKind, code: str
) -> None:
    """Show and sign new terms about a finding; `code` is the usual word for the reason.

    Raises:
        AigateError: something speaks against it; then nothing was signed.
    """
    require_words(wish)
    desk = desk_of(directory)
    pen = pen_for(desk, wish.role, wish.key)
    other = partner(desk.root, pen, wish.other)
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
    binding = found.binding_of(chosen)
    terms = terms_of(
        desk,
        wish,
        kind=kind,
        code=code,
        bindings=(binding,),
        expires_at=signing.end_of(desk, wish.until, binding.severity),
        seats=(pen, other),
        follows=tuple(sorted(one.terms.digest for one in signed if one.withdrawn)),
    )
    signing.introduce(pen)
    for one in chosen:
        say("".join(f"{text}\n" for text in code_lines(one.finding)))
    say("".join(f"{text}\n" for text in terms_lines(terms)))
    if others:
        say(
            f"\n{others} more of the same stand elsewhere in this file, and need terms of their own\n"
        )
    if all(one.action in {Action.NOTE, Action.WARN} for one in chosen):
        say("\nthe policy does not block this finding; nothing needs to be signed\n")
    signing.warn_if_too_weak(desk, pen, terms)
    signing.ask(yes=wish.yes)
    signing.sign_and_keep(desk, terms, pen)
    say(f"commit it; waits for {OTHER[wish.role]}: `{other.id}` looks at it and runs\n\n")
    say(f"  aigate cosign {name[:SHORT]} --as {OTHER[wish.role]}\n")
    finish(OK)
