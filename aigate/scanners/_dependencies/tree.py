"""Gathers what the manifests and lock files of a whole tree declare, and what the tree is made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import field
from itertools import islice

from aigate.domain.extension import Target
from aigate.domain.package import Ecosystem
from aigate.domain.regex import regex
from aigate.domain.tree import Entry
from aigate.scanners._dependencies.files import lock_form, manifest_form
from aigate.scanners._dependencies.imports import Import
from aigate.scanners._dependencies.items import Dependency, Source, UnreadableError
from aigate.scanners._dependencies.known import Modules, normal, squeeze
from aigate.scanners._dependencies.look import Look
from aigate.scanners._dependencies.manifests import load_json, table
from aigate.scanners._dependencies.readers import reader_of
from aigate.value import dataclass

_MOST = 200_000
_LARGEST = 20_000_000
_REGULAR = frozenset({"100644", "100755"})
# Where the names of other modules are given other meanings.
_ALIASES = regex(
    r"(?:.*/)?(?:[tj]sconfig[\w.-]*\.json|deno\.jsonc?|import_?map\.json|package\.json|\.babelrc[\w.]*"
    r"|(?:vite|vitest|webpack|babel|next|jest|rollup|metro|nuxt|svelte|astro|rspack|craco|esbuild)[\w.-]*\.config\.\w+)"
)


@dataclass(frozen=True, slots=True)
class Declared:
    """What a tree declares: names in their normal spelling, packages of its own, and its modules.

    `aliases` is the text of the settings that give names of modules another meaning.
    """

    names: dict[Ecosystem, frozenset[str]]
    own: frozenset[str] = frozenset()
    modules: frozenset[str] = frozenset()
    aliases: str = field(default="", repr=False)

    def covers(self, one: Import, modules: Modules) -> bool:
        """Tell whether an import is declared, or is a module of the tree."""
        name = normal(one.name, one.ecosystem)
        names = self.names[one.ecosystem]
        if name in names or name in self.own or one.name in self.modules:
            return True
        if one.ecosystem is Ecosystem.NPM:
            scope = one.name.partition("/")[0]
            return (
                any(f"{quote}{one.name}{quote}" in self.aliases for quote in "\"'")
                or any(f"{quote}{scope}/" in self.aliases for quote in "\"'")
                or f"@types/{one.name}" in names
                or (not one.name.startswith("@") and scope in self.modules)
            )
        if not names.isdisjoint(modules.packages.get(one.name, ())):
            return True
        # `opencv` of `opencv-python`; the other way round, any name made up would be covered.
        short = squeeze(name)
        return len(short) > 3 and any(short in squeeze(one) for one in names | self.own)


def declared_in(target: Target, modules: frozenset[str], looks: Iterable[Look]) -> Declared:
    """Read everything that the tree under judgement declares, whose own modules are given.

    What cannot be read declares nothing. What a look has read is not read again.
    """
    read = {look.unit.path: look for look in looks if look.listed is not None}
    found: dict[Ecosystem, set[str]] = {one: set() for one in Ecosystem}
    own: set[str] = set()
    aliases: list[str] = []
    wanted: dict[str, list[Entry]] = {}
    for entry in target.entries():
        path = entry.path
        relevant = manifest_form(path) or lock_form(path) or _ALIASES.fullmatch(path)
        if relevant and entry.mode in _REGULAR and entry.size <= _LARGEST:
            wanted.setdefault(entry.blob, []).append(entry)
    for blob, data in target.read([entries[0] for entries in wanted.values()]):
        text = data.decode("utf-8", "replace").replace("\r\n", "\n")
        for entry in wanted.get(blob, ()):
            for ecosystem, name in _names(entry.path, text, read.get(entry.path)):
                found[ecosystem].add(name)
            own.update(own_names(entry.path, text))
            if _ALIASES.fullmatch(entry.path):
                aliases.append(text)
    names = {one: frozenset(found[one]) for one in Ecosystem}
    return Declared(names, frozenset(own), modules, "\n".join(aliases))


def _names(path: str, text: str, look: Look | None) -> Iterator[tuple[Ecosystem, str]]:
    reader = reader_of(path)
    if reader is None:
        return
    is_read = look is not None and look.unit.text == text
    items = look.listed if look is not None and is_read and look.listed else reader(text)
    try:
        for item in islice(items, _MOST):
            if isinstance(item, Dependency):
                yield item.ecosystem, normal(item.name, item.ecosystem)
            elif isinstance(item, Source) and item.name:
                for ecosystem in Ecosystem:
                    yield ecosystem, normal(item.name, ecosystem)
    except (UnreadableError, RecursionError):
        return


def own_names(path: str, text: str) -> Iterator[str]:
    """Yield the names of the packages that the tree itself is."""
    file = path.rpartition("/")[2]
    try:
        if file == "package.json":
            name = table(load_json(text)).get("name")
            if isinstance(name, str):
                yield name
        elif file == "pyproject.toml":
            import tomllib  # noqa: PLC0415 - seldom needed, and slow to load

            document = tomllib.loads(text)
            poetry = table(table(document.get("tool")).get("poetry"))
            for holder in (table(document.get("project")), poetry):
                name = holder.get("name")
                if isinstance(name, str):
                    yield normal(name, Ecosystem.PYPI)
    except (UnreadableError, ValueError, RecursionError):
        return
