"""Has every scanner look at the units it covers, at the same time, and collects what they say."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from aigate import process, recall
from aigate.domain.extension import Scanner, Target
from aigate.domain.finding import Gap, Omission, Sighting
from aigate.domain.report import Ran
from aigate.domain.tree import Entry, Unit
from aigate.value import dataclass
from aigate.workspace import scratch

if TYPE_CHECKING:
    from aigate.domain.package import PackageIndex

# Files that all programs together look at, from which on getting them ready takes a while.
_MANY = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """With what a scan is done: see `Target` for the fields of the same names.

    `scratch` returns a private folder, the same one whenever it is asked. `memory` is what
    scanners said in earlier scans. `meanwhile` is done while they look, since programs leave time
    for it, and is told all that is seen in units at which nobody looks any more; what it raises
    is raised. `former` returns by their ids what units were in the
    reference, where each was one; what a scanner sees there in the same go is kept in memory.
    """

    scratch: Callable[[], str]
    packs: str
    rule_files: tuple[str, ...] = ()
    deadline: float = 600.0
    jobs: int = 2
    read: Callable[[Iterable[Entry]], Iterable[tuple[str, bytes]]] = lambda _entries: ()
    entries: Callable[[], Iterable[Entry]] = lambda: ()
    index: PackageIndex | None = None
    memory: recall.Memory = recall.NONE
    meanwhile: Callable[[Sequence[Sighting]], object] = lambda _seen: None
    former: Callable[[Iterable[Unit]], Mapping[str, Unit]] = lambda _units: {}


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

    `exported` is what the folder for the texts is called. `wanted` narrows which units a scanner looks at; `done` is told each scanner that ended.
    An engine that cannot be found is a gap if there is anything for it to look at, and so is
    one without room for its own files.
    """
    omissions: list[Omission] = []
    asked = []
    for scanner in scanners:
        mine = tuple(u for u in units if u.kind in scanner.covers and wanted(scanner, u))
        target = Target(
            units=mine,
            paths=paths,
            scratch="",
            exported="",
            packs=means.packs,
            rule_files=means.rule_files,
            deadline=means.deadline,
            jobs=means.jobs,
            read=means.read,
            entries=means.entries,
            index=means.index,
            omits=omissions.append,
        )
        asked.append((_question(scanner, mine, target), target))
    known = recall.known(means.memory, [question for question, _ in asked], packs=means.packs)
    programs = [one for one in known if one.question.scanner.is_program]
    left = {unit.id: unit for one in programs for unit in one.left}
    folder = str(Path(means.scratch(), exported)) if left else ""
    if folder:
        scratch.export(left.values(), folder)
    looks = [
        _Look(
            one,
            _with_files(target, folder, one.question.scanner),
            done,
            _Past(one, target, means),
        )
        for one, (_, target) in zip(known, asked, strict=True)
    ]
    for look in looks:
        if not look.known.left:
            done(look.known.question.scanner.name)
    _at_once(
        [look for look in looks if look.known.left],
        lambda working: means.meanwhile(_settled(looks, working)),
    )
    recall.keep(means.memory, [one for look in looks for one in look.answers()])
    everything = [item for look in looks for item in look.answer()]
    return Seen(
        sightings=tuple(item for item in everything if isinstance(item, Sighting)),
        gaps=tuple(sorted({item for item in everything if isinstance(item, Gap)})),
        ran=tuple(look.ran() for look in looks),
        omissions=tuple(sorted(set(omissions))),
    )


def _settled(looks: Iterable[_Look], working: Iterable[_Look]) -> list[Sighting]:
    """Return what was seen in units at which none of those that are working looks."""
    open_ones = {
        unit.id for look in working for same in look.known.alike.values() for unit in same
    } | {unit.id for look in working for unit in look.known.left}
    return [
        item
        for look in looks
        for item in look.answer()
        if isinstance(item, Sighting) and item.unit not in open_ones
    ]


def _with_files(target: Target, folder: str, scanner: Scanner) -> Target:
    if not scanner.is_program:
        return target
    return replace(target, exported=folder, scratch=f"{folder}-{scanner.name}")


def _question(scanner: Scanner, units: tuple[Unit, ...], target: Target) -> recall.Question:
    version = scanner.version()
    around: Mapping[str, str] = {}
    if scanner.around and units and version:
        around = scanner.around(replace(target, units=units))
    return recall.Question(scanner, version, units, around)


class _Past:
    """What units were in the reference, for a scanner that looks at some of it in the same go."""

    def __init__(self, known: recall.Known, target: Target, means: Means) -> None:
        self._known = known
        self._target = target
        self._means = means
        self._asked: recall.Known | None = None
        self._seen: list[tuple[Unit, tuple[Sighting, ...]]] = []

    def units(self, units: Iterable[Unit]) -> Mapping[str, Unit]:
        """Return by the ids of units what those were, where that is not known yet."""
        alike = [(unit.id, same) for unit in units for same in self._known.alike[unit.id]]
        scanner = self._known.question.scanner
        former = {
            number: unit
            for number, unit in self._means.former([same for _, same in alike]).items()
            if unit.kind in scanner.covers and unit.file
        }
        if not former:
            return {}
        question = _question(scanner, tuple(former.values()), self._target)
        (self._asked,) = recall.known(self._means.memory, [question], packs=self._target.packs)
        left = {unit.id: unit for unit in self._asked.left}
        found = ((number, former[same.id].id) for number, same in alike if same.id in former)
        return {number: left[one] for number, one in found if one in left}

    def keep(self, unit: Unit, seen: Iterable[Sighting]) -> None:
        """Take down what was seen in one of these, which was looked at whole."""
        self._seen.append((unit, tuple(seen)))

    def answers(self) -> Iterator[tuple[recall.Known, Iterable[Sighting]]]:
        """Return what is to be kept."""
        if self._asked is not None:
            looked_at = {unit.id for unit, _ in self._seen}
            left = tuple(unit for unit in self._asked.left if unit.id in looked_at)
            yield replace(self._asked, left=left), [one for _, seen in self._seen for one in seen]


class _Look:
    """What one scanner looks at, and afterwards what it said and how long that took."""

    def __init__(
        self, known: recall.Known, target: Target, done: Callable[[str], None], past: _Past
    ) -> None:
        self.known = known
        self.said: tuple[Sighting | Gap, ...] = ()
        self.error: BaseException | None = None
        self.begun = threading.Event()
        self._past = past
        self._target = replace(
            target, started=self.begun.set, former=past.units, looked_back=past.keep
        )
        self._seconds = 0.0
        self._done = done

    def run(self) -> None:
        """Have the scanner look; what it raises is kept for whoever waits."""
        started = time.monotonic()
        scanner = self.known.question.scanner
        try:
            self.said = _said(self.known, self._target)
            self._done(scanner.name)
        except BaseException as error:  # noqa: BLE001 - it is raised again where it is waited for
            self.error = error
        self._seconds = time.monotonic() - started
        self.begun.set()

    def require_answer(self) -> None:
        """Raise what the scanner raised, if it did."""
        if self.error is not None:
            raise self.error

    def answers(self) -> Iterator[tuple[recall.Known, Iterable[Sighting | Gap]]]:
        """Return what is to be kept: what it said of its units, and of what some of them were."""
        yield self.known, self.said
        yield from self._past.answers()

    def answer(self) -> recall.Said:
        """Return everything that is to be said."""
        return recall.told(self.known, self.said)

    def ran(self) -> Ran:
        """Return which scanner looked at how much."""
        question = self.known.question
        return Ran(
            name=question.scanner.name,
            version=question.version,
            units=len(question.units),
            seconds=round(self._seconds, 3),
        )


def _at_once(looks: Sequence[_Look], meanwhile: Callable[[Sequence[_Look]], object]) -> None:
    """Have programs look, and what is no program beside them.

    Threads of our own would only take turns, and keep programs waiting for their start: so one
    gets its files ready after the other has started, and nothing is done beside them before all
    run. Of few files the one that looks at most kinds of files and takes longest comes first; of
    many the one that is ready soonest, so that it runs while the other's files are made ready.
    `meanwhile` is told who still looks; at last comes who keeps all processors busy.
    """
    programs = [look for look in looks if look.known.question.scanner.is_program]
    programs.sort(key=lambda look: len(look.known.question.scanner.covers))
    if sum(len(look.known.left) for look in programs) < _MANY:
        programs.reverse()
    spreading = [look for look in looks if look.known.question.scanner.spreads]
    beside = [look for look in looks if look not in programs and look not in spreading]
    threads = [threading.Thread(target=look.run) for look in programs]
    try:
        for thread, look in zip(threads, programs, strict=True):
            thread.start()
            look.begun.wait()
        for look in beside:
            look.run()
            look.require_answer()
        meanwhile([*programs, *spreading])
        for look in spreading:
            look.run()
            look.require_answer()
        for thread in threads:
            thread.join()
    except BaseException:
        # They wait for their programs.
        while any(thread.is_alive() for thread in threads):
            process.end_all()
            time.sleep(0.05)
        raise
    for look in looks:
        look.require_answer()


def _said(known: recall.Known, target: Target) -> recall.Said:
    scanner = known.question.scanner
    if not known.question.version:
        return (Gap(scanner.name, "the engine is not installed", "scanner-missing", scanner.name),)
    given = recall.target_of(known, target)
    try:
        if given.scratch:
            Path(given.scratch).mkdir(mode=0o700, parents=True, exist_ok=True)
        return tuple(scanner.scan(given))
    except OSError as error:
        # A full disk, mostly: half of what it saw is no answer.
        reason = f"its own files cannot be written or read: {error.strerror or 'unknown error'}"
        return (Gap(scanner.name, reason, "scanner-failed", scanner.name),)
