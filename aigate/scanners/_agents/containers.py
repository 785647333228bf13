"""Judges what containers of servers may reach, and whether their images are fixed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from aigate.domain.regex import regex
from aigate.domain.severity import Severity
from aigate.scanners._agents.nodes import Node
from aigate.scanners._agents.packages import EXACT_NPM, HELD
from aigate.scanners._agents.pages import UNPINNED, Remark, shown
from aigate.scanners._agents.remarks import remark, wide

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
_WHOLE_DISK = regex(
    r"(?:type=bind,)?(?:src=|source=)?(?:/|~|\$\{?(?:env:)?HOME\}?|/home|/root|/etc|/Users|[A-Za-z]:[\\/]{0,2})/?(?::|,|\Z)"
)


def judge_container(rest: Sequence[Node]) -> Iterator[Remark]:
    """Yield what is wrong with the arguments of a container engine."""
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
            if not HELD.match(text) and not re.search(r"@sha256:[0-9a-f]{64}\Z", text):
                tag = text.rpartition("/")[2].partition(":")[2]
                fixed = EXACT_NPM.fullmatch(tag) is not None
                yield remark(
                    UNPINNED,
                    word,
                    f"the image `{shown(text)}` is named without its digest",
                    "write `image@sha256:` and the digest",
                    Severity.LOW if fixed else None,
                )
            return


def _mounted(word: Node, value: str) -> Iterator[Remark]:
    if "docker.sock" in value or _WHOLE_DISK.match(value):
        yield wide(word, f"the container gets `{shown(value)}` of the machine")


def _isolated(word: Node, text: str) -> Iterator[Remark]:
    if re.fullmatch(
        r"--privileged(?:=true)?|--(?:net(?:work)?|pid|ipc|userns)=host|--cap-add=(?:ALL|SYS_ADMIN)"
        r"|--security-opt=\S*unconfined|--device=/dev/\w*(?:mem|sd\w)",
        text,
    ):
        severity = Severity.MEDIUM if "net" in text[:6] else Severity.HIGH
        yield wide(word, f"`{shown(text)}` takes the walls of the container down", severity)
