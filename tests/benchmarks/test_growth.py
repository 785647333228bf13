"""The growth curves are measured, judged and drawn."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest


def curve(module, *points: tuple[int, float], goal: str = "linear", less: tuple[float, ...] = ()):
    curves = module("curves")
    made = tuple(curves.Point(size, seconds, seconds) for size, seconds in points)
    return curves.Curve("files", "nothing cached", goal, made, less)


@pytest.mark.slow
def test_every_curve_is_measured_and_drawn(run, page, tree, module, tmp_path) -> None:
    file, kept = page("growth"), tmp_path / "all.json"

    done = run(
        *("growth.py", "--quick", "--most", 1, "--tree", tree),
        *("--write", file, "--json", kept),
    )

    assert done.returncode == 0, done.stderr
    growth = module("growth")
    found = json.loads(kept.read_bytes())["curves"]
    assert {one["of"] for one in found} == set(growth.SIZES) == set(module("grounds").MEASURES)
    assert all(one["points"][0]["cpu"] > 0 for one in found)
    assert all(f"| {one['of']} | {one['case']} |" in file.read_text() for one in found)
    pictures = {one.name: one.read_bytes() for one in (file.parent / "pictures").iterdir()}
    assert set(pictures) == {"growth-light.svg", "growth-dark.svg"}
    for data in pictures.values():
        said = {one.text for one in ET.fromstring(data).iter("{http://www.w3.org/2000/svg}text")}
        assert {*module("picture").AXES.values(), "processor seconds", "seconds"} <= said
        assert len(data) < 100_000

    again = run("growth.py", "--from", kept, "--write", file)

    assert again.returncode == 0, again.stderr
    assert pictures == {one.name: one.read_bytes() for one in (file.parent / "pictures").iterdir()}


def test_an_exponent_says_how_it_grows(module) -> None:
    linear = curve(module, (1, 0.5), (10, 5.0), (100, 50.0))
    square = curve(module, (1, 1.0), (10, 1.1), (100, 110.0))
    flat = curve(module, (10, 2.0), (1000, 2.1), goal="flat")

    assert linear.exponent == pytest.approx(1)
    assert linear.verdict == "yes"
    assert square.last == pytest.approx(2)
    assert square.verdict == "no"
    assert flat.verdict == "yes"


def test_what_a_listing_takes_is_no_part_of_it(module) -> None:
    points = ((100, 1.0), (10_000, 3.0))

    assert curve(module, *points, goal="flat").verdict == "no"
    assert curve(module, *points, goal="flat", less=(0.02, 2.02)).verdict == "yes"


def test_one_point_has_no_exponent_and_meets_nothing(module) -> None:
    one = curve(module, (1, 1.0))

    assert one.exponent is None
    assert one.verdict == ""


def test_an_unknown_curve_is_refused(run, tree) -> None:
    done = run("growth.py", "--quick", "--tree", tree, "--only", "files,moon")

    assert done.returncode == 1
    assert "`moon` is no curve; hint:" in done.stderr


def test_each_version_of_a_file_changes_one_line(module) -> None:
    grounds = module("grounds")
    versions = [grounds._lines(number).splitlines() for number in range(10, 3_000, 10)]

    for before, after in pairwise(versions):
        assert sum(a != b for a, b in zip(before, after, strict=True)) == 1
