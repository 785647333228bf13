"""Judges workflows that run an agent: who can start them, and what it may do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from aigate.domain.regex import regex
from aigate.domain.severity import Severity
from aigate.scanners._agents.commands import starts_unasked
from aigate.scanners._agents.files import AgentTable
from aigate.scanners._agents.nodes import Node, walk
from aigate.scanners._agents.pages import UNASKED, WORKFLOW, Remark, shown

PATHS = regex(r"(?:.*/)?\.(?:github|gitea|forgejo)/workflows/[^/]+\.ya?ml", re.IGNORECASE)
"""Where workflows lie."""

_STRANGERS = frozenset(
    {
        *("issues", "issue_comment", "pull_request_target", "discussion", "discussion_comment"),
        *("workflow_run", "fork", "watch", "pull_request_review", "pull_request_review_comment"),
        "commit_comment",
    }
)
_WORDS_OF_STRANGERS = regex(
    r"\$\{\{[^}]*\bgithub\.(?:event\.(?:issue|pull_request|comment|review|discussion|review_comment|head_commit)"
    r"\.(?:title|body|message|head\.ref|head\.label|user\.name)|head_ref)[^}]*\}\}"
)
_CHECKED = regex(
    r"author_association|\bgithub\.(?:actor|triggering_actor)\b\s*(?:==|!=)|\.user\.login\s*==|sender\.login\s*=="
    r"|repository_owner|head\.repo\.(?:full_name|fork)|contains\(\s*(?:fromJSON\(|'\[)|has-?permission|is-?member|permission-check"
    r"|labels\.\*\.name|event\.label\.name",
    re.IGNORECASE,
)
# These ask GitHub themselves whether who started them may write.
_ASKS_ITSELF = ("anthropics/claude-code-action", "openai/codex-action")
_OPEN_INPUTS = {
    "allowed_non_write_users": regex(r"\*"),
    "allowed_bots": regex(r"\*"),
    "allow-users": regex(r"\*"),
    "allow-bots": regex(r"true", re.IGNORECASE),
    "safety-strategy": regex(r"unsafe"),
    "sandbox": regex(r"danger-full-access"),
    "dangerously_skip_permissions": regex(r"true", re.IGNORECASE),
}
_UNASKED_INPUTS = frozenset({"safety-strategy", "sandbox", "dangerously_skip_permissions"})
_WRITES = regex(r"write(?:-all)?")
_GRAVE_RIGHTS = (
    "contents",
    "actions",
    "packages",
    "deployments",
    "pull-requests",
    "security-events",
    "pages",
)


def workflow(root: Node, table: AgentTable) -> Iterator[Remark]:
    """Yield what is wrong with the steps of a workflow that run an agent."""
    strangers = _strangers(root)
    jobs = root.get("jobs")
    every = jobs.fields if jobs else ()
    for _, job in every:
        steps = job.get("steps")
        found = [
            (step, agent)
            for step in (steps.items if steps else ())
            if (agent := _agent(step, table)) is not None
        ]
        checks = "\n".join(
            node.text
            for holder in (job, *(steps.items if steps else ()))
            for node in holder.all("if", "run", "uses", "script")
        )
        checked = bool(_CHECKED.search(checks)) or any(
            _CHECKED.search(node.text) for _, one in every for node in one.all("if")
        )
        rights = job.get("permissions") or root.get("permissions")
        may_write = rights is None or bool(_grave(rights))
        for step, agent in found:
            yield from _step(step, strangers, may_write=may_write)
            if strangers and not checked and not _asks_itself(step):
                yield from _rights(root, job, agent, strangers)


def _strangers(root: Node) -> str:
    """Return an event with which anybody can start the workflow, or nothing."""
    on = root.get("on", "true")
    if on is None:
        return ""
    names = [on.text, *(item.text for item in on.items), *(key.name for key, _ in on.fields)]
    return next((name for name in names if name in _STRANGERS), "")


def _agent(step: Node, table: AgentTable) -> Node | None:
    uses, run = step.get("uses"), step.get("run")
    name = uses.text.partition("@")[0].casefold() if uses else ""
    for one in table.steps:
        if one.uses and name and (name == one.uses or name.startswith(f"{one.uses}/")):
            return uses
        if one.command is not None and run is not None and one.command.search(run.text):
            return run
    return None


def _asks_itself(step: Node) -> bool:
    uses = step.get("uses")
    inputs = step.get("with")
    opened = inputs is not None and any(
        pattern.search(node.text)
        for name, pattern in _OPEN_INPUTS.items()
        if name not in _UNASKED_INPUTS
        for node in inputs.all(name)
    )
    return uses is not None and uses.text.startswith(_ASKS_ITSELF) and not opened


def _step(step: Node, strangers: str, *, may_write: bool) -> Iterator[Remark]:
    inputs = step.get("with")
    for path, node in walk(inputs) if inputs else ():
        pattern = _OPEN_INPUTS.get(path[-1]) if path else None
        value = str(node.value).lower() if isinstance(node.value, bool) else node.text
        if pattern is not None and pattern.search(value):
            unasked = path[-1] in _UNASKED_INPUTS
            severity = None if strangers and (unasked or may_write) else Severity.MEDIUM
            message = f"`{shown(path[-1])}: {shown(value)}` opens the agent to everybody"
            if unasked:
                message = f"`{shown(path[-1])}: {shown(value)}` takes the agent's limits away"
            hint = "remove the input"
            rule = UNASKED if unasked and not strangers else WORKFLOW
            yield Remark(rule, node.start, node.end, message, hint, severity)
    texts = [node for _, node in walk(inputs) if node.text] if inputs else []
    run = step.get("run")
    texts += [run] if run is not None else []
    for node in texts:
        yield from _unasked(node, strangers)
        yield from _steered(node, strangers, in_shell=node is run)


def _unasked(node: Node, strangers: str) -> Iterator[Remark]:
    harm = starts_unasked(node.text)
    if harm is None:
        harm_at = re.search(r"--yolo\b|^\s*danger-full-access\s*$", node.text)
        if harm_at is None:
            return
        words = harm_at[0]
    else:
        words = node.text[harm.start : harm.end].split()[-1]
    rule = WORKFLOW if strangers else UNASKED
    says = f", and `{strangers}` lets anybody start it" if strangers else ""
    yield Remark(
        rule,
        node.start,
        node.end,
        f"the agent runs with `{shown(words)}`{says}",
        "allow single tools instead",
        None if strangers else Severity.MEDIUM,
    )


def _steered(node: Node, strangers: str, *, in_shell: bool) -> Iterator[Remark]:
    found = _WORDS_OF_STRANGERS.search(node.text)
    if found is None or not (strangers or in_shell):
        return
    yield Remark(
        WORKFLOW,
        node.start,
        node.end,
        f"`{shown(found[0])}` puts the words of strangers into the prompt",
        "let the agent fetch what it needs, and treat it as data",
        None if in_shell else Severity.MEDIUM,
    )


def _rights(root: Node, job: Node, agent: Node, strangers: str) -> Iterator[Remark]:
    rights = job.get("permissions") or root.get("permissions")
    grave = "what the repository gives by default" if rights is None else _grave(rights)
    if grave:
        at = agent if rights is None else rights
        yield Remark(
            WORKFLOW,
            agent.start,
            agent.end,
            f"`{strangers}` lets anybody start the agent, which has {grave}",
            "give the job `permissions: {contents: read}`, and let only members start it",
            Severity.MEDIUM if at is agent else None,
        )


def _grave(rights: Node) -> str:
    if _WRITES.fullmatch(rights.text):
        return f"`permissions: {rights.text}`"
    named: Sequence[str] = [
        key.name
        for key, value in rights.fields
        if key.name in _GRAVE_RIGHTS and _WRITES.fullmatch(value.text)
    ]
    return f"`{named[0]}: write`" if named else ""
