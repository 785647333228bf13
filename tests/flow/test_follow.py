"""What the data flow follows, and what it knows to be harmless."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest

from aigate.flow.follow import follow
from aigate.flow.tables import Tables, load

ROOT = Path(__file__).parents[2]
HEAD = """
import os, re, sqlite3, subprocess, configparser
from urllib.parse import urlparse
import flask, requests
from flask import Flask, request, abort, redirect
app = Flask(__name__)
"""


@functools.cache
def tables() -> Tables:
    return load((ROOT / "policies/compiled/python-flow.json").read_bytes())


def rules(body, head=HEAD):
    followed = follow(head + body, tables())
    assert followed.code == ""
    return {tables().rules[flow.rule].id.removeprefix("python-") for flow in followed.flows}


def view(body):
    lines = "\n".join(f"    {line}" for line in body.strip("\n").split("\n"))
    return f"@app.route('/x', methods=['POST'])\ndef view():\n    q = request.form['q']\n{lines}\n"


ARRIVES = {
    "straight": "os.system(q)",
    "alias": "run = os.system\nrun(q)",
    "renamed-import": "from os import system as s\ns(q)",
    "by-name": "getattr(os, 'system')(q)",
    "imported-by-name": "__import__('os').system(q)",
    "partial": "import functools\nf = functools.partial(subprocess.run, shell=True)\nf(q)",
    "keywords-in-a-dict": "how = {'shell': True}\nsubprocess.run(q, **how)",
    "shell-in-a-list": "parts = ['sh', '-c']\nparts.append(q)\nsubprocess.run(parts)",
    "formatted": "os.system('ls %s' % q)",
    "f-string": "os.system(f'ls {q!s:>10}')",
    "joined": "os.system(' '.join(['ls', q]))",
    "replaced": "os.system('ls X'.replace('X', q))",
    "slice": "text = 'help' + q + 'me'\nos.system(text[4:-2])",
    "ternary": "x = q if 7 * 6 > 41 else 'no'\nos.system(x)",
    "if": "x = 'no'\nif 'a' in 'abc':\n    x = q\nos.system(x)",
    "match": "match 'ABC'[1]:\n    case 'B':\n        x = q\n    case _:\n        x = ''\nos.system(x)",
    "match-captures": "match request.args:\n    case {'cmd': c}:\n        os.system(c)",
    "pop": "a = ['x', q, 'y']\na.pop(0)\nos.system(a[0])",
    "pop-returns": "a = ['x', q]\nos.system(a.pop())",
    "insert": "a = ['x']\na.insert(0, q)\nos.system(a[0])",
    "unpacked": "a, *b = 'x', 'y', q\nos.system(b[1])",
    "key": "d = {'a': 'x'}\nd['b'] = q\nos.system(d['b'])",
    "settings": (
        "c = configparser.ConfigParser()\nc.add_section('s')\nc.set('s', 'A', q)\n"
        "os.system(c.get('s', 'a'))"
    ),
    "attribute": "class O: pass\no = O()\no.x = q\nos.system(o.x)",
    "alias-of-a-list": "a = []\nb = a\nb.append(q)\nos.system(a[0])",
    "walrus": "if (x := q):\n    os.system(x)",
    "loop": "out = ''\nfor part in q.split():\n    out += part\nos.system(out)",
    "chain-in-a-loop": "a = b = c = ''\nfor _ in range(9):\n    os.system(c)\n    c = b\n    b = a\n    a = q",
    "while": "x = ''\nwhile True:\n    x = q\n    break\nos.system(x)",
    "try": "try:\n    x = int('1')\nexcept ValueError:\n    x = ''\nfinally:\n    os.system(q)",
    "handler": "x = ''\ntry:\n    x = q\n    int(q)\nexcept ValueError:\n    os.system(x)",
    "with": "with open('a') as f:\n    os.system(q)",
    "comprehension": "os.system(' '.join([p.strip() for p in q.split()]))",
    "lambda": "f = lambda a: 'ls ' + a\nos.system(f(q))",
    "generator": "def g(a):\n    yield 'x'\n    yield a\nfor c in g(q):\n    os.system(c)",
    "inner-function": "def h(a, *b, **c):\n    return c['k']\nos.system(h(1, 2, k=q))",
    "sink-in-a-function": "def h(a):\n    os.system(a)\nh(q)",
    "given-a-list": "def fill(a):\n    a.append(q)\nx = []\nfill(x)\nos.system(x[0])",
    "recursion": "def r(n, a):\n    return a if n == 0 else r(n - 1, a)\nos.system(r(5, q))",
    "method": (
        "class C:\n    def __init__(self, a):\n        self.a = a\n"
        "    def get(self):\n        return self.a\nos.system(C(q).get())"
    ),
    "property": (
        "class C:\n    def __init__(self, a):\n        self.a = a\n    @property\n"
        "    def b(self):\n        return self.a\nos.system(C(q).b)"
    ),
    "base-class": (
        "class B:\n    def get(self):\n        return self.a\nclass C(B):\n"
        "    def __init__(self, a):\n        self.a = a\nos.system(C(q).get())"
    ),
    "decoded": "import base64\nos.system(base64.b64decode(base64.b64encode(q.encode())).decode())",
    "nothing-said-by-name": "def escape_shell(a):\n    return a\nos.system(escape_shell(q))",
    "checked-too-late": "os.system(q)\nif not q.isdigit():\n    abort(400)",
    "checked-elsewhere": "if q.isdigit():\n    pass\nos.system(q)",
    "changed-after-the-check": "if not q.isdigit():\n    abort(400)\nq = request.args['q']\nos.system(q)",
    "some-looked-at": (
        "parts = q.split()\nfor p in parts:\n    if p in ('a', 'b'):\n        break\n"
        "os.system(' '.join(parts))"
    ),
    "wrong-side": "if q in ('a', 'b'):\n    abort(400)\nos.system(q)",
    "loose-pattern": "if not re.fullmatch('.+', q):\n    abort(400)\nos.system(q)",
    "start-of-a-pattern": "if not re.match('[a-z]+', q):\n    abort(400)\nos.system(q)",
    "checker-that-checks-nothing": "def ok(a):\n    return True\nif not ok(q):\n    abort(400)\nos.system(q)",
    "old-test": "fine = q.isdigit()\nq = request.args['q']\nif fine:\n    os.system(q)",
    "test-of-itself": "for _ in 'ab':\n    fine = not fine\n    if fine:\n        os.system(q)",
    "member-tested-by-itself": (
        "class C: pass\nc = C()\nfor _ in 'ab':\n    fine = c.a or q\n    c.a = fine\n"
        "    if c.a:\n        os.system(q)"
    ),
    "what-an-exception-carries": (
        "try:\n    raise ValueError(q)\nexcept ValueError as e:\n    os.system(str(e))"
    ),
    "what-holds-where-it-is-raised": (
        "x = ''\ntry:\n    if request.is_json:\n        x = q\n        raise ValueError\n"
        "except ValueError:\n    os.system(x)"
    ),
    "builtin-under-another-name": "int = str\nos.system('kill ' + int(q))",
    "quote-that-is-something-else": "quote = str\nos.system('ls ' + quote(q))",
    "end-of-any-line": "if not re.match('^[a-z]+$', q, re.M | re.I):\n    abort(400)\nos.system(q)",
    "compiled-end-of-any-line": (
        "P = re.compile('^[a-z]+$', re.MULTILINE)\nif not P.match(q):\n    abort(400)\nos.system(q)"
    ),
    "any-character-in-brackets": "if not re.match('^(a|.)+$', q):\n    abort(400)\nos.system(q)",
    "pattern-of-the-client": "if not re.fullmatch(request.args['p'], q):\n    abort(400)\nos.system(q)",
    "called-object": "class R:\n    def __call__(self, a):\n        os.system(a)\nR()(q)",
    "class-method": (
        "class C:\n    @classmethod\n    def of(cls, a):\n        c = cls()\n        c.a = a\n"
        "        return c\nos.system(C.of(q).a)"
    ),
    "method-above": (
        "class B:\n    def go(self, a):\n        os.system(a)\nclass C(B):\n"
        "    def go(self, a):\n        super().go('ls ' + a)\nC().go(q)"
    ),
    "static-sink": "class C:\n    run = staticmethod(os.system)\nC.run(q)",
    "loaded-module": "import sys\nsys.modules['os'].system(q)",
    "thread": (
        "import threading\ndef run(a):\n    os.system(a)\n"
        "threading.Thread(target=run, args=(q,)).start()"
    ),
    "submitted": "def run(a):\n    os.system(a)\npool.submit(run, q)",
    "one-of-its-characters": "if any(c.isalnum() for c in q):\n    os.system(q)",
    "some-of-its-characters": "if all(c.isalnum() for c in q if c != ';'):\n    os.system(q)",
    "characters-of-another": "if all(c.isalnum() for c in 'abc'):\n    os.system(q)",
    "negated-again": "fine = True\nfine = not fine\nif not fine:\n    os.system(q)",
}

HARMLESS = {
    "number": "os.system('kill %d' % int(q))",
    "quoted": "import shlex\nos.system('ls ' + shlex.quote(q))",
    "argument": "subprocess.run(['ls', '--', q])",
    "argument-after-others": "a = ['ls']\na += [q]\nsubprocess.run(a)",
    "digest": "import hashlib\nos.system('x ' + hashlib.sha256(q.encode()).hexdigest())",
    "ternary": "x = 'no' if 7 * 6 > 41 else q\nos.system(x)",
    "if": "x = 'no'\nif 'z' in 'abc':\n    x = q\nos.system(x)",
    "match": "match 'ABC'[1]:\n    case 'A' | 'C':\n        x = q\n    case _:\n        x = ''\nos.system(x)",
    "match-guard": "x = ''\nmatch 5:\n    case n if n > 9:\n        x = q\nos.system(x)",
    "match-constants": "match q:\n    case 'a' | 'b':\n        os.system(q)",
    "pop": "a = ['x', q, 'y']\na.pop(1)\nos.system(a[0] + a[1])",
    "key": "d = {'a': 'x', 'b': q}\nos.system(d['a'])",
    "settings": (
        "c = configparser.ConfigParser()\nc.add_section('s')\nc.set('s', 'a', 'x')\n"
        "c.set('s', 'b', q)\nos.system(c.get('s', 'a'))"
    ),
    "overwritten": "x = q\nx = 'ls'\nos.system(x)",
    "own-function": "def h(a):\n    return 'constant'\nos.system(h(q))",
    "digits": "if not q.isdigit():\n    abort(400)\nos.system(q)",
    "chosen": "if q not in ('a', 'b'):\n    return 'no'\nos.system(q)",
    "chosen-from-a-table": "T = {'a': 'ls'}\nos.system(T[q])",
    "same": "if q == 'ls' or q == 'ps':\n    os.system(q)",
    "pattern": "if re.fullmatch(r'[a-z0-9_]+', q):\n    os.system(q)",
    "compiled-pattern": "P = re.compile(r'^[a-z]+$')\nif not P.match(q):\n    raise ValueError\nos.system(q)",
    "own-checker": "def ok(a):\n    return a.isalnum() and len(a) < 9\nif not ok(q):\n    abort(400)\nos.system(q)",
    "own-checker-that-raises": (
        "def check(a):\n    if a not in ('a', 'b'):\n        raise ValueError(a)\ncheck(q)\nos.system(q)"
    ),
    "kept-test": "fine = q.isdigit()\nif not fine:\n    abort(400)\nos.system(q)",
    "each-looked-at": (
        "parts = q.split()\nfor p in parts:\n    if p not in ('a', 'b'):\n        abort(400)\n"
        "os.system(' '.join(parts))"
    ),
    "every-character": "if not all(c.isalnum() for c in q):\n    abort(400)\nos.system('id ' + q)",
    "no-other-character": "if any(not c.isdigit() for c in q):\n    abort(400)\nos.system('id ' + q)",
    "asserted": "assert q.isdigit()\nos.system(q)",
    "unreachable": "return 'x'\nos.system(q)",
    "after-a-loop-that-never-runs": "x = 'ls'\nfor y in []:\n    x = q\nos.system(x)",
    "empty": "if q:\n    return 'x'\nos.system(q)",
}


@pytest.mark.parametrize("body", ARRIVES.values(), ids=ARRIVES)
def test_data_from_outside_is_seen_to_arrive(body):
    assert "command-injection" in rules(view(body))


@pytest.mark.parametrize("body", HARMLESS.values(), ids=HARMLESS)
def test_what_never_arrives_or_is_harmless_is_not_reported(body):
    assert "command-injection" not in rules(view(body))


PLACES = {
    "climbs": ("open('data/' + q)", True),
    "prefix-without-a-separator": (
        "p = os.path.realpath(os.path.join('/d', q))\nif not p.startswith('/d'):\n    abort(400)\nopen(p)",
        True,
    ),
    "resolved": (
        "p = os.path.realpath(os.path.join('/d', q))\nif not p.startswith('/d/'):\n    abort(400)\nopen(p)",
        False,
    ),
    "prefix-unresolved": (
        "p = os.path.join('/d', q)\nif not p.startswith('/d/'):\n    abort(400)\nopen(p)",
        True,
    ),
    "no-way-up-behind-a-folder": ("if '..' in q:\n    abort(400)\nopen(f'data/{q}')", False),
    "no-way-up-but-joined": ("if '..' in q:\n    abort(400)\nopen(os.path.join('data', q))", True),
    "no-way-up-and-not-rooted": (
        "if '..' in q or q.startswith('/'):\n    abort(400)\nopen(os.path.join('data', q))",
        False,
    ),
    "relative-to": (
        (
            "import pathlib\np = (pathlib.Path('/d') / q).resolve()\n"
            "if not p.is_relative_to('/d'):\n    abort(400)\np.read_text()"
        ),
        False,
    ),
}


@pytest.mark.parametrize(("body", "bad"), PLACES.values(), ids=PLACES)
def test_a_path_must_neither_climb_nor_start_at_the_root(body, bad):
    assert ("path-traversal" in rules(view(body))) is bad


ADDRESSES = {
    "anywhere": ("return redirect(q)", True),
    "behind-a-host": ("return redirect('https://example.org/' + q)", False),
    "own-path": ("return redirect('/items/' + q)", False),
    "host-looked-at": (
        "if urlparse(q).netloc not in ('a.org',):\n    abort(400)\nreturn redirect(q)",
        False,
    ),
    "no-host": ("if urlparse(q).netloc:\n    abort(400)\nreturn redirect(q)", False),
    "slash": ("if not q.startswith('/'):\n    abort(400)\nreturn redirect(q)", True),
    "one-slash": (
        "if not q.startswith('/') or q.startswith('//'):\n    abort(400)\nreturn redirect(q)",
        False,
    ),
}


@pytest.mark.parametrize(("body", "bad"), ADDRESSES.values(), ids=ADDRESSES)
def test_a_redirect_must_stay_here_or_go_where_the_host_was_looked_at(body, bad):
    assert ("open-redirect" in rules(view(body))) is bad


@pytest.mark.parametrize(
    ("body", "bad"),
    [
        ("return q", True),
        ("return {'q': q}", False),
        ("return requests.get('https://a.org', q).text", False),
    ],
)
def test_what_is_sent_as_json_or_was_answered_elsewhere_is_no_page_of_the_client(body, bad):
    assert ("html-injection" in rules(view(body))) is bad


def test_a_method_above_that_makes_data_harmless_is_found_from_below():
    body = (
        "class B:\n    def go(self, a):\n        return int(a)\nclass C(B):\n"
        "    def go(self, a):\n        return super().go(a)\nos.system(f'kill {C().go(q)}')"
    )

    assert "command-injection" not in rules(view(body))


def test_a_function_that_is_found_in_a_table_is_followed():
    body = "def run(a):\n    os.system(a)\nTABLE = {'a': run}\n"

    assert "command-injection" in rules(body + view("TABLE['a'](q)"))


def test_what_else_an_annotation_says_is_no_type():
    head = (
        "from typing import Annotated\nimport os, sqlite3\nfrom fastapi import FastAPI, Query\n"
        "app = FastAPI()\ndb = sqlite3.connect('x')\n"
    )
    body = (
        "@app.get('/')\ndef a(n: Annotated[{}, Query(description='no date')]):\n"
        "  os.system(f'x {{n}}')\n  db.execute(f'SELECT a FROM t LIMIT {{n}}')\n"
    )

    assert "command-injection" in rules(body.format("str"), head)
    assert rules(body.format("int"), head) == set()
    assert "sql-text-formatted" in rules(body.format("int").replace("@app.get('/')", ""), head)


def test_marks_for_many_values_are_a_constant():
    body = (
        "marks = ', '.join(['%s'] * len(q))\ndb.execute(f'SELECT a FROM t WHERE b IN ({marks})', q)"
    )

    assert rules(view(body)) == set()


def test_what_the_address_of_a_django_view_holds_comes_from_outside():
    head = "from django.views import View\nimport os\n"

    assert "command-injection" in rules(
        "class A(View):\n  def get(self, request):\n    os.system(self.kwargs['a'])\n", head
    )


def test_parameters_of_what_a_framework_calls_come_from_outside():
    head = "from fastapi import FastAPI\nimport os\napp = FastAPI()\n"

    assert "command-injection" in rules("@app.get('/')\ndef a(n: str):\n  os.system(n)\n", head)
    assert "command-injection" not in rules(
        "@app.get('/')\ndef a(n: int):\n  os.system(f'{n}')\n", head
    )
    assert "command-injection" not in rules(
        "@other('/')\ndef a(n: str):\n  os.system('x' + n)\n", head
    )


def test_a_request_that_is_sent_is_none_of_a_client():
    body = "from requests import PreparedRequest\ndef send(request: PreparedRequest):\n  open(request.url)\n"

    assert rules(body) == set()


def test_the_origin_is_the_place_where_the_data_enters():
    followed = follow(HEAD + view("a = [q]\nos.system(a[0])"), tables())
    (flow,) = [f for f in followed.flows if tables().rules[f.rule].id == "python-command-injection"]

    assert flow.origin is not None
    assert (flow.origin.text, flow.origin.line) == ("request.form", 9)


MATCHED = """
if not re.fullmatch(r"{pattern}", q):
    return "no"
{sink}
"""
OPENED = 'return open(os.path.join("/data", q)).read()'
RUN = 'os.system("ls " + q)'
ASKED = 'sqlite3.connect("a").execute("SELECT * FROM t WHERE n = \'" + q + "\'")'


@pytest.mark.parametrize(
    ("pattern", "sink", "rule"),
    [
        (r"[\w./-]+", OPENED, "path-traversal"),
        (r"[ -~]+", OPENED, "path-traversal"),
        (r"[a-z;|& ]+", RUN, "command-injection"),
        (r"[!-~]+", RUN, "command-injection"),
        (r"[a-z' ]+", ASKED, "sql-injection"),
        (r"[\w\s;']+", ASKED, "sql-injection"),
    ],
)
def test_an_expression_proves_nothing_if_it_lets_through_what_is_dangerous(pattern, sink, rule):
    assert rule in rules(view(MATCHED.format(pattern=pattern, sink=sink)))


@pytest.mark.parametrize(
    ("pattern", "sink"),
    [
        (r"[\w-]+", OPENED),
        (r"\d{4}/\d{2}", OPENED),
        (r"\w+\.txt", OPENED),
        (r"[\w./ -]+", RUN),
        (r"[A-Za-z0-9_. ]+", ASKED),
    ],
)
def test_an_expression_proves_what_it_says(pattern, sink):
    assert not rules(view(MATCHED.format(pattern=pattern, sink=sink)))
