"""Makes the classes of values, as the standard library's `dataclass` does, at a tenth of its cost.

The standard decorator writes and compiles up to nine methods for every class while the class is
imported, which takes about a millisecond. A scan that finds nothing new imports a hundred such
classes and makes values of a third of them, and this alone was a third of its time. Here the
methods that only have to be right are shared, and `__init__` is compiled where many values are
made.

Type checkers see the standard decorator, and `dataclasses.fields`, `replace` and `is_dataclass`
work on what this one makes. Classes without slots, base classes, `InitVar`, `ClassVar`,
`KW_ONLY` and fields that are no parameters are left out, since no value here has any.
"""

from __future__ import annotations

import dataclasses
import operator
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, FrozenInstanceError, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from dataclasses import dataclass  # noqa: TID251 - see above
else:

    def dataclass(cls: type | None = None, /, **options: bool) -> Any:  # noqa: ANN401 - as above
        """Make a class of values; the options are those of the standard decorator."""
        return _made(cls, **options) if cls else lambda cls: _made(cls, **options)


__all__ = ["dataclass"]

_FEW = 64
"""After so many values of a class, compiling has cost less than doing without it."""

SOURCE = "<aigate.value>"
"""What tracebacks and audit hooks see as the file of what is compiled here."""

# What `dataclasses.fields` looks for.
_ORDINARY = dataclasses._FIELD  # type: ignore[attr-defined] # noqa: SLF001 - there is no public name
_ORDER = {
    "__lt__": operator.lt,
    "__le__": operator.le,
    "__gt__": operator.gt,
    "__ge__": operator.ge,
}


def _made(
    cls: type,
    *,
    slots: bool,
    frozen: bool = False,
    kw_only: bool = False,
    order: bool = False,
    eq: bool = True,
) -> type:
    if not slots or cls.__bases__ != (object,):
        raise TypeError(f"`{cls.__name__}` needs slots and no base class")
    given = dict(vars(cls))
    fields = {
        name: _field(name, hint, given.pop(name, MISSING), kw_only=kw_only)
        for name, hint in cls.__annotations__.items()
    }
    del given["__dict__"], given["__weakref__"]
    body = {
        "__dataclass_fields__": fields,
        "__match_args__": tuple(one.name for one in fields.values() if not one.kw_only),
        "__slots__": tuple(fields),
        "__repr__": _repr_of([one.name for one in fields.values() if one.repr]),
    }
    if eq:
        compared = [one.name for one in fields.values() if one.compare]
        body |= _comparisons(_key_of(compared), frozen=frozen, order=order)
    if frozen:
        body |= _FROZEN
    made = type(cls)(cls.__name__, (), body | given)
    made.__init__ = _first_init(made, tuple(fields.values()), frozen=frozen)  # type: ignore[misc] # that is the point
    return made


def _field(name: str, hint: object, given: object, *, kw_only: bool) -> Field[Any]:
    one: Any = given if isinstance(given, Field) else field(default=given)
    one.name, one.type = name, hint
    one._field_type = _ORDINARY  # noqa: SLF001 - see there
    if one.kw_only is MISSING:
        one.kw_only = kw_only
    if isinstance(one.default, list | dict | set) or not one.init:
        raise TypeError(f"`{name}` has a default that all values would share, or is no parameter")
    return one  # type: ignore[no-any-return] # a Field whose private parts are set


def _first_init(made: type, fields: Sequence[Field[Any]], *, frozen: bool) -> Callable[..., None]:
    """Return an `__init__` that puts a compiled one in its place where many values are made."""
    left = _FEW
    slots = vars(made)
    has_check = hasattr(made, "__post_init__")

    def __init__(self: object, *values: object, **named: object) -> None:  # noqa: N807 - its name in error messages
        nonlocal left
        left -= 1
        if left < 0 or not _filled(self, fields, slots, values, named):
            made.__init__ = init = _init(made, fields, frozen=frozen)  # type: ignore[misc] # see above
            init(self, *values, **named)
        elif has_check:
            self.__post_init__()  # type: ignore[attr-defined] # it is there

    return __init__


def _filled(
    value: object,
    fields: Sequence[Field[Any]],
    slots: Mapping[str, Any],
    values: tuple[object, ...],
    named: Mapping[str, object],
) -> bool:
    """Set every field as `__init__` would, and say whether that call was right."""
    in_order = by_name = 0
    for one in fields:
        name = one.name
        if not one.kw_only and in_order < len(values):
            given = values[in_order]
            in_order += 1
        elif name in named:
            given = named[name]
            by_name += 1
        elif one.default is not MISSING:
            given = one.default
        elif one.default_factory is not MISSING:
            given = one.default_factory()
        else:
            return False
        slots[name].__set__(value, given)
    return in_order == len(values) and by_name == len(named)


def _init(made: type, fields: Sequence[Field[Any]], *, frozen: bool) -> Callable[..., None]:
    # Nothing but names of fields gets into the source.
    known: dict[str, Any] = {"_absent": _ABSENT}
    parameters = [_parameter(one) for one in fields if not one.kw_only]
    named = [_parameter(one) for one in fields if one.kw_only]
    lines = []
    for one in fields:
        name = one.name
        known[f"_default_{name}"] = one.default
        value = name
        if one.default_factory is not MISSING:
            known[f"_default_{name}"], known[f"_make_{name}"] = _ABSENT, one.default_factory
            value = f"_make_{name}() if {name} is _absent else {name}"
        if frozen:
            # A slot's own setter is half as slow as `object.__setattr__`.
            known[f"_set_{name}"] = vars(made)[name].__set__
            lines.append(f" _set_{name}(self, {value})")
        else:
            lines.append(f" self.{name} = {value}")
    if hasattr(made, "__post_init__"):
        lines.append(" self.__post_init__()")
    heading = ", ".join(["self", *parameters, *(["*", *named] if named else [])])
    source = "\n".join([f"def __init__({heading}):", *lines, " return None"])
    found: dict[str, Any] = {}
    exec(compile(source, SOURCE, "exec"), known, found)  # noqa: S102 - see above
    init = found["__init__"]
    init.__qualname__ = f"{made.__qualname__}.__init__"
    return init  # type: ignore[no-any-return] # what was just compiled


def _parameter(one: Field[Any]) -> str:
    optional = one.default is not MISSING or one.default_factory is not MISSING
    return f"{one.name}=_default_{one.name}" if optional else one.name


_ABSENT = object()


def _key_of(names: Sequence[str]) -> Callable[[Any], Any]:
    if not names:
        return lambda _value: ()
    if len(names) == 1:
        # As a tuple, so that equality begins with identity, as the standard decorator's does.
        only = operator.attrgetter(names[0])
        return lambda value: (only(value),)
    return operator.attrgetter(*names)


def _comparisons(key: Callable[[Any], Any], *, frozen: bool, order: bool) -> Mapping[str, object]:
    def __eq__(self: object, other: object) -> bool:  # noqa: N807 - its name
        if other.__class__ is not self.__class__:
            return NotImplemented
        return bool(self is other or key(self) == key(other))

    def __hash__(self: object) -> int:  # noqa: N807 - its name
        return hash(key(self))

    def compared(by: Callable[[Any, Any], object]) -> Callable[[object, object], bool]:
        def compare(self: object, other: object) -> bool:
            if other.__class__ is not self.__class__:
                return NotImplemented  # type: ignore[no-any-return] # as any comparison may
            return bool(by(key(self), key(other)))

        return compare

    ordered = {name: compared(by) for name, by in _ORDER.items()} if order else {}
    return {"__eq__": __eq__, "__hash__": __hash__ if frozen else None, **ordered}


def _repr_of(names: Sequence[str]) -> Callable[[object], str]:
    def __repr__(self: object) -> str:  # noqa: N807 - its name
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in names)
        return f"{self.__class__.__qualname__}({shown})"

    return __repr__


def _refuse_to_set(self: object, name: str, _value: object) -> None:
    raise FrozenInstanceError(f"cannot assign to field {name!r} of `{type(self).__name__}`")


def _refuse_to_delete(self: object, name: str) -> None:
    raise FrozenInstanceError(f"cannot delete field {name!r} of `{type(self).__name__}`")


def _state(self: object) -> list[Any]:
    return [getattr(self, name) for name in self.__slots__]  # type: ignore[attr-defined] # values have them


def _set_state(self: object, state: Sequence[Any]) -> None:
    for name, value in zip(self.__slots__, state, strict=True):  # type: ignore[attr-defined] # see above
        object.__setattr__(self, name, value)


_FROZEN = {
    "__setattr__": _refuse_to_set,
    "__delattr__": _refuse_to_delete,
    "__getstate__": _state,
    "__setstate__": _set_state,
}
