"""What the commands that sign have in common: the desk, the signer, the pen."""

from __future__ import annotations

import hashlib
import os
import secrets
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from aigate import process
from aigate.accounts import records_of, registry_of
from aigate.cli._trust_files import public_key
from aigate.cli.packs import packs_folder
from aigate.cli.streams import say
from aigate.domain.accountability import (
    Key,
    KeyState,
    Person,
    PersonKind,
    Role,
    Root,
    Statement,
    StatementKind,
    Terms,
)
from aigate.domain.extension import Target
from aigate.domain.finding import Gap
from aigate.domain.policy import Policy
from aigate.domain.severity import Severity
from aigate.domain.tree import Entry, Kind, Unit
from aigate.engine.shown import line
from aigate.errors import IntegrityError, UsageError
from aigate.ledger import signing, statements, store
from aigate.ledger.keys import parse_public_key
from aigate.scanners.secrets import SCANNER as SECRETS
from aigate.trusted import read_policy_of, target_branch
from aigate.workspace import git, sides

ENVIRON = os.environ  # noqa: TID251 - settings are resolved here, beside the commands

SHORTEST = 6
"""How much of a fingerprint is enough."""

SHORT = 12
"""How much of a digest or fingerprint is shown."""

OTHER = {Role.DEVELOPER: Role.SECURITY, Role.SECURITY: Role.DEVELOPER}

_PATIENCE = 10.0
_ACCEPTING = frozenset({StatementKind.ACCEPT, StatementKind.FALSE_POSITIVE, StatementKind.BASELINE})
_AGENT_KEY = "a key of your agent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What lies before somebody who signs.

    `root` and `policy` are those of the commit that is checked out, `records` the ledger of
    the working tree.
    """

    directory: str
    repository: git.Repository
    root: Root
    policy: Policy
    branch: str
    records: Mapping[str, bytes]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Pen:
    """Who signs as what, and with which key; `line` is its public half as a file holds it."""

    person: Person
    role: Role
    key: Key
    file: str
    line: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """Terms of the ledger, and those of their statements that count today, by role."""

    terms: Terms
    by: Mapping[Role, Statement]
    withdrawn: bool = False

    @property
    def newest(self) -> datetime:
        """When the last of them claims to have been signed; only used to choose what to show."""
        return max(one.claimed_at for one in self.by.values())


def desk_of(directory: str) -> Desk:
    """Read what a signer needs.

    Raises:
        UsageError: there is no commit, no registry, or no branch to speak of.
        IntegrityError: the registry does not hold.
    """
    at = now()
    repository = git.open_repository(directory, environ=ENVIRON)
    commit = git.head_commit(repository)
    head = sides.commit_tree(repository, commit) if commit else sides.EMPTY
    registry = registry_of(head, at=at)
    if registry is None:
        raise UsageError(
            "the commit that is checked out has no registry of people",
            hint="make one with `aigate trust init`, and commit it",
            code="no-registry",
        )
    policy = read_policy_of(
        head.entries, lambda entry: sides.read_one(head, entry), packs=str(packs_folder())
    )
    branch = target_branch("", repository, policy)
    if not branch:
        raise UsageError(
            "no branch is checked out, so there is none to accept a finding for",
            hint="check out the branch that this is meant for",
        )
    known = {entry.blob for entry in head.entries}
    return Desk(
        directory=directory,
        repository=repository,
        root=registry.current,
        policy=policy,
        branch=branch,
        records=records_of(sides.working_tree(repository, known)),
        at=at,
    )


def now() -> datetime:
    """Return the time, to the second."""
    return datetime.now(UTC).replace(microsecond=0)  # noqa: TID251 - the one clock


# Who signs


def pen_for(desk: Desk, role: Role, key: str) -> Pen:
    """Find the key to sign with, and check that its person may sign in this role.

    Raises:
        UsageError: there is none, or several, or the person may not; the code says why.
    """
    if key:
        named = public_key(key)
        person = _holder(desk.root, named.fingerprint)
        if person is None:
            raise UsageError(
                f"the key {named.fingerprint} is in nobody's name",
                hint="enrol with `aigate trust enroll`, or name another key with `--key`",
                code="signer-unknown",
            )
        pen = Pen(person=person, role=role, key=named, file=key)
    else:
        pen = _found_pen(desk, role)
    _require_may_sign(desk.root, pen)
    return pen


def _found_pen(desk: Desk, role: Role) -> Pen:
    pens: dict[str, Pen] = {}
    for text, file in _own_keys(desk):
        try:
            key = parse_public_key(text)
        except UsageError:
            continue  # a key of another kind, for other things
        person = _holder(desk.root, key.fingerprint)
        if person and _state(person, key) is KeyState.ACTIVE and key.fingerprint not in pens:
            pens[key.fingerprint] = Pen(person=person, role=role, key=key, file=file, line=text)
    if not pens:
        raise UsageError(
            "none of your keys is in the registry",
            hint="name one with `--key`, load it with `ssh-add`, or see `aigate trust enroll`",
            code="signer-unknown",
        )
    fitting = [pen for pen in pens.values() if role in pen.person.roles] or list(pens.values())
    if len(fitting) > 1:
        names = ", ".join(f"`{pen.file}` (`{pen.person.id}`)" for pen in fitting)
        raise UsageError(f"several of your keys are in the registry: {names}", hint="use `--key`")
    return fitting[0]


def _own_keys(desk: Desk) -> Iterator[tuple[str, str]]:
    """Yield the public keys of the person at this machine, each with the file that it is in."""
    for file in sorted(Path(ENVIRON.get("HOME") or "/", ".ssh").glob("*.pub")):
        try:
            yield file.read_text("utf-8", "replace").strip(), str(file)
        except OSError:
            continue
    if ENVIRON.get("SSH_AUTH_SOCK"):
        found = signing.find_signer(ENVIRON, key="", outside=desk.repository.root)
        done = process.run(
            [str(Path(found.program).with_name("ssh-add")), "-L"],
            cwd="/",
            env=found.environment,
            timeout=_PATIENCE,
        )
        if isinstance(done, process.Done) and done.code == 0:
            yield from ((text, _AGENT_KEY) for text in done.out.decode().splitlines())


def _holder(root: Root, fingerprint: str) -> Person | None:
    return next((p for p in root.people if any(k.fingerprint == fingerprint for k in p.keys)), None)


def _state(person: Person, key: Key) -> KeyState:
    return next(k.state for k in person.keys if k.fingerprint == key.fingerprint)


def _require_may_sign(root: Root, pen: Pen) -> None:
    person = pen.person
    if person.kind is not PersonKind.HUMAN:
        raise UsageError(
            f"`{person.id}` is automation, and automation never answers for a risk",
            hint=f"`{person.answers}` answers for it and may sign with an own key",
            code="signer-is-automation",
        )
    if person.left is not None:
        raise UsageError(
            f"`{person.id}` has left on {person.left:%Y-%m-%d}", code="signer-has-left"
        )
    state = _state(person, pen.key)
    if state is not KeyState.ACTIVE:
        code = "key-compromised" if state is KeyState.COMPROMISED else "key-retired"
        raise UsageError(
            f"the key {pen.key.fingerprint} of `{person.id}` is {state}",
            hint="sign with another one, or enrol one with `aigate trust rotate --add-key`",
            code=code,
        )
    if pen.role not in person.roles:
        able = ", ".join(f"`{p.id}`" for p in holders(root, pen.role)) or "nobody"
        raise UsageError(
            f"`{person.id}` does not have the role {pen.role}",
            hint=f"the role is held by {able}",
            code="role-missing",
        )


def holders(root: Root, role: Role) -> tuple[Person, ...]:
    """Return the humans who may take a seat now."""
    return tuple(
        p for p in root.people if p.kind is PersonKind.HUMAN and p.left is None and role in p.roles
    )


def partner(root: Root, pen: Pen, wanted: str) -> Person:
    """Return who is to sign in the other seat: the one who is named, or the only one.

    Raises:
        UsageError: there is nobody, or a choice.
    """
    role = OTHER[pen.role]
    able = [p for p in holders(root, role) if p.id != pen.person.id]
    if wanted == pen.person.id:
        raise UsageError(
            f"`{wanted}` cannot sign for both seats",
            hint="name somebody else with `--with`",
            code="one-person-in-both-seats",
        )
    chosen = [p for p in able if p.id == wanted] if wanted else able
    names = ", ".join(f"`{p.id}`" for p in able) or "nobody"
    if not chosen:
        who = f"`{wanted}` does not have" if wanted else "nobody else has"
        raise UsageError(
            f"{who} the role {role}", hint=f"the role is held by {names}", code="role-missing"
        )
    if len(chosen) > 1:
        raise UsageError(f"several people have the role {role}", hint=f"name one of {names}")
    return chosen[0]


# What was signed before


def find_signed(desk: Desk, fingerprint: str) -> tuple[Signed, ...]:
    """Return all terms in the ledger that bind a finding, newest first.

    Statements that do not count today are left out.

    Raises:
        UsageError: the fingerprint is too short, or the start of several.
    """
    name = fingerprint.lower()
    if len(name) < SHORTEST:
        raise UsageError(
            f"`{fingerprint}` is too short", hint=f"give {SHORTEST} characters or more"
        )
    index = store.index(desk.records)
    prints = [one for one in index.by_fingerprint if one.startswith(name)]
    if len(prints) > 1:
        raise UsageError(
            f"`{fingerprint}` is the start of several fingerprints", hint="give more of it"
        )
    paths = set(index.by_fingerprint[prints[0]]) if prints else set()
    found = list(_read(desk, paths))
    names = {one.terms.digest for one in found}
    found += _read(desk, {p for each in names for p in index.by_terms.get(each, ())} - paths)
    return _gathered(desk, found)


def _read(desk: Desk, paths: Iterable[str]) -> Iterator[Statement]:
    for path in sorted(paths):
        try:
            yield store.read_one(path, desk.records[path])
        except IntegrityError as error:
            click.echo(f"warning: `{path}` does not count: {line(error.message, 200)}", err=True)


def _gathered(desk: Desk, found: Iterable[Statement]) -> tuple[Signed, ...]:
    said = sorted(found, key=lambda one: (one.claimed_at, one.digest))
    ended: list[Statement] = []
    seats: dict[str, dict[Role, Statement]] = {}
    terms: dict[str, Terms] = {}
    for one in said:
        if not _counts(desk.root, one):
            continue
        if one.terms.kind is StatementKind.WITHDRAW:
            ended.append(one)
        elif one.terms.kind in _ACCEPTING and _has_had(desk.root, one):
            terms[one.terms.digest] = one.terms
            by = seats.setdefault(one.terms.digest, {})
            # One person in both seats must not keep the second one from signing.
            if all(other.person != one.person for other in by.values()):
                by.setdefault(one.as_role, one)
    every = [
        Signed(
            terms=terms[name], by=by, withdrawn=any(_ends(desk.root, w, name, by) for w in ended)
        )
        for name, by in seats.items()
    ]
    return tuple(sorted(every, key=lambda one: one.newest, reverse=True))


def _ends(root: Root, one: Statement, terms: str, by: Mapping[Role, Statement]) -> bool:
    """Tell whether a withdrawal ends terms: it is by a signer, or by somebody from security."""
    own = one.person in {each.person for each in by.values()}
    person = _holder(root, one.key)
    security = person is not None and Role.SECURITY in person.roles
    return terms in one.terms.supersedes and (own or security)


def _counts(root: Root, statement: Statement) -> bool:
    person = _holder(root, statement.key)
    return (
        person is not None
        and person.id == statement.person
        and person.kind is PersonKind.HUMAN
        and all(
            k.state is not KeyState.COMPROMISED
            for k in person.keys
            if k.fingerprint == statement.key
        )
    )


def _has_had(root: Root, statement: Statement) -> bool:
    person = _holder(root, statement.key)
    lost = [role for role, _ in person.former] if person else []
    return person is not None and statement.as_role in (*person.roles, *lost)


# What is signed


def end_of(desk: Desk, until: datetime, severity: Severity) -> datetime:
    """Return the end of a day, if an acceptance of this severity may last so long.

    Raises:
        UsageError: it may not, or the day is over.
    """
    end = until.replace(hour=23, minute=59, second=59, tzinfo=UTC)
    if end <= desk.at:
        raise UsageError(f"`{until:%Y-%m-%d}` is over", hint="choose a day to come")
    both = [(one.longest, "policy") for one in desk.policy.acceptance if one.severity is severity]
    both += [(one.longest, "registry") for one in desk.root.limits if one.severity is severity]
    days, whose = min(both, default=(0, ""))
    if both and end > desk.at + timedelta(days=days):
        last = (desk.at + timedelta(days=days, seconds=1)).date() - timedelta(days=1)
        raise UsageError(
            f"`{until:%Y-%m-%d}` is too far away: the {whose} allows {days} days for a finding of"
            f" severity {severity.word}",
            hint=f"the last day is {last}",
            code="lasts-too-long",
        )
    return end


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
        nonce=secrets.token_hex(16),
        claimed_at=desk.at,
    )
    payload = statements.encode(terms, saying)
    with tempfile.TemporaryDirectory(prefix="aigate-key-") as folder:
        file = pen.file
        if file == _AGENT_KEY:
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
