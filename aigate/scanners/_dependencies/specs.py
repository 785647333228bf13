"""Reads single requirements as pip and npm understand them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from aigate.domain.package import Ecosystem
from aigate.domain.regex import regex
from aigate.scanners._dependencies.items import Dependency, Index, Item, Mark, Role, Source

_REQUIREMENT = regex(
    r"\s*(?P<name>[^\W_](?:[\w.-]{0,200}\w)?)\s*(?:\[[^\]\n]{0,400}\])?\s*"
    r"(?:@\s*(?P<url>[^\s;]+)|\(?\s*(?P<spec>(?:[<>=!~]=?=?\s*[\w.*+!-]+\s*,?\s*)*)\)?)\s*(?P<rest>;.*|#.*|--.*|,)?\s*\Z",
    re.DOTALL,
)
_EXACT = regex(r"===?\s*([\w.+!-]+)\s*\Z")
_ADDRESS = regex(r"(?:git|hg|svn|bzr)\+|https?://|ftp://|git@|ssh://|git://", re.IGNORECASE)
_HELD = regex(r"[.~/\\]|[A-Za-z]:[\\/]|file:|.*[\\/]|.*\.(?:whl|zip|tar\.\w+|tgz)\Z")
_PATH = regex(r"[.~/\\$]|[A-Za-z]:[\\/]|file:")
_EGG = regex(r"#.*?\begg=([\w.-]+)")
_HASHES = regex(r"--hash[= ]|#sha(?:256|384|512)=|&sha(?:256|384|512)=|#(?:md5|sha1)=")
_VARIABLE = regex(r"[${}%|&(]|<[A-Za-z]")
_INDEX = regex(
    r"(?P<option>-i|--index-url|--default-index|--extra-index-url|--index|-f|--find-links|--registry|--trusted-host)"
    r"(?:\s*=\s*|\s+)[\"']?(?P<url>[^\s\"']+)"
)


def required(
    text: str, at: int = -1, *, role: Role = Role.DECLARED
) -> Iterator[Dependency | Source]:
    """Yield what one requirement of Python asks for, if it is one; `at` is its place."""
    bare = text.strip()
    begin = at + text.find(bare) if at >= 0 else -1
    if _ADDRESS.match(bare):
        url = bare.split(";")[0].split()[0]
        if not _VARIABLE.search(url.replace("%20", "")):
            egg = _EGG.search(url)
            mark = Mark(needle=url, start=begin)
            name = egg[1] if egg else ""
            yield Source(name=name, url=url, at=mark, is_hashed=_HASHES.search(bare) is not None)
        return
    found = _REQUIREMENT.match(bare[:2000])
    if found is None:
        return
    name, start = found["name"], begin + found.start("name") if begin >= 0 else -1
    if found["url"]:
        if _ADDRESS.match(found["url"]):
            url = found["url"]
            mark = Mark(needle=url, start=begin + found.start("url") if begin >= 0 else -1)
            is_hashed = _HASHES.search(bare) is not None
            yield Source(name=name, url=url, at=mark, is_hashed=is_hashed)
        return
    exact = _EXACT.match(found["spec"] or "")
    yield Dependency(
        name=name,
        ecosystem=Ecosystem.PYPI,
        role=role,
        at=Mark(needle=name if start >= 0 else bare, start=start),
        version=exact[1] if exact else "",
    )


def requirements(text: str) -> Iterator[Item]:
    """Yield what a file of requirements or constraints asks for."""
    # A line that goes on in the next; the offsets hold.
    text = re.sub(r"\\\r?\n", lambda found: " " * len(found[0]), text)
    at = 0
    for line in text.split("\n"):
        bare = re.sub(r"(?:\A|\s)#.*", "", line.rstrip("\r"))
        if bare.lstrip().startswith("-"):
            yield from _option(bare, at)
        elif bare.strip() and not _PATH.match(bare.strip()):
            yield from required(bare, at)
        at += len(line) + 1


def _option(line: str, at: int) -> Iterator[Item]:
    editable = re.match(r"\s*(?:-e|--editable)[=\s]+(\S+)", line)
    if editable:
        yield from (
            required(editable[1], at + editable.start(1)) if _ADDRESS.match(editable[1]) else ()
        )
    else:
        yield from indexes(line, at)


def indexes(line: str, at: int) -> Iterator[Index]:
    """Yield the indexes that the options on a line name."""
    for found in _INDEX.finditer(line):
        url, option = found["url"], found["option"]
        if option == "--trusted-host":
            url = f"http://{url}"
        if "://" in url:
            needle = found["url"]
            extra = option in {"--extra-index-url", "-f", "--find-links"}
            mark = Mark(needle=needle, start=at + found.start("url") if at >= 0 else -1)
            yield Index(url=url, at=mark, is_extra=extra)


_NPM_NAME = regex(r"(?:@[^/@\s:]{1,100}/)?[^/@\s:]{1,200}")
_NPM_HELD = regex(r"(?:file|link|workspace|portal|catalog|patch|exec|jsr):|[.~/]")
_NPM_SOURCE = regex(r"git\+|git:|git@|ssh:|https?:|github:|gitlab:|bitbucket:|gist:")
_NPM_SHORT = regex(r"[\w.-]+/[\w.-]+(?:#.*)?\Z")
_NPM_EXACT = regex(r"[v=]?(\d+\.\d+\.\d+[\w.+-]*)\Z")


def npm_required(
    name: str, spec: str, *, at: Mark, role: Role = Role.DECLARED
) -> Iterator[Dependency | Source]:
    """Yield what a name and a range of package.json ask for."""
    if spec.startswith("npm:"):
        real = _NPM_NAME.match(spec, 4)
        if real:
            name, spec = real[0], spec[real.end() + 1 :]
            at = Mark(needle=f"npm:{name}")
    elif _NPM_HELD.match(spec):
        return
    elif _NPM_SOURCE.match(spec) or _NPM_SHORT.match(spec):
        yield Source(name=name, url=spec, at=Mark(needle=spec))
        return
    if _NPM_NAME.fullmatch(name):
        exact = _NPM_EXACT.match(spec)
        version = exact[1] if exact else ""
        yield Dependency(name=name, ecosystem=Ecosystem.NPM, role=role, at=at, version=version)


def npm_word(word: str) -> tuple[str, str]:
    """Return the name and the range of `name@range`, as in a command."""
    found = _NPM_NAME.match(word)
    return (found[0], word[found.end() :].removeprefix("@")) if found else ("", "")


def is_held(word: str) -> bool:
    """Tell whether an argument of a command names a file or is computed, and is no package."""
    return bool(_VARIABLE.search(word)) or (bool(_HELD.match(word)) and not _ADDRESS.match(word))


def is_address(word: str) -> bool:
    """Tell whether an argument is an address."""
    return _ADDRESS.match(word) is not None or _NPM_SOURCE.match(word) is not None


def texts(value: object) -> Iterable[str]:
    """Return the texts of what should be a list of texts."""
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
