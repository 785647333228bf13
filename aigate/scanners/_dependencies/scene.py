"""Holds what is known beside the units, and reads each part of it when it is first needed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from aigate.domain.extension import Target
from aigate.domain.package import Ecosystem
from aigate.domain.tree import Change
from aigate.scanners._dependencies.imports import Import
from aigate.scanners._dependencies.known import Known, Modules, known_modules, known_names
from aigate.scanners._dependencies.modules import is_known_module, own_modules

# The readers of manifests are loaded where a word is not known without them.
if TYPE_CHECKING:
    from aigate.scanners._dependencies.look import Look
    from aigate.scanners._dependencies.tree import Declared


class DamagedError(Exception):
    """What ships with the product cannot be read."""


class Scene:
    """What is known beside the units: each part is read when it is first needed."""

    def __init__(self, target: Target, looks: Sequence[Look]) -> None:
        """Take what is looked at, and what the units of it ask for."""
        self.target = target
        self._looks = looks
        self._foreign: dict[tuple[Ecosystem, str], bool] = {}

    @cached_property
    def known(self) -> dict[Ecosystem, Known]:
        """The well-known names."""
        names = {one: known_names(self.target.packs, one) for one in Ecosystem}
        found = {one: known for one, known in names.items() if known is not None}
        if len(found) < len(names):
            raise DamagedError
        return found

    @cached_property
    def modules(self) -> Modules:
        """Which packages bring modules of other names."""
        modules = known_modules(self.target.packs)
        if modules is None:
            raise DamagedError
        return modules

    @cached_property
    def folders(self) -> frozenset[str]:
        """What may be a module of the tree itself."""
        return own_modules(self.target.paths)

    @cached_property
    def declared(self) -> Declared:
        """Everything that the manifests and lock files of the tree declare."""
        from aigate.scanners._dependencies.tree import declared_in  # noqa: PLC0415 - see above

        return declared_in(self.target, self.folders, self._looks)

    @cached_property
    def own(self) -> frozenset[str]:
        """The names of the tree's own packages, less those that only the change gives it."""
        from aigate.scanners._dependencies.tree import own_names  # noqa: PLC0415 - see above

        changed = [unit for unit in self.target.units if unit.change is not Change.NONE]
        given = {name for unit in changed for name in own_names(unit.path, unit.text)}
        before = {name for unit in changed for name in own_names(unit.path, unit.previous)}
        return self.declared.own - (given - before)

    def is_foreign(self, one: Import) -> bool:
        """Tell whether an import is neither known, nor declared, nor of the tree."""
        key = (one.ecosystem, one.name)
        if key not in self._foreign:
            known = is_known_module(one, self.known[one.ecosystem], self.modules)
            self._foreign[key] = not (known or self.declared.covers(one, self.modules))
        return self._foreign[key]
