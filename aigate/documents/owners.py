"""Reads CODEOWNERS the way GitHub does."""

from __future__ import annotations

from collections.abc import Callable

# GitHub ignores larger files altogether.
_LARGEST = 3_000_000

PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
"""Where GitHub looks, in its order; the first that is there counts alone."""


def read_owners(data: bytes) -> Callable[[str], tuple[str, ...]]:
    """Return a function from a path to its owners as written, such as `@org/team`.

    The last line that matches counts; a line without owners clears them.
    """
    if len(data) >= _LARGEST:
        return lambda _path: ()
    from codeowners import CodeOwners  # noqa: PLC0415 - not needed by most commands

    def readable(line: str) -> bool:
        try:
            CodeOwners(line)
        except ValueError:
            return False
        return True

    # GitHub leaves out the lines that it cannot read, and only those.
    lines = data.decode("utf-8-sig", "replace").splitlines()
    owners = CodeOwners("\n".join(filter(readable, lines)))

    def owners_of(path: str) -> tuple[str, ...]:
        return tuple(name for _kind, name in owners.of(path.encode("utf-8", "replace").decode()))

    return owners_of
