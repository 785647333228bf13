"""The commands about manifests of initiatives: `manifest check`, `draft` and `schema`."""

from __future__ import annotations

import json

import click

from aigate.cli.exits import finish
from aigate.cli.streams import say
from aigate.documents.initiative import initiative_reference, initiative_schema


@click.group()
def manifest() -> None:
    """Check and draft manifests: what a team declares about its use of AI."""


@manifest.command()
@click.option("--format", "form", type=click.Choice(["json", "markdown"]), default="json")
def schema(form: str) -> None:
    """Print the JSON Schema of manifests, for editors, or the same as a table for people."""
    say(initiative_reference() if form == "markdown" else schema_text())
    finish(0)


def schema_text() -> str:
    """Return the JSON Schema of manifests as it lies in `policies/schemas`."""
    return json.dumps(initiative_schema(), indent=2) + "\n"
