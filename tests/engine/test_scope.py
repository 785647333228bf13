"""Which definition encloses a place."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aigate.domain.tree import Kind
from aigate.engine.scope import definitions, enclosing

PYTHON = """\
import os
TOP = 1

@decorated(
    1,
)
def outer(a):
    def inner():
        return 1
    return inner

class Box:
    async def get(self):
        return 2

    limit = 3
"""
JAVASCRIPT = """\
const top = 1;
export default async function load(a) {
  if (a) {
    return 1;
  }
  const inner = async (b) => {
    return b;
  };
}

class Box {
  get(a) {
    return a;
  }
}
const after = 1;
function braced()
{
  return 3;
}
"""


def name_at(text: str, kind: Kind, line: int, end: int = 0) -> str:
    around = enclosing(definitions(text, kind), line, end or line)
    return around.name if around else ""


@pytest.mark.parametrize(
    ("line", "name"),
    [
        (2, ""),
        (4, "outer"),
        (5, "outer"),
        (7, "outer"),
        (9, "outer.inner"),
        (10, "outer"),
        (11, ""),
        (14, "Box.get"),
        (16, "Box"),
    ],
)
def test_python_is_read_through_its_syntax_tree(line: int, name: str) -> None:
    assert name_at(PYTHON, Kind.PYTHON, line) == name


def test_a_place_over_two_definitions_belongs_to_what_holds_both() -> None:
    assert name_at(PYTHON, Kind.PYTHON, 9, 10) == "outer"
    assert not name_at(PYTHON, Kind.PYTHON, 9, 14)


@pytest.mark.parametrize(("line", "name"), [(9, "outer.inner"), (14, "Box.get"), (2, "")])
def test_python_that_does_not_parse_is_read_by_indentation(line: int, name: str) -> None:
    assert name_at(PYTHON + "def broken(:\n", Kind.PYTHON, line) == name


@pytest.mark.parametrize("kind", [Kind.JAVASCRIPT, Kind.TYPESCRIPT])
@pytest.mark.parametrize(
    ("line", "name"),
    [
        (1, ""),
        (2, "load"),
        (4, "load"),
        (7, "load.inner"),
        (9, "load"),
        (13, "Box.get"),
        (15, "Box"),
        (16, ""),
        (19, "braced"),
    ],
)
def test_javascript_is_read_by_header_and_indentation(kind: Kind, line: int, name: str) -> None:
    assert name_at(JAVASCRIPT, kind, line) == name


def test_other_text_has_no_definitions() -> None:
    assert definitions(PYTHON, Kind.TEXT) == ()


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5_000,
        "-" * 50_000 + "1",
        "x = " + "[" * 3_000 + "]" * 3_000,
        "a" + ".b" * 20_000,
        "if 1:\n" * 200,
        "\0",
        "def f():\n\tpass\n        pass\n",
        "class " * 10_000,
        "if (" * 20_000 + "{",
        "const a = " + "(" * 50_000,
    ],
)
@pytest.mark.parametrize("kind", [Kind.PYTHON, Kind.JAVASCRIPT])
def test_hostile_text_is_read_without_an_error(text: str, kind: Kind) -> None:
    assert isinstance(definitions(text, kind), tuple)


PIECES = (
    "def f():",
    "class A:",
    "  ",
    "\t",
    "\n",
    "{",
    "}",
    "function g() {",
    "x",
    "(",
    "=> ",
    "@d",
)


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join), st.sampled_from(Kind))
def test_definitions_lie_inside_of_the_text(text: str, kind: Kind) -> None:
    last = text.count("\n") + 1
    for one in definitions(text, kind):
        assert 1 <= one.first <= one.last <= last
        assert one.name


EVERYWHERE = """\
import sys
if sys:
    def a(): pass
elif 1:
    class B: x = lambda: 1
else:
    def c(): pass
for _ in ():
    def d(): pass
else:
    def e(): pass
while 0:
    async def f():
        async with x as y:
            def g(): pass
        async for z in y:
            class H:
                @property
                def i(self): return [j for j in (lambda: 1,)]
try:
    def k(): pass
except ValueError:
    def l(): pass
else:
    def m(): pass
finally:
    def n(): pass
try:
    pass
except* OSError:
    def o(): pass
match sys:
    case 1:
        def p(): pass
    case _ if (q := 1):
        def r(): pass
"""


def test_definitions_are_found_in_every_kind_of_statement() -> None:
    named = [
        node.name
        for node in ast.walk(ast.parse(EVERYWHERE))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    ]
    found = [one.name.rpartition(".")[2] for one in definitions(EVERYWHERE, Kind.PYTHON)]

    assert sorted(found) == sorted(named)
    assert len(found) == 16
