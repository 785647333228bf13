"""Starts programs: the only module that does.

Every program gets an environment that was written down here, never the caller's, a private
home and no terminal, and is ended with all its children when its time is up.
"""

from __future__ import annotations

import contextlib
import os
import select
import selectors
import signal
import subprocess  # noqa: TID251 - this is the module that the ban points to
import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from typing import IO

from aigate.value import dataclass

# What a program may see of the caller's environment: where programs and libraries are, and
# nothing that could hold a secret or steer a scanner.
_INHERITED = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR")

# A dead end for whatever tries to reach the network in spite of its settings.
_NO_NETWORK = "http://127.0.0.1:9"

_PIECE = 262_144


class _Child(subprocess.Popen[bytes]):
    """A program whose end is noticed at once: `Popen` alone looks again after a pause."""

    def wait(self, timeout: float | None = None) -> int:
        if timeout is not None and self.returncode is None and hasattr(os, "pidfd_open"):
            with contextlib.suppress(OSError):
                ended = os.pidfd_open(self.pid)
                try:
                    waiting = select.poll()
                    waiting.register(ended, select.POLLIN)
                    waiting.poll(max(timeout, 0) * 1000)
                finally:
                    os.close(ended)
        return super().wait(timeout)


_running: set[_Child] = set()


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
    started: Callable[[], object] = lambda: None,
) -> Done | Failed:
    """Run a program to its end and return what it printed.

    `program` is the file to start where that is not the first word of the command, which is
    then the name that the program is told. `started` is called as soon as it runs.

    An argument that is a text is spelled as the caller's locale spells it, one of bytes is
    what it is. `timeout` is in seconds. When it is over, or the caller is interrupted, the program and
    everything that it started is killed.
    """
    try:
        child = _Child(
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
        started()
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


@dataclass(frozen=True, slots=True)
class Said:
    """What a program answered; `ended` tells that it is no longer there to be asked.

    `code` is its exit status then, else 0. `err` is what it wrote to its error stream meanwhile.
    """

    out: bytearray
    err: bytes
    ended: bool
    code: int = 0


class Dialogue:
    """A program that stays, and answers what it is asked; it ends when nobody holds this."""

    __slots__ = ("__weakref__", "_child", "close")

    def __init__(self, command: Sequence[str], *, cwd: str, env: Mapping[str, str]) -> None:
        """Start a program as `run` does.

        Raises:
            OSError: If it cannot be started.
        """
        self._child = _Child(
            list(command),
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,
        )
        for stream in (self._child.stdin, self._child.stdout, self._child.stderr):
            os.set_blocking(_number(stream), False)
        self.close = weakref.finalize(self, _stop, self._child, os.getpid())

    def ask(
        self, question: bytes, *, is_whole: Callable[[bytearray], bool], timeout: float
    ) -> Said | Failed:
        """Ask something, and return the answer as soon as `is_whole` says that it is there.

        `timeout` is in seconds. When it is over, or the caller is interrupted, the program and
        everything that it started is killed.
        """
        _running.add(self._child)
        try:
            said = _answer(self._child, question, is_whole, time.monotonic() + timeout)
        except BaseException:
            self.close()
            raise
        finally:
            _running.discard(self._child)
        if said is None:
            self.close()
            return Failed(f"still running after {timeout:.0f} s", timed_out=True)
        return said

    def end(self) -> None:
        """Kill the program and everything that it started, even while another thread asks it."""
        if self._child.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._child.pid, signal.SIGKILL)


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


def _answer(
    child: _Child, question: bytes, is_whole: Callable[[bytearray], bool], end: float
) -> Said | None:
    """Return what a program answers; None if that is not whole in time."""
    writing, reading, failing = map(_number, (child.stdin, child.stdout, child.stderr))
    left = memoryview(question)
    out, err = bytearray(), bytearray()
    ended = False
    with selectors.DefaultSelector() as ready:
        ready.register(writing, selectors.EVENT_WRITE)
        ready.register(reading, selectors.EVENT_READ)
        ready.register(failing, selectors.EVENT_READ)
        while not ended and (left or not is_whole(out)):
            if (patience := end - time.monotonic()) <= 0:
                return None
            for key, _ in ready.select(patience):
                if key.fd == writing:
                    left = _written(writing, left)
                    if not left:
                        ready.unregister(writing)
                elif (piece := os.read(key.fd, _PIECE)) or key.fd != reading:
                    (out if key.fd == reading else err).extend(piece)
                    if not piece:
                        ready.unregister(failing)
                else:
                    ended = True
    if ended:
        _end(child)
    else:
        # Whatever it complained of, it wrote before it answered.
        with contextlib.suppress(BlockingIOError):
            err += os.read(failing, _PIECE)
    return Said(out, bytes(err), ended, child.returncode or 0)


def _written(number: int, left: memoryview) -> memoryview:
    try:
        return left[os.write(number, left[:_PIECE]) :]
    except BlockingIOError:
        return left
    except BrokenPipeError:
        # It ended; what it said before is still to be read.
        return left[:0]


def _number(stream: IO[bytes] | None) -> int:
    return stream.fileno() if stream else -1


def _stop(child: _Child, owner: int) -> None:
    # A copy of this process must leave the program to the one that started it.
    if owner == os.getpid():
        _end(child)


def _end(child: _Child) -> None:
    # The child leads a session of its own, so this reaches all that it started.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.communicate()
