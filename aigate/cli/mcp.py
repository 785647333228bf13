"""`aigate mcp`: the gate as tools for a coding agent, over standard input and output."""

from __future__ import annotations

import os
import secrets
from datetime import UTC, datetime

import click

from aigate import process
from aigate.cli._cache import place_of
from aigate.cli.exits import OK, finish
from aigate.cli.packs import packs_folder
from aigate.cli.scan import cores
from aigate.mcp.setting import Setting
from aigate.workspace import git

_ENVIRON = os.environ  # noqa: TID251 - settings are resolved here, in the command


@click.command()
@click.option(
    "--base",
    metavar="REV",
    default="",
    help="The commit whose policy decides; by default what is checked out now.",
)
@click.option(
    "--deadline",
    type=click.FloatRange(1, 3600),
    default=120.0,
    show_default=True,
    help="Seconds that one check may take.",
)
@click.pass_obj
def mcp(directory: str, *, base: str, deadline: float) -> None:
    """Serve the gate to a coding agent as tools of the Model Context Protocol.

    The agent starts this itself; see `docs/mcp.md`. What the tools say is advice: `aigate scan`
    decides, and no tool can accept a finding.

    Exit code: 0 when the agent is done, 2 if the package `mcp` is missing.
    """
    from aigate.mcp.server import serve  # noqa: PLC0415 - `aigate mcp --help` needs none of it

    repository = git.open_repository(directory, environ=_ENVIRON)
    # Kept for as long as this runs, so that an agent that commits does not move it.
    commit = git.resolve(repository, base) if base else git.head_commit(repository) or ""
    name = base or (f"`{commit[:12]}`, checked out when this began" if commit else "nothing")
    setting = Setting(
        root=repository.root,
        base=commit,
        base_name=name,
        packs=str(packs_folder()),
        now=lambda: datetime.now(UTC),  # noqa: TID251 - the one clock
        nonce=lambda: secrets.token_hex(16),
        environ=dict(_ENVIRON),
        deadline=deadline,
        jobs=cores(),
        cache=place_of(_ENVIRON),
    )
    try:
        serve(setting)
    finally:
        # Whoever hangs up in the middle of a check leaves no engine running.
        process.end_all()
    finish(OK)
