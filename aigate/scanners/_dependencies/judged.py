"""Says what is wrong with a dependency, a source, an index or an entry of a lock file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date

from aigate.domain.package import Ecosystem, Listing
from aigate.domain.regex import regex
from aigate.domain.severity import Severity
from aigate.scanners._dependencies.imports import Import
from aigate.scanners._dependencies.items import (
    Dependency,
    Index,
    Item,
    Mismatch,
    Role,
    Source,
)
from aigate.scanners._dependencies.known import FAMOUS, Known, Modules, normal
from aigate.scanners._dependencies.near import Near, nearest, surely_nearest
from aigate.scanners._dependencies.pages import (
    INDEX,
    LOOKALIKE,
    MISMATCH,
    UNKNOWN,
    UNPINNED,
    WITHDRAWN,
    YOUNG,
    Remark,
)

_DAYS = 30
_SHOWN = 80
_LONGEST = 1_000
_COMMIT = regex(r"[@#/](?:commit=)?[0-9a-f]{40}(?:[0-9a-f]{24})?(?![0-9a-f])")
_HASHED = regex(r"[#&](?:sha(?:256|384|512)=)[0-9a-f]{64,}")
_OFFICIAL = regex(
    r"https://(?:pypi\.org/simple|pypi\.python\.org/simple|registry\.npmjs\.org|registry\.yarnpkg\.com"
    r"|download\.pytorch\.org/whl(?:/[\w.]+)?|npm\.jsr\.io)/?"
)
_LOCAL = regex(r"https?://(?:localhost|127\.0\.0\.1|\[::1\])(?:[:/]|\Z)")
_USUAL = regex(
    r"(?:(?:npx|yarn|pnpm|bunx?)\s+(?:run\s+|--no(?:-install)?\s+|-y\s+)?)?"
    r"(?:husky(?:\s+install)?|patch-package|simple-git-hooks|lefthook\s+install|node-gyp(?:-build)?(?:\s+rebuild)?"
    r"|prebuild-install|prisma\s+generate|electron-builder\s+install-app-deps|electron-rebuild|ngcc|nuxt\s+prepare"
    r"|nuxi\s+prepare|svelte-kit\s+sync|lerna\s+bootstrap|wireit|tsc|only-allow\s+\w+|fumadocs-mdx|panda\s+codegen"
    r"|cmake-js\s+\w+|neon\s+build|allow-scripts|is-ci|playwright\s+install|bob\s+build|expo-yarn-workspaces\s+\w+)(?:\s+--?\w[\w-]*|\s+\|\|\s+(?:true|exit\s+0))*"
)


def shown(text: str) -> str:
    """Return a text of the change as messages quote it."""
    flat = " ".join(text.replace("`", "'").split())
    return flat if len(flat) <= _SHOWN else f"{flat[:_SHOWN]}…"


def is_usual(command: str) -> bool:
    """Tell whether a command that runs at installation is one of the usual, harmless ones."""
    flat = " ".join(command.split())
    return len(flat) < _LONGEST and all(_USUAL.fullmatch(one.strip()) for one in flat.split("&&"))


def remarks(item: Item, text: str, known: Mapping[Ecosystem, Known]) -> Iterator[Remark]:
    """Yield what is wrong with one item, as far as its own words tell."""
    if isinstance(item, Dependency):
        # Most are well known, and looking for their places takes as long as all the rest.
        if normal(item.name, item.ecosystem) in known[item.ecosystem] and item.name.isascii():
            return
        said = _dependency(item, known)
        if said is not None:
            message, hint, severity = said
            yield Remark(LOOKALIKE, *item.at.within(text), message, hint, severity)
        return
    start, end = item.at.within(text)
    if isinstance(item, Source):
        yield from _source(item, start=start, end=end)
    elif isinstance(item, Index):
        yield from _index(item, start=start, end=end)
    elif isinstance(item, Mismatch):
        severity = MISMATCH.severity if item.is_sure else Severity.MEDIUM
        message = f"the entry `{shown(item.name)}` brings {_brought(item.brings)}"
        yield Remark(MISMATCH, start, end, message, "write the lock file anew", severity)


def _brought(text: str) -> str:
    """Return what a lock file brings: our words around one name of the file."""
    before, quote, rest = text.partition("`")
    name, _, after = rest.rpartition("`")
    return f"{before}`{shown(name)}`{after}" if quote else text


def near(item: Dependency, known: Mapping[Ecosystem, Known]) -> Near | None:
    """Return what a dependency can be taken for, if it is not well known itself."""
    name = normal(item.name, item.ecosystem)
    own = known[item.ecosystem]
    if name in own:
        return None
    chosen = item.role is Role.DECLARED and not item.is_conda
    return nearest(name, own) if chosen else surely_nearest(name, own)


def _dependency(
    item: Dependency, known: Mapping[Ecosystem, Known]
) -> tuple[str, str, Severity] | None:
    """Return what is wrong with a name, what to do, and how severe that is."""
    found = near(item, known)
    title = _TITLES[item.ecosystem]
    severity = LOOKALIKE.severity
    if item.role is not Role.DECLARED or item.is_conda or (found and not found.sure):
        severity = Severity.MEDIUM
    if found is not None and (found.sure or (item.role is Role.DECLARED and not item.is_conda)):
        return (
            f"`{shown(item.name)}` is not well known, and looks like `{found.target}`: {found.how}",
            f"if `{found.target}` is meant, write that",
            severity,
        )
    if found is None and not item.name.isascii():
        message = f"`{shown(item.name)}` has letters that no name of {title} has"
        return message, "write the name in plain letters", severity
    if found is None and item.role is Role.DECLARED and not item.is_conda:
        other = Ecosystem.NPM if item.ecosystem is Ecosystem.PYPI else Ecosystem.PYPI
        name = normal(item.name, other)
        if (
            normal(item.name, item.ecosystem) not in known[item.ecosystem]
            and name in known[other]
            and known[other].ranks[name] < FAMOUS
        ):
            message = (
                f"`{shown(item.name)}` is a well-known package of {_TITLES[other]}, not of {title}"
            )
            return message, "check that this is the package that is meant", Severity.LOW
    return None


_TITLES = {Ecosystem.PYPI: "PyPI", Ecosystem.NPM: "npm"}


def listed(
    item: Dependency, listing: Listing, text: str, *, today: date, near: bool, is_own: bool
) -> Iterator[Remark]:
    """Yield what is wrong with a dependency, as an index tells."""
    start, end = item.at.within(text)
    name = shown(item.name)
    if listing.problem:
        return
    if not listing.exists or not listing.has_version:
        which = f"version {shown(item.version)} of " if listing.exists else ""
        said = f"the package index has no {which}`{name}`"
        if is_own:
            said += ", while the tree has a package of that name"
        hint = "remove it, or name the package that is meant"
        severity = Severity.MEDIUM if is_own or which else UNKNOWN.severity
        yield Remark(UNKNOWN, start, end, said, hint, severity)
        return
    age = (today - listing.first).days if listing.first is not None else _DAYS
    if age < _DAYS:
        days = f"{max(age, 0)} day{'' if age == 1 else 's'}"
        message = f"`{name}` was first released {days} ago"
        severity = Severity.HIGH if near else YOUNG.severity
        yield Remark(YOUNG, start, end, message, "use a package that is older", severity)
    if listing.gone:
        which = f"version {shown(item.version)} of " if item.version else ""
        message = f"{which}`{name}` was withdrawn"
        hint = "ask for a version that was not"
        yield Remark(WITHDRAWN, start, end, message, hint, WITHDRAWN.severity)


def _source(item: Source, *, start: int, end: int) -> Iterator[Remark]:
    url = item.url
    what = f"`{shown(item.name)}`" if item.name else "a package"
    plain = re.match(r"(?:git\+)?(?:http|git|ftp)://", url, re.IGNORECASE)
    if plain and not _LOCAL.match(url):
        message = f"{what} comes from `{_host(url)}` without encryption"
        yield Remark(UNPINNED, start, end, message, "use HTTPS and a hash", Severity.HIGH)
    elif not (item.is_hashed or _COMMIT.search(url) or _HASHED.search(url) or _LOCAL.match(url)):
        archive = url[:4].lower() == "http" and ".git" not in url and not url.startswith("git+")
        missing = "a hash" if archive else "the full id of a commit"
        message = f"{what} comes from `{_host(url)}` without {missing}"
        hint = "use a release of the index, or pin what was reviewed"
        yield Remark(UNPINNED, start, end, message, hint, UNPINNED.severity)


def _index(item: Index, *, start: int, end: int) -> Iterator[Remark]:
    if _OFFICIAL.fullmatch(item.url) or _LOCAL.match(item.url):
        return
    host = _host(item.url)
    if item.url[:7].lower() == "http://":
        message = f"packages are to come from `{host}`, whose identity is not checked"
        yield Remark(INDEX, start, end, message, "use HTTPS", Severity.HIGH)
        return
    more = ", beside another index" if item.is_extra else ""
    message = f"packages are to come from `{host}`{more}"
    hint = "let the index be set where the software is built"
    yield Remark(INDEX, start, end, message, hint, INDEX.severity)


def _host(url: str) -> str:
    """Return the host of an address, without the credentials that may stand before it."""
    from urllib.parse import urlsplit  # noqa: PLC0415 - seldom needed, and slow to load

    try:
        host = urlsplit(re.sub(r"\Agit\+", "", url)).hostname
    except ValueError:
        host = None
    if host:
        return shown(host)
    found = re.match(r"(?:[\w.+-]+@)?([\w.-]+):", url)
    return shown(found[1]) if found else "another repository"


def near_module(one: Import, known: Known, modules: Modules) -> str:
    """Return the well-known name that an import looks like beyond doubt, or the empty text."""
    found = nearest(normal(one.name, one.ecosystem), known)
    if found is not None and found.sure:
        return found.target
    if one.ecosystem is Ecosystem.PYPI:
        return next(
            (m for m in modules.packages if sorted(m) == sorted(one.name) and len(m) > 4), ""
        )
    return ""
