"""Looks at units for what they let an installer fetch, and for imports of what nobody knows."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from aigate.domain.extension import Target
from aigate.domain.finding import Gap, Sighting
from aigate.domain.package import Ecosystem
from aigate.domain.place import Span
from aigate.domain.tree import Change, Kind, Unit
from aigate.scanners._dependencies.gist import Gist, gist, read
from aigate.scanners._dependencies.imports import Import, python_imports, script_imports
from aigate.scanners._dependencies.scene import DamagedError, Scene

# Most changes ask for nothing, and what reads and judges what they ask for is large.
if TYPE_CHECKING:
    from aigate.scanners._dependencies.look import Look

_NAME = "dependencies"
_MOST_IMPORTS = 50


def scan(target: Target) -> Iterator[Sighting | Gap]:
    """Yield what is wrong with the dependencies of units, and what could not be seen of them."""
    try:
        yield from _said(target)
    except DamagedError:
        reason = "`policies/data` of this installation is damaged; hint: install `aigate-ci` again"
        yield Gap("", reason, "installation-damaged", _NAME)


def _said(target: Target) -> Iterator[Sighting | Gap]:
    units = [unit for unit in target.units if unit.change is not Change.REMOVED]
    say = target.gist or gist
    gists = {unit.id: read(say(unit)) for unit in units}
    looks = _looks([unit for unit in units if gists[unit.id].asks])
    scene = Scene(target, tuple(looks.values()))
    if looks:
        from aigate.scanners._dependencies import objections  # noqa: PLC0415 - see above

        asked = yield from objections.asked_of_index(tuple(looks.values()), scene)
    for unit in units:
        if unit.id in looks:
            yield from objections.objections(looks[unit.id], scene, asked)
        yield from _imports(unit, gists[unit.id], scene)


def _looks(wanted: list[Unit]) -> dict[str, Look]:
    """Return what units ask for, by their ids."""
    if not wanted:
        return {}
    from aigate.scanners._dependencies.look import look  # noqa: PLC0415 - see above

    return {unit.id: look(unit) for unit in wanted}


def _imports(unit: Unit, about: Gist, scene: Scene) -> Iterator[Sighting | Gap]:
    """Yield an objection to each import of what nobody knows."""
    said = _foreign(unit, about.words, scene)
    first = next(said, None)
    if first is None:
        return
    from aigate.scanners._dependencies import judged, objections, pages  # noqa: PLC0415 - see above

    for one in (first, *islice(said, _MOST_IMPORTS - 1)):
        target = judged.near_module(one, scene.known[one.ecosystem], scene.modules)
        message = (
            f"imports `{one.name}`, which nothing in the tree declares, and which is not well known"
        )
        hint = "check that it exists and is what is meant, and declare it in the manifest"
        if target:
            message += f", but looks like `{target}`"
            hint = f"if `{target}` is meant, write that"
        span = Span(one.line, one.column, one.line, one.column + len(one.name))
        remark = pages.Remark(pages.IMPORTED, 0, 0, message, hint, pages.IMPORTED.severity)
        yield objections.sighting(unit, remark, span)
    if next(said, None) is not None:
        reason = f"more than {_MOST_IMPORTS} imports of what nothing declares in one file"
        yield Gap(unit.path, reason, "too-many-imports", _NAME)


def _foreign(unit: Unit, words: frozenset[str] | None, scene: Scene) -> Iterator[Import]:
    """Yield the imports of what is neither known, nor declared, nor of the tree."""
    if unit.kind is Kind.PYTHON:
        foreign = frozenset(
            word
            for word in (words or frozenset()) - scene.folders
            if scene.is_foreign(Import(Ecosystem.PYPI, word, 1, 1))
        )
        # Only where one of the words is foreign is the syntax looked at.
        if foreign:
            yield from python_imports(unit.text, foreign)
    elif words is None or any(
        scene.is_foreign(Import(Ecosystem.NPM, word, 1, 1)) for word in words
    ):
        yield from filter(scene.is_foreign, script_imports(unit.text))
