"""Asks git for objects, all through one program that stays for as long as anybody asks.

A program is started when the first question comes, and again where it ended: git ends at an
object that it cannot unpack, which then counts as missing while all others are answered.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from typing import NamedTuple

from aigate import process
from aigate.errors import IncompleteError
from aigate.workspace.command import PATIENCE, Git, complaint_in

# Without the first git unpacks what many records build on again for each of them.
# Questions end with a zero byte, since git takes a carriage return before a line feed for its part.
_COMMAND = ("-c", "core.deltaBaseCacheLimit=256m", "cat-file", "--batch-command", "--buffer", "-z")

# What git remembers of as many bytes is not kept in memory while scanners run.
_MOST_REMEMBERED = 16_000_000

_LOOK = b"info "
_READ = b"contents "
_UNKNOWN_OPTION = 129


class Object(NamedTuple):
    """An object that is here: its id, kind and size, and its bytes if they were asked for."""

    id: str
    kind: str
    size: int
    data: bytes = b""


class Objects:
    """The objects of one repository; threads and copies of this process may share it."""

    __slots__ = ("_cwd", "_dialogues", "_git", "_lock", "_seen", "_where")

    def __init__(self, git: Git, where: Sequence[str], *, cwd: str) -> None:
        """Keep how git is called; nothing is started yet."""
        self._git = git
        self._where = where
        self._cwd = cwd
        self._lock = threading.Lock()
        # By process: two cannot share the ends of one pipe.
        self._dialogues: dict[int, process.Dialogue] = {}
        self._seen = 0

    def look(self, names: Sequence[str]) -> list[Object | None]:
        """Return what each name stands for, None where it stands for nothing that is here.

        A name may be an id, a revision or a path in one. Nothing is hashed.

        Raises:
            IncompleteError: If git cannot be started or does not answer in time.
        """
        return self._all(_LOOK, names)[0]

    def read(self, names: Sequence[str]) -> list[Object | None]:
        """Return each object with its bytes; see `look`."""
        return self._all(_READ, names)[0]

    def resolve(self, name: str) -> tuple[Object | None, bytes]:
        """Return what a name stands for, and what git complained of; see `look`."""
        found, complaints = self._all(_LOOK, [name])
        return found[0], complaints

    def _all(self, command: bytes, names: Sequence[str]) -> tuple[list[Object | None], bytes]:
        found: list[Object | None] = []
        complaints = b""
        with self._lock:
            while len(found) < len(names):
                rest = names[len(found) :]
                answers, said = self._some(command, rest)
                found += answers
                complaints += said
        return found, complaints

    def _some(self, command: bytes, names: Sequence[str]) -> tuple[list[Object | None], bytes]:
        """Return as many answers as git gives before it ends, with None for where it does.

        That an old program is gone says nothing about any object: a new one is asked.
        """
        is_new = os.getpid() not in self._dialogues
        question = b"\0".join([*(command + _spelled(name) for name in names), b"flush\0"])
        answers = _Answers(count=len(names), with_bytes=command == _READ)
        said = self._ask(question, answers)
        if said.ended and said.code == _UNKNOWN_OPTION:
            raise IncompleteError(
                f"git failed: {complaint_in(said.err)}",
                hint="install git 2.39 or later",
                code="git-failed",
            )
        if said.ended and is_new:
            answers.found.append(None)
        return answers.found[: len(names)], said.err

    def _ask(self, question: bytes, answers: _Answers) -> process.Said:
        me = os.getpid()
        dialogue = self._dialogues.get(me)
        if dialogue is None:
            dialogue = self._git.talk(*self._where, *_COMMAND, cwd=self._cwd)
            self._dialogues[me] = dialogue
        done: process.Said | process.Failed | None = None
        try:
            done = dialogue.ask(question, is_whole=answers.are_whole, timeout=PATIENCE)
        finally:
            self._seen += answers.bytes
            over = not isinstance(done, process.Said) or done.ended
            if over or self._seen > _MOST_REMEMBERED:
                self._dialogues.pop(me).close()
                self._seen = 0
        if isinstance(done, process.Failed):
            raise IncompleteError(f"git failed: {done.reason}", code="git-failed")
        return done


class _Answers:
    """Reads answers out of what git has said so far, each byte once."""

    __slots__ = ("_at", "_count", "_with_bytes", "bytes", "found")

    def __init__(self, *, count: int, with_bytes: bool) -> None:
        self.found: list[Object | None] = []
        self.bytes = 0
        self._at = 0
        self._count = count
        self._with_bytes = with_bytes

    def are_whole(self, out: bytearray) -> bool:
        """Take what has come out of `out`, and tell whether there is an answer to everything."""
        if self._with_bytes:
            at = self._take_contents(out)
        else:
            at = out.rfind(b"\n") + 1
            lines = out[:at].decode("ascii", "replace").split("\n")[:-1]
            self.found += [_object(line.split(" ")) for line in lines]
        self.bytes += at
        # What was taken need not be held twice.
        del out[:at]
        return len(self.found) >= self._count

    def _take_contents(self, out: bytearray) -> int:
        at = 0
        with memoryview(out) as view:
            while (end := out.find(b"\n", at)) >= 0:
                found = _object(out[at:end].decode("ascii", "replace").split(" "))
                after = end + 1
                if found:
                    after += found.size + 1
                    if after > len(out):
                        break
                    data = bytes(view[end + 1 : after - 1])
                    found = Object(found.id, found.kind, found.size, data)
                self.found.append(found)
                at = after
        return at


def _object(words: Sequence[str]) -> Object | None:
    if len(words) == 3 and words[2].isdigit():
        return Object(words[0], words[1], int(words[2]))
    return None


def _spelled(name: str) -> bytes:
    # An answer is one line and repeats the name, and no name of anything has two.
    one_line = "" if "\n" in name or "\0" in name else name
    return one_line.encode("utf-8", "surrogateescape")
