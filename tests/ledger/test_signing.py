"""Signing goes through `ssh-keygen`, with a file, an agent or a passphrase at a terminal."""

from __future__ import annotations

import os
import pty
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from aigate.errors import IncompleteError, IntegrityError, UsageError
from aigate.ledger import signing, sshsig, statements, store


def signer(key: Path, *, interactive: bool = False, **environ: str) -> signing.Signer:
    return signing.find_signer(
        dict(os.environ) | environ, key=str(key), outside="/nowhere", interactive=interactive
    )


@pytest.fixture
def payload(make_terms, make_saying) -> bytes:
    return statements.encode(make_terms(), make_saying())


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[str]:
    socket = tmp_path / "agent"
    running = subprocess.Popen(["ssh-agent", "-D", "-a", str(socket)], stdout=subprocess.DEVNULL)
    for _ in range(100):
        if socket.exists():
            break
        time.sleep(0.05)
    yield str(socket)
    running.terminate()
    running.wait()


@pytest.mark.parametrize("interactive", [False, True])
def test_a_private_key_signs(interactive, file_keys, payload, tmp_path) -> None:
    key = file_keys["ed25519"]

    entry = signing.sign(payload, signer(key.path, interactive=interactive))
    path = store.append(tmp_path, entry)

    statement = store.read_one(path, entry)
    assert statement.key == sshsig.parse_public_key(key.line).fingerprint
    assert not statement.touched


@pytest.mark.parametrize("name", ["ed25519", "ecdsa256", "rsa3072"])
def test_an_agent_signs_for_a_public_key(name, file_keys, payload, agent, tmp_path) -> None:
    key = file_keys[name]
    environ = os.environ | {"SSH_AUTH_SOCK": agent}
    subprocess.run(["ssh-add", "-q", str(key.path)], env=environ, check=True)
    public = tmp_path / "only.pub"
    public.write_text(key.line + "\n")

    entry = signing.sign(payload, signer(public, SSH_AUTH_SOCK=agent))

    assert store.append(tmp_path, entry)


def test_a_key_that_no_agent_holds_says_what_to_do(file_keys, payload, agent, tmp_path) -> None:
    public = tmp_path / "only.pub"
    public.write_text(file_keys["ed25519"].line + "\n")

    with pytest.raises(IncompleteError, match="did not sign") as caught:
        signing.sign(payload, signer(public, SSH_AUTH_SOCK=agent))

    assert caught.value.code == "sign-failed"
    assert "ssh-add -l" in caught.value.hint


def test_a_missing_key_is_a_mistake_in_the_call(payload, tmp_path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        signing.sign(payload, signer(tmp_path / "none"))


def test_a_certificate_is_refused_before_anything_is_signed(file_keys, payload, tmp_path) -> None:
    public = tmp_path / "dana.pub"
    public.write_text(file_keys["ed25519"].line)
    authority = str(file_keys["ecdsa256"].path)
    command = ["ssh-keygen", "-q", "-s", authority, "-I", "x", "-n", "dana", str(public)]
    subprocess.run(command, check=True)

    with pytest.raises(UsageError) as caught:
        signing.sign(payload, signer(tmp_path / "dana-cert.pub"))

    assert caught.value.code == "key-certificate"


def test_a_short_key_is_refused_after_signing(file_keys, payload) -> None:
    with pytest.raises(IntegrityError) as caught:
        signing.sign(payload, signer(file_keys["rsa2048"].path))

    assert caught.value.code == "key-weak"


def test_a_program_that_signs_something_else_is_noticed(file_keys, payload, tmp_path) -> None:
    # A wrapper, as people have them for their key managers, that signs for another purpose.
    folder = tmp_path / "bin"
    folder.mkdir()
    wrapper = folder / "ssh-keygen"
    real = shutil.which("ssh-keygen")
    wrapper.write_text(f'#!/bin/sh\nset -- "$@"\nexec {real} -q -Y sign -n git -f "$7" "$8"\n')
    wrapper.chmod(0o755)

    with pytest.raises(IntegrityError) as caught:
        signing.sign(payload, signer(file_keys["ed25519"].path, PATH=f"{folder}:/usr/bin:/bin"))

    assert caught.value.code == "signature-namespace"


def test_a_program_inside_of_what_is_judged_is_not_started(tmp_path) -> None:
    planted = tmp_path / "ssh-keygen"
    planted.write_text("#!/bin/sh\nexit 0\n")
    planted.chmod(0o755)

    with pytest.raises(IncompleteError) as caught:
        signing.find_signer({"PATH": f"{tmp_path}:."}, key="k", outside=str(tmp_path))

    assert caught.value.code == "no-ssh-keygen"


def test_of_the_callers_settings_only_those_for_keys_are_handed_on(tmp_path) -> None:
    found = signer(tmp_path / "k", GITHUB_TOKEN="x", SSH_AUTH_SOCK="/s")

    assert "GITHUB_TOKEN" not in found.environment
    assert found.environment["SSH_AUTH_SOCK"] == "/s"


TALK = """
import os, sys
from aigate.ledger import signing
who = signing.find_signer(dict(os.environ), key=sys.argv[1], outside="/nowhere")
sys.stdout.write(signing.sign_bytes(b"words", who)[1].fingerprint + " signed")
"""


@pytest.mark.slow
def test_a_passphrase_is_asked_for_at_the_terminal(file_keys, tmp_path) -> None:
    key = tmp_path / "locked"
    shutil.copy(file_keys["ed25519"].path, key)
    word = "open " + "sesame"
    change = ["ssh-keygen", "-q", "-p", "-P", "", "-N", word, "-f", str(key)]
    subprocess.run(change, check=True, stdout=subprocess.DEVNULL)
    child, terminal = pty.fork()
    if child == 0:
        # A desktop without a program that asks in a window.
        environ = os.environ | {"DISPLAY": ":99", "SSH_ASKPASS": "", "SSH_AUTH_SOCK": ""}
        os.execve(sys.executable, [sys.executable, "-c", TALK, str(key)], environ)
    seen = b""
    try:
        while b"passphrase" not in seen:
            seen += os.read(terminal, 1000)
        os.write(terminal, word.encode() + b"\n")
        while b"signed" not in seen:
            seen += os.read(terminal, 1000)
    except OSError:  # the other side is gone
        pass
    _, status = os.waitpid(child, 0)

    assert status == 0, seen
    assert sshsig.parse_public_key(file_keys["ed25519"].line).fingerprint.encode() in seen
    assert word.encode() not in seen
