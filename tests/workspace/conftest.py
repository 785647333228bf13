"""Real repositories, built in a folder of the test, by a git that knows nobody's settings."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from aigate.domain.tree import Change, Entry, Unit
from aigate.workspace import git, units, worktree

LIMIT = 20_000_000


@dataclass(frozen=True)
class Workbench:
    """A repository under construction."""

    root: Path
    environ: Mapping[str, str] = field(repr=False)

    def git(self, *arguments: str | bytes, feed: bytes = b"", **environ: str) -> str:
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.root,
            env={**self.environ, **environ},
            input=feed,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
        return os.fsdecode(done.stdout).strip()

    def write(self, path: str | bytes, data: str | bytes) -> None:
        target = self.root / os.fsdecode(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data.encode() if isinstance(data, str) else data)

    def commit(self, files: Mapping[str | bytes, str | bytes] | None = None) -> str:
        for path, data in (files or {}).items():
            self.write(path, data)
        self.git("add", "--all", "--force")
        self.git("commit", "--quiet", "--allow-empty", "--message", "a change")
        return self.git("rev-parse", "HEAD")

    def graft(self, *lines: tuple[str, str, bytes]) -> str:
        """Commit a tree of (mode, name, data or id) lines that no checkout could make."""
        listing = b""
        for mode, name, data in lines:
            if mode in {"160000", "040000"}:
                blob = data.decode()
            else:
                blob = self.git("hash-object", "-w", "--stdin", feed=data)
            kind = {"160000": "commit", "040000": "tree"}.get(mode, "blob")
            listing += f"{mode} {kind} {blob}\t".encode() + os.fsencode(name) + b"\0"
        tree = self.git("mktree", "-z", "--missing", feed=listing)
        return self.git("commit-tree", tree, "-m", "a change")

    def open(self, directory: Path | None = None, **environ: str) -> git.Repository:
        where = str(directory or self.root)
        return git.open_repository(where, environ={**self.environ, **environ})

    def units(self, revision: str = "HEAD", *, limit: int = LIMIT) -> tuple[Unit, ...]:
        repository = self.open()
        entries = git.tree_entries(repository, git.resolve(repository, revision))
        return cut(entries, git.read_blobs(repository, [e.blob for e in entries], limit=limit))

    def staged(self, index_file: str = "") -> dict[str, str]:
        repository = self.open()
        entries = worktree.index_entries(repository, index_file)
        blobs = git.read_blobs(repository, [e.blob for e in entries], limit=LIMIT)
        texts = {blob.id: blob.data.decode() for blob in blobs}
        return {entry.path: texts[entry.blob] for entry in entries}

    def staged_paths(self) -> list[str]:
        return [entry.path for entry in worktree.index_entries(self.open())]

    def on_disk(self) -> dict[str, bytes]:
        repository = self.open()
        found = worktree.worktree_entries(repository)
        blobs = worktree.read_files(repository, found, found.entries, limit=LIMIT)
        data = {blob.id: blob.data for blob in blobs if not blob.problem}
        return {entry.path: data[entry.blob] for entry in found.entries if entry.blob in data}


def cut(entries: tuple[Entry, ...], blobs: object) -> tuple[Unit, ...]:
    """Make units of entries and their blobs."""
    by_id = {blob.id: blob for blob in blobs}
    return tuple(
        units.build_units(
            units.Content(
                entry=entry,
                data=by_id[entry.blob].data,
                problem="" if entry.mode == "160000" else by_id[entry.blob].problem,
                change=Change.ADDED,
            )
            for entry in entries
        )
    )


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    home = tmp_path / "home"
    home.mkdir()
    people = {
        f"GIT_{who}_{what}": value
        for who in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", "Dev"), ("EMAIL", "dev@example.com"))
    }
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_DATE": "1700000000 +0000",
        "GIT_COMMITTER_DATE": "1700000000 +0000",
        "LC_ALL": "C.UTF-8",
    } | people


@pytest.fixture
def make(tmp_path: Path, environ: dict[str, str]) -> Callable[..., Workbench]:
    def build(name: str = "project", *options: str) -> Workbench:
        root = tmp_path / name
        root.mkdir(parents=True)
        bench = Workbench(root, environ)
        bench.git("init", "--quiet", "--initial-branch=main", *options)
        return bench

    return build


@pytest.fixture
def bench(make: Callable[..., Workbench]) -> Workbench:
    return make()
