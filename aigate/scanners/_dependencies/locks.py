"""Reads lock files: what a resolver wrote down, and entries that bring something else than they say.

Lock files are long, and come in YAML, TOML and forms of their own; all but those in JSON are read
by lines, which takes time in proportion to their length whatever stands in them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from urllib.parse import unquote, urlsplit

from aigate.domain.package import Ecosystem
from aigate.domain.regex import regex
from aigate.scanners._dependencies.files import PYLOCK, lock_form
from aigate.scanners._dependencies.items import (
    Dependency,
    Index,
    Item,
    Mark,
    Mismatch,
    Role,
)
from aigate.scanners._dependencies.manifests import load_json, table

_SEPARATORS = regex(r"[-_.]+")
# What npm itself writes down for packages of its own index.
_OWN_HOSTS = frozenset({"registry.npmjs.org", "registry.yarnpkg.com", "npm.jsr.io"})
_FIXED = regex(r"[0-9a-f]{40}")


def lock_reader(path: str) -> Callable[[str], Iterable[Item]] | None:
    """Return what reads the lock file at a path, if it is one."""
    return _READERS.get(lock_form(path))


def _locked(name: str, ecosystem: Ecosystem, at: Mark, version: str = "") -> Dependency:
    return Dependency(name=name, ecosystem=ecosystem, role=Role.LOCKED, at=at, version=version)


def _npm_lock(text: str) -> Iterator[Item]:
    document = table(load_json(text))
    entries = list(_npm_entries(document))
    yield from _elsewhere([(name or key, url, mark) for key, name, url, mark in entries])
    for key, name, url, mark in entries:
        if name:
            yield _locked(name, Ecosystem.NPM, mark)
        if url.startswith(("http:", "https:")):
            yield from _of_tarball(name or key, url, mark)
        if name != key and f"npm:{name}@" not in text and not text.count(f'"npm:{name}"'):
            brings = f"the package `{name}`, under an alias that nothing asks for"
            yield Mismatch(name=key, brings=brings, at=mark)


def _npm_entries(document: Mapping[str, object]) -> Iterator[tuple[str, str, str, Mark]]:
    """Yield the name by which each entry is found, its own name, its address and its place."""
    for path, fields in table(document.get("packages")).items():
        key = path.rpartition("node_modules/")[2]
        entry = table(fields)
        if "node_modules/" in path and not entry.get("link"):
            own = entry.get("name")
            url = entry.get("resolved")
            mark = Mark(needle=f'"{path}"')
            yield key, own if isinstance(own, str) else key, _text(url), mark
    pending = [table(document.get("dependencies"))] if "packages" not in document else []
    while pending:
        for name, fields in pending.pop().items():
            entry = table(fields)
            version = _text(entry.get("version"))
            real = re.match(r"npm:((?:@[^/]+/)?[^@]+)@", version)
            mark = Mark(needle=f'"{name}"')
            yield name, real[1] if real else name, _text(entry.get("resolved")), mark
            pending.append(table(entry.get("dependencies")))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def _of_tarball(name: str, url: str, mark: Mark) -> Iterator[Mismatch]:
    """Compare an entry with the address of its archive, which on every index names the package."""
    path = unquote(re.split(r"[?#]", url, maxsplit=1)[0])
    before, separator, file = path.partition("/-/")
    if separator:
        scope, _, base = before.rpartition("/")
        scope = scope.rpartition("/")[2]
        full = f"{scope}/{base}" if scope.startswith("@") else base
        if name not in {full, base} or (name.startswith("@") and full != name):
            yield Mismatch(name=name, brings=f"the package `{full}`", at=mark)
        elif not re.match(rf"(?:@[^/]+/)?{re.escape(base)}-?v?\d", file):
            yield Mismatch(name=name, brings=f"the file `{file[:80]}`", at=mark)


def _elsewhere(found: Sequence[tuple[str, str, Mark]]) -> Iterator[Mismatch]:
    """Yield the first entry from each host that is neither npm's nor that of most of the file."""
    hosts = Counter(_host(url) for _, url, _ in found if "/-/" in url)
    most = max(hosts, key=lambda one: (hosts[one], one in _OWN_HOSTS), default="")
    seen = {"", most, *_OWN_HOSTS}
    for name, url, mark in found:
        host = _host(url)
        if most and host not in seen and not _FIXED.search(url):
            seen.add(host)
            brings = f"an archive from `{host}`, unlike most of the file"
            yield Mismatch(name=name, brings=brings, at=mark, is_sure=False)


_YARN_HEAD = regex(r"^(?P<specs>\"?(?:@[^/\s\"]+/)?[^@\s\"#_][^@\s\"]*@[^\n]*):[ \t]*$")
_YARN_FIELD = regex(r"^  (?P<key>resolved|resolution):? \"(?P<value>[^\"\n]+)\"")
_YARN_SPEC = regex(r"(?P<name>(?:@[^/\s\"]+/)?[^@\s\",]+)@(?P<range>[^\",]*)")


def _yarn_lock(text: str) -> Iterator[Item]:
    found: list[tuple[str, Mark, str]] = []
    names: frozenset[str] = frozenset()
    head = Mark(needle="")
    at = 0
    for line in text.split("\n"):
        opening = _YARN_HEAD.match(line)
        field = _YARN_FIELD.match(line)
        if opening:
            specs = [(one["name"], one["range"]) for one in _YARN_SPEC.finditer(line)]
            names = frozenset(_aliased(name, spec) for name, spec in specs)
            first = specs[0][0] if specs else ""
            head = Mark(needle=first, start=at + line.find(first))
            for name in sorted(names):
                yield _locked(name, Ecosystem.NPM, head)
        elif field and names:
            found.extend((name, head, field["value"]) for name in sorted(names))
        at += len(line) + 1
    yield from _elsewhere([(name, value, mark) for name, mark, value in found])
    for name, mark, value in found:
        if value.startswith(("http:", "https:")):
            yield from _of_tarball(name, value, mark)
            continue
        real = _YARN_SPEC.match(value)
        if real and real["range"].startswith("npm:") and real["name"] != name:
            yield Mismatch(name=name, brings=f"the package `{real['name']}`", at=mark)


def _aliased(name: str, spec: str) -> str:
    """Return the name that a range with an alias leads to."""
    real = re.match(r"npm:((?:@[^/]+/)?[A-Za-z][^@/]*)(?:@|\Z)", spec)
    return real[1] if real else name


_PNPM_KEY = regex(
    r"^  [\"']?/?(?P<name>(?:@[^/\s\"']+/)?[^@/\s\"']+)(?:@|/)(?P<version>\d[^:\"'\s]*)[\"']?:"
)
_TARBALL = regex(r"\btarball: (?P<url>[^\s,}]+)")


def _pnpm_lock(text: str) -> Iterator[Item]:
    at, name, mark = 0, "", Mark(needle="")
    found: list[tuple[str, str, Mark]] = []
    for line in text.split("\n"):
        # A key is indented by two spaces.
        key = _PNPM_KEY.match(line) if line[:2] == "  " and line[2:3] != " " else None
        if key:
            name = key["name"]
            mark = Mark(needle=name, start=at + key.start("name"))
            yield _locked(name, Ecosystem.NPM, mark, key["version"])
        tarball = _TARBALL.search(line) if name and "tarball: " in line else None
        if tarball:
            found.append((name, tarball["url"], mark))
        at += len(line) + 1
    yield from _elsewhere(found)
    for one, url, where in found:
        yield from _of_tarball(one, url, where)


_FIELD = regex(r"^(?P<key>name|version) = \"(?P<value>[^\"\n]+)\"")
_FILE = regex(
    r"\b(?:url|file|name|path) = \"(?P<value>[^\"\n]+\.(?:whl|tar\.gz|zip|tar\.bz2))[\"#]"
)
_FILE_NAME = regex(r"(?P<name>.+?)-v?\d[^-]*(?:-.*)?\.(?:whl|tar\.gz|zip|tar\.bz2)\Z")


def _python_lock(text: str) -> Iterator[Item]:
    """Read the lock files of Poetry, uv and PDM, and `pylock.toml`."""
    at, name, want, mark, inside = 0, "", "", Mark(needle=""), False
    for line in text.split("\n"):
        if line.startswith("["):
            inside = line.startswith(("[[package]]", "[[packages]]"))
            if inside:
                name = ""
        field = _FIELD.match(line) if inside else None
        if field and field["key"] == "name" and not name:
            name = field["value"]
            want = _SEPARATORS.sub("-", name).lower()
            mark = Mark(needle=name, start=at + field.start("value"))
            yield _locked(name, Ecosystem.PYPI, mark)
        elif name and (".whl" in line or ".tar." in line or ".zip" in line):
            for one in _FILE.finditer(line):
                if not _is_named(one["value"], want):
                    yield from _of_file(
                        name, one["value"], Mark(needle=one["value"], start=at + one.start("value"))
                    )
        at += len(line) + 1


def _is_named(address: str, want: str) -> bool:
    """Tell whether a file is one of the package of this name, which is in its normal spelling."""
    file = address.rpartition("/")[2]
    plain = file[: len(want) + 1].lower().replace("_", "-").replace(".", "-")
    if plain == f"{want}-" and file.isascii() and "%" not in file:
        return True
    return _SEPARATORS.sub("-", unquote(file)).lower().startswith(f"{want}-")


def _of_file(name: str, address: str, mark: Mark) -> Iterator[Mismatch]:
    file = unquote(address.rpartition("/")[2])
    if _FILE_NAME.match(file):
        yield Mismatch(name=name, brings=f"the file `{file[:80]}`", at=mark)


def _pipfile_lock(text: str) -> Iterator[Item]:
    document = table(load_json(text))
    sources = table(document.get("_meta")).get("sources")
    for source in sources if isinstance(sources, list) else []:
        url = _text(table(source).get("url"))
        if "://" in url:
            yield Index(url=url, at=Mark(needle=url))
    for group, entries in document.items():
        if group != "_meta":
            for name in table(entries):
                yield _locked(name, Ecosystem.PYPI, Mark(needle=f'"{name}"'))


_READERS: Mapping[str, Callable[[str], Iterable[Item]]] = {
    PYLOCK: _python_lock,
    "package-lock.json": _npm_lock,
    "npm-shrinkwrap.json": _npm_lock,
    "yarn.lock": _yarn_lock,
    "pnpm-lock.yaml": _pnpm_lock,
    "poetry.lock": _python_lock,
    "uv.lock": _python_lock,
    "pdm.lock": _python_lock,
    "pipfile.lock": _pipfile_lock,
}
