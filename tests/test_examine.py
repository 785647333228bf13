"""Every scanner gets what it covers, and whatever happens to one is known of all."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import pytest

from aigate.domain.extension import Repeats, Scanner
from aigate.domain.finding import Gap, Sighting
from aigate.domain.place import Span
from aigate.domain.tree import Entry, Kind, Unit
from aigate.errors import UsageError
from aigate.examine import Means, examine
from aigate.recall import Memory

UNITS = tuple(
    Unit(f"{number:06}", Entry(path, "100644", ""), kind, text="x\n", file=f"{number:06}")
    for number, (path, kind) in enumerate(
        [("a.py", Kind.PYTHON), ("b.txt", Kind.TEXT), ("c.py", Kind.PYTHON)], 1
    )
)


def scanner(name, scan, *, covers=frozenset({Kind.PYTHON}), version="1", **options):
    return Scanner(name=name, covers=covers, scan=scan, version=lambda: version, **options)


def sighting(unit):
    return Sighting(rule="r", unit=unit.id, span=Span(1, 1, 1, 2), message=unit.path)


def echo(target):
    return [Gap(unit.path, "seen", "echo") for unit in target.units]


@pytest.fixture
def look(tmp_path):
    def look(*scanners, meanwhile=lambda _seen: None, **options):
        means = Means(
            scratch=lambda: str(tmp_path / "scratch"),
            packs="",
            deadline=5.0,
            jobs=3,
            meanwhile=meanwhile,
        )
        return examine(
            scanners, UNITS, paths=frozenset(), exported=str(tmp_path), means=means, **options
        )

    return look


def test_a_scanner_is_given_the_kinds_that_it_covers(look):
    seen = look(scanner("one", echo), scanner("two", echo, covers=frozenset({Kind.TEXT})))

    assert [gap.subject for gap in seen.gaps] == ["a.py", "b.txt", "c.py"]
    assert [(ran.name, ran.version, ran.units) for ran in seen.ran] == [
        ("one", "1", 2),
        ("two", "1", 1),
    ]


def test_what_is_wanted_narrows_it_further(look):
    seen = look(scanner("one", echo), wanted=lambda _scanner, unit: unit.path == "c.py")

    assert [gap.subject for gap in seen.gaps] == ["c.py"]


def test_an_engine_that_is_not_there_is_a_gap_where_it_is_needed(look):
    there = scanner("here", echo, version="")
    idle = scanner("idle", echo, covers=frozenset({Kind.BINARY}), version="")

    seen = look(there, idle)

    assert [(gap.subject, gap.code) for gap in seen.gaps] == [("here", "scanner-missing")]


def test_each_scanner_has_a_private_folder_and_the_means_of_the_run(look):
    given = {}

    def note(target):
        given[target.scratch] = (target.deadline, target.jobs)
        return ()

    look(*(scanner(name, note, is_program=True) for name in ("one", "two")))

    assert len(given) == 2
    assert set(given.values()) == {(5.0, 3)}


def test_scanners_work_side_by_side_and_arrival_does_not_show(look):
    met = threading.Barrier(2, timeout=10)

    def meet(target):
        target.started()
        met.wait()
        return echo(target)

    ended = []
    programs = (scanner(name, meet, is_program=True) for name in ("b", "a"))
    seen = look(*programs, done=ended.append)

    assert [ran.name for ran in seen.ran] == ["b", "a"]
    assert sorted(ended) == ["a", "b"]
    assert seen.gaps == tuple(sorted(seen.gaps))


def test_what_is_no_program_works_beside_those_that_are(look):
    met = threading.Barrier(2, timeout=10)

    def meet(target):
        target.started()
        met.wait()
        return echo(target)

    seen = look(scanner("own", meet), scanner("program", meet, is_program=True))

    assert [gap.subject for gap in seen.gaps] == ["a.py", "c.py"]


def test_what_looks_at_most_gets_ready_first_and_alone(look):
    order = []

    def get_ready(target):
        order.append(f"{len(target.units)} to do")
        time.sleep(0.02)
        order.append("started")
        target.started()
        return echo(target)

    look(
        scanner("few", get_ready, is_program=True),
        scanner("many", get_ready, covers=frozenset({Kind.PYTHON, Kind.TEXT}), is_program=True),
    )

    assert order == ["3 to do", "started", "2 to do", "started"]


def test_what_is_seen_of_the_past_in_the_same_go_is_not_looked_at_again(tmp_path):
    head = tuple(replace(one, text=f"{one.id}\n") for one in UNITS[::2])
    past = tuple(replace(one, id=f"9{one.id}", text=f"was {one.id}\n") for one in head)
    memory = Memory(run={})
    means = Means(scratch=lambda: str(tmp_path), packs="", memory=memory)
    asked = []

    def seen_in(unit):
        return Sighting(rule="r", unit=unit.id, span=Span(1, 1, 1, 2), message=unit.text)

    def scan(target):
        asked.append([unit.text for unit in target.units])
        former = target.former(target.units)
        if former:
            first = former[head[0].id]
            target.looked_back(first, [seen_in(first)])
        return [seen_in(unit) for unit in target.units]

    one = scanner("one", scan, repeats=Repeats.TEXT)
    former = {now.id: then for now, then in zip(head, past, strict=True)}

    def look_at(units, **more):
        used = replace(means, **more)
        return examine([one], units, paths=frozenset(), exported=str(tmp_path), means=used)

    now = look_at(head, former=lambda units: {unit.id: former[unit.id] for unit in units})
    then = look_at(past)

    assert [sighting.unit for sighting in now.sightings] == [unit.id for unit in head]
    assert {(one.unit, one.message) for one in then.sightings} == {
        (unit.id, unit.text) for unit in past
    }
    assert asked == [[unit.text for unit in head], [past[1].text]]


def test_of_the_past_only_what_is_covered_and_not_known_is_looked_at_in_the_same_go(tmp_path):
    head = tuple(replace(UNITS[0], id=f"{n}", text=f"{n}\n") for n in range(3))
    past = [replace(one, id=f"9{one.id}", text=f"was {one.id}\n") for one in head]
    past[1] = replace(past[1], kind=Kind.BINARY, file="")
    means = Means(scratch=lambda: str(tmp_path), packs="", memory=Memory(run={}))
    given = {}

    def scan(target):
        given.update(target.former(target.units))
        return ()

    one = scanner("one", scan, repeats=Repeats.TEXT)
    former = {now.id: then for now, then in zip(head, past, strict=True)}

    def look_at(units, **more):
        used = replace(means, **more)
        examine([one], units, paths=frozenset(), exported=str(tmp_path), means=used)

    look_at(past[:1])
    look_at(head, former=lambda units: {unit.id: former[unit.id] for unit in units})

    assert {number: unit.id for number, unit in given.items()} == {"2": "92"}


def test_nothing_of_ours_runs_before_programs_do(look):
    order = []

    def start(target):
        time.sleep(0.05)
        order.append("program")
        target.started()
        return ()

    def note(_target):
        order.append("own")
        return ()

    look(scanner("own", note), scanner("program", start, is_program=True))

    assert order == ["program", "own"]


def test_what_is_done_meanwhile_is_done_while_scanners_look(look):
    met = threading.Barrier(2, timeout=10)

    def meet(target):
        target.started()
        met.wait()
        return ()

    look(scanner("one", meet, is_program=True), meanwhile=lambda _seen: met.wait())


def test_what_fails_meanwhile_ends_the_scan_and_is_told(look):
    ended = []

    def fail(_seen):
        raise UsageError("wrong")

    with pytest.raises(UsageError, match="wrong"):
        look(scanner("one", lambda _target: ended.append(1) or (), is_program=True), meanwhile=fail)
    assert ended == [1]


def test_no_room_for_its_own_files_is_a_gap_and_half_an_answer_is_none(look):
    def fill(target):
        yield from echo(target)
        raise OSError(28, "No space left on device")

    seen = look(scanner("full", fill), scanner("other", lambda _target: ()))

    assert [(gap.subject, gap.code) for gap in seen.gaps] == [("full", "scanner-failed")]
    assert "No space left on device" in seen.gaps[0].reason


def test_a_bug_in_a_scanner_is_not_hidden(look):
    def broken(_target):
        raise RuntimeError("bug")

    with pytest.raises(RuntimeError, match="bug"):
        look(scanner("broken", broken), scanner("other", echo))


def test_what_is_told_meanwhile_is_final_for_its_units(look):
    one, other = UNITS[0].id, UNITS[2].id
    told = []
    working = threading.Event()

    def slow(target):
        target.started()
        assert working.wait(10)
        return [sighting(unit) for unit in target.units]

    def note(seen):
        told.extend(item.unit for item in seen)
        working.set()

    seen = look(
        scanner("own", lambda target: [sighting(unit) for unit in target.units]),
        scanner("program", slow, is_program=True),
        meanwhile=note,
        wanted=lambda one_of, unit: one_of.name == "own" or unit.id == other,
    )

    assert told == [one]
    assert {item.unit for item in seen.sightings} == {one, other}


def test_who_keeps_all_processors_busy_looks_last(look):
    order = []

    def note(name):
        def scan(target):
            target.started()
            order.append(name)
            return ()

        return scan

    look(
        scanner("wide", note("wide"), spreads=True),
        scanner("own", note("own")),
        scanner("program", note("program"), is_program=True),
        meanwhile=lambda _seen: order.append("meanwhile"),
    )

    assert order == ["program", "own", "meanwhile", "wide"]
