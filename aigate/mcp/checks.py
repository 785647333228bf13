"""The tools that have the gate look: at files, and at all that differs."""

from __future__ import annotations

from collections.abc import Sequence

from aigate.case import Request
from aigate.domain.report import Report
from aigate.errors import UsageError
from aigate.gate import run
from aigate.mcp import words
from aigate.mcp.paths import file_inside
from aigate.mcp.setting import Memory, Setting

MOST_PATHS = 200
"""So many files can be named in one call."""

_MOST_KEPT = 5_000


def check_files(paths: Sequence[str], setting: Setting, memory: Memory) -> str:
    """Judge files as they lie in the working tree, and say what to mend.

    Raises:
        AigateError: a path is none of a file here, or the gate cannot judge.
    """
    if not paths or len(paths) > MOST_PATHS:
        raise UsageError(
            f"{len(paths)} paths are named",
            hint=f"name 1 to {MOST_PATHS}, or use `check_diff` for everything that changed",
        )
    only = frozenset(file_inside(name, setting.root) for name in paths)
    report = _judged(setting, memory, only=only)
    return words.of_check(report, asked=len(only), against=setting.base_name)


def check_diff(setting: Setting, memory: Memory) -> str:
    """Judge all that differs from the commit that decides, and say what to mend.

    Raises:
        AigateError: the gate cannot judge.
    """
    report = _judged(setting, memory, only=frozenset())
    return words.of_check(report, asked=0, against=setting.base_name)


def _judged(setting: Setting, memory: Memory, *, only: frozenset[str]) -> Report:
    with memory.turn:
        report = run(
            Request(
                directory=setting.root,
                packs=setting.packs,
                base=setting.base,
                only=only,
                environ=setting.environ,
                deadline=setting.deadline,
                jobs=setting.jobs,
                cache=setting.cache,
            ),
            at=setting.now(),
            nonce=setting.nonce(),
        )
        if len(memory.findings) > _MOST_KEPT:
            memory.findings.clear()
        found = {one.finding.fingerprint: one for one in reversed(report.findings)}
        memory.findings.update(dict(list(found.items())[-_MOST_KEPT:]))
    return report
