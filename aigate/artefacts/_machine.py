"""Follows the opcodes of one pickle: what each finds on the stack, and what Python would call."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from aigate.artefacts._pickled import (
    MARK,
    Dictionary,
    Made,
    Name,
    is_array,
    item_size,
    keep,
)
from aigate.artefacts.known import Trust, trust
from aigate.artefacts.look import Look, MalformedError
from aigate.artefacts.values import Objection
from aigate.domain.regex import regex
from aigate.value import dataclass

SHORTEST_NESTED = 14
"""A pickle that calls anything is longer, and so is its spelling in letters."""
FIRST = frozenset(b"\x80c(]}" + b"gYKXf" + b"86257" + b" \t\r\n")
"""What a pickle can begin with: plainly, in base64, and in hexadecimal."""

_LONGEST_NAME = 1024
_NAME = regex(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
# A list of numbers, which is most of what there is in large ones: nothing in it acts.
_NUMBERS = regex(rb"\((?:K.|M..|J....|G.{8}|[N\x88\x89]|\x8a\x08.{8}){1,1000}e", re.DOTALL)
_STOP = 0x2E
_SHORT_TEXT = 0x8C
# BININT, BININT1 and BININT2, with the bytes that follow; a sign changes nothing here.
_INTEGERS = {0x4A: 4, 0x4B: 1, 0x4D: 2}
_MEMOIZE = 0x94


@dataclass(frozen=True, slots=True)
class Read:
    """What following one pickle led to.

    `end` is the offset behind its last opcode, or where it broke; `acts` tells whether it
    asks for any name, `calls` whether it calls anything.
    """

    end: int
    whole: bool
    acts: bool
    calls: bool
    arrays: int = 0


@dataclass(frozen=True, slots=True)
class Ways:
    """What a machine does with each opcode, and with bytes that may be a pickle of their own."""

    opcodes: Mapping[int, Callable[[Machine], object]]
    nested: Callable[[bytes, Look], None]


class Machine:
    """One pickle being followed."""

    def __init__(
        self,
        data: bytes,
        start: int,
        look: Look,
        ways: Ways,
        *,
        joblib: bool = False,
        strict: bool = False,
    ) -> None:
        """Begin at an offset; `joblib` passes over its arrays, `strict` asks for real names."""
        self.data = data
        self.at = start
        self.look = look
        self.ways = ways
        self.joblib = joblib
        self.strict = strict
        self.stack: list[object] = []
        self.memo: dict[int, object] = {}
        self.acts = self.calls = False
        self.arrays = 0

    def run(self) -> Read:
        """Follow opcodes up to STOP, or as far as Python would."""
        whole = False
        try:
            self.follow()
            self.pop()
            whole = True
        except (KeyError, IndexError, MalformedError):
            pass
        return Read(self.at, whole, self.acts, self.calls, self.arrays)

    def follow(self) -> None:
        data, stack, memo, opcodes = self.data, self.stack, self.memo, self.ways.opcodes
        steps = 0
        while True:
            steps += 1
            if not steps & 63:
                self.look.purse.spend(64)
            at = self.at
            opcode = data[at]
            self.at = at + 1
            if opcode == _SHORT_TEXT:
                # Most of what large pickles consist of is done here, for speed.
                self.at = end = at + 2 + data[at + 1]
                raw = data[at + 2 : end]
                if end - at > SHORTEST_NESTED and raw and raw[0] in FIRST:
                    self.ways.nested(raw, self.look)
                stack.append(raw.decode("utf-8", "surrogateescape"))
            elif opcode == _MEMOIZE:
                memo[len(memo)] = self.top()
            elif opcode in _INTEGERS:
                self.at = end = at + 1 + _INTEGERS[opcode]
                stack.append(int.from_bytes(data[at + 1 : end], "little"))
            elif opcode == _STOP:
                return
            else:
                opcodes[opcode](self)

    # What opcodes are made of.

    def take(self, count: int) -> bytes:
        if count < 0 or self.at + count > len(self.data):
            raise MalformedError("cut short")
        self.at += count
        return self.data[self.at - count : self.at]

    def number(self, width: int) -> int:
        return int.from_bytes(self.take(width), "little")

    def line(self) -> bytes:
        end = self.data.find(b"\n", self.at)
        if end < 0:
            raise MalformedError("cut short")
        start, self.at = self.at, end + 1
        return self.data[start:end]

    def pop(self) -> object:
        value = self.stack.pop()
        if value is MARK:
            raise MalformedError("a mark in the place of a value")
        return value

    def top(self) -> object:
        value = self.stack[-1]
        if value is MARK:
            raise MalformedError("a mark in the place of a value")
        return value

    def push(self, value: object = None) -> None:
        self.stack.append(value)

    def to_mark(self) -> list[object]:
        stack = self.stack
        for index in range(len(stack) - 1, -1, -1):
            if stack[index] is MARK:
                found = stack[index + 1 :]
                del stack[index:]
                self.look.purse.spend(len(found) >> 4)
                return found
        raise MalformedError("no mark")

    # What opcodes do.

    def skip_numbers(self) -> None:
        """Read MARK, and with it a whole list of numbers if there is one."""
        found = _NUMBERS.match(self.data, self.at - 1) if self.stack else None
        if found:
            self.at = found.end()
            self.acting(self.top(), "filled by")
        else:
            self.push(MARK)

    def text(self, raw: bytes) -> None:
        self.ways.nested(raw, self.look)
        if len(raw) > _LONGEST_NAME:
            self.push()
            return
        self.push(raw.decode("utf-8", "surrogateescape"))

    def raw(self, raw: bytes) -> None:
        self.ways.nested(raw, self.look)
        self.push()

    def quoted(self) -> None:
        raw = self.line().strip(b" \t\r")
        if len(raw) < 2 or raw[:1] not in b"'\"" or raw[-1:] != raw[:1]:
            raise MalformedError("no quotes")
        body = raw[1:-1]
        if b"\\" in body:
            body = unescaped(body)
        self.text(body)

    def unquoted(self) -> None:
        raw = self.line()
        if b"\\" in raw:
            try:
                self.text(raw.decode("raw-unicode-escape").encode("utf-8", "surrogatepass"))
            except ValueError as error:
                raise MalformedError("no text") from error
        else:
            self.text(raw.decode("latin-1").encode())

    def ask(self, module: object, name: object) -> None:
        """Ask for an attribute of a module; Python imports the module to get it."""
        start = self.at
        if not isinstance(module, str) or not isinstance(name, str):
            self.acts = True
            self.look.say(
                Objection.GLOBAL, f"a name that is computed while it loads, before byte {start}"
            )
            self.push(Name("?", "?"))
            return
        if self.strict and not (_NAME.fullmatch(module) and _NAME.fullmatch(name)):
            raise MalformedError("no name")
        self.acts = True
        known = trust(module, name)
        if known is Trust.HARMFUL:
            self.look.say(Objection.CODE, f"it asks for `{module}.{name}`")
        elif known is Trust.UNKNOWN:
            self.look.say(Objection.GLOBAL, f"it asks for `{module}.{name}`")
        self.push(Name(module, name))

    def named_by_lines(self) -> tuple[str, str]:
        module, name = self.line(), self.line()
        try:
            return module.decode("utf-8"), name.decode("utf-8")
        except ValueError as error:
            raise MalformedError("no name") from error

    def extension(self, width: int) -> None:
        code = self.number(width)
        self.acts = True
        self.look.say(Objection.GLOBAL, f"it asks for extension {code}, whatever that is there")
        self.push(Name("copyreg", f"extension {code}"))

    def call(self, what: object, arguments: object) -> None:
        self.acting(what, "called by")
        self.push(Made(what, arguments))

    def acting(self, what: object, how: str) -> None:
        """Note that something on the stack is made to act."""
        if isinstance(what, (Name, Made)):
            self.calls = True
        if isinstance(what, Made) and how == "called by":
            self.look.say(Objection.GLOBAL, "it calls what another call returned")

    def build(self) -> None:
        state, target = self.pop(), self.top()
        self.acting(target, "filled by")
        if isinstance(target, Name):
            self.look.say(Objection.CODE, f"it changes `{target.full}` itself")
        elif isinstance(target, Made):
            target.state = state
            if self.joblib and is_array(target):
                self.arrays += 1
                self.pass_array(target)

    def pass_array(self, wrapper: Made) -> None:
        """Pass over the bytes of an array that joblib writes behind its description."""
        entries = wrapper.state.entries if isinstance(wrapper.state, Dictionary) else {}
        size = item_size(entries.get("dtype"))
        shape = entries.get("shape")
        if size is None or not isinstance(shape, tuple):
            raise MalformedError("an array without its size")
        if size == 0:
            done = Machine(self.data, self.at, self.look, self.ways, joblib=True).run()
            if not done.whole:
                raise MalformedError("an array of objects is cut short")
            self.at = done.end
            return
        count = 1
        for length in shape:
            if not isinstance(length, int) or length < 0:
                raise MalformedError("an array without its size")
            count *= length
        if entries.get("numpy_array_alignment_bytes") is not None:
            self.take(self.number(1))
        self.take(count * size)

    def fill(self, items: list[object]) -> None:
        target = self.top()
        self.acting(target, "filled by")
        if isinstance(target, Dictionary):
            keep(target, items)

    def get(self, key: int) -> None:
        self.push(self.memo[key])

    def put(self, key: int) -> None:
        self.memo[key] = self.top()


def unescaped(body: bytes) -> bytes:
    return re.sub(
        rb"\\(x[0-9a-fA-F]{2}|[0-7]{1,3}|.)",
        lambda found: _character(found[1]),
        body,
        flags=re.DOTALL,
    )


_ESCAPES = {
    b"n": b"\n",
    b"t": b"\t",
    b"r": b"\r",
    b"a": b"\a",
    b"b": b"\b",
    b"f": b"\f",
    b"v": b"\v",
}


def _character(code: bytes) -> bytes:
    if code[:1] == b"x" and len(code) == 3:
        return bytes([int(code[1:], 16)])
    if code.isdigit() and code < b"8":
        return bytes([int(code, 8) & 255])
    return _ESCAPES.get(code, code)
