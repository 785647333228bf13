"""Finds the package indexes that the caller's own installers use; nothing of a judged tree counts."""

from __future__ import annotations

import configparser
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from aigate.domain.package import Listing, Package, PackageIndex
from aigate.remote.package_index import Indexes, look_up, require_safe

_PYPI = "https://pypi.org/simple"
_NPM = "https://registry.npmjs.org"
_LARGEST = 1_000_000
_NPM_LINE = re.compile(r"[ \t]*(?P<key>[^=#;\s][^=]*?)[ \t]*=[ \t]*(?P<value>.*?)[ \t]*")


def index_of(environ: Mapping[str, str], *, today: date, seconds: float) -> PackageIndex:
    """Return where packages are looked up, and for how long at most; nothing is asked yet.

    Raises:
        UsageError: the settings name an index over which anybody could answer.
    """
    indexes = indexes_of(environ)
    require_safe(indexes)
    known: dict[Package, Listing] = {}

    def ask(packages: Sequence[Package]) -> Sequence[Listing]:
        new = [one for one in packages if one not in known]
        known.update((one.package, one) for one in look_up(new, indexes, seconds=seconds))
        return [known[one] for one in packages]

    return PackageIndex(ask=ask, today=today)


def indexes_of(environ: Mapping[str, str]) -> Indexes:
    """Return the indexes that pip, uv and npm would ask, by their settings."""
    pip = _pip_settings(environ)
    npm = _npm_settings(environ)
    first = next(
        filter(
            None,
            (
                environ.get("UV_DEFAULT_INDEX", "").rpartition("=")[2],
                environ.get("UV_INDEX_URL"),
                environ.get("PIP_INDEX_URL"),
                pip.get("index-url"),
            ),
        ),
        _PYPI,
    )
    more = [
        word.partition("=")[2] if re.match(r"[\w.-]+=\w+:", word) else word
        for name in ("UV_INDEX", "UV_EXTRA_INDEX_URL", "PIP_EXTRA_INDEX_URL")
        for word in environ.get(name, "").split()
    ]
    # As with pip itself, what the environment says replaces what files say.
    more = (
        more if "PIP_EXTRA_INDEX_URL" in environ else more + pip.get("extra-index-url", "").split()
    )
    registry = environ.get("npm_config_registry") or environ.get("NPM_CONFIG_REGISTRY")
    return Indexes(
        pypi=tuple(dict.fromkeys((first.strip(), *more))),
        npm=(registry or npm.get("registry") or _NPM).strip(),
        scopes={
            key.removesuffix(":registry"): value
            for key, value in npm.items()
            if key.startswith("@") and key.endswith(":registry")
        },
        tokens=dict(_tokens(npm)),
    )


def _tokens(npm: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for key, value in npm.items():
        start, separator, name = key.rpartition(":")
        if separator and start.startswith("//") and value:
            if name == "_authToken":
                yield start[2:], f"Bearer {value}"
            elif name == "_auth":
                yield start[2:], f"Basic {value}"


def _pip_settings(environ: Mapping[str, str]) -> Mapping[str, str]:
    """Return what pip's files say of indexes, the nearest file last, as pip does."""
    home = Path(environ.get("HOME") or "/nonexistent")
    config = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    named = environ.get("PIP_CONFIG_FILE", "")
    if named == "/dev/null":
        return {}
    files = [
        Path("/etc/xdg/pip/pip.conf"),
        Path("/etc/pip.conf"),
        home / ".pip" / "pip.conf",
        home / "Library" / "Application Support" / "pip" / "pip.conf",
        config / "pip" / "pip.conf",
        Path(environ.get("VIRTUAL_ENV") or sys.prefix, "pip.conf"),
        *([Path(named)] if named else []),
    ]
    found: dict[str, str] = {}
    for file in files:
        parser = configparser.ConfigParser(strict=False, interpolation=None)
        try:
            parser.read_string(_text(file))
        except configparser.Error:
            continue
        for section in ("global", "install"):
            if parser.has_section(section):
                found.update(parser.items(section))
    return found


def _npm_settings(environ: Mapping[str, str]) -> Mapping[str, str]:
    home = Path(environ.get("HOME") or "/nonexistent")
    user = environ.get("npm_config_userconfig") or environ.get("NPM_CONFIG_USERCONFIG")
    found: dict[str, str] = {}
    for file in (
        Path("/etc/npmrc"),
        Path("/usr/etc/npmrc"),
        Path(user) if user else home / ".npmrc",
    ):
        for line in _text(file).splitlines():
            setting = _NPM_LINE.fullmatch(line)
            if setting:
                value = setting["value"].strip("\"'")
                found[setting["key"]] = re.sub(
                    r"\$\{(\w+)\}", lambda name: environ.get(name[1], ""), value
                )
    return found


def _text(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            return stream.read(_LARGEST).decode("utf-8", "replace")
    except OSError:
        return ""
