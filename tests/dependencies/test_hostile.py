"""Lists of dependencies that are built to break a reader: a finding or a gap, and never a crash."""

from __future__ import annotations

import time

import pytest

from aigate.domain.finding import Gap, Sighting
from tests.dependencies.look import look, said

DEEP = 100_000
CASES = {
    "deep-json": ("package.json", '{"dependencies":' + "[" * DEEP + "]" * DEEP + "}"),
    "deep-objects": ("package-lock.json", '{"packages":' + '{"a":' * DEEP + "1" + "}" * DEEP + "}"),
    "deep-toml": ("pyproject.toml", "a = " + "[" * DEEP + "]" * DEEP + "\n"),
    "huge-number": ("package.json", '{"dependencies": {"a": ' + "9" * 100_000 + "}}"),
    "wrong-types": ("package.json", '{"dependencies": [1, {"a": 2}], "scripts": 5, "overrides": "x"}'),
    "wrong-types-toml": (
        "pyproject.toml",
        "build-system = 1\nproject = []\ntool = {uv = 3, poetry = [1], hatch = {envs = 2}}\n",
    ),
    "wrong-types-lock": ("package-lock.json", '{"packages": {"node_modules/a": 5, "node_modules/": {}}}'),
    "wrong-types-pipfile": ("Pipfile.lock", '{"_meta": {"sources": {"url": 1}}, "default": [1]}'),
    "list": ("package.json", "[1, 2]"),
    "text": ("pyproject.toml", "\x00\x01\x02"),
    "control-name": ("package.json", '{"dependencies": {"a\\u0000b\\u001b[31m": "1", "": "1", " ": ""}}'),
    "odd-name": ("requirements.txt", "a\u202eb\n\u200b\n\x0c\n==\n@@@\n" + "[" * 1000 + "\n"),
    "odd-ranges": ("package.json", '{"dependencies": {"a": "npm:", "b": "npm:@", "c": "git+", "d": "//"}}'),
    "odd-address": ("requirements.txt", "git+https://[::1\nx @ https://[\n-i https://[x\n"),
    "odd-lock-address": (
        "package-lock.json",
        '{"packages": {"node_modules/a": {"resolved": "https://[/-/"}}}',
    ),
    "odd-yarn": ("yarn.lock", '"@":\n  resolved "https://["\n@:\n"a@":\n  resolution: "@"\n'),
    "odd-pnpm": ("pnpm-lock.yaml", "packages:\n  /@1:\n  '@/@1':\n    resolution: {tarball: }\n"),
    "odd-setup": ("setup.py", "setup(install_requires=" + "+".join(["['a']"] * 20_000) + ")\n"),
    "odd-cfg": ("setup.cfg", "[options]\ninstall_requires = %(a)s\n[options]\n[options.extras_require]\n"),
    "odd-header": ("a.py", "# /// script\n# dependencies = [\n# ///\nimport os\n"),
    "odd-conda": ("environment.yml", "dependencies:\n  - \n  - [a]\n  - pip:\n  -\n    - !!x y\n"),
    "odd-operators": ("requirements.txt", "a" + "!" * 60 + "(\n" + "a" + "===b" * 400 + "(\n"),
    "odd-joined": ("requirements.txt", "a\\\n" * 200_000),
    "long-line": ("requirements.txt", "a" * 2_000_000 + "\n"),
    "long-command": ("a.sh", "pip install " + "a b " * 500_000 + "\n"),
    "many-commands": ("a.sh", "pip install a\n" * 50_000),
    "long-option": ("a.sh", "npm " + "-a " * 200_000 + "install x\n"),
    "import-flood": ("a.py", "import " + ", ".join(f"a{n}" for n in range(50_000)) + "\n"),
    "script-flood": ("a.ts", "import {" + "a,\n" * 200_000 + "} from 'fastjson-gpt'\n"),
    "comment-open": ("a.js", "/*\n" * 100_000 + "\nimport 'x'\n"),
    "string-flood": ("a.js", "'\\" * 200_000 + "\nimport 'x'\n"),
    "script-options": ("package.json", '{"scripts": {"postinstall": "husky' + " --a" * 10_000 + ' x"}}'),
    "script-spaces": ("package.json", '{"scripts": {"postinstall": "npx' + " " * 100_000 + 'x"}}'),
    "long-prose": ("a.md", ("x" * 100 + " npx a ") * 3_000),
    "comment-flood": ("a.js", "/*" * 200_000 + "\nimport 'x'\n"),
    "aliases": ("package.json", '{"overrides": ' + '{"a": ' * 500 + '"1"' + "}" * 500 + "}"),
}  # fmt: skip


@pytest.mark.parametrize(("path", "text"), CASES.values(), ids=CASES)
def test_nothing_breaks_the_reader_and_nothing_takes_long(path, text):
    started = time.process_time()
    found = look({path: text})
    assert time.process_time() - started < 5
    assert len(found) < 1_000
    for one in found:
        told = one.reason if isinstance(one, Gap) else one.message
        assert len(told) < 2_000


@pytest.mark.parametrize("cut", [1, 7, 20, 33, 60, 90])
@pytest.mark.parametrize(
    "path", ["package.json", "pyproject.toml", "yarn.lock", "uv.lock", "setup.py"]
)
def test_a_file_that_breaks_off_is_read_or_a_gap(path, cut):
    text = '{"dependencies": {"loadsh": "1"}}\n[[package]]\nname = "loadsh"\nsetup(install_requires=["reqeusts"])'
    assert isinstance(look({path: text[:cut]}), list)


@pytest.mark.parametrize(
    "data", [b"\xff\xfe\x00", b"reqeusts\x00\n", b"req\xffeusts\n", b"\xef\xbb\xbfreqeusts"]
)
def test_odd_bytes_are_read_as_the_workspace_decodes_them(data):
    assert isinstance(look({"requirements.txt": data, "package.json": data}), list)


def test_a_name_that_stands_twice_is_read_twice():
    text = '{"dependencies": {"loadsh": "1"},\n "dependencies": {"react": "1"}}'
    assert said(look({"package.json": text})) == ["lookalike-package high 1"]


def test_a_name_that_is_spelt_in_escapes_is_found_at_the_file():
    (one,) = look({"package.json": '{"dependencies": {"load\\u0073h": "1"}}'})
    assert isinstance(one, Sighting)
    assert one.rule == "lookalike-package"
    assert one.span.end_column == one.span.column


def test_a_long_lock_file_takes_seconds():
    entries = "".join(
        f'[[package]]\nname = "acme-{n}"\nversion = "1"\nwheels = [\n'
        f'    {{ url = "https://a.example/acme_{n}-1-py3-none-any.whl", hash = "sha256:{n:064}" }},\n]\n\n'
        for n in range(20_000)
    )
    started = time.process_time()
    assert said(look({"uv.lock": entries})) == []
    assert len(entries) > 3_000_000
    assert time.process_time() - started < 20


def test_a_manifest_with_too_many_names_is_a_gap_and_what_was_read_counts():
    names = ",".join(f'"acme{n}":"1"' for n in range(6_000))
    text = '{"dependencies": {"loadsh": "1", ' + names + "}}"
    assert said(look({"package.json": text})) == [
        "gap dependencies-unread",
        "lookalike-package high 1",
    ]


def test_objections_without_end_are_cut_and_said_to_be():
    text = "".join(f"reqeusts{n} @ git+https://a.example/x{n}\n" for n in range(300))
    found = said(look({"requirements.txt": text}))
    assert found[0] == "gap too-many-dependencies"
    assert len(found) == 201


def test_what_a_change_declares_does_not_silence_what_is_wrong_with_it():
    manifest = '{"name": "loadsh", "dependencies": {"loadsh": "1"}}'
    assert "lookalike-package high 1" in said(look({"package.json": manifest}))
