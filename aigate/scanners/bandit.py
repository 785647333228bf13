"""Runs bandit on Python, and believes nothing but what it can show.

Bandit exits 0 on files that it cannot parse or find and when one of its own checks raises,
and obeys a `.bandit` file in the tree. So the units are exported under neutral names, each
is named, a canary has to come back, and its lists and its log count, never the exit status.
It parses with the interpreter that runs it: that is what "parses as Python" means here.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from aigate import process
from aigate.domain.extension import Repeats, Scanner, Target
from aigate.domain.finding import Gap, Sighting
from aigate.domain.regex import regex
from aigate.domain.severity import severity_of
from aigate.domain.tree import Kind, Unit
from aigate.scanners._batch import at_once, batches, entries, span_in
from aigate.scanners._installed import version_of

_NAME = "bandit"
_COVERS = frozenset({Kind.PYTHON})
_CANARY_TEXT = "exec(canary)\n"
_CANARY_CHECK = "B102"
_QUOTED = regex(r"'(.*)'", re.DOTALL)
_CRASHED = regex(rb"internal error running: (\w+) on file (\S+)", re.IGNORECASE)


def _scan(target: Target) -> Iterator[Sighting | Gap]:
    if target.units:
        yield from at_once(
            lambda group: _run(target, group), batches(target.units, target.jobs), target.jobs
        )


def _run(target: Target, units: tuple[Unit, ...]) -> Iterator[Sighting | Gap]:
    canary = Path(target.scratch, f"canary-{units[0].id}.py")
    canary.write_text(_CANARY_TEXT, encoding="utf-8")
    # Isolated, since the tree may hold a `bandit.py`; its configuration is an empty file of
    # ours, since the tree may hold a `.bandit`.
    empty = Path(target.scratch, f"settings-{units[0].id}.ini")
    empty.write_text("[bandit]\n", encoding="utf-8")
    command = [
        *(sys.executable, "-I", "-m", "bandit", "--format", "json", "--quiet", "--ignore-nosec"),
        *("--ini", str(empty), "--", *(unit.file for unit in units), str(canary)),
    ]
    done = process.run(
        command,
        cwd=target.exported,
        env=process.environment(target.scratch),
        timeout=target.deadline,
    )
    match done:
        case process.Failed(reason, timed_out):
            yield Gap(_NAME, reason, "scanner-timeout" if timed_out else "scanner-failed", _NAME)
        case process.Done():
            yield from parse(done, units, str(canary))


def parse(done: process.Done, units: Iterable[Unit], canary: str) -> Iterator[Sighting | Gap]:
    """Read bandit's output; whatever is missing from it is a gap."""
    by_file = {unit.file: unit for unit in units}
    try:
        output = json.loads(done.out)
        examined = {os.path.normpath(name) for name in output["metrics"]}
        results = [(os.path.normpath(r["filename"]), r) for r in output["results"]]
        failed = {
            os.path.normpath(e["filename"]): str(e["reason"]) for e in entries(output["errors"])
        }
        sightings = [_sighting(r, by_file[file]) for file, r in results if file in by_file]
        alive = any(
            file == os.path.normpath(canary) and r["test_id"] == _CANARY_CHECK
            for file, r in results
        )
    except (ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError):
        tail = done.err.decode("utf-8", "replace").strip()[-200:]
        yield Gap(
            _NAME,
            f"exit status {done.code} without a readable result: {tail}",
            "scanner-failed",
            _NAME,
        )
        return
    yield from sightings
    if not alive:
        yield Gap(_NAME, "the canary did not come back", "canary-missing", _NAME)
    known = by_file.keys() | {os.path.normpath(canary)}
    if any(file not in known for file in [*(file for file, _ in results), *failed]):
        yield Gap(_NAME, "a result is about none of the files", "scanner-error", _NAME)
    for file, unit in by_file.items():
        if file in failed:
            yield _failed(unit, failed[file])
        elif file not in examined:
            yield Gap(unit.path, "bandit did not look at it", "not-scanned", _NAME)
    for check, file in _CRASHED.findall(done.err):
        subject = by_file.get(os.path.normpath(file.decode("utf-8", "replace")))
        reason = f"bandit: its check `{check.decode()}` crashed"
        yield Gap(subject.path if subject else _NAME, reason, "scanner-error", _NAME)


def _failed(unit: Unit, reason: str) -> Gap:
    if "syntax error" in reason:
        running = f"Python {sys.version_info.major}.{sys.version_info.minor}"
        return Gap(unit.path, f"does not parse as {running}", "parse-error", _NAME)
    return Gap(unit.path, f"bandit: {reason[:160]}", "scanner-error", _NAME)


def _sighting(result: dict[str, Any], unit: Unit) -> Sighting:
    lines = unit.text.split("\n")
    first, last = min(result["line_range"]), max(result["line_range"])
    start, end = (max(result[name], 0) + 1 for name in ("col_offset", "end_col_offset"))
    if (last, end) <= (first, start):  # bandit gives no end for some checks
        last, end = first, len(lines[first - 1].encode("utf-8", "surrogatepass")) + 1
        start = min(start, end)
    cwe = (result.get("issue_cwe") or {}).get("id")
    message = str(result["issue_text"])
    quoted = _QUOTED.search(message)
    return Sighting(
        rule=f"{_NAME}/{result['test_id']}",
        unit=unit.id,
        span=span_in(unit.text, start=(first, start), end=(last, end)),
        message=message,
        quoted=quoted[1] if quoted else "",
        severity=severity_of(str(result.get("issue_severity"))),
        cwe=(int(cwe),) if cwe else (),
    )


SCANNER = Scanner(
    name=_NAME, covers=_COVERS, scan=_scan, version=lambda: version_of(_NAME), repeats=Repeats.TEXT
)
