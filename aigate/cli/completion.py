"""`aigate completion`: what a shell needs to complete commands, options, rules and findings."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from aigate.cli.exits import OK, finish
from aigate.cli.streams import say

_PROGRAM = "aigate"
_VARIABLE = "_AIGATE_COMPLETE"


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print a script for SHELL that completes what you type after `aigate`.

    In `~/.bashrc`: eval "$(aigate completion bash)". For zsh the same in `~/.zshrc`; for fish:
    aigate completion fish > ~/.config/fish/completions/aigate.fish
    """
    kind = get_completion_class(shell)
    if kind is None:
        raise LookupError(shell)
    one = kind(context.find_root().command, {}, _PROGRAM, _VARIABLE)
    # Not `source()`: it would start a shell to ask for its version.
    say(one.source_template % one.source_vars())
    finish(OK)
