"""`aigate doctor`: what works here, and what to do about the rest."""

from __future__ import annotations

import json
import os
import platform
import shutil
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import click

from aigate import __version__, process, registry
from aigate.cli._check import Check
from aigate.cli._doctor_here import checks_here
from aigate.cli.exits import OK, finish
from aigate.cli.packs import packs_folder
from aigate.cli.streams import say
from aigate.domain.extension import Scanner
from aigate.domain.finding import Gap
from aigate.domain.tree import Entry, Kind, Unit
from aigate.engine.shown import plain
from aigate.examine import Means, examine
from aigate.workspace import scratch

_ENVIRON = os.environ  # noqa: TID251 - settings are resolved here, in the command
_OLDEST_GIT = (2, 30)


@click.command()
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def doctor(directory: str, *, form: str) -> None:
    """Check the engines, git, this repository and the rest, and say how to mend what fails.

    Each engine has to find a planted weakness. Exit code: 0 a scan can do all its work, 2 the
    policy or a manifest has mistakes, 3 a scan could not be complete, 4 the trust root does not
    hold.
    """
    checks = list(_checks())
    if next(one for one in checks if one.name == "git").works:
        at = datetime.now(UTC)  # noqa: TID251 - the one clock
        checks += checks_here(directory, environ=_ENVIRON, at=at)
    broken = [check for check in checks if check.state == "broken"]
    if form == "json":
        say(_json(checks))
    else:
        width = max(len(check.name) for check in checks)
        for check in checks:
            say(f"{check.state:<7} {check.name:<{width}}  {plain(check.told)}\n")
            if check.hint and not check.works:
                say(f"{'':<{width + 10}}hint: {plain(check.hint)}\n")
        say(f"{len(broken)} broken\n" if broken else "everything that a scan needs works\n")
    finish(max((check.code for check in broken), default=OK))


def _json(checks: Sequence[Check]) -> str:
    said = {
        "schema": "aigate-doctor/1",
        "version": __version__,
        "broken": sum(check.state == "broken" for check in checks),
        "checks": [
            {
                "name": check.name,
                "state": check.state,
                "said": plain(check.told),
                "hint": "" if check.works else plain(check.hint),
            }
            for check in checks
        ],
    }
    return json.dumps(said, indent=2) + "\n"


def _checks() -> Iterator[Check]:
    yield Check(
        "aigate", works=True, told=f"{__version__}, policies and rules in `{packs_folder()}`"
    )
    yield Check(
        "python",
        works=True,
        told=f"{platform.python_version()} at `{sys.executable}`; it judges what parses as Python",
    )
    yield _git()
    yield from (_engine(scanner) for scanner in registry.scanners() if not scanner.rules())
    signer = shutil.which("ssh-keygen")
    yield Check(
        "ssh-keygen",
        works=bool(signer),
        told=signer or "not found",
        hint="install OpenSSH's client, to sign acceptances",
        needed=False,
    )


def _git() -> Check:
    program = shutil.which("git")
    hint = "install git 2.30 or later"
    if program is None:
        return Check("git", works=False, told="not found", hint=hint)
    done = process.run(
        [program, "version"], cwd=os.path.sep, env=process.environment(os.path.sep), timeout=20
    )
    if isinstance(done, process.Failed):
        return Check("git", works=False, told=done.reason, hint=hint)
    told = done.out.decode("utf-8", "replace").strip().removeprefix("git version ")
    numbers = tuple(int(part) for part in told.split(" ")[0].split(".")[:2] if part.isdigit())
    return Check("git", works=numbers >= _OLDEST_GIT, told=f"{told} at `{program}`", hint=hint)


def _engine(scanner: Scanner) -> Check:
    """Let an engine look at one file that it has to look at; its canaries tell whether it works."""
    entry = Entry("doctor.py", "100644", "")
    unit = Unit("000001", entry, Kind.PYTHON, text="eval(x)\n", file="000001.py")
    with scratch.private_folder_if_asked() as folder:
        seen = examine(
            [scanner],
            [unit],
            paths=frozenset({"doctor.py"}),
            exported="files",
            means=Means(scratch=folder, packs=str(packs_folder()), deadline=120, jobs=1),
        )
    gaps: tuple[Gap, ...] = seen.gaps
    told = seen.ran[0].version or "not installed"
    if gaps:
        told += f": {gaps[0].reason}"
    return Check(
        scanner.name,
        works=not gaps,
        told=told,
        hint=f"install it into the same environment: `{sys.executable} -m pip install {scanner.name}`",
    )
