"""`aigate trust`: the registry of people, their roles and keys."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import click

from aigate.cli import _trust_files as files
from aigate.cli._trust_files import Proposal, Trust
from aigate.cli._trust_text import root_json, root_lines, warnings
from aigate.cli.exits import finish
from aigate.cli.streams import say
from aigate.domain.accountability import KeyState, Person, PersonKind, Role, Root
from aigate.domain.policy import AcceptanceLimit, Assurance
from aigate.domain.severity import Severity
from aigate.engine.shown import plain
from aigate.errors import IntegrityError, UsageError
from aigate.ledger import registry, succession
from aigate.ledger.roots import person_id

_ROLES = click.Choice([role.value for role in Role])
_KEY = click.option(
    "--key",
    "keys",
    metavar="FILE",
    multiple=True,
    required=True,
    help="Your key: a private key, or a `.pub` file whose other half your agent holds.",
)


@click.group()
def trust() -> None:
    """Say who may sign as what: the registry, and its numbered root files."""


@trust.command()
@click.option("--id", "id_", metavar="ID", required=True, help="Your id, such as `ada`.")
@click.option("--name", default="", help="Your name; by default the id.")
@click.option("--role", "roles", type=_ROLES, multiple=True, default=("owner", "developer"))
@_KEY
@click.option("--github-id", type=click.IntRange(1), default=None, help="Your numeric id.")
@click.option("--with", "other", metavar="ID", required=True, help="The second person's id.")
@click.option("--with-name", default="", help="The second person's name.")
@click.option("--with-role", type=_ROLES, multiple=True, default=("owner", "security"))
@click.option("--with-key", metavar="FILE", required=True, help="The second person's `.pub` file.")
@click.option("--with-github-id", type=click.IntRange(1), default=None)
@click.option("--repository", "repositories", metavar="NAME", multiple=True, help="`owner/name`.")
@click.option("--repository-id", metavar="HOST:NUMBER", default="", help="Such as `github:1234`.")
@click.pass_obj
def init(
    directory: str,
    *,
    id_: str,
    name: str,
    roles: tuple[str, ...],
    keys: tuple[str, ...],
    github_id: int | None,
    other: str,
    with_name: str,
    with_role: tuple[str, ...],
    with_key: str,
    with_github_id: int | None,
    repositories: tuple[str, ...],
    repository_id: str,
) -> None:
    """Propose the first version for two people, and sign it as the first of them.

    The second person then runs `aigate trust sign`, and the trust root is complete.
    """
    found = files.load(directory)
    if found.current:
        raise UsageError(
            "there is a trust root here", hint="add people with `enroll`, change it with `rotate`"
        )
    people = (
        _person(id_, name, roles, keys, github_id),
        _person(other, with_name, with_role, (with_key,), with_github_id),
    )
    draft = succession.first_root(
        people, ledger_id=secrets.token_hex(16), at=_now(), names=repositories
    )
    _propose(found, replace(draft, repository_id=repository_id), keys, directory)


@trust.command()
@click.option("--id", "id_", metavar="ID", required=True, help="Your id, such as `ada`.")
@click.option("--name", default="", help="Your name; by default the id.")
@click.option("--role", "roles", type=_ROLES, multiple=True)
@_KEY
@click.option("--github-id", type=click.IntRange(1), default=None, help="Your numeric id.")
@click.option(
    "--automation-of", metavar="ID", default="", help="No human: the account of this person."
)
@click.pass_obj
def enroll(
    directory: str,
    *,
    id_: str,
    name: str,
    roles: tuple[str, ...],
    keys: tuple[str, ...],
    github_id: int | None,
    automation_of: str,
) -> None:
    """Propose the next version with yourself in it, and prove that the key is yours.

    Owners and security people then run `aigate trust sign`.
    """
    found = files.load(directory)
    person = _person(id_, name, roles, keys, github_id)
    if automation_of:
        person = replace(person, kind=PersonKind.AUTOMATION, answers=automation_of)
    _propose(found, succession.with_person(_next(found), person), keys, directory)


@trust.command()
@_KEY
@click.option("--yes", is_flag=True, help="Sign without asking.")
@click.pass_obj
def sign(directory: str, *, keys: tuple[str, ...], yes: bool) -> None:
    """Show what is proposed, and sign it."""
    found = files.load(directory)
    if found.proposal is None:
        raise UsageError(
            "nothing is proposed here",
            hint="`init`, `enroll` and `rotate` propose; has their file reached you?",
        )
    for key in keys:
        files.require_part(found, found.proposal, files.public_key(key))
    say("".join(f"{line}\n" for line in _proposed(found, found.proposal)))
    if not yes:
        click.confirm("sign this?", abort=True, err=True)
    _signed(found, files.sign(found, found.proposal, keys), directory)


@trust.command()
@_KEY
@click.option("--add-key", metavar="ID=FILE", multiple=True, help="One more key for a person.")
@click.option("--retire", metavar="FINGERPRINT", multiple=True, help="A key signs nothing new.")
@click.option("--compromise", metavar="FINGERPRINT", multiple=True, help="A key never counts.")
@click.option("--roles", metavar="ID=ROLE,ROLE", multiple=True, help="Exactly these roles.")
@click.option("--left", metavar="ID", multiple=True, help="A person has gone.")
@click.option("--back", metavar="ID", multiple=True, help="A person who left is here again.")
@click.option("--account", metavar="ID=HOST:NUMBER", multiple=True, help="Such as `github:583231`.")
@click.option("--threshold", type=int, default=None, help="How many must sign the next version.")
@click.option("--limit", metavar="SEVERITY=DAYS:ASSURANCE", multiple=True)
@click.option("--grace-days", type=click.IntRange(0, 365), default=None)
@click.option("--repository", "repositories", metavar="NAME", multiple=True, help="`owner/name`.")
@click.option("--repository-id", metavar="HOST:NUMBER", default="")
@click.option(
    "--lasts", metavar="DAYS", type=click.IntRange(1, 1096), default=365, show_default=True
)
@click.pass_obj
def rotate(
    directory: str,
    *,
    keys: tuple[str, ...],
    add_key: tuple[str, ...],
    retire: tuple[str, ...],
    compromise: tuple[str, ...],
    roles: tuple[str, ...],
    left: tuple[str, ...],
    back: tuple[str, ...],
    account: tuple[str, ...],
    threshold: int | None,
    limit: tuple[str, ...],
    grace_days: int | None,
    repositories: tuple[str, ...],
    repository_id: str,
    lasts: int,
) -> None:
    """Propose the next version with these changes, and sign it.

    Without changes it is renewed: the same people and keys, for as long as `--lasts` says.
    A person's new key signs too: give it as a second `--key`.
    """
    found = files.load(directory)
    at = _now()
    draft = replace(_next(found), expires=at + timedelta(days=lasts))
    for whom, file in map(_pair, add_key):
        draft = succession.with_key(draft, whom, files.public_key(file))
    for fingerprint in retire:
        draft = succession.with_key_state(draft, fingerprint, KeyState.RETIRED)
    for fingerprint in compromise:
        draft = succession.with_key_state(draft, fingerprint, KeyState.COMPROMISED)
    for whom, named in map(_pair, roles):
        draft = succession.with_roles(draft, whom, _roles(named), at=at)
    for whom in left:
        draft = succession.departed(draft, whom, at=at)
    for whom in back:
        draft = succession.changed(draft, replace(succession.person_of(draft, whom), left=None))
    for whom, named in map(_pair, account):
        person = succession.person_of(draft, whom)
        accounts = dict(person.platform_ids) | dict([_account(named)])
        draft = succession.changed(draft, replace(person, platform_ids=tuple(accounts.items())))
    draft = replace(
        draft,
        threshold=draft.threshold if threshold is None else threshold,
        limits=_limits(draft.limits, limit),
        grace_days=draft.grace_days if grace_days is None else grace_days,
        repository_names=repositories or draft.repository_names,
        repository_id=repository_id or draft.repository_id,
    )
    _propose(found, draft, keys, directory)


@trust.command()
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def show(directory: str, form: str) -> None:
    """Show people, roles, keys, limits, the digest to pin, and what is proposed."""
    found = files.load(directory)
    at = _now()
    if form == "json":
        if found.current is None:
            raise _no_root()
        said = root_json(found.versions, at=at)
        waits = found.proposal and {
            "version": found.proposal.root.version,
            "digest": found.proposal.root.digest,
            "missing": list(_missing(found, found.proposal)),
        }
        say(json.dumps({**said, "proposal": waits}, indent=2) + "\n")
        finish(0)
    if found.current is None and found.proposal is None:
        raise _no_root()
    lines: list[str] = []
    if found.current:
        lines += [f"version {found.current.version}", *root_lines(found.current)]
        lines += [f"  digest       {found.current.digest}"]
    if found.proposal:
        lines += _proposed(found, found.proposal)
    say("".join(f"{line}\n" for line in lines))
    _warn(found.current, at)
    finish(0)


@trust.command()
@click.option("--pin", metavar="SHA256", default="", help="The digest, from outside.")
@click.option("--base", metavar="REV", default="", help="Check what was added since this commit.")
@click.pass_obj
def verify(directory: str, pin: str, base: str) -> None:
    """Check every version: signatures, thresholds, digests, and the pin if one is given.

    Ends with 4 if anything does not hold.
    """
    found = files.load(directory)
    at = _now()
    wanted = pin.strip().lower().removeprefix("sha256:")
    if base:
        registry.require_succession(files.committed(directory, base), found.files, pin=wanted)
    checked = registry.read_registry(found.files, pin=wanted, at=at)
    if checked is None and wanted:
        raise IntegrityError("a trust root is pinned, and there is none here", code="registry-pin")
    if checked is None:
        raise _no_root()
    count = len(checked.roots)
    say(f"{count} version{'s' if count > 1 else ''} verified; the digest of the newest is\n")
    say(f"{checked.current.digest}\n")
    if not checked.pinned:
        click.echo(
            "warning: trust on first use: nothing outside of the repository vouches for it\n"
            "hint: compare the digest with both signers, then give it as `--pin`",
            err=True,
        )
    _warn(checked.current, at)
    finish(0)


def _propose(found: Trust, draft: Root, keys: tuple[str, ...], directory: str) -> None:
    proposal = files.propose(found, draft)
    for key in keys:
        files.require_part(found, proposal, files.public_key(key))
    say("".join(f"{line}\n" for line in _proposed(found, proposal)))
    _signed(found, files.sign(found, proposal, keys), directory)


def _signed(found: Trust, proposal: Proposal, directory: str) -> None:
    version = proposal.root.version
    if _missing(found, proposal):
        say(f"\nsigned; version {version} waits:\n")
        say("".join(f"  {line}\n" for line in _missing(found, proposal)))
        say(f"\nnext: commit `{registry.proposal_path(version)}`; then the others run\n")
        say("  aigate trust sign --key FILE\n")
        finish(0)
    # What was written is read again, as everybody else will.
    current = files.load(directory).current
    if current is None or current.digest != proposal.root.digest:
        raise IntegrityError("what was written is not what was signed", code="registry-not-written")
    say(f"\nsigned; version {version} is complete, and its digest is\n\n  {current.digest}\n\n")
    say(f"next: commit `{registry.root_path(version)}`")
    first = "; pin the digest outside of the repository, such as in a variable of the CI"
    say(f"{first if version == 1 else '; a pin of an earlier version still holds'}\n")
    finish(0)


def _proposed(found: Trust, proposal: Proposal) -> Iterator[str]:
    yield f"version {proposal.root.version}, proposed"
    if found.current:
        yield from (
            f"  {plain(text)}" for text in succession.differences(found.current, proposal.root)
        )
    else:
        yield from root_lines(proposal.root)
    yield f"  digest       {proposal.root.digest}"
    if proposal.signed:
        yield from (f"  waits: {plain(text)}" for text in _missing(found, proposal))


def _missing(found: Trust, proposal: Proposal) -> tuple[str, ...]:
    return registry.missing(found.current, proposal.root, proposal.signed)


def _next(found: Trust) -> Root:
    if found.current is None:
        raise _no_root()
    return succession.next_root(found.current)


def _no_root() -> UsageError:
    return UsageError(
        "there is no trust root here", hint="two people make one: see `aigate trust init --help`"
    )


def _person(
    id_: str, name: str, roles: tuple[str, ...], keys: tuple[str, ...], github_id: int | None
) -> Person:
    try:
        person_id(id_, where="id")
    except IntegrityError as error:
        raise UsageError(error.message, hint=error.hint, code=error.code) from error
    return Person(
        id=id_,
        name=name or id_,
        kind=PersonKind.HUMAN,
        roles=_roles(",".join(roles)) if roles else (),
        keys=tuple(files.public_key(key) for key in keys),
        platform_ids=(("github", github_id),) if github_id else (),
    )


def _pair(text: str) -> tuple[str, str]:
    left, separator, right = text.partition("=")
    if not separator or not left or not right:
        raise UsageError(f"`{text}` is not of the form ID=VALUE")
    return left, right


def _roles(text: str) -> tuple[Role, ...]:
    named = {part.strip() for part in text.split(",")} - {"", "none"}
    odd = sorted(named - {role.value for role in Role})
    if odd:
        raise UsageError(
            f"there is no role `{odd[0]}`",
            hint="roles are `owner`, `developer` and `security`; `none` takes all away",
        )
    return tuple(sorted(Role(name) for name in named))


def _account(text: str) -> tuple[str, int]:
    host, _, number = text.partition(":")
    if not host or not number.isascii() or not number.isdigit():
        raise UsageError(
            f"`{text}` is no account", hint="write HOST:NUMBER, such as `github:583231`"
        )
    return host, int(number)


def _limits(
    limits: tuple[AcceptanceLimit, ...], wanted: tuple[str, ...]
) -> tuple[AcceptanceLimit, ...]:
    for text in wanted:
        word, _, rest = text.partition("=")
        days, _, bound = rest.partition(":")
        known = {severity.word: severity for severity in Severity}
        named = {each.value for each in Assurance}
        if word not in known or not days.isascii() or not days.isdigit() or bound not in named:
            raise UsageError(
                f"`{text}` is no limit",
                hint="write SEVERITY=DAYS:ASSURANCE, such as `high=60:signed`",
            )
        limit = AcceptanceLimit(severity=known[word], longest=int(days), assurance=Assurance(bound))
        limits = tuple(limit if old.severity is limit.severity else old for old in limits)
    return limits


def _warn(root: Root | None, at: datetime) -> None:
    for text in warnings(root, at=at) if root else ():
        click.echo(f"warning: {text}", err=True)


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)  # noqa: TID251 - the one clock
