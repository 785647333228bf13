"""Tells whether what a server is fetched from has a fixed version."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from aigate.domain.regex import regex
from aigate.scanners._agents.nodes import Node
from aigate.scanners._agents.pages import UNPINNED, Remark, shown
from aigate.scanners._agents.remarks import remark

_NPM = regex(r"(?:@[\w.-]+/)?[\w.-]+(?:@(?P<version>[^\s]+))?")
_EXACT = regex(r"v?\d+\.\d+(?:\.\d+)?[\w.+-]*")
EXACT_NPM = regex(r"v?\d+\.\d+\.\d+[\w.+-]*")
_COMMIT = regex(r"[@#](?:[0-9a-f]{40}|[0-9a-f]{64})\b")
_GIT = regex(r"(?:git\+|git@|git:|github:|gitlab:|bitbucket:)|.*\.git(?:[@#]|\Z)|https?://")
HELD = regex(r"\.{0,2}/|\.{1,2}\Z|~|[A-Za-z]:[\\/]|.*(?:\$\{|\$\(|%\w+%|<|\{\{)|file:|\$\w")
_LOCAL_TOOLS = frozenset({"tsx", "ts-node", "nodemon", "dotenv", "cross-env", "vite-node", "node"})
_TAKES_VALUE = frozenset(
    {
        *("-p", "--package", "--registry", "--cache", "--prefix", "--userconfig", "-c", "--call"),
        *("--from", "--with", "--spec", "--python", "--directory", "--project", "--index-url"),
        *("--extra-index-url", "--index", "--with-editable", "--with-requirements", "--env-file"),
        *("--refresh-package", "--default-index", "--find-links", "--cwd", "--pip-args"),
    }
)


def judge_package(program: Node, rest: Sequence[Node]) -> Iterator[Remark]:
    """Yield what a program fetches anew at each start."""
    name = re.split(r"[/\\]", program.text)[-1].lower()
    name = re.sub(r"\.(?:exe|cmd|ps1)\Z", "", name)
    verbs = tuple(word.text for word in rest[:2])
    if name in {"npx", "bunx", "pnpx"}:
        yield from _npm(rest, sure=name != "npx" or not {"-y", "--yes"}.isdisjoint(verbs))
    elif (name, *verbs[:1]) in _FETCHES_NPM:
        yield from _npm(rest[1:], sure=True)
    elif name == "uvx":
        yield from _pypi(rest)
    elif (name, *verbs) == ("uv", "tool", "run"):
        yield from _pypi(rest[2:])
    elif (name, *verbs[:1]) == ("uv", "run"):
        yield from _with(rest[1:])
    elif (name, *verbs[:1]) == ("pipx", "run"):
        yield from _pypi(rest[1:])
    elif name == "deno":
        yield from _deno(rest)


_FETCHES_NPM = frozenset(
    {("npm", "exec"), ("npm", "x"), ("pnpm", "dlx"), ("yarn", "dlx"), ("bun", "x")}
)


def _deno(rest: Sequence[Node]) -> Iterator[Remark]:
    for word in rest:
        found = re.match(r"(?:npm|jsr):/?(?P<spec>.+)", word.text)
        named = found is not None and not _pinned_npm(found["spec"].split("/mod")[0])
        if named or (word.text.startswith("https://") and "@" not in word.text):
            yield _unpinned(word)


def _npm(rest: Sequence[Node], *, sure: bool) -> Iterator[Remark]:
    packages = list(_options(rest, ("-p", "--package")))
    packages = packages or list(_plain(rest))[:1]
    for word in packages:
        spec = word.text.removeprefix("--package=")
        if not sure and spec in _LOCAL_TOOLS:
            continue
        if not _pinned_npm(spec):
            yield _unpinned(word)


def _pinned_npm(spec: str) -> bool:
    if HELD.match(spec) and not _GIT.match(spec):
        return True
    if _GIT.match(spec) or re.fullmatch(r"[\w.-]+/[\w.-]+(?:#.*)?", spec):
        return _COMMIT.search(spec) is not None
    found = _NPM.fullmatch(spec)
    version = found["version"] if found else None
    return version is not None and EXACT_NPM.fullmatch(version) is not None


def _pypi(rest: Sequence[Node]) -> Iterator[Remark]:
    packages = list(_options(rest, ("--from", "--spec")))
    packages = packages or list(_plain(rest))[:1]
    for word in packages:
        if not _pinned_pypi(re.sub(r"\A--\w+=", "", word.text)):
            yield _unpinned(word)
    yield from _with(rest)


def _with(rest: Sequence[Node]) -> Iterator[Remark]:
    for word in _options(rest, ("--with",)):
        if not all(_pinned_pypi(one) for one in re.sub(r"\A--\w+=", "", word.text).split(",")):
            yield _unpinned(word)


def _pinned_pypi(spec: str) -> bool:
    if _GIT.match(spec):
        return _COMMIT.search(spec) is not None
    if HELD.match(spec):
        return True
    version = re.split(r"===?|@", spec, maxsplit=1)[1:]
    return bool(version) and _EXACT.fullmatch(version[0].strip()) is not None


def _options(rest: Sequence[Node], names: Sequence[str]) -> Iterator[Node]:
    for word, after in zip(rest, [*rest[1:], None], strict=False):
        if word.text in names and after is not None:
            yield after
        elif word.text.startswith(tuple(f"{name}=" for name in names if name.startswith("--"))):
            yield word


def _plain(rest: Sequence[Node]) -> Iterator[Node]:
    skipped = False
    for word in rest:
        if skipped:
            skipped = False
        elif word.text.startswith("-"):
            skipped = word.text in _TAKES_VALUE
        else:
            yield word


def _unpinned(word: Node) -> Remark:
    return remark(
        UNPINNED,
        word,
        f"`{shown(word.text)}` is fetched anew at each start, in whatever version there is",
        "write an exact version, a commit of 40 digits, or a digest",
    )
