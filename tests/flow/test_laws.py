"""What must hold however a program is written: dead code and other names change nothing."""

from __future__ import annotations

import functools
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from aigate.flow.follow import follow
from aigate.flow.tables import Tables, load

ROOT = Path(__file__).parents[2]
HEAD = "import os\nfrom flask import request\n"
STEPS = (
    "{b} = {a}",
    "{b} = {a}.strip()",
    "{b} = 'ls ' + {a}",
    "{b} = f'x {{{a}}}'",
    "{b} = [{a}, 'k'][0]",
    "{b} = [{a}, 'k'][1]",
    "{b} = {{'m': {a}, 'n': 'k'}}['m']",
    "{b} = {{'m': {a}, 'n': 'k'}}['n']",
    "{b} = {a} if 1 + 1 == 2 else 'k'",
    "{b} = 'k' if 1 + 1 == 2 else {a}",
    "{b} = str(int({a}))",
    "{b} = ''\nfor w in {a}.split():\n    {b} += w",
)
_NAMES = st.lists(
    st.sampled_from([f"n{i}" for i in range(40)]), min_size=9, max_size=9, unique=True
)
_PROGRAMS = st.lists(st.integers(0, len(STEPS) - 1), min_size=0, max_size=8)


@functools.cache
def tables() -> Tables:
    return load((ROOT / "policies/compiled/python-flow.json").read_bytes())


def program(steps, names, wrap="{}"):
    lines = [f"{names[0]} = request.args['q']"]
    for place, step in enumerate(steps):
        lines += STEPS[step].format(a=names[place], b=names[place + 1]).split("\n")
    return "\n".join(wrap.format(line) if line[0] != " " else line for line in lines), names[
        len(steps)
    ]


def found(text):
    followed = follow(HEAD + text, tables())
    assert followed.code == ""
    return sorted(tables().rules[flow.rule].id for flow in followed.flows)


def arrives(steps, names):
    text, last = program(steps, names)
    return found(f"{text}\nos.system({last})\n")


@given(_PROGRAMS, _NAMES)
def test_names_do_not_matter(steps, names):
    assert arrives(steps, names) == arrives(steps, [f"v{i}" for i in range(9)])


@given(_PROGRAMS, _NAMES, st.sampled_from(["0", "''", "3 > 4", "not 'a'", "None", "'z' in 'abc'"]))
def test_a_branch_that_is_never_taken_does_not_matter(steps, names, never):
    text, last = program(steps, names)
    plain = found(f"{text}\nos.system({last})\n")

    assert found(f"{text}\nif {never}:\n    {last} = 'k'\nos.system({last})\n") == plain
    assert found(f"{text}\nos.system('k' if {never} else {last})\n") == plain


@given(_PROGRAMS, _NAMES)
def test_a_function_around_it_does_not_matter(steps, names):
    text, last = program(steps, names)
    inside = "\n".join(f"    {line}" for line in text.split("\n"))

    assert found(f"def f():\n{inside}\n    return {last}\nos.system(f())\n") == arrives(
        steps, names
    )


@given(_PROGRAMS, _NAMES)
def test_data_stays_where_nothing_takes_it_away(steps, names):
    keeps = {5, 7, 9, 10}.isdisjoint(steps)

    assert ("python-command-injection" in arrives(steps, names)) is keeps
