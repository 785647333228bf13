"""Lists what is staged, and what lies in the working tree, and reads the latter."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from aigate.domain.regex import regex
from aigate.domain.tree import Entry
from aigate.errors import IncompleteError
from aigate.value import dataclass
from aigate.workspace.command import complaint
from aigate.workspace.git import SUBMODULE_MODE, Blob, Repository, blob_id, in_order, read_blobs
from aigate.workspace.untouched import Untouched, facts_of

_INTENT_TO_ADD = 0x20000000
_SKIP_WORKTREE = 0x40000000

# What opening a folder says that is not there, or is a file or a link.
_ABSENT = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP})

_UNOPENED = regex(rb"warning: could not open directory '(.*)/': (.*)")

# Larger files are hashed piece by piece, and count as changed if only their line ends differ.
_WHOLE = 32_000_000
_PIECE = 262_144


@dataclass(frozen=True, slots=True)
class Worktree:
    """What lies in a working tree.

    `unreadable` pairs a path with the reason why it could not be read. `sparse` are the paths
    that are left out of a sparse checkout and so count as the index has them.
    """

    entries: tuple[Entry, ...]
    unreadable: tuple[tuple[str, str], ...] = ()
    sparse: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Tracked:
    entry: Entry
    flags: int
    stage: str


def index_entries(repository: Repository, index_file: str = "") -> tuple[Entry, ...]:
    """List what a commit of the index would hold, in order of path.

    Args:
        repository: Where to look.
        index_file: Another index than the repository's own, such as the one that git makes
            for a commit with a list of paths and names in `GIT_INDEX_FILE`.

    Raises:
        IncompleteError: If the index is unreadable, or a merge left conflicts in it.
    """
    tracked = _index(repository, index_file)
    return in_order(t.entry for t in tracked if not t.flags & _INTENT_TO_ADD)


def worktree_entries(
    repository: Repository, known: Collection[str] = (), untouched: Untouched | None = None
) -> Worktree:
    """List tracked files, and untracked ones that are not ignored, as they are on disk.

    A file counts as the blob of the index, or as one of the `known` blobs, if it differs from
    it only by line ends, or is what git LFS put in the place of a pointer. No symbolic link
    is followed, and no repository inside is entered. A file that is `untouched` is not read.

    Raises:
        IncompleteError: If the index is unreadable, or a merge left conflicts in it.
    """
    tracked = _index(repository, "")
    others, unreadable = _untracked(repository)
    blobs = frozenset(known) | {t.entry.blob for t in tracked}
    entries = [t.entry for t in tracked if t.flags & _SKIP_WORKTREE]
    entries += [
        _checked_out(repository, t.entry)
        for t in tracked
        if t.entry.mode == SUBMODULE_MODE and not t.flags & _SKIP_WORKTREE
    ]
    nobody = "0" * len(blob_id(repository, b""))
    entries += [Entry(p.rstrip("/"), SUBMODULE_MODE, nobody) for p in others if p.endswith("/")]
    settled = {entry.path for entry in entries}
    paths = {t.entry.path for t in tracked} | {p for p in others if not p.endswith("/")}
    for path, folder, name in _open_folders(repository.root, paths - settled):
        if isinstance(folder, OSError):
            unreadable.append((path, folder.strerror or "unreadable"))
            continue
        try:
            entries += _look(
                repository, path, folder=folder, name=name, known=blobs, untouched=untouched
            )
        except OSError as error:
            unreadable.append((path, error.strerror or "unreadable"))
    if untouched:
        untouched.save()
    return Worktree(
        in_order(entries),
        tuple(sorted(unreadable)),
        frozenset(t.entry.path for t in tracked if t.flags & _SKIP_WORKTREE),
    )


def read_files(
    repository: Repository, worktree: Worktree, entries: Iterable[Entry], *, limit: int
) -> Iterator[Blob]:
    """Yield the content of entries of a working tree, once for each blob id.

    Submodules yield nothing. Files of more than `limit` bytes are not read. What changed since
    it was listed yields the problem `changed`.
    """
    by_blob: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.mode != SUBMODULE_MODE:
            by_blob.setdefault(entry.blob, []).append(entry)
    away = [b for b, group in by_blob.items() if any(e.path in worktree.sparse for e in group)]
    if away:
        yield from read_blobs(repository, away, limit=limit)
    for blob in sorted(by_blob.keys() - frozenset(away)):
        found = Blob(blob, b"", "changed")
        for entry in by_blob[blob]:
            found = _content(repository, entry, limit=limit)
            if found.problem:
                break
        yield found


def _index(repository: Repository, index_file: str) -> list[_Tracked]:
    file = str(Path(repository.root, index_file)) if index_file else ""
    if file and not Path(file).is_file():
        # git takes a missing index for an empty one.
        raise IncompleteError(f"there is no index `{index_file}`", code="index-unreadable")
    done = repository.call("ls-files", "-s", "-t", "-z", "--debug", index_file=file)
    if done.code != 0:
        raise IncompleteError(
            f"the index cannot be read: {complaint(done)}", code="index-unreadable"
        )
    try:
        tracked = list(_tracked(done.out.decode("utf-8", "surrogateescape")))
    except ValueError:
        raise IncompleteError(
            "git lists the index in an unknown form", code="index-unreadable"
        ) from None
    unmerged = next((one.entry.path for one in tracked if one.stage != "0"), None)
    if unmerged is not None:
        raise IncompleteError(
            f"the index holds a conflict at `{unmerged}`",
            hint="finish the merge first",
            code="unmerged-index",
        )
    return tracked


def _tracked(listed: str) -> Iterator[_Tracked]:
    """Read `ls-files -s -t -z --debug`: an entry, a NUL, and five lines about the file.

    Of those lines, which are what git last saw, only the flags are used.

    Raises:
        ValueError: It has another form.
    """
    entry, *rest = listed.split("\0")
    for each in rest:
        facts, path = entry.split("\t", 1)
        _, mode, blob, stage = facts.split(" ")
        _, _, _, _, about, entry = each.split("\n", 5)
        _, flags = about.split("\tflags: ")
        yield _Tracked(Entry(path, mode, blob), int(flags, 16), stage)
    if entry:
        raise ValueError(entry)


def _untracked(repository: Repository) -> tuple[list[str], list[tuple[str, str]]]:
    done = repository.call("ls-files", "-z", "--others", "--exclude-standard")
    if done.code != 0:
        raise IncompleteError(
            f"the working tree cannot be listed: {complaint(done)}", code="worktree-unreadable"
        )
    paths = done.out.decode("utf-8", "surrogateescape").split("\0")[:-1]
    unopened = [
        (path.decode("utf-8", "surrogateescape"), reason.decode("utf-8", "replace"))
        for path, reason in _UNOPENED.findall(done.err)
    ]
    return paths, unopened


def _checked_out(repository: Repository, entry: Entry) -> Entry:
    """Return a submodule's entry with the commit that is checked out there, if there is one."""
    folder = Path(repository.root, entry.path)
    if not os.path.lexists(folder / ".git") or os.path.realpath(folder) != str(folder):
        return entry
    done = repository.git.call("rev-parse", "--verify", "--quiet", "HEAD", cwd=str(folder))
    commit = done.out.decode("ascii", "replace").strip()
    return replace(entry, blob=commit) if done.code == 0 and commit else entry


def _open_folders(root: str, paths: Iterable[str]) -> Iterator[tuple[str, int | OSError, str]]:
    """Yield each path with its folder, opened, and its name there.

    Each part on the way is opened by itself: a symbolic link on the way leads nowhere. Paths
    whose folder is not there are left out; one that cannot be opened comes with the error.
    """
    split = sorted((*os.path.split(path), path) for path in paths)
    for folder, members in groupby(split, key=lambda parts: parts[0]):
        try:
            opened = _open_folder(root, folder)
        except OSError as error:
            if error.errno not in _ABSENT:
                yield from ((path, error, name) for _, name, path in members)
            continue
        try:
            for _, name, path in members:
                yield path, opened, name
        finally:
            os.close(opened)


def _open_folder(root: str, folder: str) -> int:
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
    opened = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    for part in folder.split("/") if folder else ():
        try:
            inner = os.open(_raw(part), flags, dir_fd=opened)
        finally:
            os.close(opened)
        opened = inner
    return opened


def _look(
    repository: Repository,
    path: str,
    *,
    folder: int,
    name: str,
    known: Collection[str],
    untouched: Untouched | None,
) -> list[Entry]:
    """Return the entry of one file, or nothing if it is not there."""
    try:
        status = os.stat(_raw(name), dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return []
    if stat.S_ISLNK(status.st_mode):
        target = os.readlink(_raw(name), dir_fd=folder)
        return [Entry(path, "120000", blob_id(repository, target), len(target))]
    if stat.S_ISDIR(status.st_mode):
        return []
    mode = "100755" if status.st_mode & stat.S_IXUSR else "100644"
    size = status.st_size
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "not a regular file")
    if size > _WHOLE:
        return [Entry(path, mode, _hash_large(repository, folder, name, size), size)]
    facts = facts_of(status)
    remembered = untouched.blob_of(path, facts) if untouched else ""
    if remembered in known:
        return [Entry(path, mode, remembered, size)]
    data = _read_file(folder, name, _WHOLE)
    own = blob_id(repository, data)
    same = next((b for b in _equals(repository, data, own) if b in known), own)
    if untouched and facts == facts_of(os.stat(_raw(name), dir_fd=folder, follow_symlinks=False)):
        untouched.keep(path, facts, own)
    return [Entry(path, mode, same, len(data))]


def _equals(repository: Repository, data: bytes, own: str) -> Iterator[str]:
    """Yield ids of blobs that git would check out as these bytes, likeliest first."""
    yield own
    plain = data.replace(b"\r\n", b"\n")
    if plain != data:
        yield blob_id(repository, plain)
    if b"\n" in data:
        yield blob_id(repository, plain.replace(b"\n", b"\r\n"))
    yield blob_id(repository, _pointer(hashlib.sha256(data).hexdigest(), len(data)))


def _pointer(digest: str, size: int) -> bytes:
    lines = ("version https://git-lfs.github.com/spec/v1", f"oid sha256:{digest}", f"size {size}")
    return "".join(f"{line}\n" for line in lines).encode("ascii")


def _content(repository: Repository, entry: Entry, *, limit: int) -> Blob:
    changed = Blob(entry.blob, b"", "changed")
    if entry.size > limit:
        return Blob(entry.blob, b"", "too-large")
    for _, folder, name in _open_folders(repository.root, [entry.path]):
        if isinstance(folder, OSError):
            return changed
        try:
            if entry.mode == "120000":
                data = os.readlink(_raw(name), dir_fd=folder)
            else:
                data = _read_file(folder, name, limit)
        except OSError:
            return changed
        same = entry.blob in _equals(repository, data, blob_id(repository, data))
        return Blob(entry.blob, data) if same else changed
    return changed


def _read_file(folder: int, name: str, limit: int) -> bytes:
    opened = _open_file(folder, name)
    try:
        pieces = []
        left = limit + 1
        while left > 0 and (piece := os.read(opened, min(left, _PIECE))):
            pieces.append(piece)
            left -= len(piece)
        return b"".join(pieces)
    finally:
        os.close(opened)


def _hash_large(repository: Repository, folder: int, name: str, size: int) -> str:
    digest = hashlib.new(repository.object_format)
    digest.update(f"blob {size}\0".encode("ascii"))
    with open(_open_file(folder, name), "rb") as stream:
        while piece := stream.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()


def _raw(name: str) -> bytes:
    # Not `os.fsencode`, which depends on the locale.
    return name.encode("utf-8", "surrogateescape")


def _open_file(folder: int, name: str) -> int:
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
    opened = os.open(_raw(name), flags, dir_fd=folder)
    if not stat.S_ISREG(os.fstat(opened).st_mode):
        os.close(opened)
        raise OSError(errno.EINVAL, "not a regular file")
    return opened
