"""Finds who signs, and with which key, and who is to sign beside them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from aigate import process, registry
from aigate.cli._desk import ENVIRON, OTHER, Desk
from aigate.cli._trust_files import public_key
from aigate.domain.accountability import (
    Key,
    KeyState,
    Person,
    PersonKind,
    Role,
    Root,
)
from aigate.errors import UsageError
from aigate.ledger import signing
from aigate.ledger.keys import parse_public_key
from aigate.value import dataclass

AGENT_KEY = "a key of your agent"
"""What stands for the file of a key that only an agent has."""

_PATIENCE = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pen:
    """Who signs as what, and with which key; `line` is its public half as a file holds it."""

    person: Person
    role: Role
    key: Key
    file: str
    line: str = ""


def pen_for(desk: Desk, role: Role, key: str) -> Pen:
    """Find the key to sign with, and check that its person may sign in this role.

    Raises:
        UsageError: there is none, or several, or the person may not; the code says why. Or a
            coding agent runs this.
    """
    _require_no_agent()
    if key:
        named = public_key(key)
        person = holder_of(desk.root, named.fingerprint)
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


def _require_no_agent() -> None:
    # Evidence and no proof: who hides the variable gets through, but has to mean it.
    for agent in registry.coding_agents():
        marker = next((name for name in agent.markers if ENVIRON.get(name)), "")
        if marker:
            raise UsageError(
                f"{agent.title} runs this command (`{marker}` is set), and only people sign",
                hint="run it yourself, in a terminal that the agent did not open",
                code="agent-signs",
            )


def _found_pen(desk: Desk, role: Role) -> Pen:
    pens: dict[str, Pen] = {}
    for text, file in own_keys(desk.repository.root):
        try:
            key = parse_public_key(text)
        except UsageError:
            continue  # a key of another kind, for other things
        person = holder_of(desk.root, key.fingerprint)
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


def own_keys(root: str) -> Iterator[tuple[str, str]]:
    """Yield the public keys of the person at this machine, each with the file that it is in.

    No program of the repository at `root` is started to find them.
    """
    for file in sorted(Path(ENVIRON.get("HOME") or "/", ".ssh").glob("*.pub")):
        try:
            yield file.read_text("utf-8", "replace").strip(), str(file)
        except OSError:
            continue
    if ENVIRON.get("SSH_AUTH_SOCK"):
        found = signing.find_signer(ENVIRON, key="", outside=root)
        done = process.run(
            [str(Path(found.program).with_name("ssh-add")), "-L"],
            cwd="/",
            env=found.environment,
            timeout=_PATIENCE,
        )
        if isinstance(done, process.Done) and done.code == 0:
            yield from ((text, AGENT_KEY) for text in done.out.decode().splitlines())


def holder_of(root: Root, fingerprint: str) -> Person | None:
    """Return whose key this is, whatever its state."""
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
