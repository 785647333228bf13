"""What lists of dependencies, lock files and commands say, as the readers return it."""

from __future__ import annotations

from enum import StrEnum

from aigate.domain.package import Ecosystem
from aigate.value import dataclass


class Role(StrEnum):
    """In which way a package is named."""

    DECLARED = "declared"
    """Somebody chose it: a manifest, or a command that installs it."""
    LOCKED = "locked"
    """A resolver wrote it down; most were chosen by nobody here."""
    MENTIONED = "mentioned"
    """A text tells readers to install it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Where something stands: an offset, or else the first place of its `needle`."""

    needle: str
    start: int = -1

    def within(self, text: str) -> tuple[int, int]:
        """Return the stretch of the text; an empty one if it is spelt in another way there."""
        start = self.start if self.start >= 0 else text.find(self.needle)
        return (start, start + len(self.needle)) if start >= 0 and self.needle else (0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    """A package that is to be installed from an index.

    `is_conda` says that the index is one of conda's, whose names mostly are those of PyPI.
    """

    name: str
    ecosystem: Ecosystem
    role: Role
    at: Mark
    version: str = ""
    is_conda: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A package that comes from an address, and not from an index; `name` may be unknown."""

    name: str
    url: str
    at: Mark
    is_hashed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """An index that is to be asked for packages."""

    url: str
    at: Mark
    is_extra: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A command that runs when somebody installs the package."""

    name: str
    command: str
    at: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """An entry of a lock file that brings something else than it is called.

    `is_sure` tells another package from another place.
    """

    name: str
    brings: str
    at: Mark
    is_sure: bool = True


Item = Dependency | Source | Index | Script | Mismatch


class UnreadableError(Exception):
    """A list of dependencies cannot be read; the text says why."""
