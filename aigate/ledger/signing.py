"""Signs payloads through `ssh-keygen`, so that agents, passphrases and hardware keys work."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path

from aigate import process
from aigate.errors import IncompleteError, IntegrityError, UsageError
from aigate.ledger import dsse, sshsig
from aigate.ledger.keys import parse_public_key
from aigate.value import dataclass

_PATIENCE = 120.0
_LARGEST_PUBLIC = 16 * 1024

# What signing may know of its caller: the agent, and where to ask for a passphrase or a PIN.
_INHERITED = (
    "HOME", "PATH", "TERM", "LANG", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TMPDIR",
    "SSH_AUTH_SOCK", "SSH_ASKPASS", "SSH_ASKPASS_REQUIRE", "SSH_SK_PROVIDER",
    "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """How to sign: a program and a key.

    `key` is the path of a private key, or of a public key whose other half an agent or a
    hardware key holds. `interactive` says that somebody is there to answer.
    """

    program: str
    key: str
    environment: Mapping[str, str] = field(repr=False)
    interactive: bool = True


def find_signer(
    environ: Mapping[str, str], *, key: str, outside: str, interactive: bool = True
) -> Signer:
    """Find `ssh-keygen` on the caller's path, but never inside the folder that is judged.

    Raises:
        IncompleteError: `no-ssh-keygen` if there is none.
    """
    judged = os.path.realpath(outside)
    folders = [
        folder
        for folder in environ.get("PATH", os.defpath).split(os.pathsep)
        if Path(folder).is_absolute() and not _is_within(os.path.realpath(folder), judged)
    ]
    path = os.pathsep.join(folders)
    program = shutil.which("ssh-keygen", path=path) if path else None
    if program is None:
        raise IncompleteError(
            "`ssh-keygen` was not found", hint="install OpenSSH 8.2 or later", code="no-ssh-keygen"
        )
    kept = {name: environ[name] for name in _INHERITED if name in environ} | {"PATH": path}
    # Not resolved: beside a link there may be the other half of the key.
    whole = str(Path.cwd() / key)
    return Signer(program=program, key=whole, environment=kept, interactive=interactive)


def sign(payload: bytes, signer: Signer, *, payload_type: str = dsse.PAYLOAD_TYPE) -> bytes:
    """Sign a payload and return its envelope, ready for `store.append`.

    Raises:
        UsageError: the key cannot be used.
        IncompleteError: nobody answered, or the key's holder refused.
        IntegrityError: what came back is no signature of this payload that would count.
    """
    signature, _ = sign_bytes(dsse.pae(payload, payload_type=payload_type), signer)
    return dsse.encode(payload, (signature,), payload_type=payload_type)


def sign_bytes(message: bytes, signer: Signer) -> tuple[dsse.Signature, sshsig.Verified]:
    """Sign a message, verify the result in process, and return both.

    Raises:
        UsageError: the key cannot be used.
        IncompleteError: nobody answered, or the key's holder refused.
        IntegrityError: what came back is no signature of this message that would count.
    """
    expected = _expected(signer.key)
    armor = _armor(message, signer)
    verified = sshsig.verify(message, armor)
    if expected and expected != verified.fingerprint:
        text = f"another key signed than `{_shown(signer.key)}`: `{verified.fingerprint}`"
        raise IntegrityError(text, code="sign-other-key")
    return dsse.Signature(verified.fingerprint, armor), verified


def _armor(message: bytes, signer: Signer) -> bytes:
    start = process.converse if signer.interactive else process.run
    # Not through its input: `ssh-keygen` asks for a passphrase only where that is a terminal.
    with tempfile.TemporaryDirectory(prefix="aigate-sign-") as folder:
        file = Path(folder, "message")
        file.write_bytes(message)
        purpose = ("-q", "-Y", "sign", "-n", sshsig.NAMESPACE.decode())
        done = start(
            [signer.program, *purpose, "-f", signer.key, str(file)],
            cwd=folder,
            env=signer.environment,
            timeout=_PATIENCE,
        )
        if isinstance(done, process.Failed):
            raise IncompleteError(f"signing failed: {done.reason}", code="sign-failed")
        signature = file.with_suffix(".sig")
        if done.code or not signature.exists():
            raise IncompleteError(
                f"`ssh-keygen` did not sign with `{_shown(signer.key)}`{_complaint(done.err)}",
                hint="is the key in your agent (`ssh-add -l`), or plugged in?",
                code="sign-failed",
            )
        return signature.read_bytes()


def _expected(key: str) -> str:
    """Return the fingerprint of the key if the file is a public one, else nothing."""
    try:
        with Path(key).open("rb") as file:
            start = file.read(_LARGEST_PUBLIC)
    except OSError as error:
        text = f"the key `{_shown(key)}` cannot be read: {error.strerror or 'unknown reason'}"
        raise UsageError(text, code="key-unreadable") from error
    if start.startswith(b"-----BEGIN"):
        return ""
    return parse_public_key(start.decode("utf-8", "replace")).fingerprint


def _complaint(err: bytes) -> str:
    lines = err.decode("utf-8", "replace").strip().splitlines()
    return f": {_shown(lines[-1])}" if lines else ""


def _shown(text: str) -> str:
    return ascii(text[:200])[1:-1].replace("`", "'")


def _is_within(path: str, folder: str) -> bool:
    # At the root of the file system everything is within, also the programs to be trusted.
    return folder != os.sep and (path == folder or path.startswith(folder + os.sep))
