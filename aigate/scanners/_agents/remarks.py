"""Makes what is said of a node of settings."""

from __future__ import annotations

from aigate.domain.rule import Rule
from aigate.domain.severity import Severity
from aigate.scanners._agents.nodes import Node
from aigate.scanners._agents.pages import WIDE, Remark


def wide(word: Node, message: str, severity: Severity | None = None) -> Remark:
    """Say that something reaches further than it needs to."""
    return remark(WIDE, word, message, "give it the one folder or tool that it needs", severity)


def remark(
    rule: Rule, node: Node, message: str, hint: str, severity: Severity | None = None
) -> Remark:
    """Say something of a whole node."""
    return Remark(rule, node.start, node.end, message, hint, severity)
