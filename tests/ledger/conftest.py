"""Real keys of every type, hardware ones in software, and `ssh-keygen` to judge signatures."""

from __future__ import annotations

import base64
import hashlib
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from aigate.domain.accountability import Binding, Role, StatementKind, Terms
from aigate.domain.severity import Severity
from aigate.ledger import statements
from aigate.ledger.sshsig import armored
from aigate.ledger.wire import string

FILES = {
    "ed25519": ("ed25519", ""),
    "ecdsa256": ("ecdsa", "256"),
    "ecdsa384": ("ecdsa", "384"),
    "ecdsa521": ("ecdsa", "521"),
    "rsa3072": ("rsa", "3072"),
    "rsa2048": ("rsa", "2048"),
}


def mpint(number: int) -> bytes:
    """Encode a positive number as SSH does."""
    return string(number.to_bytes(number.bit_length() // 8 + 1, "big") if number else b"")


@dataclass(frozen=True)
class FileKey:
    """A key that `ssh-keygen` made and signs with."""

    name: str
    path: Path

    @property
    def line(self) -> str:
        return self.path.with_suffix(".pub").read_text().strip()

    def sign(self, message: bytes, *, namespace: str = "aigate") -> bytes:
        command = ["ssh-keygen", "-q", "-Y", "sign", "-n", namespace, "-f", str(self.path)]
        return subprocess.run(command, input=message, capture_output=True, check=True).stdout


@dataclass(frozen=True)
class SoftHardwareKey:
    """A key that signs as a hardware key does, flags and counter included."""

    name: str
    private: ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey
    application: bytes = b"ssh:"

    @property
    def kind(self) -> bytes:
        if isinstance(self.private, ed25519.Ed25519PrivateKey):
            return b"sk-ssh-ed25519@openssh.com"
        return b"sk-ecdsa-sha2-nistp256@openssh.com"

    @property
    def blob(self) -> bytes:
        public = self.private.public_key()
        if isinstance(public, ed25519.Ed25519PublicKey):
            point = string(public.public_bytes_raw())
        else:
            raw = public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
            point = string(b"nistp256") + string(raw)
        return string(self.kind) + point + string(self.application)

    @property
    def line(self) -> str:
        return f"{self.kind.decode()} {base64.b64encode(self.blob).decode()} soft"

    def sign(self, message: bytes, *, namespace: str = "aigate", flags: int = 1) -> bytes:
        parts = (namespace.encode(), b"", b"sha512", hashlib.sha512(message).digest())
        inner = b"SSHSIG" + b"".join(map(string, parts))
        said = bytes([flags]) + (7).to_bytes(4, "big")
        data = hashlib.sha256(self.application).digest() + said + hashlib.sha256(inner).digest()
        if isinstance(self.private, ed25519.Ed25519PrivateKey):
            value = self.private.sign(data)
        else:
            value = b"".join(
                map(mpint, decode_dss_signature(self.private.sign(data, ec.ECDSA(hashes.SHA256()))))
            )
        signature = string(self.kind) + string(value) + said
        fields = (self.blob, namespace.encode(), b"", b"sha512", signature)
        return armored(b"SSHSIG" + (1).to_bytes(4, "big") + b"".join(map(string, fields)))


@dataclass(frozen=True)
class Oracle:
    """`ssh-keygen -Y verify`, with every key of the tests allowed."""

    folder: Path
    allowed: Path

    def accepts(self, message: bytes, armor: bytes, *, slot: int = 0) -> bool:
        """Ask; `slot` tells parallel callers apart."""
        signature = self.folder / f"{slot}.sig"
        signature.write_bytes(armor)
        said = self.folder / f"{slot}.message"
        said.write_bytes(message)
        with said.open("rb") as stdin:
            done = subprocess.run(
                ["ssh-keygen", "-q", "-Y", "verify", "-f", str(self.allowed), "-I", "signer",
                 "-n", "aigate", "-s", str(signature)],
                stdin=stdin,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                check=False,
                close_fds=False,
            )  # fmt: skip
        return done.returncode == 0


@pytest.fixture(scope="session")
def file_keys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, FileKey]:
    folder = tmp_path_factory.mktemp("keys")
    made = {}
    for name, (kind, bits) in FILES.items():
        size = ["-b", bits] if bits else []
        command = ["ssh-keygen", "-q", "-t", kind, *size, "-N", "", "-C", name]
        subprocess.run([*command, "-f", str(folder / name)], check=True)
        made[name] = FileKey(name, folder / name)
    return made


@pytest.fixture(scope="session")
def hardware_keys() -> dict[str, SoftHardwareKey]:
    return {
        "sk-ed25519": SoftHardwareKey("sk-ed25519", ed25519.Ed25519PrivateKey.generate()),
        "sk-ecdsa": SoftHardwareKey("sk-ecdsa", ec.generate_private_key(ec.SECP256R1())),
    }


@pytest.fixture(scope="session")
def oracle(
    tmp_path_factory: pytest.TempPathFactory,
    file_keys: dict[str, FileKey],
    hardware_keys: dict[str, SoftHardwareKey],
) -> Oracle:
    folder = tmp_path_factory.mktemp("oracle")
    lines = [f"signer {key.line}\n" for key in (*file_keys.values(), *hardware_keys.values())]
    allowed = folder / "allowed"
    allowed.write_text("".join(lines))
    return Oracle(folder, allowed)


@pytest.fixture(scope="session")
def make_terms() -> Callable[..., Terms]:
    def make(**changed: object) -> Terms:
        binding = Binding(
            fingerprint="0123456789abcdef" * 2,
            rule="python-sql-injection",
            rule_digest="1" * 64,
            severity=Severity.HIGH,
            path="shop/search.py",
            match="2" * 64,
            context="3" * 64,
            scope="search",
        )
        values: dict[str, object] = {
            "kind": StatementKind.ACCEPT,
            "ledger_id": "5e1f0c6a9d5b4e3f8a7b6c5d4e3f2a1b",
            "repository_id": "github:1234567",
            "branch": "main",
            "bindings": (binding,),
            "reason_code": "compensating-control",
            "reason": "only staff can reach this page",
            "control": "behind the company's proxy",
            "developer": "dana",
            "security": "sam",
            "expires_at": datetime(2027, 3, 1, tzinfo=UTC),
            "policy_digest": "4" * 64,
            "registry_version": 1,
            "registry_digest": "5" * 64,
        }
        return statements.with_raw(Terms(**(values | changed)))

    return make


@pytest.fixture(scope="session")
def make_saying() -> Callable[..., statements.Saying]:
    def make(**changed: object) -> statements.Saying:
        values: dict[str, object] = {
            "as_role": Role.DEVELOPER,
            "person": "dana",
            "parents": (),
            "nonce": "00112233445566778899aabbccddeeff",
            "claimed_at": datetime(2026, 11, 22, 12, 0, tzinfo=UTC),
        }
        return statements.Saying(**(values | changed))

    return make
