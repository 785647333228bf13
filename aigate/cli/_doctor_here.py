"""What `aigate doctor` looks at in a repository: what decides there, who signs, what calls the gate."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from aigate import registry
from aigate.accounts import registry_of
from aigate.cli._check import Check
from aigate.cli._pens import holder_of, own_keys
from aigate.cli._set_up import WORKFLOW, calling_workflows, hooks_folder
from aigate.cli.hook import manifests_of, policy_of
from aigate.cli.packs import packs_folder
from aigate.documents.initiative import FOLDER
from aigate.documents.policy import POLICY
from aigate.documents.pre_commit import SETTINGS, calls_gate
from aigate.domain.accountability import KeyState, Root
from aigate.errors import AigateError, DocumentError, IntegrityError, UsageError
from aigate.ledger.keys import parse_public_key
from aigate.loop import hooks_file
from aigate.trusted import read_policy_of
from aigate.workspace import git, sides

_LARGEST = 1_000_000
_SOON = timedelta(days=30)
_ZEROS = "@" + "0" * 40


def checks_here(directory: str, *, environ: Mapping[str, str], at: datetime) -> Iterator[Check]:
    """Yield what is to be said of the repository that a folder is in."""
    try:
        repository = git.open_repository(directory, environ=environ)
        tip = git.head_commit(repository)
        head = sides.commit_tree(repository, tip) if tip else sides.EMPTY
    except UsageError as error:
        yield Check(
            "repository", works=False, told=error.message, hint=error.hint or "", needed=False
        )
        return
    except AigateError as error:
        yield Check("repository", works=False, told=error.message, hint=error.hint)
        return
    root = Path(repository.root)
    yield _repository(repository, tip)
    asked: tuple[tuple[str, Callable[[], Iterable[Check]]], ...] = (
        ("policy", lambda: [_policy(root, head)]),
        ("manifests", lambda: [_manifests(root)]),
        ("trust root", lambda: _trust(repository, head, at=at)),
        ("commit hook", lambda: [_commits(repository, root)]),
        ("workflow", lambda: [_workflow(root)]),
        ("agents", lambda: [_agents(root)]),
    )
    for name, ask in asked:
        try:
            yield from ask()
        except AigateError as error:
            yield Check(name, works=False, told=error.message, hint=error.hint)
        except OSError as error:
            told = f"`{os.fsdecode(error.filename or '?')}` cannot be read: {error.strerror}"
            yield Check(name, works=False, told=told, hint="check whose it is")


def _repository(repository: git.Repository, tip: str | None) -> Check:
    if repository.is_shallow:
        return Check(
            "repository",
            works=False,
            told=f"`{repository.root}` is a shallow clone: who wrote what cannot be told",
            hint="`git fetch --unshallow`",
            needed=False,
        )
    told = f"`{repository.root}`" + ("" if tip else ", without a commit so far")
    return Check("repository", works=True, told=told)


def _policy(root: Path, head: sides.Tree) -> Check:
    """Tell whether the policies here and of the last commit, which decides, are in order."""
    hint = "`aigate policy check` lists every mistake"
    try:
        found = policy_of(root)
    except DocumentError as error:
        return Check("policy", works=False, told=_first(error), hint=hint, code=2)
    committed = next((one for one in head.entries if one.path == POLICY), None)
    try:
        decides = read_policy_of(
            head.entries, lambda one: sides.read_one(head, one), packs=str(packs_folder())
        )
    except DocumentError as error:
        told = f"the one of the last commit has mistakes, and decides: {_first(error)}"
        hint = f"commit a `{POLICY}` in which `aigate policy check` finds none"
        return Check("policy", works=False, told=told, hint=hint, code=2)
    shown = found or decides
    told = f"`{shown.name}`, {len(shown.requirements)} requirements"
    if found is None and committed is None:
        told = "none, so `aigate:default` decides"
    elif found is None:
        told += "; it is gone from here, and that of the last commit decides"
    elif committed is None:
        told += "; it decides once it is committed"
    elif _differs(sides.read_one(head, committed), (root / POLICY).read_bytes()):
        told += "; the one of the last commit differs, and decides"
    return Check("policy", works=True, told=told)


def _differs(one: bytes, other: bytes) -> bool:
    return one.replace(b"\r\n", b"\n") != other.replace(b"\r\n", b"\n")


def _manifests(root: Path) -> Check:
    try:
        found = manifests_of(root)
    except DocumentError as error:
        hint = "`aigate hook manifest` lists every mistake"
        return Check("manifests", works=False, told=_first(error), hint=hint, code=2)
    if not found:
        told, hint = f"none in `{FOLDER}`", "`aigate init` drafts one, where AI is used"
        return Check("manifests", works=False, told=told, hint=hint, needed=False)
    return Check("manifests", works=True, told=", ".join(f"`{one}`" for one in found[:5]))


def _trust(repository: git.Repository, head: sides.Tree, *, at: datetime) -> Iterator[Check]:
    try:
        found = registry_of(head, at=at)
    except IntegrityError as error:
        yield Check("trust root", works=False, told=error.message, hint=error.hint, code=4)
        return
    if found is None:
        told = "the last commit has none, so nobody can accept a risk"
        yield Check(
            "trust root", works=False, told=told, hint="see `aigate trust init`", needed=False
        )
        return
    root = found.current
    told = f"version {root.version}, {len(root.people)} people, until {root.expires.date()}"
    if root.expires - at < _SOON:
        told += ", which is soon: `aigate trust rotate` renews it"
    yield Check("trust root", works=True, told=told)
    yield _key(repository, root)


def _key(repository: git.Repository, root: Root) -> Check:
    """Tell whether somebody at this machine could sign."""
    found = []
    try:
        for text, file in own_keys(repository.root):
            try:
                key = parse_public_key(text)
            except UsageError:
                continue
            person = holder_of(root, key.fingerprint)
            states = (
                [one.state for one in person.keys if one.fingerprint == key.fingerprint]
                if person
                else []
            )
            if person and states[0] is KeyState.ACTIVE:
                roles = ", ".join(role.value for role in person.roles)
                found.append(f"`{file}` is that of `{person.id}` ({roles})")
    except AigateError as error:
        return Check("key", works=False, told=error.message, hint=error.hint, needed=False)
    if not found:
        hint = "load it with `ssh-add`, or see `aigate trust enroll`"
        told = "none of your keys is in the registry, so you cannot sign"
        return Check("key", works=False, told=told, hint=hint, needed=False)
    return Check("key", works=True, told="; ".join(dict.fromkeys(found)))


def _runs(hook: Path) -> bool:
    return bool(_text(hook)) and os.access(hook, os.X_OK)


def _commits(repository: git.Repository, root: Path) -> Check:
    """Tell whether a commit is judged before it is there."""
    folder = hooks_folder(repository)
    rows = _text(folder / "pre-commit").splitlines()
    hook = "\n".join(row for row in rows if not row.lstrip().startswith("#"))
    active = _runs(folder / "pre-commit")
    text = _text(root / SETTINGS)
    settings = calls_gate(text)
    if active and "aigate" in hook:
        return Check("commit hook", works=True, told=f"`{folder / 'pre-commit'}` calls aigate")
    framework = "pre-commit" in hook or "prek" in hook
    if active and settings and framework:
        if "aigate-commit-msg" in text and not _runs(folder / "commit-msg"):
            told = f"through `{SETTINGS}`, but nothing runs what it says of messages"
            hint = "`pre-commit install --hook-type commit-msg`, or the same with `prek`"
            return Check("commit hook", works=False, told=told, hint=hint, needed=False)
        return Check("commit hook", works=True, told=f"through `{SETTINGS}`")
    if settings:
        told = f"`{SETTINGS}` names it, and nothing runs that"
        hint = "`pip install pre-commit`, and then `pre-commit install`"
    else:
        told, hint = "commits are not judged here", "`aigate init` adds the hook"
    return Check("commit hook", works=False, told=told, hint=hint, needed=False)


def _workflow(root: Path) -> Check:
    found = calling_workflows(root)
    empty = [name for name, text in found if _ZEROS in text]
    if empty:
        told = f"`{empty[0]}` names no commit of aigate, so it fails"
        hint = f"put the one that you reviewed into `{Path(WORKFLOW).parent}/{empty[0]}`"
        return Check("workflow", works=False, told=told, hint=hint, needed=False)
    if not found:
        told, hint = "no workflow of GitHub calls the gate", "on GitHub `aigate init` writes one"
        return Check("workflow", works=False, told=told, hint=hint, needed=False)
    return Check("workflow", works=True, told=", ".join(f"`{name}`" for name, _ in found))


def _agents(root: Path) -> Check:
    found = []
    for one in registry.coding_agents():
        try:
            if hooks_file.commands_in(_text(root / one.project), one):
                found.append(one.title)
        except UsageError as error:
            return Check("agents", works=False, told=error.message, hint=error.hint, needed=False)
    if found:
        told = f"{', '.join(found)}; `aigate agent doctor` proves that their hooks answer"
        return Check("agents", works=True, told=told)
    told, hint = "no hooks of coding agents in this repository", "`aigate agent install`"
    return Check("agents", works=False, told=told, hint=hint, needed=False)


def _first(error: DocumentError) -> str:
    one = error.mistakes[0]
    more = f", and {len(error.mistakes) - 1} more" if len(error.mistakes) > 1 else ""
    return f"{one.file}:{one.line}:{one.column}: {one.text}{more}"


def _text(file: Path) -> str:
    """Return what is in a file, as far as it can be read; empty without one."""
    try:
        with file.open("rb") as opened:
            return opened.read(_LARGEST).decode("utf-8", "replace")
    except OSError:
        return ""
