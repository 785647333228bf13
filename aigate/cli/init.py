"""`aigate init`: what a repository needs to be judged, drafted from what is in it."""

from __future__ import annotations

import difflib
import importlib.metadata
import os
import shutil
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

import aigate
from aigate import registry
from aigate.cli._set_up import (
    SCHEMAS,
    WORKFLOW,
    Gate,
    Part,
    gate_installed,
    gate_named,
    hooks_folder,
    hooks_part,
    manifest_part,
    policy_part,
    require_writable,
    schema_parts,
    text_of,
    workflow_part,
)
from aigate.cli.exits import OK, finish
from aigate.cli.manifest import current_policy
from aigate.cli.manifest import schema_text as initiative_schema
from aigate.cli.packs import packs_folder
from aigate.cli.policy import schema_text as policy_schema
from aigate.cli.scan import Progress
from aigate.cli.streams import say, write_new, write_whole
from aigate.declared import digests_of, usage_of
from aigate.documents.initiative import FOLDER
from aigate.documents.initiative_draft import draft, name_of
from aigate.documents.owners import PLACES
from aigate.documents.policy import POLICY
from aigate.documents.pre_commit import SETTINGS
from aigate.domain.inventory import Use, UseKind
from aigate.domain.usage import Usage
from aigate.engine.shown import plain
from aigate.engine.usage import is_product, undeclared
from aigate.errors import IncompleteError
from aigate.loop import hooks_file
from aigate.value import dataclass
from aigate.workspace import git, sides

if TYPE_CHECKING:
    from aigate.domain.agent import CodingAgent

_ENVIRON = os.environ  # noqa: TID251 - settings are resolved here, in the command
_PACKS = ("default", "strict", "federal", "advisory")
_FILES = {
    "policy": POLICY,
    "initiative": f"{FOLDER}/NAME.yaml",
    "schemas": f"{SCHEMAS}/KIND.schema.json",
    "workflow": WORKFLOW,
    "pre-commit": SETTINGS,
}
_SHOWN = (
    (UseKind.PROVIDER, "provider", "providers"),
    (UseKind.MODEL, "model", "models"),
    (UseKind.WEIGHTS, "model file", "model files"),
    (UseKind.DATASET, "dataset", "datasets"),
    (UseKind.FRAMEWORK, "library", "libraries"),
    (UseKind.AGENT, "agent", "agents"),
    (UseKind.SERVER, "MCP server", "MCP servers"),
)


@click.command()
@click.option(
    "--pack",
    type=click.Choice(_PACKS),
    default="default",
    show_default=True,
    help="What the policy extends.",
)
@click.option(
    "--gate",
    "named",
    metavar="OWNER/REPO@COMMIT",
    default="",
    help="The aigate that you reviewed, for the workflow and the hooks.",
)
@click.option(
    "--without",
    type=click.Choice(tuple(_FILES)),
    multiple=True,
    help="Leave this part out; may be repeated.",
)
@click.option(
    "--agent",
    "agents",
    type=click.Choice(registry.agent_names()),
    multiple=True,
    help="Set up the hooks of this coding agent as well; may be repeated.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be written, and write nothing.")
@click.option("--diff", is_flag=True, help="Show what would be written, and write nothing.")
@click.pass_obj
def init(
    directory: str,
    *,
    pack: str,
    named: str,
    without: tuple[str, ...],
    agents: tuple[str, ...],
    dry_run: bool,
    diff: bool,
) -> None:
    """Write policy, drafted manifest, workflow and hooks for the repository that this is in.

    What is there already stays as it is, so it can be run again at any time.
    """
    gate = gate_named(named) if named else _installed()
    repository = git.open_repository(directory, environ=_ENVIRON)
    root = Path(repository.root)
    # Before anything is read, since what is behind a link is not of this repository.
    for part, file in _FILES.items():
        if part not in without:
            text_of(root, file)
    show = Progress(on=sys.stderr.isatty())
    try:
        show.step("looking for uses of AI")
        found = _found(repository, directory=str(root))
    finally:
        show.done()
    parts = list(_parts(root, found, gate=gate, pack=pack, without=without))
    chosen = [registry.coding_agent(name) for name in dict.fromkeys(agents)]
    parts += [_agent_part(root, one) for one in chosen]
    require_writable(root, parts)
    _tell_found(root, found)
    if diff:
        _tell_difference(parts)
    if not (diff or dry_run):
        _write(root, parts)
    ignored = _ignored(repository, parts)
    _tell_parts(parts, ignored, written=not (diff or dry_run))
    if not (diff or dry_run):
        _tell_next(parts, found, chosen, gate=gate, ignored=ignored)
    finish(OK)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What is in the repository, as far as a newcomer wants to know."""

    usage: Usage
    paths: frozenset[str]
    remotes: tuple[str, ...]
    commits: bool
    hooked: bool

    @property
    def files(self) -> int:
        return len(self.paths)

    @property
    def elsewhere(self) -> bool:
        """Whether all that is known of the code host is that it is not GitHub."""
        on_github = any(path.startswith(".github/") for path in self.paths)
        named = any("github" in url.casefold() for url in self.remotes)
        return bool(self.remotes) and not (on_github or named)

    @property
    def owners(self) -> str:
        return next((place for place in PLACES if place in self.paths), "")


def _installed() -> Gate | None:
    try:
        found = importlib.metadata.distribution(aigate.DISTRIBUTION)
        return gate_installed(found.read_text("direct_url.json") or "")
    except (importlib.metadata.PackageNotFoundError, OSError):
        return None


def _found(repository: git.Repository, *, directory: str) -> _Found:
    tip = git.head_commit(repository)
    known = {entry.blob for entry in git.tree_entries(repository, tip)} if tip else set()
    tree = sides.working_tree(repository, known)
    at = datetime.now(UTC).date()  # noqa: TID251 - the one clock
    usage = usage_of(tree, current_policy(directory), packs=str(packs_folder()), at=at)
    return _Found(
        usage=digests_of(tree, usage),
        paths=frozenset(entry.path for entry in tree.entries),
        remotes=_remotes(repository),
        commits=bool(tip),
        hooked=(hooks_folder(repository) / "pre-commit").exists(),
    )


def _remotes(repository: git.Repository) -> tuple[str, ...]:
    done = repository.call("config", "--local", "-z", "--get-regexp", r"^remote\..*\.url$")
    rows = done.out.decode("utf-8", "replace").split("\0")
    return tuple(row.partition("\n")[2] for row in rows if row)


def _parts(
    root: Path, found: _Found, *, gate: Gate | None, pack: str, without: Sequence[str]
) -> Iterator[Part]:
    name = name_of(root.name)
    uses = undeclared(found.usage)
    # What only tests and examples use is nobody's undertaking.
    uses = uses if _matters(uses) else ()
    if "policy" not in without:
        yield policy_part(root, name=name, pack=pack)
    if uses and "initiative" not in without:
        yield manifest_part(root, name=name, text=draft(name, uses), uses=len(uses))
    if "schemas" not in without:
        texts = {"policy": policy_schema()}
        if uses or found.usage.initiatives:
            texts["initiative"] = initiative_schema()
        yield from schema_parts(root, texts)
    if "workflow" not in without:
        yield workflow_part(root, gate=gate, elsewhere=found.elsewhere)
    if "pre-commit" not in without:
        yield hooks_part(root, gate=gate)


def _matters(uses: Iterable[Use]) -> bool:
    return any(is_product(use.at.path) or use.kind is UseKind.AGENT for use in uses)


def _agent_part(root: Path, chosen: CodingAgent) -> Part:
    before = text_of(root, chosen.project)
    command = f"aigate agent hook --target {chosen.name}"
    after = hooks_file.with_hooks(before or "", chosen, command)
    told = f"hooks of {chosen.title}" + (" are there already" if after == before else "")
    return Part(file=chosen.project, before=before, after=after, told=told)


def _write(root: Path, parts: Iterable[Part]) -> None:
    """Write what changes; new files never take the place of others.

    Raises:
        IncompleteError: one cannot be written; those before it are.
    """
    for part in parts:
        if not part.changes or part.after is None:
            continue
        path = root / part.file
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if part.before is None:
                write_new(path, part.after)
                continue
            _require_same(root, part)
            mode = path.stat().st_mode & 0o777
            write_whole(path, part.after)
            path.chmod(mode)
        except FileExistsError as error:
            raise IncompleteError(
                f"`{plain(part.file)}` has been written by somebody else just now, and stays",
                hint="run `aigate init` again",
            ) from error
        except OSError as error:
            raise IncompleteError(
                f"`{plain(part.file)}` cannot be written: {error.strerror}",
                hint="mend that, and run `aigate init` again: what is there stays",
            ) from error


def _require_same(root: Path, part: Part) -> None:
    if text_of(root, part.file) != part.before:
        raise FileExistsError(part.file)


def _ignored(repository: git.Repository, parts: Iterable[Part]) -> frozenset[str]:
    """Return the files that git would not commit."""
    files = [part.file for part in parts if part.after is not None]
    feed = b"".join(os.fsencode(file) + b"\0" for file in files)
    done = repository.call("check-ignore", "-z", "--no-index", "--stdin", feed=feed)
    return frozenset(os.fsdecode(name) for name in done.out.split(b"\0") if name)


def _tell_found(root: Path, found: _Found) -> None:
    counts: Counter[UseKind] = Counter()
    for kind, _ in {(use.kind, use.name) for use in found.usage.inventory.uses}:
        counts[kind] += 1
    said = [
        f"{counts[k]:,} {one if counts[k] == 1 else many}" for k, one, many in _SHOWN if counts[k]
    ]
    declared = len(found.usage.initiatives)
    manifests = f"{declared} manifest{'' if declared == 1 else 's'} already" if declared else ""
    owners = f"in `{found.owners}`" if found.owners else "nobody is named in a CODEOWNERS file"
    ai = ", ".join(said) or "none found"
    if said and not _matters(found.usage.inventory.uses):
        ai += ", only in tests, examples and the like"
    files = "1 file" if found.files == 1 else f"{found.files:,} files"
    rows = (
        ("repository", f"{plain(str(root))}, {files}"),
        ("use of AI", ai + (f"; {manifests}" if manifests else "")),
        ("owners", owners),
    )
    say("found\n" + "".join(f"  {name:<12}{told}\n" for name, told in rows))


def _tell_parts(parts: Sequence[Part], ignored: frozenset[str], *, written: bool) -> None:
    width = max((len(part.file) for part in parts), default=0) + 2
    for title, chosen in (
        ("wrote" if written else "would write", [one for one in parts if one.changes]),
        ("left as it is", [one for one in parts if not one.changes]),
    ):
        if chosen:
            say(f"\n{title}\n")
        for one in chosen:
            hidden = "; git ignores it, so add it with `git add --force`"
            said = one.told + (hidden if one.file in ignored and one.changes else "")
            say(f"  {one.file:<{width}}{said}\n")


def _tell_difference(parts: Iterable[Part]) -> None:
    for part in parts:
        if not part.changes or part.after is None:
            continue
        if part.generated:
            say(f"\n--- {part.file} (generated, {part.after.count(chr(10)):,} lines)\n")
            continue
        rows = difflib.unified_diff(
            (part.before or "").splitlines(),
            part.after.splitlines(),
            f"{part.file} (now)" if part.before is not None else "/dev/null",
            f"{part.file} (then)",
            lineterm="",
        )
        say("\n" + "".join(f"{plain(row)}\n" for row in rows))


def _tell_next(
    parts: Sequence[Part],
    found: _Found,
    agents: Sequence[CodingAgent],
    *,
    gate: Gate | None,
    ignored: frozenset[str],
) -> None:
    changed = [part.file for part in parts if part.changes]
    if not changed:
        say("\nnothing is missing; `aigate doctor` tells what works\n")
        return
    steps = []
    drafted = next((file for file in changed if file.startswith(".aigate/initiatives/")), "")
    if drafted:
        steps.append(f"say in {drafted} what this is for, and name two owners")
    elif POLICY in changed and not found.owners:
        steps.append(f"name who answers, in {POLICY} or in CODEOWNERS")
    if WORKFLOW in changed and gate is None:
        steps.append(f"put the commit of aigate that you reviewed into {WORKFLOW}")
    tops = dict.fromkeys(".aigate" if file.startswith(".aigate/") else file for file in changed)
    # Its own hook would object to what has just been written, and nobody could accept that yet.
    commit = "SKIP=aigate git commit" if found.hooked else "git commit"
    add = "git add --force" if ignored.intersection(changed) else "git add"
    steps.append(f"{add} {' '.join(tops)} && {commit}")
    if SETTINGS in changed:
        steps += _hook_steps()
    steps += [f"aigate agent doctor --target {one.name}" for one in agents]
    steps.append("aigate doctor")
    say("\nnext\n" + "".join(f"  {number}. {step}\n" for number, step in enumerate(steps, 1)))
    if found.commits:
        say("\nfrom then on `aigate scan --base HEAD` judges what you change, `aigate scan` all\n")


def _hook_steps() -> Iterator[str]:
    tool = next((name for name in ("pre-commit", "prek") if shutil.which(name)), "")
    if not tool:
        yield "pip install pre-commit"
    yield f"{tool or 'pre-commit'} install --hook-type pre-commit --hook-type commit-msg"
