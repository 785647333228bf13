"""Follows the opcodes of a pickle on a stack of its own, and says what loading it would call.

A pickle has no branches, so what each opcode finds on the stack is known, but for what calls
return. Nothing is imported and nothing is called. What would fail in Python ends the reading
here as well, and is said; what was said until then stays, since Python has by then called it.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from aigate.artefacts.known import Trust, trust
from aigate.artefacts.look import LimitError, Look, MalformedError
from aigate.artefacts.values import Objection

_LONGEST_NAME = 1024
_MOST_KEPT = 64
_MOST_PICKLES = 10_000
_MOST_DECODED = 8_000_000

_NUMBER = re.compile(rb"[ \t]*[-+]?(?:0[xXoObB])?[0-9a-fA-F_]+[lL]?[ \t\r]*")
_FLOAT = re.compile(rb"[ \t]*[-+0-9.eE_infatyINFATYQ]+[ \t\r]*")
_NAME = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_\-\s]{12,}={0,2}\s*")
_TYPE = re.compile(r"[|<>=]?([a-zA-Z?])(\d{0,9})")
_HEX = re.compile(rb"(?:[0-9a-fA-F]{2}){8,}")
# A list of numbers, which is most of what there is in large ones: nothing in it acts.
_NUMBERS = re.compile(rb"\((?:K.|M..|J....|G.{8}|[N\x88\x89]|\x8a\x08.{8}){1,1000}e", re.DOTALL)
_PROTOCOL = 0x80
_STOP = 0x2E
_SHORT_TEXT = 0x8C
# BININT, BININT1 and BININT2, with the bytes that follow; a sign changes nothing here.
_INTEGERS = {0x4A: 4, 0x4B: 1, 0x4D: 2}
_MEMOIZE = 0x94
# A pickle that calls anything, or its spelling in letters, is longer.
_SHORTEST_NESTED = 14
_SHORTEST_SPELLED = 24
# What one can begin with: plainly, in base64, and in hexadecimal.
_FIRST = frozenset(b"\x80c(]}" + b"gYKXf" + b"86257" + b" \t\r\n")
_NEWEST = 5


class _Mark:
    """What the opcode MARK leaves on the stack."""


_MARK = _Mark()


@dataclass(slots=True, eq=False)
class _Name:
    """A module's attribute that the pickle asked for."""

    module: str
    name: str

    @property
    def full(self) -> str:
        return f"{self.module}.{self.name}"


@dataclass(slots=True, eq=False)
class _Made:
    """What a call returned, or would have."""

    by: object
    arguments: object = None
    state: object = None


@dataclass(slots=True, eq=False)
class _Mapping:
    """A dictionary, as far as its first entries."""

    entries: dict[str, object] = field(default_factory=dict)


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


def looks_like_pickle(data: bytes) -> bool:
    """Tell by the first bytes whether this is a pickle of protocol 2 or later."""
    return len(data) > 2 and data[0] == _PROTOCOL and data[1] <= _NEWEST and data[2] in _OPCODES


def read_all(data: bytes, look: Look, *, start: int = 0) -> tuple[int, bool, bool]:
    """Follow all pickles that lie one behind the other.

    Returns the offset behind the last whole one, whether the last one broke, and whether any
    asked for a name. Arrays that joblib writes between opcodes are passed over, and what is in
    them is read as plain `pickle` would read it, too.
    """
    at, broke, acts = start, False, False
    for _ in range(_MOST_PICKLES):
        look.purse.spend()
        first = at == start
        if at >= len(data) or not (first or _goes_on(data, at)):
            return at, False, acts
        done = _Machine(data, at, look, joblib=True).run()
        acts |= done.acts
        if done.arrays:
            acts |= _Machine(data, at, look, strict=True).run().acts
        if not done.whole:
            broke = first or done.acts
            return at, broke, acts
        at = done.end
    raise LimitError("there are more pickles in a row than are read")


def acts_unnamed(data: bytes, look: Look) -> bool:
    """Tell whether bytes of unknown kind are a pickle that calls something, and object if so.

    Text, too, can be a pickle of protocol 0; that a word list begins like one means nothing.
    """
    if not data or data[0] not in _OPCODES:
        return False
    quiet = Look(look.purse, look.member, look.depth)
    done = _Machine(data, 0, quiet, strict=True).run()
    if not done.acts or not (done.calls or done.whole):
        return False
    for remark in quiet.remarks:
        look.say(remark.objection, remark.text)
    return True


def _goes_on(data: bytes, at: int) -> bool:
    return looks_like_pickle(data[at : at + 3]) or data[at : at + 1] in b"(]}c)"


class _Machine:
    """One pickle being followed."""

    def __init__(
        self, data: bytes, start: int, look: Look, *, joblib: bool = False, strict: bool = False
    ) -> None:
        self.data = data
        self.at = start
        self.look = look
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
        data, stack, memo, opcodes = self.data, self.stack, self.memo, _OPCODES
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
                if end - at > _SHORTEST_NESTED and raw and raw[0] in _FIRST:
                    self.nested(raw)
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
        if value is _MARK:
            raise MalformedError("a mark in the place of a value")
        return value

    def top(self) -> object:
        value = self.stack[-1]
        if value is _MARK:
            raise MalformedError("a mark in the place of a value")
        return value

    def push(self, value: object = None) -> None:
        self.stack.append(value)

    def to_mark(self) -> list[object]:
        stack = self.stack
        for index in range(len(stack) - 1, -1, -1):
            if stack[index] is _MARK:
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
            self.push(_MARK)

    def text(self, raw: bytes) -> None:
        self.nested(raw)
        if len(raw) > _LONGEST_NAME:
            self.push()
            return
        self.push(raw.decode("utf-8", "surrogateescape"))

    def raw(self, raw: bytes) -> None:
        self.nested(raw)
        self.push()

    def quoted(self) -> None:
        raw = self.line().strip(b" \t\r")
        if len(raw) < 2 or raw[:1] not in b"'\"" or raw[-1:] != raw[:1]:
            raise MalformedError("no quotes")
        body = raw[1:-1]
        if b"\\" in body:
            body = _unescaped(body)
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

    def nested(self, raw: bytes) -> None:
        """Read what could be a pickle of its own, plain or spelled in letters."""
        if len(raw) < _SHORTEST_NESTED or raw[0] not in _FIRST:
            return
        inner = raw
        if not looks_like_pickle(raw):
            inner = b""
            if _SHORTEST_SPELLED <= len(raw) <= _MOST_DECODED:
                inner = _decoded(raw)
            if not inner:
                if raw[0] in b"c(]}" and b"\n" in raw and len(raw) <= _MOST_DECODED:
                    acts_unnamed(raw, self.look.inside("pickle"))
                return
        inside = self.look.inside("pickle")
        if looks_like_pickle(inner):
            read_all(inner, inside)
        else:
            acts_unnamed(inner, inside)

    def ask(self, module: object, name: object) -> None:
        """Ask for an attribute of a module; Python imports the module to get it."""
        start = self.at
        if not isinstance(module, str) or not isinstance(name, str):
            self.acts = True
            self.look.say(
                Objection.GLOBAL, f"a name that is computed while it loads, before byte {start}"
            )
            self.push(_Name("?", "?"))
            return
        if self.strict and not (_NAME.fullmatch(module) and _NAME.fullmatch(name)):
            raise MalformedError("no name")
        self.acts = True
        known = trust(module, name)
        if known is Trust.HARMFUL:
            self.look.say(Objection.CODE, f"it asks for `{module}.{name}`")
        elif known is Trust.UNKNOWN:
            self.look.say(Objection.GLOBAL, f"it asks for `{module}.{name}`")
        self.push(_Name(module, name))

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
        self.push(_Name("copyreg", f"extension {code}"))

    def call(self, what: object, arguments: object) -> None:
        self.acting(what, "called by")
        self.push(_Made(what, arguments))

    def acting(self, what: object, how: str) -> None:
        """Note that something on the stack is made to act."""
        if isinstance(what, (_Name, _Made)):
            self.calls = True
        if isinstance(what, _Made) and how == "called by":
            self.look.say(Objection.GLOBAL, "it calls what another call returned")

    def build(self) -> None:
        state, target = self.pop(), self.top()
        self.acting(target, "filled by")
        if isinstance(target, _Name):
            self.look.say(Objection.CODE, f"it changes `{target.full}` itself")
        elif isinstance(target, _Made):
            target.state = state
            if self.joblib and _is_array(target):
                self.arrays += 1
                self.pass_array(target)

    def pass_array(self, wrapper: _Made) -> None:
        """Pass over the bytes of an array that joblib writes behind its description."""
        entries = wrapper.state.entries if isinstance(wrapper.state, _Mapping) else {}
        size = _item_size(entries.get("dtype"))
        shape = entries.get("shape")
        if size is None or not isinstance(shape, tuple):
            raise MalformedError("an array without its size")
        if size == 0:
            done = _Machine(self.data, self.at, self.look, joblib=True).run()
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
        if isinstance(target, _Mapping):
            _keep(target, items)

    def get(self, key: int) -> None:
        self.push(self.memo[key])

    def put(self, key: int) -> None:
        self.memo[key] = self.top()


def _checked(pattern: re.Pattern[bytes]) -> Callable[[_Machine], None]:
    def read(machine: _Machine) -> None:
        raw = machine.line()
        if not pattern.fullmatch(raw):
            raise MalformedError("no number")
        machine.push()

    return read


def _integer(machine: _Machine) -> None:
    raw = machine.line()
    if not _NUMBER.fullmatch(raw):
        raise MalformedError("no number")
    try:
        machine.push(int(raw) if len(raw) < 20 else None)
    except ValueError:
        machine.push()


def _index(machine: _Machine) -> int:
    raw = machine.line()
    try:
        return int(raw) if len(raw) < 20 else -1
    except ValueError as error:
        raise MalformedError("no number") from error


def _tuple(count: int) -> Callable[[_Machine], None]:
    def make(machine: _Machine) -> None:
        values = [machine.pop() for _ in range(count)]
        machine.push(tuple(reversed(values)))

    return make


def _marked_tuple(machine: _Machine) -> None:
    items = machine.to_mark()
    machine.push(tuple(items) if len(items) <= _MOST_KEPT else None)


def _marked_mapping(machine: _Machine) -> None:
    mapping = _Mapping()
    _keep(mapping, machine.to_mark())
    machine.push(mapping)


def _keep(mapping: _Mapping, items: list[object]) -> None:
    for key, value in zip(items[::2], items[1::2], strict=False):
        if isinstance(key, str) and len(mapping.entries) < _MOST_KEPT:
            mapping.entries[key] = value


def _is_array(made: _Made) -> bool:
    return isinstance(made.by, _Name) and made.by.full == "joblib.numpy_pickle.NumpyArrayWrapper"


def _item_size(dtype: object) -> int | None:
    """Return the bytes of an item, 0 for objects, None if nothing tells."""
    if not isinstance(dtype, _Made) or not isinstance(dtype.by, _Name):
        return None
    arguments = dtype.arguments
    code = arguments[0] if isinstance(arguments, tuple) and arguments else None
    if dtype.by.full != "numpy.dtype" or not isinstance(code, str):
        return None
    found = _TYPE.fullmatch(code)
    if found is None:
        return None
    size = int(found[2] or "1") * (4 if found[1] == "U" else 1)
    state = dtype.state if isinstance(dtype.state, tuple) else ()
    # A record may hold objects, and then it is written as a pickle.
    holds_objects = len(state) > 7 and isinstance(state[7], int) and bool(state[7] & 1)
    return 0 if found[1] == "O" or holds_objects else size


def _unescaped(body: bytes) -> bytes:
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


def _decoded(raw: bytes) -> bytes:
    try:
        if _HEX.fullmatch(raw):
            found = binascii.unhexlify(raw)
        elif _BASE64.fullmatch(raw):
            plain = raw.translate(bytes.maketrans(b"-_", b"+/"), b" \t\r\n=")
            found = base64.b64decode(plain + b"=" * (-len(plain) % 4))
        else:
            return b""
    except ValueError:
        return b""
    return found if looks_like_pickle(found) or found[:1] in (b"c", b"(", b"]", b"}") else b""


def _protocol(machine: _Machine) -> None:
    if machine.number(1) > _NEWEST:
        raise MalformedError("no such protocol")


def _reduce(machine: _Machine) -> None:
    arguments, what = machine.pop(), machine.pop()
    machine.call(what, arguments)


def _reduce_with_names(machine: _Machine) -> None:
    machine.pop()
    _reduce(machine)


def _instance(machine: _Machine) -> None:
    module, name = machine.named_by_lines()
    arguments = machine.to_mark()
    machine.ask(module, name)
    machine.call(machine.pop(), tuple(arguments[:_MOST_KEPT]))


def _object(machine: _Machine) -> None:
    items = machine.to_mark()
    if not items:
        raise MalformedError("nothing to call")
    machine.call(items[0], tuple(items[1:_MOST_KEPT]))


def _pop(machine: _Machine) -> None:
    machine.stack.pop()


def _append(machine: _Machine) -> None:
    machine.pop()
    machine.acting(machine.top(), "filled by")


def _set_item(machine: _Machine) -> None:
    value, key = machine.pop(), machine.pop()
    machine.fill([key, value])


def _persistent(machine: _Machine) -> None:
    machine.pop()
    machine.push()


def _stack_global(machine: _Machine) -> None:
    name, module = machine.pop(), machine.pop()
    machine.ask(module, name)


def _long(width: int) -> Callable[[_Machine], None]:
    def read(machine: _Machine) -> None:
        raw = machine.take(machine.number(width))
        machine.push(int.from_bytes(raw, "little", signed=True) if len(raw) <= 8 else None)

    return read


_OPCODES: dict[int, Callable[[_Machine], object]] = {
    key[0]: act
    for key, act in {
        b"(": _Machine.skip_numbers,
        b".": _Machine.pop,
        b"0": _pop,
        b"1": _Machine.to_mark,
        b"2": lambda m: m.push(m.top()),
        b"F": _checked(_FLOAT),
        b"G": lambda m: m.push(m.take(8) and None),
        b"I": _integer,
        b"J": lambda m: m.push(m.number(4)),
        b"K": lambda m: m.push(m.number(1)),
        b"L": _checked(_NUMBER),
        b"M": lambda m: m.push(m.number(2)),
        b"N": _Machine.push,
        b"P": lambda m: m.push(m.line() and None),
        b"Q": _persistent,
        b"R": _reduce,
        b"S": _Machine.quoted,
        b"T": lambda m: m.text(m.take(m.number(4))),
        b"U": lambda m: m.text(m.take(m.number(1))),
        b"V": _Machine.unquoted,
        b"X": lambda m: m.text(m.take(m.number(4))),
        b"a": _append,
        b"b": _Machine.build,
        b"c": lambda m: m.ask(*m.named_by_lines()),
        b"d": _marked_mapping,
        b"}": lambda m: m.push(_Mapping()),
        b"e": lambda m: m.fill(m.to_mark()),
        b"g": lambda m: m.get(_index(m)),
        b"h": lambda m: m.get(m.number(1)),
        b"i": _instance,
        b"j": lambda m: m.get(m.number(4)),
        b"l": lambda m: m.push(m.to_mark() and None),
        b"]": _Machine.push,
        b"o": _object,
        b"p": lambda m: m.put(_index(m)),
        b"q": lambda m: m.put(m.number(1)),
        b"r": lambda m: m.put(m.number(4)),
        b"s": _set_item,
        b"t": _marked_tuple,
        b")": lambda m: m.push(()),
        b"u": lambda m: m.fill(m.to_mark()),
        b"B": lambda m: m.raw(m.take(m.number(4))),
        b"C": lambda m: m.raw(m.take(m.number(1))),
        b"\x80": _protocol,
        b"\x81": _reduce,
        b"\x82": lambda m: m.extension(1),
        b"\x83": lambda m: m.extension(2),
        b"\x84": lambda m: m.extension(4),
        b"\x85": _tuple(1),
        b"\x86": _tuple(2),
        b"\x87": _tuple(3),
        b"\x88": _Machine.push,
        b"\x89": _Machine.push,
        b"\x8a": _long(1),
        b"\x8b": _long(4),
        b"\x8c": lambda m: m.text(m.take(m.number(1))),
        b"\x8d": lambda m: m.text(m.take(m.number(8))),
        b"\x8e": lambda m: m.raw(m.take(m.number(8))),
        b"\x8f": _Machine.push,
        b"\x90": lambda m: m.fill(m.to_mark()),
        b"\x91": lambda m: m.push(m.to_mark() and None),
        b"\x92": _reduce_with_names,
        b"\x93": _stack_global,
        b"\x94": lambda m: m.put(len(m.memo)),
        b"\x95": lambda m: m.take(8),
        b"\x96": lambda m: m.raw(m.take(m.number(8))),
        b"\x97": _Machine.push,
        b"\x98": _Machine.top,
    }.items()
}
