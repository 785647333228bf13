"""The steps of `examples/accountability/README.md` print what stands there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "accountability"
_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_STEP = re.compile(r"^(ada|grace)\$ (.+)$")
_VOLATILE = (
    (re.compile(r'^\{"branch".*\}$', re.MULTILINE), "<terms>"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "<digest>"),
    (re.compile(r"(?<=introduced: )[0-9a-f]{12}"), "<commit>"),
    (re.compile(r"SHA256:[A-Za-z0-9+/]{43}"), "<key>"),
    (re.compile(r"ledger [0-9a-f]{32}\b"), "ledger <id>"),
    (re.compile(r"\b20\d\d-\d\d-\d\d(T[0-9:]{8}Z)?"), "<date>"),
    (re.compile(r"^[0-9a-f]{12}(?=  (accept|withdraw))", re.MULTILINE), "<digest>"),
)


def steady(text: str) -> str:
    """Put a placeholder in the place of what differs each time."""
    for pattern, name in _VOLATILE:
        text = pattern.sub(name, text)
    return "\n".join(line.rstrip() for line in text.splitlines())


@pytest.mark.slow
def test_each_step_prints_what_the_page_shows(tmp_path) -> None:
    subprocess.run([sys.executable, EXAMPLE / "build.py", tmp_path / "example"], check=True)
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "aigate").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m aigate "$@"\n')
    (programs / "aigate").chmod(0o755)
    ran = []
    for block in _BLOCK.findall((EXAMPLE / "README.md").read_text()):
        first, *shown = block.splitlines()
        person, command = _STEP.match(first).groups()
        env = {k: v for k, v in os.environ.items() if not k.startswith(("GIT_", "SSH_", "XDG_"))}
        env |= {
            "HOME": str(tmp_path / "example" / person),
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "PIN": (tmp_path / "example" / "pin").read_text(),
            "UNTIL": f"{datetime.now(UTC) + timedelta(days=30):%Y-%m-%d}",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
        }
        for role in ("AUTHOR", "COMMITTER"):
            env |= {f"GIT_{role}_NAME": person, f"GIT_{role}_EMAIL": f"{person}@example.org"}
        done = subprocess.run(
            ["sh", "-c", command],
            cwd=tmp_path / "example" / "shop",
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        said = steady(done.stdout.decode())
        assert said == "\n".join(shown), (command, said)
        assert done.returncode in {0, 1}
        ran.append(command.split()[1])

    assert {"scan", "accept", "cosign", "withdraw", "ledger"} <= set(ran)
