"""Starts the command line in fresh processes that do not have to import it again.

A server without threads imports the gate once and forks for each command: what runs is the
same program, in a process of its own, with its own environment, folder and streams.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
_PATIENCE = 300  # seconds for one command
_SERVER = """
import importlib, io, json, os, signal, sys
from aigate import registry
from aigate.cli import main as program
for name in ("scan", "accept", "cosign", "trust", "ledger", "audit", "github_action"):
    importlib.import_module(f"aigate.cli.{name}")
for found in (registry.scanners, registry.evidence, registry.usage_rules, registry.reporters,
              registry.requirement_kinds):
    found()

def run(asked):
    os.chdir(asked["cwd"])
    os.environ.clear()
    os.environ.update(asked["environ"])
    for number, (file, flags) in enumerate(((os.devnull, os.O_RDONLY),
                                            (asked["out"], os.O_WRONLY),
                                            (asked["err"], os.O_WRONLY))):
        opened = os.open(file, flags)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin = open(0, encoding="utf-8", closefd=False)
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1,
                      closefd=False)
    sys.argv = ["aigate", *asked["arguments"]]
    signal.alarm(asked["patience"])
    code = 70
    try:
        program.main()
    except SystemExit as end:
        code = end.code
    finally:
        sys.stdout.flush()
        os._exit(code)

for line in sys.stdin.buffer:
    asked = json.loads(line)
    child = os.fork()
    if child == 0:
        run(asked)
    status = os.waitpid(child, 0)[1]
    sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\\n")
    sys.stdout.flush()
"""
_servers: dict[int, subprocess.Popen[bytes]] = {}


def can_run(environ: Mapping[str, str]) -> bool:
    """Tell whether nothing is asked for that only a new interpreter can have."""
    own = {"PYTHONPATH"}
    utf8 = environ.get("LC_ALL", "C.UTF-8") == "C.UTF-8"
    return utf8 and not any(n.startswith(("PYTHON", "LANG")) and n not in own for n in environ)


def run(
    arguments: Sequence[str],
    *,
    cwd: Path,
    environ: Mapping[str, str],
    patience: int = _PATIENCE,
) -> tuple[int, bytes, bytes]:
    """Run `aigate` with these arguments; return its exit code, output and errors."""
    server = _server()
    with tempfile.TemporaryDirectory(prefix="fresh-") as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        out.touch()
        err.touch()
        asked = {
            "arguments": [*arguments],
            "cwd": str(cwd),
            "environ": dict(environ),
            "out": str(out),
            "err": str(err),
            "patience": patience,
        }
        assert server.stdin
        assert server.stdout
        server.stdin.write(json.dumps(asked).encode() + b"\n")
        server.stdin.flush()
        code = int(server.stdout.readline())
        assert code != -signal.SIGALRM, f"still running after {patience} s: {arguments}"
        return code, out.read_bytes(), err.read_bytes()


def _server() -> subprocess.Popen[bytes]:
    """Return the server of this process; it ends with its input."""
    if os.getpid() not in _servers:
        environ = {**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}
        _servers[os.getpid()] = subprocess.Popen(
            [sys.executable, "-c", _SERVER],
            cwd=ROOT,
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
    return _servers[os.getpid()]
