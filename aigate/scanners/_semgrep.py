"""Starts semgrep with our own rules where one can fire, and reads what it says.

Semgrep leaves out files without a word and exits 0 on parse errors, time-outs and empty
rule lists. So the units are exported under neutral names, every target is named, a canary
has to come back from every pack in every process, and the lists in the output count, never
the exit status. It is not asked about a unit on which, by its words, no rule can fire.
"""

from __future__ import annotations

import json
import os
import site
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from aigate import process
from aigate.domain.extension import Target
from aigate.domain.finding import Gap, Sighting
from aigate.domain.severity import severity_of
from aigate.domain.tree import TEXTUAL, Kind, Unit
from aigate.scanners._batch import at_once, batches, entries, joined, span_in
from aigate.scanners._installed import installed
from aigate.scanners._table import Table
from aigate.scanners._words import Held

NAME = "semgrep"

# Without a network, each of the first two costs semgrep about 95 s a call.
_ENVIRONMENT = {
    "SEMGREP_ENABLE_VERSION_CHECK": "0",
    "SEMGREP_SEND_METRICS": "off",
    "SEMGREP_LOG_FILE": os.devnull,
    "NO_COLOR": "1",
}

_OPTIONS = (
    # the same engine and rules without the Python wrapper around it, ten times as fast to start;
    # a test holds its results against the default command's
    "--experimental",
    "--json",
    "--quiet",
    "--disable-nosem",
    "--metrics=off",
    "--disable-version-check",
    "--no-git-ignore",
    "--novcs",
    "--no-rewrite-rule-ids",
    "--max-target-bytes=0",
    # else rules run on explicit targets of other languages as well
    "--skip-unknown-extensions",
    # A file on which three rules time out is given up: it is a gap already, and a minified
    # bundle would else take as many times twenty seconds as there are rules.
    "--timeout=20",
    "--timeout-threshold=3",
    "--jobs=1",
)

_PACKS: dict[str, frozenset[Kind]] = {
    "python": frozenset({Kind.PYTHON}),
    "javascript": frozenset({Kind.JAVASCRIPT, Kind.TYPESCRIPT}),
    "generic": TEXTUAL,
}
# Each rule lists the files that it looks at, so that the lists stay short.
_LARGEST_GROUP = 120
_DAMAGED = (OSError, ValueError, LookupError, TypeError, AttributeError)
_UNREADABLE = Gap(NAME, "a pack of rules cannot be read", "rule-invalid", NAME)
_ENTRY = "semgrep.console_scripts.entrypoint"
_CORE_NAME = "osemgrep"
_CANARY = "aigate-canary-"
_CANARIES = {
    "python": {"py": "aigate_canary_probe(1)\n"},
    "javascript": {"js": "aigate_canary_probe(1);\n", "ts": "aigate_canary_probe(1 as number);\n"},
    "generic": {"txt": "aigate canary probe\n"},
}


def _core() -> str | None:
    """Return semgrep's own program where its package has it, None to start it by way of Python.

    The package's entry point does nothing else with these options but start this program under
    this name, and takes longer to say so than the program takes for a file. Only folders of this
    installation count: the working directory may hold a `semgrep` of the change.
    """
    folder = installed(NAME).folder
    file = Path(folder, "semgrep", "bin", "semgrep-core")
    return str(file) if folder in site.getsitepackages() and os.access(file, os.X_OK) else None


def scan(target: Target) -> Iterator[Sighting | Gap]:
    """Yield what semgrep sees in the units of a target, and what it could not see."""
    units = tuple(unit for unit in target.units if unit.file)
    for unit in target.units:
        if not unit.file:
            yield Gap(unit.path, "was not exported for semgrep", "not-exported", NAME)
    if not units:
        return
    kinds = {unit.kind for unit in units}
    try:
        tables = {
            name: Table(_read(target.packs, f"{name}-needs"))
            for name, covers in _PACKS.items()
            if covers & kinds
        }
    except _DAMAGED:
        yield _UNREADABLE
        return
    chosen: dict[str, frozenset[str]] = {}
    groups = batches(units, target.jobs, most=_LARGEST_GROUP)
    yield from at_once(
        lambda group: _run(target, group, tables, chosen),
        joined(_asked(target, group, tables, chosen) for group in groups),
        min(target.jobs, len(groups)),
    )


def _asked(
    target: Target,
    units: Sequence[Unit],
    tables: Mapping[str, Table],
    chosen: dict[str, frozenset[str]],
) -> Sequence[Unit]:
    """Choose the rules for each unit, and return the units that semgrep has to look at."""
    chosen.update((unit.id, _chosen(unit, tables)) for unit in units)
    # Rules of the repository's own look at everything.
    return units if target.rule_files else [unit for unit in units if chosen[unit.id]]


def _read(folder: str, name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(Path(folder, "compiled", f"{name}.json").read_bytes())
    return read


def _chosen(unit: Unit, tables: Mapping[str, Table]) -> frozenset[str]:
    """Return the rules that can fire on a unit, by the words in it."""
    held = Held(unit.text)
    found = (table.firing(held) for name, table in tables.items() if unit.kind in _PACKS[name])
    return frozenset[str]().union(*found)


def _run(
    target: Target,
    units: tuple[Unit, ...],
    tables: Mapping[str, Table],
    chosen: Mapping[str, frozenset[str]],
) -> Iterator[Sighting | Gap]:
    kinds = {unit.kind for unit in units}
    names = [name for name, covers in _PACKS.items() if covers & kinds]
    try:
        packs = {name: _read(target.packs, name)["rules"] for name in names}
        known = all(tables[name].lists(one["id"] for one in packs[name]) for name in names)
    except _DAMAGED:
        known = False
    if not known:
        yield _UNREADABLE
        return
    canaries = _plant(target.scratch, units[0].id, names)
    core = _core()
    start = [_CORE_NAME] if core else [sys.executable, "-I", "-m", _ENTRY]
    command = [*start, "scan", *_OPTIONS]
    for name, rules in packs.items():
        file = Path(target.scratch, f"rules-{units[0].id}-{name}.json")
        narrowed = [rule for one in rules if (rule := _narrowed(one, units, chosen))]
        file.write_text(json.dumps({"rules": narrowed}), encoding="utf-8")
        command += ["--config", str(file)]
    for own in target.rule_files:
        command += ["--config", own]
    # Targets outside of the project's root are left out without a word.
    command.append(f"--project-root={os.path.commonpath([target.exported, target.scratch])}")
    command += ["--", *(unit.file for unit in units), *canaries]
    done = process.run(
        command,
        cwd=target.exported,
        env=process.environment(target.scratch, _ENVIRONMENT),
        timeout=target.deadline,
        program=core,
        started=target.started,
    )
    match done:
        case process.Failed(reason, timed_out):
            yield Gap(NAME, reason, "scanner-timeout" if timed_out else "scanner-failed", NAME)
        case process.Done():
            yield from parse(done, units, canaries)


def _narrowed(
    rule: dict[str, Any], units: Sequence[Unit], chosen: Mapping[str, frozenset[str]]
) -> dict[str, Any] | None:
    """Return a rule that looks only at the units where it can fire, or None if there are none."""
    name = rule["id"]
    if name.startswith(_CANARY):
        return rule
    files = [unit.file for unit in units if name in chosen[unit.id]]
    if not files:
        return None
    return rule | {"paths": {"include": files}}


def _plant(scratch: str, group: str, packs: Sequence[str]) -> dict[str, str]:
    """Write the canaries of these packs; returns the canary rule for each file."""
    planted = {}
    for pack in packs:
        for suffix, text in _CANARIES[pack].items():
            file = Path(scratch, f"canary-{group}-{pack}.{suffix}")
            file.write_text(text, encoding="utf-8")
            planted[str(file)] = _CANARY + pack
    return planted


def parse(
    done: process.Done, units: Iterable[Unit], canaries: dict[str, str]
) -> Iterator[Sighting | Gap]:
    """Read semgrep's output; whatever is missing from it is a gap.

    `canaries` gives, for each planted file, the rule that must have found it.
    """
    by_file = {unit.file: unit for unit in units}
    try:
        output = json.loads(done.out)
        results, errors = output["results"], entries(output["errors"])
        scanned = {os.path.normpath(path) for path in output["paths"]["scanned"]}
        seen = {(os.path.normpath(r["path"]), r["check_id"]) for r in results}
        sightings = [
            _sighting(result, by_file[os.path.normpath(result["path"])])
            for result in results
            if not result["check_id"].startswith(_CANARY)
            and os.path.normpath(result["path"]) in by_file
        ]
        gaps = [_gap(error, by_file) for error in errors]
        gaps += [
            Gap(NAME, f"semgrep left out the rule `{skipped}`", "rule-invalid", NAME)
            for skipped in output.get("skipped_rules") or ()
        ]
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
    yield from gaps
    for file, rule in canaries.items():
        if (os.path.normpath(file), rule) not in seen:
            yield Gap(
                NAME,
                f"the canary of `{rule.removeprefix(_CANARY)}` did not come back",
                "canary-missing",
                NAME,
            )
    known = by_file.keys() | {os.path.normpath(file) for file in canaries}
    if any(file not in known for file, _ in seen):
        yield Gap(NAME, "a result is about none of the files", "scanner-error", NAME)
    for file, unit in by_file.items():
        if file not in scanned:
            yield Gap(unit.path, "semgrep did not look at it", "not-scanned", NAME)


def _sighting(result: dict[str, Any], unit: Unit) -> Sighting:
    start, end, extra = result["start"], result["end"], result["extra"]
    return Sighting(
        rule=str(result["check_id"]),
        unit=unit.id,
        span=span_in(unit.text, start=(start["line"], start["col"]), end=(end["line"], end["col"])),
        message=str(extra["message"]),
        severity=severity_of(str(extra.get("severity"))),
    )


# The interpreter that bandit runs on is the judge of what parses as Python; semgrep recovers
# in places of its own choosing and says so here.
_CODES = {
    "PartialParsing": "partly-parsed",
    "Syntax error": "parse-error",
    "ParseError": "parse-error",
    "Timeout": "rule-timeout",
    "FixpointTimeout": "rule-timeout",
    "OutOfMemory": "scanner-memory",
    "StackOverflow": "scanner-memory",
    "Rule parse error": "rule-invalid",
    "RuleParseError": "rule-invalid",
    "PatternParseError": "rule-invalid",
    "InvalidRuleSchemaError": "rule-invalid",
}


def _gap(error: dict[str, Any], by_file: dict[str, Unit]) -> Gap:
    kind = error["type"] if isinstance(error["type"], str) else str(error["type"][0])
    unit = by_file.get(os.path.normpath(str(error.get("path", ""))))
    code = _CODES.get(kind, "scanner-error")
    first = str(error.get("message", "")).splitlines()
    reason = _REASONS.get(code, f"semgrep: {kind}") + _line(error)
    if first and not unit:
        reason = f"semgrep: {kind}: {first[0][:160]}"
    return Gap(unit.path if unit else NAME, reason, code, NAME)


# It may well be valid; semgrep's grammars are behind those of the languages.
_REASONS = {
    "partly-parsed": "semgrep could not read a part of it",
    "parse-error": "semgrep could not read it",
    "rule-timeout": "semgrep took too long over it",
}


def _line(error: dict[str, Any]) -> str:
    spans = error.get("spans")
    place = spans[0].get("start") if isinstance(spans, list) and spans else None
    line = place.get("line") if isinstance(place, dict) else None
    return f", from line {line}" if type(line) is int else ""
