"""One look at one file: what was said about it so far, and what may still be spent on it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import field

from aigate.artefacts.values import Objection, Remark
from aigate.value import dataclass

MOST_STEPS = 2_000_000
"""Opcodes, members, entries and fields that are read of one file."""
MOST_UNPACKED = 192_000_000
"""Bytes that are unpacked of one file, all its archives together."""
MOST_HELD = 48_000_000
"""Bytes of one member that are held at a time."""
MOST_DEPTH = 5
"""Archives and pickles in each other."""
_MOST_REMARKS = 200
_CHECK_EVERY = 1024


class LimitError(Exception):
    """The file asks for more than may be spent on it."""


class MalformedError(Exception):
    """The bytes are not what the format demands."""


@dataclass(slots=True)
class Purse:
    """What may still be spent on one file.

    The first two are the same on every machine; `in_time` is the second line, for a machine
    that is slow.
    """

    steps: int = MOST_STEPS
    unpacked: int = MOST_UNPACKED
    in_time: Callable[[], bool] = lambda: True
    _since: int = 0

    def spend(self, steps: int = 1) -> None:
        """Pay for some steps.

        Raises:
            LimitError: there is not enough left.
        """
        self.steps -= steps
        self._since += steps
        if self.steps < 0:
            raise LimitError("it has more parts than are read")
        if self._since >= _CHECK_EVERY:
            self._since = 0
            if not self.in_time():
                raise LimitError("it takes longer than may be spent on one file")

    def unpack(self, size: int) -> None:
        """Pay for unpacked bytes.

        Raises:
            LimitError: there is not enough left.
        """
        self.unpacked -= size
        if self.unpacked < 0:
            raise LimitError("it unpacks to more than is read")
        if not self.in_time():
            raise LimitError("it takes longer than may be spent on one file")


@dataclass(slots=True)
class Look:
    """What was said about a file; `member` is where in it the reader is."""

    purse: Purse
    member: str = ""
    depth: int = 0
    remarks: dict[Remark, None] = field(default_factory=dict)
    templates: dict[str, None] = field(default_factory=dict)

    def say(self, objection: Objection, text: str) -> None:
        """Object to the file."""
        if len(self.remarks) < _MOST_REMARKS:
            self.remarks.setdefault(Remark(objection, self.member, text))

    def template(self, text: str) -> None:
        """Keep the digest of a chat template."""
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        self.templates.setdefault(digest)

    def inside(self, name: str) -> Look:
        """Look at something inside, with the same purse and the same list.

        Raises:
            LimitError: there are too many things inside each other.
        """
        if self.depth >= MOST_DEPTH:
            raise LimitError("archives lie in each other more deeply than is read")
        member = f"{self.member}/{name}" if self.member else name
        return Look(self.purse, member, self.depth + 1, self.remarks, self.templates)
