"""Finds commands that install packages: in build files, scripts, workflows, notebooks and guides."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice

from aigate.domain.package import Ecosystem
from aigate.domain.regex import regex
from aigate.scanners._dependencies.files import TOOLS
from aigate.scanners._dependencies.items import (
    Dependency,
    Index,
    Item,
    Mark,
    Role,
    Source,
    UnreadableError,
)
from aigate.scanners._dependencies.places import places
from aigate.scanners._dependencies.specs import (
    indexes,
    is_address,
    is_held,
    is_repository,
    npm_required,
    npm_word,
    required,
)

_GAP = r"[\"',\s]+"
# With the value of an option, if a word stands between two of them or before the verb.
_OPTIONS = rf"(?:--?\w[\w-]*(?:=[^\s\"',]+)?{_GAP}(?:(?!--?\w|(?:pip|tool|run|install|i|add|exec|x)\b)[\w@/.:-]+{_GAP})?){{0,12}}"
_PYTHON = (
    rf"(?:pip[\d.]*|pipenv|pipx|poetry|pdm|rye|hatch|uv{_GAP}{_OPTIONS}(?:pip|tool)){_GAP}{_OPTIONS}"
    rf"(?:install|add|inject|download|wheel|run(?=[^\n]{{0,500}}--spec))"
    rf"|uv{_GAP}{_OPTIONS}(?:add|run(?=[^\n]{{0,500}}--with\b)|tool{_GAP}run)|uvx|pipx{_GAP}run"
)
_NODE = (
    rf"npm{_GAP}{_OPTIONS}(?:install|in|isntall|i|add|exec|x)"
    rf"|(?:pnpm|yarn|bun){_GAP}{_OPTIONS}(?:global{_GAP}|workspace{_GAP}[\w@/.-]+{_GAP})?(?:add|dlx|x|install|i)"
    rf"|npx|bunx|pnpx"
)
# By its path as well, but not as a part of an address.
_COMMAND = regex(
    rf"(?:(?<![\w./@-])|(?<=bin/)|(?<=Scripts[/\\]))(?:(?P<python>{_PYTHON})|(?P<node>{_NODE}))(?=[\s\"'<>])"
)
_ENDS = regex(r"&&|\|\||[;|`\n)]|(?<=[\"'\s])\]|(?<!\S)#")
# Words may stand behind it.
_REDIRECTED = regex(r"(?<![^\s\"'])\d?(?:>>?|<)&?\s*[\w./$-]+")
_WORD = regex(r"[^\s\"',\[\]]+(?:\[[\w, -]*\])?(?:[<>=!~]=?[\w.*+,<>=!~-]+)?")
_VALUED = frozenset(
    {
        *("-r", "-c", "-t", "-i", "-f", "--requirement", "--constraint", "--target", "--index-url"),
        *("--extra-index-url", "--find-links", "--prefix", "--root", "--trusted-host", "--python"),
        *(
            "--index",
            "--default-index",
            "--group",
            "-G",
            "--optional",
            "--extra",
            "-E",
            "--platform",
        ),
        *(
            "--python-version",
            "--registry",
            "--cache",
            "--userconfig",
            "-w",
            "--workspace",
            "--cwd",
        ),
        *(
            "--python-platform",
            "--only-binary",
            "--no-binary",
            "--cache-dir",
            "--timeout",
            "--retries",
        ),
        *("--global-option", "--config-settings", "--source", "--loglevel", "--with-requirements"),
        *(
            "-n",
            "--env-file",
            "--log",
            "--proxy",
            "--cert",
            "--abi",
            "--implementation",
            "--upgrade-strategy",
        ),
        *(
            "--progress-bar",
            "--exists-action",
            "--report",
            "--src",
            "-b",
            "--directory",
            "--project",
        ),
        *(
            "--call",
            "--filter",
            "--dir",
            "-C",
            "--network-timeout",
            "--mutex",
            "--omit",
            "--fetch-timeout",
        ),
    }
)
_NAMING = frozenset({"--from", "--with", "--spec", "-p", "--package"})
_ONE = regex(r"uvx|npx|bunx|pnpx|.*(?:dlx|exec|run|x)\Z", re.DOTALL)
# What stands before a command that is shown, and not spoken about.
_SHOWN = regex(r"(?:.*[`$>\"'(]|[ \t]*(?:RUN|[-*+]|\d+\.|[>$#%!/]+)?)\s*(?:sudo\s+)?", re.DOTALL)
# A command goes on in the next line, also behind comments and empty lines, as in a Dockerfile.
# That it begins with a class of characters lets most of a text be skipped at once.
_JOINED = regex(r"[\\`^](?:(?<=\\)|(?<=[ \t].))[ \t]*\n(?:[ \t]*(?:#[^\n]*)?\n)*+")
# What installers take from the environment, and what writes their settings.
_SETTING = regex(
    r"(?:\b(?:PIP_(?:EXTRA_)?INDEX_URL|UV_(?:(?:DEFAULT|EXTRA)_)?INDEX(?:_URL)?|npm_config_registry"
    r"|YARN_NPM_REGISTRY_SERVER)\b[\"']?[ \t]*[=: ]"
    r"|\bconfig[ \t]+set[ \t]+(?:--\w+[ \t]+)?(?:[\w@.-]{1,80}[.:])?(?:(?:extra-)?index-url|registry|npmRegistryServer)[ \t=])"
    r"[ \t]*[\"']?(?P<url>https?://[^\s\"']+)",
    re.IGNORECASE,
)
_VALUE = regex(
    r"(?:^|(?<=[\s;&]))(?:(?:ARG|ENV|export|local|set)[ \t]+)?(?P<name>[A-Za-z_]\w{0,60})=(?P<quote>[\"']?)"
    r"(?P<value>(?<=[\"'])[^\"'\n$`]{1,2000}|[^\s\"'$`;&|]{1,400})(?P=quote)(?=$|[\s;&])",
    re.MULTILINE,
)
_CHAINED = regex(
    r"(?<=[\s\"'])(?:-[rc]|--requirements?|--constraints?)[\"',=\s]+(?P<url>https?://[^\s\"']+)",
    re.IGNORECASE,
)
_MOST_USED = 20
_USED = regex(r"(?<![^\s\"'])\$\{?(\w+)\}?(?![^\s\"'])")
_LONGEST = 40_000
_MOST = 2_000
_WIDEST = 400


def commands(text: str, *, role: Role) -> Iterator[Item]:
    """Yield what the commands in a text install, and from which indexes."""
    plain = _joined(text)
    if role is Role.DECLARED:
        yield from _settings(plain)
    values = cache(lambda: _values(plain))
    for count, found in enumerate(_found(plain)):
        if count > _MOST:
            if role is Role.DECLARED:
                raise UnreadableError(f"it has more than {_MOST} commands that install")
            return
        line = plain[plain.rfind("\n", 0, found.start()) + 1 : found.start()]
        if len(line) > _WIDEST:
            line = f"…{line[-_WIDEST:]}"
        if role is Role.MENTIONED and not _SHOWN.fullmatch(line):
            continue
        own = role
        if own is Role.DECLARED and re.match(
            r"\s*(?:#|//|REM\b|::|echo\b[^;&|]*\Z|-?\s*(?:name|description):)", line
        ):
            own = Role.MENTIONED
        rest = plain[found.end() : found.end() + _LONGEST]
        end = _ENDS.search(rest)
        arguments = rest[: end.start()] if end else rest
        arguments = _REDIRECTED.sub(lambda part: " " * len(part[0]), arguments)
        yield from _installed(arguments, found, role=own)
        if own is Role.DECLARED:
            used = [values()[name] for name in _USED.findall(arguments) if name in values()]
            yield from _named(used, plain, found)
            yield from _optional(arguments, found.end())


def _found(plain: str) -> Iterator[re.Match[str]]:
    """Yield what the pattern of commands finds, which is tried only where a tool's name stands."""
    end = 0
    for start in places(plain, TOOLS):
        found = _COMMAND.match(plain, start) if start >= end else None
        if found is not None:
            yield found
            end = found.end()


def _values(plain: str) -> dict[str, str]:
    return {one["name"]: one["value"] for one in islice(_VALUE.finditer(plain), _MOST)}


def _settings(plain: str) -> Iterator[Index]:
    if "://" not in plain:
        return
    for found in _SETTING.finditer(plain):
        url = found["url"]
        yield Index(url=url, at=Mark(needle=url, start=found.start("url")))


def _optional(arguments: str, at: int) -> Iterator[Index | Source]:
    """Yield the addresses that options of a command name."""
    yield from indexes(arguments, at)
    for found in _CHAINED.finditer(arguments):
        mark = Mark(needle=found["url"], start=at + found.start("url"))
        yield Source(name="", url=found["url"], at=mark)


def _named(used: list[str], plain: str, found: re.Match[str]) -> Iterator[Item]:
    """Yield what stands in the variables of a command."""
    for value in used[:_MOST_USED]:
        for word in value.split():
            if not word.startswith("-") and not is_held(word):
                start = plain.find(word, plain.find(value))
                if word.startswith(("http://", "https://")):
                    yield Index(url=word, at=Mark(needle=word, start=start))
                    continue
                yield from _package(word, start, found, role=Role.DECLARED)


def _joined(text: str) -> str:
    """Return a text with lines that go on in the next as one; the offsets hold.

    A comment does not go on.
    """

    def blank(found: re.Match[str]) -> str:
        begin = text.rfind("\n", 0, found.start()) + 1
        is_comment = text[begin : begin + _WIDEST].lstrip().startswith("#")
        return found[0] if is_comment else " " * len(found[0])

    return _JOINED.sub(blank, text)


def _installed(arguments: str, found: re.Match[str], *, role: Role) -> Iterator[Item]:
    takes_one = _ONE.fullmatch(found[0]) is not None
    named = False
    skip = wanted = False
    for word in _WORD.finditer(arguments):
        value, start = word[0], found.end() + word.start()
        if skip:
            skip = False
            continue
        if value.startswith("-") and not wanted:
            option, separator, inline = value.partition("=")
            wanted = option in _NAMING and not separator and (takes_one or option.startswith("--"))
            skip = option in _VALUED and not separator
            if option in _NAMING and separator:
                named = True
                yield from _package(inline, start + len(option) + 1, found, role=role)
            continue
        if takes_one and named and not wanted:
            return
        named = named or not wanted or takes_one
        wanted = False
        if is_held(value) and not (found["node"] and is_repository(value)):
            if takes_one:
                return
            continue
        yield from _package(value, start, found, role=role)
        if takes_one and not re.search(r"--(?:with|from|spec|package)\b|-p\b", arguments):
            return


def _package(
    value: str, start: int, found: re.Match[str], *, role: Role
) -> Iterator[Dependency | Source | Index]:
    value = value.rstrip(".:\\") if role is Role.MENTIONED else value.rstrip("\\")
    if not value or (role is Role.MENTIONED and (is_address(value) or value == "python")):
        return
    if role is Role.MENTIONED and is_repository(value):
        return
    if found["python"]:
        at_version = re.fullmatch(
            r"(?P<name>[^\W_][\w.-]*(?:\[[^\]]*\])?)@(?P<version>[\w.*^~-]+)", value
        )
        text = at_version["name"] if at_version else value
        yield from required(text, start, role=role)
        return
    if is_address(value) or is_repository(value):
        yield Source(name="", url=value, at=Mark(needle=value, start=start))
        return
    name, spec = npm_word(value)
    if name:
        mark = Mark(needle=name, start=start)
        for one in npm_required(name, spec, at=mark, role=role):
            if isinstance(one, Dependency) and one.ecosystem is Ecosystem.NPM:
                yield one
