"""`aigate blame`: who wrote each line, on what evidence."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click

from aigate.accounts import registry_of
from aigate.cli._blamed import Blamed, Range, as_json, as_text, as_trace
from aigate.cli.exits import OK, finish
from aigate.cli.packs import from_disk, packs_folder
from aigate.cli.streams import say
from aigate.domain.tree import TEXTUAL, Change, Entry, Unit
from aigate.engine.shown import plain
from aigate.errors import UsageError
from aigate.material import read_units
from aigate.origins import Origins, Scene, begin, read_origins, with_people
from aigate.trusted import Trusted, read_trusted
from aigate.workspace import git, sides
from aigate.workspace.trees import compare

_ENVIRON = os.environ  # noqa: TID251 - settings are resolved here, in the command


@click.command()
@click.argument("files", nargs=-1, type=click.Path())
@click.option("--base", metavar="REV", default="", help="Look at what differs from this commit.")
@click.option("--head", metavar="REV", default="", help="Look at this commit, not on disk.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json", "agent-trace"]),
    default="text",
    show_default=True,
    help="What to print.",
)
@click.option("--policy", metavar="FILE", default="", help="Decide by this policy what counts.")
@click.option("--trust-root", metavar="SHA256", default="", help="The pinned trust root.")
@click.pass_obj
def blame(
    directory: str,
    *,
    files: tuple[str, ...],
    base: str,
    head: str,
    format_: str,
    policy: str,
    trust_root: str,
) -> None:
    """Show for each line of FILES its commit, origin, grade, agent and model.

    With --base, lines that the reference has already are marked with `^`, and without FILES all
    files that differ from it are shown. `unknown` counts as AI.
    """
    if not files and not base:
        raise UsageError("no file is named", hint="name one, or a reference with `--base`")
    repository = git.open_repository(directory, environ=_ENVIRON, needs_worktree=not head)
    reference = sides.commit_tree(repository, base) if base else None
    tree = _head(repository, head, reference)
    at = datetime.now(UTC)  # noqa: TID251 - the one clock
    tip = tree.commit.id if tree.commit else git.head_commit(repository)
    steering = reference or (sides.commit_tree(repository, tip) if tip else sides.EMPTY)
    trusted = read_trusted(
        steering.entries,
        lambda entry: sides.read_one(steering, entry),
        packs=str(packs_folder()),
        policy_file=policy,
        from_caller=from_disk(Path.cwd(), policy),
    )
    wanted = _wanted(tree, reference, [_inside(file, repository, directory) for file in files])
    units, _ = read_units(tree, wanted, ())
    change = _scene(repository, reference, tree, wanted, units, trusted=trusted, head=head)
    origins = read_origins(begin(change, every_line=True), ())
    origins = with_people(origins, trusted.policy, registry_of(steering, pin=trust_root, at=at))
    blamed = tuple(_blamed(units, origins))
    if files:
        shown = {file.path for file in blamed}
        for entry, _ in wanted:
            if entry.path not in shown:
                said = "is no text, or its history cannot be read: no lines are shown"
                click.echo(f"note: `{plain(entry.path)}` {said}", err=True)
    if format_ == "json":
        commits = {commit.id: commit for commit in origins.commits}
        say(
            as_json(
                blamed,
                commits,
                reference=reference.side.commit if reference else "",
                head=tip if tree.commit and tip else "",
            )
        )
    elif format_ == "agent-trace":
        say(as_trace(blamed, head=tip or "", at=at))
    else:
        say(as_text(blamed))
    finish(OK)


def _head(repository: git.Repository, head: str, reference: sides.Tree | None) -> sides.Tree:
    if head:
        return sides.commit_tree(repository, head)
    known = {entry.blob for entry in reference.entries} if reference else set()
    return sides.working_tree(repository, known)


def _wanted(
    tree: sides.Tree, reference: sides.Tree | None, paths: list[str]
) -> list[tuple[Entry, Change]]:
    if not paths:
        return list(compare(tree.entries, reference.entries if reference else None).judged)
    entries = {entry.path: entry for entry in tree.entries}
    missing = next((path for path in paths if path not in entries), None)
    if missing is not None:
        raise _absent(missing, tree)
    return [(entries[path], Change.MODIFIED) for path in dict.fromkeys(paths)]


def _absent(path: str, tree: sides.Tree) -> UsageError:
    if path == "." or any(entry.path.startswith(f"{path}/") for entry in tree.entries):
        return UsageError(
            f"`{path}` is a folder",
            hint="name files, or see all that differs with `--base`",
        )
    return UsageError(f"there is no file `{path}` in {tree.side.name}", hint="check the spelling")


def _scene(
    repository: git.Repository,
    reference: sides.Tree | None,
    tree: sides.Tree,
    wanted: list[tuple[Entry, Change]],
    units: tuple[Unit, ...],
    *,
    trusted: Trusted,
    head: str,
) -> Scene:
    return Scene(
        repository=repository,
        reference=reference,
        head=tree,
        judged=tuple(wanted),
        units=units,
        agents=trusted.agents(),
        policy=trusted.policy,
        branch=git.branch_named(repository, head) if head else git.branch(repository),
    )


def _blamed(units: tuple[Unit, ...], origins: Origins) -> Iterator[Blamed]:
    for unit in units:
        if unit.kind not in TEXTUAL or unit.cell or unit.path not in origins.files:
            continue
        ranges: list[Range] = []
        for number, stretch, origin in origins.lines(unit.path):
            last = ranges[-1] if ranges else None
            same = last and (last.commit, last.older, last.origin) == (
                stretch.commit,
                stretch.older,
                origin,
            )
            first = last.first if last and same else number
            one = Range(
                first=first,
                last=number,
                commit=stretch.commit,
                older=stretch.older,
                origin=origin,
            )
            if same:
                ranges[-1] = one
            else:
                ranges.append(one)
        yield Blamed(
            path=unit.path,
            rows=tuple(unit.text.removesuffix("\n").split("\n")),
            ranges=tuple(ranges),
        )


def _inside(path: str, repository: git.Repository, directory: str) -> str:
    """Return a path that a person typed as the tree spells it."""
    full = os.path.realpath(Path(directory, Path(path).parent))
    inside = os.path.relpath(Path(full, Path(path).name), repository.root)
    if inside.startswith(".."):
        raise UsageError(f"`{path}` is outside of the repository")
    return Path(inside).as_posix()
