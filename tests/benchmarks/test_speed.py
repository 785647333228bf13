"""The benchmark of what people wait for runs, and its page has all that it measures."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def rows_in(text: str) -> list[tuple[str, str]]:
    """Return the first two cells of each row below the table of goals."""
    table = text[text.index("| case | against |") :].partition("\n\n")[0].splitlines()[2:]
    return [(cells[1], cells[2]) for line in table if (cells := re.split(r" ?\| ?", line))]


def wanted(module, changed: int) -> list[tuple[str, str]]:
    speed = module("speed")
    table = [(row.case, row.against) for row in speed.rows(changed)]
    taken = speed.Taken(0, 1.0, 1.0, 1.0, "", "")
    names = ("nothing cached", "semgrep", "bandit")
    rounds = [{f"tree, {name}": taken for name in names}]
    once = dict.fromkeys(("aigate", "semgrep", "bandit"), 1.0)
    return table + [(row[0], "the larger engine") for row in speed.memory(rounds, once)]


@pytest.mark.slow
def test_every_row_is_measured_and_written(run, page, tree, module, tmp_path) -> None:
    file, kept = page("speed"), tmp_path / "all.json"

    done = run(
        "speed.py", "--quick", "--tree", tree, "--changed", 2, "--write", file, "--json", kept
    )

    assert done.returncode == 0, done.stderr
    text = file.read_text()
    assert rows_in(text) == wanted(module, 2)
    assert rows_in(done.stdout) == rows_in(text)
    assert text.endswith("\n\nThe end.\n")
    assert "old" not in text
    assert re.search(
        r"Linux on \d+ \S+ cores, Python 3\.\d+\.\d+, git \d.*semgrep \d.*bandit \d", text
    )
    assert "the 3 Python files" in text
    assert str(tree.parent) not in text
    (one,) = json.loads(kept.read_bytes())["rounds"]
    assert all(taken["wall"] > 0 and taken["cpu"] > 0 for taken in one.values())
    assert one["one, cached"]["cpu"] < one["one, nothing cached"]["cpu"]


def test_the_page_has_every_row(module) -> None:
    text = (ROOT / "docs" / "speed.md").read_text(encoding="utf-8")

    assert rows_in(text) == wanted(module, module("speed").CHANGED)
    assert not re.search(r"/(?:tmp|home|root|work|Users)\b", text)


def test_ratios_are_of_the_commands_of_one_round(module) -> None:
    speed = module("speed")
    names = ("one, nothing cached", "one, semgrep", "one, bandit", "one, semgrep's hook")
    names = (*names, "one, bandit's hook", "one, cached", "after a write, cached", "bare")
    names += tuple(f"many, {one}" for one in ("nothing cached", "semgrep", "bandit"))
    names += tuple(f"tree, {one}" for one in ("nothing cached", "semgrep", "bandit", "one changed"))
    # Twice as slow a machine in the second round: the ratios are the same.
    rounds = [
        {name: speed.Taken(0, k * n, k * n / 2, 10.0, "", "") for n, name in enumerate(names, 1)}
        for k in (1, 2)
    ]

    found = speed.shown(rounds, {"aigate": 3.0, "semgrep": 2.0, "bandit": 1.0}, changed=50)

    assert (
        "| one file, nothing cached | the slower engine | 1.25 | 1.10 | 0.33 | 0.33 to 0.33 | 0.33 | moonshot |"
        in found
    )
    assert (
        "| one file, nothing cached | both engines' own hooks | 0.17 |  | 0.11 | 0.11 to 0.11 | 0.11 | goal |"
        in found
    )
    assert (
        "| memory, whole tree: all processes at once | the larger engine | 1.20 |  | 1.50 |  |  | no |"
        in found
    )


def test_a_page_without_a_place_is_refused_and_stays(module, tmp_path) -> None:
    file = tmp_path / "speed.md"
    file.write_text("nothing here\n")

    with pytest.raises(SystemExit, match="no place"):
        module("page").put(file, "speed", "new")

    assert file.read_text() == "nothing here\n"


def test_memory_is_that_of_all_processes_at_once(module, tmp_path) -> None:
    measure = module("measure")
    child = "import time; kept = bytes(range(256)) * 200_000; time.sleep(1)"
    both = f"import subprocess, sys; a = [subprocess.Popen([sys.executable, '-c', {child!r}]) for _ in 'ab']; [one.wait() for one in a]"

    found = measure.peak([measure.sys.executable, "-c", both], cwd=tmp_path, environ={})

    assert 100 < found < 200
