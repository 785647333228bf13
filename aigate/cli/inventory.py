"""`aigate inventory`: what a tree really uses of AI."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import click

from aigate.cli._cache import place_of
from aigate.cli._inventory_text import as_cyclonedx, as_json, as_table, as_yaml
from aigate.cli.exits import OK, finish
from aigate.cli.packs import packs_folder
from aigate.cli.streams import say
from aigate.observed import Shelf, Table, inventory_of
from aigate.workspace import git, sides
from aigate.workspace.cache import open_cache

_ENVIRON = os.environ  # noqa: TID251 - settings are resolved here, in the command
_OWN = ".aigate/"


@click.command()
@click.option("--head", metavar="REV", default="", help="Read this commit, not what is on disk.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["table", "json", "yaml", "cyclonedx"]),
    default="table",
    show_default=True,
    help="What to print.",
)
@click.option("--cache", metavar="DIR", default="", help="Keep in this folder what was read.")
@click.option("--no-cache", is_flag=True, help="Read everything again.")
@click.pass_obj
def inventory(directory: str, *, head: str, format_: str, cache: str, no_cache: bool) -> None:
    """Show which providers, models, agents and the like the whole tree uses.

    Nothing is run, loaded or asked. What is only known when the code runs is shown as such.
    """
    repository = git.open_repository(directory, environ=_ENVIRON, needs_worktree=not head)
    tree = sides.commit_tree(repository, head) if head else sides.working_tree(repository)
    table = Table(str(packs_folder()))
    place = place_of(_ENVIRON, named=cache, off=no_cache)
    # What steers the gate speaks of providers, and uses none.
    entries = [entry for entry in tree.entries if not entry.path.startswith(_OWN)]
    shelf = Shelf(cache=open_cache(place, judging=repository.root), root=repository.root)
    found = inventory_of(tree, entries, table, shelf, jobs=os.cpu_count() or 1)
    commit = tree.side.commit
    if format_ == "json":
        say(as_json(found, table.knowledge, commit=commit))
    elif format_ == "yaml":
        say(as_yaml(found, table.knowledge, commit=commit))
    elif format_ == "cyclonedx":
        at = datetime.now(UTC)  # noqa: TID251 - the one clock
        say(as_cyclonedx(found, table.knowledge, commit=commit, at=at))
    else:
        say(as_table(found))
    finish(OK)
