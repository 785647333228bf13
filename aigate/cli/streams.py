"""Writes what a command has to say: to streams, and to files that the caller names."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection
from pathlib import Path

from aigate.errors import IncompleteError, OutputError, UsageError

_CONTROL_PLANE = frozenset({".git", ".github", ".gitlab", ".aigate"})


def say(text: str) -> None:
    """Write to standard output, in UTF-8 whatever the locale.

    Raises:
        OutputError: nobody is reading, or the stream is closed or full.
    """
    try:
        sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
        sys.stdout.buffer.flush()
    except (OSError, ValueError, AttributeError) as error:
        raise OutputError("standard output cannot be written", code="stdout") from error


def safe_output(name: str, *, root: str, tracked: Collection[str]) -> Path:
    """Return the file to write to, if writing there can do no harm.

    Inside of the repository that means: no link anywhere on the way, no file that git
    tracks, nothing that steers the gate or the code host.

    Raises:
        UsageError: it is none of these.
    """
    given = Path(name)
    if ".." in given.parts or not given.name:
        raise _refused(name, "it leads out of the folder that it starts in")
    full = Path(os.path.abspath(given))  # noqa: PTH100 - links must not be resolved here
    top = Path(os.path.realpath(root))
    above = Path(os.path.realpath(full.parent))
    if full.is_symlink() or (full.exists() and not full.is_file()):
        raise _refused(name, "it is no regular file")
    if _passes_link(full.parent, above, top):
        raise _refused(name, "a link lies on the way")
    place = above / full.name
    if place.is_relative_to(top):
        inside = place.relative_to(top)
        if inside.parts[0].casefold() in _CONTROL_PLANE:
            raise _refused(name, f"`{inside.parts[0]}` steers the gate or the code host")
        if inside.as_posix() in tracked:
            raise _refused(name, "git tracks it")
    return place


def _passes_link(folder: Path, real: Path, top: Path) -> bool:
    """Tell whether a link inside of the repository lies on the way to a folder.

    The repository itself may be reached over a link.
    """
    for start in reversed([folder, *folder.parents]):
        entered = Path(os.path.realpath(start))
        if entered.is_relative_to(top):
            return real != entered / folder.relative_to(start)
    return False


def _refused(name: str, why: str) -> UsageError:
    return UsageError(
        f"will not write to `{name}`: {why}",
        hint="name a new file, outside of the repository or untracked",
        code="output-refused",
    )


def write_whole(file: Path, text: str) -> None:
    """Write a file so that a reader sees the old content or all of the new.

    Raises:
        IncompleteError: it cannot be written.
    """
    import tempfile  # noqa: PLC0415 - few commands write files, and it takes long to load

    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
        with os.fdopen(handle, "wb") as out:
            out.write(text.encode("utf-8", "backslashreplace"))
            out.flush()
            os.fsync(out.fileno())
        Path(temporary).replace(file)
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise IncompleteError(
            f"`{file}` cannot be written: {error.strerror}",
            hint="check the folder and the space on the disk",
            code="report-not-written",
        ) from error


def write_new(file: Path, text: str) -> None:
    """Write a file that is not there yet, whole or not at all, as anybody's new files are.

    Raises:
        FileExistsError: it is there after all, and stays as it is.
        OSError: it cannot be written.
    """
    temporary = file.with_name(f".{file.name}.{os.urandom(4).hex()}")
    try:
        with temporary.open("xb") as out:
            out.write(text.encode("utf-8"))
            out.flush()
            os.fsync(out.fileno())
        # A link, unlike a rename, never takes another file's place.
        file.hardlink_to(temporary)
    except PermissionError:
        # Some file systems have no links; there it is as whole as one write is.
        with file.open("xb") as out:
            out.write(text.encode("utf-8"))
    finally:
        temporary.unlink(missing_ok=True)
