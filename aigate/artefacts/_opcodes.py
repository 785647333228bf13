"""What each opcode of a pickle does on the machine that follows it."""

from __future__ import annotations

import re
from collections.abc import Callable

from aigate.artefacts._machine import Machine
from aigate.artefacts._pickled import MOST_KEPT, Dictionary, keep
from aigate.artefacts.look import MalformedError
from aigate.artefacts.magic import NEWEST
from aigate.domain.regex import regex

_NUMBER = regex(rb"[ \t]*[-+]?(?:0[xXoObB])?[0-9a-fA-F_]+[lL]?[ \t\r]*")
_FLOAT = regex(rb"[ \t]*[-+0-9.eE_infatyINFATYQ]+[ \t\r]*")


def _checked(pattern: re.Pattern[bytes]) -> Callable[[Machine], None]:
    def read(machine: Machine) -> None:
        raw = machine.line()
        if not pattern.fullmatch(raw):
            raise MalformedError("no number")
        machine.push()

    return read


def _integer(machine: Machine) -> None:
    raw = machine.line()
    if not _NUMBER.fullmatch(raw):
        raise MalformedError("no number")
    try:
        machine.push(int(raw) if len(raw) < 20 else None)
    except ValueError:
        machine.push()


def _index(machine: Machine) -> int:
    raw = machine.line()
    try:
        return int(raw) if len(raw) < 20 else -1
    except ValueError as error:
        raise MalformedError("no number") from error


def _tuple(count: int) -> Callable[[Machine], None]:
    def make(machine: Machine) -> None:
        values = [machine.pop() for _ in range(count)]
        machine.push(tuple(reversed(values)))

    return make


def _marked_tuple(machine: Machine) -> None:
    items = machine.to_mark()
    machine.push(tuple(items) if len(items) <= MOST_KEPT else None)


def _marked_mapping(machine: Machine) -> None:
    mapping = Dictionary()
    keep(mapping, machine.to_mark())
    machine.push(mapping)


def _protocol(machine: Machine) -> None:
    if machine.number(1) > NEWEST:
        raise MalformedError("no such protocol")


def _reduce(machine: Machine) -> None:
    arguments, what = machine.pop(), machine.pop()
    machine.call(what, arguments)


def _reduce_with_names(machine: Machine) -> None:
    machine.pop()
    _reduce(machine)


def _instance(machine: Machine) -> None:
    module, name = machine.named_by_lines()
    arguments = machine.to_mark()
    machine.ask(module, name)
    machine.call(machine.pop(), tuple(arguments[:MOST_KEPT]))


def _object(machine: Machine) -> None:
    items = machine.to_mark()
    if not items:
        raise MalformedError("nothing to call")
    machine.call(items[0], tuple(items[1:MOST_KEPT]))


def _pop(machine: Machine) -> None:
    machine.stack.pop()


def _append(machine: Machine) -> None:
    machine.pop()
    machine.acting(machine.top(), "filled by")


def _set_item(machine: Machine) -> None:
    value, key = machine.pop(), machine.pop()
    machine.fill([key, value])


def _persistent(machine: Machine) -> None:
    machine.pop()
    machine.push()


def _stack_global(machine: Machine) -> None:
    name, module = machine.pop(), machine.pop()
    machine.ask(module, name)


def _long(width: int) -> Callable[[Machine], None]:
    def read(machine: Machine) -> None:
        raw = machine.take(machine.number(width))
        machine.push(int.from_bytes(raw, "little", signed=True) if len(raw) <= 8 else None)

    return read


OPCODES: dict[int, Callable[[Machine], object]] = {
    key[0]: act
    for key, act in {
        b"(": Machine.skip_numbers,
        b".": Machine.pop,
        b"0": _pop,
        b"1": Machine.to_mark,
        b"2": lambda m: m.push(m.top()),
        b"F": _checked(_FLOAT),
        b"G": lambda m: m.push(m.take(8) and None),
        b"I": _integer,
        b"J": lambda m: m.push(m.number(4)),
        b"K": lambda m: m.push(m.number(1)),
        b"L": _checked(_NUMBER),
        b"M": lambda m: m.push(m.number(2)),
        b"N": Machine.push,
        b"P": lambda m: m.push(m.line() and None),
        b"Q": _persistent,
        b"R": _reduce,
        b"S": Machine.quoted,
        b"T": lambda m: m.text(m.take(m.number(4))),
        b"U": lambda m: m.text(m.take(m.number(1))),
        b"V": Machine.unquoted,
        b"X": lambda m: m.text(m.take(m.number(4))),
        b"a": _append,
        b"b": Machine.build,
        b"c": lambda m: m.ask(*m.named_by_lines()),
        b"d": _marked_mapping,
        b"}": lambda m: m.push(Dictionary()),
        b"e": lambda m: m.fill(m.to_mark()),
        b"g": lambda m: m.get(_index(m)),
        b"h": lambda m: m.get(m.number(1)),
        b"i": _instance,
        b"j": lambda m: m.get(m.number(4)),
        b"l": lambda m: m.push(m.to_mark() and None),
        b"]": Machine.push,
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
        b"\x88": Machine.push,
        b"\x89": Machine.push,
        b"\x8a": _long(1),
        b"\x8b": _long(4),
        b"\x8c": lambda m: m.text(m.take(m.number(1))),
        b"\x8d": lambda m: m.text(m.take(m.number(8))),
        b"\x8e": lambda m: m.raw(m.take(m.number(8))),
        b"\x8f": Machine.push,
        b"\x90": lambda m: m.fill(m.to_mark()),
        b"\x91": lambda m: m.push(m.to_mark() and None),
        b"\x92": _reduce_with_names,
        b"\x93": _stack_global,
        b"\x94": lambda m: m.put(len(m.memo)),
        b"\x95": lambda m: m.take(8),
        b"\x96": lambda m: m.raw(m.take(m.number(8))),
        b"\x97": Machine.push,
        b"\x98": Machine.top,
    }.items()
}
