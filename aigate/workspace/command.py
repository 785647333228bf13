"""Runs git so that nothing which a repository configures is ever started.

Plumbing commands only, with an environment of our own. A repository that was downloaded can
name programs in its configuration; each of the settings below closes one of those doors.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path

from aigate import process
from aigate.errors import IncompleteError
from aigate.value import dataclass

PATIENCE = 300.0
"""How long git may take, in seconds, where nobody says so."""

# What git may know about its caller: the home folder, since `safe.directory` counts only in
# the configuration of the person who calls.
_INHERITED = ("HOME", "XDG_CONFIG_HOME", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TMPDIR")

_OURS = {
    "LC_ALL": "C",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_GRAFT_FILE": os.devnull,
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_PAGER": "cat",
    # Stronger than `protocol.allow`, which a repository undoes with `protocol.file.allow`.
    "GIT_ALLOW_PROTOCOL": "none",
}

_SETTINGS = (
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.sshCommand=false",
    "core.alternateRefsCommand=false",
    "protocol.allow=never",
    "core.commitGraph=false",
    "core.untrackedCache=false",
    "core.quotePath=false",
    # A repository that says `true` hides an untracked `EVIL.py` behind a tracked `evil.py`.
    "core.ignoreCase=false",
    # Without it a tag named like the base branch takes that branch's place in silence.
    "core.warnAmbiguousRefs=true",
    "advice.graftFileDeprecated=false",
)
_OPTIONS = ("--no-replace-objects", *(part for each in _SETTINGS for part in ("-c", each)))


@dataclass(frozen=True, slots=True)
class Git:
    """A git program, outside of what is judged, and the environment it gets."""

    program: str
    environment: Mapping[str, str] = field(repr=False)

    def call(
        self,
        *arguments: str | bytes,
        cwd: str,
        feed: bytes = b"",
        index_file: str = "",
        patience: float = PATIENCE,
    ) -> process.Done:
        """Run a plumbing command to its end; `patience` is in seconds.

        Paths of a tree are given as bytes: what the caller's locale makes of them is not what
        they are called.

        Raises:
            IncompleteError: If git cannot be started or does not end.
        """
        environment = dict(self.environment)
        if index_file:
            environment["GIT_INDEX_FILE"] = index_file
        done = process.run(
            [self.program, *_OPTIONS, *arguments],
            cwd=cwd,
            env=environment,
            timeout=patience,
            feed=feed,
        )
        if isinstance(done, process.Failed):
            raise IncompleteError(f"git failed: {done.reason}", code="git-failed")
        return done

    def talk(self, *arguments: str, cwd: str) -> process.Dialogue:
        """Start a plumbing command that stays to be asked.

        Raises:
            IncompleteError: If git cannot be started.
        """
        command = [self.program, *_OPTIONS, *arguments]
        try:
            return process.Dialogue(command, cwd=cwd, env=self.environment)
        except OSError as error:
            raise IncompleteError(
                f"git failed: `{self.program}` cannot be started: {error.strerror}",
                code="git-failed",
            ) from error


def find_git(environ: Mapping[str, str], *, outside: str) -> Git:
    """Find git on the caller's path, but never inside the folder that is judged.

    Package runners put folders of the project, such as `node_modules/.bin`, on the path; a
    change could bring its own `git` there.

    Raises:
        IncompleteError: If there is no git.
    """
    judged = os.path.realpath(outside)
    folders = [
        folder
        for folder in environ.get("PATH", os.defpath).split(os.pathsep)
        if Path(folder).is_absolute() and not _is_within(os.path.realpath(folder), judged)
    ]
    path = os.pathsep.join(folders)
    # As `shutil.which` does, which takes longer to load than git takes to answer.
    files = (Path(folder, "git") for folder in folders)
    program = next((file for file in files if os.access(file, os.X_OK) and file.is_file()), None)
    if program is None:
        raise IncompleteError(
            "`git` was not found", hint="install git 2.39 or later", code="no-git"
        )
    kept = {name: environ[name] for name in _INHERITED if name in environ}
    return Git(str(program), {"PATH": path} | kept | _OURS)


def complaint(done: process.Done) -> str:
    """Return the last thing that git said on its error stream, as one line."""
    return complaint_in(done.err) or f"exit status {done.code}"


def complaint_in(errors: bytes) -> str:
    """Return the last line that git wrote to its error stream, or the empty text."""
    return next(iter(reversed(errors.decode("utf-8", "replace").strip().splitlines())), "")


def _is_within(path: str, folder: str) -> bool:
    # At the root of the file system everything is within, also the programs to be trusted.
    return folder != os.sep and (path == folder or path.startswith(folder + os.sep))
