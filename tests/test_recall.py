"""What engines said is kept by text, and only what nobody has seen is looked at."""

from __future__ import annotations

from pathlib import Path

import pytest

from aigate.domain.extension import Scanner
from aigate.domain.finding import Gap, Sighting
from aigate.domain.place import Span
from aigate.domain.tree import Entry, Kind, Unit
from aigate.recall import Memory, recalled
from aigate.workspace.cache import Cache, Place, open_cache

UNITS = tuple(
    Unit(
        f"{number:06}",
        Entry(path, "100644", ""),
        Kind.PYTHON,
        text=f"{number}\n",
        file=f"{number:06}.py",
    )
    for number, path in enumerate(("a.py", "engine", "c.py"), 1)
)


def sighting(unit: Unit, message: str = "bad", quoted: str = "") -> Sighting:
    return Sighting(rule="r", unit=unit.id, span=Span(1, 1, 1, 2), message=message, quoted=quoted)


@pytest.fixture
def memory(tmp_path: Path) -> Memory:
    return Memory(open_cache(Place(str(tmp_path / "kept"), str(tmp_path / "key"))), "rules")


def asked(memory: Memory, say, *, repeats: bool = True, version: str = "1", units=UNITS):
    """Return what was said, and which units were looked at."""
    looked: list[str] = []

    def scan(some):
        looked.extend(unit.path for unit in some)
        return tuple(say(some))

    scanner = Scanner(
        name="engine", covers=frozenset({Kind.PYTHON}), scan=say, version=str, repeats=repeats
    )
    said = recalled(memory, scanner, version, units, scan)
    return set(said), looked


def every(units):
    return [sighting(unit) for unit in units]


def test_what_was_said_is_said_again_without_looking(memory):
    first = asked(memory, every)
    assert first[1] == ["a.py", "engine", "c.py"]
    assert asked(memory, every) == (first[0], [])


@pytest.mark.parametrize(
    "change",
    [
        {"version": "2"},
        {"repeats": False},
        {"version": ""},
        {"memory": "other rules"},
        {"memory": "no cache"},
        {"units": tuple(Unit(u.id, u.entry, Kind.TEXT, text=u.text, file=u.file) for u in UNITS)},
        {
            "units": tuple(
                Unit(u.id, u.entry, u.kind, text=u.text, file=f"{u.id}.pyi") for u in UNITS
            )
        },
        {
            "units": tuple(
                Unit(u.id, u.entry, u.kind, text=f"{u.text} ", file=u.file) for u in UNITS
            )
        },
    ],
    ids=str,
)
def test_anything_else_is_looked_at(memory, change):
    asked(memory, every)
    given = dict(change)
    other = {"other rules": Memory(memory.cache, "other"), "no cache": Memory(None, "rules")}
    used = other.get(given.pop("memory", ""), memory)

    assert asked(used, every, **given)[1] == ["a.py", "engine", "c.py"]


def test_a_file_with_a_gap_is_looked_at_again(memory):
    def say(units):
        return [Gap(u.path, "too slow", "rule-timeout") for u in units if u.path == "a.py"]

    asked(memory, say)

    assert asked(memory, every)[1] == ["a.py"]


@pytest.mark.parametrize("subject", ["engine", "elsewhere"])
def test_nothing_is_kept_of_a_run_that_failed_whatever_files_are_called(memory, subject):
    asked(memory, lambda _units: [Gap(subject, "crashed", "scanner-failed")])

    assert len(asked(memory, every)[1]) == len(UNITS)


def test_what_a_message_quotes_is_kept_as_its_place(memory):
    unit = Unit("000001", Entry("a.py", "100644", ""), Kind.PYTHON, text="p = 'hunter2-x9'\n")
    said = sighting(unit, "a password: 'hunter2-x9'", "hunter2-x9")
    spelt = sighting(unit, "a password: 'hunter2\t'", "hunter2\t")

    assert asked(memory, lambda _units: [said], units=(unit,)) == ({said}, ["a.py"])
    assert asked(memory, every, units=(unit,)) == ({said}, [])
    kept = b"".join(p.read_bytes() for p in Path(memory.cache.folder, "results").iterdir())
    assert b"hunter2" not in kept
    assert b"a password" in kept

    other = Memory(memory.cache, "elsewhere")
    asked(other, lambda _units: [spelt], units=(unit,))
    assert asked(other, every, units=(unit,))[1] == ["a.py"]
    assert isinstance(memory.cache, Cache)
