"""Writes `tests/corpus/ledger`: records that must verify, and records that must not.

Run it as `python tests/ledger/make_corpus.py` when the format changes. Keys are made anew
each time and thrown away; only what they signed is kept.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding
from cryptography.hazmat.primitives.serialization import load_ssh_private_key

from aigate.domain.accountability import Binding, Role, StatementKind, Terms
from aigate.domain.severity import Severity
from aigate.ledger import dsse, statements, store
from aigate.ledger.sshsig import armored
from aigate.ledger.wire import Wire, string

TARGET = Path(__file__).parents[1] / "corpus" / "ledger"

_spec = importlib.util.spec_from_file_location(
    "keys_of_tests", Path(__file__).with_name("conftest.py")
)
_tests = importlib.util.module_from_spec(_spec)
# Dataclasses look their module up by name.
__import__("sys").modules["keys_of_tests"] = _tests
_spec.loader.exec_module(_tests)

BINDING = Binding(
    fingerprint="0123456789abcdef" * 2,
    rule="python-sql-injection",
    rule_digest="1" * 64,
    severity=Severity.HIGH,
    path="shop/search.py",
    match="2" * 64,
    context="3" * 64,
    scope="search",
)
TERMS = statements.with_raw(
    Terms(
        kind=StatementKind.ACCEPT,
        ledger_id="5e1f0c6a9d5b4e3f8a7b6c5d4e3f2a1b",
        repository_id="github:1234567",
        branch="main",
        bindings=(BINDING,),
        reason_code="compensating-control",
        reason="only staff can reach this page",
        control="behind the company's proxy",
        developer="dana",
        security="sam",
        expires_at=datetime(2027, 3, 1, tzinfo=UTC),
        policy_digest="4" * 64,
        registry_version=1,
        registry_digest="5" * 64,
    )
)
SAYING = statements.Saying(
    as_role=Role.DEVELOPER,
    person="dana",
    parents=(),
    nonce="00112233445566778899aabbccddeeff",
    claimed_at=datetime(2026, 11, 22, 12, 0, tzinfo=UTC),
)
PAYLOAD = statements.encode(TERMS, SAYING)
AS_SECURITY = replace(SAYING, as_role=Role.SECURITY, person="sam", nonce="f" * 32)

Case = tuple[str, str, list[bytes]]
Sign = Callable[[bytes], bytes]


def entry(payload: bytes, armor: bytes, keyid: str = "") -> bytes:
    return dsse.encode(payload, (dsse.Signature(keyid, armor),))


def signed(payload: bytes, sign: Sign) -> bytes:
    return entry(payload, sign(dsse.pae(payload)))


def good(keys: dict[str, object]) -> Iterator[Case]:
    for name in ("ed25519", "ecdsa256", "ecdsa384", "ecdsa521", "rsa3072"):
        yield f"key-{name}", "", [signed(PAYLOAD, keys[name].sign)]
    for name in ("sk-ed25519", "sk-ecdsa"):
        key = keys[name]
        yield f"key-{name}-touched", "", [signed(PAYLOAD, key.sign)]
        yield (
            f"key-{name}-untouched",
            "",
            [signed(PAYLOAD, lambda message, key=key: key.sign(message, flags=0))],
        )
    sign = keys["ed25519"].sign
    two = [
        signed(PAYLOAD, sign),
        signed(statements.encode(TERMS, AS_SECURITY), keys["ecdsa256"].sign),
    ]
    yield "two-people-same-terms", "", two
    ended = statements.with_raw(
        replace(TERMS, kind=StatementKind.WITHDRAW, supersedes=(TERMS.digest,), expires_at=None)
    )
    yield "withdrawal", "", [two[0], signed(statements.encode(ended, SAYING), sign)]
    listed = tuple(replace(BINDING, fingerprint=f"{number:032x}") for number in range(20))
    baseline = statements.with_raw(replace(TERMS, kind=StatementKind.BASELINE, bindings=listed))
    yield "baseline", "", [signed(statements.encode(baseline, SAYING), sign)]
    odd_hint = entry(PAYLOAD, sign(dsse.pae(PAYLOAD)), keyid="SHA256:somebody-else")
    yield "keyid-is-only-a-hint", "", [odd_hint]


def other_bytes(sign: Sign) -> Iterator[Case]:
    value = json.loads(PAYLOAD)
    spaced = json.dumps(value, sort_keys=True).encode() + b"\n"
    armor = sign(dsse.pae(PAYLOAD))
    yield "C-123-respaced-after-signing", "signature-invalid", [entry(spaced, armor)]
    yield "C-123-line-end-added", "signature-invalid", [entry(PAYLOAD + b"\n", armor)]
    yield "C-123-signed-with-spaces", "json-canonical", [signed(spaced, sign)]
    reordered = json.dumps(dict(reversed(value.items())), separators=(",", ":")).encode() + b"\n"
    yield "C-123-signed-in-other-order", "json-canonical", [signed(reordered, sign)]
    twice = PAYLOAD.replace(b'"as":', b'"as":"security","as":')
    yield "C-123-signed-repeated-key", "json-repeated-key", [signed(twice, sign)]
    fraction = PAYLOAD.replace(b'"count":1', b'"count":1.0')
    yield "C-123-signed-fraction", "json-number", [signed(fraction, sign)]
    more = dsse.canonical(value | {"more": 1})
    yield "C-123-signed-unknown-field", "statement-fields", [signed(more, sign)]


def other_purpose(key: object, folder: Path) -> Iterator[Case]:
    for namespace in ("git", "file"):
        armor = key.sign(dsse.pae(PAYLOAD), namespace=namespace)
        yield f"C-124-namespace-{namespace}", "signature-namespace", [entry(PAYLOAD, armor)]
    yield "C-124-without-encoding", "signature-invalid", [entry(PAYLOAD, key.sign(PAYLOAD))]
    other = dsse.pae(PAYLOAD, payload_type="text/plain")
    yield "C-124-other-payload-type", "signature-invalid", [entry(PAYLOAD, key.sign(other))]
    git = ["git", "-C", str(folder), "-c", "user.name=Dana", "-c", "user.email=dana@example.org",
           "-c", "gpg.format=ssh", "-c", f"user.signingKey={key.path}"]  # fmt: skip
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    subprocess.run(
        [*git, "commit", "-q", "-S", "--allow-empty", "-F", "-"], input=PAYLOAD, check=True
    )
    raw = subprocess.run(
        [*git, "cat-file", "commit", "HEAD"], capture_output=True, check=True
    ).stdout
    header, _, _ = raw.partition(b"\n\n")
    lines = header.split(b"gpgsig ")[1].split(b"\n ")
    armor = b"\n".join(lines).rstrip() + b"\n"
    yield "C-124-signature-of-a-commit", "signature-namespace", [entry(PAYLOAD, armor)]


def container(key: object, keys: dict[str, object], folder: Path) -> Iterator[Case]:
    armor = key.sign(dsse.pae(PAYLOAD))
    wire = Wire(base64.b64decode(b"".join(armor.splitlines()[1:-1])), "corpus")
    start, fields = wire.raw(10), [wire.string() for _ in range(5)]

    def packed(start: bytes, fields: list[bytes], after: bytes = b"") -> list[bytes]:
        return [entry(PAYLOAD, armored(start + b"".join(map(string, fields)) + after))]

    yield "C-125-trailing-bytes", "signature-format", packed(start, fields, b"\0")
    yield "C-125-reserved", "signature-reserved", packed(start, [*fields[:2], b"x", *fields[3:]])
    yield "C-125-version-0", "signature-version", packed(b"SSHSIG\0\0\0\0", fields)
    yield "C-125-version-2", "signature-version", packed(b"SSHSIG\0\0\0\2", fields)
    yield "C-125-digest-md5", "signature-hash", packed(start, [*fields[:3], b"md5", fields[4]])
    yield "C-125-unknown-key-type", "key-type", packed(start, [string(b"ssh-x"), *fields[1:]])
    yield "C-125-huge", "signature-size", packed(start, [*fields[:4], bytes(24 * 1024)])
    for name, odd in {
        "two-blocks": armor + armor,
        "text-before": b"hello\n" + armor,
        "text-after": armor + b"hello\n",
        "crlf": armor.replace(b"\n", b"\r\n"),
        "no-line-end": armor[:-1],
    }.items():
        yield f"C-125-{name}", "signature-armor", [entry(PAYLOAD, odd)]
    yield "C-125-rsa-2048", "key-weak", [signed(PAYLOAD, keys["rsa2048"].sign)]
    yield "C-125-rsa-sha1", "signature-algorithm", [sha1(keys["rsa3072"])]
    public = folder / "dana.pub"
    shutil.copy(key.path, folder / "dana")
    public.write_text(key.line)
    authority = str(keys["ecdsa256"].path)
    command = ["ssh-keygen", "-q", "-s", authority, "-I", "x", "-n", "dana", str(public)]
    subprocess.run(command, check=True)
    blob = base64.b64decode((folder / "dana-cert.pub").read_text().split()[1])
    yield "C-125-certificate", "key-certificate", packed(start, [blob, *fields[1:]])
    value = json.loads(entry(PAYLOAD, armor))
    twice = dsse.canonical(value | {"signatures": value["signatures"] * 2})
    yield "C-125-two-signatures", "envelope-signatures", [twice]
    site = _tests.SoftHardwareKey("site", keys["sk-ed25519"].private, b"https://bank.example")
    yield "C-125-key-of-a-web-site", "key-format", [signed(PAYLOAD, site.sign)]
    flags = keys["sk-ed25519"].sign(dsse.pae(PAYLOAD), flags=0)
    wire = Wire(base64.b64decode(b"".join(flags.splitlines()[1:-1])), "corpus")
    start, fields = wire.raw(10), [wire.string() for _ in range(5)]
    fields[4] = fields[4][:-5] + b"\1" + fields[4][-4:]
    yield "C-125-touch-added-afterwards", "signature-invalid", packed(start, fields)


def sha1(key: object) -> bytes:
    message = dsse.pae(PAYLOAD)
    wire = Wire(base64.b64decode(b"".join(key.sign(message).splitlines()[1:-1])), "corpus")
    start, fields = wire.raw(10), [wire.string() for _ in range(5)]
    private = load_ssh_private_key(key.path.read_bytes(), None)
    inner = (b"aigate", b"", b"sha512", hashlib.sha512(message).digest())
    data = b"SSHSIG" + b"".join(map(string, inner))
    fields[4] = string(b"ssh-rsa") + string(private.sign(data, padding.PKCS1v15(), hashes.SHA1()))
    return entry(PAYLOAD, armored(start + b"".join(map(string, fields))))


def write(case: Case, verdict: str, *, rename: str = "") -> None:
    name, code, entries = case
    folder = TARGET / f"{name}_{verdict}"
    for data in entries:
        payload = base64.b64decode(json.loads(data)["payload"])
        digest = rename or hashlib.sha256(payload).hexdigest()
        file = folder / store.path_of(digest)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    expected: dict[str, object] = {"exit": 4 if code else 0, "reason_code": code}
    if not code:
        touched = "-touched" in name
        expected |= {"records": len(entries), "touched": touched}
    (folder / "expected.json").write_text(json.dumps(expected, indent=2, sort_keys=True) + "\n")


def main() -> None:
    shutil.rmtree(TARGET, ignore_errors=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        keys: dict[str, object] = {}
        for key, (kind, bits) in _tests.FILES.items():
            size = ["-b", bits] if bits else []
            command = ["ssh-keygen", "-q", "-t", kind, *size, "-N", "", "-C", key]
            subprocess.run([*command, "-f", str(folder / key)], check=True)
            keys[key] = _tests.FileKey(key, folder / key)
        for key, private in {
            "sk-ed25519": ed25519.Ed25519PrivateKey.generate(),
            "sk-ecdsa": ec.generate_private_key(ec.SECP256R1()),
        }.items():
            keys[key] = _tests.SoftHardwareKey(key, private)
        main_key = keys["ed25519"]
        for case in good(keys):
            write(case, "ok")
        bad = [
            *other_bytes(main_key.sign),
            *other_purpose(main_key, folder / "repository"),
            *container(main_key, keys, folder),
        ]
        for case in bad:
            write(case, "fail")
        record = signed(PAYLOAD, main_key.sign)
        write(("C-112-wrong-name", "ledger-name", [record]), "fail", rename="0" * 64)
        digest = hashlib.sha256(PAYLOAD).hexdigest()
        changed = PAYLOAD.replace(b"2027", b"2037")
        edited = entry(changed, main_key.sign(dsse.pae(PAYLOAD)))
        write(("C-110-edited", "ledger-name", [edited]), "fail", rename=digest)


if __name__ == "__main__":
    main()
