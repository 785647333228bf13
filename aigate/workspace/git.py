"""Opens a repository and reads commits, trees and blobs from its object database."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from operator import attrgetter
from pathlib import Path

from aigate.domain.regex import regex
from aigate.domain.tree import Entry
from aigate.errors import IncompleteError, UsageError
from aigate.process import Done
from aigate.value import dataclass
from aigate.workspace.command import PATIENCE, Git, complaint, find_git
from aigate.workspace.objects import Objects

SUBMODULE_MODE = "160000"

# Changes of more commits are rare, and reading each costs some milliseconds.
_MOST_COMMITS = 2000

# As many fit on a command line.
_MOST_PATHS = 2000

# So much is held in memory at once, whatever the size of the repository.
_BATCH_BYTES = 48_000_000
_BATCH_COUNT = 20_000

_ASKED = (
    "--absolute-git-dir",
    "--path-format=absolute",
    "--git-common-dir",
    "--is-bare-repository",
    "--is-shallow-repository",
    "--is-inside-git-dir",
    "--show-object-format",
)
_HASHES = {"sha1": hashlib.sha1, "sha256": hashlib.sha256}
_PERSON = regex(r"(?P<name>.*?) ?<(?P<email>[^>]*)> (?P<at>-?\d{1,18})(?: [+-]\d+)?")
_HEX = frozenset("0123456789abcdef")
_LENGTHS = frozenset({40, 64})
# No pipe that lies in the place of the file makes anybody wait.
_PLAINLY = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
_ORDER = attrgetter("path", "mode", "blob", "size")
_DEEPEN = "this clone is shallow; fetch its history, in GitHub Actions with `fetch-depth: 0`"


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository that was opened: where it is, and how git is called for it.

    `root` is the top of the working tree, or the git folder itself if there is none.
    `object_format` is `sha1` or `sha256`. `default` is the default branch as the caller knows
    it, empty if the clone's own record is all there is.
    """

    root: str
    git_dir: str
    common_dir: str
    object_format: str
    is_bare: bool
    is_shallow: bool
    git: Git
    default: str = ""
    objects: Objects = field(repr=False, compare=False, kw_only=True)

    def call(
        self,
        *arguments: str | bytes,
        feed: bytes = b"",
        index_file: str = "",
        patience: float = PATIENCE,
    ) -> Done:
        """Run a plumbing command in this repository and in no other; see `Git.call`."""
        return self.git.call(
            *_where(self.git_dir, "" if self.is_bare else self.root),
            *arguments,
            cwd=self.root,
            feed=feed,
            index_file=index_file,
            patience=patience,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitFacts:
    """What a commit says about itself; names and dates are claims of whoever wrote it.

    `committed_at` is in seconds since 1970, UTC.
    """

    id: str
    tree: str
    parents: tuple[str, ...]
    author_name: str
    author_email: str
    committer_name: str
    committer_email: str
    committed_at: int
    message: str


@dataclass(frozen=True, slots=True)
class Blob:
    """The bytes of a blob, or a reason code why they are not here.

    `problem` is empty, `missing`, `corrupt` or `too-large`.
    """

    id: str
    data: bytes
    problem: str = ""


def open_repository(
    directory: str,
    *,
    environ: Mapping[str, str],
    needs_worktree: bool = True,
    default_branch: str = "",
) -> Repository:
    """Open the repository that a directory lies in.

    Args:
        directory: Any folder of a working tree, or a bare repository.
        environ: The caller's environment, of which only little is used.
        needs_worktree: Refuse bare repositories; False if a head is named.
        default_branch: The default branch as the code host names it, if the caller knows.

    Raises:
        UsageError: If the directory is in no repository, or lacks a needed working tree.
        IncompleteError: If the repository belongs to another user, is not the one that the
            environment or its own files point to, or has an unknown format.
    """
    start = os.path.realpath(directory)
    if not Path(start).is_dir():
        raise UsageError(f"`{directory}` is not a directory", code="not-a-directory")
    holder = _holder(start)
    git = find_git(environ, outside=holder or start)
    # The last question fails where there is no working tree, and then nothing else is wrong.
    done = git.call("rev-parse", *_ASKED, "--show-toplevel", cwd=start)
    if done.code != 0:
        done = git.call("rev-parse", *_ASKED, cwd=start)
    if done.code != 0:
        raise _refusal(done, directory)
    answers, top = os.fsdecode(done.out).split("\n")[:-1], ""
    if len(answers) == 7:
        top = os.path.realpath(answers.pop())
    if len(answers) != 6:
        raise IncompleteError(
            f"the git folder of `{directory}` cannot be told", code="repository-unreadable"
        )
    git_dir, common_dir, *flags, object_format = answers
    is_bare, is_shallow, is_inside = (flag == "true" for flag in flags)
    if object_format not in _HASHES:
        raise IncompleteError(
            f"objects are named by `{object_format}`, which is not known", code="object-format"
        )
    root = git_dir if is_bare or is_inside else top or _top(git, start)
    repository = Repository(
        root,
        git_dir,
        common_dir,
        object_format,
        is_bare,
        is_shallow,
        git,
        default_branch,
        objects=objects_in(git, git_dir, root, is_bare=is_bare),
    )
    _require_own(repository, holder, start)
    _require_same(repository, environ, start)
    if needs_worktree and (is_bare or is_inside):
        raise UsageError(
            f"`{directory}` has no working tree",
            hint="name a commit with `--head`, or go to the working tree",
            code="bare-repository",
        )
    return repository


def objects_in(git: Git, git_dir: str, root: str, *, is_bare: bool) -> Objects:
    """Return the objects of a repository; `root` is its working tree if it is not bare."""
    return Objects(git, _where(git_dir, "" if is_bare else root), cwd=root)


def _where(git_dir: str, worktree: str) -> list[str]:
    # Given here, a `core.worktree` of the repository has no say.
    return [f"--git-dir={git_dir}", *([f"--work-tree={worktree}"] if worktree else [])]


def resolve(repository: Repository, revision: str) -> str:
    """Return the id of the commit that a revision names.

    Raises:
        UsageError: If the revision looks like an option.
        IncompleteError: If there is no such commit here, or the name is ambiguous.
    """
    if revision.startswith("-"):
        raise UsageError(f"`{revision}` is not a revision", code="bad-revision")
    spelled = os.fsencode(revision).decode("utf-8", "surrogateescape")
    found, complaints = repository.objects.resolve(f"{spelled}^{{commit}}")
    if found is None:
        raise IncompleteError(
            f"no commit `{revision}` here",
            hint=_way_to(revision, repository),
            code="reference-missing",
        )
    if b"is ambiguous" in complaints:
        raise IncompleteError(
            f"`{revision}` names more than one thing",
            hint=f"write it in full, such as `refs/heads/{revision}`",
            code="reference-ambiguous",
        )
    return found.id


def _way_to(revision: str, repository: Repository) -> str:
    if ".." in revision:
        return "name one commit with `--base`, and the other with `--head`"
    return _DEEPEN if repository.is_shallow else "fetch it, or check the spelling"


def head_commit(repository: Repository) -> str | None:
    """Return the commit that is checked out, or None before the first commit.

    Raises:
        IncompleteError: If there is a head whose commit is not here.
    """
    found, complaints = repository.objects.resolve("HEAD^{commit}")
    if found and b"is ambiguous" not in complaints:
        return found.id
    done = repository.call("rev-parse", "--verify", "--quiet", "HEAD")
    if done.code != 0:
        named = repository.call("symbolic-ref", "--quiet", "HEAD")
        if named.code == 0:
            return None
        raise IncompleteError("`HEAD` cannot be read", code="reference-missing")
    return resolve(repository, "HEAD")


def branch(repository: Repository) -> str:
    """Return the short name of the branch that is checked out, or the empty text."""
    return _branch_of(repository, "HEAD", "refs/heads/")


def default_branch(repository: Repository) -> str:
    """Return the default branch as the caller or the clone knows it, or the empty text."""
    return repository.default or _branch_of(
        repository, "refs/remotes/origin/HEAD", "refs/remotes/origin/"
    )


def branch_named(repository: Repository, revision: str) -> str:
    """Return the short name of the branch that a revision names, or the empty text.

    Only a branch's own name counts, such as `main` or `origin/main`, no commit id and no
    revision reached from one.
    """
    if len(revision) in _LENGTHS and _HEX.issuperset(revision):
        return ""
    done = repository.call("rev-parse", "--symbolic-full-name", "--end-of-options", revision)
    name = os.fsdecode(done.out).strip().rpartition("\n")[2]
    for prefix in ("refs/heads/", "refs/remotes/origin/"):
        if done.code == 0 and name.startswith(prefix):
            return name.removeprefix(prefix)
    return ""


def merge_bases(repository: Repository, one: str, other: str) -> tuple[str, ...]:
    """Return all best common ancestors of two commits, in order of their ids.

    Raises:
        IncompleteError: If there is none, or the clone does not reach back to it.
    """
    done = repository.call("merge-base", "--all", one, other)
    bases = tuple(sorted(done.out.decode("ascii", "replace").split()))
    if done.code != 0 or not bases:
        raise IncompleteError(
            f"`{one}` and `{other}` have no common ancestor here",
            hint=_DEEPEN if repository.is_shallow else "name the reference with `--base`",
            code="no-merge-base",
        )
    return bases


def is_ancestor(repository: Repository, commit: str, *, of: str) -> bool:
    """Tell whether a commit is another, or in its history; not if either is not here."""
    return bool(of) and repository.call("merge-base", "--is-ancestor", commit, of).code == 0


def commit_facts(repository: Repository, commit: str) -> CommitFacts:
    """Read what a commit says about itself, from its own bytes.

    Raises:
        IncompleteError: If the commit is not here or is malformed.
    """
    facts = facts_of(repository, [commit]).get(commit)
    if facts is None:
        raise _unreadable(f"commit `{commit}`", "it is not here, or malformed")
    return facts


def facts_of(repository: Repository, commits: Iterable[str]) -> dict[str, CommitFacts]:
    """Read what many commits say about themselves; those that cannot be read are left out."""
    found: dict[str, CommitFacts] = {}
    for one in repository.objects.read(list(dict.fromkeys(commits))):
        if one and object_id(repository, "commit", one.data) == one.id:
            facts = _facts(one.id, one.data)
            if facts:
                found[one.id] = facts
    return found


def _facts(commit: str, data: bytes) -> CommitFacts | None:
    header, _, message = data.decode("utf-8", "surrogateescape").partition("\n\n")
    fields = [line.partition(" ") for line in header.split("\n")]
    trees = [value for key, _, value in fields if key == "tree"]
    authors = [_PERSON.fullmatch(value) for key, _, value in fields if key == "author"]
    committers = [_PERSON.fullmatch(value) for key, _, value in fields if key == "committer"]
    author, committer = (people[0] if people else None for people in (authors, committers))
    if not trees or author is None or committer is None:
        return None
    return CommitFacts(
        id=commit,
        tree=trees[0],
        parents=tuple(value for key, _, value in fields if key == "parent"),
        author_name=author["name"],
        author_email=author["email"],
        committer_name=committer["name"],
        committer_email=committer["email"],
        committed_at=int(committer["at"]),
        message=message,
    )


def commits_between(repository: Repository, base: str, head: str) -> tuple[CommitFacts, ...]:
    """Return the commits that `head` has and `base` has not, newest first.

    Raises:
        IncompleteError: If one of them is not here, or there are more than two thousand.
    """
    if base == head:
        return ()
    limits = [f"--max-count={_MOST_COMMITS + 1}", "--end-of-options", head]
    done = repository.call("rev-list", *limits, *([f"^{base}"] if base else []))
    if done.code != 0:
        raise _unreadable("the history of the change", complaint(done))
    commits = done.out.decode("ascii").split()
    if len(commits) > _MOST_COMMITS:
        raise IncompleteError(
            f"the change has more than {_MOST_COMMITS} commits, so its authors cannot be told",
            hint="name a newer reference with `--base`",
            code="too-many-commits",
        )
    found = facts_of(repository, commits)
    missing = next((each for each in commits if each not in found), None)
    if missing:
        raise _unreadable(f"commit `{missing}`", "it is not here, or malformed")
    return tuple(found[each] for each in commits)


def changed_paths(repository: Repository, commit: CommitFacts) -> frozenset[str]:
    """Return the paths in which a commit differs from any of its parents.

    Raises:
        IncompleteError: If a tree is not here.
    """
    found: set[str] = set()
    for parent in commit.parents or ("",):
        # Else a `.gitmodules` may say of its submodules that they never change.
        options = ("-r", "-z", "--raw", "--no-renames", "--ignore-submodules=none")
        between = (parent, commit.id) if parent else ("--root", "--no-commit-id", commit.id)
        done = repository.call("diff-tree", *options, *between)
        if done.code != 0:
            raise _unreadable(f"what `{commit.id}` changes", complaint(done))
        # Each entry: modes, blobs and state, a NUL, the path, a NUL.
        found.update(
            path.decode("utf-8", "surrogateescape") for path in done.out.split(b"\0")[1::2]
        )
    return frozenset(found)


def first_parents(repository: Repository, commit: str, *, most: int) -> tuple[str, ...]:
    """Return a commit and the first-parent history before it, newest first."""
    limits = ("--first-parent", f"--max-count={most}", "--end-of-options", commit)
    done = repository.call("rev-list", *limits)
    return tuple(done.out.decode("ascii", "replace").split()) if done.code == 0 else ()


def first_seen(repository: Repository, commit: str, paths: Collection[str]) -> dict[str, int]:
    """Return the committer's time of the first commit that brought each path, in seconds.

    That is the first on the first-parent history. A path is missing where that cannot be told,
    as where a shallow clone ends: everything that is older seems to come with that commit.
    """
    wanted = sorted(paths)
    found: dict[str, int] = {}
    for at in range(0, len(wanted), _MOST_PATHS):
        found |= _first_seen(repository, commit, wanted[at : at + _MOST_PATHS])
    return found


def _first_seen(repository: Repository, commit: str, paths: Sequence[str]) -> dict[str, int]:
    options = ("--first-parent", "--format=%ct %P", "--end-of-options", commit)
    done = repository.call("--literal-pathspecs", "rev-list", *options, "--", *paths)
    lines = done.out.decode("ascii", "replace").split("\n")[:-1]
    pairs = [
        (head.removeprefix("commit "), facts.split(" "))
        for head, facts in zip(lines[::2], lines[1::2], strict=False)
    ]
    times = {name: int(facts[0]) for name, facts in pairs if facts[0].isdigit()}
    ends = _ends(repository) if repository.is_shallow else ()
    # Each with its first parent alone, as the history was walked.
    feed = "".join(f"{name} {facts[1]}".rstrip() + "\n" for name, facts in reversed(pairs))
    shown = ("--root", "-r", "--raw", "-z", "--no-renames", "--stdin")
    told = repository.call(
        "--literal-pathspecs", "diff-tree", *shown, "--", *paths, feed=feed.encode("ascii")
    )
    if done.code or told.code:
        return {}
    seen: dict[str, int | None] = {}
    name = ""
    fields = iter(told.out.decode("utf-8", "surrogateescape").split("\0")[:-1])
    for text in fields:
        if not text.startswith(":"):
            name = text
            continue
        path = next(fields, "")
        # The oldest comes first.
        seen.setdefault(path, None if name in ends else times.get(name))
    return {path: time for path, time in seen.items() if time is not None}


def _ends(repository: Repository) -> list[str]:
    """Return the commits at which a shallow clone ends."""
    return Path(repository.common_dir, "shallow").read_text("ascii", "replace").split()


def identity(repository: Repository) -> tuple[str, str]:
    """Return the name and address that a commit made here would carry; empty if none is set."""
    done = repository.call("var", "GIT_AUTHOR_IDENT")
    found = _PERSON.match(done.out.decode("utf-8", "replace").strip())
    return (found["name"], found["email"]) if done.code == 0 and found else ("", "")


def tree_entries(repository: Repository, commit: str) -> tuple[Entry, ...]:
    """List all entries of a commit's tree, in order of path; see `list_tree`.

    Raises:
        IncompleteError: If a part of the tree is not here.
    """
    return list_tree(repository, commit)


def list_tree(repository: Repository, tree: str, *paths: str) -> tuple[Entry, ...]:
    """List all entries of a tree or of a commit's, or those at some paths, in order of path.

    Their sizes are unknown, since git would have to look up each; see `sized`.

    Raises:
        IncompleteError: If a part of the tree is not here.
    """
    options = ("-r", "-z", "--full-tree")
    done = repository.call("--literal-pathspecs", "ls-tree", *options, tree, "--", *paths)
    if done.code != 0:
        raise _unreadable(f"the tree of `{tree}`", complaint(done))
    entries = []
    for line in done.out.decode("utf-8", "surrogateescape").split("\0")[:-1]:
        facts, tab, path = line.partition("\t")
        words = facts.split(" ")
        if not tab or len(words) != 3:
            raise _unreadable(f"the tree of `{tree}`", "git listed it in an unknown form")
        entries.append(Entry(path, words[0], words[2]))
    return in_order(entries)


def sized(repository: Repository, entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Return entries with the sizes of their blobs, -1 for what is no blob or is not here."""
    sizes = sizes_of(repository, list(dict.fromkeys(entry.blob for entry in entries)))
    return tuple(Entry(e.path, e.mode, e.blob, sizes.get(e.blob, -1)) for e in entries)


def in_order(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return entries sorted, which takes a tenth of the time that comparing them as such does."""
    return tuple(sorted(entries, key=_ORDER))


def read_blobs(repository: Repository, ids: Iterable[str], *, limit: int) -> Iterator[Blob]:
    """Yield each blob once, in the order in which it was first asked for.

    Blobs of more than `limit` bytes are not read. One that is missing or damaged yields a
    problem, and all others are read nevertheless. The bytes are hashed again, since git does
    not do so on reading.
    """
    wanted = list(dict.fromkeys(ids))
    sizes = sizes_of(repository, wanted)
    batch: list[str] = []
    weight = 0
    for name in wanted:
        size = sizes.get(name, -1)
        if batch and (weight + max(size, 0) > _BATCH_BYTES or len(batch) >= _BATCH_COUNT):
            yield from _read(repository, batch, sizes=sizes, limit=limit)
            batch, weight = [], 0
        batch.append(name)
        weight += size if 0 <= size <= limit else 0
    if batch:
        yield from _read(repository, batch, sizes=sizes, limit=limit)


def blob_id(repository: Repository, data: bytes) -> str:
    """Return the id that a blob of these bytes has in this repository."""
    return object_id(repository, "blob", data)


def _read(
    repository: Repository, names: Sequence[str], *, sizes: Mapping[str, int], limit: int
) -> Iterator[Blob]:
    readable = [name for name in names if 0 <= sizes.get(name, -1) <= limit]
    contents = dict(zip(readable, repository.objects.read(readable), strict=True))
    for name in names:
        size = sizes.get(name, -1)
        if size < 0:
            yield Blob(name, b"", "missing")
        elif size > limit:
            yield Blob(name, b"", "too-large")
        else:
            found = contents.pop(name)
            if found is None or object_id(repository, "blob", found.data) != name:
                yield Blob(name, b"", "corrupt")
            else:
                yield Blob(name, found.data)


def sizes_of(repository: Repository, names: Sequence[str]) -> dict[str, int]:
    """Return the sizes of the blobs among these objects, in bytes."""
    # A blob alone counts: a tree in its place, which a hostile tree may name, is missing.
    found = repository.objects.look(names)
    return {one.id: one.size for one in found if one and one.kind == "blob"}


def object_id(repository: Repository, kind: str, data: bytes) -> str:
    """Return the id that an object of this kind and these bytes has in this repository."""
    digest = _HASHES[repository.object_format](f"{kind} {len(data)}\0".encode("ascii"))
    digest.update(data)
    return digest.hexdigest()


def _branch_of(repository: Repository, reference: str, prefix: str) -> str:
    name = _pointed_to(repository, reference)
    if name is None:
        done = repository.call("symbolic-ref", "--quiet", reference)
        name = os.fsdecode(done.out).removesuffix("\n") if done.code == 0 else ""
    return name.removeprefix(prefix) if name.startswith(prefix) else ""


def _pointed_to(repository: Repository, reference: str) -> str | None:
    """Return what a symbolic reference names, from its file; None if that says nothing plain."""
    folder = repository.git_dir if reference == "HEAD" else repository.common_dir
    try:
        opened = os.open(Path(folder, reference), _PLAINLY)
        with os.fdopen(opened, "rb") as stream:
            said = os.fsdecode(stream.read(4096))
    except FileNotFoundError:
        # Where references are kept in another way there are no such files.
        return None if os.path.lexists(Path(repository.common_dir, "reftable")) else ""
    except OSError:
        return None
    name = said.removeprefix("ref: ").removesuffix("\n")
    is_plain = said == f"ref: {name}\n" and all(c.isalnum() or c in "/-_." for c in name)
    return name if is_plain and name.isascii() and ".invalid" not in name else None


def _holder(start: str) -> str:
    """Return the nearest folder with a `.git` in it, or the empty text."""
    for folder in (Path(start), *Path(start).parents):
        if os.path.lexists(folder / ".git"):
            return str(folder)
    return ""


def _top(git: Git, start: str) -> str:
    done = git.call("rev-parse", "--show-toplevel", cwd=start)
    if done.code != 0:
        raise _unreadable(f"`{start}`", complaint(done))
    return os.path.realpath(os.fsdecode(done.out).removesuffix("\n"))


def _require_own(repository: Repository, holder: str, start: str) -> None:
    """Refuse a repository that its own files, or its place, make another's."""
    git_dir = os.path.realpath(repository.git_dir)
    if repository.is_bare or repository.root == repository.git_dir:
        inside = os.path.realpath(Path(holder, ".git")) if holder else git_dir
        foreign = inside != git_dir and not start.startswith(inside + os.sep)
    elif repository.root != holder:
        foreign = True
    elif Path(git_dir).name == ".git":
        foreign = str(Path(git_dir).parent) != holder
    else:
        back = Path(git_dir, "gitdir")
        foreign = back.is_file() and _first_line(back) != os.path.realpath(Path(holder, ".git"))
    if foreign:
        raise IncompleteError(
            f"the repository at `{start}` points elsewhere: to `{git_dir}` and `{repository.root}`",
            hint="go to the repository that is meant, or name it with `-C`",
            code="foreign-repository",
        )


def _first_line(file: Path) -> str:
    with file.open("rb") as stream:
        return os.path.realpath(os.fsdecode(stream.readline(8192)).rstrip("\n"))


def _require_same(repository: Repository, environ: Mapping[str, str], start: str) -> None:
    """Refuse an environment that points to another repository than the directory does."""
    for name, actual in (
        ("GIT_DIR", repository.git_dir),
        ("GIT_WORK_TREE", repository.root),
        ("GIT_COMMON_DIR", repository.common_dir),
    ):
        preset = environ.get(name)
        if preset is None:
            continue
        # git's hooks give paths that are relative to the top.
        meant = {os.path.realpath(Path(at, preset)) for at in (start, repository.root)}
        if os.path.realpath(actual) not in meant:
            raise IncompleteError(
                f"`{name}` points to `{preset}`, the directory to `{actual}`",
                hint=f"unset `{name}`",
                code="foreign-repository",
            )


def _refusal(done: Done, directory: str) -> IncompleteError | UsageError:
    said = done.err
    if b"dubious ownership" in said:
        return IncompleteError(
            f"the repository at `{directory}` belongs to another user",
            hint="if you trust it, add it to `safe.directory` in your own git configuration",
            code="dubious-ownership",
        )
    if b"objectformat" in said.lower() or b"object format" in said:
        return IncompleteError(complaint(done), code="object-format")
    if b"not a git repository (or any" in said:
        return UsageError(
            f"`{directory}` is not in a git repository",
            hint="go to one, or name one with `-C`",
            code="not-a-repository",
        )
    return _unreadable(f"the repository at `{directory}`", complaint(done))


def _unreadable(what: str, reason: str) -> IncompleteError:
    return IncompleteError(f"{what} cannot be read: {reason}", code="repository-unreadable")
