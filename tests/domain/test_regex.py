"""Patterns are compiled at the first use, and each of ours can be."""

from __future__ import annotations

import gc
import importlib
import pkgutil
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import aigate
from aigate.documents.agents import read_agents
from aigate.domain.regex import _Regex, needed, rare, regex
from aigate.errors import IntegrityError
from tests.conftest import ROOT


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


TABLE = read_agents((ROOT / "policies" / "data" / "agents.json").read_bytes())
MARKS = [mark for agent in TABLE.agents for mark in (*agent.markers, *agent.email_patterns)]
SHAPES = [
    *(r"(?:a|bcd)x?ef\.g(?=zzzz)", r"(?i)abc|def", r"abc|d?", r"(?:.*/)?AGENTS?(?:\.own)?\.md"),
    *(r"x{2,3}y", r"^[]a]b", r"[\]a]b", r"[^]|]c+d", r"(?P<n>foo)+bar", r"\bfoo\b", r"ab(?:)c"),
    *(r"fooa{2}|", r"a{b", r"(?<!xyz)q(?!r)", r"a(?-i:B|c)?d", r"(?:k|s)+i", r"ab{}c", r"a\|b|c"),
    *(r"(?:x|(?:yy|zz(?:w)*))v??", r"(ab)\1", r"a.b\.c", r"(?:^|,)one", "one\ntwo", r"\(a\)\[b\]"),
]


@pytest.mark.parametrize("shape", SHAPES)
@given(data=st.data())
@settings(max_examples=15)
def test_what_matches_holds_a_word_that_is_needed(shape, data):
    text = data.draw(st.from_regex(re.compile(shape, re.IGNORECASE)))
    words = needed(shape)

    assert not words or not text.isascii() or any(word in text.lower() for word in words)
    assert bool(rare(shape, re.IGNORECASE).search(text))


@given(data=st.data())
@settings(max_examples=150)
def test_marks_of_agents_match_with_and_without_a_look_for_words(data):
    mark = data.draw(st.sampled_from(MARKS))
    text = data.draw(st.from_regex(re.compile(mark.pattern, mark.flags)))

    assert rare(mark.pattern, mark.flags).search(text)


def test_most_marks_of_agents_need_words():
    assert sum(bool(needed(mark.pattern)) for mark in MARKS) >= len(MARKS) - 2


def test_letters_that_only_count_as_others_are_looked_at_by_the_pattern():
    for letter, odd in (("s", "\u017f"), ("k", "\u212a"), ("i", "\u0131")):
        assert bool(re.search(letter, odd, re.IGNORECASE)) == bool(
            rare(letter, re.IGNORECASE).search(odd)
        )


def test_a_pattern_that_is_asked_very_often_is_compiled():
    seldom = rare("needle")
    for _ in range(500):
        assert seldom.search("hay") is None

    assert seldom._compiled is not None
