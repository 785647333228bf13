"""Finds the policies and rules that ship with the product, and reads policies from disk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path, PurePosixPath

_PACKAGE = Path(__file__).parents[1]


def packs_folder() -> Path:
    """Return the folder of what ships: in the installed package, else beside it in a checkout."""
    installed = _PACKAGE / "policies"
    return installed if installed.is_dir() else _PACKAGE.parent / "policies"


def read_pack(ref: str) -> bytes | None:
    """Return the bytes of a policy that ships, such as `aigate:default`; None if there is none."""
    from aigate.documents.fold import BUILT_IN  # noqa: PLC0415 - most commands read no policy

    return _content(packs_folder() / f"{ref.removeprefix(BUILT_IN)}.yaml")


def from_disk(folder: Path, top: str) -> Callable[[str], bytes | None]:
    """Return a reader of references relative to `folder`, for `documents.policy.read_policy`.

    `top` is the policy that the caller names, and may be anywhere. Whatever it extends is
    refused if it, or a folder on the way to it from the folder of `top`, is a symbolic link.
    """
    from aigate.documents.fold import BUILT_IN  # noqa: PLC0415 - most commands read no policy

    above = set((folder / top).parents)

    def load(ref: str) -> bytes | None:
        if ref.startswith(BUILT_IN):
            return read_pack(ref)
        path = folder / PurePosixPath(ref)
        if ref != top:
            below = [path, *(parent for parent in path.parents if parent not in above)]
            if any(part.is_symlink() for part in below):
                return None
        return _content(path)

    return load


def _content(path: Path) -> bytes | None:
    from aigate.documents.nodes import LARGEST  # noqa: PLC0415 - most commands read no policy

    # One byte more than is allowed is enough to be refused for the size.
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return file.read(LARGEST + 1)
