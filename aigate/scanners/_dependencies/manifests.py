"""Reads what people declare: manifests of Python and JavaScript projects, and settings of installers."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from aigate.domain.package import Ecosystem
from aigate.domain.regex import regex
from aigate.scanners._dependencies.files import ENVIRONMENT, REQUIREMENTS, manifest_form
from aigate.scanners._dependencies.items import (
    Dependency,
    Index,
    Item,
    Mark,
    Role,
    Script,
    Source,
    UnreadableError,
)
from aigate.scanners._dependencies.specs import (
    indexes,
    npm_required,
    npm_word,
    required,
    requirements,
    texts,
)

# Loading what reads TOML and INI takes as long as reading most manifests.
if TYPE_CHECKING:
    from configparser import ConfigParser

_NPM_GROUPS = ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies")
_HOOKS = (
    *("preinstall", "install", "postinstall", "preprepare", "prepare", "postprepare"),
    *("dependencies", "prepublish"),
)


def manifest_reader(path: str) -> Callable[[str], Iterable[Item]] | None:
    """Return what reads the list of dependencies at a path, if it is one."""
    return _READERS.get(manifest_form(path))


def load_json(text: str) -> object:
    """Return what JSON says; a name that stands twice has the fields of both.

    Raises:
        UnreadableError: it is no JSON, or nested too deeply.
    """
    try:
        return json.loads(text.removeprefix("\ufeff"), object_pairs_hook=_merged)
    except ValueError as error:
        raise UnreadableError("it is no JSON") from error
    except RecursionError as error:
        raise UnreadableError("it is nested too deeply") from error


def _merged(pairs: list[tuple[str, object]]) -> dict[str, object]:
    fields: dict[str, object] = {}
    for name, value in pairs:
        before = fields.get(name)
        both = isinstance(before, dict) and isinstance(value, dict)
        fields[name] = {**before, **value} if both else value  # type: ignore[dict-item]  # both are mappings
    return fields


def _load_toml(text: str) -> Mapping[str, object]:
    import tomllib  # noqa: PLC0415 - see above

    try:
        return tomllib.loads(text.removeprefix("\ufeff"))
    except ValueError as error:
        raise UnreadableError("it is no TOML") from error
    except RecursionError as error:
        raise UnreadableError("it is nested too deeply") from error


def table(value: object) -> Mapping[str, object]:
    """Return a mapping as it is, and anything else as an empty one."""
    return value if isinstance(value, dict) else {}


def _tables(value: object) -> Iterable[Mapping[str, object]]:
    return [table(one) for one in value] if isinstance(value, list) else []


def _pyproject(text: str) -> Iterator[Item]:
    document = _load_toml(text)
    for one in _listed(document):
        yield from required(one)
    tool = table(document.get("tool"))
    for part in (table(tool.get("poetry")), table(document)):
        yield from _poetry(part)
    yield from _uv(table(tool.get("uv")))
    for part in (table(tool.get("pixi")), document):
        yield from _pixi(table(part))
    pdm = table(tool.get("pdm"))
    yield from _named(table(table(pdm.get("resolution")).get("overrides")))
    for holder in (tool.get("pdm"), tool.get("poetry"), tool.get("rye")):
        for source in _tables(table(holder).get("source")):
            yield from _index(source.get("url"))
        for source in _tables(table(holder).get("sources")):
            yield from _index(source.get("url"))


def _listed(document: Mapping[str, object]) -> Iterator[str]:
    """Yield the requirements that stand in lists."""
    project, tool = table(document.get("project")), table(document.get("tool"))
    uv, rye = table(tool.get("uv")), table(tool.get("rye"))
    yield from texts(project.get("dependencies"))
    yield from texts(table(document.get("build-system")).get("requires"))
    groups: list[object] = [
        project.get("optional-dependencies"),
        document.get("dependency-groups"),
        table(tool.get("pdm")).get("dev-dependencies"),
        {"uv": uv.get("dev-dependencies"), "rye": rye.get("dev-dependencies")},
        *_uv_lists(uv),
        {"flit": table(table(tool.get("flit")).get("metadata")).get("requires")},
    ]
    groups += [
        {key: table(one).get(key) for key in ("dependencies", "extra-dependencies")}
        for one in _hatch(table(tool.get("hatch")))
    ]
    setuptools = table(table(tool.get("setuptools")).get("dynamic"))
    groups.append(setuptools)
    for group in groups:
        for one in table(group).values():
            yield from texts(one)
            # Hatch takes a requirement with a condition as well.
            yield from texts([each.get("value") for each in _tables(one)])


def _uv_lists(uv: Mapping[str, object]) -> Iterator[object]:
    kinds = ("constraint", "override", "build-constraint")
    yield {kind: uv.get(f"{kind}-dependencies") for kind in kinds}
    yield uv.get("extra-build-dependencies")
    yield {
        str(n): one.get("requires-dist")
        for n, one in enumerate(_tables(uv.get("dependency-metadata")))
    }


def _poetry(part: Mapping[str, object]) -> Iterator[Item]:
    for key in ("dependencies", "dev-dependencies", "requires-plugins"):
        yield from _named(table(part.get(key)))
    for group in table(part.get("group")).values():
        yield from _named(table(table(group).get("dependencies")))


def _pixi(part: Mapping[str, object]) -> Iterator[Item]:
    pending = [part]
    for one in pending:
        yield from _named(table(one.get("pypi-dependencies")))
        for key in ("feature", "target"):
            pending.extend(map(table, table(one.get(key)).values()))


def _hatch(hatch: Mapping[str, object]) -> Iterator[object]:
    build = table(hatch.get("build"))
    yield build
    for group in (hatch.get("envs"), build.get("hooks"), build.get("targets")):
        yield from table(group).values()
    for env in map(table, table(hatch.get("envs")).values()):
        for source in table(env.get("overrides")).values():
            yield from table(source).values()


def _named(names: Mapping[str, object]) -> Iterator[Item]:
    """Yield what tables of Poetry, Pipenv and pixi ask for: names with ranges or sources."""
    for name, value in names.items():
        if name.lower() == "python" or not re.match(r"[^\W_]", name):
            continue
        for how in value if isinstance(value, list) else [value]:
            yield from _one_named(name, how)


def _one_named(name: str, how: object) -> Iterator[Item]:
    fields = table(how)
    git, url = fields.get("git"), fields.get("url") or fields.get("file")
    if isinstance(git, str):
        ref = fields.get("rev") or fields.get("ref") or fields.get("tag") or fields.get("branch")
        address = f"git+{git.removeprefix('git+')}" + (f"@{ref}" if isinstance(ref, str) else "")
        yield Source(name=name, url=address, at=Mark(needle=git))
    elif isinstance(url, str) and "://" in url:
        yield Source(name=name, url=url, at=Mark(needle=url))
    elif not (fields.get("path") or fields.get("workspace") or fields.get("file")):
        version = how if isinstance(how, str) else fields.get("version")
        exact = (
            re.match(r"={0,3}\s*(\d+(?:\.\w+)+)\s*\Z", version)
            if isinstance(version, str)
            else None
        )
        yield Dependency(
            name=name,
            ecosystem=Ecosystem.PYPI,
            role=Role.DECLARED,
            at=Mark(needle=name),
            version=exact[1] if exact else "",
        )


def _uv(uv: Mapping[str, object]) -> Iterator[Item]:
    for name, how in table(uv.get("sources")).items():
        for one in how if isinstance(how, list) else [how]:
            if {"git", "url"} & table(one).keys():
                yield from _one_named(name, one)
    for one in _tables(uv.get("index")):
        yield from _index(one.get("url"), is_extra=not one.get("default"))
    pip = table(uv.get("pip"))
    for holder in (uv, pip):
        for url in texts(holder.get("find-links")):
            yield from _index(url, is_extra=True)
        yield from _index(holder.get("index-url"))
        for url in texts(holder.get("extra-index-url")):
            yield from _index(url, is_extra=True)


def _index(url: object, *, is_extra: bool = False) -> Iterator[Index]:
    if isinstance(url, str) and "://" in url:
        yield Index(url=url, at=Mark(needle=url), is_extra=is_extra)


def _pipfile(text: str) -> Iterator[Item]:
    for name, value in _load_toml(text).items():
        if name == "source":
            for source in _tables(value):
                yield from _index(source.get("url"))
        elif name not in {"requires", "scripts", "pipenv"}:
            yield from _named(table(value))


def _uv_settings(text: str) -> Iterator[Item]:
    document = _load_toml(text)
    for group in _uv_lists(document):
        for value in table(group).values():
            for one in texts(value):
                yield from required(one)
    yield from _uv(document)


def _hatch_settings(text: str) -> Iterator[Item]:
    for one in _listed({"tool": {"hatch": _load_toml(text)}}):
        yield from required(one)


def _tox(text: str) -> Iterator[Item]:
    """Yield what environments of tox install, from `tox.ini` or `tox.toml`."""
    try:
        parser = _parsed(text)
    except UnreadableError:
        return  # another program's settings
    for section in parser.sections():
        for line in parser.get(section, "deps", fallback="").split("\n"):
            # `py311: name` is for one environment; a condition comes with a space.
            yield from _option_or_requirement(re.sub(r"\A\s*[\w{},!-]+:\s+", "", line).strip(), -1)


def _setup_cfg(text: str) -> Iterator[Item]:
    parser = _parsed(text)
    wanted = [
        parser.get("options", key.replace("_", mark), fallback="")
        for key in ("install_requires", "setup_requires", "tests_require")
        for mark in "_-"
    ]
    if parser.has_section("options.extras_require"):
        wanted += [value for _, value in parser.items("options.extras_require")]
    for value in wanted:
        for line in re.split(r"[\n]", value or ""):
            yield from required(line)


def _parsed(text: str) -> ConfigParser:
    import configparser  # noqa: PLC0415 - see above

    parser = configparser.ConfigParser(strict=False, interpolation=None)
    try:
        parser.read_string(text.removeprefix("\ufeff"))
    except configparser.Error as error:
        raise UnreadableError("it is no file of settings") from error
    return parser


_SETUP_LISTS = frozenset({"install_requires", "setup_requires", "tests_require", "extras_require"})


def setup_py(text: str) -> Iterator[Item]:
    """Yield the requirements that stand in `setup.py` as literals."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return  # the scanners of Python say so
    lists: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        for name, value in _assigned(node):
            lists.setdefault(name, []).append(value)
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg in _SETUP_LISTS:
            wanted: list[ast.expr] = [node.value]
        elif isinstance(node, ast.Dict):
            wanted = [
                value
                for key, value in zip(node.keys, node.values, strict=True)
                if isinstance(key, ast.Constant) and key.value in _SETUP_LISTS
            ]
        else:
            continue
        for one in _literals(_followed(wanted, lists)):
            for line in one.split("\n"):
                yield from required(line)


def _assigned(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Yield what a name is given, or gets besides."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Name):
                yield target.id, node.value
    elif isinstance(node, ast.AnnAssign | ast.AugAssign):
        if isinstance(node.target, ast.Name) and node.value is not None:
            yield node.target.id, node.value
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        held = node.func.value
        if node.func.attr in {"append", "extend", "insert"} and isinstance(held, ast.Name):
            for one in node.args:
                yield held.id, one


def _followed(wanted: list[ast.expr], lists: Mapping[str, list[ast.expr]]) -> ast.List:
    """Return the values with those of the names in them."""
    found = list(wanted)
    seen: set[str] = set()
    for one in found:
        names = {part.id for part in ast.walk(one) if isinstance(part, ast.Name)}
        for name in sorted(names - seen):
            found.extend(lists.get(name, ()))
        seen |= names
    return ast.List(elts=found)


def _literals(node: ast.expr) -> Iterator[str]:
    """Yield the texts in lists; the keys of mappings name extras and are no requirements."""
    if isinstance(node, ast.Starred):
        yield from _literals(node.value)
    elif isinstance(node, ast.Call):
        for one in node.args:
            yield from _literals(one)
    elif isinstance(node, ast.Dict):
        for value in node.values:
            yield from _literals(value)
    elif isinstance(node, ast.List | ast.Tuple | ast.Set):
        for value in node.elts:
            yield from _literals(value)
    elif isinstance(node, ast.BinOp):
        yield from _literals(node.left)
        yield from _literals(node.right)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


_CONDA = regex(r"(?P<lead>\s*-\s+)(?P<quote>[\"']?)(?P<spec>[^\"'#]+)")


_FLOW = regex(r"(?<=[\s{\"',-])pip[\"']?[ \t]*:[ \t\n]*\[(?P<names>[^\]\[{}]{0,20000})")


def _environment(text: str) -> Iterator[Item]:
    for flow in _FLOW.finditer(text):
        for one in re.finditer(r"[^,\"'\s][^,\"']*", flow["names"]):
            yield from _option_or_requirement(one[0].strip(), flow.start("names") + one.start())
    at, pip, listing = 0, -1, False
    for line in text.split("\n"):
        found = _CONDA.match(line)
        indent = len(line) - len(line.lstrip())
        if re.match(r"[\"']?\w[\w-]*[\"']?\s*:", line):
            listing, pip = line.lstrip("\"'").startswith("dependencies"), -1
        elif re.match(r"\s*-\s+[\"']?pip[\"']?\s*:", line):
            pip = indent
        elif listing and found:
            spec, start = found["spec"].rstrip(), at + found.start("spec")
            if pip >= 0 and indent > pip:
                yield from _option_or_requirement(spec, start)
            else:
                pip = -1
                yield from _conda(spec, start)
        at += len(line) + 1


def _option_or_requirement(spec: str, start: int) -> Iterator[Item]:
    yield from indexes(spec, start) if spec.startswith("-") else required(spec, start)


def _conda(spec: str, start: int) -> Iterator[Item]:
    name = re.match(r"(?:[\w./-]+::)?(?P<name>[^\W_][\w.-]*)", spec)
    if name and name["name"].lower() not in {"python", "pip"}:
        yield Dependency(
            name=name["name"],
            ecosystem=Ecosystem.PYPI,
            role=Role.DECLARED,
            at=Mark(needle=name["name"], start=start + name.start("name")),
            is_conda=True,
        )


def _package_json(text: str) -> Iterator[Item]:
    document = table(load_json(text))
    for group in _NPM_GROUPS:
        for name, spec in table(document.get(group)).items():
            if isinstance(spec, str):
                yield from npm_required(name, spec.strip(), at=Mark(needle=f'"{name}"'))
    pnpm = table(document.get("pnpm"))
    for holder in (document.get("resolutions"), document.get("overrides"), pnpm.get("overrides")):
        yield from _overrides(table(holder))
    workspaces = table(document.get("workspaces"))
    catalogs = [
        workspaces.get("catalog"),
        *table(workspaces.get("catalogs")).values(),
        *table(pnpm.get("packageExtensions")).values(),
    ]
    for catalog in map(table, catalogs):
        for names in (catalog, table(catalog.get("dependencies"))):
            yield from _overrides({key: one for key, one in names.items() if isinstance(one, str)})
    for name, command in table(document.get("scripts")).items():
        if name in _HOOKS and isinstance(command, str) and command.strip():
            needle = json.dumps(command, ensure_ascii=False)[1:-1]
            yield Script(name=name, command=command, at=Mark(needle=needle))


def _overrides(holder: Mapping[str, object]) -> Iterator[Item]:
    pending = [holder]
    while pending:
        for key, value in pending.pop().items():
            name, _ = npm_word(re.split(r">|\*\*/", key)[-1].strip())
            if isinstance(value, dict):
                pending.append(value)
            spec = value.get(".") if isinstance(value, dict) else value
            if name and name != "." and isinstance(spec, str) and not spec.startswith("$"):
                yield from npm_required(name, spec.strip(), at=Mark(needle=f'"{key}"'))


_PNPM_LINE = regex(
    r"[ \t]+(?P<quote>[\"']?)(?P<name>[^\s\"':][^\s\"':]{0,200})(?P=quote)[ \t]*:[ \t]*[\"']?(?P<spec>[^\s\"'#{][^\"'#\n]*)"
)


def _pnpm_workspace(text: str) -> Iterator[Item]:
    """Yield what the catalogues and overrides of a workspace ask for."""
    at, inside = 0, False
    for line in text.split("\n"):
        found = _PNPM_LINE.match(line)
        if re.match(r"[^\s#]", line):
            inside = re.match(r"[\"']?(?:catalogs?|overrides)\b", line) is not None
        elif inside and found:
            name, _ = npm_word(found["name"].rpartition(">")[2])
            mark = Mark(needle=found["name"], start=at + found.start("name"))
            yield from npm_required(name, found["spec"].strip(), at=mark) if name else ()
        at += len(line) + 1


_NPMRC = regex(r"^[ \t]*(?:(?P<scope>@[\w.-]+):)?registry[ \t]*=[ \t]*(?P<url>\S+)", re.MULTILINE)
_YARNRC = regex(
    r"^[ \t]*(?:npmRegistryServer:?|registry)[ \t]+[\"']?(?P<url>[^\s\"']+)", re.MULTILINE
)
_PIP_CONF = regex(
    r"^[ \t]*(?P<option>index-url|extra-index-url|find-links|trusted-host)[ \t]*=(?P<urls>(?:[^\n]*\n[ \t]+)*[^\n]*)",
    re.MULTILINE,
)


def _npmrc(text: str) -> Iterator[Item]:
    for pattern in (_NPMRC, _YARNRC):
        for found in pattern.finditer(text):
            if "://" in found["url"]:
                yield Index(
                    url=found["url"], at=Mark(needle=found["url"], start=found.start("url"))
                )


def _pip_conf(text: str) -> Iterator[Item]:
    for found in _PIP_CONF.finditer(text):
        for one in re.finditer(r"\S+", found["urls"]):
            start = found.start("urls") + one.start()
            extra = found["option"] != "index-url"
            if found["option"] == "trusted-host":
                yield Index(url=f"http://{one[0]}", at=Mark(needle=one[0], start=start))
            elif "://" in one[0]:
                yield Index(url=one[0], at=Mark(needle=one[0], start=start), is_extra=extra)


def _bunfig(text: str) -> Iterator[Item]:
    install = table(_load_toml(text).get("install"))
    for value in (install.get("registry"), *table(install.get("scopes")).values()):
        yield from _index(table(value).get("url", value))


_READERS: Mapping[str, Callable[[str], Iterable[Item]]] = {
    REQUIREMENTS: requirements,
    ENVIRONMENT: _environment,
    "pyproject.toml": _pyproject,
    "pipfile": _pipfile,
    "pixi.toml": _pyproject,
    "uv.toml": _uv_settings,
    "setup.cfg": _setup_cfg,
    "setup.py": setup_py,
    "package.json": _package_json,
    "pnpm-workspace.yaml": _pnpm_workspace,
    "hatch.toml": _hatch_settings,
    "tox.ini": _tox,
    ".npmrc": _npmrc,
    ".yarnrc": _npmrc,
    ".yarnrc.yml": _npmrc,
    "pip.conf": _pip_conf,
    "pip.ini": _pip_conf,
    "bunfig.toml": _bunfig,
}


_BLOCK = regex(r"^# /// script[ \t]*\n(?P<body>(?:#(?:| [^\n]*)\n)+?)# ///[ \t]*$", re.MULTILINE)


def script_header(text: str) -> Iterator[Item]:
    """Yield what the header of a script (PEP 723) asks for."""
    for block in _BLOCK.finditer(text):
        try:
            document = _load_toml(re.sub(r"^# ?", "", block["body"], flags=re.MULTILINE))
        except UnreadableError:
            continue  # nothing that runs scripts would read it
        for one in texts(document.get("dependencies")):
            yield from required(one)
        yield from _uv(table(table(document.get("tool")).get("uv")))
