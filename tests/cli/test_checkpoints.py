"""Checkpoints that somebody kept, held against what a clone is shown."""

from __future__ import annotations

import json
import shutil

import pytest

from aigate.ledger import checkpoint as checkpoints
from aigate.ledger import dsse, store
from tests.cli.test_audit import BOTH, NOW, ROOT, History, made, pair, terms

pytestmark = pytest.mark.slow

OTHER = made.first(expires="2090-01-01T00:00:00Z", ledger_id="f" * 32)


class Kept:
    """A history with records of two findings, and the checkpoint that was taken of it."""

    def __init__(self, project) -> None:
        self.history = History(project)
        self.project = project
        self.first = self.history.commit(pair(terms(1)))
        self.older = self.take("older")
        self.commit = self.history.commit(pair(terms(2)))
        self.file = self.take("kept")

    def take(self, name: str):
        seen = self.project.run("ledger", "checkpoint")
        assert seen.code == 0, seen.text
        file = self.project.home / name
        file.write_bytes(seen.out)
        return file

    def verify(self, *files, extra=(), at=None):
        named = [part for file in files or (self.file,) for part in ("--checkpoint", str(file))]
        where = ("-C", str(at)) if at else ()
        return self.project.run(*where, "ledger", "verify", "--format", "json", *named, *extra)

    def rewind(self, commit: str) -> None:
        """Show a history that ends earlier, as if nothing had come after it."""
        self.history.git("reset", "--quiet", "--hard", commit)

    def forget(self) -> None:
        """Drop every object that the history does not lead to."""
        self.history.git("update-ref", "-d", "ORIG_HEAD")
        self.history.git("reflog", "expire", "--expire=now", "--all")
        self.history.git("gc", "--quiet", "--prune=now")


@pytest.fixture
def kept(project):
    return Kept(project)


def grow(kept) -> None:
    """More records, and a checkpoint that still holds."""
    kept.history.commit(pair(terms(3)))


def same(kept) -> None:
    """Nothing has happened since."""


def merged(kept) -> None:
    """A branch from before the checkpoint comes in after it."""
    kept.history.branch("late", pair(terms(4)), base=kept.first)
    kept.history.git("merge", "--quiet", "--no-ff", "--no-edit", "late")


def squashed(kept) -> None:
    """The branch of the checkpoint was squashed into another history, with all its records."""
    kept.rewind(kept.first)
    kept.history.commit({"a.py": "x = 9\n"})
    kept.history.commit(pair(terms(2)))


def repacked(kept) -> None:
    """The same records under other commits, and the commit of the checkpoint is gone."""
    squashed(kept)
    kept.forget()


def rewound(kept) -> None:
    """The newest records are cut off, and the commit is still here."""
    kept.rewind(kept.first)


def cut(kept) -> None:
    """The newest records are cut off, and the commit is gone."""
    kept.rewind(kept.first)
    kept.forget()


def another(kept) -> None:
    """Another clone is shown as many records, but others."""
    kept.rewind(kept.first)
    kept.history.commit(pair(terms(5)))


def another_whole(kept) -> None:
    """The same, and the commit of the checkpoint is not in this clone."""
    another(kept)
    kept.forget()


def padded(kept) -> None:
    """Another clone is shown more records, but not these."""
    kept.rewind(kept.first)
    kept.history.commit(pair(terms(5)) | pair(terms(6)))


def padded_whole(kept) -> None:
    """The same, and the commit of the checkpoint is not in this clone."""
    padded(kept)
    kept.forget()


def resigned(kept) -> None:
    """A record has the same name and another signature."""
    path = min(pair(terms(2)))
    body = json.loads((kept.project.root / path).read_bytes())
    payload = dsse.decode((kept.project.root / path).read_bytes(), file=path).payload
    armor = made.signature(dsse.pae(payload), "mallory")
    kept.rewind(kept.first)
    data = dsse.encode(payload, (dsse.Signature(body["signatures"][0]["keyid"], armor),))
    kept.history.commit(pair(terms(2)) | {path: data})


def other_registry(kept) -> None:
    """Another version of the registry is shown under the same number."""
    kept.history.commit({made.path(2): made.signed(made.following(ROOT, grace_days=9), BOTH)})
    kept.file = kept.take("kept")
    kept.history.git("reset", "--quiet", "--hard", "HEAD~1")
    kept.history.commit({made.path(2): made.signed(made.following(ROOT, grace_days=8), BOTH)})


def older_registry(kept) -> None:
    """The registry of the checkpoint is newer than the one that is shown."""
    kept.history.commit({made.path(2): made.signed(made.following(ROOT, grace_days=9), BOTH)})
    kept.file = kept.take("kept")
    kept.rewind(kept.commit)


def other_ledger(kept) -> None:
    """The checkpoint is of another repository."""
    text = kept.file.read_text().replace(made.LEDGER, "e" * 32)
    kept.file.write_text(text)


def forged(kept) -> None:
    """The checkpoint claims of its commit what that does not have."""
    text = kept.file.read_text().replace("\n4\n", "\n3\n")
    kept.file.write_text(text)
    grow(kept)


CASES = [
    pytest.param(same, 0, "", id="C-137-same_ok"),
    pytest.param(grow, 0, "", id="C-137-grown_ok"),
    pytest.param(merged, 0, "", id="C-131-merged-later_ok"),
    pytest.param(squashed, 0, "", id="C-131-squashed_ok"),
    pytest.param(repacked, 0, "", id="C-137-same-records-other-commits_ok"),
    pytest.param(rewound, 4, "is missing from the ledger", id="C-111-cut-tail_fail"),
    pytest.param(cut, 4, "covers more records than are here", id="C-137-older_fail"),
    pytest.param(another, 4, "is missing from the ledger", id="C-137-same-size_fail"),
    pytest.param(another_whole, 4, "two ledgers of 4 records differ", id="C-137-split-view_fail"),
    pytest.param(padded, 4, "is missing from the ledger", id="C-137-padded_fail"),
    pytest.param(padded_whole, 4, "does not have the commit", id="C-137-padded-split-view_fail"),
    pytest.param(resigned, 4, "was changed after it was recorded", id="C-110-resigned_fail"),
    pytest.param(other_registry, 4, "saw version 2 of the registry", id="C-127-fork_fail"),
    pytest.param(older_registry, 4, "saw version 2 of the registry", id="C-127-rollback_fail"),
    pytest.param(other_ledger, 4, "is of another ledger", id="C-113-other-ledger_fail"),
    pytest.param(forged, 4, "is not what its commit has", id="C-137-forged_fail"),
]


@pytest.mark.parametrize(("happens", "code", "said"), CASES)
def test_a_checkpoint_holds_where_everything_that_it_covered_is_here(
    kept, happens, code, said
) -> None:
    happens(kept)

    seen = kept.verify()

    assert (seen.code, said in seen.text) == (code, True), seen.text
    if not code:
        (one,) = seen.report["checkpoints"]
        assert (one["records"], one["commit"]) == (4, kept.commit)


def test_c_137_two_checkpoints_that_cannot_both_be_true_are_shown_with_both(kept) -> None:
    another(kept)
    other = kept.take("other")

    seen = kept.verify(kept.file, other)

    assert seen.code == 4
    told = seen.err.decode()
    for file in (kept.file, other):
        for line in file.read_text().splitlines():
            assert line in told
    assert "hint: " in told


def test_c_137_an_older_checkpoint_of_the_same_ledger_holds_beside_a_newer_one(kept) -> None:
    seen = kept.verify(kept.older, kept.file)

    assert [one["records"] for one in seen.report["checkpoints"]] == [2, 4]


def test_a_shallow_clone_that_does_not_reach_back_is_incomplete(kept, tmp_path) -> None:
    grow(kept)
    clone = tmp_path / "shallow"
    source = f"file://{kept.project.root}"
    kept.project.git("clone", "--quiet", "--depth=1", source, str(clone))

    seen = kept.verify(at=clone)

    assert (seen.code, b"--unshallow" in seen.err) == (3, True), seen.text


def test_a_checkpoint_covers_the_commit_and_says_what_it_does_not_cover(kept) -> None:
    for path, data in pair(terms(7)).items():
        (kept.project.root / path).write_bytes(data)

    seen = kept.project.run("ledger", "checkpoint")

    assert seen.out == kept.file.read_bytes()
    assert b"2 records not committed yet" in seen.err


def test_without_a_commit_or_a_registry_there_is_nothing_to_sum_up(project) -> None:
    assert project.run("ledger", "checkpoint").code == 2
    project.commit({"a.py": "x = 1\n"})
    project.check_out()
    assert project.run("ledger", "checkpoint").code == 2


@pytest.mark.parametrize("text", ["", "nothing\n", "\0", "{}", '{"payload":"x"}'])
def test_what_is_no_checkpoint_is_refused(kept, text) -> None:
    kept.file.write_text(text)

    seen = kept.verify()

    assert seen.code in {2, 4}
    assert b"error: " in seen.err
    assert seen.out == b""


def test_a_signed_checkpoint_is_held_against_who_has_to_sign_it(kept) -> None:
    held = checkpoints.read_checkpoint(kept.file.read_bytes(), file="kept")
    payload = checkpoints.encode(held.checkpoint, claimed_at=NOW)
    for name in ("grace", "mallory"):
        armor = made.signature(dsse.pae(payload), name)
        data = dsse.encode(payload, (dsse.Signature(made.public(name).fingerprint, armor),))
        (kept.project.home / name).write_bytes(data)
    grace, mallory = kept.project.home / "grace", kept.project.home / "mallory"

    assert kept.verify(grace, extra=("--signer", "grace")).code == 0
    assert kept.verify(grace).report["checkpoints"][0]["person"] == "grace"
    assert kept.verify(mallory).report["checkpoints"][0]["person"] == ""
    assert kept.verify(mallory, extra=("--signer", "grace")).code == 4
    assert kept.verify(grace, extra=("--signer", "ada")).code == 4
    assert kept.verify(kept.file, extra=("--signer", "grace")).code == 4
    assert kept.project.run("ledger", "verify", "--signer", "grace").code == 2


def test_c_137_a_second_repository_can_keep_and_hold_it(kept, tmp_path) -> None:
    """The other repository is nothing but a folder with text in git."""
    elsewhere = tmp_path / "witness"
    kept.project.git("init", "--quiet", str(elsewhere))
    shutil.copy(kept.file, elsewhere / "shop.checkpoint")
    kept.project.git("-C", str(elsewhere), "add", "--all")
    kept.project.git("-C", str(elsewhere), "commit", "--quiet", "-m", "kept")
    grow(kept)

    assert kept.verify(elsewhere / "shop.checkpoint").code == 0
    (kept.project.root / store.FOLDER / min(pair(terms(1))).rpartition("/")[2]).unlink()
    assert kept.verify(elsewhere / "shop.checkpoint").code == 4
