"""C-059: nothing that a repository configures is ever started."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from aigate.errors import AigateError
from aigate.workspace import git, worktree

if TYPE_CHECKING:
    from tests.workspace.conftest import Workbench

PROGRAMS = {
    "fsmonitor": {"core.fsmonitor": "{touch}"},
    "external-diff": {"diff.external": "{touch}", "diff.evil.command": "{touch}"},
    "textconv": {"diff.evil.textconv": "{touch}"},
    "merge-driver": {"merge.evil.driver": "{touch}"},
    "filter": {
        "filter.evil.clean": "{touch}",
        "filter.evil.smudge": "{touch}",
        "filter.evil.required": "true",
    },
    "filter-process": {"filter.evil.process": "{touch}"},
    "gpg": {
        "gpg.program": "{touch}",
        "gpg.ssh.program": "{touch}",
        "gpg.format": "ssh",
        "log.showSignature": "true",
    },
    "hooks": {"core.hooksPath": "{hooks}"},
    "pager": {"core.pager": "{touch}", "pager.ls-tree": "{touch}", "core.editor": "{touch}"},
    "ssh": {"core.sshCommand": "{touch}", "core.gitProxy": "{touch}"},
    "alternates": {"core.alternateRefsCommand": "{touch}"},
    "credentials": {"credential.helper": "!{touch}", "core.askPass": "{touch}"},
    "alias": {
        "alias.ls-files": "!{touch}",
        "alias.cat-file": "!{touch}",
        "alias.rev-parse": "!{touch}",
    },
    "promisor-upload-pack": {
        "core.repositoryFormatVersion": "1",
        "extensions.partialClone": "evil",
        "remote.evil.url": "file://{root}",
        "remote.evil.uploadpack": "{touch}",
        "remote.evil.promisor": "true",
        "protocol.file.allow": "always",
        "protocol.allow": "always",
    },
    "promisor-ext": {
        "core.repositoryFormatVersion": "1",
        "extensions.partialClone": "evil",
        "remote.evil.url": "ext::{touch}",
        "remote.evil.promisor": "true",
        "protocol.ext.allow": "always",
    },
    "promisor-ssh": {
        "core.repositoryFormatVersion": "1",
        "extensions.partialClone": "evil",
        "remote.evil.url": "ssh://host/x",
        "remote.evil.promisor": "true",
        "protocol.ssh.allow": "always",
    },
    "promisor-helper": {
        "core.repositoryFormatVersion": "1",
        "extensions.partialClone": "evil",
        "remote.evil.url": "x",
        "remote.evil.vcs": "evil",
        "remote.evil.promisor": "true",
        "protocol.evil.allow": "always",
    },
}


# What plain git does with some of them, so that the markers are known to work.
PLAIN = {
    "fsmonitor": ["status"],
    "external-diff": ["diff"],
    "textconv": ["diff", "HEAD~1"],
    "filter": ["diff"],
    "filter-process": ["diff"],
    "hooks": ["add", "new.py"],
    "promisor-upload-pack": ["show", "HEAD:b.py"],
    "promisor-ext": ["show", "HEAD:b.py"],
    "promisor-ssh": ["show", "HEAD:b.py"],
    "promisor-helper": ["show", "HEAD:b.py"],
}


@dataclass(frozen=True)
class Trap:
    bench: Workbench
    marker: Path
    first: str
    second: str
    path: str


@pytest.fixture
def trap(bench: Workbench, tmp_path: Path, request: pytest.FixtureRequest) -> Trap:
    name = request.param
    marker = tmp_path / "marker"
    touch = tmp_path / "evil"
    touch.write_text(f"#!/bin/sh\ntouch {marker}\n")
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    helper = tmp_path / "programs" / "git-remote-evil"
    helper.parent.mkdir()
    ssh = helper.with_name("ssh")
    started = (hooks / hook for hook in ("post-index-change", "pre-commit"))
    for program in (touch, helper, ssh, *started):
        program.write_text(touch.read_text())
        program.chmod(0o755)
    first = bench.commit(
        {
            "a.py": "import os\n",
            "b.py": "b\n",
            ".gitattributes": "* diff=evil filter=evil merge=evil text ident export-subst\n",
        }
    )
    second = bench.commit({"a.py": "import os, sys\n"})
    gone = bench.git("rev-parse", f"{second}:b.py")
    (bench.root / ".git" / "objects" / gone[:2] / gone[2:]).unlink()
    for key, value in PROGRAMS[name].items():
        bench.git("config", key, value.format(touch=touch, hooks=hooks, root=bench.root))
    bench.write("a.py", "import os, sys, re\n")
    bench.write("new.py", "import os\n")
    return Trap(bench, marker, first, second, f"{helper.parent}:{bench.environ['PATH']}")


@pytest.mark.parametrize("trap", PROGRAMS, ids=lambda name: f"C-059-{name}", indirect=True)
def test_no_configured_program_runs(trap: Trap) -> None:
    read_everything(trap.bench, trap.first, trap.second, path=trap.path)

    assert not trap.marker.exists()


@pytest.mark.parametrize("trap", PLAIN, ids=lambda name: f"C-059-{name}", indirect=True)
def test_plain_git_runs_the_same_program(trap: Trap, request: pytest.FixtureRequest) -> None:
    name = request.node.callspec.params["trap"]

    subprocess.run(
        ["git", *PLAIN[name]],
        cwd=trap.bench.root,
        env={**trap.bench.environ, "PATH": trap.path},
        capture_output=True,
        check=False,
    )

    assert trap.marker.exists()


def read_everything(bench: Workbench, first: str, second: str, *, path: str) -> None:
    repository = bench.open(PATH=path)
    git.head_commit(repository)
    git.branch(repository)
    git.default_branch(repository)
    git.merge_bases(repository, first, second)
    git.commit_facts(repository, second)
    entries = git.tree_entries(repository, second)
    blobs = list(git.read_blobs(repository, [e.blob for e in entries], limit=1000))
    assert sorted(b.problem for b in blobs) == ["", "", "missing"]
    assert len(worktree.index_entries(repository)) == 3
    found = worktree.worktree_entries(repository)
    assert len(found.entries) == 4
    assert len(list(worktree.read_files(repository, found, found.entries, limit=1000))) == 4
    with pytest.raises(AigateError):
        git.resolve(repository, "f" * 40)
