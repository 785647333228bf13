"""What somebody wants to sign, as the commands that begin terms are told."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from datetime import datetime

import click

from aigate.cli import _signing as signing
from aigate.cli._desk import OTHER, Desk
from aigate.cli._pens import Pen
from aigate.domain.accountability import Binding, Person, Role, StatementKind, Terms
from aigate.errors import UsageError
from aigate.value import dataclass

SEATS = click.Choice([Role.DEVELOPER.value, Role.SECURITY.value])
"""The seats that somebody can sign for."""

_CODE = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_OPTIONS = (
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants to sign; see the options of `aigate accept`."""

    role: Role
    until: datetime
    reason: str
    code: str
    control: str
    other: str
    key: str
    yes: bool


def options(function: Callable[..., None]) -> Callable[..., None]:
    """Add the options of a wish to a command, which is given it as `wish`."""

    @functools.wraps(function)
    def command(
        directory: str,
        *,
        role: str,
        until: datetime,
        reason: str,
        code: str,
        control: str,
        other: str,
        key: str,
        yes: bool,
        **rest: object,
    ) -> None:
        wish = Wish(
            role=Role(role),
            until=until,
            reason=reason.strip(),
            code=code,
            control=control.strip(),
            other=other,
            key=key,
            yes=yes,
        )
        function(directory, wish=wish, **rest)

    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def require_words(wish: Wish) -> None:
    """Refuse words that nobody should sign.

    Raises:
        UsageError: there is no reason, no proper code for it, or a secret in the words.
    """
    if wish.code and not _CODE.fullmatch(wish.code):
        raise UsageError(
            f"`{wish.code}` is no reason code", hint="write it as `no-fix-yet` or `not-reachable`"
        )
    if not wish.reason:
        raise UsageError("a reason is needed", hint="say why this may stay: `--reason TEXT`")
    signing.require_no_secret(wish.code, wish.reason, wish.control)


def terms_of(
    desk: Desk,
    wish: Wish,
    *,
    kind: StatementKind,
    code: str,
    bindings: tuple[Binding, ...],
    expires_at: datetime,
    seats: tuple[Pen, Person],
    follows: tuple[str, ...],
) -> Terms:
    """Return the terms that a wish comes to, in their one spelling.

    `code` is the word for the reason if the wish has none, `seats` who signs now and who is to
    sign beside them. `follows` are digests of terms that were withdrawn: the very same words
    would stay withdrawn.

    Raises:
        UsageError: they cannot be written; the code says why.
    """
    pen, other = seats
    people = {pen.role: pen.person.id, OTHER[pen.role]: other.id}
    return signing.checked(
        Terms(
            kind=kind,
            ledger_id=desk.root.ledger_id,
            repository_id=desk.root.repository_id,
            branch=desk.branch,
            bindings=bindings,
            reason_code=wish.code or code,
            reason=wish.reason,
            control=wish.control,
            developer=people[Role.DEVELOPER],
            security=people[Role.SECURITY],
            expires_at=expires_at,
            policy_digest=desk.policy.digest,
            registry_version=desk.root.version,
            registry_digest=desk.root.digest,
            supersedes=follows,
        )
    )
