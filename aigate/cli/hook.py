"""`aigate hook`: what git asks before a commit is there, through pre-commit, prek or by itself."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aigate.cli.exits import finish
from aigate.cli.packs import from_disk, packs_folder
from aigate.cli.streams import say
from aigate.engine.shown import plain
from aigate.errors import DocumentError, IncompleteError, Mistake, UsageError

if TYPE_CHECKING:
    from aigate.domain.evidence import Agents, Claim, Commit
    from aigate.domain.finding import Action
    from aigate.domain.policy import AiTrailer, Policy
    from aigate.engine.disclosure import Objection
    from aigate.workspace.git import Repository

# A hook starts with every commit. What is imported inside of functions is not needed by messages
# that nothing can be said against, and they are the most.
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
    packs = str(packs_folder())
    agents = _agents(packs)
    author = _named("AUTHOR")
    commit = _commit(message, author=author, committer=author)
    if all(author) and not _may_matter(commit, agents):
        finish(0)
    from aigate.domain.finding import Action  # noqa: PLC0415 - see above
    from aigate.workspace import git  # noqa: PLC0415 - see above

    repository = git.open_repository(directory, environ=_ENVIRON)
    here = git.identity(repository)
    author, committer = (_person(_named(role), here) for role in ("AUTHOR", "COMMITTER"))
    commit = _commit(message, author=author, committer=committer)
    policy = _policy(repository, packs)
    least = Action.JOINT if only_blocking else Action.WARN
    judged = _judged(commit, policy, agents)
    wrong = [(one, action) for one, action in judged if action >= least]
    for one, action in wrong:
        where = f"{file}:{_line(one, commit, agents)}"
        say(f"{plain(where)}: {action.word}[{one.rule.name}]: {plain(one.message)}\n")
    if wrong:
        say(f"hint: nothing is lost; go on with `git commit --edit --file {plain(file)}`\n")
    finish(1 if wrong else 0)


@hook.command()
@click.pass_obj
def manifest(directory: str) -> None:
    """Find every mistake in the policy and the manifests that lie here, and look at nothing else.

    Ends with 2 if there is one. `aigate manifest check` holds manifests against the code.
    """
    from aigate.documents.initiative import FOLDER  # noqa: PLC0415 - see above
    from aigate.documents.policy import POLICY  # noqa: PLC0415 - see above

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


def _agents(packs: str) -> Agents:
    from aigate.documents.agents import read_agents  # noqa: PLC0415 - see above

    return read_agents(Path(packs, "data", "agents.json").read_bytes())


def _commit(message: str, *, author: tuple[str, str], committer: tuple[str, str]) -> Commit:
    from aigate.domain.evidence import Commit  # noqa: PLC0415 - see above

    return Commit(id=_TO_COME, author=author, committer=committer, message=message)


def _may_matter(commit: Commit, agents: Agents) -> bool:
    """Tell whether there is a policy under which something could be said of a commit."""
    from aigate.domain.policy import AiTrailer  # noqa: PLC0415 - see above

    claims, found = _objections(commit, agents, AiTrailer.NONE)
    return bool(claims or found)


def _objections(
    commit: Commit, agents: Agents, trailer: AiTrailer
) -> tuple[Sequence[Claim], Sequence[Objection]]:
    from aigate.domain.evidence import Claim, Doubt, Exhibits  # noqa: PLC0415 - see above
    from aigate.engine.disclosure import objections  # noqa: PLC0415 - see above
    from aigate.provenance.trailers import EVIDENCE  # noqa: PLC0415 - see above

    # All other evidence is about commits that are there.
    said = list(EVIDENCE.read(Exhibits(agents=agents, commits=(commit,))))
    claims = [one for one in said if isinstance(one, Claim)]
    doubts = [one for one in said if isinstance(one, Doubt)]
    return claims, objections([commit], claims, doubts, agents=agents, trailer=trailer)


def _policy(repository: Repository, packs: str) -> Policy:
    """Return the policy of the last commit."""
    from aigate.trusted import read_policy_of  # noqa: PLC0415 - see above
    from aigate.workspace import git, sides  # noqa: PLC0415 - see above

    tip = git.head_commit(repository)
    tree = sides.commit_tree(repository, tip) if tip else sides.EMPTY
    return read_policy_of(tree.entries, lambda entry: sides.read_one(tree, entry), packs=packs)


def _judged(commit: Commit, policy: Policy, agents: Agents) -> list[tuple[Objection, Action]]:
    """Return what is wrong with a commit, and what the policy says that it costs."""
    from aigate.domain.finding import Candidate, Finding, Origin, Provenance, Status  # noqa: PLC0415 - see above
    from aigate.domain.place import WHOLE, Location  # noqa: PLC0415 - see above
    from aigate.engine.decide import demand  # noqa: PLC0415 - see above
    from aigate.engine.disclosure import NAME  # noqa: PLC0415 - see above

    claims, found = _objections(commit, agents, policy.ai_trailer)
    origin = Origin(kind=Provenance.AI if claims else Provenance.UNKNOWN)
    judged = []
    for one in found:
        finding = Finding(
            rule=one.rule.name,
            scanner=NAME,
            at=Location("", WHOLE.line, WHOLE.column, WHOLE.end_line, WHOLE.end_column),
            title=one.rule.title,
            message=one.message,
            severity=one.rule.severity,
        )
        candidate = Candidate(finding=finding, status=Status.NEW, origin=origin)
        judged.append((one, demand(candidate, policy).action))
    return judged


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


def _named(role: str) -> tuple[str, str]:
    """Return whom git's environment names; parts are empty that are left to the settings."""
    return (_ENVIRON.get(f"GIT_{role}_NAME", ""), _ENVIRON.get(f"GIT_{role}_EMAIL", ""))


def _person(named: tuple[str, str], here: tuple[str, str]) -> tuple[str, str]:
    return (named[0] or here[0], named[1] or here[1])


def _line(one: Objection, commit: Commit, agents: Agents) -> int:
    """Return the line that a person has to look at; the first, if it is about the whole."""
    from aigate.engine.identity import agent_of  # noqa: PLC0415 - see above
    from aigate.engine.trailers import person, trailers  # noqa: PLC0415 - see above

    if one.rule.name == "agent-sign-off":
        for number, row in enumerate(commit.message.split("\n"), start=1):
            for key, value in trailers(row):
                if key == "signed-off-by" and agent_of(agents, *person(value)):
                    return number
    return 1


def _check_policy(folder: Path, below: Path) -> None:
    from aigate import registry  # noqa: PLC0415 - see above
    from aigate.documents.policy import find_policy, read_policy  # noqa: PLC0415 - see above

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
    from aigate.documents.initiative import (  # noqa: PLC0415 - see above
        FOLDER,
        find_initiatives,
        read_initiatives,
    )

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
