"""Signatures are verified in process, as `ssh-keygen` would or more strictly."""

from __future__ import annotations

import base64
import hashlib
import os
import subprocess
import time
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import load_ssh_private_key

from aigate.errors import IntegrityError, UsageError
from aigate.ledger import keys
from aigate.ledger.sshsig import LARGEST, armored, parse_public_key, verify
from aigate.ledger.wire import Wire, string

MESSAGE = b"what two people agree on\n"
GOOD = ("ed25519", "ecdsa256", "ecdsa384", "ecdsa521", "rsa3072")
HARDWARE = ("sk-ed25519", "sk-ecdsa")


def parts(armor: bytes) -> tuple[bytes, list[bytes]]:
    """Take a signature apart: what comes before its fields, and these."""
    wire = Wire(base64.b64decode(b"".join(armor.splitlines()[1:-1])), "test")
    return wire.raw(10), [wire.string() for _ in range(5)]


def whole(start: bytes, fields: list[bytes]) -> bytes:
    return armored(start + b"".join(map(string, fields)))


def refusal(armor: bytes, message: bytes = MESSAGE) -> str:
    with pytest.raises(IntegrityError) as caught:
        verify(message, armor)
    return caught.value.code


@pytest.mark.parametrize("name", GOOD)
def test_a_signature_by_ssh_keygen_verifies_and_names_its_key(name, file_keys) -> None:
    key = file_keys[name]
    command = ["ssh-keygen", "-lf", str(key.path)]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()

    verified = verify(MESSAGE, key.sign(MESSAGE))

    assert verified.fingerprint == listed[1] == parse_public_key(key.line).fingerprint
    assert verified.key_type == key.line.split()[0]
    assert base64.b64encode(verified.key_blob).decode() == key.line.split()[1]
    assert not verified.touched


@pytest.mark.parametrize("name", HARDWARE)
@pytest.mark.parametrize(("flags", "touched", "user"), [(0, 0, 0), (1, 1, 0), (4, 0, 1), (5, 1, 1)])
def test_flags_of_hardware_keys_are_read(name, flags, touched, user, hardware_keys, oracle) -> None:
    armor = hardware_keys[name].sign(MESSAGE, flags=flags)

    verified = verify(MESSAGE, armor)

    assert (verified.touched, verified.user_verified) == (touched, user)
    assert oracle.accepts(MESSAGE, armor)


@pytest.mark.parametrize("name", HARDWARE)
def test_flags_cannot_be_added_afterwards(name, hardware_keys) -> None:
    start, fields = parts(hardware_keys[name].sign(MESSAGE, flags=0))
    fields[4] = fields[4][:-5] + b"\x01" + fields[4][-4:]

    assert refusal(whole(start, fields)) == "signature-invalid"


@pytest.mark.parametrize("name", [*GOOD, *HARDWARE])
def test_another_message_does_not_verify(name, file_keys, hardware_keys) -> None:
    armor = (file_keys | hardware_keys)[name].sign(MESSAGE)

    assert refusal(armor, MESSAGE + b" ") == "signature-invalid"


@pytest.mark.parametrize("namespace", ["git", "file", "aigat", "aigate ", "AIGATE", "aigate@x"])
def test_a_signature_for_something_else_does_not_count(namespace, file_keys) -> None:
    armor = file_keys["ed25519"].sign(MESSAGE, namespace=namespace)

    assert refusal(armor) == "signature-namespace"


FIELD_CASES = {
    "C-125-version-0": (lambda s, f: (s[:-1] + b"\0", f), "signature-version"),
    "C-125-version-2": (lambda s, f: (s[:-1] + b"\2", f), "signature-version"),
    "C-125-magic": (lambda s, f: (b"SSHSIN" + s[6:], f), "signature-format"),
    "C-125-reserved": (lambda s, f: (s, [*f[:2], b"x", *f[3:]]), "signature-reserved"),
    "C-125-md5": (lambda s, f: (s, [*f[:3], b"md5", f[4]]), "signature-hash"),
    "C-125-sha1": (lambda s, f: (s, [*f[:3], b"sha1", f[4]]), "signature-hash"),
    "C-125-sha384": (lambda s, f: (s, [*f[:3], b"sha384", f[4]]), "signature-hash"),
    "C-125-extra-field": (lambda s, f: (s, [*f, b"x"]), "signature-format"),
    "C-125-field-missing": (lambda s, f: (s, f[:4]), "signature-format"),
    "C-125-trailing-in-signature": (lambda s, f: (s, [*f[:4], f[4] + b"x"]), "signature-encoding"),
    "C-125-trailing-in-key": (lambda s, f: (s, [f[0] + b"x", *f[1:]]), "key-format"),
    "C-125-unknown-key-type": (lambda s, f: (s, [string(b"ssh-x"), *f[1:]]), "key-type"),
    "C-125-dsa": (lambda s, f: (s, [string(b"ssh-dss"), *f[1:]]), "key-type"),
    "C-125-certificate": (
        lambda s, f: (s, [string(b"ssh-ed25519-cert-v01@openssh.com"), *f[1:]]),
        "key-certificate",
    ),
    "C-125-no-key": (lambda s, f: (s, [b"", *f[1:]]), "key-format"),
    "C-125-other-algorithm": (
        lambda s, f: (s, [*f[:4], string(b"ssh-rsa") + f[4][15:]]),
        "signature-algorithm",
    ),
}


@pytest.mark.parametrize(("change", "code"), FIELD_CASES.values(), ids=FIELD_CASES)
def test_odd_fields_are_refused(change, code, file_keys) -> None:
    armor = file_keys["ed25519"].sign(MESSAGE)

    assert refusal(whole(*change(*parts(armor)))) == code


ARMOR_CASES = {
    "C-125-crlf": lambda a: a.replace(b"\n", b"\r\n"),
    "C-125-text-before": lambda a: b"x\n" + a,
    "C-125-text-after": lambda a: a + b"x\n",
    "C-125-two-blocks": lambda a: a + a,
    "C-125-blank-line": lambda a: a.replace(b"\n", b"\n\n", 1),
    "C-125-no-last-line-end": lambda a: a[:-1],
    "C-125-one-long-line": lambda a: a.replace(b"\n", b"").replace(b"-----B", b"-----B"),
    "C-125-blanks-in-base64": lambda a: a.replace(b"AA", b"A A", 1),
    "C-125-other-header": lambda a: a.replace(b"SSH SIGNATURE", b"PGP SIGNATURE"),
    "C-125-nothing": lambda _: b"",
    "C-125-not-ascii": lambda a: a.replace(b"AA", b"\xc3\xa9", 1),
}


@pytest.mark.parametrize("change", ARMOR_CASES.values(), ids=ARMOR_CASES)
def test_only_the_armor_of_ssh_keygen_is_read(change, file_keys) -> None:
    assert refusal(change(file_keys["ed25519"].sign(MESSAGE))) == "signature-armor"


def test_bytes_after_the_end_are_refused(file_keys) -> None:
    start, fields = parts(file_keys["ed25519"].sign(MESSAGE))

    assert refusal(armored(start + b"".join(map(string, fields)) + b"\0")) == "signature-format"


def test_a_huge_signature_is_refused_before_it_is_read() -> None:
    began = time.perf_counter()

    assert refusal(armored(b"SSHSIG" + bytes(2**20))) == "signature-size"
    assert refusal(b"x" * (LARGEST + 1)) == "signature-size"
    assert time.perf_counter() - began < 1


def test_rsa_with_sha1_is_refused(file_keys) -> None:
    key = file_keys["rsa3072"]
    start, fields = parts(key.sign(MESSAGE))
    parts_signed = (b"aigate", b"", b"sha512", hashlib.sha512(MESSAGE).digest())
    inner = b"SSHSIG" + b"".join(map(string, parts_signed))
    private = load_ssh_private_key(key.path.read_bytes(), None)
    fields[4] = string(b"ssh-rsa") + string(private.sign(inner, padding.PKCS1v15(), hashes.SHA1()))

    assert refusal(whole(start, fields)) == "signature-algorithm"


def test_short_rsa_keys_are_refused_with_a_way_out(file_keys) -> None:
    armor = file_keys["rsa2048"].sign(MESSAGE)

    with pytest.raises(IntegrityError, match="2048 bits") as caught:
        verify(MESSAGE, armor)

    assert caught.value.code == "key-weak"
    assert "3072" in caught.value.hint


def test_numbers_have_one_spelling(file_keys) -> None:
    start, fields = parts(file_keys["ecdsa256"].sign(MESSAGE))
    outer = Wire(fields[4], "test")
    kind, value = outer.string(), Wire(outer.string(), "test")
    r, s = value.string(), value.string()
    for odd in (b"\0" + r, b"", b"\xff" + r, r[1:] if r[0] == 0 else b"\x80" + r):
        fields[4] = string(kind) + string(string(odd) + string(s))

        assert refusal(whole(start, fields)) == "signature-encoding"


@pytest.mark.parametrize("name", [*GOOD, *HARDWARE])
def test_public_keys_are_read_from_their_lines(name, file_keys, hardware_keys) -> None:
    line = (file_keys | hardware_keys)[name].line

    key = parse_public_key(line + "\n")

    assert (key.type, key.blob) == tuple(line.split()[:2])


def test_a_certificate_is_refused_with_a_way_out(file_keys, tmp_path: Path) -> None:
    public = tmp_path / "dana.pub"
    public.write_text(file_keys["ed25519"].line)
    authority = file_keys["ecdsa256"].path
    subprocess.run(
        ["ssh-keygen", "-q", "-s", str(authority), "-I", "x", "-n", "dana", str(public)], check=True
    )

    with pytest.raises(UsageError, match="is a certificate") as caught:
        parse_public_key((tmp_path / "dana-cert.pub").read_text())

    assert caught.value.code == "key-certificate"
    assert "`.pub`" in caught.value.hint


BAD_LINES = {
    "empty": ("", "key-line"),
    "one-word": ("ssh-ed25519", "key-line"),
    "two-lines": ("ssh-ed25519 AAAA\nssh-ed25519 AAAA", "key-line"),
    "no-base64": ("ssh-ed25519 !!!!", "key-line"),
    "not-ascii": ("ssh-ed25519 é", "key-line"),
    "loose-base64": ("ssh-ed25519 AB==", "key-line"),
    "private": ("-----BEGIN OPENSSH PRIVATE KEY-----", "key-type"),
    "options": ("no-pty ssh-ed25519 AAAA", "key-type"),
    "dsa": ("ssh-dss AAAAB3NzaC1kc3M=", "key-type"),
    "long": ("ssh-rsa " + "A" * 100_000, "key-line"),
    "empty-blob": (
        "ssh-ed25519 " + base64.b64encode(string(b"ssh-ed25519")).decode(),
        "key-format",
    ),
}


@pytest.mark.parametrize(("line", "code"), BAD_LINES.values(), ids=BAD_LINES)
def test_what_is_no_key_is_refused(line, code) -> None:
    with pytest.raises(UsageError) as caught:
        parse_public_key(line)

    assert caught.value.code == code
    assert "\n" not in caught.value.message


def test_a_line_that_names_another_type_is_refused(file_keys) -> None:
    blob = file_keys["ed25519"].line.split()[1]

    with pytest.raises(UsageError, match="another key type"):
        parse_public_key(f"ssh-rsa {blob}")


def test_hardware_keys_of_web_sites_are_refused(hardware_keys) -> None:
    blob = hardware_keys["sk-ed25519"].blob.replace(
        string(b"ssh:"), string(b"https://bank.example")
    )

    with pytest.raises(IntegrityError, match="not made for SSH"):
        keys.load(blob)


def _double(point: tuple[int, int], prime: int, d: int) -> tuple[int, int]:
    x, y = point
    product = d * x * x * y * y
    x2 = 2 * x * y * pow(1 + product, -1, prime) % prime
    return x2, (y * y + x * x) * pow(1 - product, -1, prime) % prime


def test_keys_that_anybody_can_sign_with_are_refused() -> None:
    prime = 2**255 - 19
    d = -121665 * pow(121666, -1, prime) % prime
    for y in keys._SMALL_ORDER:
        # Each is a point of the curve that three doublings bring to the neutral one.
        square = (y * y - 1) * pow(d * y * y + 1, -1, prime) % prime
        x = pow(square, (prime + 3) // 8, prime)
        if (x * x - square) % prime:
            x = x * pow(2, (prime - 1) // 4, prime) % prime
        point = (x, y)
        for _ in range(3):
            point = _double(point, prime, d)
        assert point == (0, 1)

        for sign in (0, 1):
            raw = (y | sign << 255).to_bytes(32, "little")
            with pytest.raises(IntegrityError) as caught:
                keys.load(string(b"ssh-ed25519") + string(raw))
            assert caught.value.code == "key-weak"


@pytest.mark.slow
@pytest.mark.parametrize("name", [*GOOD, *HARDWARE])
def test_verifying_here_is_many_times_as_fast_as_calling(
    name, file_keys, hardware_keys, oracle
) -> None:
    armor = (file_keys | hardware_keys)[name].sign(MESSAGE)
    verify(MESSAGE, armor)

    def spent() -> float:
        times = os.times()
        return times.user + times.system + times.children_user + times.children_system

    def best(calls: int, check) -> float:
        costs = []
        for _ in range(3):
            before = spent()
            for _ in range(calls):
                check(MESSAGE, armor)
            costs.append((spent() - before) / calls)
        return min(costs)

    # Time of the processor, for the machine may have other work; it is counted in 1/100 s.
    # The two long curves take OpenSSL a millisecond, here as well as there.
    times = 5 if name in {"ecdsa384", "ecdsa521"} else 10
    assert best(100, verify) * times <= best(20, oracle.accepts)
