"""`aigate cache`: shows what earlier scans left for later ones, and removes it."""

from __future__ import annotations

import json
import os

import click

from aigate.cli._cache import place_of
from aigate.cli.exits import OK, finish
from aigate.cli.streams import say
from aigate.errors import UsageError
from aigate.workspace import cache as caches
from aigate.workspace import results
from aigate.workspace.cache import Cache, open_cache

_ENVIRON = dict(os.environ)  # noqa: TID251 - settings are resolved here
_MEGABYTE = 1_000_000


@click.group()
def cache() -> None:
    """Show or remove what earlier scans left for later ones.

    Nothing in it ever changes a verdict: without it everything is examined again.
    """


_named = click.option("--cache", "named", metavar="DIR", default="", help="Another folder.")


@cache.command()
@_named
@click.option(
    "--format", "format_", type=click.Choice(["text", "json"]), default="text", help="The form."
)
def info(*, named: str, format_: str) -> None:
    """Tell where the cache is, and what it holds."""
    opened = _opened(named)
    held = results.size(opened) + caches.size(opened)
    told = {
        "folder": opened.folder,
        "results": results.count(opened),
        "other_entries": len(caches.names(opened)),
        "bytes": held,
    }
    if format_ == "json":
        say(json.dumps(told, indent=2))
    else:
        say(f"folder: {opened.folder}")
        say(f"results of engines: {told['results']}")
        say(f"other entries: {told['other_entries']}")
        say(f"size: {held / _MEGABYTE:.1f} MB")
    finish(OK)


@cache.command()
@_named
def clear(*, named: str) -> None:
    """Remove what is kept; the next scan examines everything again."""
    opened = _opened(named)
    freed = results.size(opened) + caches.size(opened)
    try:
        results.clear(opened)
        caches.clear(opened)
    except OSError as error:
        raise UsageError(
            f"the cache `{opened.folder}` cannot be cleared: {error.strerror}",
            hint="remove the folder by hand",
            code="cache-unusable",
        ) from error
    say(f"removed {freed / _MEGABYTE:.1f} MB from {opened.folder}")
    finish(OK)


def _opened(named: str) -> Cache:
    opened = open_cache(place_of(_ENVIRON, named=named))
    if opened is None:
        raise UsageError(
            "there is no cache here that can be relied upon",
            hint="name one with `--cache DIR`; in a pipeline none is used unless it is named",
            code="cache-unusable",
        )
    return opened
