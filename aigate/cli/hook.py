"""`aigate hook`: what git asks before a commit is there, through pre-commit, prek or by itself."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from aigate import registry
from aigate.cli.exits import finish
from aigate.cli.packs import from_disk, packs_folder
from aigate.cli.streams import say
from aigate.documents.agents import read_agents
from aigate.documents.initiative import FOLDER, find_initiatives, read_initiatives
from aigate.documents.policy import POLICY, find_policy, read_policy
from aigate.domain.evidence import Agents, Claim, Commit, Doubt, Exhibits
from aigate.domain.finding import Action, Candidate, Finding, Origin, Provenance, Status
from aigate.domain.place import WHOLE, Location
from aigate.domain.policy import Policy
from aigate.engine import trailers
from aigate.engine.decide import demand
from aigate.engine.disclosure import NAME, Objection, objections
from aigate.engine.identity import agent_of
from aigate.engine.shown import plain
from aigate.errors import DocumentError, IncompleteError, Mistake, UsageError
from aigate.trusted import read_policy_of
from aigate.workspace import git, sides

_ENVIRON = os.environ  # noqa: TID251 - settings are resolved here, in the command
_LARGEST = 8_000_000
# Below this line, which `git commit --verbose` writes, is what git shows and does not keep.
_SCISSORS = re.compile(r"^\S+ -{24} >8 -{24}\s*$", re.MULTILINE)
# What stands in messages where the id of a commit does afterwards.
_TO_COME = "to come"


@click.group()
def hook() -> None:
    """Answer git's hooks: is this message, are these manifests in order?"""


@hook.command("commit-msg")
@click.argument("file", type=click.Path())
@click.option(
    "--only-blocking",
    is_flag=True,
    help="Let warnings pass; they are as easy to mend now as what blocks.",
)
@click.pass_obj
def commit_msg(directory: str, *, file: str, only_blocking: bool) -> None:
    """Hold a commit message against the rules about who wrote what; git names FILE.

    Nothing in the message is changed. The policy of the last commit decides.

    Ends with 1 if the policy would block the commit for it, or warn of it.
    """
    message = _message(Path(file))
    repository = git.open_repository(directory, environ=_ENVIRON)
    tip = git.head_commit(repository)
    tree = sides.commit_tree(repository, tip) if tip else sides.EMPTY
    packs = str(packs_folder())
    policy = read_policy_of(tree.entries, lambda entry: sides.read_one(tree, entry), packs=packs)
    agents = read_agents(Path(packs, "data", "agents.json").read_bytes())
    here = git.identity(repository)
    commit = Commit(
        id=_TO_COME,
        parents=(tip,) if tip else (),
        author=_person("AUTHOR", here),
        committer=_person("COMMITTER", here),
        message=message,
    )
    least = Action.JOINT if only_blocking else Action.WARN
    wrong = [one for one in _judged(commit, policy, agents) if one.action >= least]
    for one in wrong:
        said = f"{file}:{_line(one.objection, commit, agents)}: {one.action.word}"
        say(f"{plain(said)}[{one.objection.rule.name}]: {plain(one.objection.message)}\n")
    if wrong:
        say(f"hint: nothing is lost; go on with `git commit --edit --file {plain(file)}`\n")
    finish(1 if wrong else 0)


@hook.command()
@click.pass_obj
def manifest(directory: str) -> None:
    """Find every mistake in the policy and the manifests that lie here, and look at nothing else.

    Ends with 2 if there is one. `aigate manifest check` holds manifests against the code.
    """
    folder = Path(directory)
    below = folder / Path(POLICY).parts[0]
    for part in (below, folder / FOLDER):
        if part.is_symlink():
            text = "this is a symbolic link, and links are not followed"
            raise DocumentError((Mistake(part.relative_to(folder).as_posix(), 1, 1, text),))
    mistakes: list[Mistake] = []
    for check in (_check_policy, _check_manifests):
        try:
            check(folder, below)
        except DocumentError as error:
            mistakes += error.mistakes
    if mistakes:
        raise DocumentError(tuple(dict.fromkeys(mistakes)))
    finish(0)


@dataclass(frozen=True, slots=True)
class _Judged:
    objection: Objection
    action: Action


def _judged(commit: Commit, policy: Policy, agents: Agents) -> Iterator[_Judged]:
    said = [
        one
        for kind in registry.evidence()
        for one in kind.read(Exhibits(agents=agents, commits=(commit,)))
    ]
    claims = [one for one in said if isinstance(one, Claim)]
    doubts = [one for one in said if isinstance(one, Doubt)]
    origin = Origin(kind=Provenance.AI if claims else Provenance.UNKNOWN)
    for one in objections([commit], claims, doubts, agents=agents, trailer=policy.ai_trailer):
        place = Location("", WHOLE.line, WHOLE.column, WHOLE.end_line, WHOLE.end_column)
        finding = Finding(
            rule=one.rule.name,
            scanner=NAME,
            at=place,
            title=one.rule.title,
            message=one.message,
            severity=one.rule.severity,
        )
        candidate = Candidate(finding=finding, status=Status.NEW, origin=origin)
        yield _Judged(one, demand(candidate, policy).action)


def _message(file: Path) -> str:
    """Return what git will keep of a message that somebody has just written."""
    try:
        with file.open("rb") as opened:
            data = opened.read(_LARGEST + 1)
    except OSError as error:
        raise UsageError(
            f"`{file}` cannot be read: {error.strerror}",
            hint="git gives the file; by hand: `aigate hook commit-msg .git/COMMIT_EDITMSG`",
        ) from error
    if len(data) > _LARGEST:
        raise IncompleteError(
            f"`{file}` has more than {_LARGEST:,} bytes", hint="write a shorter message"
        )
    text = _SCISSORS.split(data.decode("utf-8", "replace"), maxsplit=1)[0]
    # Blank instead of gone, so that lines keep their numbers.
    return "\n".join("" if row.startswith("#") else row for row in text.split("\n"))


def _person(role: str, here: tuple[str, str]) -> tuple[str, str]:
    """Return whom git will name: the hook's environment says so, else the settings."""
    name, email = (_ENVIRON.get(f"GIT_{role}_{part}", "") for part in ("NAME", "EMAIL"))
    return (name or here[0], email or here[1])


def _line(one: Objection, commit: Commit, agents: Agents) -> int:
    """Return the line that a person has to look at; the first, if it is about the whole."""
    if one.rule.name == "agent-sign-off":
        for number, row in enumerate(commit.message.split("\n"), start=1):
            for key, value in trailers.trailers(row):
                if key == "signed-off-by" and agent_of(agents, *trailers.person(value)):
                    return number
    return 1


def _check_policy(folder: Path, below: Path) -> None:
    names = sorted(path.name for path in below.iterdir()) if below.is_dir() else []
    ref = find_policy(f"{below.name}/{name}" for name in names)
    if ref:
        read_policy(ref, from_disk(folder, ref), registry.requirement_kinds())


def _check_manifests(folder: Path, below: Path) -> None:
    del below
    manifests_of(folder)


def manifests_of(folder: Path) -> tuple[str, ...]:
    """Return the names of the initiatives that are declared in a folder.

    Raises:
        DocumentError: a manifest has mistakes, or is a link.
    """
    there = folder / FOLDER
    paths = [
        path.relative_to(folder).as_posix()
        for path in (sorted(there.rglob("*")) if there.is_dir() else ())
        if path.is_symlink() or not path.is_dir()
    ]

    def load(path: str) -> bytes | None:
        file = folder / path
        return file.read_bytes() if file.is_file() and not file.is_symlink() else None

    return tuple(one.name for one in read_initiatives(find_initiatives(paths), load))
