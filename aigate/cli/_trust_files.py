"""Root files in the working tree, and the keys that people name on the command line."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from aigate.cli.streams import write_whole
from aigate.domain.accountability import Key, Root
from aigate.errors import IncompleteError, IntegrityError, UsageError
from aigate.ledger import registry, roots
from aigate.ledger.keys import parse_public_key
from aigate.ledger.roots import RootFile
from aigate.ledger.signing import find_signer, sign_bytes
from aigate.value import dataclass
from aigate.workspace.git import open_repository, read_blobs, resolve, tree_entries

_ENVIRON = os.environ  # noqa: TID251 - settings are resolved here, beside the command
_REGULAR = frozenset({"100644", "100755"})
_LARGEST_KEY_FILE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Proposal:
    """A version that is being signed: its file, what it says, and whose keys signed so far."""

    path: Path
    file: RootFile
    root: Root
    signed: frozenset[str]


@dataclass(frozen=True, slots=True)
class Trust:
    """The root files of a working tree: the verified versions, and an open proposal."""

    top: Path
    files: Mapping[str, bytes]
    versions: tuple[Root, ...]
    proposal: Proposal | None

    @property
    def current(self) -> Root | None:
        """The newest version, None before the first is complete."""
        return self.versions[-1] if self.versions else None


def load(directory: str) -> Trust:
    """Read and verify what is in the working tree.

    Raises:
        IntegrityError: a root file or the open proposal does not hold.
    """
    top = Path(open_repository(directory, environ=_ENVIRON).root)
    files = _files(top)
    versions = registry.read_chain(files)
    path = registry.proposal_path(len(versions) + 1)
    before = versions[-1] if versions else None
    proposal = _proposal(top / path, files[path], before) if path in files else None
    return Trust(top, files, versions, proposal)


def _proposal(path: Path, data: bytes, before: Root | None) -> Proposal:
    found = roots.read_root_file(data, file=path.name)
    root = roots.read_payload(found.payload, file=path.name)
    registry.check_step(before, root, file=path.name)
    return Proposal(path, found, root, registry.signers(found, before, root, file=path.name))


def committed(directory: str, revision: str) -> dict[str, bytes]:
    """Return the root files of a commit.

    Raises:
        IncompleteError: one of them cannot be read.
        IntegrityError: one of them is no regular file.
    """
    repository = open_repository(directory, environ=_ENVIRON)
    entries = [
        entry
        for entry in tree_entries(repository, resolve(repository, revision))
        if entry.path in registry.root_files([entry.path])
    ]
    odd = next((entry.path for entry in entries if entry.mode not in _REGULAR), None)
    if odd:
        raise IntegrityError(f"`{odd}` is no regular file", code="registry-file-name")
    limit = roots.LARGEST
    blobs = {b.id: b for b in read_blobs(repository, (e.blob for e in entries), limit=limit)}
    for entry in entries:
        if blobs[entry.blob].problem:
            raise IncompleteError(
                f"`{entry.path}` is {blobs[entry.blob].problem} in `{revision}`",
                code="blob-unreadable",
            )
    return {entry.path: blobs[entry.blob].data for entry in entries}


def propose(trust: Trust, root: Root) -> Proposal:
    """Return a draft as a proposal that nobody has signed yet; nothing is written.

    Raises:
        UsageError: another proposal is open, or the draft does not hold.
    """
    path = trust.top / registry.proposal_path(root.version)
    if trust.proposal:
        raise UsageError(
            f"version {root.version} is proposed already, and waits for signatures",
            hint=f"sign it with `aigate trust sign`, or remove `{path.relative_to(trust.top)}`",
        )
    payload = roots.write_payload(root)
    try:
        found = roots.read_payload(payload, file="what you ask for")
        registry.check_step(trust.current, found, file="what you ask for")
    except IntegrityError as error:
        raise UsageError(error.message, hint=error.hint, code=error.code) from error
    return Proposal(path, RootFile(payload), found, frozenset())


def sign(trust: Trust, proposal: Proposal, keys: tuple[str, ...]) -> Proposal:
    """Sign a proposal with these keys, write it down, and complete it if nothing is missing.

    Raises:
        UsageError: a key has no part in this version.
    """
    before = trust.current
    for key in keys:
        require_part(trust, proposal, public_key(key))
    for key in keys:
        signer = find_signer(
            _ENVIRON, key=usable_key(key), outside=str(trust.top), interactive=sys.stdin.isatty()
        )
        signature, verified = sign_bytes(roots.signed_bytes(proposal.file.payload), signer)
        kept = [pair for pair in proposal.file.signatures if pair[0] != verified.fingerprint]
        pairs = tuple(sorted([*kept, (verified.fingerprint, signature.armor)]))
        file = replace(proposal.file, signatures=pairs)
        signed = registry.signers(file, before, proposal.root, file=proposal.path.name)
        proposal = replace(proposal, file=file, signed=signed)
    with contextlib.suppress(FileExistsError):
        proposal.path.parent.mkdir(parents=True)
    _require_plain_folder(trust.top)
    write_whole(proposal.path, roots.write_root_file(proposal.file).decode("ascii"))
    # Nothing in it is secret, and others work in the same clone.
    proposal.path.chmod(0o644)
    if not registry.missing(before, proposal.root, proposal.signed):
        _complete(trust, proposal)
    return proposal


def require_part(trust: Trust, proposal: Proposal, key: Key) -> None:
    """Check that a key may sign a proposal.

    Raises:
        UsageError: it is no active key of this version or of the one before.
    """
    if key.fingerprint not in registry.active(trust.current) | registry.active(proposal.root):
        raise UsageError(
            f"the key {key.fingerprint} has no part in version {proposal.root.version}",
            hint="sign with a key that is listed, or ask to be enrolled with yours",
        )


def _complete(trust: Trust, proposal: Proposal) -> None:
    final = trust.top / registry.root_path(proposal.root.version)
    try:
        # A link and not a rename: it never takes the place of a file that is there.
        os.link(proposal.path, final)
        proposal.path.unlink()
    except OSError as error:
        raise IncompleteError(
            f"`{final.name}` cannot be written: {error.strerror}", code="registry-not-written"
        ) from error


def public_key(name: str) -> Key:
    """Read the public key that a person names: a `.pub` file, or the key beside one.

    Raises:
        UsageError: there is none, or it cannot be used.
    """
    path = Path(usable_key(name))
    try:
        with path.open("rb") as file:
            text = file.read(_LARGEST_KEY_FILE).decode("utf-8", "replace")
    except OSError as error:
        raise UsageError(f"the key `{name}` cannot be read: {error.strerror}") from error
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    if "PRIVATE KEY" in text:
        raise UsageError(
            f"`{name}` is a private key, and there is no `{path.name}.pub` beside it",
            hint=f"write it with `ssh-keygen -y -f {name} > {name}.pub`",
        )
    if len(lines) != 1:
        raise UsageError(
            f"`{name}` holds {len(lines)} lines, and a key is one",
            hint="put the line of one key into a file of its own: `ssh-add -L | grep NAME > me.pub`",
        )
    try:
        return parse_public_key(lines[0])
    except UsageError as error:
        raise UsageError(f"{name}: {error.message}", hint=error.hint, code=error.code) from error


def usable_key(name: str) -> str:
    """Return the file to sign with: the public key beside a private one, so that agents work."""
    path = Path(name)
    # It fails for the home of somebody who has none: then the name stands for itself.
    with contextlib.suppress(RuntimeError):
        path = path.expanduser()
    beside = Path(f"{path}.pub")
    return str(beside if path.suffix != ".pub" and beside.is_file() else path)


def _files(top: Path) -> dict[str, bytes]:
    _require_plain_folder(top)
    folder = top / registry.FOLDER
    found: dict[str, bytes] = {}
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        name = f"{registry.FOLDER}/{path.name}"
        if not name.casefold().endswith(".json"):
            continue
        if path.is_symlink() or not path.is_file():
            raise IntegrityError(f"`{name}` is no regular file", code="registry-file-name")
        with path.open("rb") as file:
            found[name] = file.read(roots.LARGEST + 1)
    return found


def _require_plain_folder(top: Path) -> None:
    for folder in (top / registry.FOLDER, (top / registry.FOLDER).parent):
        if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
            raise IntegrityError(
                f"`{folder.relative_to(top)}` is no folder of this repository",
                code="registry-file-name",
            )
