"""`aigate doctor`: what works here, and what to do about the rest."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import click

from aigate import __version__, process, registry
from aigate.cli.exits import INCOMPLETE, OK, finish
from aigate.cli.packs import packs_folder
from aigate.cli.streams import say
from aigate.domain.extension import Scanner
from aigate.domain.finding import Gap
from aigate.domain.tree import Entry, Kind, Unit
from aigate.engine.shown import plain
from aigate.examine import Means, examine
from aigate.workspace import scratch

_OLDEST_GIT = (2, 30)


@dataclass(frozen=True, slots=True)
class _Check:
    name: str
    works: bool
    told: str
    hint: str = ""
    needed: bool = True


@click.command()
def doctor() -> None:
    """Check the engines, git and the rest, and say how to mend what does not work.

    Each engine has to find a planted weakness. Exit code 3 if a scan could not be complete.
    """
    checks = list(_checks())
    width = max(len(check.name) for check in checks)
    for check in checks:
        mark = "ok     " if check.works else ("broken " if check.needed else "missing")
        say(f"{mark} {check.name:<{width}}  {plain(check.told)}\n")
        if check.hint and not check.works:
            say(f"        {'':<{width}} hint: {check.hint}\n")
    broken = [check for check in checks if check.needed and not check.works]
    say(f"{len(broken)} broken\n" if broken else "everything that a scan needs works\n")
    finish(INCOMPLETE if broken else OK)


def _checks() -> Iterator[_Check]:
    yield _Check(
        "aigate", works=True, told=f"{__version__}, policies and rules in `{packs_folder()}`"
    )
    yield _Check(
        "python",
        works=True,
        told=f"{platform.python_version()} at `{sys.executable}`; it judges what parses as Python",
    )
    yield _git()
    yield from (_engine(scanner) for scanner in registry.scanners() if not scanner.rules)
    signer = shutil.which("ssh-keygen")
    yield _Check(
        "ssh-keygen",
        works=bool(signer),
        told=signer or "not found",
        hint="install OpenSSH's client, to sign acceptances",
        needed=False,
    )


def _git() -> _Check:
    program = shutil.which("git")
    hint = "install git 2.30 or later"
    if program is None:
        return _Check("git", works=False, told="not found", hint=hint)
    done = process.run(
        [program, "version"], cwd=os.path.sep, env=process.environment(os.path.sep), timeout=20
    )
    if isinstance(done, process.Failed):
        return _Check("git", works=False, told=done.reason, hint=hint)
    told = done.out.decode("utf-8", "replace").strip().removeprefix("git version ")
    numbers = tuple(int(part) for part in told.split(" ")[0].split(".")[:2] if part.isdigit())
    return _Check("git", works=numbers >= _OLDEST_GIT, told=f"{told} at `{program}`", hint=hint)


def _engine(scanner: Scanner) -> _Check:
    """Let an engine look at one harmless file; its canaries tell whether it works."""
    unit = Unit(
        "000001", Entry("doctor.py", "100644", ""), Kind.PYTHON, text="x = 1\n", file="000001.py"
    )
    with scratch.private_folder() as folder:
        exported = os.path.join(folder, "files")  # noqa: PTH118 - a text is wanted
        scratch.export([unit], exported)
        seen = examine(
            [scanner],
            [unit],
            paths=frozenset({"doctor.py"}),
            exported=exported,
            means=Means(scratch=folder, packs=str(packs_folder()), deadline=120, jobs=1),
        )
    gaps: tuple[Gap, ...] = seen.gaps
    told = seen.ran[0].version or "not installed"
    if gaps:
        told += f": {gaps[0].reason}"
    return _Check(
        scanner.name,
        works=not gaps,
        told=told,
        hint=f"install it into the same environment: `{sys.executable} -m pip install {scanner.name}`",
    )
