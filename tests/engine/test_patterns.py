"""Patterns for paths and names, as policies use them."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aigate.engine.patterns import matches_name, matches_path, pattern_mistake

MATCHING = [
    ("*.py", "a.py"),
    ("*.py", "deep/down/a.py"),
    ("Makefile", "sub/Makefile"),
    ("/Makefile", "Makefile"),
    ("src/*", "src/.env"),
    ("src/**", "src/a/b/c.py"),
    ("src/**/*.py", "src/a.py"),
    ("src/**/*.py", "src/x/y/a.py"),
    ("**/tests/**", "tests/a"),
    ("**/tests/**", "x/tests/y/a"),
    ("**", "any/thing"),
    ("vendor/", "vendor/x/y.js"),
    ("vendor/", "sub/vendor/x.js"),
    ("/vendor/", "vendor/x.js"),
    ("a?c", "abc"),
    ("[ab].py", "b.py"),
    ("src/*.py", "src/line\nbreak.py"),
    ("src/*.py", "src/\udcff.py"),
]
OTHER = [
    ("*.py", "a.pyc"),
    ("*.py", "a.PY"),
    ("/Makefile", "sub/Makefile"),
    ("src/*", "src/a/b"),
    ("src/*", "lib/src/a"),
    ("src/**", "src"),
    ("src/**", "srcs/a"),
    ("vendor/", "vendor"),
    ("/vendor/", "sub/vendor/x.js"),
    ("vendor", "vendor/x.js"),
    ("a?c", "a/c"),
    ("*.py", "a.py\n"),
]


@pytest.mark.parametrize(("pattern", "path"), MATCHING)
def test_a_pattern_matches(pattern: str, path: str) -> None:
    assert matches_path(pattern, path)


@pytest.mark.parametrize(("pattern", "path"), OTHER)
def test_a_pattern_does_not_match(pattern: str, path: str) -> None:
    assert not matches_path(pattern, path)


@pytest.mark.parametrize(
    "pattern", ["", "/", "../a", "a/./b", "a//b", "!a", "a\\b", "{a,b}", "a**", "a/**b", "x" * 513]
)
def test_a_pattern_that_could_surprise_is_refused(pattern: str) -> None:
    assert pattern_mistake(pattern)


COSTLY = {
    "C-089-stars": ("*a" * 200 + "b", "a" * 4000),
    "C-089-folders": ("**/a/" * 90 + "b", "a/" * 2000 + "c"),
    "C-089-question-marks": ("*" + "?" * 200 + "b", "a" * 4000),
    "C-089-expression": ("(a+)+$", "a" * 4000 + "!"),
}


@pytest.mark.parametrize(("pattern", "path"), COSTLY.values(), ids=COSTLY)
def test_no_pattern_takes_long(pattern: str, path: str) -> None:
    start = time.perf_counter()

    assert not matches_path(pattern, path)
    assert not matches_name(pattern, path)
    assert time.perf_counter() - start < 1


@given(st.lists(st.text("ab.*?[", min_size=1, max_size=4), min_size=1, max_size=4).map("/".join))
def test_every_allowed_pattern_can_be_matched(pattern: str) -> None:
    if not pattern_mistake(pattern):
        assert matches_path(pattern, "a/b") in {True, False}
