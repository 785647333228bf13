"""Small repositories built from tables, and the real command line that judges them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests import fresh

# What CI runs is bounded and the same each time; `HYPOTHESIS_PROFILE=long` looks further.
settings.register_profile("ci", max_examples=100, deadline=None, derandomize=True)
settings.register_profile("long", max_examples=2_000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

ROOT = Path(__file__).parents[1]
# A text, bytes, or a mode with bytes or with the id of a commit.
Entry = str | bytes | tuple[str, bytes]
Files = Mapping[str | bytes, Entry]


@dataclass(frozen=True)
class Outcome:
    """What a command left behind."""

    code: int
    out: bytes
    err: bytes
    beside: Mapping[str, bytes] = field(default_factory=dict)
    """Every file that was left in the home folder."""

    @cached_property
    def report(self) -> Any:
        return json.loads(self.out)

    @property
    def text(self) -> str:
        return (self.out + b"\n" + self.err).decode("utf-8", "surrogateescape")

    def findings(self, path: str) -> list[Any]:
        return [one for one in self.report["findings"] if one["path"] == path]

    def said(self, path: str) -> list[str]:
        """Return what was said about a path, as the tables write it."""
        gaps = [f"gap {g['code']}" for g in self.report["gaps"] if g["subject"] == path]
        found = [
            f"{'blocks' if one['blocking'] else 'shows'} {one['line']} {one['rule']}"
            for one in self.findings(path)
        ]
        return gaps + found

    def require(self, path: str, *wanted: str) -> None:
        """Check what was said: `gap CODE`, `blocks LINE RULE` or `shows LINE RULE`."""
        assert set(wanted) <= set(self.said(path)), (path, self.said(path), self.text[:2000])


@dataclass(frozen=True)
class Project:
    """A repository, and a home folder with nobody's settings."""

    root: Path
    home: Path
    environ: Mapping[str, str] = field(repr=False)

    def git(self, *arguments: str, feed: bytes = b"", **environ: str) -> str:
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.root,
            env={**self.environ, **environ},
            input=feed,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
        return os.fsdecode(done.stdout).strip()

    def commit(
        self,
        files: Files | None = None,
        *,
        removed: Sequence[str] = (),
        parents: Sequence[str] = (),
        branch: str = "main",
        author: str = "Dev <dev@example.com> 1700000000 +0000",
        message: str = "a change",
    ) -> str:
        """Commit on top of the first parent, or of the branch, without any checkout."""
        text = os.fsencode(message)
        known = subprocess.run(
            ["git", "rev-parse", "--verify", "--quiet", f"refs/heads/{branch}"],
            cwd=self.root,
            env=dict(self.environ),
            capture_output=True,
            check=False,
        )
        above = list(parents) or known.stdout.decode().split()
        lines = [f"commit refs/heads/{branch}\n".encode()]
        lines += [os.fsencode(f"author {author}\ncommitter {author}\n")]
        lines += [b"data %d\n%s\n" % (len(text), text)]
        for number, parent in enumerate(above):
            lines.append(f"{'merge' if number else 'from'} {parent}\n".encode())
        lines += [b"D " + _quoted(path) + b"\n" for path in removed]
        for path, entry in (files or {}).items():
            mode, data = entry if isinstance(entry, tuple) else ("100644", entry)
            data = data.encode() if isinstance(data, str) else data
            if mode == "160000":
                lines.append(b"M 160000 %s %s\n" % (data, _quoted(path)))
            else:
                lines.append(b"M %s inline %s\n" % (mode.encode(), _quoted(path)))
                lines.append(b"data %d\n%s\n" % (len(data), data))
        self.git(
            "fast-import",
            "--quiet",
            "--force",
            "--date-format=raw-permissive",
            feed=b"".join(lines),
        )
        return self.git("rev-parse", f"refs/heads/{branch}")

    def check_out(self) -> None:
        self.git("reset", "--hard", "--quiet")

    def run(
        self,
        *arguments: str,
        python: str = sys.executable,
        wrapped: Sequence[str] = (),
        program: Sequence[str] = ("-m", "aigate"),
        cwd: Path | None = None,
        **environ: str,
    ) -> Outcome:
        """Run the command line on the repository, or from a folder in it without `-C`."""
        where = () if cwd else ("-C", str(self.root))
        plain = (python, wrapped, program) == (sys.executable, (), ("-m", "aigate"))
        if plain and fresh.can_run(environ):
            seen = fresh.run(
                [*where, *arguments],
                cwd=cwd or self.home,
                environ={**self.environ, "PYTHONPATH": str(ROOT), **environ},
            )
            outcome = Outcome(*seen)
            assert "Traceback (most recent call last)" not in outcome.text, outcome.text[-3000:]
            return outcome
        done = subprocess.run(
            [*wrapped, python, *program, *where, *arguments],
            cwd=cwd or self.home,
            env={**self.environ, "PYTHONPATH": str(ROOT), **environ},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=300,
        )
        outcome = Outcome(done.returncode, done.stdout, done.stderr)
        assert "Traceback (most recent call last)" not in outcome.text, outcome.text[-3000:]
        return outcome

    def scan(self, *arguments: str, format: str = "json", **options: Any) -> Outcome:  # noqa: A002 - the name of the option
        """Judge the last commit of main against the one before, unless told otherwise."""
        given = arguments or ("--base", "main~1", "--head", "main")
        return self.run("scan", "--format", format, *given, **options)

    def written(self) -> bytes:
        """Return every byte that commands left in the home folder."""
        files = sorted(path for path in self.home.rglob("*") if path.is_file())
        return b"\n".join(path.read_bytes() for path in files)


def _quoted(path: str | bytes) -> bytes:
    raw = os.fsencode(path)
    escaped = b"".join(
        b"\\%03o" % byte if byte < 33 or byte > 126 or byte in b'"\\' else bytes([byte])
        for byte in raw
    )
    return b'"' + escaped + b'"'


def _make(folder: Path) -> Project:
    home, root = folder / "home", folder / "project"
    home.mkdir(parents=True)
    root.mkdir()
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "XDG_CACHE_HOME": str(home / "cache"),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "Dev",
        "GIT_AUTHOR_EMAIL": "dev@example.com",
        "GIT_COMMITTER_NAME": "Dev",
        "GIT_COMMITTER_EMAIL": "dev@example.com",
        "GIT_AUTHOR_DATE": "1700000000 +0000",
        "GIT_COMMITTER_DATE": "1700000000 +0000",
        "LC_ALL": "C.UTF-8",
    }
    project = Project(root, home, environ)
    project.git("init", "--quiet", "--initial-branch=main")
    return project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return _make(tmp_path)


@pytest.fixture(scope="session")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Outcome]:
    """Judge a change once for all the cases that share it.

    That is as good as a run for each, since verdicts only get worse: a gap makes any change
    incomplete, and without gaps a finding that blocks fails it. Both are checked by path.
    """
    known: dict[str, Outcome] = {}

    def judge(name: str, before: Files, after: Files, *formats: str) -> Outcome:
        if name not in known:
            made = _make(tmp_path_factory.mktemp(name))
            made.commit(before)
            made.commit(after)
            beside = [f"-o{one}={made.home}/{one}" for one in formats]
            seen = made.scan("--base", "main~1", "--head", "main", "--verbose", *beside)
            left = {file.name: file.read_bytes() for file in made.home.rglob("*") if file.is_file()}
            known[name] = replace(seen, beside=left)
        return known[name]

    return judge


@pytest.fixture(scope="session")
def stub(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str]:
    """Make an installation in which a program of ours stands in for an engine.

    Without a program the engine is not installed at all.
    """
    site = Path(sysconfig.get_paths()["purelib"])

    def make(engine: str, program: str | None) -> str:
        folder = tmp_path_factory.mktemp("stub")
        venv.create(folder, symlinks=True, with_pip=False)
        own = next(folder.glob("lib/python*/site-packages"))
        for item in site.iterdir():
            named = item.name.lower()
            gone = named == engine or (named.startswith(f"{engine}-") and program is None)
            if not gone and not named.endswith(".pth") and not named.startswith("__editable__"):
                (own / item.name).symlink_to(item)
        (own / "checkout.pth").write_text(f"{ROOT}\n")
        if program is not None:
            main = {"semgrep": "console_scripts/entrypoint.py", "bandit": "__main__.py"}[engine]
            file = own / engine / main
            file.parent.mkdir(parents=True)
            (own / engine / "__init__.py").touch()
            if file.parent != own / engine:
                (file.parent / "__init__.py").touch()
            file.write_text(program)
        return str(folder / "bin" / "python")

    assert shutil.which("git")
    return make
