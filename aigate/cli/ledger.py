"""`aigate ledger`: what was signed here, by whom, and whether all of it holds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import PurePosixPath

import click

from aigate.accounts import records_of, root_files_of
from aigate.cli._attest import pen_of, signed_text
from aigate.cli._checkpoints import Here, checkpoint_at, hold, read_held, require_one_view
from aigate.cli._desk import ENVIRON, OTHER, SHORT, now
from aigate.cli._terms_text import is_long, terms_lines
from aigate.cli.exits import OK, finish
from aigate.cli.streams import say
from aigate.domain.accountability import (
    KeyState,
    Person,
    PersonKind,
    Role,
    Root,
    Statement,
    StatementKind,
    Terms,
)
from aigate.engine.shown import line, plain
from aigate.errors import IntegrityError, UsageError
from aigate.ledger import checkpoint as checkpoints
from aigate.ledger import dsse, registry, store
from aigate.ledger.roots import time_text
from aigate.value import dataclass
from aigate.workspace import git, sides

_SHORTEST = 6
_MOST_PROBLEMS = 50
_FORMAT = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)


@dataclass(frozen=True, slots=True)
class _Book:
    """The ledger of a working tree: what can be read, what cannot, and the registry beside it."""

    records: Mapping[str, bytes]
    statements: tuple[Statement, ...]
    problems: tuple[tuple[str, IntegrityError], ...]
    roots: tuple[Root, ...]
    commit: str
    at: datetime


@click.group()
def ledger() -> None:
    """Look at what was signed: every record of the working tree, checked each time."""


@ledger.command(name="list")
@_FORMAT
@click.pass_obj
def list_(directory: str, form: str) -> None:
    """List all records, in the order in which they claim to have been signed."""
    book = _read(directory)
    states = _states(book)
    if form == "json":
        _say_json({"records": [_summary(one, states) for one in book.statements]}, book)
    for one in book.statements:
        terms = one.terms
        until = f"until {terms.expires_at:%Y-%m-%d}" if terms.expires_at else "for good"
        say(
            f"{one.digest[:SHORT]}  {terms.kind:<14} {plain(one.person)} as {one.as_role}, {until}:"
            f" {states[one.digest]}\n              {line(_what(terms), 160)}\n"
        )
    if not book.statements and not book.problems:
        say("nothing was signed here\n")
    _end(book)
    finish(OK)


def _what(terms: Terms) -> str:
    """Say in one line what terms are about."""
    if not terms.bindings:
        return "ends " + ", ".join(f"terms {digest[:SHORT]}" for digest in terms.supersedes)
    first = terms.bindings[0]
    if terms.kind is not StatementKind.BASELINE:
        return f"{first.fingerprint[:SHORT]} {first.rule} in {first.path}"
    copies = sum(binding.count for binding in terms.bindings)
    files = len({binding.path for binding in terms.bindings})
    return (
        f"terms {terms.digest[:SHORT]}: {_counted(copies, 'finding')} in {_counted(files, 'file')}"
    )


@ledger.command()
@click.argument("digest")
@_FORMAT
@click.pass_obj
def show(directory: str, digest: str, form: str) -> None:
    """Show one record whole, and what was checked; DIGEST is the start of its name."""
    book = _read(directory)
    name = digest.lower().removeprefix(f"{store.FOLDER}/").removesuffix(".json")
    if len(name) < _SHORTEST:
        raise UsageError(f"`{digest}` is too short", hint=f"give {_SHORTEST} characters or more")
    for path, error in book.problems:
        if path.startswith(f"{store.FOLDER}/{name}"):
            raise error
    found = [one for one in book.statements if one.digest.startswith(name)]
    if len(found) != 1:
        what = "is the start of several records" if found else "is no record here"
        raise UsageError(f"`{digest}` {what}", hint="see `aigate ledger list`")
    one, states = found[0], _states(book)
    if form == "json":
        path = store.path_of(one.digest)
        payload = json.loads(dsse.decode(book.records[path], file=path).payload)
        said = {**_summary(one, states), "touched": one.touched, "statement": payload}
        _say_json({"record": said}, book)
    say(f"record         {one.digest}\n")
    say(f"  signed       by `{plain(one.person)}` as {one.as_role}, with {one.key}\n")
    say(f"  checked      the signature verifies; {_flags(one)}\n")
    say(f"  state        {states[one.digest]}\n")
    say(f"  claims       to be of {time_text(one.claimed_at)}, which no decision uses\n")
    say("".join(f"  saw          {parent}\n" for parent in one.parents))
    say("".join(f"{text}\n" for text in terms_lines(one.terms)))
    if is_long(one.terms):
        say("`--format json` shows every finding\n")
    finish(OK)


@ledger.command()
@click.option("--base", metavar="REV", default="", help="Records of this commit must be here too.")
@click.option(
    "--checkpoint",
    "kept",
    metavar="FILE",
    multiple=True,
    help="What this checkpoint covered must be here too; may be repeated.",
)
@click.option(
    "--signer",
    "signers",
    metavar="ID",
    multiple=True,
    help="Who has to have signed each checkpoint; one of them, if repeated.",
)
@_FORMAT
@click.pass_obj
def verify(
    directory: str, *, base: str, kept: tuple[str, ...], signers: tuple[str, ...], form: str
) -> None:
    """Check every record: name, form, signature; the registry; and that nothing is gone.

    What the commit that is checked out has, and what `--base` has, must be here unchanged.
    A checkpoint that somebody kept outside tells whether this is the ledger that it was of.
    Ends with 4 if anything does not hold.
    """
    if signers and not kept:
        raise UsageError("`--signer` says who signed a checkpoint, and no `--checkpoint` is named")
    held = read_held(kept)
    require_one_view(held)
    book = _read(directory, since=base)
    repository = git.open_repository(directory, environ=ENVIRON)
    here = Here(repository, book.commit, book.records, book.roots)
    holding = [hold(one, here, signers=signers) for one in held]
    if form == "json":
        facts = [one.facts for one in holding]
        said = {"records": len(book.records), "unknown": [*_unknown(book)], "checkpoints": facts}
        _say_json(said, book)
    for digest in _unknown(book):
        click.echo(f"warning: `{store.path_of(digest)}` counts for nothing", err=True)
    for digest in _absent(book):
        click.echo(
            f"warning: `{store.path_of(digest)}` was seen by a signer and is not here", err=True
        )
    _end(book)
    versions = len(book.roots)
    say(f"{_counted(len(book.statements), 'record')} verified")
    say(f", {_counted(versions, 'version')} of the registry\n" if versions else ", no registry\n")
    say("".join(f"{one.words}\n" for one in holding))
    finish(OK)


@ledger.command()
@click.option(
    "--sign-with",
    metavar="KEY",
    default="",
    help="Print a signed statement, by this SSH key or the `.pub` file of an agent's.",
)
@click.pass_obj
def checkpoint(directory: str, sign_with: str) -> None:
    """Print a text that sums the ledger up, for somebody outside to keep.

    It covers the commit that is checked out. Whoever kept it can tell later, with
    `aigate ledger verify --checkpoint FILE`, whether another clone is shown the same ledger.
    """
    pen = pen_of(sign_with, directory=directory) if sign_with else None
    book = _read(directory)
    _end(book)
    repository = git.open_repository(directory, environ=ENVIRON)
    made = checkpoint_at(repository, book.commit)
    more = len(book.records) - made.size
    if more:
        text = f"{_counted(more, 'record')} not committed yet and not covered"
        click.echo(f"warning: {text}", err=True)
    if pen:
        say(signed_text(checkpoints.encode(made, claimed_at=book.at), pen))
    else:
        say(made.text)
    finish(OK)


def _read(directory: str, *, since: str = "") -> _Book:
    """Read everything; a name, or a record that is gone, is refused at once."""
    repository = git.open_repository(directory, environ=ENVIRON)
    commit = git.head_commit(repository)
    before = [sides.commit_tree(repository, one) for one in (commit, since) if one]
    known = {entry.blob for tree in before for entry in tree.entries}
    here = sides.working_tree(repository, known)
    records, files = records_of(here), root_files_of(here)
    for tree in before:
        store.require_append_only(records_of(tree), records)
        kept = root_files_of(tree)
        if registry.root_files(kept):
            registry.require_succession(kept, files)
    statements, problems = [], []
    for path in sorted(records):
        try:
            statements.append(store.read_one(path, records[path]))
        except IntegrityError as error:
            problems.append((path, error))
    statements.sort(key=lambda one: (one.claimed_at, one.digest))
    roots = registry.read_chain(files)
    return _Book(records, tuple(statements), tuple(problems), roots, commit or "", now())


def _end(book: _Book) -> None:
    """End with 4 if a record does not hold."""
    if not book.problems:
        return
    lines = [f"`{p}`: {plain(e.message)}" for p, e in book.problems[:_MOST_PROBLEMS]]
    raise IntegrityError(
        f"{_counted(len(book.problems), 'record')} of {len(book.records)} cannot be trusted\n"
        + "\n".join(lines),
        hint="restore what was committed with `git checkout`; records are never edited",
        code=book.problems[0][1].code,
    )


def _say_json(said: Mapping[str, object], book: _Book) -> None:
    problems = [{"path": p, "code": e.code, "message": e.message} for p, e in book.problems]
    whole = {"schema": "aigate-ledger/1", **said, "absent": [*_absent(book)], "problems": problems}
    say(json.dumps(whole, indent=2) + "\n")
    _end(book)
    finish(OK)


def _states(book: _Book) -> dict[str, str]:
    """Say of each record what has become of its terms, as far as the ledger alone can tell."""
    people: dict[str, set[tuple[Role, str]]] = {}
    for one in book.statements:
        if not _doubt(book, one):
            people.setdefault(one.terms.digest, set()).add((one.as_role, one.person))
    ended = {
        digest
        for one in book.statements
        if one.terms.kind is StatementKind.WITHDRAW and not _doubt(book, one)
        for digest in one.terms.supersedes
        if one.as_role is Role.SECURITY or one.person in {p for _, p in people.get(digest, ())}
    }
    return {one.digest: _state(book, one, people, ended) for one in book.statements}


def _state(
    book: _Book,
    one: Statement,
    people: Mapping[str, set[tuple[Role, str]]],
    ended: Iterable[str],
) -> str:
    doubt = _doubt(book, one)
    if doubt:
        return f"counts for nothing: {doubt}"
    if one.terms.kind is StatementKind.WITHDRAW:
        return "in force"
    if one.terms.digest in set(ended):
        return "withdrawn"
    if one.terms.expires_at is None or one.terms.expires_at <= book.at:
        return "expired"
    other = OTHER[one.as_role]
    signed = people[one.terms.digest]
    if not any(role is other and person != one.person for role, person in signed):
        return f"waits for {other}"
    return "signed by both"


def _doubt(book: _Book, one: Statement) -> str:
    """Say why a record whose signature verifies counts for nothing; empty if it does count."""
    terms = one.terms
    named = [r for r in book.roots if (r.version, r.digest) == _registry(one)]
    if not named:
        return "signed under a registry that is not this one"
    if terms.ledger_id != named[0].ledger_id:
        return "another ledger"
    person = _person(named[0], one)
    if person is None:
        return "the registry does not know this key of this person"
    if person.kind is not PersonKind.HUMAN:
        return "automation"
    if one.as_role not in person.roles:
        return f"not {one.as_role} at the time"
    last = _person(book.roots[-1], one)
    states = {k.fingerprint: k.state for k in last.keys} if last else {}
    return "the key is compromised" if states.get(one.key) is KeyState.COMPROMISED else ""


def _registry(one: Statement) -> tuple[int, str]:
    return one.terms.registry_version, one.terms.registry_digest


def _person(root: Root, one: Statement) -> Person | None:
    return next(
        (
            p
            for p in root.people
            if p.id == one.person and any(k.fingerprint == one.key for k in p.keys)
        ),
        None,
    )


def _unknown(book: _Book) -> Iterator[str]:
    return (one.digest for one in book.statements if _doubt(book, one))


def _absent(book: _Book) -> tuple[str, ...]:
    here = {PurePosixPath(path).stem for path in book.records}
    seen = {parent for one in book.statements for parent in one.parents}
    return tuple(sorted(seen - here))


def _summary(one: Statement, states: Mapping[str, str]) -> dict[str, object]:
    terms = one.terms
    return {
        "digest": one.digest,
        "kind": terms.kind.value,
        "person": one.person,
        "role": one.as_role.value,
        "key": one.key,
        "terms": terms.digest,
        "findings": [
            {"fingerprint": b.fingerprint, "rule": b.rule, "path": b.path, "count": b.count}
            for b in terms.bindings
        ],
        "ends": list(terms.supersedes),
        "until": time_text(terms.expires_at) if terms.expires_at else None,
        "state": states[one.digest],
    }


def _flags(one: Statement) -> str:
    return "somebody touched the key" if one.touched else "no touch of a key is shown"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
