"""Judges the variables that programs and servers are started with."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aigate.domain.regex import regex
from aigate.domain.severity import Severity
from aigate.scanners._agents.nodes import Key, Node
from aigate.scanners._agents.pages import (
    CLEARTEXT,
    SHELL,
    UNAUTHENTICATED,
    Remark,
    shown,
)
from aigate.scanners._agents.remarks import remark, wide

ENV = ("env", "environment", "envs", "environment_variables")
_LOADS_CODE = regex(
    r"LD_PRELOAD|LD_LIBRARY_PATH|DYLD_\w+|PYTHONSTARTUP|BASH_ENV|ENV|PERL5OPT|RUBYOPT|JAVA_TOOL_OPTIONS"
    r"|GIT_SSH_COMMAND|PROMPT_COMMAND"
)
_NO_AUTH = regex(
    r"\w*(?:DISABLE|OMIT|SKIP|NO|BYPASS|WITHOUT)_?\w*AUTH\w*|\w*AUTH\w*_?DISABLED", re.IGNORECASE
)
_AUTH_OFF = regex(r"\w*(?:AUTH_ENABLED|ENABLE_AUTH|REQUIRE_AUTH|AUTH_REQUIRED)", re.IGNORECASE)
_UNSAFE = regex(r"\w*(?:DANGEROUS|ALLOW_ALL|UNSAFE|YOLO)\w*", re.IGNORECASE)
TRUE = frozenset({"true", "1", "yes", "on", "*", "all"})
FALSE = frozenset({"false", "0", "no", "off", "none"})


def judge_environment(node: Node) -> Iterator[Remark]:
    """Yield what is wrong with the variables of a server."""
    for env in node.all(*ENV):
        for key, value in env.fields:
            word = str(value.value).strip().lower() if value.value is not None else ""
            yield from environment(key, value)
            if (_NO_AUTH.fullmatch(key.name) and word in TRUE) or (
                _AUTH_OFF.fullmatch(key.name) and word in FALSE
            ):
                yield _without(value, f"`{shown(key.name)}` switches authentication off")
            elif _UNSAFE.fullmatch(key.name) and word in TRUE:
                yield wide(value, f"`{shown(key.name)}` takes limits away", Severity.MEDIUM)


def environment(key: Key, value: Node) -> Iterator[Remark]:
    """Yield what is wrong with one variable of any program of the settings."""
    text = str(value.value) if value.value is not None else ""
    if _LOADS_CODE.fullmatch(key.name) or (
        key.name == "NODE_OPTIONS" and re.search(r"--(?:require|import|loader)|-r\b", text)
    ):
        yield remark(
            SHELL,
            value,
            f"`{shown(key.name)}` loads code into every program that is started",
            "remove the variable",
            Severity.HIGH,
        )
    elif key.name == "NODE_TLS_REJECT_UNAUTHORIZED" and text in {"0", "false", "False"}:
        yield remark(
            CLEARTEXT,
            value,
            f"`{key.name}` switches the check of certificates off",
            "remove the variable",
        )


def _without(node: Node, message: str) -> Remark:
    return remark(UNAUTHENTICATED, node, message, "leave authentication on", Severity.HIGH)
