"""What the options of `aigate scan` change, and what they must not.

The findings here are of scanners that start no engine, so a scan takes under a second.
"""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TURNED = 'x = "\u202e abc"\n'
CHANGE = ("--base", "main~1", "--head", "main")
ESC = b"\x1b["


@pytest.fixture
def turned(project):
    project.commit({"README.md": "hello\n"})
    project.commit({"a.txt": TURNED, "sub/b.txt": TURNED, "sub/deep/c.txt": TURNED})
    project.check_out()
    return project


def on_terminal(project, *arguments, out=False, err=False, **environ):
    """Run a scan with some streams on a terminal; return its code, what that showed, the rest."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "aigate", "-C", str(project.root), "scan", *CHANGE, *arguments]
    with subprocess.Popen(
        command,
        cwd=project.home,
        env={**project.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", **environ},
        stdin=subprocess.DEVNULL,
        stdout=theirs if out else subprocess.PIPE,
        stderr=theirs if err else subprocess.PIPE,
    ) as child:
        os.close(theirs)
        shown = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # the other end is closed
                break
            if not part:
                break
            shown += part
        rest = (child.stdout.read() if child.stdout else b"") + (
            child.stderr.read() if child.stderr else b""
        )
    os.close(ours)
    return child.returncode, shown, rest


def test_progress_is_shown_on_a_terminal_and_goes_away(turned):
    code, shown, rest = on_terminal(turned, "--format", "json", err=True)

    assert code == 1
    assert b"aigate: reading" in shown
    assert shown.endswith(b"\r\x1b[K")
    assert json.loads(rest)["verdict"] == "fail"


def test_progress_can_be_turned_off(turned):
    assert on_terminal(turned, "--quiet", err=True)[1] == b""


def test_without_a_terminal_there_is_neither_progress_nor_colour(turned):
    seen = turned.run("scan", *CHANGE)

    assert seen.err == b""
    assert ESC not in seen.out


COLORS = {
    "a terminal": ({}, True, True),
    "a terminal and NO_COLOR": ({"NO_COLOR": "1"}, True, False),
    "a terminal and an empty NO_COLOR": ({"NO_COLOR": ""}, True, True),
    "a dumb terminal": ({"TERM": "dumb"}, True, False),
    "a pipe and FORCE_COLOR": ({"FORCE_COLOR": "1"}, False, True),
    "a pipe, FORCE_COLOR and NO_COLOR": ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, False),
}


@pytest.mark.parametrize("name", COLORS)
def test_colours_are_for_terminals_and_whoever_asks(turned, name):
    environ, terminal, colored = COLORS[name]

    code, shown, rest = on_terminal(turned, out=terminal, **environ)

    assert code == 1
    assert (ESC in (shown if terminal else rest)) is colored


def test_no_format_for_machines_is_ever_coloured(turned):
    for form in ("json", "sarif", "github", "markdown"):
        assert b"\x1b" not in turned.run("scan", *CHANGE, "--format", form, FORCE_COLOR="1").out


NARROWED = {
    "everything": ((), "", 3),
    "one file": (("a.txt",), "", 1),
    "a folder": (("sub",), "", 2),
    "a folder with a slash": (("sub/",), "", 2),
    "two": (("a.txt", "sub/deep"), "", 2),
    "the top": ((".",), "", 3),
    "nothing that exists": (("nowhere.txt",), "", 0),
    "from a folder": (("b.txt",), "sub", 1),
    "from a folder, itself": ((".",), "sub", 2),
    "from a folder, above": (("../a.txt",), "sub", 1),
}


@pytest.mark.parametrize("name", NARROWED)
def test_paths_narrow_what_is_shown_and_never_the_verdict(turned, name):
    paths, folder, count = NARROWED[name]
    cwd = turned.root / folder if folder else None

    seen = turned.run("scan", *CHANGE, "--format", "concise", *paths, cwd=cwd)

    assert seen.code == 1
    lines = seen.out.decode().splitlines()
    assert len([line for line in lines if "error[" in line]) == count
    assert lines[-1] == "fail: 3 findings block"
    if count < 3:
        assert f"{3 - count} more outside the shown paths" in lines


def test_paths_are_relative_to_the_folder_of_dash_c(turned):
    inside = ("-C", str(turned.root / "sub"))

    seen = turned.run(*inside, "scan", *CHANGE, "--format", "concise", "b.txt")

    assert seen.code == 1
    assert next(line for line in seen.out.decode().splitlines() if "error[" in line).startswith(
        "sub/b.txt:1:6: "
    )


def test_a_path_outside_of_the_repository_is_refused(turned):
    seen = turned.run("scan", *CHANGE, "../elsewhere")

    assert (seen.code, seen.out) == (2, b"")
    assert b"outside of the repository" in seen.err


LAX = "version: 1\nname: lax\nrequirements:\n  - {id: all, action: note}\n"


def test_a_policy_that_the_caller_names_decides(turned):
    (turned.home / "lax.yaml").write_text(LAX)

    seen = turned.run("scan", *CHANGE, "--format", "json", "--policy", "lax.yaml")

    assert (seen.code, seen.report["policy"]["name"]) == (0, "lax")
    assert {one["action"] for one in seen.report["findings"]} == {"note"}


def test_a_named_policy_may_extend_another_beside_it(turned):
    (turned.home / "lax.yaml").write_text(LAX)
    stricter = "version: 1\nname: ours\nextends: [lax.yaml]\nrequirements:\n"
    stricter += "  - {id: turned, match: {rule: bidirectional-text}, action: forbid}\n"
    (turned.home / "ours.yaml").write_text(stricter)

    seen = turned.run("scan", *CHANGE, "--format", "json", "--policy", "ours.yaml")

    assert (seen.code, seen.report["policy"]["name"]) == (1, "ours")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, b"policy file `p.yaml` cannot be read"),
        ("version: 1\nname: p\nmod: x\n", b"p.yaml:3:"),
    ],
    ids=["missing", "mistaken"],
)
def test_a_named_policy_that_is_no_policy_decides_nothing(turned, text, said):
    if text is not None:
        (turned.home / "p.yaml").write_text(text)

    seen = turned.run("scan", *CHANGE, "--policy", "p.yaml")

    assert (seen.code, seen.out) == (2, b"")
    assert said in seen.err


def test_several_reports_are_written_beside_what_is_printed(turned):
    forms = ("text", "concise", "json", "sarif", "sarif-github", "github", "markdown")
    wanted = [f"-o{form}={turned.home}/{form}.out" for form in forms]

    seen = turned.run("scan", *CHANGE, *wanted, "--format", "concise", FORCE_COLOR="1")

    assert seen.code == 1
    files = {form: (turned.home / f"{form}.out").read_bytes() for form in forms}
    assert all(files.values())
    assert json.loads(files["json"])["verdict"] == "fail"
    assert json.loads(files["sarif"])["runs"]
    assert files["concise"].endswith(b"fail: 3 findings block\n")
    assert not [form for form, text in files.items() if b"\x1b" in text]


@pytest.mark.parametrize("given", ["json", "xml=r.xml", "=r.json", "json="])
def test_an_output_that_is_none_is_refused_before_anything_is_judged(turned, given):
    seen = turned.run("scan", *CHANGE, "-o", given)

    assert (seen.code, seen.out) == (2, b"")
    assert seen.err.startswith(b"error: ")


@pytest.mark.parametrize("option", ["--base", "--head", "--policy", "--trust-root", "--decision"])
def test_an_empty_value_is_not_taken_for_an_option_left_out(turned, option):
    seen = turned.run("scan", option, "")

    assert (seen.code, seen.out) == (2, b"")
    assert f"error: `{option}` is empty".encode() in seen.err
    assert b"hint: " in seen.err
