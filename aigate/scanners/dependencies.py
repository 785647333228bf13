"""Looks for dependencies that a model made up, and for what else a change lets an installer fetch."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import islice

from aigate import __version__
from aigate.domain.extension import Scanner, Target
from aigate.domain.finding import Gap, Omission, Sighting
from aigate.domain.package import Ecosystem, Listing, Package
from aigate.domain.place import WHOLE, Span
from aigate.domain.regex import regex
from aigate.domain.severity import Severity
from aigate.domain.tree import TEXTUAL, Change, Kind, Unit
from aigate.engine.lines import Lines
from aigate.scanners._agents.commands import harms
from aigate.scanners._dependencies import judged
from aigate.scanners._dependencies.commands import commands, runs_commands, shows_commands
from aigate.scanners._dependencies.imports import (
    Import,
    python_imports,
    python_words,
    script_imports,
)
from aigate.scanners._dependencies.items import Dependency, Item, Role, Script, UnreadableError
from aigate.scanners._dependencies.known import Known, Modules, known_modules, known_names, normal
from aigate.scanners._dependencies.locks import lock_reader
from aigate.scanners._dependencies.manifests import manifest_reader, script_header
from aigate.scanners._dependencies.pages import IMPORTED, RULES, SCANNER_NAME, SCRIPT, Remark
from aigate.scanners._dependencies.tree import Declared, declared_in, own_modules, own_names
from aigate.value import dataclass

_LIMIT = 200
_MOST_IMPORTS = 50
_MOST_ITEMS = 100_000
_MOST_DECLARED = 5_000
_MOST_ASKED = 1_000
_MOST_NAMED = 5
# One of these words stands in every command that installs something.
_INSTALLS = (
    *("install", " add ", "uvx", "npx", "bunx", "pnpx", "dlx", "pipx", "tool run", "inject"),
    *("npm i", "npm x", "npm exec", "bun x", "bun i", " download ", " wheel ", "--with"),
)
# And one of these in what says where from.
_SETS = regex(r"(?i:_INDEX|npm_config_registry|NPM_REGISTRY|config set)")


def _scan(target: Target) -> Iterator[Sighting | Gap]:
    scene = _Scene(target)
    try:
        looks = [_look(unit) for unit in target.units if unit.change is not Change.REMOVED]
        asked = yield from _asked(looks, scene)
        for look in looks:
            yield from _said(look, scene, asked)
            yield from _imports(look.unit, scene)
    except _DamagedError:
        reason = "`policies/data` of this installation is damaged; hint: install `aigate-ci` again"
        yield Gap("", reason, "installation-damaged", SCANNER_NAME)


class _DamagedError(Exception):
    """What ships with the product cannot be read."""


@dataclass(frozen=True, slots=True)
class _Look:
    """What one unit asks installers for; `damage` is why it could not be read to its end."""

    unit: Unit
    items: tuple[Item, ...] = ()
    damage: str = ""


class _Scene:
    """What is known beside the units: each part is read when it is first needed."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self._foreign: dict[tuple[Ecosystem, str], bool] = {}

    @cached_property
    def known(self) -> dict[Ecosystem, Known]:
        """The well-known names."""
        names = {one: known_names(self.target.packs, one) for one in Ecosystem}
        found = {one: known for one, known in names.items() if known is not None}
        if len(found) < len(names):
            raise _DamagedError
        return found

    @cached_property
    def modules(self) -> Modules:
        """Which packages bring modules of other names."""
        modules = known_modules(self.target.packs)
        if modules is None:
            raise _DamagedError
        return modules

    @cached_property
    def folders(self) -> frozenset[str]:
        """What may be a module of the tree itself."""
        return own_modules(self.target.paths)

    @cached_property
    def declared(self) -> Declared:
        """Everything that the manifests and lock files of the tree declare."""
        return declared_in(self.target, self.folders)

    @cached_property
    def own(self) -> frozenset[str]:
        """The names of the tree's own packages, less those that only the change gives it."""
        changed = [unit for unit in self.target.units if unit.change is not Change.NONE]
        given = {name for unit in changed for name in own_names(unit.path, unit.text)}
        before = {name for unit in changed for name in own_names(unit.path, unit.previous)}
        return self.declared.own - (given - before)

    def is_foreign(self, one: Import) -> bool:
        """Tell whether an import is neither known, nor declared, nor of the tree."""
        key = (one.ecosystem, one.name)
        if key not in self._foreign:
            known = judged.is_known_module(one, self.known[one.ecosystem], self.modules)
            self._foreign[key] = not (known or self.declared.covers(one, self.modules))
        return self._foreign[key]


def _look(unit: Unit) -> _Look:
    path = unit.path
    manifest = None if unit.cell else manifest_reader(path)
    reader = None if unit.cell else manifest or lock_reader(path)
    # What people write is short, and a resolver's list of names is compared more quickly.
    most = _MOST_DECLARED if manifest else _MOST_ITEMS
    found: list[Item] = []
    damage = ""
    both = manifest is not None and runs_commands(path)  # such as `tox.ini`
    role = _role(unit) if reader is None or both else None
    runs = role is Role.DECLARED and (_installs(unit.text) or _SETS.search(unit.text) is not None)
    try:
        if runs:
            found += commands(unit.text, role=Role.DECLARED)
        if reader is not None:
            found += islice(reader(unit.text), most + 1)
            if len(found) > most:
                damage = f"it has more than {most} entries"
    except UnreadableError as error:
        damage = str(error) if unit.text.strip() else ""
    except RecursionError:
        damage = "it is nested too deeply"
    if unit.kind is Kind.PYTHON and "# /// script" in unit.text:
        found += script_header(unit.text)
    if role is Role.MENTIONED and _installs(unit.text):
        found += commands(unit.text, role=role)
    return _Look(unit, tuple(found), damage)


def _installs(text: str) -> bool:
    return any(word in text for word in _INSTALLS)


def _role(unit: Unit) -> Role | None:
    """Return in which way the commands in a unit install something."""
    if unit.kind is Kind.PYTHON:
        return Role.DECLARED if unit.cell else Role.MENTIONED
    if unit.kind is not Kind.TEXT:
        return None
    if runs_commands(unit.path):
        return Role.DECLARED
    return Role.MENTIONED if shows_commands(unit.path) else None


def _said(look: _Look, scene: _Scene, asked: dict[Package, Listing]) -> Iterator[Sighting | Gap]:
    unit = look.unit
    if look.damage:
        reason = f"its dependencies cannot be read: {look.damage}"
        yield Gap(unit.path, reason, "dependencies-unread", SCANNER_NAME)
    lines = Lines(unit.text)
    remarks = _unique(_remarks(look, scene, asked))
    for remark in islice(remarks, _LIMIT):
        whole = remark.end <= remark.start
        yield _sighting(unit, remark, WHOLE if whole else lines.span(remark.start, remark.end))
    if next(remarks, None) is not None:
        reason = f"more than {_LIMIT} objections to the dependencies in one file"
        yield Gap(unit.path, reason, "too-many-dependencies", SCANNER_NAME)


def _imports(unit: Unit, scene: _Scene) -> Iterator[Sighting | Gap]:
    """Yield an objection to each import of what nobody knows."""
    said = _foreign(unit, scene)
    for one in islice(said, _MOST_IMPORTS):
        known = scene.known[one.ecosystem]
        target = judged.near_module(one, known, scene.modules)
        message = (
            f"imports `{one.name}`, which nothing in the tree declares, and which is not well known"
        )
        hint = "check that it exists and is what is meant, and declare it in the manifest"
        if target:
            message += f", but looks like `{target}`"
            hint = f"if `{target}` is meant, write that"
        span = Span(one.line, one.column, one.line, one.column + len(one.name))
        yield _sighting(unit, Remark(IMPORTED, 0, 0, message, hint, IMPORTED.severity), span)
    if next(said, None) is not None:
        reason = f"more than {_MOST_IMPORTS} imports of what nothing declares in one file"
        yield Gap(unit.path, reason, "too-many-imports", SCANNER_NAME)


def _foreign(unit: Unit, scene: _Scene) -> Iterator[Import]:
    """Yield the imports of what is neither known, nor declared, nor of the tree."""
    if unit.kind is Kind.PYTHON:
        words = python_words(unit.text)
        if words:
            words = frozenset(
                word
                for word in words - scene.folders
                if scene.is_foreign(Import(Ecosystem.PYPI, word, 1, 1))
            )
        # Only where one of the words is foreign is the syntax looked at.
        if words:
            yield from python_imports(unit.text, words)
    elif unit.kind in {Kind.JAVASCRIPT, Kind.TYPESCRIPT}:
        yield from filter(scene.is_foreign, script_imports(unit.text))


def _sighting(unit: Unit, remark: Remark, span: Span) -> Sighting:
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


def _remarks(look: _Look, scene: _Scene, asked: dict[Package, Listing]) -> Iterator[Remark]:
    text = look.unit.text
    for item in look.items:
        yield from judged.remarks(item, text, scene.known)
        if isinstance(item, Script):
            yield from _script(item, text)
        elif isinstance(item, Dependency) and (package := _package(item, scene)) in asked:
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


def _package(item: Dependency, scene: _Scene) -> Package:
    name = normal(item.name, item.ecosystem)
    is_known = name in scene.known[item.ecosystem]
    return Package(item.ecosystem, name, item.version, is_known)


def _asked(looks: Sequence[_Look], scene: _Scene) -> Generator[Gap, None, dict[Package, Listing]]:
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


def _wanted(looks: Sequence[_Look], scene: _Scene) -> dict[Package, str]:
    """Return what the change asks an installer for, and where: what is new and not well known.

    Of what is well known only an exact version can be made up.
    """
    wanted: dict[Package, str] = {}
    for look in looks:
        before = _names(look.unit, scene)
        for item in look.items:
            if not isinstance(item, Dependency) or item.role is not Role.DECLARED or item.is_conda:
                continue
            package = _package(item, scene)
            is_sure = package.is_known and not package.version
            if package not in before and package.name.isascii() and not is_sure:
                wanted.setdefault(package, look.unit.path)
    return wanted


def _names(unit: Unit, scene: _Scene) -> frozenset[Package]:
    """Return what the file asked for before the change."""
    reader = manifest_reader(unit.path)
    if reader is None or not unit.previous:
        return frozenset()
    try:
        items = list(islice(reader(unit.previous), _MOST_ITEMS))
    except (UnreadableError, RecursionError):
        return frozenset()
    return frozenset(_package(one, scene) for one in items if isinstance(one, Dependency))


SCANNER = Scanner(
    name=SCANNER_NAME,
    covers=TEXTUAL,
    scan=_scan,
    version=lambda: __version__,
    rules=lambda: RULES,
    compares=lambda path: manifest_reader(path) is not None,
)
