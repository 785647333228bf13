"""`aigate audit`: replays a history and lists what should not be in it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import field
from datetime import UTC, datetime
from pathlib import Path

import click

from aigate.accounts import records_of, root_files_of
from aigate.cli._decisions import Decisions
from aigate.cli._verdict_folder import NONE, read_folder
from aigate.cli.exits import finish
from aigate.cli.streams import say
from aigate.domain.accountability import Recorded, Registry
from aigate.domain.tree import Entry
from aigate.engine.audit import Objection, exit_code, of_acceptances, of_statements
from aigate.engine.shown import line
from aigate.errors import IntegrityError, UsageError
from aigate.ledger import registry as registries
from aigate.ledger import store
from aigate.value import dataclass
from aigate.workspace import git, sides
from aigate.workspace.authors import authors_of

SCHEMA = "aigate-audit/1"

_ENVIRON = os.environ  # noqa: TID251 - settings are resolved here, in the command
_TRUST = ".aigate/trust/"
_LEDGER = ".aigate/ledger/"
_WIDTH = 400


@click.command()
@click.option("--range", "range_", metavar="A..B", required=True, help="After A, up to B.")
@click.option(
    "--verdicts", metavar="FOLDER", default="", help="Holds decision files or verdict statements."
)
@click.option(
    "--signer",
    "signers",
    metavar="ID",
    multiple=True,
    help="Only verdicts signed by this one count; may be repeated.",
)
@click.option("--policy", metavar="FILE", default="", help="Decided by this policy; trusted.")
@click.option("--trust-root", metavar="SHA256", default="", help="The pinned trust root.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def audit(
    directory: str,
    *,
    range_: str,
    verdicts: str,
    signers: tuple[str, ...],
    policy: str,
    trust_root: str,
    format_: str,
) -> None:
    """Replay the first-parent history after A up to B, and list what should not be in it.

    Each commit needs a decision about exactly itself and its first parent; records and root
    files only ever get more; what people sign has to count when it appears; who answers for an
    acceptance has to be there.

    Exit code: 0 nothing found, 1 something is missing or open, 2 wrong use, 3 something could
    not be read, 4 something was done that nobody may do.
    """
    at = datetime.now(UTC)  # noqa: TID251 - the one clock
    first, separator, last = range_.partition("..")
    if not separator or not last or last.startswith("."):
        raise UsageError(f"`{range_}` is no range", hint="write `--range A..B`, or `..B` for all")
    repository = git.open_repository(directory, environ=dict(_ENVIRON), needs_worktree=False)
    folder = read_folder(Path(verdicts)) if verdicts else NONE
    commits = _history(repository, first, last)
    tip = sides.commit_tree(repository, last)
    replay = _Replay(
        repository=repository,
        decisions=Decisions(folder, tip, signers=signers, policy_file=policy),
        pin=trust_root,
    )
    found = [one for commit in commits for one in replay.step(commit)]
    found += replay.decisions.outcome(tip.side.commit)
    found += replay.outcome(tip, at)
    code = exit_code(found)
    show = _as_json if format_ == "json" else _as_text
    say(show(range_, commits, found, code))
    finish(code)


def _history(repository: git.Repository, first: str, last: str) -> list[git.CommitFacts]:
    """Return the first-parent history after one commit up to another, oldest first.

    Raises:
        IntegrityError: it does not lead to the first.
        IncompleteError: a commit is not here.
    """
    start = git.resolve(repository, first) if first else ""
    found: list[git.CommitFacts] = []
    here = git.resolve(repository, last)
    while here != start:
        found.append(git.commit_facts(repository, here))
        if not found[-1].parents:
            if start:
                raise IntegrityError(
                    f"the first parents of `{last}` do not lead to `{first}`",
                    hint="the history was rewritten, or the range is the wrong way round",
                    code="history-rewritten",
                )
            break
        here = found[-1].parents[0]
    return found[::-1]


@dataclass(slots=True)
class _Replay:
    """Walks the history, and remembers what the last step has read."""

    repository: git.Repository
    decisions: Decisions
    pin: str
    trees: dict[str, sides.Tree] = field(default_factory=dict)
    entered: dict[str, datetime] = field(default_factory=dict)

    def step(self, commit: git.CommitFacts) -> Iterator[Objection]:
        """Hold a commit against each of its parents."""
        parents = [self._tree(each) for each in commit.parents] or [sides.EMPTY]
        head = self._tree(commit.id)
        self.trees = {commit.id: head}
        yield from self.decisions.step(commit.id, parents[0], head)
        yield from self._ledger(commit.id, parents, head)
        yield from self._registry(commit.id, parents, head)

    def outcome(self, tip: sides.Tree, at: datetime) -> list[Objection]:
        """Look at what people answer for at the end."""
        commit = tip.side.commit
        try:
            chain = registries.read_chain(root_files_of(tip))
            contents = records_of(tip)
        except IntegrityError as error:
            return [_broken(commit, error)]
        found = []
        if self.pin and self.pin not in {root.digest for root in chain}:
            found.append(
                Objection(
                    commit=commit,
                    code="registry-pin",
                    subject=_TRUST,
                    text="the trust root is not the one that is pinned",
                    integrity=True,
                )
            )
        if not chain:
            return found
        if at >= chain[-1].expires:
            text = f"version {chain[-1].version} of the registry has expired"
            found.append(
                Objection(commit=commit, code="registry-expired", subject=_TRUST, text=text)
            )
        registry = Registry(roots=chain, pinned=True)
        records = []
        for path, data in contents.items():
            try:
                statement = store.read_one(path, data)
            except IntegrityError as error:
                if path not in self.entered:
                    found.append(_broken(commit, error))
                continue
            # What was there before the range has had its time checked before.
            entered = self.entered.get(path, at)
            records.append(Recorded(statement=statement, in_reference=True, entered_at=entered))
        return found + list(of_acceptances(commit, records, registry, at=at))

    def _tree(self, commit: str) -> sides.Tree:
        return self.trees.get(commit) or sides.commit_tree(self.repository, commit)

    def _ledger(
        self, commit: str, parents: list[sides.Tree], head: sides.Tree
    ) -> Iterator[Objection]:
        after = _below(head, _LEDGER)
        before = [_below(parent, _LEDGER) for parent in parents]
        for each in before:
            try:
                store.require_append_only(each, after)
            except IntegrityError as error:
                yield _broken(commit, error)
        if after == before[0]:
            return
        new = tuple(entry for path, entry in after.items() if path not in before[0])
        try:
            store.require_bounded({e.path: max(e.size, 0) for e in head.sized(new)})
            store.records(after)
        except IntegrityError as error:
            yield _broken(commit, error)
            return
        statements = []
        for path, data in sides.read_all(head, new).items():
            self.entered[path] = head.committed or datetime.fromtimestamp(0, UTC)
            try:
                statements.append(store.read_one(path, data))
            except IntegrityError as error:
                yield _broken(commit, error, path)
        try:
            chain = registries.read_chain(root_files_of(parents[0]))
        except IntegrityError:
            # The commit that broke it is listed.
            return
        registry = Registry(roots=chain, pinned=True) if chain else None
        authors: frozenset[str] = frozenset()
        if registry and statements:
            authors = authors_of(self.repository, parents[0], head, registry)
        yield from of_statements(commit, statements, registry, authors=authors)

    def _registry(
        self, commit: str, parents: list[sides.Tree], head: sides.Tree
    ) -> Iterator[Objection]:
        after = _below(head, _TRUST)
        for number, parent in enumerate(parents):
            before = _below(parent, _TRUST)
            # A branch from before there was a registry brings none.
            if before == after or (number and not before):
                continue
            try:
                registries.require_succession(
                    root_files_of(parent), root_files_of(head), pin=self.pin
                )
            except IntegrityError as error:
                yield _broken(commit, error)


def _below(tree: sides.Tree, folder: str) -> dict[str, Entry]:
    return {e.path: e for e in tree.entries if e.path.casefold().startswith(folder)}


def _broken(commit: str, error: IntegrityError, subject: str = "") -> Objection:
    return Objection(
        commit=commit,
        code=error.code,
        subject=subject or commit,
        text=error.message,
        integrity=True,
    )


_WORDS = {0: "nothing found", 1: "open points", 4: "integrity"}

# What to do about each kind of finding that no other command explains.
_STEPS = {
    "undecided": "find out why the gate was not asked, and judge the commit now:"
    " `aigate scan --base COMMIT~1 --head COMMIT --verdict FILE`",
    "not-passed": "find out who merged past the gate, and fix or accept what blocked",
    "verdict-mismatch": "find out who wrote that file; only the gate's own job should be able to",
    "verdict-inconsistent": "find out which of them was made with another policy or installation",
    "statement-unsigned": "have the pipeline sign: `aigate scan --verdict FILE --sign-with KEY`",
    "ledger-removed": "restore the record from the commit before; records are never removed",
    "ledger-changed": "restore the record from the commit before, and find out who changed it",
    "ownerless": "have the finding fixed, or accepted by people who are here: `aigate accept`",
    "key-compromised": "have it signed again with another key: `aigate accept`, `aigate cosign`",
    "lasts-too-long": "have it signed again with an end within the limit",
    "security-signed-own-change": "have somebody else from security look at it and sign",
    "registry-expired": "run `aigate trust rotate`, and have the next version signed and merged",
    "history-rewritten": "find out who pushed over the branch, and protect it",
}


def _as_text(range_: str, commits: list[git.CommitFacts], found: list[Objection], code: int) -> str:
    counts = f"{_counted(len(commits), 'commit')}, {_counted(len(found), 'finding')}"
    broken = sum(one.integrity for one in found)
    if broken:
        counts += f", {broken} of them a break of integrity"
    lines = [f"audit {line(range_, 200)}: {_WORDS[code]}, {counts}"]
    lines += [f"  {one.commit[:12]}  {one.code}: {line(one.text, _WIDTH)}" for one in found]
    codes = dict.fromkeys(one.code for one in found)
    lines += [f"hint: {name}: {_STEPS[name]}" for name in codes if name in _STEPS]
    return "\n".join(lines) + "\n"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _as_json(range_: str, commits: list[git.CommitFacts], found: list[Objection], code: int) -> str:
    return (
        json.dumps(
            {
                "schema": SCHEMA,
                "range": range_,
                "first": commits[0].id if commits else "",
                "last": commits[-1].id if commits else "",
                "commits": len(commits),
                "exit_code": code,
                "findings": [
                    {
                        "commit": one.commit,
                        "code": one.code,
                        "subject": one.subject,
                        "text": line(one.text, _WIDTH),
                        "integrity": one.integrity,
                        "hint": _STEPS.get(one.code, ""),
                    }
                    for one in found
                ],
            },
            indent=2,
        )
        + "\n"
    )
