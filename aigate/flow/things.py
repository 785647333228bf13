"""Lists, dictionaries, settings and instances, with the members that are told apart."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Final

from aigate.flow.machine import Class, Machine
from aigate.flow.values import (
    NOTHING,
    UNKNOWN,
    Constant,
    Thing,
    Unknown,
    Value,
    constant,
    join,
    union,
)

_MOST: Final = 400


class Containers(Machine):
    """Follows data into members of objects and out of them."""

    def member(self, value: Value, key: Value) -> Value:
        """Return a member by its index or key."""
        if not isinstance(key.const, Unknown) or not value.refs:
            index = None if isinstance(key.const, Unknown) else key.const
            found = [self._get(thing, index) for thing in self.things(value)]
            if found:
                result = found[0]
                for other in found[1:]:
                    result = join(result, other)
                if value.taint:
                    result = result._replace(taint=union((result.taint, value.taint)))
                return result
            return Value(value.taint, path=value.path)
        return self.any_of(value)

    @staticmethod
    def _get(thing: Thing, key: Constant) -> Value:
        if thing.kind == "list" and type(key) is int and key < 0 and thing.counted:
            key += len(thing.members)
        value = thing.members.get(key)
        if value is not None:
            return value
        return thing.rest if thing.rest is not None else NOTHING

    def put(self, value: Value, key: Value, new: Value) -> None:
        """Set a member; surely if it is certain in which object."""
        for number in value.refs:
            thing = self.state.thing(number)
            if thing is None:
                continue
            self.step(1 + len(thing.members) // 8)
            known = not isinstance(key.const, Unknown)
            index = key.const if not isinstance(key.const, Unknown) else None
            if thing.kind == "list" and type(index) is int and index < 0:
                index += len(thing.members)
            if thing.kind == "list" and (not thing.counted or index not in thing.members):
                known = False
            if len(thing.members) > _MOST:
                known = False
            if known:
                old = thing.members.get(index)
                if len(value.refs) > 1 and old is not None:
                    new = join(old, new)
                self.state.things[number] = thing.having(index, new)
            else:
                # What is put under a name that is not known is put under every name.
                extra = new
                if key.taint:
                    extra = new._replace(taint=union((new.taint, key.taint)))
                self.state.things[number] = thing.mixed(extra)

    def own(self, node: ast.expr, value: Value) -> Value:
        """Return a value that is an object, which an unknown one becomes when it is changed."""
        if value.refs or not isinstance(node, ast.Name | ast.Attribute):
            return value
        rest = Value(value.taint)
        made = self.make(node, "object", {}, rest=rest, tag="own")
        value = value._replace(refs=made.refs)
        if isinstance(node, ast.Name) or node.attr not in {"headers", "environ"}:
            self.assign(node, value)
        return value

    def mix(self, value: Value, new: Value) -> None:
        """Put something into an object at no place in particular."""
        for number in value.refs:
            thing = self.state.thing(number)
            if thing is not None:
                self.step(1 + len(thing.members) // 8)
                self.state.things[number] = thing.mixed(new)

    def container_call(
        self, value: Value, name: str, args: list[Value], keywords: Mapping[str, Value]
    ) -> Value | None:
        """Work out a method of a container, or return None if this is none."""
        thing = self.only(value)
        if thing is None or thing.kind not in _MODELS:
            return None
        work = _MODELS[thing.kind].get(name)
        if work is None:
            return None
        self.step(1 + len(thing.members) // 8)
        return work(self, value, thing, args, keywords)

    def replace(self, value: Value, thing: Thing) -> None:
        """Give an object a new content."""
        self.state.things[value.refs[0]] = thing


Model = Callable[[Containers, Value, Thing, list[Value], Mapping[str, Value]], Value | None]


def _listed(values: list[Value], thing: Thing) -> Thing:
    return Thing("list", dict(enumerate(values)), thing.rest, counted=True, made=thing.made)


def _append(
    on: Containers, value: Value, thing: Thing, args: list[Value], _keywords: Mapping[str, Value]
) -> Value | None:
    if len(args) != 1:
        return None
    if thing.counted and len(thing.members) < _MOST:
        on.replace(value, thing.having(len(thing.members), args[0]))
    else:
        on.replace(value, thing.mixed(args[0]))
    return constant(None)


def _insert(
    on: Containers, value: Value, thing: Thing, args: list[Value], _keywords: Mapping[str, Value]
) -> Value | None:
    if len(args) != 2:
        return None
    place = args[0].const
    if thing.counted and type(place) is int and len(thing.members) < _MOST:
        values = list(thing.members.values())
        values.insert(place, args[1])
        on.replace(value, _listed(values, thing))
    else:
        on.replace(value, thing.mixed(args[1]))
    return constant(None)


def _pop(
    on: Containers, value: Value, thing: Thing, args: list[Value], _keywords: Mapping[str, Value]
) -> Value | None:
    place = args[0].const if args else -1
    if thing.counted and type(place) is int and thing.members:
        values = list(thing.members.values())
        if -len(values) <= place < len(values):
            result = values.pop(place)
            on.replace(value, _listed(values, thing))
            return result
    result = on.any_of(value)
    on.replace(value, thing.mixed(result))
    return result


def _extend(
    on: Containers, value: Value, thing: Thing, args: list[Value], _keywords: Mapping[str, Value]
) -> Value | None:
    if len(args) != 1:
        return None
    other = on.only(args[0])
    if (
        other is not None
        and other.kind == "list"
        and other.counted
        and thing.counted
        and len(other.members) + len(thing.members) < _MOST
    ):
        on.replace(value, _listed([*thing.members.values(), *other.members.values()], thing))
    else:
        on.replace(value, thing.mixed(on.any_of(args[0])))
    return constant(None)


def _reverse(
    on: Containers, value: Value, thing: Thing, _args: list[Value], _keywords: Mapping[str, Value]
) -> Value | None:
    on.replace(
        value, _listed(list(thing.members.values())[::-1], thing) if thing.counted else thing
    )
    return constant(None)


def _clear(
    on: Containers, value: Value, thing: Thing, _args: list[Value], _keywords: Mapping[str, Value]
) -> Value | None:
    on.replace(value, Thing(thing.kind, {}, made=thing.made))
    return constant(None)


def _copy(
    _on: Containers, value: Value, _thing: Thing, _args: list[Value], _keywords: Mapping[str, Value]
) -> Value | None:
    # Two names for one object: what is later put into the copy is seen in both.
    return value


def _get(
    on: Containers, value: Value, thing: Thing, args: list[Value], _keywords: Mapping[str, Value]
) -> Value | None:
    if not args:
        return None
    found = on.member(value, args[0])
    known = not isinstance(args[0].const, Unknown) and args[0].const in thing.members
    if not known and len(args) > 1:
        return args[1] if found is NOTHING else join(found, args[1])
    return found


def _pop_key(
    on: Containers, value: Value, thing: Thing, args: list[Value], keywords: Mapping[str, Value]
) -> Value | None:
    found = _get(on, value, thing, args, keywords)
    key = args[0].const if args else UNKNOWN
    if not isinstance(key, Unknown) and key in thing.members:
        members = {name: one for name, one in thing.members.items() if name != key}
        on.replace(value, Thing(thing.kind, members, thing.rest, thing.counted, thing.made))
    return found


def _setdefault(
    on: Containers, value: Value, _thing: Thing, args: list[Value], _keywords: Mapping[str, Value]
) -> Value | None:
    if not args:
        return None
    default = args[1] if len(args) > 1 else constant(None)
    found = on.member(value, args[0])
    result = default if found is NOTHING else join(found, default)
    on.put(value, args[0], result)
    return result


def _update(
    on: Containers, value: Value, thing: Thing, args: list[Value], keywords: Mapping[str, Value]
) -> Value | None:
    members = dict(thing.members)
    rest = thing.rest
    for one in args:
        other = on.only(one)
        if other is not None and other.kind == "dict":
            members.update(other.members)
            if other.rest is not None:
                rest = other.rest if rest is None else join(rest, other.rest)
        else:
            extra = on.any_of(one)
            rest = extra if rest is None else join(rest, extra)
    members.update(keywords)
    on.replace(value, Thing(thing.kind, members, rest, thing.counted, thing.made))
    return constant(None)


def _values(
    on: Containers, value: Value, _thing: Thing, _args: list[Value], _keywords: Mapping[str, Value]
) -> Value | None:
    found = on.any_of(value)
    return Value(found.taint, shape=found.shape)


def _keys(
    on: Containers, value: Value, thing: Thing, _args: list[Value], _keywords: Mapping[str, Value]
) -> Value | None:
    # Keys that are told apart are constants; others came with what stands under them.
    return Value(on.taint(thing.rest)) if thing.rest is not None else Value(value.taint)


def _set_option(
    on: Containers, value: Value, thing: Thing, args: list[Value], _keywords: Mapping[str, Value]
) -> Value | None:
    if len(args) != 3:
        return None
    section, option = args[0].const, args[1].const
    if isinstance(section, str) and isinstance(option, str):
        on.replace(value, thing.having(f"{section}\x00{option.lower()}", args[2]))
    else:
        on.replace(value, thing.mixed(args[2]))
    return constant(None)


def _get_option(
    on: Containers, value: Value, thing: Thing, args: list[Value], _keywords: Mapping[str, Value]
) -> Value | None:
    if len(args) < 2:
        return None
    section, option = args[0].const, args[1].const
    if isinstance(section, str) and isinstance(option, str):
        found = thing.members.get(f"{section}\x00{option.lower()}", thing.rest)
        return found if found is not None else NOTHING
    return on.any_of(value)


_LIST: Final[Mapping[str, Model]] = {
    "append": _append,
    "add": _append,
    "insert": _insert,
    "pop": _pop,
    "extend": _extend,
    "reverse": _reverse,
    "clear": _clear,
    "copy": _copy,
}
_DICT: Final[Mapping[str, Model]] = {
    "get": _get,
    "pop": _pop_key,
    "setdefault": _setdefault,
    "update": _update,
    "values": _values,
    "keys": _keys,
    "copy": _copy,
    "clear": _clear,
}
_MODELS: Final[Mapping[str, Mapping[str, Model]]] = {
    "list": _LIST,
    "dict": _DICT,
    "settings": {"set": _set_option, "get": _get_option},
}


def method_of(made: Class, name: str, *, above: bool = False) -> Value | None:
    """Return a member of a class or of the classes of the file that it builds on.

    With `above`, the class itself is passed over, as `super()` does.
    """
    todo = [made]
    seen: set[int] = set()
    while todo and len(seen) < _MOST:
        one = todo.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        found = None if above and one is made else one.members.get(name)
        if found is not None:
            return found
        todo += [base.made for base in reversed(one.bases) if isinstance(base.made, Class)]
    return None
