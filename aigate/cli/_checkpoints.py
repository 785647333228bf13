"""Holds checkpoints that somebody kept against the ledger that is here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path

from aigate.accounts import records_of, root_files_of
from aigate.domain.accountability import Root
from aigate.engine.shown import line
from aigate.errors import IncompleteError, IntegrityError, UsageError
from aigate.ledger import checkpoint as checkpoints
from aigate.ledger import registry, store
from aigate.ledger.attestation import signer_of
from aigate.ledger.checkpoint import Checkpoint, Held
from aigate.value import dataclass
from aigate.workspace import git, sides

_ASK = "fetch all branches; if it stays so, compare with whoever else has a clone or a checkpoint"


@dataclass(frozen=True, slots=True)
class Here:
    """The ledger of this clone, as it is now."""

    repository: git.Repository
    commit: str
    records: Mapping[str, bytes]
    roots: tuple[Root, ...]


@dataclass(frozen=True, slots=True)
class Holding:
    """A checkpoint that holds, in words and as values for JSON."""

    words: str
    facts: Mapping[str, object]


def read_held(files: Sequence[str]) -> tuple[tuple[str, Held], ...]:
    """Read checkpoints that somebody kept, each with the name of its file.

    Raises:
        UsageError: one cannot be read, or is none.
        IntegrityError: the signature of one does not hold.
    """
    found = []
    for file in files:
        try:
            with Path(file).open("rb") as stream:
                data = stream.read(checkpoints.LARGEST + 1)
        except OSError as error:
            raise UsageError(
                f"`{file}` cannot be read: {error.strerror or 'unknown reason'}",
                hint="name a file that holds what `aigate ledger checkpoint` printed",
                code="checkpoint-unreadable",
            ) from error
        found.append((file, checkpoints.read_checkpoint(data, file=Path(file).name)))
    return tuple(found)


def require_one_view(held: Sequence[tuple[str, Held]]) -> None:
    """Refuse checkpoints that cannot be of one ledger, whatever this clone holds.

    Raises:
        IntegrityError: `checkpoint-split-view` for as many records with another root.
    """
    for (file, one), (other_file, other) in combinations(held, 2):
        a, b = one.checkpoint, other.checkpoint
        if a.ledger_id == b.ledger_id and a.size == b.size and a.root != b.root:
            raise _split(f"`{file}`", a, f"`{other_file}`", b)


def checkpoint_at(repository: git.Repository, commit: str) -> Checkpoint:
    """Sum up the ledger of a commit.

    Raises:
        UsageError: there is no commit, or it has no registry.
    """
    tree = sides.commit_tree(repository, commit) if commit else sides.EMPTY
    roots = registry.read_chain(root_files_of(tree))
    if not roots:
        raise UsageError(
            "the commit that is checked out has no registry, so its ledger has no name",
            hint="make one with `aigate trust init`, and commit it",
            code="no-registry",
        )
    return checkpoints.checkpoint_of(records_of(tree), roots[-1], commit=commit)


def hold(named: tuple[str, Held], here: Here, *, signers: Sequence[str]) -> Holding:
    """Check that the ledger of this clone has everything that a checkpoint covered.

    Raises:
        IntegrityError: it does not, or the checkpoint is of another ledger; the code says which.
        IncompleteError: that cannot be told, since the clone does not reach back so far.
    """
    file, held = named
    kept = held.checkpoint
    _require_registry(kept, here.roots, file)
    signed = signer_of(held.attested, here.roots, wanted=signers, file=file)
    _require_records(kept, here, file)
    plural = "" if kept.size == 1 else "s"
    words = f"`{line(file, 200)}` holds: its {kept.size} record{plural} of {kept.commit[:12]}"
    facts = {
        "file": file,
        "records": kept.size,
        "commit": kept.commit,
        "person": signed.person,
        "key": signed.key,
        "countersigned": held.countersigned,
    }
    extra = (
        f", {held.countersigned} signature lines of others not verified"
        if held.countersigned
        else ""
    )
    return Holding(f"{words} are all here; {signed.words}{extra}", facts)


def _require_registry(kept: Checkpoint, roots: Sequence[Root], file: str) -> None:
    if not roots or kept.ledger_id != roots[-1].ledger_id:
        raise IntegrityError(
            f"`{file}` is of another ledger: `{kept.ledger_id}`",
            hint="check that this is the right repository",
            code="checkpoint-other-ledger",
        )
    version = kept.registry_version
    if version > len(roots) or roots[version - 1].digest != kept.registry_digest:
        there = f"as `{roots[version - 1].digest}`" if version <= len(roots) else "not at all"
        raise IntegrityError(
            f"`{file}` saw version {version} of the registry as `{kept.registry_digest}`, and this"
            f" clone has it {there}",
            hint=_ASK,
            code="checkpoint-registry",
        )


def _require_records(kept: Checkpoint, here: Here, file: str) -> None:
    then = _records_at(kept, here.repository)
    now = checkpoints.checkpoint_of(here.records, here.roots[-1], commit=here.commit)
    if then is not None:
        was = checkpoints.checkpoint_of(then, here.roots[-1], commit=kept.commit)
        if (was.size, was.root) != (kept.size, kept.root):
            raise IntegrityError(
                f"`{file}` is not what its commit has:{_both(file, kept, 'this clone', was)}",
                hint=_ASK,
                code="checkpoint-split-view",
            )
        store.require_append_only(then, here.records)
    elif (now.size, now.root) == (kept.size, kept.root):
        return
    elif now.size == kept.size:
        raise _split(f"`{file}`", kept, "this clone", now)
    elif now.size < kept.size:
        raise IntegrityError(
            f"`{file}` covers more records than are here:{_both(file, kept, 'this clone', now)}",
            hint=_ASK,
            code="checkpoint-behind",
        )
    elif here.repository.is_shallow:
        raise IncompleteError(
            f"the commit `{kept.commit}` of `{file}` is not in this clone",
            hint="fetch the whole history: `git fetch --unshallow`",
            code="checkpoint-commit",
        )
    else:
        raise IntegrityError(
            f"the history here does not have the commit `{kept.commit}` of `{file}`:"
            f"{_both(file, kept, 'this clone', now)}",
            hint=_ASK,
            code="checkpoint-commit",
        )


def _records_at(kept: Checkpoint, repository: git.Repository) -> Mapping[str, bytes] | None:
    """Return the records of the commit of a checkpoint, None if this clone lacks it."""
    try:
        tree = sides.commit_tree(repository, kept.commit)
    except IncompleteError:
        return None
    return records_of(tree)


def _split(one: str, a: Checkpoint, other: str, b: Checkpoint) -> IntegrityError:
    return IntegrityError(
        f"two ledgers of {a.size} records differ, and both are said to be this one:"
        f"{_both(one, a, other, b)}",
        hint=_ASK,
        code="checkpoint-split-view",
    )


def _both(one: str, a: Checkpoint, other: str, b: Checkpoint) -> str:
    """Return what two sides say, for whoever has to show it."""
    texts = [
        f"\n{name} says\n" + "\n".join(f"  {each}" for each in said.text.splitlines())
        for name, said in ((one, a), (other, b))
    ]
    return "".join(texts)
