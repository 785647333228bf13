"""Tells which files can ask an installer for something, by their names and by words in them."""

from __future__ import annotations

import re

from aigate.domain.regex import regex
from aigate.domain.tree import Kind, Unit
from aigate.scanners._dependencies.items import Role

REQUIREMENTS = "requirements"
ENVIRONMENT = "environment"
MANIFESTS = frozenset(
    {
        *("pyproject.toml", "pipfile", "pixi.toml", "uv.toml", "setup.cfg", "setup.py"),
        *("package.json", "pnpm-workspace.yaml", "hatch.toml", "tox.ini", ".npmrc", ".yarnrc"),
        *(".yarnrc.yml", "pip.conf", "pip.ini", "bunfig.toml"),
    }
)
"""Manifests that have one name."""
PYLOCK = "pylock.toml"
LOCKS = frozenset(
    {
        *("package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml"),
        *("poetry.lock", "uv.lock", "pdm.lock", "pipfile.lock"),
    }
)

_REQUIREMENTS = regex(
    r"(?:.*/)?(?:[\w-]+[_-])?requirements(?:[_-][\w-]*)?"
    r"|(?:.*/)?[\w.-]*(?:requirements|constraints)[\w.-]*\.(?:txt|in|pip|lock|list)"
    r"|(?:.*/)?(?:[\w.-]+[_.-])?(?:reqs?|deps|dependencies)(?:[_.-][\w.-]*)?\.(?:txt|in|pip|lock)"
    r"|(?:.*/)?(?:requirements|reqs|constraints)/[\w.-]+\.(?:txt|in|pip|lock|list)",
    re.IGNORECASE,
)
_ENVIRONMENT = regex(r"(?:.*/)?(?:[\w.-]*environment[\w.-]*|conda[\w.-]*)\.ya?ml", re.IGNORECASE)
# One of these words stands in every path that the pattern matches.
_REQUIREMENTS_WORDS = ("req", "constraints", "dep")
_ENVIRONMENT_WORDS = ("environment", "conda")
_PYLOCK = regex(r"pylock(?:\.[\w-]+)?\.toml")


def manifest_form(path: str) -> str:
    """Return in which form the list of dependencies at a path is; the empty text if it is none."""
    low = path.lower()
    name = path.rpartition("/")[2].lower()
    # Letters beyond ASCII may count as others where case is ignored.
    if (_holds(low, _REQUIREMENTS_WORDS) or not path.isascii()) and _REQUIREMENTS.fullmatch(path):
        return REQUIREMENTS
    if name in MANIFESTS:
        return name
    if (_holds(low, _ENVIRONMENT_WORDS) or not path.isascii()) and _ENVIRONMENT.fullmatch(path):
        return ENVIRONMENT
    return ""


def lock_form(path: str) -> str:
    """Return in which form the lock file at a path is; the empty text if it is none."""
    name = path.rpartition("/")[2].lower()
    if name in LOCKS:
        return name
    return PYLOCK if name.startswith("pylock") and _PYLOCK.fullmatch(name) else ""


def _holds(text: str, words: tuple[str, ...]) -> bool:
    for word in words:  # noqa: SIM110 - `any` takes three times as long, for every file
        if word in text:
            return True
    return False


_RUN = regex(
    r"(?:.*/)?(?:[\w.-]*(?:Dockerfile|Containerfile)[\w.-]*|[\w.-]*Makefile[\w.-]*|justfile|Vagrantfile|Procfile"
    r"|Jenkinsfile[\w.-]*|\.gitlab-ci[\w.-]*|[\w.-]+\.(?:sh|bash|zsh|fish|ps1|bat|cmd|mk|ya?ml|dockerfile|just|ini))",
    re.IGNORECASE,
)
_READ = regex(r"(?:.*/)?[\w.-]+\.(?:mdx?|mdc|rst|txt|markdown|adoc)", re.IGNORECASE)
TOOLS = ("pip", "poetry", "pdm", "rye", "hatch", "uv", "npm", "pnp", "yarn", "bun", "npx")
"""One of these begins every command that installs something."""
# And one of these words stands in it.
_INSTALLS = (
    *("install", " add ", "uvx", "npx", "bunx", "pnpx", "dlx", "pipx", "tool run", "inject"),
    *("npm i", "npm x", "npm exec", "bun x", "bun i", " download ", " wheel ", "--with"),
)
# And one of these in what says where from.
_SETS = regex(r"(?i:_INDEX|npm_config_registry|NPM_REGISTRY|config set)")
HEADER = "# /// script"
"""With this a header begins that says what a script needs (PEP 723)."""


def role_of(unit: Unit) -> Role | None:
    """Return in which way the commands in a unit install something, if one may do so."""
    if unit.kind is Kind.PYTHON:
        role = Role.DECLARED if unit.cell else Role.MENTIONED
    elif unit.kind is Kind.TEXT and runs_commands(unit.path):
        role = Role.DECLARED
    elif unit.kind is Kind.TEXT and _READ.fullmatch(unit.path):
        role = Role.MENTIONED
    else:
        return None
    text = unit.text
    if role is Role.DECLARED:
        return role if _SETS.search(text) or _holds(text, _INSTALLS) else None
    return role if _holds(text, TOOLS) and _holds(text, _INSTALLS) else None


def runs_commands(path: str) -> bool:
    """Tell whether what stands at a path is run."""
    return _RUN.fullmatch(path) is not None


def lists_packages(unit: Unit) -> bool:
    """Tell whether a unit is a manifest or a lock file, by its path."""
    return not unit.cell and bool(manifest_form(unit.path) or lock_form(unit.path))


def may_ask(unit: Unit) -> bool:
    """Tell whether a unit may ask for anything: no other one does."""
    return (
        lists_packages(unit)
        or (unit.kind is Kind.PYTHON and HEADER in unit.text)
        or role_of(unit) is not None
    )
