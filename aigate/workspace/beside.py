"""Has a second process of this program do a part of the work, which only computes."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable
from typing import NoReturn


def beside(work: Callable[[], bytes]) -> Callable[[], bytes | None]:
    """Start work in a copy of this process, and return how to wait for what it says.

    The answer is None where there can be no copy, or where it did not get to its end: then the
    work is still to be done. What it does to anything but its answer is lost.
    """
    if threading.active_count() > 1 or not hasattr(os, "fork"):
        return lambda: None
    try:
        reading, writing = os.pipe()
    except OSError:
        return lambda: None
    try:
        child = os.fork()
    except OSError:
        os.close(reading)
        os.close(writing)
        return lambda: None
    if child == 0:
        os.close(reading)
        _answer(writing, work)
    os.close(writing)
    return lambda: _wait(child, reading)


def _answer(writing: int, work: Callable[[], bytes]) -> NoReturn:
    # Nothing of the copied process may run again: no cleaning up, no flushing, no message.
    status = 1
    try:
        said = memoryview(work())
        while said:
            said = said[os.write(writing, said) :]
        status = 0
    finally:
        os._exit(status)


def _wait(child: int, reading: int) -> bytes | None:
    with os.fdopen(reading, "rb") as file:
        said = file.read()
    with contextlib.suppress(ChildProcessError):
        _, status = os.waitpid(child, 0)
        if status == 0:
            return said
    return None
