"""Root files: their signed payload and the envelope around it, read strictly and written.

This module knows the form of one version and what must hold within it; how versions follow
one another is the business of `aigate.ledger.registry`.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from enum import Enum
from typing import NoReturn, TypeVar

from aigate.domain.accountability import Key, KeyState, Person, PersonKind, Role, Root
from aigate.domain.policy import AcceptanceLimit, Assurance
from aigate.domain.regex import regex
from aigate.domain.severity import Severity
from aigate.engine.shown import line, plain
from aigate.engine.strict_json import Json
from aigate.errors import AigateError, IntegrityError
from aigate.ledger.dsse import Signature, canonical, decode, encode, pae, read_canonical
from aigate.ledger.keys import parse_public_key
from aigate.value import dataclass

PAYLOAD_TYPE = "application/vnd.aigate.root+json"
"""Tells a root's signature from one under a statement: it is part of what is signed."""

SCHEMA = "aigate-root/1"
LARGEST = 1 << 20
"""The size of the largest root file, in bytes."""
LONGEST_DAYS = 1096
"""What no limit for an acceptance may exceed: three years."""

_MOST_SIGNATURES = 1000

_PERSON_ID = regex(r"[a-z0-9][a-z0-9._-]{0,63}")
_PLATFORM = regex(r"[a-z0-9][a-z0-9.-]{0,63}")
_REPOSITORY_ID = regex(r"(?:[a-z0-9][a-z0-9.-]{0,63}:[1-9][0-9]{0,18})?")
_REPOSITORY_NAME = regex(r"[A-Za-z0-9._-]{1,100}(?:/[A-Za-z0-9._-]{1,100}){0,9}")
_HEX_32 = regex(r"[0-9a-f]{32}")
_DIGEST = regex(r"[0-9a-f]{64}")
_KEY_TYPE = regex(r"[a-z0-9@.-]{1,100}")
_BLOB = regex(r"[A-Za-z0-9+/]{1,20000}={0,2}")
_TIME = regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")

_Choice = TypeVar("_Choice", bound=Enum)


@dataclass(frozen=True, slots=True)
class RootFile:
    """A root file as it is stored: the signed bytes, and SSH signatures by their key.

    `signatures` pair the fingerprint of a key with an armoured signature over the payload's
    pre-authentication encoding.
    """

    payload: bytes
    signatures: tuple[tuple[str, bytes], ...] = ()

    @property
    def digest(self) -> str:
        """The SHA-256 of the payload: what the next version names, and what is pinned."""
        return hashlib.sha256(self.payload).hexdigest()


def signed_bytes(payload: bytes) -> bytes:
    """Return what a signature of a root file is over."""
    return pae(payload, payload_type=PAYLOAD_TYPE)


def write_root_file(found: RootFile) -> bytes:
    """Return the bytes of a root file; signatures are in the order of their keys."""
    signatures = [Signature(key, armor) for key, armor in sorted(found.signatures)]
    return encode(found.payload, signatures, payload_type=PAYLOAD_TYPE)


def read_root_file(data: bytes, *, file: str) -> RootFile:
    """Read a root file's envelope; no signature is verified here.

    Raises:
        IntegrityError: it is not exactly of the form that `write_root_file` gives.
    """
    if len(data) > LARGEST:
        _refuse(f"{file}: larger than {LARGEST >> 20} MiB", "root-form")
    found = decode(data, file=file, payload_type=PAYLOAD_TYPE, most=_MOST_SIGNATURES)
    signatures = tuple((each.keyid, each.armor) for each in found.signatures)
    keys = [key for key, _ in signatures]
    if keys != sorted(set(keys)):
        _refuse(f"{file}: signatures are repeated or not in the order of their keys", "root-form")
    return RootFile(found.payload, signatures)


def write_payload(root: Root) -> bytes:
    """Return the bytes to sign for a version; its `digest` is not part of them."""
    return canonical(
        {
            "schema": SCHEMA,
            "version": root.version,
            "previous": root.previous,
            "ledger_id": root.ledger_id,
            "repository": {"id": root.repository_id, "names": list(root.repository_names)},
            "people": [_person_fields(person) for person in root.people],
            "threshold": root.threshold,
            "limits": {
                limit.severity.word: {"longest": limit.longest, "assurance": limit.assurance.value}
                for limit in root.limits
            },
            "grace_days": root.grace_days,
            "expires": time_text(root.expires),
        }
    )


def time_text(at: datetime) -> str:
    """Return a time as root files spell it: UTC, to the second."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def read_payload(payload: bytes, *, file: str) -> Root:
    """Read the payload of a root file and check all that must hold within one version.

    Raises:
        IntegrityError: a field is unknown, missing or odd; two people share a key or an
            account; automation has a role; the threshold is below two or cannot be reached.
    """
    where = f"{file}: payload"
    names = (
        *("schema", "version", "previous", "ledger_id", "repository", "people"),
        *("threshold", "limits", "grace_days", "expires"),
    )
    fields = _fields(read_canonical(payload, file=where, largest=LARGEST), names, where)
    if fields["schema"] != SCHEMA:
        _refuse(f"{where}: `schema` is not `{SCHEMA}`", "root-form")
    repository = _fields(fields["repository"], ("id", "names"), f"{where}.repository")
    version = _number(fields["version"], f"{where}.version", range(1, 100_000))
    root = Root(
        version=version,
        previous=(
            _text(fields["previous"], f"{where}.previous", _DIGEST)
            if version > 1
            else _text(fields["previous"], f"{where}.previous", regex(""))
        ),
        digest=hashlib.sha256(payload).hexdigest(),
        ledger_id=_text(fields["ledger_id"], f"{where}.ledger_id", _HEX_32),
        repository_id=_text(repository["id"], f"{where}.repository.id", _REPOSITORY_ID),
        repository_names=tuple(
            _text(name, f"{where}.repository.names", _REPOSITORY_NAME)
            for name in _items(repository["names"], f"{where}.repository.names", 100)
        ),
        people=tuple(
            _person(item, f"{where}.people[{number}]")
            for number, item in enumerate(_items(fields["people"], f"{where}.people", 5000))
        ),
        threshold=_number(
            fields["threshold"], f"{where}.threshold", range(2, 5001), "registry-threshold"
        ),
        limits=_limits(fields["limits"], f"{where}.limits"),
        grace_days=_number(fields["grace_days"], f"{where}.grace_days", range(366)),
        expires=_time(fields["expires"], f"{where}.expires"),
    )
    check_root(root, file=file)
    return root


def check_root(root: Root, *, file: str) -> None:
    """Check what must hold among the people of one version.

    Raises:
        IntegrityError: see `read_payload`.
    """
    ids = [person.id for person in root.people]
    if ids != sorted(set(ids)):
        _refuse(f"{file}: people are repeated or not in the order of their ids", "registry-person")
    _require_distinct(root, file)
    humans = {person.id for person in root.people if person.kind is PersonKind.HUMAN}
    for person in root.people:
        if person.kind is PersonKind.AUTOMATION and person.roles:
            _refuse(
                f"{file}: `{person.id}` is automation and has a role",
                "registry-automation-role",
                "only humans answer for something; give automation no roles",
            )
        if person.kind is PersonKind.AUTOMATION and person.answers not in humans:
            _refuse(f"{file}: no human answers for `{person.id}`", "registry-person")
        if person.kind is PersonKind.HUMAN and person.answers:
            _refuse(f"{file}: the human `{person.id}` has `answers`", "registry-person")
        lost = [role for role, _ in person.former]
        if len(set(lost)) != len(lost) or set(lost) & set(person.roles):
            _refuse(f"{file}: the former roles of `{person.id}` are odd", "registry-person")
    if not reaches(root, ids):
        _refuse(
            f"{file}: the threshold {root.threshold} cannot be reached",
            "registry-threshold",
            "it needs as many owners and security people with an active key, among them an owner"
            " and, as somebody else, a security person",
        )


def counting(root: Root) -> tuple[Person, ...]:
    """Return the people whose signatures count towards a version, by what this one says.

    They are humans who are here, have an active key, and are owners or security people.
    """
    return tuple(
        person
        for person in root.people
        if person.kind is PersonKind.HUMAN
        and person.left is None
        and {Role.OWNER, Role.SECURITY} & set(person.roles)
        and any(key.state is KeyState.ACTIVE for key in person.keys)
    )


def reaches(root: Root, ids: Collection[str]) -> bool:
    """Tell whether these people are enough to decide, by what this version says.

    Besides the number, an owner and, as somebody else, a security person must be among them.
    """
    present = [person for person in counting(root) if person.id in ids]
    owners = {person.id for person in present if Role.OWNER in person.roles}
    security = {person.id for person in present if Role.SECURITY in person.roles}
    is_joint = bool(owners) and bool(security) and len(owners | security) > 1
    return is_joint and len(present) >= max(root.threshold, 2)


def _require_distinct(root: Root, file: str) -> None:
    keys: dict[bytes, str] = {}
    accounts: dict[tuple[str, int], str] = {}
    for person in root.people:
        for key in person.keys:
            other = keys.setdefault(base64.b64decode(key.blob), person.id)
            if other != person.id or sum(k.blob == key.blob for k in person.keys) > 1:
                _refuse(
                    f"{file}: the key {key.fingerprint} is given twice, to `{other}` and to"
                    f" `{person.id}`",
                    "registry-shared-key",
                    "a key belongs to exactly one person",
                )
        for account in person.platform_ids:
            other = accounts.setdefault(account, person.id)
            if other != person.id:
                _refuse(
                    f"{file}: `{other}` and `{person.id}` share the account {account[1]} on"
                    f" `{account[0]}`",
                    "registry-shared-account",
                    "an account belongs to exactly one person",
                )


def _person_fields(person: Person) -> Json:
    return {
        "id": person.id,
        "name": person.name,
        "kind": person.kind.value,
        "roles": [role.value for role in person.roles],
        "keys": [
            {"type": key.type, "blob": key.blob, "state": key.state.value} for key in person.keys
        ],
        "platform_ids": dict(person.platform_ids),
        "left": time_text(person.left) if person.left else None,
        "answers": person.answers,
        "former": {role.value: time_text(since) for role, since in person.former},
    }


def _person(value: Json, where: str) -> Person:
    names = (*("id", "name", "kind", "roles", "keys", "platform_ids", "left", "answers", "former"),)
    fields = _fields(value, names, where)
    roles = tuple(
        _choice(item, f"{where}.roles", Role) for item in _items(fields["roles"], f"{where}.roles")
    )
    if list(roles) != sorted(set(roles)):
        _refuse(f"{where}.roles: repeated or not in order", "root-form")
    answers = fields["answers"]
    left = fields["left"]
    return Person(
        id=person_id(fields["id"], where=f"{where}.id"),
        name=_name(fields["name"], f"{where}.name"),
        kind=_choice(fields["kind"], f"{where}.kind", PersonKind),
        roles=roles,
        keys=tuple(
            _key(item, f"{where}.keys[{number}]")
            for number, item in enumerate(_items(fields["keys"], f"{where}.keys"))
        ),
        platform_ids=tuple(
            (
                _text(platform, f"{where}.platform_ids", _PLATFORM),
                _number(number, f"{where}.platform_ids.{platform}", range(1, 10**15)),
            )
            for platform, number in _mapping(fields["platform_ids"], f"{where}.platform_ids")
        ),
        left=None if left is None else _time(left, f"{where}.left"),
        answers="" if answers == "" else person_id(answers, where=f"{where}.answers"),
        former=tuple(
            (_choice(role, f"{where}.former", Role), _time(since, f"{where}.former"))
            for role, since in _mapping(fields["former"], f"{where}.former")
        ),
    )


def person_id(value: Json, *, where: str) -> str:
    """Return an id of a person if it is a plain one.

    Raises:
        IntegrityError: it could be a pattern, a path, several, or look like another.
    """
    if not isinstance(value, str) or not _PERSON_ID.fullmatch(value):
        _refuse(
            f"{where}: {_shown(value)} cannot be an id of a person",
            "registry-person-id",
            "use up to 64 of `a-z`, `0-9`, `.`, `_` and `-`, starting with a letter or a digit",
        )
    return value


def _key(value: Json, where: str) -> Key:
    fields = _fields(value, ("type", "blob", "state"), where)
    kind = _text(fields["type"], f"{where}.type", _KEY_TYPE)
    blob = _text(fields["blob"], f"{where}.blob", _BLOB)
    state = _choice(fields["state"], f"{where}.state", KeyState)
    try:
        key = parse_public_key(f"{kind} {blob}")
    except AigateError as error:
        raise IntegrityError(
            f"{where}: {error.message}", hint=error.hint, code=error.code
        ) from error
    return replace(key, state=state)


def _limits(value: Json, where: str) -> tuple[AcceptanceLimit, ...]:
    fields = _fields(value, tuple(severity.word for severity in Severity), where)
    limits = []
    for severity in sorted(Severity, reverse=True):
        part = _fields(fields[severity.word], ("longest", "assurance"), f"{where}.{severity.word}")
        limits.append(
            AcceptanceLimit(
                severity=severity,
                longest=_number(
                    part["longest"], f"{where}.{severity.word}.longest", range(1, LONGEST_DAYS + 1)
                ),
                assurance=_choice(
                    part["assurance"], f"{where}.{severity.word}.assurance", Assurance
                ),
            )
        )
    return tuple(limits)


def _fields(value: Json, names: tuple[str, ...], where: str) -> Mapping[str, Json]:
    if not isinstance(value, dict):
        _refuse(f"{where}: expected an object", "root-form")
    for name in value:
        if name not in names:
            _refuse(f"{where}: unknown field {_shown(name)}", "root-form")
    for name in names:
        if name not in value:
            _refuse(f"{where}: the field `{name}` is missing", "root-form")
    return value


def _items(value: Json, where: str, most: int = 100) -> list[Json]:
    if not isinstance(value, list):
        _refuse(f"{where}: expected a list", "root-form")
    if len(value) > most:
        _refuse(f"{where}: more than {most}", "root-form")
    return value


def _mapping(value: Json, where: str) -> list[tuple[str, Json]]:
    if not isinstance(value, dict) or len(value) > 100:
        _refuse(f"{where}: expected an object of at most 100 fields", "root-form")
    return list(value.items())


def _text(value: Json, where: str, pattern: re.Pattern[str]) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        _refuse(f"{where}: {_shown(value)} is not of the expected form", "root-form")
    return value


def _name(value: Json, where: str) -> str:
    is_odd = not isinstance(value, str) or not 1 <= len(value) <= 100 or plain(value) != value
    if is_odd or not isinstance(value, str) or value != value.strip():
        _refuse(f"{where}: {_shown(value)} cannot be shown as a name", "registry-person")
    return value


def _number(value: Json, where: str, allowed: range, code: str = "root-form") -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value not in allowed:
        _refuse(
            f"{where}: {_shown(value)} is no whole number from {allowed[0]} to {allowed[-1]}", code
        )
    return value


def _choice(value: Json, where: str, choices: type[_Choice]) -> _Choice:
    found = next((choice for choice in choices if choice.value == value), None)
    if found is None:
        _refuse(f"{where}: {_shown(value)} is not one of the choices", "root-form")
    return found


def _time(value: Json, where: str) -> datetime:
    text = _text(value, where, _TIME)
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        _refuse(f"{where}: {_shown(value)} is no date", "root-form")


def _shown(value: Json) -> str:
    return f"`{line(value, 40)}`" if isinstance(value, str) else f"`{line(json.dumps(value), 40)}`"


def _refuse(message: str, code: str, hint: str = "") -> NoReturn:
    raise IntegrityError(message, hint=hint, code=code)
