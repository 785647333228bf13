"""Finds what steers coding agents: their files, MCP servers, and workflows that run one."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from functools import lru_cache

from aigate.discovery._paths import agent_file
from aigate.discovery._words import damaged
from aigate.domain.inventory import Confidence, Use, UseKind
from aigate.domain.knowledge import AgentStep, Knowledge
from aigate.domain.place import Location
from aigate.domain.regex import regex
from aigate.engine.shown import line as shown_line

_SHOWN = 160
_MOST = 200
_WORKFLOW = regex(
    r"(?:.*/)?(?:\.github/workflows/[^/]+\.ya?ml|\.(?:github|gitea|forgejo)/.*/action\.ya?ml|action\.ya?ml"
    r"|\.gitlab-ci\.ya?ml|\.gitlab/.*\.ya?ml|\.circleci/config\.ya?ml|azure-pipelines[\w.-]*\.ya?ml"
    r"|bitbucket-pipelines\.yml|\.gitea/workflows/[^/]+\.ya?ml|\.woodpecker/.*\.ya?ml|Jenkinsfile)"
)
_USES = regex(
    r"^\s*(?:-\s+)?uses:\s*[\"']?(?P<what>[^\s\"'@#]+)(?:@(?P<ref>[^\s\"'#]+))?", re.MULTILINE
)
_KEYS = ("mcpServers", "mcp_servers", "servers", "context_servers", "mcp", "amp.mcpServers")
_COMMENTS = regex(r"(?P<string>\"(?:[^\"\\\n]|\\.)*\")|//[^\n]*|/\*.*?\*/|,(?=\s*[}\]])", re.DOTALL)
_SAFE_ARGUMENT = regex(r"@?[A-Za-z0-9][\w./-]*(?:@[\w.^~*-]+|==[\w.]+)?")
_COMMIT = regex(r"[0-9a-f]{40}")


def may_use(path: str, data: bytes, knowledge: Knowledge) -> bool:
    """Tell whether a file may tell coding agents anything; a no is always right."""
    if agent_file(path, knowledge) is not None:
        return True
    if path.endswith((".yml", ".yaml", "Jenkinsfile")):
        return b"uses:" in data or _WORKFLOW.fullmatch(path) is not None
    listed = path.endswith((".json", ".jsonc", ".toml"))
    return listed and (b"mcpServers" in data or b"mcp_servers" in data)


def uses_of(path: str, text: str, knowledge: Knowledge) -> Iterator[Use]:
    """Yield what a file of this path tells coding agents, and which it runs."""
    yield from _files(path, knowledge)
    if path.endswith((".yml", ".yaml", "Jenkinsfile")):
        yield from _actions(path, text, knowledge)
        if _WORKFLOW.fullmatch(path):
            yield from _commands(path, text, knowledge)
    if path.endswith((".json", ".jsonc", ".toml")) and _mentions_servers(path, text, knowledge):
        document = _document(path, text)
        if isinstance(document, dict):
            yield from _servers(path, text, document, knowledge)
            yield from _permissions(path, text, document, knowledge)


def _files(path: str, knowledge: Knowledge) -> Iterator[Use]:
    found = agent_file(path, knowledge)
    if found is not None:
        agent, role = found
        yield _use(UseKind.AGENT, agent, path, 1, f"{path}", detail=(("role", role),))


def _actions(path: str, text: str, knowledge: Knowledge) -> Iterator[Use]:
    if "uses:" not in text:
        return
    actions = {step.uses: step for step in knowledge.steps if step.uses}
    for found in _USES.finditer(text):
        what = found["what"].casefold()
        step = actions.get(what) or actions.get("/".join(what.split("/")[:2]))
        if step is None:
            continue
        number, ref = _number(text, found.start("what")), found["ref"] or ""
        detail = (("role", "workflow"), ("action", found["what"]), ("ref", ref))
        yield _use(
            UseKind.AGENT,
            step.agent,
            path,
            number,
            f"uses: {found['what']}@{ref}",
            detail=detail,
            revision=ref if _COMMIT.fullmatch(ref) else None,
        )
        if step.provider:
            yield _use(
                UseKind.PROVIDER,
                step.provider,
                path,
                number,
                f"uses: {found['what']}",
                provider=step.provider,
                confidence=Confidence.LIKELY,
            )


def _commands(path: str, text: str, knowledge: Knowledge) -> Iterator[Use]:
    steps = [step for step in knowledge.steps if step.pattern]
    if not any(_pattern(step).search(text) for step in steps):
        return
    for number, raw in enumerate(text.split("\n"), start=1):
        code = re.sub(r"(?:^|\s)#.*", "", raw[:2000])
        for step in steps:
            shown = _pattern(step).search(code)
            if shown is not None:
                yield _use(
                    UseKind.AGENT,
                    step.agent,
                    path,
                    number,
                    f"run: {shown[0].strip()}",
                    detail=(("role", "workflow"),),
                )
                if step.provider:
                    yield _use(
                        UseKind.PROVIDER,
                        step.provider,
                        path,
                        number,
                        f"run: {shown[0].strip()}",
                        provider=step.provider,
                        confidence=Confidence.LIKELY,
                    )


@lru_cache(maxsize=256)
def _pattern(step: AgentStep) -> re.Pattern[str]:
    try:
        return re.compile(step.pattern)
    except re.error as error:
        raise damaged() from error


def _mentions_servers(path: str, text: str, knowledge: Knowledge) -> bool:
    return "mcpServers" in text or "mcp_servers" in text or agent_file(path, knowledge) is not None


def _document(path: str, text: str) -> object:
    try:
        if path.endswith(".toml"):
            return tomllib.loads(text)
        return json.loads(_COMMENTS.sub(lambda found: found["string"] or " ", text))
    except (ValueError, RecursionError):
        return None


def _servers(
    path: str, text: str, document: dict[str, object], knowledge: Knowledge
) -> Iterator[Use]:
    known = agent_file(path, knowledge)
    for key in _KEYS:
        servers = document.get(key)
        if not isinstance(servers, dict) or (
            known is None and key not in {"mcpServers", "mcp_servers"}
        ):
            continue
        if known is None:
            yield _use(
                UseKind.AGENT, "mcp", path, _line_of(text, key), key, detail=(("role", "mcp"),)
            )
        for name, server in list(servers.items())[:_MOST]:
            if isinstance(server, dict):
                yield from _server(path, text, name, server)


def _server(path: str, text: str, name: str, server: dict[str, object]) -> Iterator[Use]:
    number = _line_of(text, name)
    detail: list[tuple[str, str]] = [("role", "config")]
    command, arguments = server.get("command"), server.get("args")
    words = [
        *(command if isinstance(command, list) else [command]),
        *(arguments if isinstance(arguments, list) else []),
    ]
    # What is no plain name may be a secret, and stays out.
    plain = [one for one in words if isinstance(one, str) and _SAFE_ARGUMENT.fullmatch(one)]
    if plain:
        detail.append(("command", " ".join(plain[:2])))
    variables = server.get("env") or server.get("environment")
    if isinstance(variables, dict):
        detail += [("env", str(one)) for one in variables][:_MOST]
    for key in ("url", "httpUrl", "serverUrl", "uri"):
        address = server.get(key)
        if isinstance(address, str) and address.startswith(("http://", "https://", "ws")):
            bare = re.sub(r"(?<=://)[^/@]*@", "", re.split(r"[?#]", address)[0])
            detail.append(("url", bare))
            yield _use(UseKind.ENDPOINT, bare, path, _line_of(text, address), f"{name}: {bare}")
    yield _use(
        UseKind.SERVER, name, path, number, f"{name}: {' '.join(plain[:2])}", detail=tuple(detail)
    )


def _permissions(
    path: str, text: str, document: dict[str, object], knowledge: Knowledge
) -> Iterator[Use]:
    known, rules = agent_file(path, knowledge), document.get("permissions")
    if known is None or not isinstance(rules, dict):
        return
    for word in ("allow", "ask", "deny"):
        listed = rules.get(word)
        for rule in listed[:_MOST] if isinstance(listed, list) else ():
            if isinstance(rule, str) and word == "allow":
                yield _use(
                    UseKind.TOOL,
                    rule,
                    path,
                    _line_of(text, rule),
                    f"{word}: {rule}",
                    detail=(("role", known[1]), ("permission", rule)),
                )


def _use(  # noqa: PLR0913 - one for each thing that a use says
    kind: UseKind,
    name: str,
    path: str,
    number: int,
    evidence: str,
    *,
    detail: tuple[tuple[str, str], ...] = (),
    provider: str = "",
    revision: str | None = "",
    confidence: Confidence = Confidence.CERTAIN,
) -> Use:
    return Use(
        kind=kind,
        name=name,
        at=Location(path, number, 1, number, 1),
        evidence=shown_line(evidence, _SHOWN),
        confidence=confidence,
        provider=provider,
        revision=revision,
        detail=detail,
    )


def _number(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def _line_of(text: str, name: str) -> int:
    at = text.find(f'"{name}"')
    return _number(text, max(at, text.find(name) if at < 0 else at, 0))
