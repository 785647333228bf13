"""Judges the settings of coding agents, their tool servers, and workflows that run them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from aigate.domain.extension import Target
from aigate.domain.finding import Gap, Sighting
from aigate.domain.regex import regex
from aigate.domain.tree import Kind, Unit
from aigate.engine.lines import Lines
from aigate.scanners._agents.files import AgentTable, agent_table
from aigate.scanners._agents.pages import HOOK, SCANNER_NAME, UNREADABLE, Remark

# Most files are no agent's, and a hook should not wait for what reads and judges those that are.
if TYPE_CHECKING:
    from aigate.scanners._agents.nodes import Node

_LIMIT = 100
_FORMS = (
    (regex(r".*(?:\.(?:json|jsonc|json5|code-workspace)|/\.roomodes)", re.IGNORECASE), "json"),
    (regex(r".*\.(?:ya?ml)", re.IGNORECASE), "yaml"),
    (regex(r".*\.toml", re.IGNORECASE), "toml"),
)
# Files of other names are read only if a word of agents' settings stands in them.
_WORDS = (
    *("mcpservers", "mcp_servers", "mcp-servers", "context_servers", "bypasspermissions"),
    *("enableallprojectmcpservers", "danger-full-access", "approval_policy", "dangerously"),
    *("chat.tools.", '"allow":', '"defaultmode":', "yes-always", "yolo", "goose_mode"),
    *("auto_approve", "autoapprove", "require_approval", "requireapproval"),
    *("always_allow_tool_actions", "folderopen", "allowautomatictasks", "allow_dangerous_"),
)
_MATTER = regex(r"\A\ufeff?---[ \t]*\n(?P<inside>.{1,20000}?)\n---[ \t]*(?:\n|\Z)", re.DOTALL)
_PROSE = regex(r".*\.(?:mdx?|mdc|markdown)", re.IGNORECASE)
_RUN_IN_PROSE = regex(r"!`(?P<command>[^`\n]{1,2000})`")
_COMMANDS = regex(
    r"(?:.*/)?\.[\w-]+/(?:commands|skills|agents)/.*|(?:.*/)?SKILL\.md", re.IGNORECASE
)
_SCRIPT = regex(r"(?:.*/)?\.[\w-]+/hooks/.+", re.IGNORECASE)
_IN_SCRIPTS = ("runs what it downloads", "runs code that is spelt", "sends files", "opens a shell")
_AGENTS = regex(r"agent|assistant|copilot|claude|codex|gemini", re.IGNORECASE)
# One of these words stands in all code that serves tools.
_OF_SERVERS = ("mcp", "modelcontextprotocol")
_CODE = frozenset({Kind.PYTHON, Kind.JAVASCRIPT, Kind.TYPESCRIPT})
_LOCKS = regex(r"(?:.*/)?(?:package-lock|npm-shrinkwrap|composer|pnpm-lock)\.[\w.]+", re.IGNORECASE)


def scan(target: Target) -> Iterator[Sighting | Gap]:
    table = agent_table(target.packs)
    if table is None:
        reason = "`policies/data` of this installation is damaged; hint: install `aigate-ci` again"
        yield Gap("", reason, "installation-damaged", SCANNER_NAME)
        return
    for unit in target.units:
        if unit.cell:
            continue
        found = _unique(_looked(unit, table))
        lines = Lines(unit.text)
        for remark in islice(found, _LIMIT):
            yield _sighting(unit, remark, lines)
        if next(found, None) is not None:
            reason = f"more than {_LIMIT} objections to the settings in one file"
            yield Gap(unit.path, reason, "too-many-settings", SCANNER_NAME)


def _sighting(unit: Unit, remark: Remark, lines: Lines) -> Sighting:
    longest = len(unit.text)
    start = min(remark.start, longest)
    return Sighting(
        rule=remark.rule.name,
        unit=unit.id,
        span=lines.span(start, max(start, min(remark.end, longest))),
        message=f"{remark.message}; hint: {remark.hint}",
        severity=remark.severity,
        secret=remark.secret,
    )


def _unique(remarks: Iterable[Remark]) -> Iterator[Remark]:
    seen = set()
    for remark in remarks:
        key = (remark.rule.name, remark.start, remark.end)
        if key not in seen:
            seen.add(key)
            yield remark


def _looked(unit: Unit, table: AgentTable) -> Iterator[Remark]:
    path, text = unit.path, unit.text
    if unit.kind in _CODE:
        yield from _served(unit)
    if "/workflows/" in path.lower():
        from aigate.scanners._agents import nodes, workflows  # noqa: PLC0415 - see above

        if workflows.PATHS.fullmatch(path):
            root, _ = nodes.read(text, "yaml")
            if root is not None:
                yield from workflows.workflow(root, table)
            return
    form = next((form for pattern, form in _FORMS if pattern.fullmatch(path)), "")
    if form and not _LOCKS.fullmatch(path):
        yield from _settings(unit, table, form)
    elif _PROSE.fullmatch(path):
        yield from _prose(unit, table)
    elif _SCRIPT.fullmatch(path) and table.is_obeyed(path):
        yield from _script(text)


def _served(unit: Unit) -> Iterator[Remark]:
    low = unit.text.lower()
    if not any(word in low for word in _OF_SERVERS):
        return
    from aigate.scanners._agents.exposed import exposed_in_python, exposed_in_script  # noqa: PLC0415 - see above

    if unit.kind is Kind.PYTHON:
        yield from exposed_in_python(unit.text)
    else:
        yield from exposed_in_script(unit.text)


def _settings(unit: Unit, table: AgentTable, form: str) -> Iterator[Remark]:
    from aigate.scanners._agents import nodes  # noqa: PLC0415 - see above
    from aigate.scanners._agents.permissions import permissions  # noqa: PLC0415 - see above
    from aigate.scanners._agents.servers import servers  # noqa: PLC0415 - see above

    named = table.settings.fullmatch(unit.path) is not None
    if not named:
        low = unit.text[: nodes.LONGEST].lower()
        if not any(word in low for word in _WORDS):
            return
    root, damage = nodes.read(unit.text, form)
    if damage is not None and named and unit.text.strip():
        yield Remark(
            UNREADABLE,
            damage.at,
            damage.at + 1,
            f"the settings cannot be read to their end: {damage.why}",
            "mend the file",
        )
    if root is not None:
        yield from servers(root, table, named=named)
        yield from permissions(root, table, unit.text, named=named or _is_of_agent(unit, root))


def _is_of_agent(unit: Unit, root: Node) -> bool:
    """Tell whether settings look like those of an agent: by a word of their name, or their shape."""
    if _AGENTS.search(unit.path.rpartition("/")[2]):
        return True
    rights = root.get("permissions")
    return (rights is not None and rights.get("allow", "deny", "defaultMode") is not None) or (
        root.get("approval_policy", "sandbox_mode", "enableAllProjectMcpServers") is not None
    )


def _prose(unit: Unit, table: AgentTable) -> Iterator[Remark]:
    matter = _MATTER.match(unit.text)
    if matter is None and "!`" not in unit.text:
        return
    if not table.is_obeyed(unit.path) and not table.is_addressed(unit.text):
        return
    from aigate.scanners._agents import nodes  # noqa: PLC0415 - see above
    from aigate.scanners._agents.permissions import harmful, permissions  # noqa: PLC0415 - see above
    from aigate.scanners._agents.servers import servers  # noqa: PLC0415 - see above

    if matter is not None:
        # What stands before is blanked, so that places stay what they are.
        before = re.sub(r"[^\n]", " ", unit.text[: matter.start("inside")])
        root, _ = nodes.read(before + matter["inside"], "yaml")
        if root is not None:
            yield from servers(root, table, named=False)
            yield from permissions(root, table, unit.text, named=True, invoked=True)
    if _COMMANDS.fullmatch(unit.path):
        for match in _RUN_IN_PROSE.finditer(unit.text):
            node = nodes.Node(*match.span("command"), match["command"])
            yield from harmful(node, unit.text)


def _script(text: str) -> Iterator[Remark]:
    from aigate.scanners._agents.commands import harms  # noqa: PLC0415 - see above

    for harm in harms(text):
        if harm.what.startswith(_IN_SCRIPTS):
            yield Remark(
                HOOK,
                harm.start,
                harm.end,
                f"a script that runs by itself {harm.what}",
                "remove it",
                harm.severity,
            )
