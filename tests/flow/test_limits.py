"""Crafted files end soon, and say so if they were not followed to their end."""

from __future__ import annotations

import functools
import subprocess
import sys
import time
from pathlib import Path

import pytest

from aigate.flow.follow import follow
from aigate.flow.tables import Tables, load

ROOT = Path(__file__).parents[2]
PACK = ROOT / "policies/compiled/python-flow.json"
HEAD = "from flask import request\nimport os\nx = request.args['q']\n"
SINK = "os.system(x)\n"


@functools.cache
def tables() -> Tables:
    return load(PACK.read_bytes())


def _every(count: int, line: str) -> str:
    return "".join(line.format(i, i - 1) for i in range(count))


# Each with whether the analysis must have come to its end.
CRAFTED = {
    "parentheses": ("os.system(" + "(" * 20_000 + "x" + ")" * 20_000 + ")\n", False),
    "blanks-before-a-name": ("getattr(" + " " * 400_000 + "x)\n" + SINK, True),
    "signs": ("os.system(" + "-" * 20_000 + "x)\n", False),
    "attributes": ("os.system(x" + ".a" * 20_000 + ")\n", False),
    "sums": ("os.system(" + "+".join(["x"] * 20_000) + ")\n", False),
    "nested-lists": ("os.system(" + "[" * 190 + "x" + "]" * 190 + ")\n", False),
    "branches": (
        "if x == 0:\n  y = 0\n" + _every(100_000, "elif x == {0}:\n  y = 1\n") + SINK,
        False,
    ),
    "tests": (_every(20_000, "if x > {0}:\n  y = x\n") + SINK, None),
    "many-names": (_every(5000, "v{0} = x\n") + _every(5000, "if x:\n  v{0} = 1\n") + SINK, None),
    "long-text": ("y = 'a' * 10**9\n" + SINK, True),
    "power": ("y = 10**10**8\nz = 1 << 10**9\n" + SINK, True),
    "width": ("y = f'{1:999999999}'\nz = '%999999999d' % 1\nw = 'a'.ljust(10**9)\n" + SINK, True),
    "doubling": ("y = 'a'\n" + "y = y + y\n" * 200 + SINK, True),
    "lists-of-lists": ("a = [x]\n" + "a = [a, a]\n" * 2000 + "os.system(a)\n", None),
    "list-in-itself": ("a = []\na.append(a)\na.append(x)\nos.system(a)\n", True),
    "mutual-recursion": (
        _every(20, "def f{0}(a):\n  return " + "+".join(f"f{j}(a)" for j in range(20)) + "\n")
        + "os.system(f0([x]))\n",
        None,
    ),
    "nested-loops": (
        "def f():\n"
        + "".join("  " * i + f"for a{i} in x:\n" for i in range(1, 19))
        + "  " * 19
        + SINK,
        None,
    ),
    "parameters": (
        "def f(" + ",".join(f"a{i}" for i in range(5000)) + "):\n  os.system(a1)\n" + SINK,
        None,
    ),
    "functions": (
        _every(2000, "def f{0}(a):\n  os.system(f{1}(a))\n  return request.args\n"),
        None,
    ),
    "classes": (_every(2000, "class C{0}:\n  def m(self): return self.m()\n") + SINK, None),
    "bases-again-and-again": (
        "class C0: pass\n"
        + "".join(f"class C{i + 1}({', '.join([f'C{i}'] * 20)}): pass\n" for i in range(8))
        + "os.system(C8().m(x))\n",
        None,
    ),
    "names-around-functions": (
        _every(6000, "g{0} = request.args\n") + _every(6000, "def f{0}():\n  os.system(g{0})\n"),
        None,
    ),
    "spaces-in-a-text": ("db.execute('" + " " * 200_000 + "')\n" + SINK, True),
    "long-names": (f"y = {'_safefile' * 2000}().a(x)\nopen(y)\n" + SINK, True),
    "cases": ("match x:\n" + _every(20_000, "  case {0}: y = x\n") + SINK, None),
}


@pytest.mark.parametrize(("text", "ends"), CRAFTED.values(), ids=CRAFTED)
def test_a_crafted_file_is_followed_or_said_not_to_be(text, ends):
    started = time.process_time()
    followed = follow(HEAD + text, tables())

    # Twice what is promised, since other work runs beside it.
    assert time.process_time() - started < 4
    assert followed.flows or followed.code
    if ends is not None:
        assert (followed.code == "") is ends


@pytest.mark.slow
def test_no_crafted_file_takes_much_memory():
    script = (
        "import sys\n"
        "from aigate.flow.follow import follow\n"
        "from aigate.flow.tables import load\n"
        "tables = load(open(sys.argv[1], 'rb').read())\n"
        "for text in sys.stdin.read().split('\\f'):\n"
        "    follow(text, tables)\n"
        # Not `ru_maxrss`, in which the process that started this one counts as well.
        "status = open('/proc/self/status').read()\n"
        "print(status.partition('VmHWM:')[2].split()[0])\n"
    )
    some = ("branches", "tests", "lists-of-lists", "functions", "power", "long-text")
    ran = subprocess.run(
        [sys.executable, "-c", script, str(PACK)],
        input="\f".join(HEAD + CRAFTED[name][0] for name in some).encode(),
        capture_output=True,
        check=True,
        cwd=ROOT,
    )

    assert int(ran.stdout) < 512 * 1024


@pytest.mark.parametrize("text", ["", "\x00", "\udcff = request", "def", "\ufeff" + HEAD, "'" * 5])
def test_odd_texts_raise_nothing(text):
    follow(text, tables())
    follow(HEAD + text + SINK, tables())


def test_what_is_cut_short_keeps_what_was_seen():
    text = HEAD + SINK + CRAFTED["many-names"][0]

    followed = follow(text, tables())

    assert followed.code == "too-complex"
    assert [flow.line for flow in followed.flows][:1] == [4]
