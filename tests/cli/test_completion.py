"""Shells complete commands, options, rules and the findings of the last scan, and at once."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import fresh
from tests.conftest import ROOT

BIN = Path(sys.executable).parent
SETTINGS = """\
source <(aigate completion bash)
try() {
    COMP_WORDS=("$@"); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMPREPLY=()
    _aigate_completion aigate
    printf '%s|' "$*" "${COMPREPLY[@]}"; echo
}
"""


def environ_of(project):
    return {**project.environ, "PATH": f"{BIN}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}


def asked(project, *tries):
    """Ask a real bash, and return what it offers for each line."""
    script = SETTINGS + "".join(f"try {shlex.join(words)}\n" for words in tries)
    done = subprocess.run(
        ["bash", "--norc", "--noprofile", "-c", script],
        cwd=project.root,
        env=environ_of(project),
        capture_output=True,
        check=True,
        text=True,
    )
    assert done.stderr == ""
    rows = [row.rstrip("|").split("|") for row in done.stdout.splitlines()]
    return {row[0]: row[1:] for row in rows}


@pytest.mark.slow
def test_bash_completes_what_is_typed(project):
    project.commit({"a.txt": "x = '\u202e abc'\n"})
    project.check_out()
    report = project.run("scan", "--format", "json").report
    fingerprint = report["findings"][0]["fingerprint"]

    offered = asked(
        project,
        ("aigate", "ver"),
        ("aigate", "scan", "--for"),
        ("aigate", "scan", "--format", "mark"),
        ("aigate", "explain", "bidirectional-t"),
        ("aigate", "explain", "bandit/B10"),
        ("aigate", "explain", fingerprint[:4]),
        ("aigate", "-C", "..", "agent", "install", "--target", "cu"),
        ("aigate", "scna", "--for"),
    )

    assert list(offered.values()) == [
        ["verify-verdict"],
        ["--format"],
        ["markdown"],
        ["bidirectional-text"],
        [f"bandit/B10{number}" for number in range(1, 9)],
        [fingerprint[:12]],
        ["cursor"],
        [],
    ]


@pytest.mark.parametrize("shell", ["zsh", "fish", "bash"])
def test_each_shell_gets_its_script(project, shell):
    seen = project.run("completion", shell)

    assert seen.code == 0
    assert f"_AIGATE_COMPLETE={shell}_complete" in seen.out.decode()
    program = shutil.which(shell)
    if program:
        subprocess.run([program, "-n", "/dev/stdin"], input=seen.out, check=True)


def completed(project, words):
    told = {"COMP_WORDS": words, "COMP_CWORD": str(len(words.split()))}
    environ = {**environ_of(project), **told, "_AIGATE_COMPLETE": "bash_complete"}
    code, out, err = fresh.run([], cwd=project.root, environ=environ)
    return code, out.decode(), err.decode()


DAMAGED = ["", "{", '{"findings": 3}', '{"findings": [{}]}', "[" * 9_999, "\x00", '"\\ud800"']


def test_a_damaged_report_completes_nothing_and_is_no_error(project):
    project.run("scan")
    (file,) = (project.home / "cache" / "aigate" / "last").iterdir()

    for kept in DAMAGED:
        file.write_text(kept)

        assert completed(project, "aigate accept") == (0, "\n", ""), kept
        assert project.run("explain", "a" * 12).code == 2, kept


def test_what_a_report_names_reaches_no_terminal_as_it_is(project):
    project.run("scan")
    (file,) = (project.home / "cache" / "aigate" / "last").iterdir()
    found = {"blocking": True, "fingerprint": "a" * 64, "rule": "r", "path": "\x1b[2J\n", "line": 1}
    file.write_text(json.dumps({"findings": [found]}))

    code, out, err = completed(project, "aigate accept")

    assert (code, err) == (0, "")
    assert out == "plain," + "a" * 12 + "\n"
