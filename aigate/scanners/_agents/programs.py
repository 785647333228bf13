"""Judges the programs that start servers, with their arguments."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from aigate.domain.regex import regex
from aigate.domain.severity import Severity
from aigate.scanners._agents.commands import harms
from aigate.scanners._agents.containers import judge_container
from aigate.scanners._agents.nodes import Node
from aigate.scanners._agents.packages import judge_package
from aigate.scanners._agents.pages import SHELL, Remark, shown
from aigate.scanners._agents.remarks import remark, wide


def words_of(node: Node) -> list[Node]:
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


_SHELLS = regex(r"(?:.*[/\\])?(?:ba|z|da|k|fi|a)?sh(?:\.exe)?", re.IGNORECASE)
_POWERSHELL = regex(r"(?:.*[/\\])?(?:powershell|pwsh)(?:\.exe)?", re.IGNORECASE)
_INTERPRETERS = regex(r"(?:.*[/\\])?(?:python[\d.]*|node|deno|bun|ruby|perl|php)(?:\.exe)?")
_INLINE = frozenset({"-c", "-e", "--eval", "-r", "eval"})
_SHARED_FOLDERS = regex(r"(?:/private)?/(?:var/)?tmp/|/dev/shm/|\\\\|.*\\temp\\", re.IGNORECASE)
_DOCKER = regex(r"(?:.*[/\\])?(?:docker|podman|nerdctl)(?:\.exe)?")


def judge_program(words: Sequence[Node]) -> Iterator[Remark]:
    """Yield what is wrong with a server's program and arguments."""
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
            yield remark(
                SHELL,
                program,
                f"the server is a line for the shell `{shown(program.text)}`",
                "name the program itself in `command`, and each argument in `args`",
            )
    elif _INTERPRETERS.fullmatch(program.text) and any(w.text in _INLINE for w in rest):
        yield remark(
            SHELL,
            program,
            f"the server is code in the arguments of `{shown(program.text)}`",
            "put the code into a file of the repository",
        )
    for word in words[:2]:
        if _SHARED_FOLDERS.match(word.text):
            yield remark(
                SHELL,
                word,
                f"the program `{shown(word.text)}` lies where everybody can put another",
                "keep it in the repository or install it",
                Severity.HIGH,
            )
    if _DOCKER.fullmatch(program.text):
        yield from judge_container(rest)
    else:
        yield from judge_package(program, rest)
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


_ROOTS = regex(
    r"(?:--?[\w-]+=)?(?:/|~/?|\$\{?(?:env:)?(?:HOME|USERPROFILE)\}?/?|/home/?|/root/?|/etc/?|/Users/?"
    r"|[A-Za-z]:[\\/]{0,2}|/\*\*|~/\.(?:ssh|aws|gnupg|config)/?|%USERPROFILE%|/home/[\w.-]+/?|/Users/[\w.-]+/?)"
)
_OPENS = regex(
    r"--(?:allow-all(?:-\w+)*|dangerously[\w-]*|no-sandbox|unsafe[\w-]*|disable-sandbox|allow-write=?\*"
    r"|yolo|no-auth(?:entication)?|disable-auth\w*|insecure|skip-verify|no-confirm(?:ation)?|allow-dangerous[\w-]*)"
)


def _reach(rest: Sequence[Node]) -> Iterator[Remark]:
    for word in rest:
        if _ROOTS.fullmatch(word.text) and word.text not in {"-c", "/c", "/C"}:
            home = re.fullmatch(r"/(?:home|Users)/[\w.-]+/?", word.text)
            severity = Severity.MEDIUM if home else None
            yield wide(word, f"the server may use all of `{shown(word.text)}`", severity)
        elif word.text == "-A" or _OPENS.fullmatch(word.text):
            yield wide(
                word, f"`{shown(word.text)}` takes the server's own limits away", Severity.MEDIUM
            )
