"""Other people's programs, fetched from registries once and kept for the next run.

They lie in `AIGATE_TEST_AGENTS`, or else in the user's cache folder. What a registry cannot give
is skipped, with a reason that stands out.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import subprocess
import venv
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

_READY = "ready"


@contextlib.contextmanager
def kept(name: str, wanted: str) -> Iterator[tuple[Path, bool]]:
    """Yield a folder for a program, and whether what is wanted has to be put into it.

    One process at a time has it. What was begun and not finished is thrown away.
    """
    caches = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(os.environ.get("AIGATE_TEST_AGENTS") or Path(caches, "aigate-tests"), name)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with Path(f"{folder}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ready = folder / _READY
        missing = not ready.exists() or ready.read_text() != wanted
        if missing:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
        yield folder, missing
        ready.write_text(wanted)


def need(
    command: Sequence[str | Path], what: str, *, seconds: float = 400, **options: Path
) -> None:
    """Run a step of an installation; skip what depends on it if it does not work."""
    try:
        done = subprocess.run(
            [*map(str, command)],
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
            **options,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        pytest.skip(f"NOT TESTED: {what} did not come: {type(error).__name__}")
    if done.returncode:
        pytest.skip(f"NOT TESTED: {what} cannot be installed: {done.stderr[-500:]}")


def npm(package: str, *, scripts: bool = False) -> Path:
    """Return the folder into which a package, as in `name@1.2.3`, was installed."""
    program = shutil.which("npm")
    if program is None:
        pytest.skip(f"NOT TESTED: npm is not here, so {package} cannot be run")
    name = package.rpartition("@")[0].strip("@").replace("/", "-")
    with kept(name, package) as (folder, missing):
        if missing:
            options = ["--no-audit", "--no-fund", *([] if scripts else ["--ignore-scripts"])]
            need([program, "install", *options, "--prefix", folder, package], package)
        return folder


def python(name: str, *wanted: str) -> Path:
    """Return the interpreter of an environment with these packages."""
    with kept(name, " ".join(wanted)) as (folder, missing):
        interpreter = folder / "bin" / "python"
        if missing:
            venv.create(folder, with_pip=True)
            need([interpreter, "-m", "pip", "install", "--quiet", *wanted], name)
        return interpreter
