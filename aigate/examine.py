"""Has every scanner look at the units it covers, at the same time, and collects what they say."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from aigate import process, recall
from aigate.domain.extension import Scanner, Target
from aigate.domain.finding import Gap, Omission, Sighting
from aigate.domain.report import Ran
from aigate.domain.tree import Entry, Unit

if TYPE_CHECKING:
    from aigate.domain.package import PackageIndex


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """With what a scan is done: see `Target` for the fields of the same names.

    `memory` is what engines said in earlier scans.
    """

    scratch: str
    packs: str
    rule_files: tuple[str, ...] = ()
    deadline: float = 600.0
    jobs: int = 2
    read: Callable[[Iterable[Entry]], Iterable[tuple[str, bytes]]] = lambda _entries: ()
    entries: Callable[[], Iterable[Entry]] = lambda: ()
    index: PackageIndex | None = None
    memory: recall.Memory = recall.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Everything that scanners said, each list in a stable order."""

    sightings: tuple[Sighting, ...]
    gaps: tuple[Gap, ...]
    ran: tuple[Ran, ...]
    omissions: tuple[Omission, ...] = ()


def examine(
    scanners: Sequence[Scanner],
    units: Sequence[Unit],
    *,
    paths: frozenset[str],
    exported: str,
    means: Means,
    wanted: Callable[[Scanner, Unit], bool] = lambda _scanner, _unit: True,
    done: Callable[[str], None] = lambda _name: None,
) -> Seen:
    """Run scanners side by side and return what they saw and could not see.

    `wanted` narrows which units a scanner looks at; `done` is told each scanner that ended.
    An engine that cannot be found is a gap if there is anything for it to look at, and so is
    one without room for its own files.
    """
    omissions: list[Omission] = []

    def one(scanner: Scanner) -> tuple[Iterable[Sighting | Gap], Ran]:
        mine = tuple(u for u in units if u.kind in scanner.covers and wanted(scanner, u))
        started = time.monotonic()
        version = scanner.version()
        said: tuple[Sighting | Gap, ...] = ()
        if mine and not version:
            said = (
                Gap(scanner.name, "the engine is not installed", "scanner-missing", scanner.name),
            )
        elif mine:
            target = Target(
                units=(),
                paths=paths,
                scratch=str(Path(means.scratch, scanner.name)),
                exported=exported,
                packs=means.packs,
                rule_files=means.rule_files,
                deadline=means.deadline,
                jobs=means.jobs,
                read=means.read,
                entries=means.entries,
                index=means.index,
                omits=omissions.append,
            )
            said = recall.recalled(
                means.memory,
                scanner,
                version,
                mine,
                lambda units: _said(scanner, replace(target, units=units)),
            )
        done(scanner.name)
        seconds = round(time.monotonic() - started, 3)
        return said, Ran(name=scanner.name, version=version, units=len(mine), seconds=seconds)

    with ThreadPoolExecutor(max(len(scanners), 1)) as pool:
        futures = [pool.submit(one, scanner) for scanner in scanners]
        try:
            results = [future.result() for future in futures]
        except BaseException:
            # The pool waits for its threads, and they for their programs.
            while wait(futures, timeout=0.05).not_done:
                process.end_all()
            raise
    everything = [item for said, _ in results for item in said]
    return Seen(
        sightings=tuple(item for item in everything if isinstance(item, Sighting)),
        gaps=tuple(sorted({item for item in everything if isinstance(item, Gap)})),
        ran=tuple(ran for _, ran in results),
        omissions=tuple(sorted(set(omissions))),
    )


def _said(scanner: Scanner, target: Target) -> tuple[Sighting | Gap, ...]:
    try:
        Path(target.scratch).mkdir(mode=0o700, parents=True, exist_ok=True)
        return tuple(scanner.scan(target))
    except OSError as error:
        # A full disk, mostly: half of what it saw is no answer.
        reason = f"its own files cannot be written or read: {error.strerror or 'unknown error'}"
        return (Gap(scanner.name, reason, "scanner-failed", scanner.name),)


def by_id(units: Iterable[Unit]) -> Mapping[str, Unit]:
    """Index units by their id."""
    return {unit.id: unit for unit in units}
