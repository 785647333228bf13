"""Packages that a tree depends on, and what an index says about them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from enum import StrEnum

from aigate.value import dataclass


class Ecosystem(StrEnum):
    """Where a package comes from."""

    PYPI = "pypi"
    NPM = "npm"


@dataclass(frozen=True, slots=True, order=True)
class Package:
    """A package by its name, in the spelling of its ecosystem's index; an empty version is any.

    Of one that `is_known` nothing but the version is in doubt.
    """

    ecosystem: Ecosystem
    name: str
    version: str = ""
    is_known: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What an index said about a package, or why it could not be asked.

    `has_version` says whether it has the version that was asked for. `first` is the day of the
    first release that is still there, unknown to some indexes. `gone` says that this version
    was withdrawn (yanked, or deprecated), or the package. With a `problem` nothing else is known,
    and that is never good news.
    """

    package: Package
    exists: bool = False
    has_version: bool = True
    first: date | None = None
    gone: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageIndex:
    """Where the caller wants names of packages looked up; `today` is the day of the run."""

    ask: Callable[[Sequence[Package]], Sequence[Listing]]
    today: date
