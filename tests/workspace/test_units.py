"""Entries become units: the right kind, the right text, the right lines."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aigate.domain.place import Span
from aigate.domain.tree import Change, Entry, Kind, Unit
from aigate.workspace import units

if TYPE_CHECKING:
    from tests.workspace.conftest import Workbench

EVIL = "eval(x)\n"
POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'ab' * 32}\nsize 123456789\n"


def cut(
    path: str, data: bytes | str, *, mode: str = "100644", **options: object
) -> tuple[Unit, ...]:
    data = data.encode() if isinstance(data, str) else data
    content = units.Content(entry=Entry(path, mode, "0" * 40), data=data)
    return tuple(units.build_units([content], **options))


def the(path: str, data: bytes | str, **options: object) -> Unit:
    (unit,) = cut(path, data, **options)
    return unit


def notebook(*cells: dict | str, kernel: str = "python3", indent: int | None = 1) -> str:
    return json.dumps(
        {
            "cells": [
                {"cell_type": "code", "outputs": [], "source": cell.splitlines(keepends=True)}
                if isinstance(cell, str)
                else cell
                for cell in cells
            ],
            "metadata": {"kernelspec": {"name": kernel}},
            "nbformat": 4,
        },
        indent=indent,
    )


TEXTS = {
    "C-019-utf16": ("a.py", EVIL.encode("utf-16"), EVIL, ("utf-16",)),
    "C-019-utf16-be": ("a.py", b"\xfe\xff" + EVIL.encode("utf-16-be"), EVIL, ("utf-16",)),
    "C-019-utf16-without-mark": ("a.js", EVIL.encode("utf-16-le"), EVIL, ("utf-16",)),
    "C-019-utf32": ("a.py", EVIL.encode("utf-32"), EVIL, ("utf-32",)),
    "C-019-utf7-by-cookie": (
        "a.py",
        b"# coding: utf-7\n+AGUAdgBhAGw-(x)\n",
        "# coding: utf-7\neval(x)\n",
        ("unusual-encoding",),
    ),
    "C-019-escapes-by-cookie": (
        "a.py",
        b"# coding: unicode_escape\n\\x65val(x)\n",
        "# coding: unicode_escape\neval(x)\n",
        ("unusual-encoding",),
    ),
    "C-019-cookie-behind-a-cr": (
        "a.py",
        b"#!x\r# coding: utf-7\r+AGUAdgBhAGw-(x)\r",
        "#!x\n# coding: utf-7\neval(x)\n",
        ("unusual-encoding",),
    ),
    "C-019-latin1-by-cookie": (
        "a.py",
        b"# coding: latin-1\nx = '\xe9'\n",
        "# coding: latin-1\nx = 'é'\n",
        (),
    ),
    "C-019-bad-cookie": (
        "a.py",
        b"# coding: none\neval(x)",
        "# coding: none\neval(x)",
        ("undecodable",),
    ),
    "C-019-slow-cookie": (
        "a.py",
        b"# coding: punycode\neval(x)",
        "# coding: punycode\neval(x)",
        ("undecodable",),
    ),
    "C-019-not-utf8": ("a.py", b"x = '\xe9'\neval(x)", "x = 'é'\neval(x)", ("undecodable",)),
    "C-019-script-not-utf8": (
        "a.js",
        b"// \xe9\neval(x)",
        "// \ufffd\neval(x)",
        ("invalid-utf-8",),
    ),
    "C-020-mark": ("a.py", b"\xef\xbb\xbfeval(x)\n", EVIL, ()),
    "C-020-mark-script": ("a.js", b"\xef\xbb\xbfeval(x)\n", EVIL, ()),
    "C-020-two-marks-script": ("a.js", b"\xef\xbb\xbf\xef\xbb\xbfeval(x)\n", " eval(x)\n", ()),
    "C-021-nul": ("a.py", b"a\0b = 1\neval(x)\n", "a b = 1\neval(x)\n", ("nul",)),
    "C-021-nul-in-settings": (
        "a.yaml",
        b"key: value\0" + b"x" * 200,
        "key: value " + "x" * 200,
        ("nul",),
    ),
    "C-022-full-width": ("a.py", "\uff45val(x)\n", EVIL, ("folded-identifiers",)),
    "C-022-bold": ("a.py", "\U0001d41eval(x)\n", EVIL, ("folded-identifiers",)),
    "C-022-low-line": (
        "a.py",
        "__import\uff3f_('os')\n",
        "__import__('os')\n",
        ("folded-identifiers",),
    ),
    "C-022-unparsable": (
        "a.py",
        "x = (\n\uff45val(x)\n",
        "x = (\neval(x)\n",
        ("folded-identifiers",),
    ),
    "C-022-in-f-string": ("a.py", "f'{\uff45val(x)}'\n", "f'{eval(x)}'\n", ("folded-identifiers",)),
    "C-022-string": (
        "a.py",
        "x = '\uff45val'  # \uff45val\n",
        "x = '\uff45val'  # \uff45val\n",
        (),
    ),
    "C-022-string-lines": (
        "a.py",
        "'''\n\uff45val'''; \uff45val(x)\n",
        "'''\n\uff45val'''; eval(x)\n",
        ("folded-identifiers",),
    ),
    "C-022-honest": ("a.py", "größe = 'm²'\n", "größe = 'm²'\n", ()),
    "C-022-two-on-a-line": (
        "a.py",
        "\ufb01 = \uff45val(\uff58)\n",
        "fi = eval(x)\n",
        ("folded-identifiers",),
    ),
    "C-028-long-line": ("a.js", "x=1;" * 225_000 + EVIL, "x=1;" * 225_000 + EVIL, ()),
    "line-ends": ("a.py", b"a\rb\r\nc\nd\x0ce", "a\nb\nc\nd\x0ce", ()),
    "comment-ends-at-separator": (
        "a.js",
        "// a\u2028eval(x)\nb\n",
        "// a\neval(x)\nb\n",
        ("line-separator",),
    ),
    "separator-in-string": ("a.js", "x = 'a\u2028// b'\n", "x = 'a\u2028// b'\n", ()),
}


@pytest.mark.parametrize(("path", "data", "text", "notes"), TEXTS.values(), ids=TEXTS.keys())
def test_text_is_what_the_language_reads(
    path: str, data: bytes | str, text: str, notes: tuple[str, ...]
) -> None:
    unit = the(path, data)

    assert (unit.text, unit.notes) == (text, notes)


KINDS = {
    "C-025-upper-case": ("a.PY", EVIL, Kind.PYTHON),
    "C-025-pyw": ("a.pyw", EVIL, Kind.PYTHON),
    "C-025-py3": ("a.py3", EVIL, Kind.PYTHON),
    "C-025-stub": ("a.pyi", EVIL, Kind.PYTHON),
    "C-025-shebang": ("bin/tool", "#!/usr/bin/env python3\n" + EVIL, Kind.PYTHON),
    "C-025-shebang-options": ("tool", "#!/usr/bin/env -S uv run --script\n", Kind.PYTHON),
    "C-025-shebang-version": ("tool", "#!/opt/python3.12 -O\n", Kind.PYTHON),
    "C-025-shebang-shell": ("tool", '#!/bin/sh\n"exec" "python3" "$0" "$@"\n', Kind.PYTHON),
    "C-025-shebang-mark": ("tool", b"\xef\xbb\xbf#!/usr/bin/python\n", Kind.PYTHON),
    "C-025-shebang-in-text": ("tool.txt", "#!/usr/bin/python\n", Kind.PYTHON),
    "C-025-node": ("tool", "#!/usr/bin/env node\n", Kind.JAVASCRIPT),
    "C-025-deno": ("tool", "#!/usr/bin/env -S deno run\n", Kind.TYPESCRIPT),
    "C-025-trailing-dot": ("a.py. .", EVIL, Kind.PYTHON),
    "C-025-known-name": ("SConstruct", EVIL, Kind.PYTHON),
    "C-025-shell": ("tool", "#!/bin/sh\necho python\n", Kind.TEXT),
    "C-024-tox": (".tox/a.py", EVIL, Kind.PYTHON),
    "C-024-cache": ("__pycache__/a.py", EVIL, Kind.PYTHON),
    "C-024-egg": ("pkg.egg/a.py", EVIL, Kind.PYTHON),
    "C-024-dot": (".hidden/.a.py", EVIL, Kind.PYTHON),
    "cython": ("a.pyx", EVIL, Kind.TEXT),
    "module": ("a.mjs", EVIL, Kind.JAVASCRIPT),
    "common": ("a.CJS", EVIL, Kind.JAVASCRIPT),
    "jsx": ("a.jsx", EVIL, Kind.JAVASCRIPT),
    "ts": ("a.ts", EVIL, Kind.TYPESCRIPT),
    "tsx": ("a.tsx", EVIL, Kind.TYPESCRIPT),
    "mts": ("a.mts", EVIL, Kind.TYPESCRIPT),
    "video": ("a.ts", (b"G" + b"\0" * 187) * 4, Kind.BINARY),
    "video-with-tables": (
        "a.ts",
        b"G@\0\x10" + bytes(184) + (b"GA\1\x10" + bytes(184)) * 3,
        Kind.BINARY,
    ),
    "C-025-program-in-packets": (
        "a.ts",
        b"G:/*\0".ljust(186) + b"*/" + b"G1:/*".ljust(186) + b"*/" + b"G2:1;\nexec(x)\n",
        Kind.TYPESCRIPT,
    ),
    "qt": ("a.ts", "<?xml version='1.0'?><TS/>", Kind.TEXT),
    "picture": ("a.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", Kind.BINARY),
    "pickle": ("a.pkl", b"\x80\x04K\x01.", Kind.BINARY),
    "elf": ("a.out", b"\x7fELF" + bytes(200), Kind.BINARY),
    "latin": ("a.txt", b"caf\xe9 au lait\n", Kind.TEXT),
    "utf8": ("a.txt", "größer\n", Kind.TEXT),
    "empty": ("a", b"", Kind.TEXT),
    "C-048-pointer": ("model.bin", POINTER, Kind.POINTER),
    "C-048-code-behind-a-pointer": ("a.py", POINTER + EVIL, Kind.PYTHON),
}


@pytest.mark.parametrize(("path", "data", "kind"), KINDS.values(), ids=KINDS.keys())
def test_the_kind_is_what_would_run_it(path: str, data: bytes | str, kind: Kind) -> None:
    assert the(path, data).kind is kind


def test_a_name_and_a_first_line_that_disagree_give_two_units() -> None:
    found = cut("a.js", "#!/usr/bin/env python\n" + EVIL)

    assert [(u.kind, u.file) for u in found] == [
        (Kind.JAVASCRIPT, "000001.js"),
        (Kind.PYTHON, "000002.py"),
    ]


def test_c_017_a_file_over_the_limit_is_noted_and_not_a_text() -> None:
    unit = the("a.py", "x" * 101, limit=100)

    assert (unit.kind, unit.notes, unit.text) == (Kind.BINARY, ("too-large",), "")
    assert set(unit.notes) <= units.NOT_EXAMINED


def test_c_017_a_file_of_more_than_a_megabyte_is_whole() -> None:
    data = EVIL + "# padding\n" * 110_000

    assert the("a.py", data).text == data


LINKS = {
    "C-027-outside": "/etc/passwd",
    "C-027-above": "../../..",
    "C-027-loop": "a",
    "C-027-neighbour": "../other/secret.py",
}


@pytest.mark.parametrize("target", LINKS.values(), ids=LINKS.keys())
def test_a_link_is_its_target_and_nothing_else(bench: Workbench, target: str) -> None:
    (bench.root / "a").symlink_to(target)
    bench.commit()

    for unit in bench.units():
        assert (unit.kind, unit.text, unit.file) == (Kind.SYMLINK, target, "")


def test_c_047_a_gitlink_is_named_and_not_read(bench: Workbench) -> None:
    commit = bench.graft(("160000", "sub", b"1" * 40), ("100644", "a.py", EVIL.encode()))

    assert [(u.path, u.kind) for u in bench.units(commit)] == [
        ("a.py", Kind.PYTHON),
        ("sub", Kind.SUBMODULE),
    ]


def test_content_that_is_not_there_is_noted() -> None:
    content = units.Content(entry=Entry("a.py", "100644", "0"), problem="missing")

    (unit,) = units.build_units([content])

    assert (unit.kind, unit.notes) == (Kind.BINARY, ("missing",))


def test_ids_and_names_say_nothing_of_the_repository() -> None:
    contents = [
        units.Content(entry=Entry(path, "100644", "0"), data=b"x = 1\n")
        for path in ("../../evil.py", "-rf.tsx", "a.pyi", "b.jsx", "c.mts", "d.cfg", "e.cjs")
    ]

    found = list(units.build_units(contents))

    assert [u.id for u in found] == [f"{n:06d}" for n in range(1, 8)]
    assert [u.file for u in found] == [
        "000001.py",
        "000002.tsx",
        "000003.py",
        "000004.js",
        "000005.ts",
        "000006.txt",
        "000007.js",
    ]


def test_removed_entries_go_on_counting() -> None:
    (unit,) = units.removed_units([Entry("a.py", "100644", "0")], after=7)

    assert (unit.id, unit.kind, unit.change) == ("000008", Kind.REMOVED, Change.REMOVED)


def test_c_026_cells_are_units_with_lines_of_the_file() -> None:
    data = notebook(
        {"cell_type": "markdown", "source": ["eval(x)\n", "text"]},
        "import os\neval(x)\n",
        "eval(x)\n",
    )

    whole, first, second = cut("a.IPYNB", data)

    rows = data.split("\n")
    assert (whole.kind, whole.text) == (Kind.TEXT, data)
    assert (first.kind, first.cell, first.text) == (Kind.PYTHON, 2, "import os\neval(x)\n")
    assert (second.kind, second.cell) == (Kind.PYTHON, 3)
    at = first.locate(Span(2, 1, 2, 8))
    assert (at.path, at.cell, at.column) == ("a.IPYNB", 2, 1)
    assert rows[at.line - 1].strip() == '"eval(x)\\n"'
    places = [n for n, row in enumerate(rows, start=1) if "eval" in row]
    assert [places[1], places[2]] == [at.line, second.locate(Span(1, 1, 1, 8)).line]


def test_c_026_outputs_that_repeat_a_cell_do_not_move_its_lines() -> None:
    cell = {
        "cell_type": "code",
        "outputs": [{"text": ["eval(x)\n"], "data": '"source": ["eval(x)\\n"]'}],
        "source": ["eval(x)\n"],
    }
    data = notebook(cell)

    unit = cut("a.ipynb", data)[1]

    assert '"source"' in data.split("\n")[unit.locate(Span(1, 1, 1, 2)).line - 2]


def test_c_026_a_notebook_on_one_line_is_read() -> None:
    assert cut("a.ipynb", notebook(EVIL, indent=None))[1].lines == (1, 1)


def test_c_026_old_notebooks_are_read() -> None:
    old = {"worksheets": [{"cells": [{"cell_type": "code", "input": EVIL}]}]}

    assert cut("a.ipynb", json.dumps(old))[1].text == EVIL


CELLS = {
    "magic": ("%matplotlib inline\neval(x)", Kind.PYTHON, "pass\neval(x)"),
    "shell": ("!ls\nif x:\n    !rm\neval(x)", Kind.PYTHON, "pass\nif x:\n    pass\neval(x)"),
    "shell-continued": ("!ls \\\n  -l\neval(x)", Kind.PYTHON, "pass\n\neval(x)"),
    "assigned": ("y = !ls\nz = %pwd\neval(x)", Kind.PYTHON, "y = None\nz = None\neval(x)"),
    "help": ("eval?\n?eval\nos.path??\neval(x)", Kind.PYTHON, "pass\npass\npass\neval(x)"),
    "called": ("/eval x", Kind.PYTHON, "eval(x)"),
    "timed": ("%time eval(x)", Kind.PYTHON, "0   ; eval(x)"),
    "timed-cell": ("%%time\neval(x)", Kind.PYTHON, "\neval(x)"),
    "unknown-cell": ("\n%%custom a\neval(x)", Kind.PYTHON, "\n\neval(x)"),
    "shell-cell": ("%%bash\nls", Kind.TEXT, "%%bash\nls"),
    "script-cell": ("%%javascript\neval(x)", Kind.JAVASCRIPT, "\neval(x)"),
    "written": ("%%writefile a.py\neval(x)", Kind.PYTHON, "\neval(x)"),
    "script-python": ("%%script python3\neval(x)", Kind.PYTHON, "\neval(x)"),
    "modulo": ("x = (a\n  % b)\ny = '''\n%z\n!a'''", Kind.PYTHON, None),
    "modulo-continued": ("x = a \\\n  % b\nx %= 3", Kind.PYTHON, None),
    "compared": ("x = a != b\ny = a[1] % 2", Kind.PYTHON, None),
    "brackets-in-strings": ("x = '(' # (\n!ls", Kind.PYTHON, "x = '(' # (\npass"),
    "nothing": ("", Kind.PYTHON, ""),
}


@pytest.mark.parametrize(
    ("source", "kind", "text"), CELLS.values(), ids=[f"C-026-{name}" for name in CELLS]
)
def test_what_ipython_adds_becomes_plain_python(source: str, kind: Kind, text: str) -> None:
    unit = cut("a.ipynb", notebook(source))[1]

    assert (unit.kind, unit.text) == (kind, source if text is None else text)
    assert len(unit.lines) == unit.text.count("\n") + 1


KERNELS = {
    "python3": Kind.PYTHON,
    "": Kind.PYTHON,
    "ir": Kind.TEXT,
    "deno": Kind.TYPESCRIPT,
    "javascript": Kind.JAVASCRIPT,
}


@pytest.mark.parametrize(("kernel", "kind"), KERNELS.items(), ids="C-026-kernel-{}".format)
def test_cells_are_in_the_language_of_the_kernel(kernel: str, kind: Kind) -> None:
    assert cut("a.ipynb", notebook(EVIL, kernel=kernel))[1].kind is kind


BROKEN = {
    "no-json": "{",
    "no-object": "[]",
    "no-cells": "{}",
    "odd-cells": '{"cells": [1]}',
    "odd-source": '{"cells": [{"source": 3}]}',
    "deep": "[" * 200_000,
    "deep-closed": "[" * 100_000 + "]" * 100_000,
    "large-number": f'{{"cells": [], "x": {"9" * 10_000}}}',
    "many-values": '{"cells": [' + "[]," * 1_000_001 + "[]]}",
    "many-cells": '{"cells": [' + "{}," * 10_000 + "{}]}",
    "bytes": b"\x80\x81\0\0\0",
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=[f"C-026-{name}" for name in BROKEN])
def test_a_notebook_that_cannot_be_read_is_noted(data: bytes | str) -> None:
    unit = the("a.ipynb", data)

    assert "notebook-invalid" in unit.notes
    assert set(unit.notes) & units.NOT_EXAMINED


NAMES = ["a.py", "a.js", "a.ts", "a.ipynb", "a.txt", "a", "SConstruct"]
pieces = st.sampled_from(
    [b"\0", b"\r", b"\n", b"\xef\xbb\xbf", b"\xff\xfe", b"# coding: ", b"utf-7", b"idna", b"x = ",
     b"utf_16", b"unicode_escape", b"\\x0a", b"cp037", b"hz", b"'", b"#!/usr/bin/python", b"//",
     "\u2028".encode(), "\uff45val".encode(), b'{"cells": [{"source": ["!a"]}]}', b"\xe9", b"("]
)  # fmt: skip
contents = st.binary(max_size=200) | st.lists(pieces, max_size=12).map(b"".join)


@given(st.sampled_from(NAMES), contents, st.sampled_from(["100644", "120000", "160000"]))
@example("a.py", b"# coding: undefined\n", "100644")
@example("a.py", b"# coding: unicode_escape\n\\x0a\\x0a\\x0a\\x0aeval(x)", "100644")
def test_any_bytes_give_a_unit_with_lines_in_the_file(
    path: str, data: bytes | str, mode: str
) -> None:
    found = cut(path, data, mode=mode)

    assert found
    most = data.count(b"\n") + data.count(b"\r") + 1
    for unit in found:
        assert not unit.lines or max(unit.lines) <= most
        assert not unit.lines or min(unit.lines) >= 1
        assert len(unit.lines) in {0, unit.text.count("\n") + 1}
        assert unit.kind is Kind.SYMLINK or not set("\0\r") & set(unit.text)


@given(st.text(max_size=300))
def test_any_cell_keeps_its_count_of_lines(source: str) -> None:
    text = source.replace("\r\n", "\n").replace("\r", "\n")

    _, unit = cut("a.ipynb", json.dumps({"cells": [{"cell_type": "code", "source": source}]}))

    assert unit.text.count("\n") == text.count("\n")
