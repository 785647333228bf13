"""Judges how settings start and reach MCP servers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from aigate.domain.rule import Rule
from aigate.domain.severity import Severity
from aigate.scanners._agents.commands import harms
from aigate.scanners._agents.files import AgentTable, host_matches
from aigate.scanners._agents.nodes import Key, Node, walk
from aigate.scanners._agents.pages import (
    CLEARTEXT,
    SECRET,
    SHELL,
    UNAUTHENTICATED,
    UNPINNED,
    WIDE,
    Remark,
    shown,
)

_MAPS = frozenset(
    {"mcpServers", "mcp_servers", "context_servers", "amp.mcpServers", "mcp-servers", "mcpservers"}
)
_LOOSE = frozenset({"servers", "mcp", "extensions"})
_TYPES = frozenset(
    {"stdio", "local", "remote", "sse", "http", "streamable-http", "streamable_http"}
)
_ADDRESSES = ("url", "serverUrl", "server_url", "httpUrl", "uri", "endpoint", "baseUrl")
_ENV = ("env", "environment", "envs", "environment_variables")
_HEADERS = ("headers", "http_headers", "requestInit", "request_headers")
_SIGNS_IN = (
    *("oauth", "auth", "authentication", "authorization", "bearer_token_env_var", "token"),
    *("env_http_headers", "headersHelper", "auth_provider_type", "authProviderType", "scopes"),
    *("apiKey", "api_key", "authorization_token", "bearerToken", "authToken", "requestOptions"),
)


def servers(root: Node, table: AgentTable, *, named: bool) -> Iterator[Remark]:
    """Yield what is wrong with each server below a node.

    `named` says that the file's name is that of servers' settings, so that looser words count.
    """
    seen: set[int] = set()
    for path, node in walk(root):
        if not path or id(node) in seen:
            continue
        name = path[-1]
        if name in _MAPS or (name in _LOOSE and (named or name == "mcp" or "mcp" in path)):
            seen.add(id(node))
            strict = name in _MAPS or (named and name == "servers")
            for inner in (*(value for _, value in node.fields), *node.items):
                if _is_server(inner, strict=strict):
                    yield from _server(inner, table)
    if named and root.is_map and _is_server(root, strict=False):
        yield from _server(root, table)


def _is_server(node: Node, *, strict: bool) -> bool:
    if not node.is_map:
        return False
    program = node.get("command", "cmd") or node.get(*_ADDRESSES)
    if program is None:
        return False
    kind = node.get("type", "transport")
    return strict or (kind is not None and kind.text.lower() in _TYPES) or bool(node.get("args"))


def _server(node: Node, table: AgentTable) -> Iterator[Remark]:
    words = _words(node)
    yield from _program(words)
    yield from _environment(node)
    yield from _secrets(node, words)
    for address in node.all(*_ADDRESSES):
        yield from _address(address, node, table)
    yield from _approvals(node)


def _words(node: Node) -> list[Node]:
    """Return the program and its arguments, one node each; a single line is taken apart."""
    words: list[Node] = []
    for command in node.all("command", "cmd"):
        nodes = [command] if not (command.is_list or command.is_map) else list(command.items)
        if command.is_map:
            # One editor nests the program and its arguments below `command`.
            nodes = [*command.all("path")]
            nodes += [item for args in command.all("args") for item in args.items]
        if len(nodes) == 1 and not node.get("args") and " " in nodes[0].text.strip():
            nodes = list(_split(nodes[0]))
        words += nodes
    words += [item for args in node.all("args", "arguments") for item in args.items]
    return [word for word in words if word.text]


def _split(node: Node) -> Iterator[Node]:
    exact = len(node.text) == node.end - node.start
    for match in re.finditer(r"\"([^\"]*)\"|'([^']*)'|(\S+)", node.text):
        group = match.lastindex or 0
        start, end = match.span(group)
        yield Node(
            node.start + start if exact else node.start,
            node.start + end if exact else node.end,
            match[group],
        )


_SHELLS = re.compile(r"(?:.*[/\\])?(?:ba|z|da|k|fi|a)?sh(?:\.exe)?", re.IGNORECASE)
_POWERSHELL = re.compile(r"(?:.*[/\\])?(?:powershell|pwsh)(?:\.exe)?", re.IGNORECASE)
_INTERPRETERS = re.compile(r"(?:.*[/\\])?(?:python[\d.]*|node|deno|bun|ruby|perl|php)(?:\.exe)?")
_INLINE = frozenset({"-c", "-e", "--eval", "-r", "eval"})
_SHARED_FOLDERS = re.compile(
    r"(?:/private)?/(?:var/)?tmp/|/dev/shm/|\\\\|.*\\temp\\", re.IGNORECASE
)
_DOCKER = re.compile(r"(?:.*[/\\])?(?:docker|podman|nerdctl)(?:\.exe)?")


def _program(words: Sequence[Node]) -> Iterator[Remark]:
    words = _unwrapped(words)
    if not words:
        return
    line = " ".join(word.text for word in words)
    program, rest = words[0], words[1:]
    done = [harm for harm in harms(line) if harm.severity >= Severity.HIGH]
    if done:
        yield Remark(
            SHELL,
            program.start,
            max(words[-1].end, program.end),
            f"the server's command {done[0].what}",
            "name the program and its arguments, and nothing else",
            Severity.HIGH,
        )
    elif _SHELLS.fullmatch(program.text) or _POWERSHELL.fullmatch(program.text):
        lines = [
            w
            for w in rest
            if re.fullmatch(r"-\w*c|-command|-encodedcommand", w.text, re.IGNORECASE)
        ]
        if lines:
            yield _remark(
                SHELL,
                program,
                f"the server is a line for the shell `{shown(program.text)}`",
                "name the program itself in `command`, and each argument in `args`",
            )
    elif _INTERPRETERS.fullmatch(program.text) and any(w.text in _INLINE for w in rest):
        yield _remark(
            SHELL,
            program,
            f"the server is code in the arguments of `{shown(program.text)}`",
            "put the code into a file of the repository",
        )
    for word in words[:2]:
        if _SHARED_FOLDERS.match(word.text):
            yield _remark(
                SHELL,
                word,
                f"the program `{shown(word.text)}` lies where everybody can put another",
                "keep it in the repository or install it",
                Severity.HIGH,
            )
    if _DOCKER.fullmatch(program.text):
        yield from _container(rest)
    else:
        yield from _package(program, rest)
        yield from _reach(rest)


def _unwrapped(words: Sequence[Node]) -> list[Node]:
    """Drop what only starts something else: `cmd /c`, `env A=B`, `sudo`, `timeout 5`."""
    left = list(words)
    while left:
        name = left[0].text.rpartition("/")[2].lower().removesuffix(".exe")
        if name == "cmd" and len(left) > 1 and left[1].text.lower() in {"/c", "/k"}:
            left = left[2:]
            if len(left) == 1 and " " in left[0].text:
                left = list(_split(left[0]))
        elif name == "env":
            left = left[1:]
            while left and (re.match(r"\w+=", left[0].text) or left[0].text.startswith("-")):
                left = left[1:]
        elif name in {"sudo", "exec", "nohup", "dotenvx", "command"} and len(left) > 1:
            left = left[1:]
        else:
            break
    return left


_NPM = re.compile(r"(?:@[\w.-]+/)?[\w.-]+(?:@(?P<version>[^\s]+))?")
_EXACT = re.compile(r"v?\d+\.\d+(?:\.\d+)?[\w.+-]*")
_EXACT_NPM = re.compile(r"v?\d+\.\d+\.\d+[\w.+-]*")
_COMMIT = re.compile(r"[@#](?:[0-9a-f]{40}|[0-9a-f]{64})\b")
_GIT = re.compile(r"(?:git\+|git@|git:|github:|gitlab:|bitbucket:)|.*\.git(?:[@#]|\Z)|https?://")
_HELD = re.compile(r"\.{0,2}/|\.{1,2}\Z|~|[A-Za-z]:[\\/]|.*(?:\$\{|\$\(|%\w+%|<|\{\{)|file:|\$\w")
_LOCAL_TOOLS = frozenset({"tsx", "ts-node", "nodemon", "dotenv", "cross-env", "vite-node", "node"})
_TAKES_VALUE = frozenset(
    {
        *("-p", "--package", "--registry", "--cache", "--prefix", "--userconfig", "-c", "--call"),
        *("--from", "--with", "--spec", "--python", "--directory", "--project", "--index-url"),
        *("--extra-index-url", "--index", "--with-editable", "--with-requirements", "--env-file"),
        *("--refresh-package", "--default-index", "--find-links", "--cwd", "--pip-args"),
    }
)


def _package(program: Node, rest: Sequence[Node]) -> Iterator[Remark]:
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
    if _HELD.match(spec) and not _GIT.match(spec):
        return True
    if _GIT.match(spec) or re.fullmatch(r"[\w.-]+/[\w.-]+(?:#.*)?", spec):
        return _COMMIT.search(spec) is not None
    found = _NPM.fullmatch(spec)
    version = found["version"] if found else None
    return version is not None and _EXACT_NPM.fullmatch(version) is not None


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
    if _HELD.match(spec):
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
    return _remark(
        UNPINNED,
        word,
        f"`{shown(word.text)}` is fetched anew at each start, in whatever version there is",
        "write an exact version, a commit of 40 digits, or a digest",
    )


_MOUNTS = ("-v", "--volume", "--mount")
_DOCKER_VALUES = frozenset(
    {
        *("-v", "--volume", "--mount", "-e", "--env", "--env-file", "--name", "-p", "--publish"),
        *("--network", "--net", "-u", "--user", "-w", "--workdir", "--entrypoint", "--pull"),
        *("--platform", "--add-host", "-h", "--hostname", "-l", "--label", "-m", "--memory"),
        *("--cpus", "--gpus", "--cap-add", "--cap-drop", "--security-opt", "--pid", "--ipc"),
        *("--device", "--restart", "--log-driver", "--tmpfs", "--shm-size", "--dns", "--userns"),
    }
)
_WHOLE_DISK = re.compile(
    r"(?:type=bind,)?(?:src=|source=)?(?:/|~|\$\{?(?:env:)?HOME\}?|/home|/root|/etc|/Users|[A-Za-z]:[\\/]{0,2})/?(?::|,|\Z)"
)


def _container(rest: Sequence[Node]) -> Iterator[Remark]:
    if not rest or rest[0].text not in {"run", "container"}:
        return
    left = list(rest[1:])
    if left and left[0].text == "run":
        left = left[1:]
    skipped = ""
    for word in left:
        text = word.text
        if skipped:
            yield from _mounted(word, text) if skipped in _MOUNTS else ()
            yield from _isolated(word, f"{skipped}={text}")
            skipped = ""
        elif text.startswith("-"):
            if text in _DOCKER_VALUES:
                skipped = text
            elif text.startswith(_MOUNTS):
                yield from _mounted(word, text.partition("=")[2] or text[2:])
            yield from _isolated(word, text)
        else:
            if not _HELD.match(text) and not re.search(r"@sha256:[0-9a-f]{64}\Z", text):
                tag = text.rpartition("/")[2].partition(":")[2]
                fixed = _EXACT_NPM.fullmatch(tag) is not None
                yield _remark(
                    UNPINNED,
                    word,
                    f"the image `{shown(text)}` is named without its digest",
                    "write `image@sha256:` and the digest",
                    Severity.LOW if fixed else None,
                )
            return


def _mounted(word: Node, value: str) -> Iterator[Remark]:
    if "docker.sock" in value or _WHOLE_DISK.match(value):
        yield _wide(word, f"the container gets `{shown(value)}` of the machine")


def _isolated(word: Node, text: str) -> Iterator[Remark]:
    if re.fullmatch(
        r"--privileged(?:=true)?|--(?:net(?:work)?|pid|ipc|userns)=host|--cap-add=(?:ALL|SYS_ADMIN)"
        r"|--security-opt=\S*unconfined|--device=/dev/\w*(?:mem|sd\w)",
        text,
    ):
        severity = Severity.MEDIUM if "net" in text[:6] else Severity.HIGH
        yield _wide(word, f"`{shown(text)}` takes the walls of the container down", severity)


_ROOTS = re.compile(
    r"(?:--?[\w-]+=)?(?:/|~/?|\$\{?(?:env:)?(?:HOME|USERPROFILE)\}?/?|/home/?|/root/?|/etc/?|/Users/?"
    r"|[A-Za-z]:[\\/]{0,2}|/\*\*|~/\.(?:ssh|aws|gnupg|config)/?|%USERPROFILE%|/home/[\w.-]+/?|/Users/[\w.-]+/?)"
)
_OPENS = re.compile(
    r"--(?:allow-all(?:-\w+)*|dangerously[\w-]*|no-sandbox|unsafe[\w-]*|disable-sandbox|allow-write=?\*"
    r"|yolo|no-auth(?:entication)?|disable-auth\w*|insecure|skip-verify|no-confirm(?:ation)?|allow-dangerous[\w-]*)"
)


def _reach(rest: Sequence[Node]) -> Iterator[Remark]:
    for word in rest:
        if _ROOTS.fullmatch(word.text) and word.text not in {"-c", "/c", "/C"}:
            home = re.fullmatch(r"/(?:home|Users)/[\w.-]+/?", word.text)
            severity = Severity.MEDIUM if home else None
            yield _wide(word, f"the server may use all of `{shown(word.text)}`", severity)
        elif word.text == "-A" or _OPENS.fullmatch(word.text):
            yield _wide(
                word, f"`{shown(word.text)}` takes the server's own limits away", Severity.MEDIUM
            )


def _wide(word: Node, message: str, severity: Severity | None = None) -> Remark:
    return _remark(WIDE, word, message, "give it the one folder or tool that it needs", severity)


_LOADS_CODE = re.compile(
    r"LD_PRELOAD|LD_LIBRARY_PATH|DYLD_\w+|PYTHONSTARTUP|BASH_ENV|ENV|PERL5OPT|RUBYOPT|JAVA_TOOL_OPTIONS"
    r"|GIT_SSH_COMMAND|PROMPT_COMMAND"
)
_NO_AUTH = re.compile(
    r"\w*(?:DISABLE|OMIT|SKIP|NO|BYPASS|WITHOUT)_?\w*AUTH\w*|\w*AUTH\w*_?DISABLED", re.IGNORECASE
)
_AUTH_OFF = re.compile(r"\w*(?:AUTH_ENABLED|ENABLE_AUTH|REQUIRE_AUTH|AUTH_REQUIRED)", re.IGNORECASE)
_UNSAFE = re.compile(r"\w*(?:DANGEROUS|ALLOW_ALL|UNSAFE|YOLO)\w*", re.IGNORECASE)
_TRUE = frozenset({"true", "1", "yes", "on", "*", "all"})
_FALSE = frozenset({"false", "0", "no", "off", "none"})


def _environment(node: Node) -> Iterator[Remark]:
    for env in node.all(*_ENV):
        for key, value in env.fields:
            word = str(value.value).strip().lower() if value.value is not None else ""
            yield from environment(key, value)
            if (_NO_AUTH.fullmatch(key.name) and word in _TRUE) or (
                _AUTH_OFF.fullmatch(key.name) and word in _FALSE
            ):
                yield _without(value, f"`{shown(key.name)}` switches authentication off")
            elif _UNSAFE.fullmatch(key.name) and word in _TRUE:
                yield _wide(value, f"`{shown(key.name)}` takes limits away", Severity.MEDIUM)


def environment(key: Key, value: Node) -> Iterator[Remark]:
    """Yield what is wrong with one variable of any program of the settings."""
    text = str(value.value) if value.value is not None else ""
    if _LOADS_CODE.fullmatch(key.name) or (
        key.name == "NODE_OPTIONS" and re.search(r"--(?:require|import|loader)|-r\b", text)
    ):
        yield _remark(
            SHELL,
            value,
            f"`{shown(key.name)}` loads code into every program that is started",
            "remove the variable",
            Severity.HIGH,
        )
    elif key.name == "NODE_TLS_REJECT_UNAUTHORIZED" and text in {"0", "false", "False"}:
        yield _remark(
            CLEARTEXT,
            value,
            f"`{key.name}` switches the check of certificates off",
            "remove the variable",
        )


def _without(node: Node, message: str) -> Remark:
    return _remark(UNAUTHENTICATED, node, message, "leave authentication on", Severity.HIGH)


_SECRET_NAME = re.compile(
    r"(?:.*[_-])?(?:api[_-]?key|apikey|key|token|secret|password|passwd|pwd|pat|credentials?|bearer"
    r"|auth(?:orization)?|cookie|session|private[_-]?key|access[_-]?key|dsn|connection[_-]?string"
    r"|webhook(?:_url)?|service[_-]?role)(?:[_-](?:id|value|\d+))?|x-.*(?:key|token)|.*(?:apikey|token|secret|password)",
    re.IGNORECASE,
)
_NO_SECRET_NAME = re.compile(
    r".*(?:max|min|limit|count|num|file|path|dir|ttl|expir|type|url|endpoint|public|publishable|header|name)s?"
    r"(?:[_-].*)?|.*_tokens|.*token_(?:limit|count)|authorization_url|auth_(?:mode|type|method)",
    re.IGNORECASE,
)
_REFERENCE = re.compile(
    r"\$|%\w+%|\{\{|\{env|<|\[|env[:.(]|op://|vault:|aws:|gcp:|secret[:/]|keychain|input:|process\.env"
    r"|os\.environ|file:|ref:|!|@|#\{|\*{2,}|\.{3}|x{3,}|…",
    re.IGNORECASE,
)
_REFERS_INSIDE = re.compile(r"\$\{|\$\(|\{\{|\$[A-Za-z_]|<\w[^>]*>|%\w+%")
_PLACEHOLDER = re.compile(
    r"your|example|placeholder|change[-_ ]?me|insert|replace|dummy|todo|redacted|goes|here\b|sample|fill"
    r"|\bmy[-_]|\bthe[-_]|none|null|undefined|test|demo|fake|mock|default|optional|paste|enter|0{6,}|1234567|abcdef",
    re.IGNORECASE,
)
_BEARER = re.compile(r"(?:bearer|basic|token|apikey|api-key)\s+", re.IGNORECASE)
_SHORTEST = 8
_RANDOM = 16
_KNOWN = re.compile(
    r"sk-|ghp_|gho_|ghs_|github_pat_|glpat-|xox[abp]-|AKIA|AIza|eyJ|hf_|npm_|pypi-|ntn_|secret_|figd_|lin_api"
    r"|sbp_|SG\.|dop_v1|rk_live|sk_live|tvly-|pplx-|gsk_|ATATT"
)
_FLAG = re.compile(r"--?(?P<name>[\w-]+)(?:=(?P<value>.+))?")
_IN_URL = re.compile(
    r"\w[\w+.-]*://[^/\s:@]*:(?P<password>[^/\s@]+)@(?P<host>[^/\s:?]+)"
    r"|[?&](?:api[_-]?key|key|token|access_token|secret|apikey|auth)=(?P<token>[^&\s]+)",
    re.IGNORECASE,
)
_NEAR = re.compile(r"localhost|127\.|0\.0\.0\.0|\[?::1|host\.docker\.internal|db\Z|postgres\Z")


def _secrets(node: Node, words: Sequence[Node]) -> Iterator[Remark]:
    for group in node.all(*_ENV, *_HEADERS):
        for path, value in walk(group):
            if path and _is_secret_name(path[-1]):
                yield from _secret(value, path[-1])
            elif path:
                yield from _in_url(value)
    for key, value in node.fields:
        if not (value.is_map or value.is_list) and _is_secret_name(key.name):
            yield from _secret(value, key.name)
    for address in node.all(*_ADDRESSES):
        yield from _in_url(address)
    for word, after in zip(words, [*words[1:], None], strict=False):
        yield from _argument(word, after)


_SETS_VALUE = re.compile(
    r"(?P<name>[\w-]+):\s*(?P<value>\S.*)|(?P<variable>[A-Z][A-Z0-9_]+)=(?P<set>.+)"
)


def _argument(word: Node, after: Node | None) -> Iterator[Remark]:
    flag, sets = _FLAG.fullmatch(word.text), _SETS_VALUE.fullmatch(word.text)
    if flag and _is_secret_name(flag["name"]):
        if flag["value"]:
            yield from _secret(_part(word, *flag.span("value")), flag["name"])
        elif after is not None and not after.text.startswith("-"):
            yield from _secret(after, flag["name"])
    elif sets and _is_secret_name(sets["name"] or sets["variable"]):
        part = _part(word, *sets.span("value" if sets["name"] else "set"))
        yield from _secret(part, sets["name"] or sets["variable"])
    else:
        yield from _in_url(word)


def _is_secret_name(name: str) -> bool:
    return bool(_SECRET_NAME.fullmatch(name)) and not _NO_SECRET_NAME.fullmatch(name)


def _part(node: Node, start: int, end: int) -> Node:
    if len(node.text) != node.end - node.start:
        return Node(node.start, node.end, node.text[start:end])
    return Node(node.start + start, node.start + end, node.text[start:end])


def _secret(node: Node, name: str) -> Iterator[Remark]:
    value = _BEARER.sub("", node.text.strip(), count=1)
    known = _KNOWN.match(value) is not None
    if len(value) < _SHORTEST or _refers(value):
        return
    if "://" in value or re.fullmatch(r"[A-Z][A-Z0-9_]+", value):
        yield from _in_url(node)
        return
    if " " in value or value.lower() in _TRUE | _FALSE or value.startswith(("/", "./", "~/")):
        return
    random = len(value) >= _RANDOM and re.search(r"\d", value) and re.search(r"[A-Za-z]", value)
    yield Remark(
        SECRET,
        node.start,
        node.end,
        f"the value of `{shown(name)}` stands in the settings",
        "refer to the environment instead, and revoke the value",
        None if known or random else Severity.MEDIUM,
        secret=True,
    )


def _refers(value: str) -> bool:
    """Tell whether a value stands for one that is elsewhere, or that has yet to be filled in."""
    patterns = _REFERS_INSIDE.search(value), _PLACEHOLDER.search(value), _REFERENCE.match(value)
    return any(patterns)


def _in_url(node: Node) -> Iterator[Remark]:
    for match in _IN_URL.finditer(node.text[:5_000]):
        group = "password" if match["password"] else "token"
        value = match[group]
        if match["host"] and _NEAR.search(match["host"]):
            continue
        if _refers(value) or value.lower() in {"password", "pass", "pwd"}:
            continue
        part = _part(node, *match.span(group))
        yield Remark(
            SECRET,
            part.start,
            part.end,
            "an address carries a secret",
            "refer to the environment instead, and revoke the value",
            secret=True,
        )


def _address(node: Node, server: Node, table: AgentTable) -> Iterator[Remark]:
    try:
        parts = urlsplit(node.text)
        host = parts.hostname or ""
    except ValueError:
        return
    if parts.scheme not in {"http", "https", "ws", "wss"} or _is_near(host):
        return
    if not re.fullmatch(r"[\w.:-]+", host, re.ASCII):
        return
    if parts.scheme in {"http", "ws"}:
        yield _remark(
            CLEARTEXT,
            node,
            f"the server at `{shown(host)}` is reached without encryption",
            "use `https://`",
        )
    if (
        _is_signed_in(server)
        or parts.query
        or host_matches(host, (*table.signed_in, *table.public))
    ):
        return
    if "$" in node.text or "{" in node.text:
        return
    yield _remark(
        UNAUTHENTICATED,
        node,
        f"nothing here says who uses the server at `{shown(host)}`",
        'add `"headers": {"Authorization": "Bearer ${TOKEN}"}`, or use a sign-in',
        Severity.MEDIUM if parts.scheme in {"http", "ws"} else None,
    )


def _is_near(host: str) -> bool:
    return (
        host in {"localhost", "0.0.0.0", "::1", "host.docker.internal"}  # noqa: S104 - compared, not bound
        or host.startswith("127.")
        or host.endswith((".localhost", ".local"))
        or "$" in host
    )


def _is_signed_in(server: Node) -> bool:
    for name in _SIGNS_IN:
        for node in server.all(name):
            if node.value not in {None, False, "", "none", "None"} or node.fields or node.items:
                return True
    for headers in server.all(*_HEADERS):
        for path, value in walk(headers):
            if path and value.text and (_is_secret_name(path[-1]) or "auth" in path[-1].lower()):
                return True
    return False


_TRUSTS = (
    "alwaysAllow",
    "autoApprove",
    "autoAllow",
    "always_allow",
    "auto_approve",
    "autoApproved",
)
_ACTS = re.compile(
    r"(?:.*[_-])?(?:exec(?:ute)?|run|shell|bash|terminal|command|write|delete|remove|drop|push|merge|send"
    r"|upload|deploy|kill|eval|sql|create|update|edit|move|publish|transfer|pay)(?:[_-].*)?|\w*(?:Execute|Command|Delete|Write)\w*",
)


def _approvals(server: Node) -> Iterator[Remark]:
    for node in server.all("trust", *_TRUSTS):
        if node.value is True:
            yield _wide(node, "every tool of the server runs without a question")
    for node in server.all(*_TRUSTS):
        for item in node.texts():
            if item.text in {"*", "all", ".*"}:
                yield _wide(item, "every tool of the server runs without a question")
            elif _ACTS.fullmatch(item.text):
                message = f"the tool `{shown(item.text)}` runs without a question"
                yield _wide(item, message, Severity.MEDIUM)
    for node in server.all("tools", "enabled_tools", "includeTools", "allowedTools"):
        for item in node.texts():
            if item.text == "*":
                yield _wide(item, "every tool of the server may be used", Severity.MEDIUM)


def _remark(
    rule: Rule, node: Node, message: str, hint: str, severity: Severity | None = None
) -> Remark:
    return Remark(rule, node.start, node.end, message, hint, severity)
