"""The look ahead by words loses nothing: neither names of the file's own choice, nor real files."""

from __future__ import annotations

import functools
import re
import sysconfig
from pathlib import Path

import pytest

from aigate.flow.follow import follow, follow_for
from aigate.flow.tables import Tables, Wanted, beginnings, load, words_of

ROOT = Path(__file__).parents[2]
HEAD = "import os\nfrom flask import Flask, request\napp = Flask(__name__)\n"
VIEW = "@app.route('/x')\ndef view():\n    q = request.args['q']\n    {}(q)\n"
NAMED = {
    "import": "from os import system as s",
    "import-that-may-fail": "try:\n    from os import system as s\nexcept ImportError:\n    pass",
    "module": ("import os as o", "o.system"),
    "assignment": "s = os.system",
    "chain": "r = os.system\ns = r",
    "branch": "if True:\n    s = os.system",
    "walrus": "(s := os.system)",
    "several": "s, t = os.system, 1",
    "loop": "for s in [os.system]:\n    pass",
    "block": "with open('x') as f:\n    s = os.system",
    "match": "match os.system:\n    case s:\n        pass",
    "global": "def put():\n    global s\n    s = os.system\nput()",
    "member": ("app.s = os.system", "app.s"),
    "set-by-name": ("setattr(app, 's', os.system)", "app.s"),
    "table": ("T = {}\nT['s'] = os.system", "T['s']"),
    "list": ("L = []\nL.append(os.system)", "L[0]"),
    "class": ("class C:\n    s = staticmethod(os.system)", "C.s"),
    "lambda": "s = lambda a: os.system(a)",
    "other-letters": ("", "os.ｓｙｓｔｅｍ"),  # noqa: RUF001 - Python reads them as `system`
    "some-other-letters": ("", "ｏs.sｙstem"),  # noqa: RUF001 - Python reads them as `os.system`
    "texts-side-by-side": "s = getattr(os, 'sys' 'tem')",
    "over-several-lines": "s = getattr(\n    os,\n    'sys' 'tem',\n)",
    "text-with-escapes": "s = getattr(os, 's\\x79stem')",
    "module-in-pieces": "s = getattr(__import__('o' 's'), 'sys' + 'tem')",
    "beginning-of-a-name": "t = 'tem'\ns = getattr(os, 'sys' + t)",
    "beginning-and-holes": "t = 'e'\ns = getattr(os, f'syst{t}m')",
    "after-what-is-formatted": "t = getattr(os, 'a%s' % app)\ns = getattr(os, 'sys' 'tem')",
    "in-a-list-with-what-is-formatted": "s = getattr([os, 'b' % app, 1][0], 'sys' 'tem')",
    "in-a-list-with-a-beginning": "s = getattr([os, 'b' + app, 1][0], 'sys' 'tem')",
    "carriage-returns": "x = 1\ry = 2\rz = 3\rs = os.system",
}
INSIDE = {
    "function-around": (
        "def around():\n    run = os.system\n    @app.route('/x')\n    def view():\n"
        "        run(request.args['q'])\n"
    ),
    "member-set-in-another-method": (
        "class C:\n    def __init__(self):\n        self.run = os.system\n"
        "    def get(self):\n        self.run(request.args['q'])\n"
    ),
    "member-whose-name-begins": (
        "kind = 'shell'\nclass C:\n    as_shell = os.system\n"
        "    def get(self):\n        getattr(self, 'as_' + kind)(request.args['q'])\n"
    ),
}


@functools.cache
def tables() -> Tables:
    return load((ROOT / "policies/compiled/python-flow.json").read_bytes())


def rules(text):
    return [tables().rules[flow.rule].id for flow in follow(text, tables()).flows]


@pytest.mark.parametrize("given", NAMED.values(), ids=NAMED)
def test_a_function_may_be_called_by_a_name_that_the_file_gives_it(given):
    given, name = given if isinstance(given, tuple) else (given, "s")

    assert rules(f"{HEAD}{given}\n{VIEW.format(name)}") == ["python-command-injection"]


@pytest.mark.parametrize("text", INSIDE.values(), ids=INSIDE)
def test_a_function_may_be_named_elsewhere_in_a_class_or_around(text):
    assert rules(HEAD + text) == ["python-command-injection"]


def test_where_names_are_put_together_a_class_counts_as_a_whole():
    text = (
        "class C:\n    def __init__(self, flags):\n        self.flags = flags\n"
        "    def run(self):\n        getattr(self, 'as_%s' % self.kind)()\n"
        "        return eval(self.flags)\n"
    )

    assert rules(text) == ["python-code-from-text"]


@pytest.mark.parametrize("name", ['"comp" + u).create', '"res" + v).create'])
def test_what_a_rule_asks_of_the_whole_text_may_be_a_name_that_is_put_together(name):
    text = f"u = 'letions'\nv = 'ponses'\ndef f(c, p):\n    exec(getattr(c, {name}(p))\n"

    assert "python-model-output-executed" in rules(text)


def real_files() -> list[str]:
    """Some modules that are on every machine, never the same kind twice in a row."""
    library = Path(sysconfig.get_path("stdlib"))
    some = sorted(file for file in library.glob("*.py") if 2_000 < file.stat().st_size < 25_000)
    return [file.read_text(encoding="utf-8") for file in some[::7]]


def test_nothing_is_found_in_real_files_where_nothing_is_looked_for():
    everything = Wanted(tables().all, (1 << tables().needs.count) - 1)
    some = real_files()
    passed_over = 0
    for text in some:
        seen = follow(text, tables())
        passed_over += not tables().wanted(text).rules
        everywhere = follow_for(text, tables(), everything, ahead=False)

        places = {(flow.rule, flow.line, flow.column) for flow in seen.flows}
        assert {(flow.rule, flow.line, flow.column) for flow in everywhere.flows} <= places

    assert len(some) > 5
    assert 0 < passed_over < len(some)


def test_the_index_of_names_finds_what_asking_every_pattern_finds():
    tables().ready()
    names = {name for text in real_files() for name in re.findall(r"[A-Za-z_][\w.]*", text)}
    names |= {f"{name}()" for name in names} | {f"{name}[]" for name in names}
    # Names that expressions are about are rare in the library.
    names |= {
        f"{one}{other}"
        for one in (
            "escape",
            "Sanitize",
            "is_safe",
            "check_",
            "client.",
            "environ",
            "\u017fafe_",
            "_llm.",
        )
        for other in ("_path", "url", ".get", "html", "[]", "invoke", "File")
    }
    found = set()
    for kind, entries in tables().entries.items():
        for name in sorted(names)[:: 3 if kind.startswith("sanitizers") else 13]:
            met = tables().found(kind, name)
            assert met == tuple(entry for entry in entries if entry.names.match(name)), name
            found.update((kind, entry.names.plain, len(entry.names.expressions)) for entry in met)

    assert len(found) > 10


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a.b(c_1)", {"a", "b", "c_1"}),
        ("0or x1 1e5", {"or", "x1", "e5"}),
        ("", set()),
        ("12 3", set()),
        ("é = ｅval", {"val", "eval"}),  # noqa: RUF001 - Python reads it as `eval`
    ],
)
def test_words_are_those_that_python_reads(text, words):
    assert words_of(text) >= words
    assert words or not words_of(text)


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        ("getattr(os, 'system')", set()),
        ("getattr(os, name)", set()),
        ("getattr(os, 'a' + b)", {"a"}),
        ("getattr(os, r'a' + b.c, None)", None),
        ("getattr(os, 'a' + b + c)", None),
        ("getattr(os, 'a' + 'b')", None),
        ("getattr(os, 'a' + b if b else 'c' 'd')", None),
        ("getattr(os, '' + b)", None),
        ("getattr(os, 'a.' + b)", None),
        ("getattr(os, '\\x61' + b)", None),
        ("getattr(os, b + 'a')", set()),
        ("getattr(os, f'a{b}')", {"a"}),
        ("getattr(os, f'a{b}_{c.d}', None)", {"a"}),
        ("getattr(os, f'{b}a')", None),
        ("getattr(os, f'a{b}' 'c')", None),
        ("getattr(os, f'a{b!r:>{c}}')", None),
        ("getattr(os, rf'a{b}')", None),
        ("getattr(os, 'a%s' % b)", set()),
        ("getattr(os, 'a%s%s' % (b, c.d % e))", set()),
        ("getattr(os, 'a%s' % b or 'c' 'd')", None),
        ("getattr(os, 'a%s' % b['c'])", None),
        ("getattr(os, 'a{}'.format(b), None)", set()),
        ("getattr(os, 'a{}'.format('b'))", None),
        ("getattr(os, 'a'.upper())", None),
        ("getattr(getattr(os, 'a' 'b'), 'c%s' % d)", None),
        ("getattr(os, 'c%s' % d, getattr(os, 'a' 'b'))", None),
        ("getattr(os, 'a' + b); getattr(os, 'c' + d)", {"a", "c"}),
        ("getattr(os.path, 'a' + b)", {"a"}),
        ("getattr(this(os), 'a' + b)", {"a"}),
        ("getattr([os, 'a' + b, 1][0], 'c' 'd')", None),
        ("getattr({os, 'a%s' % b, 2}, 'c' 'd')", None),
        ("getattr(os or \"e, 'a%s' % b, \", 'c' 'd')", None),
        ("import_module('a.%s' % b)", set()),
        ("import_module('a' + b)", None),
        ("__import__(f'a{b}')", None),
    ],
)
def test_a_name_that_is_put_together_is_told_by_its_beginning_or_may_be_any(text, starts):
    assert beginnings(text) == starts
