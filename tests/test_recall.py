"""What engines said is kept by text, and a scan says the same with and without it."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from aigate.domain.extension import Scanner
from aigate.domain.finding import Gap, Sighting
from aigate.domain.place import Span
from aigate.domain.tree import Entry, Kind, Unit
from aigate.recall import Memory, recalled
from aigate.workspace.cache import Cache, Place, open_cache

BAD = "import os\n\n\ndef run(name):\n    os.system('ls ' + name)\n"
WORSE = "password = 'correct-horse-battery'\nexec(input())\n"
MORE = "import pickle\n\n\ndef read(data):\n    return pickle.loads(data)\n"


def told(outcome):
    report = dict(outcome.report)
    ran = [{**one, "seconds": 0} for one in report.pop("run")["scanners"]]
    return ran, report


@pytest.fixture
def judged(project):
    project.commit({"a.py": "x = 1\n", "b.js": "let x = 1;\n"})
    project.commit({"a.py": BAD, "c.py": WORSE, "b.js": "eval(location.hash);\n"})
    return project


def database(project) -> Path:
    return project.home / "cache" / "aigate" / "kept" / "results" / "results.db"


@pytest.mark.slow
def test_warm_equals_cold_equals_no_cache_and_starts_no_engine(judged, stub):
    without = told(judged.scan("--base", "main~1", "--head", "main", "--no-cache"))
    assert not database(judged).exists()
    cold = told(judged.scan())
    assert database(judged).exists()
    warm = judged.scan(python=stub("semgrep", "raise SystemExit(9)\n"))

    assert cold == without == told(warm)
    assert warm.code == 1
    assert b"correct-horse-battery" not in b"".join(
        file.read_bytes() for file in database(judged).parent.iterdir()
    )


@pytest.mark.slow
def test_only_what_is_new_is_examined(judged, stub):
    judged.scan()
    judged.commit({"a.py": BAD + "\n\nrun('x')\n"})
    failing = judged.scan(
        "--base", "main~2", "--head", "main", python=stub("bandit", "raise SystemExit(9)\n")
    )

    assert {gap["code"] for gap in failing.report["gaps"]} == {"scanner-failed"}
    assert failing.code in {1, 3}
    judged.commit({"a.py": BAD, "d.py": BAD, "e.py": WORSE})
    copies = judged.scan(
        "--base", "main~3", "--head", "main", python=stub("bandit", "raise SystemExit(9)\n")
    )
    assert copies.report["gaps"] == []
    assert {one["path"] for one in copies.report["findings"]} >= {"a.py", "c.py", "d.py", "e.py"}


def forge(project, said: bytes) -> None:
    with sqlite3.connect(database(project)) as opened:
        opened.execute("UPDATE result SET said = ?", (said,))
    opened.close()


@pytest.mark.slow
@pytest.mark.parametrize(
    "poison",
    [
        pytest.param(lambda project: forge(project, b"[]"), id="C-068-says-clean"),
        pytest.param(
            lambda project: database(project).write_bytes(database(project).read_bytes()[:9000]),
            id="C-068-truncated",
        ),
        pytest.param(
            lambda project: (project.home / ".local/state/aigate/cache-key").write_bytes(bytes(32)),
            id="C-068-written-by-another-run",
        ),
    ],
)
def test_a_poisoned_cache_changes_no_verdict(judged, poison):
    before = judged.scan()
    poison(judged)
    after = judged.scan()

    assert after.code == before.code == 1
    assert told(after) == told(before)


@pytest.mark.slow
def test_other_rules_are_asked_again(judged):
    judged.scan()
    rule = {
        "id": "own-rule",
        "languages": ["python"],
        "severity": "ERROR",
        "message": "`$F` of somebody",
        "pattern": "$F(...)",
    }
    policy = "version: 1\nname: team\nextends: aigate:default\nrules: [rules/own.yaml]\n"
    judged.commit(
        {".aigate/policy.yaml": policy, ".aigate/rules/own.yaml": json.dumps({"rules": [rule]})}
    )
    judged.commit({"a.py": BAD + "\n\nrun('x')\n"})
    twice = [told(judged.scan()) for _ in range(2)]

    assert twice[0] == twice[1]
    assert any(one["rule"].endswith("own-rule") for one in twice[0][1]["findings"])


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
