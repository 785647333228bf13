"""No option of any command takes the empty text for having been left out."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest

from aigate.cli.main import aigate
from aigate.errors import UsageError


def options(command: click.Command, *path: str) -> Iterator[tuple[str, ...]]:
    """Yield the ways to each option that takes a text."""
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            yield from options(command.get_command(context, name), *path, name)
    for option in command.params:
        if isinstance(option, click.Option) and type(option.type) in {
            click.types.StringParamType,
            click.Path,
        }:
            yield (*path, option.opts[0])


EVERY = sorted(options(aigate))


@pytest.mark.parametrize("way", EVERY, ids=" ".join)
def test_an_empty_value_is_refused_before_anything_happens(way: tuple[str, ...]) -> None:
    with pytest.raises(UsageError) as caught:
        aigate.main(args=[*way, ""], standalone_mode=False)

    assert caught.value.message == f"`{way[-1]}` is empty"
    assert "check the variable" in caught.value.hint


def test_the_options_that_decide_are_among_them() -> None:
    assert {
        ("scan", "--base"),
        ("scan", "--trust-root"),
        ("accept", "--reason"),
        ("cosign", "--key"),
        ("withdraw", "--reason"),
        ("trust", "verify", "--pin"),
        ("ledger", "verify", "--base"),
        ("verify-verdict", "--base"),
        ("audit", "--range"),
    } <= set(EVERY)
