"""Writes the corpus of registries: `python tests/corpus/registry/generate.py`.

Each folder holds root files under `head/`, perhaps those of the reference under `reference/`,
and `expected.json`: the pin, the time, the exit code and the reason code. Every file of a
failing case is signed by everybody, so that it fails for the reason that it is there for.
The keys are made from their names and protect nothing.
"""

from __future__ import annotations

import base64
import copy
import functools
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from aigate.domain.accountability import Key
from aigate.ledger.dsse import canonical
from aigate.ledger.keys import parse_public_key
from aigate.ledger.roots import RootFile, signed_bytes, write_root_file
from aigate.ledger.sshsig import NAMESPACE, armored
from aigate.ledger.wire import string

HERE = Path(__file__).parent
AT = "2026-06-01T00:00:00Z"
LEDGER = "0123456789abcdef" * 2

Payload = dict[str, object]
Files = dict[str, bytes]


@dataclass(frozen=True)
class Case:
    """A registry, and what must come of reading it."""

    case: str
    head: Files
    reason: str = ""
    reference: Files | None = None
    pin: str = ""
    at: str = AT
    versions: int = field(default=0)


@functools.cache
def private(name: str) -> Ed25519PrivateKey:
    """Return the private key that belongs to a name."""
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"corpus " + name.encode()).digest())


@functools.cache
def blob(name: str) -> bytes:
    """Return the public key of a name as SSH writes it."""
    raw = private(name).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return string(b"ssh-ed25519") + string(raw)


@functools.cache
def public(name: str) -> Key:
    """Return the public key of a name."""
    return parse_public_key(f"ssh-ed25519 {base64.b64encode(blob(name)).decode('ascii')}")


def signature(message: bytes, name: str, namespace: bytes = NAMESPACE) -> bytes:
    """Return an SSH signature by the key of a name."""
    digest = hashlib.sha512(message).digest()
    parts = b"".join(map(string, (namespace, b"", b"sha512", digest)))
    made = string(b"ssh-ed25519") + string(private(name).sign(b"SSHSIG" + parts))
    fields = b"".join(map(string, (blob(name), namespace, b"", b"sha512", made)))
    return armored(b"SSHSIG" + (1).to_bytes(4, "big") + fields)


def signed(payload: Payload | bytes, names: Iterable[str], message: bytes | None = None) -> bytes:
    """Return a root file with this payload, signed by the keys of these names."""
    data = payload if isinstance(payload, bytes) else canonical(payload)
    over = signed_bytes(data) if message is None else message
    found = tuple((public(name).fingerprint, signature(over, name)) for name in names)
    return write_root_file(RootFile(data, found))


def person(person_id: str, *roles: str, keys: Iterable[str] = (), **changes: object) -> Payload:
    """Return a person as a payload holds one; the key is that of the same name."""
    listed = [key_fields(name) for name in keys or [person_id]]
    fields: Payload = {
        "id": person_id,
        "name": person_id.title() or "x",
        "kind": "human",
        "roles": sorted(roles),
        "keys": listed,
        "platform_ids": {},
        "left": None,
        "answers": "",
        "former": {},
    }
    return fields | changes


def key_fields(name: str, state: str = "active") -> Payload:
    """Return a key as a payload holds one."""
    key = public(name)
    return {"type": key.type, "blob": key.blob, "state": state}


def first(*people: Payload, **changes: object) -> Payload:
    """Return the payload of a first version: two people, or these."""
    usual = (person("ada", "owner", "developer"), person("grace", "owner", "security"))
    fields: Payload = {
        "schema": "aigate-root/1",
        "version": 1,
        "previous": "",
        "ledger_id": LEDGER,
        "repository": {"id": "github:1", "names": ["example/project"]},
        "people": list(people or usual),
        "threshold": 2,
        "limits": {
            "critical": {"longest": 30, "assurance": "signed-touch"},
            "high": {"longest": 90, "assurance": "signed"},
            "medium": {"longest": 180, "assurance": "platform-review"},
            "low": {"longest": 365, "assurance": "note"},
        },
        "grace_days": 30,
        "expires": "2027-01-01T00:00:00Z",
    }
    return fields | changes


def following(before: Payload, **changes: object) -> Payload:
    """Return the payload of the version after this one."""
    number = int(str(before["version"])) + 1
    named = {"version": number, "previous": digest(before)}
    return copy.deepcopy(before) | named | changes


def digest(payload: Payload) -> str:
    """Return the digest that the next version names and that is pinned."""
    return hashlib.sha256(canonical(payload)).hexdigest()


def path(number: object) -> str:
    """Return the path of a version."""
    return f".aigate/trust/{number}.root.json"


BOTH = ("ada", "grace")
ALL = ("ada", "grace", "linus", "robot")
LINUS = person("linus", "developer")
ROBOT = person("robot", kind="automation", answers="ada")


def one(payload: Payload, names: Iterable[str] = BOTH) -> Files:
    """Return a chain of one version."""
    return {path(1): signed(payload, names)}


def two(second: Payload, names: Iterable[str] = BOTH, base: Payload | None = None) -> Files:
    """Return a chain of two versions."""
    return one(base or first()) | {path(2): signed(second, names)}


def people(*changed: Payload) -> list[Payload]:
    """Return the two people with others in their place or beside them."""
    usual = {
        str(p["id"]): p
        for p in (person("ada", "owner", "developer"), person("grace", "owner", "security"))
    }
    usual |= {str(p["id"]): p for p in changed}
    return [usual[name] for name in sorted(usual)]


def _thresholds() -> dict[str, Case]:
    odd = {
        "zero": 0,
        "negative": -1,
        "null": None,
        "text": "2",
        "one": 1,
        "true": True,
        "list": [2],
        "larger-than-people": 3,
        "huge": 10**12,
    }
    found = {
        f"threshold-{name}_fail": Case("C-126", one(first(threshold=value)), "registry-threshold")
        for name, value in odd.items()
    }
    found["threshold-fraction_fail"] = Case(
        "C-126",
        one_raw(canonical(first()).replace(b'"threshold":2', b'"threshold":2.0')),
        "json-number",
    )
    found["no-people_fail"] = Case("C-126", one(first() | {"people": []}), "registry-threshold")
    found["no-signatures_fail"] = Case("C-126", _without_signatures(), "envelope-signatures")
    return found


def one_raw(data: bytes, names: Iterable[str] = BOTH) -> Files:
    """Return a chain of one version with exactly these bytes as the payload."""
    return {path(1): signed(data, names)}


def _without_signatures() -> Files:
    return {path(1): signed(first(), ())}


def _ids() -> dict[str, Case]:
    odd = {
        "star": "*",
        "list": "a,b",
        "line-end": "a\nb",
        "trailing-line-end": "ada\n",
        "cyrillic": "\u0430da",
        "parent": "../x",
        "long": "a" * 10_000,
        "upper": "Ada",
        "empty": "",
        "dot": ".ada",
        "blank": "a b",
        "fullwidth": "\uff41da",
    }
    return {
        f"id-{name}_fail": Case(
            "C-129",
            one(
                first(
                    *sorted(
                        [
                            person(value, "owner", "developer", keys=["ada"]),
                            person("grace", "owner", "security"),
                        ],
                        key=lambda p: str(p["id"]),
                    )
                )
            ),
            "registry-person-id",
        )
        for name, value in odd.items()
    } | {
        "id-longest_ok": Case(
            "C-129",
            one(first(person("a" * 64, "owner", keys=["ada"]), person("grace", "security"))),
            versions=1,
        )
    }


def _rollback() -> dict[str, Case]:
    v1 = first()
    v2 = following(v1, grace_days=10)
    other = following(v1, grace_days=20)
    v3 = following(v2, grace_days=5)
    chain = two(v2) | {path(3): signed(v3, BOTH)}
    newcomers = [person("mallory", "owner", "developer"), person("trudy", "owner", "security")]
    taken = following(v1, people=[*people(), *newcomers])
    return {
        "chain_ok": Case("C-127", chain, reference=two(v2), versions=3),
        "chain-pinned-at-first_ok": Case("C-127", chain, pin=digest(v1), versions=3),
        "chain-pinned-at-last_ok": Case("C-127", chain, pin=digest(v3), versions=3),
        "older-version_fail": Case("C-127", one(v1), "registry-rollback", reference=two(v2)),
        "older-version-pinned_fail": Case("C-127", one(v1), "registry-pin", pin=digest(v2)),
        "all-removed_fail": Case("C-127", {}, "registry-rollback", reference=two(v2)),
        "gap_fail": Case(
            "C-127", {path(1): signed(v1, BOTH), path(3): signed(v3, BOTH)}, "registry-gap"
        ),
        "starts-at-two_fail": Case("C-127", {path(2): signed(v2, BOTH)}, "registry-gap"),
        "other-bytes_fail": Case("C-127", two(other), "registry-fork", reference=two(v2)),
        "other-signatures_fail": Case(
            "C-127",
            two(following(v1, people=people(LINUS)), [*BOTH, "linus"]),
            "registry-fork",
            reference=two(v2),
        ),
        "signed-by-new-people-only_fail": Case(
            "C-127", two(taken, ["mallory", "trudy"]), "registry-signatures"
        ),
        "signed-by-one-old-person_fail": Case(
            "C-127", two(taken, ["mallory", "trudy", "ada"]), "registry-signatures"
        ),
        "signed-by-all_ok": Case(
            "C-127", two(taken, ["ada", "grace", "mallory", "trudy"]), versions=2
        ),
        "previous-of-another_fail": Case(
            "C-127", two(following(v1, previous=digest(v2))), "registry-previous"
        ),
        "version-in-another-file_fail": Case(
            "C-127", one(v1) | {path(2): signed(v1, BOTH)}, "registry-version"
        ),
        "other-ledger_fail": Case(
            "C-127", two(following(v1, ledger_id="f" * 32)), "registry-ledger"
        ),
        "leading-zero_fail": Case(
            "C-127", one(v1) | {path("01"): signed(v1, BOTH)}, "registry-file-name"
        ),
        "upper-case-name_fail": Case(
            "C-127",
            one(v1) | {".aigate/trust/2.ROOT.json": signed(v2, BOTH)},
            "registry-file-name",
        ),
        "proposal-counts-for-nothing_ok": Case(
            "C-127", one(v1) | {".aigate/trust/2.root.proposed.json": signed(v2, BOTH)}, versions=1
        ),
        "first-root-unpinned_fail": Case("C-011", one(v1), "bootstrap-required", reference={}),
        "first-root-pinned_ok": Case("C-011", one(v1), reference={}, pin=digest(v1), versions=1),
        "first-root-other-pin_fail": Case(
            "C-011", one(v1), "bootstrap-required", reference={}, pin=digest(v2)
        ),
    }


def _roles() -> dict[str, Case]:
    v1 = first(*people(LINUS, ROBOT))
    renewed = following(v1, grace_days=1)
    granted = following(v1, people=people(person("linus", "developer", "security"), ROBOT))
    twice = first(*people(person("ada", "owner", "security", keys=["ada", "ada-2"])))
    twice_signed = following(twice, grace_days=1)
    gone = following(
        first(),
        people=[
            person("ada", "owner", "developer"),
            person("grace", "owner", former={"security": AT}),
            person("linus", "security"),
        ],
    )
    no_record = following(first(*people(LINUS)), people=people(person("linus")))
    return {
        "role-granted-by-itself_fail": Case(
            "C-119",
            one(v1, ALL) | {path(2): signed(granted, ["linus"])},
            "registry-signatures",
            reference=one(v1, ALL),
        ),
        "role-granted-by-both_ok": Case(
            "C-119",
            one(v1, ALL) | {path(2): signed(granted, BOTH)},
            reference=one(v1, ALL),
            versions=2,
        ),
        "security-handed-over_ok": Case("C-118", two(gone, [*BOTH, "linus"]), versions=2),
        "role-lost-without-a-date_fail": Case(
            "C-118",
            one(first(*people(LINUS)), [*BOTH, "linus"]) | {path(2): signed(no_record, BOTH)},
            "registry-person-changed",
        ),
        "automation_ok": Case("C-128", one(v1, ALL), versions=1),
        "automation-with-role_fail": Case(
            "C-128",
            one(first(*people(ROBOT | {"roles": ["security"]})), [*BOTH, "robot"]),
            "registry-automation-role",
        ),
        "automation-instead-of-a-human_fail": Case(
            "C-128",
            one(v1, ALL) | {path(2): signed(renewed, ["ada", "robot"])},
            "registry-signatures",
        ),
        "automation-of-nobody_fail": Case(
            "C-128",
            one(first(*people(ROBOT | {"answers": "nobody"})), [*BOTH, "robot"]),
            "registry-person",
        ),
        "automation-becomes-human_fail": Case(
            "C-128",
            one(v1, ALL)
            | {
                path(2): signed(
                    following(
                        v1,
                        people=people(
                            LINUS, ROBOT | {"kind": "human", "answers": "", "roles": ["security"]}
                        ),
                    ),
                    BOTH,
                )
            },
            "registry-person-changed",
        ),
        "two-who-count_ok": Case(
            "C-126", one(v1, ALL) | {path(2): signed(renewed, BOTH)}, versions=2
        ),
        "same-person-twice_fail": Case(
            "C-114",
            one(twice, ["ada", "ada-2", "grace"])
            | {path(2): signed(twice_signed, ["ada", "ada-2"])},
            "registry-signatures",
        ),
        "developer-does-not-count_fail": Case(
            "C-126",
            one(v1, ALL) | {path(2): signed(renewed, ["ada", "linus"])},
            "registry-signatures",
        ),
        "one-person-in-both-seats_fail": Case(
            "C-114",
            one(first(person("ada", "owner", "security"), person("grace", "developer"))),
            "registry-threshold",
        ),
    }


def _keys() -> dict[str, Case]:
    v1 = first()
    rotated = people(
        person("ada", "owner", "developer")
        | {"keys": [key_fields("ada", "retired"), key_fields("ada-2")]}
    )
    v2 = following(v1, people=rotated)
    base = two(v2, [*BOTH, "ada-2"])
    compromised = people(
        person("ada", "owner", "developer")
        | {"keys": [key_fields("ada", "compromised"), key_fields("ada-2")]}
    )
    revived = following(
        v2,
        people=people(
            person("ada", "owner", "developer") | {"keys": [key_fields("ada"), key_fields("ada-2")]}
        ),
    )
    without = following(v2, people=people(person("ada", "owner", "developer", keys=["ada-2"])))
    later = following(v2, grace_days=1)
    certificate = first()
    shared = first(*people(person("linus", "developer", keys=["grace"])))
    account = {"platform_ids": {"github": 7}}
    return {
        "key-rotated_ok": Case("C-117", base, versions=2),
        "key-rotated-without-proof_fail": Case("C-117", two(v2), "registry-signatures"),
        "retired-key-signs_fail": Case(
            "C-117", base | {path(3): signed(later, BOTH)}, "registry-signer"
        ),
        "retired-key-replaced_ok": Case(
            "C-117", base | {path(3): signed(later, ["ada-2", "grace"])}, versions=3
        ),
        "key-compromised_ok": Case(
            "C-117", two(following(v1, people=compromised), [*BOTH, "ada-2"]), versions=2
        ),
        "key-revived_fail": Case(
            "C-117", base | {path(3): signed(revived, ["ada-2", "grace"])}, "registry-key-revived"
        ),
        "key-removed_fail": Case(
            "C-117", base | {path(3): signed(without, ["ada-2", "grace"])}, "registry-key-removed"
        ),
        "person-removed_fail": Case(
            "C-118",
            one(first(*people(LINUS)), [*BOTH, "linus"])
            | {path(2): signed(following(first(*people(LINUS)), people=people()), BOTH)},
            "registry-person-removed",
        ),
        "key-shared_fail": Case("C-129", one(shared), "registry-shared-key"),
        "account-shared_fail": Case(
            "C-129",
            one(
                first(*people(LINUS | account, person("grace", "owner", "security") | account)),
                [*BOTH, "linus"],
            ),
            "registry-shared-account",
        ),
        "certificate_fail": Case(
            "C-125",
            one(_with_type(certificate, "ssh-ed25519-cert-v01@openssh.com")),
            "key-certificate",
        ),
        "unknown-key-type_fail": Case("C-125", one(_with_type(v1, "ssh-dss")), "key-type"),
        "newcomer-without-proof_fail": Case(
            "C-129", one(first(*people(LINUS))), "registry-signatures"
        ),
        "stranger-signs_fail": Case("C-127", one(v1, [*BOTH, "mallory"]), "registry-signer"),
        "signed-as-statement_fail": Case(
            "C-124", {path(1): signed(v1, BOTH, message=_statement_bytes(v1))}, "registry-signature"
        ),
        "signed-for-git_fail": Case("C-124", {path(1): _signed_for_git(v1)}, "registry-signature"),
        "signature-swapped_fail": Case("C-124", {path(1): _swapped(v1)}, "registry-signature"),
    }


def _with_type(payload: Payload, kind: str) -> Payload:
    changed = copy.deepcopy(payload)
    people_: list[dict[str, list[Payload]]] = changed["people"]  # type: ignore[assignment] - our own form
    people_[0]["keys"][0]["type"] = kind
    return changed


def _statement_bytes(payload: Payload) -> bytes:
    data = canonical(payload)
    kind = b"application/vnd.in-toto+json"
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(data), data)


def _signed_for_git(payload: Payload) -> bytes:
    data = canonical(payload)
    return write_root_file(
        RootFile(
            data,
            tuple(
                (public(name).fingerprint, signature(signed_bytes(data), name, b"git"))
                for name in BOTH
            ),
        )
    )


def _swapped(payload: Payload) -> bytes:
    data = canonical(payload)
    pairs = zip(BOTH, reversed(BOTH), strict=True)
    return write_root_file(
        RootFile(
            data,
            tuple(
                (public(name).fingerprint, signature(signed_bytes(data), other))
                for name, other in pairs
            ),
        )
    )


def _forms() -> dict[str, Case]:
    v1 = first()
    good = signed(v1, BOTH)
    data = canonical(v1)
    spaced = json.dumps(v1, sort_keys=True).encode("ascii") + b"\n"
    return {
        "two-people_ok": Case("C-126", one(v1), versions=1),
        "people-out-of-order_fail": Case(
            "C-123",
            one(first(person("grace", "owner", "security"), person("ada", "owner"))),
            "registry-person",
        ),
        "person-twice_fail": Case(
            "C-129",
            one(first(person("ada", "owner"), person("ada", "security", keys=["grace"]))),
            "registry-person",
        ),
        "odd-name_fail": Case(
            "C-129",
            one(first(*people(person("ada", "owner", name="Ada\u202e")))),
            "registry-person",
        ),
        "role-held-and-lost_fail": Case(
            "C-118",
            one(first(*people(person("ada", "owner", former={"owner": AT})))),
            "registry-person",
        ),
        "human-with-answers_fail": Case(
            "C-128", one(first(*people(person("ada", "owner", answers="grace")))), "registry-person"
        ),
        "new-key-retired_fail": Case(
            "C-117",
            one(
                first(
                    *people(
                        person("ada", "owner")
                        | {"keys": [key_fields("ada"), key_fields("ada-2", "retired")]}
                    )
                )
            ),
            "registry-key-state",
        ),
        "all-left_fail": Case(
            "C-118", one(first(*people(person("ada", "owner", left=AT)))), "registry-threshold"
        ),
        "back-dated-leaving_fail": Case(
            "C-118",
            one(first(*people(LINUS | {"left": AT})), [*BOTH, "linus"])
            | {
                path(2): signed(
                    following(
                        first(*people(LINUS | {"left": AT})),
                        people=people(LINUS | {"left": "2026-01-01T00:00:00Z"}),
                    ),
                    BOTH,
                )
            },
            "registry-person-changed",
        ),
        "expired_fail": Case("C-127", one(v1), "registry-expired", at="2027-01-01T00:00:00Z"),
        "last-second_ok": Case("C-127", one(v1), at="2026-12-31T23:59:59Z", versions=1),
        "unknown-field_fail": Case("C-126", one(v1 | {"admins": []}), "root-form"),
        "unknown-person-field_fail": Case(
            "C-126",
            one(first(*people(person("ada", "owner", "developer", sudo=True)))),
            "root-form",
        ),
        "missing-field_fail": Case(
            "C-126", one({k: v for k, v in v1.items() if k != "limits"}), "root-form"
        ),
        "spaced_fail": Case("C-123", one_raw(spaced), "json-canonical"),
        "repeated-field_fail": Case(
            "C-123",
            one_raw(data.replace(b'"threshold":2', b'"threshold":2,"threshold":2')),
            "json-repeated-key",
        ),
        "edited-byte_fail": Case(
            "C-110",
            {
                path(1): good.replace(
                    base64.b64encode(data),
                    base64.b64encode(data.replace(b'"grace_days":30', b'"grace_days":31')),
                )
            },
            "registry-signature",
        ),
        "cut_fail": Case("C-110", {path(1): good[:-20]}, "json-syntax"),
        "empty_fail": Case("C-110", {path(1): b""}, "json-syntax"),
        "nested_fail": Case("C-135", {path(1): b"[" * 10_000}, "json-deep"),
        "limit-too-long_fail": Case(
            "C-116",
            one(
                first(
                    limits=dict.fromkeys(  # type: ignore[arg-type] - any value is the point
                        ("critical", "high", "low", "medium"),
                        {"longest": 5000, "assurance": "note"},
                    )
                )
            ),
            "root-form",
        ),
    }


def cases() -> Mapping[str, Case]:
    """Return every case by the name of its folder."""
    parts: tuple[Callable[[], dict[str, Case]], ...] = (
        _thresholds,
        _ids,
        _rollback,
        _roles,
        _keys,
        _forms,
    )
    return {name: case for part in parts for name, case in part().items()}


def written(case: Case) -> Files:
    """Return the files of a case, by their path in its folder."""
    expected = {
        "case": case.case,
        "pin": case.pin,
        "at": case.at,
        "exit_code": 4 if case.reason else 0,
        "reason_code": case.reason,
        "versions": case.versions,
        "has_reference": case.reference is not None,
    }
    found = {"expected.json": (json.dumps(expected, indent=2) + "\n").encode("ascii")}
    for side, files in (("head", case.head), ("reference", case.reference or {})):
        found |= {f"{side}/{Path(name).name}": data for name, data in files.items()}
    return found


def main() -> None:
    """Write all cases."""
    for name, case in cases().items():
        for file, data in written(case).items():
            place = HERE / name / file
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)


if __name__ == "__main__":
    main()
