"""Works out constants, within bounds: what is large or slow is left unknown."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from aigate.flow.values import UNKNOWN, Constant, Unknown

_LONGEST: Final = 4096
_BITS: Final = 256
_SCALARS: Final = (str, bytes, int, float, bool, type(None))

_BINARY: Final[Mapping[type[ast.operator], Callable[[Any, Any], Any]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.LShift: operator.lshift,
    ast.RShift: operator.rshift,
    ast.BitOr: operator.or_,
    ast.BitAnd: operator.and_,
    ast.BitXor: operator.xor,
}
_COMPARE: Final[Mapping[type[ast.cmpop], Callable[[Any, Any], Any]]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.In: lambda one, other: one in other,
    ast.NotIn: lambda one, other: one not in other,
}
_METHODS: Final = frozenset(
    [
        "capitalize",
        "casefold",
        "count",
        "decode",
        "encode",
        "endswith",
        "find",
        "index",
        "isalnum",
        "isalpha",
        "isascii",
        "isdecimal",
        "isdigit",
        "isidentifier",
        "islower",
        "isnumeric",
        "isspace",
        "isupper",
        "join",
        "lower",
        "lstrip",
        "removeprefix",
        "removesuffix",
        "replace",
        "rfind",
        "rindex",
        "rstrip",
        "startswith",
        "strip",
        "swapcase",
        "title",
        "upper",
    ]
)
_FUNCTIONS: Final[Mapping[str, Callable[..., Any]]] = {
    "abs": abs,
    "bool": bool,
    "chr": chr,
    "float": float,
    "int": int,
    "len": len,
    "max": max,
    "min": min,
    "ord": ord,
    "repr": repr,
    "round": round,
    "str": str,
}
_ERRORS = (ArithmeticError, ValueError, TypeError, LookupError, AttributeError, MemoryError)


def _fits(value: object) -> bool:
    if isinstance(value, str | bytes):
        return len(value) <= _LONGEST
    if isinstance(value, int):
        return value.bit_length() <= _BITS
    return isinstance(value, _SCALARS)


def _kept(value: object) -> Constant | Unknown:
    return value if isinstance(value, _SCALARS) and _fits(value) else UNKNOWN


def binary(kind: type[ast.operator], one: Constant, other: Constant) -> Constant | Unknown:
    """Work out an operation with two operands."""
    work = _BINARY.get(kind)
    if work is None or not _fits(one) or not _fits(other) or _explodes(kind, one, other):
        return UNKNOWN
    try:
        return _kept(work(one, other))
    except _ERRORS:
        return UNKNOWN


def _explodes(kind: type[ast.operator], one: Constant, other: Constant) -> bool:
    if kind in {ast.Pow, ast.LShift}:
        return not isinstance(other, int) or not -64 <= other <= 64
    if kind is ast.Mult:
        for text, times in ((one, other), (other, one)):
            if isinstance(text, str | bytes) and isinstance(times, int):
                return len(text) * times > _LONGEST
    # A width such as `%9999999d` makes long texts out of short ones.
    return kind is ast.Mod and isinstance(one, str | bytes)


def compare(kind: type[ast.cmpop], one: Constant, other: Constant) -> bool | None:
    """Work out a comparison, or return None."""
    if kind in {ast.Is, ast.IsNot} and one is not None and other is not None:
        return None
    try:
        return bool(_COMPARE[kind](one, other))
    except _ERRORS:
        return None


def unary(kind: type[ast.unaryop], one: Constant) -> Constant | Unknown:
    """Work out an operation with one operand."""
    try:
        match one:
            case bool() | int() | float() if kind is ast.USub:
                return -one
            case bool() | int() | float() if kind is ast.UAdd:
                return +one
            case int() if kind is ast.Invert and not isinstance(one, bool):
                return ~one
            case _:
                return not one if kind is ast.Not else UNKNOWN
    except _ERRORS:
        return UNKNOWN


def subscript(
    one: Constant, index: Constant | slice[Constant, Constant, Constant]
) -> Constant | Unknown:
    """Work out a part of a text."""
    if not isinstance(one, str | bytes):
        return UNKNOWN
    try:
        return _kept(one[index])  # type: ignore[index] # whatever fails is unknown
    except _ERRORS:
        return UNKNOWN


def method(one: Constant, name: str, arguments: Sequence[Constant]) -> Constant | Unknown:
    """Work out a method of a text."""
    if name not in _METHODS or not isinstance(one, str | bytes) or not all(map(_fits, arguments)):
        return UNKNOWN
    if name == "replace" and len(arguments) > 1:
        new = arguments[1]
        if not isinstance(new, str | bytes) or (len(one) + 1) * (len(new) + 1) > _LONGEST * 16:
            return UNKNOWN
    try:
        return _kept(getattr(one, name)(*arguments))
    except (*_ERRORS, UnicodeError):
        return UNKNOWN


def function(name: str, arguments: Sequence[Constant]) -> Constant | Unknown:
    """Work out a call of a function that Python brings along."""
    work = _FUNCTIONS.get(name)
    if work is None or not arguments or not all(map(_fits, arguments)):
        return UNKNOWN
    try:
        return _kept(work(*arguments))
    except _ERRORS:
        return UNKNOWN
