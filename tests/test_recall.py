"""What scanners said is kept by text, and only what nobody has seen is looked at."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from aigate.domain.extension import Repeats, Scanner, Target
from aigate.domain.finding import Gap, Omission, Sighting
from aigate.domain.place import Span
from aigate.domain.severity import Severity
from aigate.domain.tree import Change, Entry, Kind, Unit
from aigate.recall import Memory, Question, keep, known, target_of, told
from aigate.workspace.cache import Place, open_cache

UNITS = tuple(
    Unit(
        f"{number:06}",
        Entry(path, "100644", f"{number:040}"),
        Kind.PYTHON,
        Change.ADDED,
        text=f"{number}\n",
        file=f"{number:06}.py",
    )
    for number, path in enumerate(("a.py", "engine", "c.py"), 1)
)
BY_TEXT = Scanner(
    name="engine",
    covers=frozenset(Kind),
    scan=lambda _target: (),
    version=str,
    repeats=Repeats.TEXT,
)
BY_FILE = replace(BY_TEXT, repeats=Repeats.FILE)
NEVER = replace(BY_TEXT, repeats=Repeats.NEVER)


def sighting(unit: Unit, message: str = "bad") -> Sighting:
    return Sighting(rule="r", unit=unit.id, span=Span(1, 1, 1, 2), message=message)


@pytest.fixture
def packs(tmp_path: Path) -> Path:
    (tmp_path / "packs" / "data").mkdir(parents=True)
    (tmp_path / "packs" / "data" / "names.json").write_text("[]")
    return tmp_path / "packs"


@pytest.fixture
def memory(tmp_path: Path) -> Memory:
    return Memory(open_cache(Place(str(tmp_path / "kept"), str(tmp_path / "key"))), "rules")


@pytest.fixture
def asked(memory: Memory, packs: Path):
    """Return a function that tells what was said, and which units were looked at."""

    def ask(say, *, scanner=BY_TEXT, version="1", units=UNITS, around=None, used=memory):
        question = Question(scanner, version, units, around or {})
        (one,) = known(used, [question], packs=str(packs))
        said = tuple(say(one.left)) if one.left else ()
        keep(used, [(one, said)])
        return set(told(one, said)), [unit.id for unit in one.left]

    return ask


def every(units):
    return [sighting(unit) for unit in units]


def changed(**fields: object) -> tuple[Unit, ...]:
    return tuple(replace(unit, **fields) for unit in UNITS)


IDS = [unit.id for unit in UNITS]
MOVED = tuple(replace(u, entry=replace(u.entry, path=f"x/{u.path}")) for u in UNITS)


@pytest.mark.parametrize("scanner", [BY_TEXT, BY_FILE], ids=["text", "file"])
def test_what_was_said_is_said_again_without_looking(asked, scanner):
    first = asked(every, scanner=scanner)
    assert first[1] == IDS
    assert asked(every, scanner=scanner) == (first[0], [])


def test_every_field_of_a_sighting_comes_back(asked):
    said = replace(
        sighting(UNITS[0], "says \ud800 `1`"),
        severity=Severity.LOW,
        cwe=(1, 2),
        secret=True,
    )

    assert asked(lambda _units: [said]) == ({said}, IDS)
    assert asked(every) == ({said}, [])


@pytest.mark.parametrize("words", ["\ud83d\ude00", "\udcff", "\0", "\u2028\r\n", "\U0001f600"])
def test_odd_characters_come_back_as_they_were(asked, words):
    first, _ = asked(lambda units: [sighting(units[0], words)])

    assert asked(every) == (first, [])


@pytest.mark.parametrize(
    "change",
    [
        {"version": "2"},
        {"scanner": replace(BY_TEXT, name="other")},
        {"scanner": NEVER},
        {"units": changed(kind=Kind.TEXT)},
        {"units": changed(file="000001.pyi")},
        {"units": tuple(replace(unit, text=f"{unit.text} ") for unit in UNITS)},
        {"around": dict.fromkeys(IDS, "a neighbour")},
    ],
    ids=lambda change: next(iter(change)),
)
def test_anything_else_is_looked_at(asked, change):
    asked(every)

    assert asked(every, **change)[1] == IDS


@pytest.mark.parametrize(
    "units",
    [
        MOVED,
        tuple(replace(u, entry=replace(u.entry, mode="100755")) for u in UNITS),
        changed(cell=1),
        changed(notes=("nul",)),
    ],
    ids=["moved", "mode", "cell", "notes"],
)
def test_a_file_is_more_than_its_text(asked, units):
    asked(every)
    asked(every, scanner=BY_FILE)

    assert asked(every, units=units)[1] == []
    assert asked(every, scanner=BY_FILE, units=units)[1] == IDS


@pytest.mark.parametrize("scanner", [BY_TEXT, BY_FILE], ids=["text", "file"])
@pytest.mark.parametrize(
    "units",
    [changed(change=Change.MODIFIED, previous="before"), changed(head=b"x"), changed(lines=(3,))],
    ids=["change", "head", "lines"],
)
def test_what_no_scanner_that_repeats_itself_gets_to_see_does_not_count(asked, scanner, units):
    asked(every, scanner=scanner)

    assert asked(every, scanner=scanner, units=units)[1] == []


def test_other_rules_other_data_and_no_cache_are_looked_at(asked, memory, packs):
    asked(every)
    assert asked(every, used=Memory(memory.cache, "other"))[1] == IDS
    assert asked(every, used=Memory(None, "rules"))[1] == IDS

    (packs / "data" / "names.json").write_text('["a"]')
    assert asked(every)[1] == IDS


@pytest.mark.parametrize("scanner", [BY_TEXT, BY_FILE], ids=["text", "file"])
def test_a_file_with_a_gap_is_looked_at_again(asked, scanner):
    def say(units):
        return [Gap(u.path, "too slow", "rule-timeout") for u in units if u.id == "000001"]

    assert asked(say, scanner=scanner)[0] == {Gap("a.py", "too slow", "rule-timeout")}
    assert asked(every, scanner=scanner)[1] == ["000001"]


@pytest.mark.parametrize("scanner", [BY_TEXT, BY_FILE], ids=["text", "file"])
@pytest.mark.parametrize("subject", ["engine", "elsewhere", ""])
def test_nothing_is_kept_of_a_run_that_failed_whatever_files_are_called(asked, scanner, subject):
    asked(lambda _units: [Gap(subject, "crashed", "scanner-failed")], scanner=scanner)

    assert asked(every, scanner=scanner)[1] == IDS


def test_an_equal_text_is_looked_at_once_also_without_a_cache(asked, memory):
    twins = (*UNITS, *(replace(u, id=f"1{u.id}", file=f"1{u.id}.py") for u in MOVED))

    def say(units):
        return [*every(units[:2]), Gap(units[2].path, "too slow", "rule-timeout")]

    for used in (Memory(), memory):
        said, looked = asked(say, units=twins, used=used)
        assert looked == IDS
        assert {one.unit for one in said if isinstance(one, Sighting)} == {
            *("000001", "000002", "1000001", "1000002")
        }
        assert {one.subject for one in said if isinstance(one, Gap)} == {"c.py", "x/c.py"}
    assert asked(every, scanner=BY_FILE, units=twins)[1] == [unit.id for unit in twins]
    assert asked(every, units=twins)[1] == ["000003"]


def test_scanners_share_what_is_kept_of_a_text_and_forget_nothing(memory, packs):
    other = replace(BY_TEXT, name="other")

    def left(*scanners):
        questions = [Question(scanner, "1", UNITS) for scanner in scanners]
        ones = known(memory, questions, packs=str(packs))
        keep(memory, [(one, every(one.left)) for one in ones])
        return [len(one.left) for one in ones]

    assert left(BY_TEXT) == [3]
    assert left(other) == [3]
    assert left(BY_TEXT, other, BY_FILE) == [0, 0, 3]
    assert left(BY_FILE, other, BY_TEXT) == [0, 0, 0]


def test_no_part_of_the_text_is_in_the_cache(asked, memory):
    unit = Unit("000001", Entry("a.py", "100644", ""), Kind.PYTHON, text="p = 'hunter2-x9'\n")
    said = sighting(unit, "a password: 'hunter2-x9', also spelt hunter2-X9")

    for scanner in (BY_TEXT, BY_FILE):
        assert asked(lambda _units: [said], units=(unit,), scanner=scanner)[0] == {said}
        assert asked(every, units=(unit,), scanner=scanner) == ({said}, [])
    kept = b"".join(p.read_bytes() for p in Path(memory.cache.folder, "results").iterdir())
    assert b"hunter2" not in kept
    assert b"password" not in kept


@pytest.fixture
def target(tmp_path: Path) -> Target:
    return Target(
        units=UNITS,
        paths=frozenset({"a.py"}),
        scratch=str(tmp_path),
        exported=str(tmp_path),
        packs="packs",
        index=object(),
    )


@pytest.mark.parametrize("scanner", [BY_TEXT, BY_FILE], ids=["text", "file"])
@pytest.mark.parametrize(
    "look",
    [
        lambda target: "a.py" in target.paths,
        lambda target: list(target.paths),
        lambda target: target.paths - {"a.py"},
        lambda target: target.paths.isdisjoint({"a.py"}),
        lambda target: target.read(()),
        lambda target: target.entries(),
        lambda target: target.index and target.index.listing(),
        lambda target: target.omits(Omission("s", "r", 1)),
    ],
)
def test_a_scanner_that_repeats_itself_cannot_look_elsewhere(packs, target, scanner, look):
    (one,) = known(Memory(), [Question(scanner, "1", UNITS)], packs=str(packs))
    given = target_of(one, target)

    with pytest.raises(TypeError):
        look(given)
    assert given.packs == "packs"


def test_a_scanner_that_repeats_itself_sees_no_more_of_a_unit_than_counts(packs, target):
    whole = replace(
        UNITS[0],
        entry=Entry("a.ipynb", "100755", "1" * 40, 7),
        head=b"x",
        cell=2,
        lines=(4,),
        notes=("nul",),
        previous="before",
    )

    def given(scanner: Scanner) -> Unit:
        (one,) = known(Memory(), [Question(scanner, "1", (whole,))], packs=str(packs))
        (unit,) = target_of(one, target).units
        return unit

    bare = Unit(whole.id, Entry(whole.id, "100644", ""), whole.kind, text=whole.text)
    assert given(NEVER) == whole
    assert given(BY_TEXT) == replace(bare, file=whole.file)
    assert given(BY_FILE) == replace(
        bare, entry=Entry("a.ipynb", "100755", ""), cell=2, notes=("nul",)
    )


def test_what_matters_of_a_file_is_said_once_for_each_file_and_version(memory, packs):
    """For scanners that look at other files too; they are given what `FILE` names, and not more."""
    given: list[Unit] = []

    def say(unit):
        given.append(unit)
        return f"{unit.path} \ud800 {unit.text}"

    def ask(units=UNITS, version="1", used=memory):
        given.clear()
        questions = [
            Question(replace(NEVER, gist=say), version, units),
            Question(replace(BY_FILE, name="other"), "1", units),
        ]
        never, by_file = known(used, questions, packs=str(packs))
        target = target_of(
            never, Target(units=units, paths=frozenset(), scratch="", exported="", packs=str(packs))
        )
        assert target.gist is not None
        told = [target.gist(unit) for unit in units for _ in range(2)]
        assert told == [f"{unit.path} \ud800 {unit.text}" for unit in units for _ in range(2)]
        keep(used, [(never, [sighting(u) for u in units]), (by_file, every(by_file.left))])
        return [unit.path for unit in given], [unit.id for unit in by_file.left]

    marked = changed(change=Change.MODIFIED, previous="before", head=b"x")
    every_path = [unit.path for unit in UNITS]
    assert ask(marked) == (every_path, IDS)
    assert {(u.change, u.previous, u.head) for u in given} == {(Change.NONE, "", b"")}
    assert ask() == ([], [])
    assert ask(MOVED) == ([f"x/{path}" for path in every_path], IDS)
    assert ask(version="2") == (every_path, [])
    assert ask(changed(text="2")) == (every_path, IDS)
    assert ask(used=Memory(None, "rules")) == (every_path, IDS)
    assert ask() == ([], [])
