"""What the analysis knows of a value, and of everything at one point of a program."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from aigate.value import dataclass


class Unknown:
    """The kind of the one mark for "no constant"."""

    __slots__ = ()


UNKNOWN: Final = Unknown()

Constant = str | bytes | int | float | complex | bool | None
HOLE = "\x00"
"""Stands in `Value.shape` for a part that is not known."""
DULL = "\x01"
"""Stands there for a part that is not known and cannot hold text, such as a number."""

_MOST_ORIGINS = 6
_MOST_REFS = 6
_LONGEST_SHAPE = 1500


class Origin(NamedTuple):
    """Where data comes from outside: how the source is spelt, and in which line."""

    line: int
    text: str


Taint = tuple[tuple[Origin, int], ...]
"""Origins, in order, each with a bit for every rule to which the data is still dangerous."""


class Value(NamedTuple):
    """What is known of a value.

    `const` is the constant that it is, or UNKNOWN. `refs` are the objects that it may be.
    `path` spells where it comes from, in full: `os.path`, or `sqlite3.connect().cursor`.
    `start` is how its text begins, whatever happens; `shape` its text with marks for what is
    not known. `opaque` says that an unknown function made it. `made` is a function, a class
    or a bound method of the file.
    """

    taint: Taint = ()
    const: Constant | Unknown = UNKNOWN
    refs: tuple[int, ...] = ()
    path: str = ""
    start: str = ""
    shape: str = ""
    opaque: bool = False
    made: object = None

    def tainted(self, taint: Taint) -> Value:
        """Return it with another taint."""
        return _new(Value, (taint, *self[1:]))


NOTHING = Value()
# Values are made more often than anything else; this is half of what `Value(...)` costs.
_new: Final = tuple.__new__


def constant(value: Constant) -> Value:
    """Return the value of a constant."""
    return _new(Value, ((), value, (), "", "", "", False, None))


def held(refs: tuple[int, ...]) -> Value:
    """Return a value that is one of some objects."""
    return _new(Value, ((), UNKNOWN, refs, "", "", "", False, None))


def passed_on(taint: Taint, path: str, start: str, shape: str, *, opaque: bool) -> Value:
    """Return what an unknown function makes of what it is given."""
    return _new(Value, (taint, UNKNOWN, (), path, start, shape, opaque, None))


def named(path: str, taint: Taint = ()) -> Value:
    """Return a value of which it is known where it comes from."""
    return _new(Value, (taint, UNKNOWN, (), path, "", "", False, None))


def text_of(value: Value) -> str:
    """Return the text of a value, with marks for what is not known."""
    if isinstance(value.const, str):
        return value.const[:_LONGEST_SHAPE]
    if not isinstance(value.const, Unknown):
        return str(value.const)[:_LONGEST_SHAPE] if not _huge(value.const) else DULL
    return value.shape or HOLE


def start_of(value: Value) -> str:
    """Return how the text of a value begins, as far as that is certain."""
    if isinstance(value.const, str):
        return value.const[:_LONGEST_SHAPE]
    return value.start


def _huge(value: object) -> bool:
    return isinstance(value, int) and value.bit_length() > 256


def union(taints: Iterable[Taint]) -> Taint:
    """Return everything that is in any of these."""
    some = [taint for taint in taints if taint]
    if not some:
        return ()
    first = some[0]
    if all(taint is first or taint == first for taint in some):
        return first
    bits: dict[Origin, int] = {}
    for taint in some:
        for origin, mask in taint:
            bits[origin] = bits.get(origin, 0) | mask
    merged = sorted(bits.items())
    if len(merged) > _MOST_ORIGINS:
        rest = 0
        for _, mask in merged[_MOST_ORIGINS:]:
            rest |= mask
        last, mask = merged[_MOST_ORIGINS - 1]
        merged[_MOST_ORIGINS - 1 :] = [(last, mask | rest)]
    return tuple(merged)


def both(one: Taint, other: Taint) -> Taint:
    """Return everything that is in either of two."""
    if not other or one is other:
        return one
    return union((one, other)) if one else other


def cleared(taint: Taint, mask: int) -> Taint:
    """Return what is left when it is harmless to the rules of a mask."""
    if not taint or not mask:
        return taint
    return tuple((origin, bits & ~mask) for origin, bits in taint if bits & ~mask)


def same_constant(one: object, other: object) -> bool:
    """Tell whether two constants are the same; `1` and `True` are not."""
    return type(one) is type(other) and one == other


def join(one: Value, other: Value) -> Value:
    """Return what is known of a value that is one or the other."""
    if one is other or (one == other and type(one.const) is type(other.const)):
        return one
    same = same_constant(one.const, other.const)
    refs = one.refs
    if one.refs != other.refs:
        refs = tuple(sorted({*one.refs, *other.refs}))[:_MOST_REFS]
    start, shape = "", ""
    if not same:
        start = _common(start_of(one), start_of(other))
        shape = _worse(one, other)
    return _new(
        Value,
        (
            both(one.taint, other.taint),
            one.const if same else UNKNOWN,
            refs,
            _path(one, other),
            start,
            shape,
            one.opaque and other.opaque,
            one.made if other.made is None or other.made == one.made else other.made,
        ),
    )


def _path(one: Value, other: Value) -> str:
    if one.path == other.path:
        return one.path
    # `connection = None` before it is opened says nothing about it.
    if one.path and other.path:
        return one.path if len(one.path) >= len(other.path) else other.path
    return one.path or other.path


def _worse(one: Value, other: Value) -> str:
    texts = [
        text_of(value) for value in (one, other) if value.shape or isinstance(value.const, str)
    ]
    holed = [text for text in texts if HOLE in text]
    return max(holed or texts, key=len, default="")


def _common(one: str, other: str) -> str:
    length = min(len(one), len(other))
    for place in range(length):
        if one[place] != other[place]:
            return one[:place]
    return one[:length]


def joined_text(parts: Iterable[Value], taint: Taint) -> Value:
    """Return the text that parts in a row make."""
    shape, start, certain = "", "", True
    for part in parts:
        if len(shape) < _LONGEST_SHAPE:
            shape += text_of(part)
        if certain:
            start += start_of(part)
            certain = isinstance(part.const, str) and len(start) < _LONGEST_SHAPE
    return Value(taint, start=start[:_LONGEST_SHAPE], shape=shape[:_LONGEST_SHAPE])


@dataclass(frozen=True, slots=True)
class Thing:
    """An object with members that are told apart: a list, a dictionary, an instance.

    `members` are those by known index, key or name; `rest` stands for all others. A list
    whose length is not known has only a rest. `made` is the class of an instance.
    """

    kind: str
    members: dict[Constant, Value]
    rest: Value | None = None
    counted: bool = True
    made: object = None

    def having(self, key: Constant, value: Value) -> Thing:
        """Return it with one member set."""
        return Thing(self.kind, {**self.members, key: value}, self.rest, self.counted, self.made)

    def mixed(self, value: Value) -> Thing:
        """Return it with a value put in at a place that is not known."""
        rest = value if self.rest is None else join(self.rest, value)
        if self.kind == "list":
            for member in self.members.values():
                rest = join(rest, member)
            return Thing(self.kind, {}, rest, counted=False, made=self.made)
        return Thing(self.kind, self.members, rest, self.counted, self.made)


def join_things(one: Thing, other: Thing) -> Thing:
    """Return what is known of an object after one way or the other."""
    if one is other:
        return one
    listed = one.kind == "list" or other.kind == "list"
    if listed and (not one.counted or not other.counted or len(one.members) != len(other.members)):
        flat = Thing("list", {}, one.rest, counted=False, made=one.made)
        for value in (*one.members.values(), *other.members.values()):
            flat = flat.mixed(value)
        return flat.mixed(other.rest) if other.rest is not None else flat
    members = dict(one.members)
    for key, value in other.members.items():
        members[key] = join(members[key], value) if key in members else value
    rest = one.rest
    if other.rest is not None:
        rest = other.rest if rest is None else join(rest, other.rest)
    return Thing(one.kind, members, rest, one.counted, one.made or other.made)


class State:
    """The names of one function, and the objects of all, at one point.

    `things` are those that the function made or changed; `base` holds all that were there
    before it, which many states share and none changes.
    """

    __slots__ = ("base", "names", "things")

    def __init__(
        self, names: dict[str, Value], things: dict[int, Thing], base: dict[int, Thing]
    ) -> None:
        """Hold these."""
        self.names = names
        self.things = things
        self.base = base

    def thing(self, number: int) -> Thing | None:
        """Return an object by its number."""
        found = self.things.get(number)
        return found if found is not None else self.base.get(number)

    def copy(self) -> State:
        """Return a state that changes by itself."""
        return State(self.names.copy(), self.things.copy(), self.base)

    def all(self) -> dict[int, Thing]:
        """Return every object."""
        return {**self.base, **self.things}

    @property
    def size(self) -> int:
        """How much there is to copy."""
        return len(self.names) + len(self.things)


def join_states(one: State | None, other: State | None) -> State | None:
    """Return what holds after one way or the other; None is a way that nobody goes."""
    if one is None or other is None or one is other:
        return one if other is None else other
    names = one.names.copy()
    get = names.get
    for name, value in other.names.items():
        known = get(name)
        if known is not value:
            names[name] = value if known is None else join(known, value)
    things = one.things.copy()
    base = one.base
    for number, thing in other.things.items():
        met = things.get(number)
        if met is thing:
            continue
        met = met or base.get(number)
        if met is None:
            things[number] = thing
        elif met is not thing:
            things[number] = join_things(met, thing)
    for number, thing in one.things.items():
        if number not in other.things and number in base and base[number] is not thing:
            things[number] = join_things(thing, base[number])
    return State(names, things, base)


def differs(one: State, other: State) -> bool:
    """Tell whether two states say different things, as a loop asks before another round."""
    return _unlike(one.names, other.names) or _unlike(one.things, other.things)


def _unlike(one: dict[str, Value] | dict[int, Thing], other: object) -> bool:
    return bool(one != other)
