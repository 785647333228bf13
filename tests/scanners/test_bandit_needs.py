"""The look at trees before bandit runs takes nothing away of what bandit says."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from aigate.domain.extension import Target
from aigate.domain.finding import Gap, Sighting
from aigate.domain.tree import Entry, Kind, Unit
from aigate.scanners import _bandit, _bandit_needs
from aigate.scanners._installed import version_of
from aigate.scanners.bandit import SCANNER
from aigate.workspace import scratch

# One text for each check that reads more than the name of what is called, and for what crashes.
FIRES = {
    "B101": "assert x",
    "B102": "from . import y\nexec(y)",
    "B103": "import os\nos.chmod(p, 0o777)",
    "B104": 'x = "0.0" ".0.0"',
    "B105-assigned": 'Pass_Word = y.token = "x"',
    "B105-attribute": 'self.db_pwd = "x"',
    "B105-table": 'x = {"passphrase": 1}',
    "B105-item": 'x["secret"] = "x"',
    "B105-compared": 'if token == "x": pass',
    "B106": 'f(password="x")',
    "B106-crash": 'f(**"x")',
    "B107": 'def f(a, passwd="x"): pass',
    "B107-positional": 'def f(a="x", /, pwd=None): pass',
    "B108": 'x = f("\\x2ftmp/y")',
    "B108-joined": 'x = f("/va" "r/tmp/y")',
    "B110": "try:\n    x()\nexcept:\n    pass",
    "B112": "for x in y:\n    try:\n        x()\n    except Exception as e:\n        continue",
    "B113": "import requests as r\nr.get(x)",
    "B201": "import flask\nflask.Flask(x).run(debug=True)",
    "B202": "import tarfile\ntarfile.open(x).extractall()",
    "B301": "from dill import load as l\nl(x)",
    "B307": "\uff45\uff56\uff41\uff4c(x)",
    "B311": "from random import choice as c\nc(x)",
    "B314": "import xml.etree.ElementTree as e\ne.parse(x)",
    "B324": 'import hashlib as h\nh.new("MD5")',
    "B324-crypt": "import crypt\ncrypt.crypt(x, salt=crypt.METHOD_MD5)",
    "B402": "from . import ftplib",
    "B403": "from pickle5.x import pickle",
    "B404": 'x = __import__("subprocess")',
    "B404-renamed": 'from x import y as __import__\n__import__("subprocess")',
    "B405": "from xml.etree import ElementTree",
    "B413": "import Crypto.Util.number",
    "B501": "import httpx\nhttpx.Client(verify=False)",
    "B502": "f(ssl_version=ssl.PROTOCOL_SSLv3)",
    "B503": "def f(x=ssl.PROTOCOL_TLSv1): pass",
    "B505": "from Crypto.PublicKey import RSA\nRSA.generate(512)",
    "B506": "import yaml\nyaml.load(x)",
    "B507": "import paramiko\nc.set_missing_host_key_policy(paramiko.AutoAddPolicy())",
    "B601": "import paramiko\nc.exec_command(x)",
    "B602": "from subprocess import run\nrun(x, shell=True)",
    "B604": "f(x, shell=y)",
    "B605": "import os\nos.system(x)",
    "B606": "import os\nos.execvpe(x)",
    "B608-joined": 'x = f"sel{y}ect a fr{y}om b"',
    "B608-chain": 'x = "SELECT a" + y + " from %s" % z',
    "B608-format": 'x = "in\u017fert into {} values (1)".format(y)',
    "B610": "x.objects.extra(y)",
    "B611": "from django.db.models.expressions import RawSQL\nRawSQL(x)",
    "B613": "# \u202e",
    "B615": "from transformers import A\nA.from_pretrained(x)",
    "B701": "import jinja2\njinja2.Environment()",
    "B703": "from django.utils.safestring import SafeText as s\ns(x)",
    "B704": "from flask import Markup\nMarkup(x)",
    "crash-set": "f(x=[{1, (2, [3])}])",
}
SILENT = {
    "names": "import os.path\n\ndef run(token):\n    return os.path.join(token, 'x')\n",
    "texts": "x = {'key': 'select one from two'}\ny = 'pass' 'ing'\n",
    "calls": "f(*a, **b)\nf.g().h(shell=False)\nf(method='get', token=None)\n",
    "handlers": "try:\n    x()\nexcept ValueError:\n    pass\nfinally:\n    del y\n",
    "encoding": "# -*- coding: utf-8 -*-\n# é\n",
}
DEEP = {
    "operators": "x = " + "-" * 450 + "1",
    "attributes": "subprocess" + ".x" * 450 + "(y)",
    "conditions": "if x:\n    eval(x)\n"
    + "".join(f"elif x == {n}:\n    exec(x)\n" for n in range(450)),
    "texts": "x = 'select'" + " + 'x'" * 400 + " + 'from' % y",
}


def may_fire(text: str) -> bool:
    return _bandit_needs.may_fire(text, ast.parse(text.encode()))


@pytest.mark.parametrize("case", sorted(FIRES))
def test_bandit_is_asked_where_a_check_fires(case):
    assert may_fire(FIRES[case])


@pytest.mark.parametrize("case", sorted(SILENT))
def test_bandit_is_not_asked_where_none_can(case):
    assert not may_fire(SILENT[case])


@pytest.mark.parametrize("case", sorted(DEEP))
def test_bandit_is_asked_about_what_may_be_too_deep_for_it(case):
    assert may_fire(DEEP[case])


def of(texts):
    return tuple(
        Unit(f"{n:06}", Entry(f"{n}.py", "100644", ""), Kind.PYTHON, text=text, file=f"{n:06}.py")
        for n, text in enumerate(texts)
    )


def target(folder, units):
    (folder / "own").mkdir()
    scratch.export(units, str(folder / "files"))
    return Target(
        units=units,
        paths=frozenset(),
        scratch=str(folder / "own"),
        exported=str(folder / "files"),
        packs="",
        jobs=1,
    )


def test_nothing_starts_where_nothing_can_fire(tmp_path):
    nowhere = str(tmp_path / "nowhere")
    asked = Target(
        units=of(SILENT.values()),
        paths=frozenset(),
        scratch=nowhere,
        exported=nowhere,
        packs=nowhere,
    )

    assert list(_bandit.scan(asked)) == []


@pytest.mark.slow
def test_texts_that_do_not_parse_are_gaps_in_the_same_words(tmp_path):
    units = of(["x = (", "x = 1\0", "\tx\n  y", "x = " + "(" * 300, SILENT["names"]])
    asked = target(tmp_path, units)
    said = list(_bandit.scan(asked))

    assert [_bandit._may_fire(unit.text) for unit in units] == [True] * 4 + [False]
    assert {gap.subject for gap in said} == {f"{number}.py" for number in range(4)}
    assert sorted(said) == sorted(_bandit._run(asked, units))


@pytest.mark.slow
def test_the_names_that_bandit_lists_are_all_known():
    program = (
        "import json\n"
        "from bandit.core.extension_loader import MANAGER as m\n"
        "from bandit.plugins import injection_shell, insecure_ssl_tls, general_hardcoded_tmp\n"
        "shell = injection_shell.gen_config('shell_injection')\n"
        "print(json.dumps({'checks': [*m.plugins_by_id, *m.blacklist_by_id],\n"
        "  'calls': [n for one in m.blacklist['Call'] for n in one['qualnames']]\n"
        "    + [n for names in shell.values() for n in names],\n"
        "  'imports': [n for one in m.blacklist['Import'] for n in one['qualnames']],\n"
        "  'old': insecure_ssl_tls.gen_config('ssl_with_bad_version')['bad_protocol_versions'],\n"
        "  'folders': general_hardcoded_tmp.gen_config('hardcoded_tmp_directory')['tmp_dirs']}))\n"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", program], capture_output=True, check=True, text=True
    )
    listed = json.loads(done.stdout)

    if version_of("bandit") in _bandit_needs.VERSIONS:
        assert set(listed["checks"]) == _bandit_needs.CHECKS
    assert len(listed["calls"]) > 100
    for name in listed["calls"]:
        assert _bandit_needs.name_may_fire(name, (), ()), name
    for name in listed["imports"]:
        assert may_fire(f"import {name}"), name
    assert set(listed["old"]) <= _bandit_needs._OLD_TLS
    for folder in listed["folders"]:
        assert may_fire(f"x({folder!r})")


@pytest.mark.slow
def test_a_narrowed_run_says_what_bandit_s_own_command_says(tmp_path):
    library = Path(sysconfig.get_path("stdlib"))
    found = [
        one for one in sorted(library.glob("[a-z]*/*.py")) if 500 < one.stat().st_size < 20_000
    ]
    files = [*found[:: len(found) // 80 + 1], library / "test" / "test_fstring.py"]
    texts = [one.read_text(encoding="utf-8") for one in files if one.exists()]
    units = of([*FIRES.values(), *SILENT.values(), *DEEP.values(), *texts])
    asked = target(tmp_path, units)

    full = list(_bandit._run(asked, units))
    folder = _bandit._known_folder()
    narrowed = list(_bandit._run(asked, units, folder))

    assert bool(folder) == (version_of("bandit") in _bandit_needs.VERSIONS)
    seen = [one for one in full if isinstance(one, Sighting)]
    assert [one for one in narrowed if isinstance(one, Sighting)] == seen
    assert set(narrowed) == set(full)
    gaps = {one.subject for one in full if isinstance(one, Gap)}
    rules = {(one.unit, one.rule) for one in seen}
    for unit, case in zip(units, FIRES, strict=False):
        assert (unit.id, f"bandit/{case.partition('-')[0]}") in rules or unit.path in gaps, case
    assert len({one.unit for one in seen}) < len(units) - 30


def test_another_version_is_asked_about_everything(tmp_path, monkeypatch):
    (tmp_path / "bandit-99.0.dist-info").mkdir()
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])

    assert _bandit._known_folder() == ""


def test_plugins_of_others_are_asked_about_everything(tmp_path, monkeypatch):
    (tmp_path / "more-1.0.dist-info").mkdir()
    (tmp_path / "more-1.0.dist-info" / "entry_points.txt").write_text("[bandit.plugins]\na = b:c\n")
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])

    assert _bandit._known_folder() == ""


def test_what_is_kept_does_not_outlive_what_is_installed(tmp_path, monkeypatch):
    unit = Unit("000001", Entry("a.py", "100644", ""), Kind.PYTHON)
    target = Target(units=(unit,), paths=frozenset(), scratch="", exported="", packs="")
    assert SCANNER.around
    before = SCANNER.around(target)
    (tmp_path / "more-1.0.dist-info").mkdir()
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])

    after = SCANNER.around(target)

    assert before.keys() == after.keys() == {unit.id}
    assert before != after


def test_a_bandit_in_the_working_directory_is_not_trusted(tmp_path, monkeypatch):
    (tmp_path / "bandit-1.9.4.dist-info").mkdir()
    (tmp_path / "bandit").mkdir()
    (tmp_path / "bandit" / "__init__.py").write_text("raise SystemExit(0)\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["", *sys.path])

    assert _bandit._known_folder() == ""
