"""The command line: finds the command, and turns errors into messages and exit codes."""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

import click
from click.core import ParameterSource

import aigate as package
from aigate import __version__, cli
from aigate.cli.exits import INCOMPLETE, INTERNAL, OK, OUTPUT, code_of, finish, leave
from aigate.engine.shown import plain
from aigate.errors import AigateError, IncompleteError, UsageError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_NO_COMMANDS = {"decision", "exits", "last", "main", "packs", "streams"}


def _refuse_empty(command: click.Command) -> None:
    """Have a command, and all below it, refuse options whose value is the empty text.

    An unset variable of a workflow would otherwise choose another reference, or no pin at all.
    """
    for option in command.params:
        if isinstance(option, click.Option) and option.callback is None:
            option.callback = _not_empty
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            _refuse_empty(inner)


def _not_empty(context: click.Context, option: click.Parameter, value: object) -> object:
    given = context.get_parameter_source(option.name or "") is ParameterSource.COMMANDLINE
    if given and (value == "" or (isinstance(value, tuple) and "" in value)):
        raise UsageError(
            f"`{option.opts[0]}` is empty",
            hint="leave the option out, or check the variable that should fill it",
        )
    return value


class _Commands(click.Group):
    """Finds each command in the module of its name, and imports no other."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        import pkgutil  # noqa: PLC0415 - only who lists the commands needs it

        found = (module.name for module in pkgutil.iter_modules(cli.__path__))
        names = (name for name in found if name not in _NO_COMMANDS and name[0] != "_")
        return sorted(name.replace("_", "-") for name in names)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands, each with what the first line of its module says."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, _summary(name)) for name in self.list_commands(ctx)])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete the name of a command, or an option of the program itself."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415 - only shells ask for it

        names = [name for name in self.list_commands(ctx) if name.startswith(incomplete)]
        return [
            *(CompletionItem(name, help=_summary(name)) for name in names),
            *click.Command.shell_complete(self, ctx, incomplete),
        ]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        known = self.list_commands(ctx)
        if cmd_name not in known:
            if ctx.resilient_parsing:
                return None  # a shell asks how to complete, and wants no words
            import difflib  # noqa: PLC0415 - only a mistake needs it

            close = difflib.get_close_matches(cmd_name, known, n=1)
            raise UsageError(
                f"there is no command `{cmd_name}`",
                hint=f"did you mean `{close[0]}`?" if close else "see `aigate --help`",
            )
        name = cmd_name.replace("-", "_")
        command = getattr(importlib.import_module(f"aigate.cli.{name}"), name)
        if not isinstance(command, click.Command):
            raise TypeError(f"aigate.cli.{name}.{name} is no command")
        _refuse_empty(command)
        return command


def _summary(name: str) -> str:
    """Return what the first line of a command's module says, and load nothing."""
    file = Path(cli.__path__[0], f"{name.replace('-', '_')}.py")
    try:
        with file.open(encoding="utf-8") as opened:
            first = opened.readline()
    except OSError:
        return ""  # an installation without sources
    return first.strip().strip('"').partition(": ")[2].rstrip(".")


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "-C",
    "directory",
    type=click.Path(),
    default=".",
    callback=_not_empty,
    help="Work in this folder instead of the current one.",
)
@click.version_option(__version__, "-V", "--version", message="aigate %(version)s")
@click.pass_context
def aigate(ctx: click.Context, directory: str) -> None:
    """Judge AI-written changes by policy, and record who answers for what."""
    ctx.obj = directory


def program() -> NoReturn:
    """Run the command line of this process, and end the process."""
    try:
        main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else INTERNAL
    leave(code)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a command line and raise its exit code; see `docs/exit-codes.md`."""
    _require_streams()
    signal.signal(signal.SIGTERM, _end)
    _require_own_package()
    try:
        aigate.main(args=list(arguments) if arguments is not None else None, standalone_mode=False)
        # A command that returns instead of ending by `finish` has a bug: click would turn
        # whatever it returned into exit 0.
        code = OK if _only_shows(arguments) else INTERNAL
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else INTERNAL
    except (click.Abort, KeyboardInterrupt):
        code = 128 + signal.SIGINT
    except BrokenPipeError:
        code = OUTPUT
    except (click.ClickException, AigateError) as error:
        code = _told(error)
    except PermissionError as error:
        code = _told(_denied(error))
    except Exception as error:  # noqa: BLE001 - a person gets words, never a traceback
        _complain_of_bug(error)
        code = INTERNAL
    finish(_flushed(code))


def _told(error: click.ClickException | AigateError) -> int:
    """Tell a person what is wrong and what to do; return the exit code."""
    if isinstance(error, AigateError):
        _complain(f"error: {error.message}", error.hint)
        return code_of(error)
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        print(error.format_message(), file=sys.stderr)  # noqa: T201 - what to do, no error
    else:
        _complain(f"error: {_lower(error.format_message())}", _usage_hint(error))
    return error.exit_code


def _denied(error: PermissionError) -> IncompleteError:
    name = os.fsdecode(error.filename) if isinstance(error.filename, (str, bytes)) else "a file"
    return IncompleteError(f"`{name}` may not be read or written", hint="check whose it is")


def _only_shows(arguments: Sequence[str] | None) -> bool:
    given = sys.argv[1:] if arguments is None else arguments
    return not given or bool({"-h", "--help", "-V", "--version"} & set(given))


def _flushed(code: int) -> int:
    """Return 74 in place of a pass whose output did not arrive."""
    try:
        sys.stdout.flush()
    except (BrokenPipeError, OSError, ValueError):
        # so that the interpreter does not try again at its end
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - open till the end
        return code or OUTPUT
    return code


def _complain(message: str, hint: str = "") -> None:
    # A message may quote a name with line ends in it, and a runner obeys lines of two colons.
    text = "\n".join(
        plain(line).replace("::", "\\x3a:", 1) if line.lstrip().startswith("::") else plain(line)
        for line in message.split("\n")
    )
    if hint:
        text += f"\nhint: {plain(hint)}"
    # where nobody listens, the exit code still tells
    with contextlib.suppress(OSError, ValueError):
        print(text, file=sys.stderr, flush=True)  # noqa: T201 - the one place for errors


def _complain_of_bug(error: Exception) -> None:
    frame = error.__traceback__
    while frame and frame.tb_next:
        frame = frame.tb_next
    where = f"{Path(frame.tb_frame.f_code.co_filename).name}:{frame.tb_lineno}" if frame else "?"
    # The text of an exception may hold what was scanned; its kind and place do not.
    _complain(
        f"internal error: {type(error).__name__} at {where} in aigate {__version__}",
        "nothing was decided; please report this with the command that you ran",
    )


def _lower(text: str) -> str:
    return (text[:1].lower() + text[1:]).rstrip(".")


def _usage_hint(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    return f"see `{context.command_path} --help`" if context else ""


def _end(number: int, frame: FrameType | None) -> NoReturn:
    del frame
    raise SystemExit(128 + number)


def _require_streams() -> None:
    """Put something in the place of closed streams, so that no file is opened as one of them."""
    if sys.stdout is None:
        # Open for reading only: whoever writes gets an error, as a closed stream gives.
        raw = io.FileIO(os.open(os.devnull, os.O_RDONLY), "w")
        sys.stdout = io.TextIOWrapper(
            raw, encoding="utf-8", write_through=True
        )  # nothing stays in a buffer
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - open till the end


def _require_own_package() -> None:
    # Another distribution installs a package `aigate` as well; over ours it leaves a mixture.
    if getattr(package, "DISTRIBUTION", "") != "aigate-ci":
        _complain(
            "error: the installed package `aigate` does not belong to `aigate-ci`",
            "uninstall `aigate`, then install `aigate-ci` again",
        )
        finish(INCOMPLETE)
