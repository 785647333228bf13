"""`aigate hook`: what git asks before a commit is there, through pre-commit, prek or by itself."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
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
# Below this line, which `git commit --verbose` writes, is a change that git shows and does not
# keep. But it keeps what is below one that somebody else wrote.
_SCISSORS = re.compile(r"\S+ -{24} >8 -{24}\s*")
_SHOWN = (" ", "+", "-", "@", "\\", "diff --", "index ", "Binary files ", "Submodule ")
# What git calls its editor, for hooks, where it opens none; it then keeps every line.
_NO_EDITOR = ":"
# What stands in messages where the id of a commit does afterwards.
_TO_COME = "to come"
_LINK = "this is a symbolic link, and links are not followed"


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
    commit = _commit(message, author=author, committer=_person(_named("COMMITTER"), author))
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
    folder = _top(Path(directory))
    mistakes: list[Mistake] = []
    for check in (policy_of, manifests_of):
        try:
            check(folder)
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
    text = data.decode("utf-8", "replace")
    if _ENVIRON.get("GIT_EDITOR") == _NO_EDITOR:
        return text
    return "\n".join(_kept(text.split("\n")))


def _kept(rows: Iterable[str]) -> Iterator[str]:
    """Yield what stays of each line; blank instead of gone, so that lines keep their numbers."""
    dropped: tuple[str, ...] = ("#",)
    for row in rows:
        if _SCISSORS.fullmatch(row):
            dropped = ("#", *_SHOWN)
            yield ""
        else:
            yield "" if row.startswith(dropped) else row


def _named(role: str) -> tuple[str, str]:
    """Return whom git's environment names; parts are empty that are left to the settings."""
    given = _given()

    def part(name: str) -> str:
        variable = _ENVIRON.get(f"GIT_{role}_{name}", "")
        return (
            variable or given.get(f"{role}.{name}".lower()) or given.get(f"user.{name}".lower(), "")
        )

    return (part("NAME"), part("EMAIL"))


def _given() -> dict[str, str]:
    """Return the settings that `git -c NAME=VALUE` hands to its hooks, by name in lower case."""
    said = _ENVIRON.get("GIT_CONFIG_PARAMETERS", "")
    if not said:
        return {}
    import shlex  # noqa: PLC0415 - see above

    try:
        rows = shlex.split(said)
    except ValueError:
        return {}
    pairs = (row.partition("=") for row in rows)
    return {name.lower(): value for name, _, value in pairs}


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


def _top(folder: Path) -> Path:
    """Return the folder with the repository in it: its documents count wherever one stands."""
    here = folder.absolute()
    return next((one for one in (here, *here.parents) if (one / ".git").exists()), folder)


def _require_plain(folder: Path, name: str) -> None:
    """Refuse what would be passed over: a link, a file where a folder should be, another spelling.

    Raises:
        DocumentError: there is some of that.
    """
    there = folder / name
    texts = {}
    if there.parent.is_dir():
        alike = (one.name for one in there.parent.iterdir() if one.name.casefold() == there.name)
        odd = f"the gate reads `{name}` and nothing else: rename or remove this"
        texts = {one: odd for one in alike if one != there.name}
    if there.is_symlink():
        texts[there.name] = _LINK
    elif there.exists() and not there.is_dir():
        texts[there.name] = "this is no folder: remove it"
    if texts:
        place = there.parent.relative_to(folder)
        found = sorted(((place / one).as_posix(), text) for one, text in texts.items())
        raise DocumentError(tuple(Mistake(file, 1, 1, text) for file, text in found))


def policy_of(folder: Path) -> Policy | None:
    """Return the policy that lies in a folder, with what it extends; None if there is none.

    Raises:
        DocumentError: it has mistakes, or is a link.
    """
    from aigate import registry  # noqa: PLC0415 - see above
    from aigate.documents.policy import POLICY, find_policy, read_policy  # noqa: PLC0415 - see above

    below = folder / Path(POLICY).parts[0]
    _require_plain(folder, below.name)
    names = sorted(path.name for path in below.iterdir()) if below.is_dir() else []
    ref = find_policy(f"{below.name}/{name}" for name in names)
    if ref is None:
        return None
    if (folder / ref).is_symlink():
        raise DocumentError((Mistake(ref, 1, 1, _LINK),))
    return read_policy(ref, from_disk(folder, ref), registry.requirement_kinds())


def manifests_of(folder: Path) -> tuple[str, ...]:
    """Return the names of the initiatives that are declared in a folder.

    Raises:
        DocumentError: a manifest has mistakes, or is a link, as is a folder on the way to it.
    """
    from aigate.documents.initiative import (  # noqa: PLC0415 - see above
        FOLDER,
        find_initiatives,
        read_initiatives,
    )

    there = folder / FOLDER
    for part in (there.parent.name, FOLDER):
        _require_plain(folder, part)
    paths = [
        path.relative_to(folder).as_posix()
        for path in (sorted(there.rglob("*")) if there.is_dir() else ())
        if path.is_symlink() or not path.is_dir()
    ]

    def load(path: str) -> bytes | None:
        file = folder / path
        return file.read_bytes() if file.is_file() and not file.is_symlink() else None

    return tuple(one.name for one in read_initiatives(find_initiatives(paths), load))
