"""Starts programs: the only module that does.

Every program gets an environment that was written down here, never the caller's, a private
home and no terminal, and is ended with all its children when its time is up.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess  # noqa: TID251 - this is the module that the ban points to
from collections.abc import Mapping, Sequence

from aigate.value import dataclass

# What a program may see of the caller's environment: where programs and libraries are, and
# nothing that could hold a secret or steer a scanner.
_INHERITED = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR")

# A dead end for whatever tries to reach the network in spite of its settings.
_NO_NETWORK = "http://127.0.0.1:9"


_running: set[subprocess.Popen[bytes]] = set()


@dataclass(frozen=True, slots=True)
class Done:
    """A program that ended by itself: its exit status (-n for signal n), output and errors."""

    code: int
    out: bytes
    err: bytes


@dataclass(frozen=True, slots=True)
class Failed:
    """A program that could not be started, or was ended because its time was up."""

    reason: str
    timed_out: bool = False


def environment(home: str, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment for a scanner: nothing inherited but where programs are."""
    env = {name: os.environ[name] for name in _INHERITED if name in os.environ}  # noqa: TID251 - see module
    env |= {"HOME": home, "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    env |= dict.fromkeys(("http_proxy", "https_proxy", "HTTPS_PROXY", "ALL_PROXY"), _NO_NETWORK)
    return env | dict(extra or {})


def run(
    command: Sequence[str | bytes],
    *,
    cwd: str,
    env: Mapping[str, str],
    timeout: float,
    feed: bytes = b"",
    program: str | None = None,
) -> Done | Failed:
    """Run a program to its end and return what it printed.

    `program` is the file to start where that is not the first word of the command, which is
    then the name that the program is told.

    An argument that is a text is spelled as the caller's locale spells it, one of bytes is
    what it is. `timeout` is in seconds. When it is over, or the caller is interrupted, the program and
    everything that it started is killed.
    """
    try:
        child = subprocess.Popen(  # noqa: S603 - a list, no shell
            list(command),
            executable=program,
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        named = os.fsdecode(program or command[0])
        return Failed(f"`{named}` cannot be started: {error.strerror}")
    _running.add(child)
    try:
        out, err = child.communicate(feed, timeout=max(timeout, 0.01))
    except subprocess.TimeoutExpired:
        _end(child)
        return Failed(f"still running after {timeout:.0f} s", timed_out=True)
    except BaseException:
        _end(child)
        raise
    finally:
        _running.discard(child)
    return Done(child.returncode, out, err)


def converse(
    command: Sequence[str], *, cwd: str, env: Mapping[str, str], timeout: float
) -> Done | Failed:
    """Run a program that may ask its caller something, and return what it printed.

    Unlike with `run`, the program keeps the caller's input and terminal, for a passphrase or
    a PIN, and the caller's error stream, for "touch your key"; `err` is empty. `timeout` is
    in seconds.
    """
    try:
        child = subprocess.Popen(  # noqa: S603 - a list, no shell
            list(command), cwd=cwd, env=dict(env), stdout=subprocess.PIPE
        )
    except OSError as error:
        return Failed(f"`{command[0]}` cannot be started: {error.strerror}")
    try:
        out, _ = child.communicate(timeout=max(timeout, 0.01))
    except subprocess.TimeoutExpired:
        child.kill()
        child.communicate()
        return Failed(f"nobody answered within {timeout:.0f} s", timed_out=True)
    except BaseException:
        child.kill()
        child.communicate()
        raise
    return Done(child.returncode, out, b"")


def end_all() -> None:
    """Kill every program that is running, with all its children; whoever waits gets to know."""
    for child in tuple(_running):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)


def _end(child: subprocess.Popen[bytes]) -> None:
    # The child leads a session of its own, so this reaches all that it started.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.communicate()
