"""`aigate code-insights`: shows a report of the format `bitbucket` in Bitbucket."""

from __future__ import annotations

import os

import click

from aigate.cli.exits import OK, finish
from aigate.cli.streams import say
from aigate.engine.strict_json import Json, read_json
from aigate.errors import DocumentError, IncompleteError, UsageError

_ENVIRON = os.environ  # noqa: TID251 - settings are resolved here, in the command
_LARGEST = 16_000_000
_VERSION = "aigate-code-insights/1"


@click.command("code-insights")
@click.argument("file", type=click.Path())
@click.option(
    "--proxy",
    metavar="URL",
    default="http://localhost:29418",
    show_default=True,
    help="The proxy of the step.",
)
def code_insights(file: str, *, proxy: str) -> None:
    """Show FILE, a report of the format `bitbucket`, beside the commit in Bitbucket.

    Run it in a step of Pipelines, after `aigate scan -o bitbucket=FILE`. It needs no token, and
    changes no verdict.

    Exit code: 0 it is shown, 2 FILE is no such report, 3 FILE cannot be read, or Bitbucket does
    not take it.
    """
    from aigate.remote.bitbucket import Place, send  # noqa: PLC0415 - `--help` needs none of it

    report, annotations = _read(file)
    place = Place(
        workspace=_ENVIRON.get("BITBUCKET_WORKSPACE", ""),
        repository=_ENVIRON.get("BITBUCKET_REPO_SLUG", ""),
        commit=_ENVIRON.get("BITBUCKET_COMMIT", ""),
        proxy=proxy,
    )
    number = send(place, report, annotations)
    say(f"Bitbucket shows the report, with {number} annotation{'' if number == 1 else 's'}\n")
    finish(OK)


def _read(file: str) -> tuple[dict[str, Json], list[Json]]:
    try:
        with open(file, "rb", opener=_at_once) as stream:
            data = stream.read(_LARGEST + 1)
    except OSError as error:
        raise IncompleteError(
            f"`{file}` cannot be read: {error.strerror}",
            hint="write it with `aigate scan -o bitbucket=FILE`",
        ) from error
    try:
        found = read_json(data, file=file, largest=_LARGEST)
    except DocumentError:
        found = None
    if isinstance(found, dict) and found.get("version") == _VERSION:
        report, annotations = found.get("report"), found.get("annotations")
        if isinstance(report, dict) and isinstance(annotations, list):
            return report, annotations
    raise UsageError(
        f"`{file}` is no report for Bitbucket",
        hint="write one with `aigate scan -o bitbucket=FILE`",
    )


def _at_once(name: str, flags: int) -> int:
    # A pipe that nobody writes to would be waited for, for ever.
    return os.open(name, flags | os.O_NONBLOCK)
