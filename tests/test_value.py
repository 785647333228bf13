"""What our decorator makes of a class is what the standard one makes of it."""

from __future__ import annotations

import copy
import dataclasses
import importlib
import inspect
import pickle
import pkgutil
import re

import pytest

import aigate
from aigate.value import dataclass


def _all_classes() -> list[type]:
    names = [m.name for m in pkgutil.walk_packages(aigate.__path__, "aigate.")]
    modules = [importlib.import_module(n) for n in names if not n.endswith("__main__")]
    found = {
        value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, type)
        and dataclasses.is_dataclass(value)
        and value.__module__ == module.__name__
    }
    return sorted(found, key=lambda one: (one.__module__, one.__qualname__))


CLASSES = _all_classes()


def _standard(made: type) -> type:
    """Return what the standard decorator makes of the same class."""
    fields = dataclasses.fields(made)
    body = {name: value for name, value in vars(made).items() if name in KEPT}
    body["__annotations__"] = {one.name: one.type for one in fields}
    for one in fields:
        given = {"default": one.default, "default_factory": one.default_factory}
        body[one.name] = dataclasses.field(
            **{name: value for name, value in given.items() if value is not dataclasses.MISSING},
            repr=one.repr,
            compare=one.compare,
            kw_only=one.kw_only,
        )
    return dataclasses.dataclass(
        type(made.__name__, (), body),
        frozen=made.__setattr__ is not object.__setattr__,
        slots=True,
        kw_only=bool(fields) and all(one.kw_only for one in fields),
        order="__lt__" in vars(made),
        eq="__eq__" in vars(made),
    )


KEPT = {"__post_init__", "__qualname__", "__module__", "__doc__"}
NAMES = [f"{one.__module__}.{one.__qualname__}" for one in CLASSES]


def test_every_value_of_the_package_is_made_here():
    assert len(CLASSES) > 250
    assert all(hasattr(one, "__slots__") for one in CLASSES)


def _shown(value: object) -> str:
    return re.sub(r" at 0x[0-9a-f]+", "", repr(value))


def _without(values: dict[str, object], name: str) -> dict[str, object]:
    return {one: value for one, value in values.items() if one != name}


@pytest.mark.parametrize("made", CLASSES, ids=NAMES)
def test_a_class_is_what_the_standard_library_would_have_made(made):
    standard = _standard(made)

    assert made.__match_args__ == standard.__match_args__
    assert made.__slots__ == standard.__slots__
    assert (made.__hash__ is None) == (standard.__hash__ is None)
    assert ("__lt__" in vars(made)) == ("__lt__" in vars(standard))
    if hasattr(made, "__post_init__"):
        return  # it judges what it is given
    for _ in range(2):  # the first wrong call has `__init__` compiled
        _compare_values(made, standard)
        _compare_errors(made, standard)
    shown, told = (inspect.signature(one.__init__).parameters for one in (made, standard))
    assert [(p.name, p.kind) for p in shown.values()] == [(p.name, p.kind) for p in told.values()]


def _values(made: type) -> dict[str, object]:
    return {one.name: (index, "x") for index, one in enumerate(dataclasses.fields(made))}


def _required(made: type) -> dict[str, object]:
    values = _values(made)
    return {
        one.name: values[one.name]
        for one in dataclasses.fields(made)
        if one.default is dataclasses.MISSING and one.default_factory is dataclasses.MISSING
    }


def _compare_values(made: type, standard: type) -> None:
    values, least = _values(made), _required(made)
    ours, theirs = made(**values), standard(**values)
    assert repr(ours) == repr(theirs)
    assert {name: getattr(ours, name) for name in values} == values
    assert _shown(made(**least)) == _shown(standard(**least))
    most = tuple(values[name] for name in made.__match_args__)
    rest = {name: values[name] for name in values if name not in made.__match_args__}
    assert _shown(made(*most, **rest)) == _shown(standard(*most, **rest))
    assert (made(**values) == ours) is (standard(**values) == theirs)
    assert ours != theirs
    for name in values:
        one, other = (dataclasses.replace(value, **{name: "new"}) for value in (ours, theirs))
        assert repr(one) == repr(other)
        assert (one == ours) is (other == theirs)


def _compare_errors(made: type, standard: type) -> None:
    values, least = _values(made), _required(made)
    wrong = [((), {**values, "no_such_field": 1}), ((1,) * (len(values) + 1), {})]
    wrong += [((), _without(least, one)) for one in least]
    wrong += [((1,), values)] if made.__match_args__ else []
    for positional, named in wrong:
        said = []
        for one in (made, standard):
            with pytest.raises(TypeError) as error:
                one(*positional, **named)
            said.append(str(error.value))
        assert said[0] == said[1]


@dataclass(frozen=True, slots=True, order=True)
class _Point:
    x: int
    y: int = 2
    marks: tuple[int, ...] = dataclasses.field(default=(), repr=False)

    def __post_init__(self) -> None:
        """Refuse what makes no sense."""
        if self.x < 0:
            raise ValueError("negative")


@dataclass(slots=True)
class _Loose:
    names: list[str] = dataclasses.field(default_factory=list)


@dataclass(frozen=True, slots=True, eq=False)
class _Single:
    x: int


@dataclass(frozen=True, slots=True)
class _Empty:
    pass


def test_values_compare_hash_and_sort_by_their_fields():
    assert _Point(1) == _Point(1, 2)
    assert hash(_Point(1)) == hash(_Point(1, 2))
    assert _Point(1) < _Point(1, 3) <= _Point(1, 3) < _Point(2)
    assert _Point(1) != (1, 2, ())
    assert _Empty() == _Empty()
    assert len({_Empty(), _Empty()}) == 1
    with pytest.raises(TypeError):
        assert _Point(1) < (1, 2)


def test_a_frozen_value_refuses_every_change():
    value = _Point(1)

    for name in ("x", "unknown"):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(value, name, 3)
        with pytest.raises(dataclasses.FrozenInstanceError):
            delattr(value, name)
    assert value == _Point(1)


def test_a_value_is_checked_when_it_is_made_also_by_replacing():
    with pytest.raises(ValueError, match="negative"):
        _Point(-1)
    with pytest.raises(ValueError, match="negative"):
        dataclasses.replace(_Point(1), x=-1)


def test_defaults_are_made_anew_for_every_value():
    one, other = _Loose(), _Loose()
    one.names.append("a")

    assert other.names == []
    with pytest.raises(TypeError, match="unhashable"):
        hash(one)


def test_values_that_do_not_compare_are_themselves_alone():
    one = _Single(1)

    assert one == one  # noqa: PLR0124 - that is what is asked
    assert one != _Single(1)
    assert hash(one) != hash(_Single(1))


def test_many_values_are_as_the_first_ones():
    assert [_Point(n).x for n in range(200)] == list(range(200))
    assert all(_Loose().names == [] for _ in range(200))


@pytest.mark.parametrize("value", [_Point(1, 3), _Loose(["a"]), _Empty()], ids=repr)
def test_values_are_copied_and_pickled_whole(value):
    assert copy.copy(value) == value
    assert copy.deepcopy(value) == value
    assert pickle.loads(pickle.dumps(value)) == value


def test_a_message_about_wrong_parameters_names_the_class():
    with pytest.raises(TypeError, match=r"_Point\.__init__\(\) missing 1 required"):
        _Point()
    with pytest.raises(TypeError, match="_Point"):
        _Point(1, 2, (), 4)


def test_patterns_take_the_fields_in_order():
    match _Point(1, 2):
        case _Point(x, y):
            assert (x, y) == (1, 2)
        case _:
            pytest.fail("no match")


@pytest.mark.parametrize(
    ("options", "base", "default"),
    [
        ({"slots": False}, object, 1),
        ({"slots": True}, _Point, 1),
        ({"slots": True}, object, []),
        ({"slots": True}, object, dataclasses.field(init=False)),
    ],
    ids=["without-slots", "inherits", "shared-default", "no-parameter"],
)
def test_what_is_left_out_is_refused(options, base, default):
    with pytest.raises(TypeError):
        dataclass(type("Odd", (base,), {"__annotations__": {"x": "int"}, "x": default}), **options)
