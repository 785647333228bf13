"""What is found through a kept index is what is found without one, whatever lies in the cache."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from aigate.accounts import Accounts, ledger_digest_of, read_accounts
from aigate.domain.accountability import Role, StatementKind
from aigate.domain.tree import Entry
from aigate.errors import AigateError
from aigate.ledger import index as indexes
from aigate.ledger import statements, store
from aigate.records import read_index
from aigate.workspace import cache as caches
from aigate.workspace import git, sides
from aigate.workspace.cache import Cache, Place, open_cache
from aigate.workspace.trees import compare
from tests.cli.test_audit import NOW, ROOT, made, pair, signed, terms

pytestmark = pytest.mark.slow

ASKED = frozenset(f"{number:032x}" for number in (1, 2, 7))


def withdrawal_of(said) -> dict[str, bytes]:
    taken = replace(said, kind=StatementKind.WITHDRAW, supersedes=(said.digest,), bindings=())
    taken = statements.with_raw(replace(taken, expires_at=None))
    return signed(taken, "grace", Role.SECURITY)


class Books:
    """A repository whose ledger grew in two steps, the second of which withdraws."""

    def __init__(self, project) -> None:
        self.project = project
        old = made.one(ROOT) | {"a.py": "x = 1\n"}
        for number in (1, 2, 3):
            old |= pair(terms(number))
        self.old = project.commit(old)
        self.new = project.commit(pair(terms(4)) | withdrawal_of(terms(2)))
        self.head = project.commit({"a.py": "x = 2\n"}, branch="change", parents=(self.new,))
        self.repository = git.open_repository(str(project.root), environ=project.environ)
        home = project.home
        self.place = Place(str(home / "kept"), str(home / "state" / "key"))

    @property
    def cache(self) -> Cache:
        opened = open_cache(self.place)
        assert opened
        return opened

    def trees(self, base: str, head: str) -> tuple[sides.Tree, sides.Tree]:
        reference = sides.commit_tree(self.repository, base, without=store.FOLDER)
        return sides.against(self.repository, reference, head)

    def accounts(self, cache: Cache | None, base: str = "", head: str = "") -> Accounts:
        after, before = self.trees(base or self.new, head or self.head)
        return read_accounts(
            self.repository,
            reference=before,
            head=after,
            fingerprints=ASKED,
            pin=made.digest(ROOT),
            at=NOW,
            cache=cache,
        )


@pytest.fixture
def books(project) -> Books:
    return Books(project)


def test_with_and_without_a_cache_the_same_is_found(books: Books) -> None:
    without = books.accounts(None)
    cold, warm = books.accounts(books.cache), books.accounts(books.cache)

    assert len(without.records) == 5
    assert all(one.entered_at for one in without.records)
    assert cold == warm == without
    assert len(caches.names(books.cache)) == 2


def test_an_index_grows_from_that_of_an_earlier_tree(books: Books, monkeypatch) -> None:
    books.accounts(books.cache, base=books.old)
    read: list[str] = []
    whole = sides.read_each
    monkeypatch.setattr(
        sides,
        "read_each",
        lambda tree, entries: read.extend(e.path for e in entries) or whole(tree, entries),
    )
    _, tree = books.trees(books.new, books.head)
    grown = read_index(books.repository, tree, books.cache)

    assert len(read) == 3
    assert grown == read_index(books.repository, tree, None)
    assert books.accounts(books.cache) == books.accounts(None)


def poisoned(opened: Cache, change: Callable[[indexes.Index], indexes.Index]) -> None:
    """Change every index, as somebody who knows the format and has a key of their own."""
    own = Cache(opened.folder, b"k" * 32)
    for name in caches.names(opened):
        found = indexes.decode(caches.load(opened, name) or b"")
        if found is not None:
            caches.save(own, name, indexes.encode(change(found)))


def files(change: Callable[[Path], object]) -> Callable[[Cache], None]:
    def damage(opened: Cache) -> None:
        for name in caches.names(opened):
            change(Path(opened.folder, name))

    return damage


DAMAGES = {
    "C-068-no-withdrawals": lambda opened: poisoned(opened, lambda i: replace(i, terms=b"")),
    "C-068-no-findings": lambda opened: poisoned(opened, lambda i: replace(i, findings=b"")),
    "C-068-empty": lambda opened: poisoned(opened, lambda i: indexes.Index(i.width)),
    "C-068-one-row-less": lambda opened: poisoned(
        opened, lambda i: replace(i, findings=i.findings[48:])
    ),
    "C-068-truncated": files(lambda file: os.truncate(file, file.stat().st_size - 32)),
    "C-068-garbage": files(lambda file: file.write_bytes(random.Random(1).randbytes(5_000))),
    "C-068-not-there": files(lambda file: file.unlink()),
    "C-068-others-may-write": files(lambda file: file.chmod(0o666)),
    "C-068-folder-others-may-write": lambda opened: Path(opened.folder).chmod(0o777),
    "C-068-link": files(
        lambda file: (file.rename(file.with_name("Z")), file.symlink_to(file.with_name("Z")))
    ),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_no_damage_to_the_cache_changes_what_is_found(
    books: Books, damage: Callable[[Cache], None]
) -> None:
    wanted = books.accounts(books.cache)
    damage(books.cache)

    assert books.accounts(open_cache(books.place)) == wanted
    assert any(one.statement.terms.supersedes for one in wanted.records)


def test_an_index_of_junk_under_the_right_key_ends_in_an_error_or_the_same(books: Books) -> None:
    wanted = books.accounts(books.cache)
    opened = books.cache
    for name in caches.names(opened):
        if name.startswith("ledger-"):
            caches.save(opened, name, b"\0" * 500)

    assert books.accounts(opened) == wanted


def changed(books: Books, files: dict[str, object], removed: tuple[str, ...] = ()) -> str:
    return books.project.commit(files, removed=removed, branch="other", parents=(books.new,))


def a_record(books: Books) -> str:
    entries = git.tree_entries(books.repository, books.new)
    return next(entry.path for entry in entries if entry.path.startswith(store.FOLDER))


HEADS: dict[str, Callable[[Books], str]] = {
    "nothing": lambda b: changed(b, {}),
    "code": lambda b: changed(b, {"b.py": "y = 1\n"}, ("a.py",)),
    "two-records": lambda b: changed(b, pair(terms(7))),
    "C-110-record-removed": lambda b: changed(b, {}, (a_record(b),)),
    "C-110-record-edited": lambda b: changed(b, {a_record(b): "{}"}),
    "record-executable": lambda b: changed(
        b,
        {
            a_record(b): (
                "100755",
                b.repository.call("cat-file", "blob", f"{b.new}:{a_record(b)}").out,
            )
        },
    ),
    "C-112-junk-under-a-good-name": lambda b: changed(b, {store.path_of("0" * 64): "{}"}),
    "note": lambda b: changed(b, {f"{store.FOLDER}/notes.txt": "hello"}),
    "dotted": lambda b: changed(b, {f"{store.FOLDER}/.left.tmp": "x"}),
    "subfolder": lambda b: changed(b, {f"{store.FOLDER}/x/{'0' * 64}.json": "{}"}),
    "upper-case": lambda b: changed(b, {a_record(b).upper(): "{}"}),
    "other-case-of-the-folder": lambda b: changed(b, {".aigate/LEDGER": "x"}),
    "link": lambda b: changed(b, {store.path_of("0" * 64): ("120000", b"a.py")}),
    "ledger-is-a-file": lambda b: changed(b, {store.FOLDER: "x"}, (store.FOLDER,)),
    "ledger-is-gone": lambda b: changed(b, {}, (store.FOLDER,)),
}


def named(entries: tuple[Entry, ...]) -> list[tuple[str, str, str]]:
    """Leave out the sizes, which nobody asks of what is there already."""
    return [(entry.path, entry.mode, entry.blob) for entry in entries]


@pytest.mark.parametrize("make", HEADS.values(), ids=HEADS)
def test_each_change_is_judged_as_if_all_were_listed(books: Books, make) -> None:
    head = make(books)
    after, before = books.trees(books.new, head)
    full = [sides.commit_tree(books.repository, one) for one in (head, books.new)]
    assert named(sides.whole(before).entries) == named(full[1].entries)
    assert named(sides.whole(after).entries) == named(full[0].entries)
    short, long = compare(after.entries, before.entries), compare(full[0].entries, full[1].entries)
    assert short.judged == long.judged
    assert named(short.removed) == named(long.removed)

    def said(after: sides.Tree, before: sides.Tree) -> object:
        try:
            return read_accounts(
                books.repository,
                reference=before,
                head=after,
                fingerprints=ASKED,
                pin=made.digest(ROOT),
                at=NOW,
            )
        except AigateError as error:
            return (error.code, error.message)

    wanted = said(*full)
    assert said(after, before) == wanted
    if isinstance(wanted, Accounts):
        assert wanted.ledger_digest == ledger_digest_of(full[0])


def test_a_folder_that_a_tree_names_twice_is_listed_whole(books: Books) -> None:
    ledger = books.project.git("rev-parse", f"{books.new}:{store.FOLDER}")
    entry = b"40000 ledger\0" + bytes.fromhex(ledger)
    twice = books.project.git(
        "hash-object", "-t", "tree", "-w", "--literally", "--stdin", feed=(entry * 2)
    )
    lines = books.project.git("ls-tree", books.new).splitlines()
    kept = [
        line if not line.endswith("\t.aigate") else f"040000 tree {twice}\t.aigate"
        for line in lines
    ]
    tree = books.project.git("mktree", feed="".join(f"{line}\n" for line in kept).encode())
    commit = books.project.git("commit-tree", tree, "-p", books.new, "-m", "x")

    found = sides.commit_tree(books.repository, commit, without=store.FOLDER)

    assert (found.folder_id, found.left_out) == ("", "")


def test_scans_with_and_without_a_cache_say_the_same(project) -> None:
    books = Books(project)
    shown = []
    for options in (("--no-cache",), (), (), ("--cache", str(project.home / "named"))):
        done = project.scan("--base", books.new, "--head", books.head, *options)
        assert done.code == 0, done.text
        shown.append({key: value for key, value in done.report.items() if key != "run"})

    assert all(one == shown[0] for one in shown)
    assert sorted(path.name for path in (project.home / "cache" / "aigate").iterdir()) == [
        "kept",
        "last",
    ]
    assert (project.home / "named" / "key").exists()


@pytest.mark.parametrize("flag", ["true", "1"])
def test_in_a_pipeline_only_a_named_cache_is_used(project, flag: str) -> None:
    books = Books(project)
    done = project.scan("--base", books.new, "--head", books.head, CI=flag)

    assert done.code == 0
    assert not (project.home / "cache" / "aigate" / "kept").exists()


def test_a_named_cache_that_others_may_write_to_is_refused(project) -> None:
    books = Books(project)
    folder = project.home / "named"
    folder.mkdir()
    folder.chmod(0o777)
    done = project.scan("--base", books.new, "--head", books.head, "--cache", str(folder))

    assert (done.code, "cannot be used" in done.text) == (2, True)
