"""`aigate scan`: the main job."""

from __future__ import annotations

import os
import secrets
import shutil
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click
from click.core import ParameterSource

from aigate import registry
from aigate.cli.decision import decision_text
from aigate.cli.exits import INCOMPLETE, finish
from aigate.cli.last import remember
from aigate.cli.packs import from_disk, packs_folder
from aigate.cli.streams import safe_output, say, write_whole
from aigate.domain.extension import View
from aigate.domain.report import Report
from aigate.errors import IncompleteError, UsageError
from aigate.gate import Request, run
from aigate.workspace.git import open_repository
from aigate.workspace.worktree import index_entries

_ENVIRON = os.environ  # noqa: TID251 - settings are resolved here, in the command


@dataclass(frozen=True, slots=True)
class _Output:
    format: str
    file: Path


def _not_empty(context: click.Context, option: click.Parameter, value: str) -> str:
    # An unset variable of a workflow would otherwise choose another reference or another pin.
    source = context.get_parameter_source(option.name or "")
    if not value and source is ParameterSource.COMMANDLINE:
        raise UsageError(
            f"`{option.opts[0]}` is empty",
            hint="leave the option out, or check the variable that should fill it",
        )
    return value


@click.command()
@click.argument("paths", nargs=-1, type=click.Path())
@click.option(
    "--base",
    metavar="REV",
    default="",
    callback=_not_empty,
    help="Judge what differs from this commit.",
)
@click.option(
    "--head",
    metavar="REV",
    default="",
    callback=_not_empty,
    help="Judge this commit, not the working tree.",
)
@click.option("--staged", is_flag=True, help="Judge what is staged, against HEAD.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(registry.formats()),
    default="text",
    show_default=True,
    help="What to print.",
)
@click.option(
    "-o",
    "--output",
    "outputs",
    metavar="FORMAT=FILE",
    multiple=True,
    help="Write a report to a file as well; may be repeated.",
)
@click.option(
    "--policy",
    metavar="FILE",
    default="",
    callback=_not_empty,
    help="Decide by this policy; trusted.",
)
@click.option(
    "--trust-root",
    metavar="SHA256",
    default="",
    callback=_not_empty,
    help="The pinned trust root.",
)
@click.option(
    "--decision",
    metavar="FILE",
    default="",
    callback=_not_empty,
    help="Write the decision file here.",
)
@click.option("--no-cache", is_flag=True, help="Scan everything again.")
@click.option("--jobs", type=click.IntRange(1, 64), default=None, help="Processes at once.")
@click.option(
    "--deadline",
    type=click.FloatRange(1, 86_400),
    default=900.0,
    show_default=True,
    help="Seconds after which the run is incomplete.",
)
@click.option("-v", "--verbose", is_flag=True, help="Show notes as well.")
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
@click.pass_obj
def scan(
    directory: str,
    *,
    paths: tuple[str, ...],
    base: str,
    head: str,
    staged: bool,
    format_: str,
    outputs: tuple[str, ...],
    policy: str,
    trust_root: str,
    decision: str,
    no_cache: bool,
    jobs: int | None,
    deadline: float,
    verbose: bool,
    quiet: bool,
) -> None:
    """Judge a change by policy, or without --base and --staged the whole tree.

    PATHS narrow what is shown, never what is decided.

    Exit code: 0 pass, 1 something blocks, 2 wrong use or a mistake in the policy, 3 something
    could not be examined, 4 something that is trusted does not hold.
    """
    del no_cache  # nothing is cached yet
    if staged and (base or head):
        raise UsageError("`--staged` goes with neither `--base` nor `--head`")
    request = Request(
        directory=directory,
        packs=str(packs_folder()),
        base=base,
        head=head,
        staged=staged,
        index_file=_ENVIRON.get("GIT_INDEX_FILE", "") if staged else "",
        policy_file=policy,
        from_caller=from_disk(Path.cwd(), policy),
        trust_root=trust_root,
        environ=dict(_ENVIRON),
        deadline=deadline,
        jobs=jobs or _cores(),
    )
    files, decision_file = _files(request, outputs, decision)
    show = _Progress(on=not quiet and sys.stderr.isatty())
    at = datetime.now(UTC)  # noqa: TID251 - the one clock
    try:
        report = run(request, at=at, nonce=secrets.token_hex(16), progress=show.step)
    finally:
        show.done()
    failure = _write_all(files, report)
    remember(report, directory)
    say(registry.reporter(format_).render(report, _view(paths, directory, verbose=verbose)))
    code = INCOMPLETE if failure else report.exit_code
    if decision_file:
        write_whole(decision_file, decision_text(report, code, environ=_ENVIRON))
    if failure:
        raise failure
    finish(code)


def _cores() -> int:
    # Not the machine's cores but those that this process may use.
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _files(
    request: Request, outputs: tuple[str, ...], decision: str
) -> tuple[tuple[_Output, ...], Path | None]:
    """Check where to write before anything is judged; an old decision does not survive."""
    if not outputs and not decision:
        return (), None
    repository = open_repository(
        request.directory, environ=request.environ, needs_worktree=not request.head
    )
    tracked = {e.path for e in index_entries(repository)} if not repository.is_bare else set()

    def safe(name: str) -> Path:
        return safe_output(name, root=repository.root, tracked=tracked)

    decision_file = safe(decision) if decision else None
    if decision_file:
        _remove(decision_file)
    files = []
    for output in outputs:
        name, separator, file = output.partition("=")
        if not separator or name not in registry.formats():
            raise UsageError(
                f"`-o {output}` is not of the form FORMAT=FILE",
                hint=f"formats are {', '.join(registry.formats())}",
            )
        files.append(_Output(name, safe(file)))
    return tuple(files), decision_file


def _remove(file: Path) -> None:
    try:
        file.unlink(missing_ok=True)
    except OSError as error:
        raise IncompleteError(
            f"`{file.name}` cannot be removed: {error.strerror}",
            hint="name another file for the decision",
            code="report-not-written",
        ) from error


def _write_all(files: tuple[_Output, ...], report: Report) -> IncompleteError | None:
    """Write every report that can be written; return what went wrong with the first other."""
    failure = None
    for output in files:
        text = registry.reporter(output.format).render(report, View(verbose=True))
        try:
            write_whole(output.file, text)
        except IncompleteError as error:
            failure = failure or error
    return failure


def _view(paths: tuple[str, ...], directory: str, *, verbose: bool) -> View:
    terminal = sys.stdout.isatty()
    wanted = bool(_ENVIRON.get("FORCE_COLOR")) or (terminal and _ENVIRON.get("TERM") != "dumb")
    return View(
        color=wanted and not _ENVIRON.get("NO_COLOR"),
        width=shutil.get_terminal_size((100, 24)).columns if terminal else 100,
        verbose=verbose,
        paths=tuple(_inside(path, directory) for path in paths),
    )


def _inside(path: str, directory: str) -> str:
    """Return a path that a person typed as the tree spells it."""
    top = Path(os.path.realpath(directory))
    while not (top / ".git").exists() and top != top.parent:
        top = top.parent
    full = Path(os.path.realpath(Path(directory, path)))
    if not full.is_relative_to(top):
        raise UsageError(f"`{path}` is outside of the repository")
    inside = full.relative_to(top).as_posix()
    return "" if inside == "." else inside


class _Progress:
    """Tells on a terminal what a long scan is doing, in one line that goes away."""

    def __init__(self, *, on: bool) -> None:
        """Show only if `on`."""
        self._on = on
        self._steps: list[str] = []

    def step(self, name: str) -> None:
        """Show the next step, beside those before it."""
        self._steps.append(name)
        if self._on:
            sys.stderr.write("\r\x1b[K" + f"aigate: {', '.join(self._steps)}"[:100])
            sys.stderr.flush()

    def done(self) -> None:
        """Take the line away."""
        if self._on and self._steps:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
