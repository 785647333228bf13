"""`aigate agent`: the gate in the loop of coding agents, as hooks that they call."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aigate import registry
from aigate.cli.exits import INCOMPLETE, OK, finish
from aigate.cli.streams import say, write_whole
from aigate.domain.agent import Answer, CodingAgent, Moment, Ruling
from aigate.engine.shown import plain
from aigate.errors import IncompleteError, UsageError
from aigate.loop.paths import holder_of

if TYPE_CHECKING:
    from aigate.workspace.cache import Place

_ENVIRON = os.environ  # noqa: TID251 - settings are resolved here, in the command
_NAMES = click.Choice(registry.agent_names())
_TARGET = click.option("--target", type=_NAMES, required=True, help="The coding agent.")
_SCOPE = click.option(
    "--scope",
    type=click.Choice(["project", "user"]),
    default="project",
    show_default=True,
    help="For everybody in this repository, or for you in all of them.",
)
_DRY = click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")


@click.group()
def agent() -> None:
    """Have coding agents call the gate before they write, afterwards, and at the end."""


@agent.command()
@_TARGET
@click.pass_obj
def hook(directory: str, *, target: str) -> None:
    """Answer one event of an agent; the agent runs this, and nobody else needs to.

    Reads the event from standard input, writes the answer to standard output, and ends with 0
    whatever happens: to agents any other end means that nothing speaks against the write.
    """
    chosen = registry.coding_agent(target)
    try:
        reply = _reply(directory, chosen)
    except Exception as error:  # noqa: BLE001 - an error must not let anything pass
        name = type(error).__name__
        text = f"aigate failed ({name}), so nothing is let through; hint: run `aigate agent doctor`"
        reply = chosen.reply(Moment.BEFORE, Answer(Ruling.BLOCK, text))
    say(json.dumps(reply, ensure_ascii=True) + "\n")
    finish(OK)


@agent.command()
@_TARGET
@_SCOPE
@click.option(
    "--command", "program", metavar="TEXT", default="aigate", help="How the agent starts aigate."
)
@_DRY
@click.pass_obj
def install(directory: str, *, target: str, scope: str, program: str, dry_run: bool) -> None:
    """Add the hooks to an agent's settings; what is there stays, and twice changes nothing."""
    from aigate.loop import hooks_file  # noqa: PLC0415 - a hook starts with every edit, and needs this not

    chosen = registry.coding_agent(target)
    command = f"{program} agent hook --target {chosen.name}"
    file = _file(chosen, scope, directory)
    text = _text(file)
    changed = hooks_file.with_hooks(text, chosen, command)
    _change(file, text, changed, dry_run=dry_run)
    if text == changed:
        say(f"the hooks are in `{plain(str(file))}` already\n")
    else:
        say("".join(f"note: {need}\n" for need in chosen.needs))
        say(f"next: `aigate agent doctor --target {chosen.name}`\n")
    finish(OK)


@agent.command()
@_TARGET
@_SCOPE
@_DRY
@click.pass_obj
def uninstall(directory: str, *, target: str, scope: str, dry_run: bool) -> None:
    """Take the hooks out of an agent's settings, and leave everything else there."""
    from aigate.loop import hooks_file  # noqa: PLC0415 - a hook starts with every edit, and needs this not

    chosen = registry.coding_agent(target)
    file = _file(chosen, scope, directory)
    text = _text(file)
    changed = hooks_file.without_hooks(text, chosen) if text else ""
    _change(file, text, changed, dry_run=dry_run)
    if text == changed:
        say(f"no hook of aigate is in `{plain(str(file))}`\n")
    finish(OK)


@agent.command()
@click.option("--target", type=_NAMES, default=None, help="This agent alone.")
@click.pass_obj
def doctor(directory: str, *, target: str | None) -> None:
    """Prove that installed hooks answer: send each a made-up secret, which it must refuse.

    Exit code: 0 all that are installed answer, 3 one does not, or none is installed.
    """
    root = _root(directory)
    names = (target,) if target else registry.agent_names()
    healths = [_examined(registry.coding_agent(name), root, asked=bool(target)) for name in names]
    known = [health for health in healths if health is not None]
    if not known:
        say("no hook is installed; `aigate agent install --target NAME` does that\n")
    finish(OK if known and all(known) else INCOMPLETE)


@agent.command()
@click.argument("revision", metavar="[REV]", default="HEAD")
@click.option(
    "--base", metavar="REV", default="", help="Every commit since this one, not REV alone."
)
@click.pass_obj
def record(directory: str, *, revision: str, base: str) -> None:
    """Note on a commit which of its lines the recorded sessions wrote, so that it can be pushed.

    The notes are under `refs/notes/aigate`, and say only what the commit has. Run it after a
    commit, or with --base before a push; twice changes nothing.
    """
    from aigate.loop import notes  # noqa: PLC0415 - a hook starts with every edit, and needs this not
    from aigate.workspace import git, history  # noqa: PLC0415 - as above

    repository = git.open_repository(directory, environ=_ENVIRON, needs_worktree=False)
    commits = [git.resolve(repository, revision)]
    if base:
        since = history.commits_of(repository, git.resolve(repository, base), commits[0])
        if since.problem or len(since.commits) > notes.MOST_COMMITS:
            raise IncompleteError(
                since.problem or f"there are {len(since.commits)} commits since `{base}`",
                hint=f"name a nearer commit; {notes.MOST_COMMITS} are gone through at once",
            )
        commits = [one.id for one in since.commits]
    found = notes.note_commits(repository, commits)
    for one in found:
        counts = ((one.lines, "line"), (one.files, "file"), (one.sessions, "session"))
        lines, files, sessions = (f"{n} {noun}{'' if n == 1 else 's'}" for n, noun in counts)
        about = f"{lines} in {files}, by {sessions}"
        say(f"{one.commit[:12]}: {about}{'' if one.new else ', as noted before'}\n")
    if not found:
        say("no recorded session wrote any line of that\n")
    finish(OK)


def _reply(directory: str, chosen: CodingAgent) -> Mapping[str, object]:
    # Loaded here, so that what goes wrong in it is answered as well.
    from aigate.loop.answer import LARGEST, answer  # noqa: PLC0415 - see above
    from aigate.loop.setting import Setting  # noqa: PLC0415 - see above

    setting = Setting(
        agent=chosen,
        settings=tuple(one for every in registry.coding_agents() for one in every.settings),
        states=_states(_ENVIRON),
        start=str(Path(directory).absolute()),
        packs=_packs,
        at=datetime.now(UTC),  # noqa: TID251 - the one clock
        nonce=os.urandom(16).hex(),
        environ=dict(_ENVIRON),
        cache=_cache,
    )
    return answer(sys.stdin.buffer.read(LARGEST + 1), setting)


def _packs() -> str:
    from aigate.cli.packs import packs_folder  # noqa: PLC0415 - most hooks need none

    return str(packs_folder())


def _cache() -> Place | None:
    from aigate.cli._cache import place_of  # noqa: PLC0415 - most hooks need none

    return place_of(_ENVIRON)


def _states(environ: Mapping[str, str]) -> str:
    """Return the folder of what hooks know of sessions, or the empty text."""
    home = environ.get("HOME", "")
    base = environ.get("XDG_STATE_HOME") or (str(Path(home, ".local", "state")) if home else "")
    return str(Path(base, "aigate", "agents")) if Path(base).is_absolute() else ""


def _root(directory: str) -> str:
    found = holder_of(directory)
    if not found:
        raise UsageError(
            f"`{directory}` is not in a git repository", hint="go to one, or name one with `-C`"
        )
    return found


def _home() -> Path:
    home = Path(_ENVIRON.get("HOME", ""))
    if not home.is_absolute():
        raise UsageError("`HOME` names no folder", hint="set it, or use `--scope project`")
    return home


def _file(chosen: CodingAgent, scope: str, directory: str) -> Path:
    """Return the file to set hooks up in, past symbolic links of the user's own."""
    if scope == "user":
        return Path(os.path.realpath(_personal(chosen)))
    root = _root(directory)
    file = Path(root, chosen.project)
    if os.path.realpath(file) != str(file):
        raise UsageError(
            f"`{chosen.project}` is, or is below, a symbolic link",
            hint="put the file itself there, or use `--scope user`",
        )
    return file


def _personal(chosen: CodingAgent) -> Path:
    named = _ENVIRON.get(chosen.personal_variable, "") if chosen.personal_variable else ""
    if named and Path(named).is_absolute():
        return Path(named, *Path(chosen.personal).parts[1:])
    return _home() / chosen.personal


def _text(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError:
        raise UsageError(f"`{file}` is not UTF-8", hint="mend the file first") from None
    except OSError as error:
        raise IncompleteError(f"`{file}` cannot be read: {error.strerror}") from error


def _change(file: Path, before: str, after: str, *, dry_run: bool) -> None:
    """Show the difference, and make it so."""
    import difflib  # noqa: PLC0415 - a hook starts with every edit, and needs this not

    rows = difflib.unified_diff(
        before.splitlines(), after.splitlines(), f"{file} (now)", f"{file} (then)", lineterm="", n=2
    )
    say("".join(f"{plain(row)}\n" for row in rows))
    if dry_run or before == after:
        return
    try:
        mode = file.stat().st_mode & 0o777 if before else 0o644
        if not after:
            file.unlink()
            return
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, after)
        file.chmod(mode)
    except OSError as error:
        raise IncompleteError(
            f"`{file}` cannot be changed: {error.strerror}", hint="check who owns it"
        ) from error


def _examined(chosen: CodingAgent, root: str, *, asked: bool) -> bool | None:
    """Tell how an agent's hooks are, and whether they answer; None if it has none here."""
    import shutil  # noqa: PLC0415 - a hook starts with every edit, and needs this not

    from aigate.loop import hooks_file, state  # noqa: PLC0415 - a hook starts with every edit, and needs this not

    places = {"project": Path(root, chosen.project)}
    with contextlib.suppress(UsageError):
        places["user"] = _personal(chosen)
    found = {scope: hooks_file.commands_in(_text(file), chosen) for scope, file in places.items()}
    program = "found" if shutil.which(chosen.program) else "not on the path"
    if not any(found.values()):
        if not asked:
            return None
        say(f"{chosen.title} (`{chosen.program}`: {program})\n")
        say(f"  missing: run `aigate agent install --target {chosen.name}`\n")
        return False
    say(f"{chosen.title} (`{chosen.program}`: {program})\n")
    holds = [
        _answers(chosen, root, scope=scope, commands=commands)
        for scope, commands in found.items()
        if commands
    ]
    last = state.last_use(_states(_ENVIRON), root=root, agent=chosen.name)
    if last is None:
        say("  never: the agent itself has not called a hook in this repository yet\n")
    else:
        when = datetime.fromtimestamp(last, UTC).isoformat(timespec="seconds")
        say(f"  used: the agent last called a hook here at {when}\n")
    say("".join(f"  note: {need}\n" for need in chosen.needs))
    return all(holds)


def _answers(chosen: CodingAgent, root: str, *, scope: str, commands: Mapping[str, str]) -> bool:
    from aigate import process  # noqa: PLC0415 - a hook starts with every edit, and needs this not
    from aigate.loop.canary import prove  # noqa: PLC0415 - a hook starts with every edit, and needs this not

    missing = sorted(chosen.hooks("").keys() - commands.keys())
    if missing:
        say(f"  broken: {scope}: no hook for {', '.join(missing)}; install it again\n")
        return False
    before = next(name for name in commands if name.lower() in {"pretooluse", "beforetool"})
    with _scratch() as folder:
        env = process.environment(_ENVIRON.get("HOME", folder), {"XDG_STATE_HOME": folder})
        proof = prove(commands[before], chosen, root=root, env=env)
    say(f"  {'ok' if proof.holds else 'broken'}: {scope}: {plain(proof.words)}\n")
    return proof.holds


@contextlib.contextmanager
def _scratch() -> Iterator[str]:
    import tempfile  # noqa: PLC0415 - a hook starts with every edit, and needs this not

    with tempfile.TemporaryDirectory(prefix="aigate-doctor-") as folder:
        yield folder
