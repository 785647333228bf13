"""Finds commands that install packages: in build files, scripts, workflows, notebooks and guides."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aigate.domain.package import Ecosystem
from aigate.domain.regex import regex
from aigate.scanners._dependencies.items import Dependency, Index, Item, Mark, Role, Source
from aigate.scanners._dependencies.specs import (
    indexes,
    is_address,
    is_held,
    npm_required,
    npm_word,
    required,
)

_RUN = regex(
    r"(?:.*/)?(?:[\w.-]*(?:Dockerfile|Containerfile)[\w.-]*|[\w.-]*Makefile[\w.-]*|justfile|Vagrantfile|Procfile"
    r"|Jenkinsfile[\w.-]*|\.gitlab-ci[\w.-]*|[\w.-]+\.(?:sh|bash|zsh|fish|ps1|bat|cmd|mk|ya?ml|dockerfile|just|ini))",
    re.IGNORECASE,
)
_READ = regex(r"(?:.*/)?[\w.-]+\.(?:mdx?|mdc|rst|txt|markdown|adoc)", re.IGNORECASE)

_GAP = r"[\"',\s]+"
_PYTHON = (
    rf"(?:uv{_GAP}pip|pip[\d.]*|pipenv|pipx|uv{_GAP}tool|poetry|pdm|rye|hatch){_GAP}"
    rf"(?:-{{1,2}}[\w-]+{_GAP}){{0,4}}(?:install|add|inject|run(?=[^\n]*--spec))"
    rf"|uv{_GAP}add|uvx|uv{_GAP}tool{_GAP}run|pipx{_GAP}run"
)
_NODE = (
    rf"npm{_GAP}(?:-{{1,2}}[\w-]+{_GAP}){{0,4}}(?:install|i|add|exec|x)|(?:pnpm|yarn|bun){_GAP}(?:global{_GAP})?"
    rf"(?:add|dlx|x|install|i)|npx|bunx|pnpx"
)
_COMMAND = regex(rf"(?<![\w./@-])(?:(?P<python>{_PYTHON})|(?P<node>{_NODE}))(?=[\s\"'])")
_ENDS = regex(r"&&|\|\||[;|`\n)]|(?<=[\"'\s])\]|(?<!\S)#|\s>|2>")
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
_LONGEST = 4_000
_MOST = 2_000
_WIDEST = 400


def runs_commands(path: str) -> bool:
    """Tell whether what stands at a path is run."""
    return _RUN.fullmatch(path) is not None


def shows_commands(path: str) -> bool:
    """Tell whether what stands at a path is read, and commands in it are typed in."""
    return _READ.fullmatch(path) is not None


def commands(text: str, *, role: Role) -> Iterator[Item]:
    """Yield what the commands in a text install, and from which indexes."""
    plain = re.sub(r"\\\r?\n", lambda found: " " * len(found[0]), text)
    for count, found in enumerate(_COMMAND.finditer(plain)):
        if count > _MOST:
            return
        line = plain[plain.rfind("\n", 0, found.start()) + 1 : found.start()]
        if len(line) > _WIDEST:
            line = f"…{line[-_WIDEST:]}"
        if role is Role.MENTIONED and not _SHOWN.fullmatch(line):
            continue
        own = role
        if own is Role.DECLARED and re.match(
            r"\s*(?:#|//|REM\b|::|echo\b|-?\s*(?:name|description):)", line
        ):
            own = Role.MENTIONED
        rest = plain[found.end() : found.end() + _LONGEST]
        end = _ENDS.search(rest)
        arguments = rest[: end.start()] if end else rest
        yield from _installed(arguments, found, role=own)


def _installed(arguments: str, found: re.Match[str], *, role: Role) -> Iterator[Item]:
    if role is Role.DECLARED:
        yield from indexes(arguments, found.end())
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
        if is_held(value):
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
    if found["python"]:
        at_version = re.fullmatch(
            r"(?P<name>[^\W_][\w.-]*(?:\[[^\]]*\])?)@(?P<version>[\w.*^~-]+)", value
        )
        text = at_version["name"] if at_version else value
        yield from required(text, start, role=role)
        return
    if is_address(value):
        yield Source(name="", url=value, at=Mark(needle=value, start=start))
        return
    name, spec = npm_word(value)
    if name:
        mark = Mark(needle=name, start=start)
        for one in npm_required(name, spec, at=mark, role=role):
            if isinstance(one, Dependency) and one.ecosystem is Ecosystem.NPM:
                yield one
