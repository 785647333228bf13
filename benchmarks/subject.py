"""What is measured on: real source trees, made into repositories of their own."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

_NAME = ("-c", "user.name=Bench", "-c", "user.email=bench@example.com", "-c", "gc.auto=0")


def environment(top: Path) -> dict[str, str]:
    """Return an environment with nobody's settings, and with folders of its own under `top`."""
    (top / "home").mkdir(exist_ok=True)
    return {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(top / "home"),
        "XDG_CACHE_HOME": str(top / "cache"),
        "XDG_STATE_HOME": str(top / "state"),
        "LC_ALL": "C.UTF-8",
        "GIT_CONFIG_NOSYSTEM": "1",
        # Without a network, each of these costs semgrep about 95 s a call.
        "SEMGREP_ENABLE_VERSION_CHECK": "0",
        "SEMGREP_SEND_METRICS": "off",
    }


def git(folder: Path, *arguments: str, environ: Mapping[str, str], feed: bytes = b"") -> bytes:
    """Run git, which must work, and return what it printed."""
    command = ["git", *_NAME, *arguments]
    return subprocess.run(
        command, cwd=folder, env=dict(environ), input=feed, stdout=subprocess.PIPE, check=True
    ).stdout


def fetched(package: str, folder: Path) -> Path:
    """Return the sources of a package such as `django==5.2.8`, from its source archive."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += ["--no-deps", "--no-binary=:all:", "--dest", str(folder), package]
    subprocess.run(command, check=True)
    archive = next(folder.glob("*.tar.gz"))
    with tarfile.open(archive) as opened:
        opened.extractall(folder / "sources", filter="data")
    return next((folder / "sources").iterdir())


AT_HAND = "requests"
"""A small package that aigate itself needs, so that it is here without a network."""


def at_hand() -> Path:
    """Return the folder of that package."""
    found = importlib.util.find_spec(AT_HAND)
    if found is None or found.origin is None:
        raise SystemExit(f"`{AT_HAND}` is not installed here; hint: name a tree with `--tree`")
    return Path(found.origin).parent


def python_files(tree: Path) -> dict[str, bytes]:
    """Return the Python files of a tree, by path.

    Both engines read these, so that all three are asked about the same files.
    """
    files = {
        str(file.relative_to(tree)): file.read_bytes()
        for file in sorted(tree.rglob("*.py"))
        if file.is_file() and not file.is_symlink()
    }
    if not files:
        raise SystemExit("the tree has no Python files; hint: name another one with `--tree`")
    return files


def typical(files: Mapping[str, bytes], number: int) -> list[str]:
    """Return the paths of files around the size in the middle, of those that hold anything."""
    filled = sorted(
        (path for path, data in files.items() if len(data) > 200),
        key=lambda path: (len(files[path]), path),
    )
    first = max(len(filled) // 2 - number // 2, 0)
    return filled[first : first + number]


class Stream:
    """Writes commits through `git fast-import`, many a second."""

    def __init__(self, folder: Path, *, environ: Mapping[str, str]) -> None:
        """Make a bare repository in a folder, and start."""
        folder.mkdir(parents=True)
        git(folder, "init", "--quiet", "--bare", "--initial-branch=main", environ=environ)
        self._child = subprocess.Popen(
            ["git", "fast-import", "--quiet"],
            cwd=folder,
            env=dict(environ),
            stdin=subprocess.PIPE,
        )
        self._folder, self._environ, self._at = folder, environ, 1_700_000_000

    def commit(self, branch: str, files: Iterable[tuple[str, bytes]], *, parent: str = "") -> None:
        """Add a commit to a branch, or begin the branch on top of another."""
        self._at += 60
        out = [b"commit refs/heads/%s\n" % branch.encode()]
        out.append(b"committer Bench <bench@example.com> %d +0000\ndata 1\nx\n" % self._at)
        if parent:
            out.append(b"from refs/heads/%s\n" % parent.encode())
        for path, data in files:
            out.append(b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(data), data))
        assert self._child.stdin
        self._child.stdin.write(b"".join(out))

    def done(self, names: Sequence[str]) -> dict[str, str]:
        """Wait for the end; return the commits that these branches stand at."""
        self._child.communicate()
        if self._child.returncode:
            raise SystemExit("`git fast-import` failed")
        # As a clone has it, and as every server packs it.
        git(self._folder, "repack", "-q", "-a", "-d", environ=self._environ)
        refs = [f"refs/heads/{name}" for name in names]
        found = git(self._folder, "rev-parse", *refs, environ=self._environ)
        return dict(zip(names, found.decode().split(), strict=True))
