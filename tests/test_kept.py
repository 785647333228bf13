"""What is kept about texts with findings is the same with a cache and without."""

from __future__ import annotations

import hashlib
import json

import pytest

from aigate.domain.finding import Sighting
from aigate.domain.place import Span
from aigate.domain.tree import Entry, Kind, Unit
from aigate.engine import place
from aigate.kept import finder, kept_digests, outlines_of
from aigate.workspace import cache as files


@pytest.fixture
def cache(tmp_path):
    return files.open_cache(files.Place(str(tmp_path / "cache"), str(tmp_path / "keys" / "key")))


@pytest.fixture
def worked_out(monkeypatch):
    done = []

    def scrypt(raw, **options):
        done.append(raw)
        return SCRYPT(raw, **options)

    monkeypatch.setattr(hashlib, "scrypt", scrypt)
    place.slow_digest.cache_clear()
    yield done
    place.slow_digest.cache_clear()


SCRYPT = hashlib.scrypt
ASKED = [("hunter2", "a.py"), ("hunter2", "b.py"), ("other", "a.py"), ("odd \udc80", "a.py")]


def ask(cache):
    place.slow_digest.cache_clear()
    with kept_digests(cache) as digest:
        return [digest(*one) for one in ASKED]


def test_what_is_kept_is_what_is_worked_out(cache, worked_out):
    without = ask(None)
    cold = ask(cache)
    assert len(worked_out) == 2 * len(ASKED)

    assert cold == ask(cache) == without
    assert len(worked_out) == 2 * len(ASKED)
    assert len(set(cold)) == len(ASKED)


def test_an_entry_that_is_damaged_or_brought_from_elsewhere_counts_for_nothing(cache, tmp_path):
    right = ask(cache)
    other = files.open_cache(files.Place(str(tmp_path / "theirs"), str(tmp_path / "k" / "key")))
    names = json.loads(files.load(cache, "slow-digests-1"))
    files.save(other, "slow-digests-1", json.dumps(dict.fromkeys(names, "00")).encode())
    file = tmp_path / "cache" / "slow-digests-1"

    for wrong in ((tmp_path / "theirs" / "slow-digests-1").read_bytes(), file.read_bytes()[:-9]):
        file.write_bytes(wrong)
        assert ask(cache) == right


def test_nothing_of_a_secret_is_in_the_cache(cache, tmp_path):
    ask(cache)

    data = (tmp_path / "cache" / "slow-digests-1").read_bytes()
    for secret, path in ASKED[:3]:
        assert secret.encode() not in data
        for digest in (hashlib.sha256, hashlib.blake2b):
            assert digest(secret.encode()).hexdigest().encode() not in data
            assert digest((path + secret).encode()).hexdigest().encode() not in data


def test_no_more_than_a_few_thousand_are_kept(cache, monkeypatch):
    monkeypatch.setattr("aigate.kept._MOST", 3)
    ask(cache)

    assert len(json.loads(files.load(cache, "slow-digests-1"))) == 3


TEXTS = {
    "a.py": (Kind.PYTHON, "class A:\n    def f(self):\n        pass\n"),
    "b.py": (Kind.PYTHON, "def broken(:\n    pass\n"),
    "c.ts": (Kind.TYPESCRIPT, 'app.get("/\ud83d", () => {\n  f()\n})\nclass B {\n}\n'),
    "d.md": (Kind.TEXT, "def f\n"),
    "e.bin": (Kind.BINARY, ""),
}
UNITS = [
    Unit(path, Entry(path, "100644", ""), kind, text=text) for path, (kind, text) in TEXTS.items()
]


def test_definitions_stand_where_they_stand_with_a_cache_and_without(cache, monkeypatch):
    without = outlines_of(None, UNITS)
    cold = outlines_of(cache, UNITS)
    monkeypatch.setattr("aigate.kept.definitions", None)  # nobody may ask again

    assert outlines_of(cache, UNITS) == cold == without
    assert [one.name for one in without["a.py"]] == ["A", "A.f"]
    assert without["b.py"][0].name == "broken"
    assert "e.bin" not in without


def seen(unit, line, *, secret):
    return Sighting(
        rule="a-rule", unit=unit, span=Span(line, 1, line, 9), message="is 'this'", secret=secret
    )


def test_slow_digests_that_are_worked_out_ahead_are_those_that_are_asked_for(
    cache, worked_out, monkeypatch
):
    text = "def f():\n" + "".join(f"    p{n} = 'hunter{n}'\n" for n in range(9))
    units = [
        Unit(path, Entry(path, "100644", ""), Kind.PYTHON, text=text) for path in ("a", "b", "c")
    ]
    sightings = [seen(unit, line, secret=unit != "c") for unit in "abc" for line in (2, 3, 5)]
    plain = place.place(sightings, {unit.id: unit for unit in units}, {})
    asked = set(worked_out)
    place.slow_digest.cache_clear()
    worked_out.clear()

    with finder(None, {}) as find:
        assert find(sightings, units) == plain
        assert (len(worked_out), set(worked_out)) == (6, asked)
    for times in (12, 12):
        place.slow_digest.cache_clear()
        with finder(cache, {}) as find:
            assert find(sightings, units) == plain
        assert len(worked_out) == times

    # What fails beside fails again where it is asked for.
    place.slow_digest.cache_clear()
    monkeypatch.setattr(hashlib, "scrypt", refuse)
    with pytest.raises(ValueError, match="memory"), finder(None, {}) as find:
        find(sightings, units)


def refuse(_raw, **_options):
    raise ValueError("memory limit exceeded")


def test_what_was_placed_before_is_read_by_nobody_again(monkeypatch):
    units = [
        Unit(one, Entry(one, "100644", ""), Kind.PYTHON, text=TEXTS["a.py"][1]) for one in "ab"
    ]
    early, late = seen("a", 1, secret=True), seen("b", 2, secret=False)

    with finder(None, {}) as find:
        assert len(find([early], units)) == 1
        monkeypatch.setattr("aigate.engine.place.definitions", None)  # nobody may ask again

        assert len(find([early, late], units)) == 2
