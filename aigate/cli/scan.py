"""`aigate scan`: judges a change, or a whole tree, by policy; the main job."""

from __future__ import annotations

import os
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aigate import registry
from aigate.cli._formats import FormatName, format_named, settings_of
from aigate.cli.exits import INCOMPLETE, finish
from aigate.cli.packs import from_disk, packs_folder
from aigate.cli.streams import safe_output, say, write_whole
from aigate.domain.extension import View
from aigate.errors import IncompleteError, UsageError
from aigate.value import dataclass

if TYPE_CHECKING:
    from aigate.case import Request
    from aigate.cli._attest import Pen
    from aigate.domain.platform import Testimony
    from aigate.domain.report import Report

# What is imported inside of functions is not needed by `--help` and by shells that complete.
_NONCE = re.compile(r"[0-9a-f]{32,64}")
_ACCOUNT = re.compile(r"[a-z][a-z0-9-]{0,31}:[1-9][0-9]{0,18}")
_ASKING = 120.0  # seconds for all questions to package indexes
_COLUMNS = 100
_ENVIRON = os.environ  # noqa: TID251 - settings are resolved here, in the command


@dataclass(frozen=True, slots=True)
class _Output:
    format: str
    file: Path


@click.command()
@click.argument("paths", nargs=-1, type=click.Path())
@click.option(
    "--base",
    metavar="REV",
    default="",
    help="Judge what differs from this commit.",
)
@click.option(
    "--head",
    metavar="REV",
    default="",
    help="Judge this commit, not the working tree.",
)
@click.option(
    "--branch",
    metavar="NAME",
    default="",
    help="The branch that the change is meant for, where --base is a commit.",
)
@click.option(
    "--default-branch",
    metavar="NAME",
    default="",
    help="The repository's, where the clone has no record of it.",
)
@click.option(
    "--opener",
    metavar="PLATFORM:ID",
    default="",
    help="The account that opened the change, such as github:583231; an author of it.",
)
@click.option(
    "--reviews",
    metavar="FILE",
    default="",
    help="What the code host says of reviews, as `github-action ask` wrote it; trusted.",
)
@click.option("--staged", is_flag=True, help="Judge what is staged, against HEAD.")
@click.option(
    "--format",
    "format_",
    type=FormatName(),
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
    help="Decide by this policy; trusted.",
)
@click.option(
    "--trust-root",
    metavar="SHA256",
    default="",
    help="The pinned trust root.",
)
@click.option(
    "--decision",
    metavar="FILE",
    default="",
    help="Write the decision file here.",
)
@click.option(
    "--verdict",
    metavar="FILE",
    default="",
    help="Write the decision here as an in-toto statement.",
)
@click.option(
    "--sign-with",
    metavar="KEY",
    default="",
    help="Sign that statement with this SSH key, or the `.pub` file of an agent's.",
)
@click.option(
    "--nonce",
    metavar="HEX",
    default="",
    help="What the decision names its run by; by default a random one.",
)
@click.option(
    "--cache",
    metavar="DIR",
    default="",
    help="Keep here what makes the next scan faster; trusted.",
)
@click.option("--no-cache", is_flag=True, help="Use no results of earlier scans, and keep none.")
@click.option(
    "--check-packages",
    is_flag=True,
    help="Look up new dependencies on your package indexes.",
)
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
    branch: str,
    default_branch: str,
    opener: str,
    reviews: str,
    staged: bool,
    format_: str,
    outputs: tuple[str, ...],
    policy: str,
    trust_root: str,
    decision: str,
    verdict: str,
    sign_with: str,
    nonce: str,
    cache: str,
    no_cache: bool,
    check_packages: bool,
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
    from aigate.case import Request  # noqa: PLC0415 - see above
    from aigate.cli._cache import place_of  # noqa: PLC0415 - see above
    from aigate.cli.last import remember  # noqa: PLC0415 - see above
    from aigate.gate import run  # noqa: PLC0415 - see above

    if cache and no_cache:
        raise UsageError("`--cache` does not go with `--no-cache`")
    if staged and (base or head):
        raise UsageError("`--staged` goes with neither `--base` nor `--head`")
    if nonce and not _NONCE.fullmatch(nonce):
        raise UsageError(
            f"`{nonce}` is no nonce", hint="give 32 to 64 hexadecimal digits that nobody can guess"
        )
    if opener and not _ACCOUNT.fullmatch(opener):
        raise UsageError(
            f"`{opener}` is no account", hint="write the number of the account, as `github:583231`"
        )
    if sign_with and not verdict:
        raise UsageError("`--sign-with` signs what `--verdict FILE` names, and nothing is named")
    at = datetime.now(UTC)  # noqa: TID251 - the one clock
    index = None
    if check_packages:
        from aigate.cli._package_index import index_of  # noqa: PLC0415 - see above

        index = index_of(_ENVIRON, today=at.date(), seconds=min(deadline, _ASKING))
    request = Request(
        directory=directory,
        packs=str(packs_folder()),
        base=base,
        head=head,
        staged=staged,
        branch=branch,
        default_branch=default_branch,
        index_file=_ENVIRON.get("GIT_INDEX_FILE", "") if staged else "",
        policy_file=policy,
        from_caller=from_disk(Path.cwd(), policy),
        trust_root=trust_root,
        opener=opener,
        testimony=_testimony(reviews) if reviews else None,
        environ=dict(_ENVIRON),
        deadline=deadline,
        jobs=jobs or cores(),
        cache=place_of(_ENVIRON, named=cache, off=no_cache),
        index=index,
    )
    files, records = _files(request, outputs, decision=decision, verdict=verdict)
    pen = _pen(sign_with, directory) if sign_with else None
    show = Progress(on=not quiet and sys.stderr.isatty())
    try:
        report = run(request, at=at, nonce=nonce or os.urandom(16).hex(), progress=show.step)
    finally:
        show.done()
    failure = _write_all(files, report)
    remember(report, directory)
    say(registry.reporter(format_).render(report, _view(paths, directory, verbose=verbose)))
    code = INCOMPLETE if failure else report.exit_code
    try:
        if records.verdict:
            _write_verdict(records.verdict, report, code, pen=pen)
    except IncompleteError as error:
        failure, code = failure or error, INCOMPLETE
    _write_decision(records, report, code)
    if failure:
        raise failure
    finish(code)


def _testimony(name: str) -> Testimony:
    """Read what somebody asked a code host.

    Raises:
        UsageError: it cannot be read, or is something else.
    """
    from aigate.documents.testimony import LARGEST, read_testimony  # noqa: PLC0415 - see above

    try:
        with Path(name).open("rb") as stream:
            data = stream.read(LARGEST + 1)
    except OSError as error:
        raise UsageError(
            f"`{name}` cannot be read: {error.strerror or 'unknown reason'}",
            hint="give `--reviews` the file that `aigate github-action ask` has left",
            code="reviews-form",
        ) from error
    return read_testimony(data, file=Path(name).name)


def cores() -> int:
    """Return how many processes may run at once."""
    # Not the machine's cores but those that this process may use.
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class _Records:
    """Where to write what was decided."""

    decision: Path | None = None
    verdict: Path | None = None


def _files(
    request: Request, outputs: tuple[str, ...], *, decision: str, verdict: str
) -> tuple[tuple[_Output, ...], _Records]:
    """Check where to write before anything is judged; an old decision does not survive."""
    if not outputs and not decision and not verdict:
        return (), _Records()
    from aigate.workspace.git import open_repository  # noqa: PLC0415 - see above
    from aigate.workspace.worktree import index_entries  # noqa: PLC0415 - see above

    repository = open_repository(
        request.directory, environ=request.environ, needs_worktree=not request.head
    )
    tracked = {e.path for e in index_entries(repository)} if not repository.is_bare else set()

    def safe(name: str) -> Path:
        return safe_output(name, root=repository.root, tracked=tracked)

    records = _Records(
        safe(decision) if decision else None,
        safe(verdict) if verdict else None,
    )
    for file in (records.decision, records.verdict):
        if file:
            _remove(file)
    if records.decision and records.decision == records.verdict:
        raise UsageError("`--decision` and `--verdict` name the same file")
    files = []
    for output in outputs:
        name, separator, file_name = output.partition("=")
        if not separator:
            raise UsageError(
                f"`-o {output}` is not of the form FORMAT=FILE",
                hint=f"formats are {', '.join(registry.formats())}",
            )
        files.append(_Output(format_named(name), safe(file_name)))
    return tuple(files), records


def _pen(key: str, directory: str) -> Pen:
    from aigate.cli._attest import pen_of  # noqa: PLC0415 - see above

    return pen_of(key, directory=directory)


def _write_verdict(file: Path, report: Report, code: int, *, pen: Pen | None) -> None:
    """Write the decision as a statement, signed if there is somebody to sign.

    Raises:
        IncompleteError: it could not be signed or written.
    """
    from aigate.cli._attest import signed_text  # noqa: PLC0415 - see above
    from aigate.cli.decision import decision_of  # noqa: PLC0415 - see above
    from aigate.ledger import verdict as verdict_statements  # noqa: PLC0415 - see above

    payload = verdict_statements.encode(decision_of(report, code, environ=_ENVIRON))
    write_whole(file, signed_text(payload, pen))


def _write_decision(records: _Records, report: Report, code: int) -> None:
    if records.decision is None:
        return
    from aigate.cli.decision import decision_of, decision_text  # noqa: PLC0415 - see above

    try:
        text = decision_text(decision_of(report, code, environ=_ENVIRON))
        write_whole(records.decision, text)
    except BaseException:
        # A pass must not outlive a run that did not end as one.
        if records.verdict:
            records.verdict.unlink(missing_ok=True)
        raise


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
    view = View(verbose=True, settings=settings_of(_ENVIRON))
    for output in files:
        text = registry.reporter(output.format).render(report, view)
        try:
            write_whole(output.file, text)
        except IncompleteError as error:
            failure = failure or error
    return failure


def _columns() -> int:
    import shutil  # noqa: PLC0415 - only terminals have a width

    return shutil.get_terminal_size((_COLUMNS, 24)).columns


def _view(paths: tuple[str, ...], directory: str, *, verbose: bool) -> View:
    terminal = sys.stdout.isatty()
    wanted = bool(_ENVIRON.get("FORCE_COLOR")) or (terminal and _ENVIRON.get("TERM") != "dumb")
    return View(
        color=wanted and not _ENVIRON.get("NO_COLOR"),
        width=_columns() if terminal else _COLUMNS,
        verbose=verbose,
        paths=tuple(_inside(path, directory) for path in paths),
        settings=settings_of(_ENVIRON),
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


class Progress:
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
