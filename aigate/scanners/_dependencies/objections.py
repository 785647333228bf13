"""Says what is wrong with what units ask installers for, and asks an index where that is wanted."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from itertools import islice

from aigate.domain.finding import Gap, Omission, Sighting
from aigate.domain.package import Listing, Package
from aigate.domain.place import WHOLE, Span
from aigate.domain.severity import Severity
from aigate.domain.tree import Unit
from aigate.engine.lines import Lines
from aigate.scanners._agents.commands import harms
from aigate.scanners._dependencies import judged
from aigate.scanners._dependencies.items import Dependency, Role, Script
from aigate.scanners._dependencies.known import normal
from aigate.scanners._dependencies.look import Look, names_before
from aigate.scanners._dependencies.pages import SCANNER_NAME, SCRIPT, Remark
from aigate.scanners._dependencies.scene import Scene

_LIMIT = 200
_MOST_ASKED = 1_000
_MOST_NAMED = 5


def objections(look: Look, scene: Scene, asked: dict[Package, Listing]) -> Iterator[Sighting | Gap]:
    """Yield what is wrong with what one unit asks for; `asked` is what an index said."""
    unit = look.unit
    if look.damage:
        reason = f"its dependencies cannot be read: {look.damage}"
        yield Gap(unit.path, reason, "dependencies-unread", SCANNER_NAME)
    lines = Lines(unit.text)
    remarks = _unique(_remarks(look, scene, asked))
    for remark in islice(remarks, _LIMIT):
        whole = remark.end <= remark.start
        yield sighting(unit, remark, WHOLE if whole else lines.span(remark.start, remark.end))
    if next(remarks, None) is not None:
        reason = f"more than {_LIMIT} objections to the dependencies in one file"
        yield Gap(unit.path, reason, "too-many-dependencies", SCANNER_NAME)


def sighting(unit: Unit, remark: Remark, span: Span) -> Sighting:
    """Return what a remark on a stretch of a unit says."""
    return Sighting(
        rule=remark.rule.name,
        unit=unit.id,
        span=span,
        message=f"{remark.message}; hint: {remark.hint}",
        severity=remark.severity,
    )


def _unique(remarks: Iterable[Remark]) -> Iterator[Remark]:
    seen = set()
    for remark in remarks:
        key = (remark.rule.name, remark.start, remark.end, remark.message)
        if key not in seen:
            seen.add(key)
            yield remark


def _remarks(look: Look, scene: Scene, asked: dict[Package, Listing]) -> Iterator[Remark]:
    text = look.unit.text
    for item in look.items:
        yield from judged.remarks(item, text, scene.known)
        if isinstance(item, Script):
            yield from _script(item, text)
        elif asked and isinstance(item, Dependency) and (package := _package(item, scene)) in asked:
            index = scene.target.index
            if index is not None:
                near = judged.near(item, scene.known) is not None
                # A package of the tree itself need not be on an index.
                is_own = package.name in scene.own
                yield from judged.listed(
                    item, asked[package], text, today=index.today, near=near, is_own=is_own
                )


def _script(item: Script, text: str) -> Iterator[Remark]:
    start, end = item.at.within(text)
    harm = next((one for one in harms(item.command) if one.severity >= Severity.HIGH), None)
    if harm is not None:
        message = f"`{item.name}` {harm.what}, at each installation"
        yield Remark(SCRIPT, start, end, message, "remove the script", Severity.HIGH)
    elif not item.name.endswith(("prepare", "prepublish")) and not judged.is_usual(item.command):
        message = f"`{item.name}` runs `{judged.shown(item.command)}` at each installation"
        hint = "let it be called by name, under another key of `scripts`"
        yield Remark(SCRIPT, start, end, message, hint, SCRIPT.severity)


def _package(item: Dependency, scene: Scene) -> Package:
    name = normal(item.name, item.ecosystem)
    is_known = name in scene.known[item.ecosystem]
    return Package(item.ecosystem, name, item.version, is_known)


def asked_of_index(
    looks: Sequence[Look], scene: Scene
) -> Generator[Gap, None, dict[Package, Listing]]:
    """Look up what is new and not well known, and return what the index said.

    Yields a gap for what could not be looked up; where nobody asked for it, that is noted.
    """
    wanted = _wanted(looks, scene)
    index = scene.target.index
    if index is None:
        count = len({(one.ecosystem, one.name) for one in wanted if not one.is_known})
        if count:
            reason = (
                f"packages that are not well known, and were not looked up: {count};"
                " `--check-packages` asks the package index whether they exist"
            )
            scene.target.omits(Omission("package-index", reason, count, SCANNER_NAME))
        return {}
    packages = sorted(wanted)
    listings = {one.package: one for one in index.ask(packages[:_MOST_ASKED])}
    for package in packages[:_MOST_ASKED]:
        listings.setdefault(package, Listing(package=package, problem="there was no answer"))
    for package in packages[_MOST_ASKED:]:
        problem = f"one change names more than {_MOST_ASKED}"
        listings[package] = Listing(package=package, problem=problem)
    unsure: dict[tuple[str, str], list[str]] = {}
    for package, path in wanted.items():
        if problem := listings[package].problem:
            unsure.setdefault((path, problem), []).append(judged.shown(package.name))
    for (path, problem), names in unsure.items():
        shown = ", ".join(f"`{name}`" for name in names[:_MOST_NAMED])
        more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
        reason = f"{shown}{more} could not be looked up: {problem}"
        yield Gap(path, reason, "package-not-checked", SCANNER_NAME)
    return listings


def _wanted(looks: Sequence[Look], scene: Scene) -> dict[Package, str]:
    """Return what the change asks an installer for, and where: what is new and not well known.

    Of what is well known only an exact version can be made up.
    """
    wanted: dict[Package, str] = {}
    for look in looks:
        chosen = [one for one in look.items if isinstance(one, Dependency)]
        chosen = [one for one in chosen if one.role is Role.DECLARED and not one.is_conda]
        before = _before(look.unit, scene) if chosen else frozenset()
        for item in chosen:
            package = _package(item, scene)
            is_sure = package.is_known and not package.version
            if package not in before and package.name.isascii() and not is_sure:
                wanted.setdefault(package, look.unit.path)
    return wanted


def _before(unit: Unit, scene: Scene) -> frozenset[Package]:
    """Return what the file asked for before the change."""
    items = names_before(unit)
    return frozenset(_package(one, scene) for one in items if isinstance(one, Dependency))
