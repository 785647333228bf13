"""Judges what settings let an agent do, and the commands that they run by themselves."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from aigate.domain.regex import regex
from aigate.domain.severity import Severity
from aigate.scanners._agents.commands import harms
from aigate.scanners._agents.files import AgentTable, Switch, host_matches
from aigate.scanners._agents.nodes import Node, walk
from aigate.scanners._agents.pages import (
    FOLDER_OPEN,
    HELPER,
    HOOK,
    REDIRECTED,
    UNASKED,
    WILDCARD,
    Remark,
    shown,
)
from aigate.scanners._agents.variables import environment

_Path = tuple[str, ...]


def permissions(
    root: Node, table: AgentTable, text: str, *, named: bool, invoked: bool = False
) -> Iterator[Remark]:
    """Yield what is wrong with the settings below a node.

    `named` says that the file's name is that of an agent's settings; of others, only what no
    other program uses counts. `invoked` says that what is allowed ends with one command of
    the user, so that a wildcard weighs less.
    """
    switches = [one for one in table.switches if named or one.anywhere]
    values = {repr(value) for one in switches for value in one.values}
    lists = table.lists if named else ("permissions.allow",)
    for path, node in walk(root):
        if not path:
            continue
        dotted = ".".join(path).casefold()
        value = node.value.casefold() if isinstance(node.value, str) else node.value
        if repr(value) in values or "autoapprove" in dotted:
            yield from _switched(dotted, node, switches)
        if dotted.endswith(tuple(lists)) and any(_ends(dotted, one) for one in lists):
            for remark in _listed(node, commands="command" in path[-1].casefold()):
                grave = remark.severity is None and invoked
                yield replace(remark, severity=Severity.MEDIUM) if grave else remark
        elif "terminal.autoapprove" in dotted and node.value is True:
            yield from _command_allowed(node, path[-1])
        if named:
            yield from _of_agents(path, node, root, table)
            yield from _granted(node)
    if named:
        yield from _variables(root, table)
        yield from _hooks(root, table, text)


def _of_agents(path: _Path, node: Node, root: Node, table: AgentTable) -> Iterator[Remark]:
    if path[-1] in table.folders:
        yield from _folders(node)
    if path[-1] in table.helpers and node.text:
        yield Remark(
            HELPER,
            node.start,
            node.end,
            f"`{shown(path[-1])}` runs `{shown(node.text)}` to get a key",
            "move it to the settings of the user",
        )
    if path[-1] == "runOptions":
        yield from _on_open(node, root)


def _granted(node: Node) -> Iterator[Remark]:
    """Judge a rule that is written out: a pattern, and that what fits it is allowed."""
    action = node.get("action", "decision", "effect")
    if action is None or action.text.casefold() not in {"allow", "allowed", "approve"}:
        return
    for pattern in node.all("pattern", "prefix", "regex", "glob", "command"):
        if pattern.value is not None and pattern.text.strip() in _ALL:
            yield _wild(pattern, f"`{shown(pattern.text)}` lets the agent run everything")
    tool = node.get("tool", "toolName")
    if tool is not None and tool.text == "*" and node.get("matches") is None:
        yield _wild(tool, "`*` lets the agent use every tool")


def _ends(dotted: str, key: str) -> bool:
    return dotted == key or dotted.endswith(f".{key}")


def _switched(dotted: str, node: Node, switches: Sequence[Switch]) -> Iterator[Remark]:
    if node.is_map or node.is_list:
        return
    for switch in switches:
        if not any(_ends(dotted, key) for key in switch.keys):
            continue
        value = node.value.casefold() if isinstance(node.value, str) else node.value
        if any(value == one and type(value) is type(one) for one in switch.values) or (
            "*" in switch.values and value not in {None, False, ""}
        ):
            name = dotted.rpartition(".")[2] if len(dotted) > 60 else dotted
            yield Remark(
                UNASKED,
                node.start,
                node.end,
                f"`{shown(name)}` {switch.says}",
                "remove it, and allow single commands instead",
                switch.severity,
            )
            return


_SPECS = regex(r"[^,\s()]+(?:\([^)]*\))?")
_SPEC = regex(r"(?P<tool>[\w.*:-]+)(?:\((?P<what>.*)\))?", re.DOTALL)
_COMMAND_TOOLS = frozenset(
    {
        "bash",
        "shell",
        "powershell",
        "run_shell_command",
        "shelltool",
        "terminal",
        "execute_bash",
        "execute_command",
        "run_terminal_cmd",
        "runcommands",
        "bashtool",
        "exec",
        "run_command",
    }
)
_FILE_TOOLS = frozenset({"read", "write", "edit", "multiedit", "notebookedit", "glob", "grep"})
_ALL = frozenset({"", "*", ":*", "**", "*:*", "* *", ".*", "/.*/", "^.*$"})
# What runs any other program, or takes any code, file or address as its argument.
_ANY_CODE = regex(
    r"(?:ba|z|da|k|fi)?sh|eval|exec|sudo|su|doas|env|xargs|python[\d.]*|node|ruby|perl|php|deno|bun"
    r"|powershell|pwsh|cmd|npx|bunx|uvx|pipx|ssh|scp|curl|wget|nc|ncat|socat|telnet|osascript|awk"
    r"|rm|dd|chmod|chown|mkfs\S*|docker|kubectl|aws|gcloud|az|terraform|nohup|tee|parallel|watch"
)
_GRAVE = regex(
    r"(?:ba|z|da|k|fi)?sh|eval|exec|sudo|su|doas|xargs|powershell|pwsh|cmd|curl|wget|nc|ncat|ssh"
)
_HARMLESS_END = regex(r"\s*(?:--version|--help|-v|-V|-h)\Z")


def _listed(node: Node, *, commands: bool) -> Iterator[Remark]:
    for item in node.texts():
        if commands:
            yield from _command_allowed(item, item.text)
            continue
        for match in _SPECS.finditer(item.text) if not node.is_list else [item.text]:
            yield from _allowed(item, match if isinstance(match, str) else match[0], match)


def _allowed(item: Node, spec: str, where: re.Match[str] | str) -> Iterator[Remark]:
    if isinstance(where, re.Match) and len(item.text) == item.end - item.start:
        item = Node(item.start + where.start(), item.start + where.end(), spec)
    found = _SPEC.fullmatch(spec.strip())
    if found is None:
        return
    tool, what = found["tool"], found["what"]
    low = tool.casefold()
    if tool == "*" or (low in _COMMAND_TOOLS and (what or "").strip() in _ALL):
        yield _wild(item, f"`{shown(spec)}` lets the agent run everything")
    elif low in _COMMAND_TOOLS and what is not None:
        yield from _command_allowed(item, what)
    elif low in _FILE_TOOLS and what:
        yield from _file_allowed(item, low, what)
    elif re.fullmatch(r"mcp__\*+|mcp\(\*?(?::\*)?\)|@?\*/\*", low):
        yield _wild(item, f"`{shown(spec)}` allows every tool of every server", Severity.MEDIUM)
    elif low == "webfetch" and what is not None and re.fullmatch(r"(?:domain:)?\*", what.strip()):
        yield _wild(item, f"`{shown(spec)}` lets the agent reach every address", Severity.MEDIUM)


def _command_allowed(item: Node, what: str) -> Iterator[Remark]:
    command = what.strip()
    if command in _ALL:
        yield _wild(item, f"`{shown(item.text or what)}` lets the agent run everything")
        return
    if re.match(
        r"rm\s+-\w*[rf]|git\s+push\b.*(?:--force\b|\s-f\b)|git\s+\S+.*--no-verify", command
    ):
        yield _wild(item, f"`{shown(item.text or what)}` needs a person each time", Severity.MEDIUM)
        return
    found = re.fullmatch(r"(?P<words>\S+)(?P<rest>.*?)(?P<open>:\*|\s*\*+)?", command, re.DOTALL)
    name = found["words"].removesuffix(":*").rpartition("/")[2] if found else ""
    bare = bool(found) and not found["rest"].strip() if found else False
    wild = command.endswith("*") or (item.value is True and bare)
    if not wild or not _ANY_CODE.fullmatch(name):
        return
    if not bare and (name not in {"sudo", "env", "xargs", "eval", "exec"} or _fixed(command)):
        return
    yield _wild(
        item,
        f"`{shown(item.text or what)}` lets the agent run any code or reach anything with `{shown(name)}`",
        None if _GRAVE.fullmatch(name) else Severity.MEDIUM,
    )


def _fixed(command: str) -> bool:
    """Tell whether a wrapper runs one named program."""
    return bool(re.match(r"\S+\s+(?!-)\w[\w./-]*\s+\w", command))


def _file_allowed(item: Node, tool: str, what: str) -> Iterator[Remark]:
    path = what.strip()
    writes = tool in {"write", "edit", "multiedit", "notebookedit"}
    if re.fullmatch(r"(?://|~/?|/|\$\{?HOME\}?/?|[A-Za-z]:[\\/]?)(?:\*+(?:/\*+)*)?", path):
        severity = None if writes or path.startswith(("//", "~")) else Severity.MEDIUM
        yield _wild(
            item, f"`{shown(tool)}` may reach `{shown(path)}`, far above the project", severity
        )
    elif re.search(
        r"(?:~|/)\.(?:ssh|aws|gnupg|netrc|kube|config/gh)\b|(?<![\w-])\.env(?![\w.-])|id_rsa", path
    ):
        yield _wild(item, f"`{shown(tool)}` may reach secrets in `{shown(path)}`")
    elif writes and re.search(r"\.(?:git|github|claude|cursor|vscode)/|\.(?:bash|zsh)rc", path):
        yield _wild(
            item,
            f"`{shown(tool)}` may change `{shown(path)}`, which steers programs",
            Severity.MEDIUM,
        )


def _folders(node: Node) -> Iterator[Remark]:
    for item in node.texts():
        if re.fullmatch(
            r"/|~/?|\$\{?(?:env:)?HOME\}?/?|/home/?|/root/?|/etc/?|/Users/?|[A-Za-z]:[\\/]*|~/\.\w+/?|/\*+",
            item.text,
        ):
            yield _wild(item, f"the agent may reach all of `{shown(item.text)}`")


def _wild(node: Node, message: str, severity: Severity | None = None) -> Remark:
    hint = "name the commands, files and tools that are needed"
    return Remark(WILDCARD, node.start, node.end, message, hint, severity)


def _on_open(options: Node, root: Node) -> Iterator[Remark]:
    chosen = options.get("runOn")
    if chosen is None or chosen.text.casefold() != "folderopen":
        return
    commands = [
        word.text
        for path, task in walk(root)
        if task.is_map and options in [value for _, value in task.fields]
        for _, word in walk(task)
        if word.text
    ]
    done = harms(" ".join(commands))
    yield Remark(
        FOLDER_OPEN,
        chosen.start,
        chosen.end,
        f"the task {done[0].what} as soon as the folder is opened"
        if done
        else "the task runs as soon as the folder is opened",
        "remove `runOptions`",
        Severity.HIGH if done else None,
    )


def _variables(root: Node, table: AgentTable) -> Iterator[Remark]:
    for path, node in walk(root):
        # Servers have variables of their own, which are looked at with them.
        if not node.is_map or not path or path[-1] != "env" or len(path) > 1:
            continue
        for key, value in node.fields:
            hosts = table.own_hosts.get(key.name)
            if hosts is not None:
                yield from _redirected(key.name, value, hosts)
            for remark in environment(key, value):
                rule = HOOK if "loads code" in remark.message else REDIRECTED
                yield Remark(rule, remark.start, remark.end, remark.message, remark.hint)


def _redirected(name: str, value: Node, hosts: Collection[str]) -> Iterator[Remark]:
    try:
        host = urlsplit(value.text).hostname or ""
    except ValueError:
        host = value.text
    near = host in {"localhost", "127.0.0.1", "::1", ""}
    if not near and not host_matches(host, hosts):
        yield Remark(
            REDIRECTED,
            value.start,
            value.end,
            f"`{shown(name)}` sends prompts and the user's key to `{shown(host)}`",
            "set a gateway in the settings of the user, not of the project",
        )


def _hooks(root: Node, table: AgentTable, text: str) -> Iterator[Remark]:
    joined: set[int] = set()
    for path, node in walk(root):
        if not table.runners.intersection(path) or id(node) in joined:
            continue
        if path[-1] not in table.commands and path[-1] not in table.runners:
            if path[-1] == "url" and node.text.startswith("http://") and "hooks" in path:
                message = "what the agent does is sent without encryption"
                yield Remark(HOOK, node.start, node.end, message, "use `https://`", Severity.MEDIUM)
            continue
        if node.is_list:
            words = [item for item in node.items if item.text]
            if words and len(words) == len(node.items):
                joined |= {id(item) for item in words}
                line = Node(words[0].start, words[-1].end, " ".join(word.text for word in words))
                yield from harmful(line, "")
        elif node.text:
            yield from harmful(node, text)


def harmful(node: Node, text: str) -> Iterator[Remark]:
    """Yield what the command in a node does that nobody would agree to."""
    exact = text[node.start : node.end] == node.text
    for harm in harms(node.text):
        yield Remark(
            HOOK,
            node.start + harm.start if exact else node.start,
            node.start + harm.end if exact else node.end,
            f"a command that runs by itself {harm.what}",
            "remove it, or call a reviewed script of the repository",
            harm.severity,
        )
