"""Reads single requirements as pip and npm understand them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from aigate.domain.package import Ecosystem
from aigate.domain.regex import regex
from aigate.scanners._dependencies.items import Dependency, Index, Item, Mark, Role, Source

_REQUIREMENT = regex(
    r"\s*(?P<name>[^\W_](?:[\w.-]{0,200}\w)?)\s*(?:\[[^\]\n]{0,1800}\])?\s*"
    r"(?:@\s*(?P<url>[^\s;]+)(?:\s*(?:;.*|#.*|--.*))?|\(?\s*(?P<spec>[<>=!~][^;#)]*)?\)?\s*(?:;.*|#.*|--.*|,)?)\s*\Z",
    re.DOTALL,
)
_EXACT = regex(r"===?\s*([\w.+!-]+)\s*\Z")
# Which of these an installer removes, refuses or takes for letters differs; nobody can see them.
_UNSEEN = regex(
    r"[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]"
)
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
    bare = bare[:2000]
    found = _REQUIREMENT.match(bare)
    if found is None and _UNSEEN.search(bare):
        # Left out where it is read, so that it is told by its name and its letters.
        found = _REQUIREMENT.match(_UNSEEN.sub("_", bare))
    if found is None:
        return
    name = bare[found.start("name") : found.end("name")]
    start = begin + found.start("name") if begin >= 0 else -1
    if found["url"]:
        if _ADDRESS.match(found["url"]):
            url = found["url"]
            mark = Mark(needle=url, start=begin + found.start("url") if begin >= 0 else -1)
            is_hashed = _HASHES.search(bare) is not None
            yield Source(name=name, url=url, at=mark, is_hashed=is_hashed)
        return
    exact = _EXACT.match(re.split(r"\s+--|,\s*\Z", found["spec"] or "", maxsplit=1)[0])
    yield Dependency(
        name=name,
        ecosystem=Ecosystem.PYPI,
        role=role,
        at=Mark(needle=name if start >= 0 else bare, start=start),
        version=exact[1] if exact else "",
    )


def requirements(text: str) -> Iterator[Item]:
    """Yield what a file of requirements or constraints asks for."""
    for line, at in _joined(text):
        bare = re.sub(r"(?:\A|\s)#.*", "", line)
        if bare.lstrip().startswith("-"):
            yield from _option(bare, at)
        elif bare.strip() and not _PATH.match(bare.strip()):
            yield from required(bare, at)


def _joined(text: str) -> Iterator[tuple[str, int]]:
    """Yield each line as pip reads it, with its place: a comment does not go on in the next."""
    held, begin, at = "", 0, 0
    for whole in text.splitlines(keepends=True):
        line = whole.rstrip("\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029")
        goes_on = line.endswith("\\") and not line.lstrip().startswith("#")
        if not held:
            begin = at
        at += len(whole)
        if goes_on and len(held) < _LONGEST:
            # The offsets hold.
            held += line[:-1].ljust(len(whole))
            continue
        yield held + line, begin
        held = ""
    if held:
        yield held, begin


def _option(line: str, at: int) -> Iterator[Item]:
    editable = re.match(r"\s*(?:-e|--editable)[=\s]+(.+)", line)
    chained = re.match(r"\s*(?:-[rc]\s*|--(?:requirement|constraint)[=\s]+)(\S+)", line)
    if editable:
        if not _PATH.match(editable[1]) and ("://" in editable[1] or "git@" in editable[1]):
            yield from required(editable[1], at + editable.start(1))
    elif chained:
        if _ADDRESS.match(chained[1]):
            yield Source(
                name="", url=chained[1], at=Mark(needle=chained[1], start=at + chained.start(1))
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
# `~1.2` is a range, and `~/x` a folder.
_NPM_HELD = regex(
    r"(?:file|link|workspace|portal|catalog|patch|exec|jsr):|[./]|~/|[A-Z]:[\\/]", re.IGNORECASE
)
_NPM_SOURCE = regex(
    r"git\+|git:|ssh:|https?:|github:|gitlab:|bitbucket:|gist:|[^@\s/]+@[^:.\s/]+\.[^:\s/]+:",
    re.IGNORECASE,
)
_NPM_REPOSITORY = regex(
    r"(?:github|gitlab|bitbucket|gist):[^\s$]+|[A-Za-z0-9][\w-]*/[A-Za-z0-9][\w.-]*(?:#\S*)?"
)
_NPM_SHORT = regex(r"[\w.-]+/[\w.-]+(?:#.*)?\Z")
_LONGEST = 100_000
_NPM_EXACT = regex(r"[v=]?(\d+\.\d+\.\d+[\w.+-]*)\Z")


def npm_required(
    name: str, spec: str, *, at: Mark, role: Role = Role.DECLARED
) -> Iterator[Dependency | Source]:
    """Yield what a name and a range of package.json ask for."""
    if spec[:4].lower() == "npm:":
        real = _NPM_NAME.match(spec, 4)
        if real:
            at = Mark(needle=spec[: real.end()])
            name, spec = real[0], spec[real.end() + 1 :]
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
    # Only the version may be computed.
    name = word if _ADDRESS.match(word) else re.split(r"[<>=!~]|(?<!\A)@", word, maxsplit=1)[0]
    return bool(_VARIABLE.search(name)) or (bool(_HELD.match(word)) and not _ADDRESS.match(word))


def is_repository(word: str) -> bool:
    """Tell whether npm takes an argument for a repository: `github:owner/name`, `owner/name`."""
    return _NPM_REPOSITORY.fullmatch(word) is not None


def is_address(word: str) -> bool:
    """Tell whether an argument is an address."""
    return _ADDRESS.match(word) is not None or _NPM_SOURCE.match(word) is not None


def texts(value: object) -> Iterable[str]:
    """Return the texts of what should be a list of texts."""
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
