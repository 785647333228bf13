"""Starts bandit where it may have something to say, and reads what it says.

Bandit exits 0 on files that it cannot parse or find and when one of its own checks raises,
and obeys a `.bandit` file in the tree. So the units are exported under neutral names, each
is named, a canary has to come back, and its lists and its log count, never the exit status.
It parses with the interpreter that runs it: that is what "parses as Python" means here.

Of the versions that `_bandit_needs` knows, it is asked only about what it may speak of: a change
of a few files is looked through here, so that mostly nothing has to start, and `_bandit_program`
does the same for many. Whatever is out of the ordinary, a text that does not parse for one, is
left to bandit, and another version, or plugins of others, have bandit's own command see it all.
"""

from __future__ import annotations

import ast
import contextlib
import json
import os
import re
import site
import sys
import warnings
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from aigate import process
from aigate.domain.extension import Target
from aigate.domain.finding import Gap, Sighting
from aigate.domain.regex import regex
from aigate.domain.severity import severity_of
from aigate.domain.tree import Unit
from aigate.scanners import _bandit_needs
from aigate.scanners._batch import at_once, batches, entries, span_in
from aigate.scanners._installed import installed, is_extended

NAME = "bandit"
_PROGRAM = str(Path(__file__).with_name("_bandit_program.py"))
# A file that is named to the interpreter is compiled each time; this takes what was compiled.
_LOAD = """\
import sys
from importlib.machinery import SourceFileLoader
from types import ModuleType
module = ModuleType("_bandit_program")
module.__file__ = sys.argv.pop(1)
SourceFileLoader(module.__name__, module.__file__).exec_module(module)
module.main()
"""
# Characters that are looked through here in less time than it takes bandit to start.
_FEW = 200_000
_CANARY_TEXT = "exec(canary)\n"
_CANARY_CHECK = "B102"
_CRASHED = regex(rb"internal error running: (\w+) on file (\S+)", re.IGNORECASE)


def scan(target: Target) -> Iterator[Sighting | Gap]:
    """Yield what bandit sees in the units of a target, and what it could not see."""
    folder = _known_folder()
    units = _unsettled(target.units) if folder else target.units
    if units:
        former = _former(target, units) if folder else {}
        # semgrep takes longer, and keeps the other half busy.
        jobs = max(target.jobs // 2, 1)
        groups = batches(units, jobs)
        yield from at_once(
            lambda group: _run(target, group, folder, former), groups, min(jobs, len(groups))
        )


def _former(target: Target, units: tuple[Unit, ...]) -> Mapping[str, Unit]:
    """Write what units were in the reference, and return it by their ids."""
    found = {}
    for number, unit in target.former(units).items():
        file = Path(target.scratch, f"former-{unit.file}")
        file.write_bytes(unit.text.encode("utf-8", "replace"))
        found[number] = replace(unit, file=str(file))
    return found


def _known_folder() -> str:
    """Return where a bandit is installed of which all checks are known, or the empty text."""
    found = installed(NAME)
    if found.version not in _bandit_needs.VERSIONS or is_extended(NAME):
        return ""
    if sys.version_info[:2] not in _bandit_needs.PYTHONS:
        return ""
    # Others may be folders of the tree under judgement, as the working directory is.
    trusted = found.folder in site.getsitepackages()
    return found.folder if trusted and Path(found.folder, NAME, "__init__.py").is_file() else ""


def _unsettled(units: tuple[Unit, ...]) -> tuple[Unit, ...]:
    """Leave out units about which bandit has nothing to say, as long as it need not start."""
    if sum(len(unit.text) for unit in units) > _FEW:
        return units
    for number, unit in enumerate(units):
        if not unit.file or _may_fire(unit.text):
            return units[number:]
    return ()


def _may_fire(text: str) -> bool:
    try:
        # A warning about an escape in a text is of no use to anybody here.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text.encode("utf-8", "replace"))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return True
    return _bandit_needs.may_fire(text, tree)


def _run(
    target: Target,
    units: tuple[Unit, ...],
    folder: str = "",
    former: Mapping[str, Unit] = MappingProxyType({}),
) -> Iterator[Sighting | Gap]:
    canary = Path(target.scratch, f"canary-{units[0].id}.py")
    canary.write_text(_CANARY_TEXT, encoding="utf-8")
    # Isolated, since the tree may hold a `bandit.py`; its configuration is an empty file of
    # ours, since the tree may hold a `.bandit`.
    empty = Path(target.scratch, f"settings-{units[0].id}.ini")
    empty.write_text("[bandit]\n", encoding="utf-8")
    files = (*(unit.file for unit in units), str(canary))
    whole = [
        *(sys.executable, "-I", "-m", "bandit", "--format", "json", "--quiet", "--ignore-nosec"),
        *("--ini", str(empty), "--", *files),
    ]
    before = {former[unit.id].file: unit for unit in units if unit.id in former}
    pairs = (one for file, unit in before.items() for one in (unit.file, file))
    lean = [sys.executable, "-I", "-S", "-c", _LOAD, _PROGRAM, folder]
    lean += [str(len(files)), *files, *pairs]
    done = _started(lean if folder else whole, target)
    if folder and isinstance(done, process.Done) and done.code:
        before = {}
        done = _started(whole, target)
    match done:
        case process.Failed(reason, timed_out):
            yield Gap(NAME, reason, "scanner-timeout" if timed_out else "scanner-failed", NAME)
        case process.Done():
            said = tuple(parse(done, units, str(canary), others=before))
            yield from said
            if before and not any(isinstance(one, Gap) and one.subject == NAME for one in said):
                _look_back(done, [former[unit.id] for unit in before.values()], target)


def _started(command: list[str], target: Target) -> process.Done | process.Failed:
    return process.run(
        command,
        cwd=target.exported,
        env=process.environment(target.scratch),
        timeout=target.deadline,
        started=target.started,
    )


def parse(
    done: process.Done, units: Iterable[Unit], canary: str, *, others: Collection[str] = ()
) -> Iterator[Sighting | Gap]:
    """Read bandit's output; whatever is missing from it is a gap.

    What is said of `others`, which are files too, is left out.
    """
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
            NAME,
            f"exit status {done.code} without a readable result: {tail}",
            "scanner-failed",
            NAME,
        )
        return
    yield from sightings
    if not alive:
        yield Gap(NAME, "the canary did not come back", "canary-missing", NAME)
    known = by_file.keys() | {os.path.normpath(canary), *others}
    if any(file not in known for file in [*(file for file, _ in results), *failed]):
        yield Gap(NAME, "a result is about none of the files", "scanner-error", NAME)
    for file, unit in by_file.items():
        if file in failed:
            yield _failed(unit, failed[file])
        elif file not in examined:
            yield Gap(unit.path, "bandit did not look at it", "not-scanned", NAME)
    for check, file in _CRASHED.findall(done.err):
        named = os.path.normpath(file.decode("utf-8", "replace"))
        if named in others:
            continue
        subject = by_file.get(named)
        reason = f"bandit: its check `{check.decode()}` crashed"
        yield Gap(subject.path if subject else NAME, reason, "scanner-error", NAME)


def _look_back(done: process.Done, units: Iterable[Unit], target: Target) -> None:
    """Tell what bandit saw in units of the reference, but of those where something went wrong."""
    output = json.loads(done.out)
    wrong = {one["filename"] for one in output["errors"]}
    wrong |= {os.fsdecode(file) for _, file in _CRASHED.findall(done.err)}
    for unit in units:
        if unit.file in output["metrics"] and unit.file not in wrong:
            found = [one for one in output["results"] if one["filename"] == unit.file]
            with contextlib.suppress(ValueError, LookupError, TypeError):
                target.looked_back(unit, [_sighting(one, unit) for one in found])


def _failed(unit: Unit, reason: str) -> Gap:
    if "syntax error" in reason:
        running = f"Python {sys.version_info.major}.{sys.version_info.minor}"
        return Gap(unit.path, f"does not parse as {running}", "parse-error", NAME)
    return Gap(unit.path, f"bandit: {reason[:160]}", "scanner-error", NAME)


def _sighting(result: dict[str, Any], unit: Unit) -> Sighting:
    lines = unit.text.split("\n")
    first, last = min(result["line_range"]), max(result["line_range"])
    start, end = (max(result[name], 0) + 1 for name in ("col_offset", "end_col_offset"))
    if (last, end) <= (first, start):  # bandit gives no end for some checks
        last, end = first, len(lines[first - 1].encode("utf-8", "surrogatepass")) + 1
        start = min(start, end)
    cwe = (result.get("issue_cwe") or {}).get("id")
    return Sighting(
        rule=f"{NAME}/{result['test_id']}",
        unit=unit.id,
        span=span_in(unit.text, start=(first, start), end=(last, end)),
        message=str(result["issue_text"]),
        severity=severity_of(str(result.get("issue_severity"))),
        cwe=(int(cwe),) if cwe else (),
    )
