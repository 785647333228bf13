"""Patterns are compiled at the first use, and each of ours can be."""

from __future__ import annotations

import gc
import importlib
import pkgutil
import re

import pytest

import aigate
from aigate.domain.regex import _Regex, regex
from aigate.errors import IntegrityError


def test_a_pattern_is_compiled_at_the_first_use_and_does_what_one_of_re_does():
    lazy, real = regex(r"(?P<a>b+)|c", re.IGNORECASE), re.compile(r"(?P<a>b+)|c", re.IGNORECASE)

    assert lazy._compiled is None
    assert [m.span() for m in lazy.finditer("xBBc")] == [m.span() for m in real.finditer("xBBc")]
    assert lazy._compiled is not None
    assert lazy.search("xBBc", 3)[0] == "c"
    assert lazy.sub("-", "xBBc") == "x--"
    assert lazy.split("xBBc") == real.split("xBBc")
    assert (lazy.pattern, lazy.flags, lazy.groups) == (real.pattern, real.flags, real.groups)
    assert (lazy.match("x"), lazy.fullmatch("bb")["a"]) == (None, "bb")


def test_a_pattern_of_bytes_searches_bytes():
    assert regex(rb"\d+").findall(b"a1b22") == [b"1", b"22"]


def test_a_pattern_that_is_none_says_that_the_installation_is_damaged():
    with pytest.raises(IntegrityError, match="damaged"):
        regex("(").search("x")


def test_what_a_pattern_does_not_have_is_an_attribute_error():
    with pytest.raises(AttributeError):
        regex("a").nothing  # noqa: B018 - asked for, not used


def test_every_pattern_of_the_package_is_one():
    for module in pkgutil.walk_packages(aigate.__path__, "aigate."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    ours = [one for one in gc.get_objects() if isinstance(one, _Regex)]

    assert len(ours) > 300
    for one in ours:
        if one._text != "(":
            assert one.pattern == one._text
