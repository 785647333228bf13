"""A finding's text is found again in other versions, and in nothing that only looks like it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from aigate.domain.place import Location
from aigate.domain.tree import Entry, Kind, Unit
from aigate.engine.presence import is_there, lines_of, wanted
from tests.engine.conftest import finding, placed, unit

CALL = "run(cmd, shell=True)"


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (f"import os\n\n\n    {CALL}\n", True),
        (f"{CALL}  # nosec\n", True),
        ("run(cmd,  shell = True)\n", False),
        ("", False),
    ],
)
def test_what_stands_elsewhere_or_beside_other_words_is_still_there(
    before: str, *, expected: bool
) -> None:
    (one,) = placed(f"x = 1\n{CALL}\n", r"run.*\)")
    sought = wanted(one, [unit(f"x = 1\n{CALL}\n")])

    assert sought is not None
    assert is_there(sought, [unit(before)]) is expected


def test_a_second_copy_is_not_there_where_there_was_one() -> None:
    text = f"{CALL}\n{CALL}\n"
    first, second = (wanted(one, [unit(text)]) for one in placed(text, r"run.*\)"))

    assert first is not None
    assert second is not None
    assert is_there(first, [unit(f"{CALL}\n")])
    assert not is_there(second, [unit(f"{CALL}\n")])


def test_blanks_at_line_ends_make_no_difference() -> None:
    text = "run(\n    cmd,\n)\n"
    (one,) = placed(text, r"run\([^)]*\)")
    sought = wanted(one, [unit(text)])

    assert sought is not None
    assert is_there(sought, [unit("x\nrun(  \n    cmd,\t\n)\n")])
    assert lines_of(sought, [unit("x\nrun(  \n    cmd,\t\n)\n")]) == ((2, 4),)


def test_a_finding_about_a_file_is_there_as_long_as_the_file_is_the_same() -> None:
    one = finding(at=Location("m.bin", 1, 1, 1, 1))
    file = Unit("1", Entry("m.bin", "100644", "b" * 40), Kind.BINARY)
    sought = wanted(one, [file])

    assert sought is not None
    assert is_there(sought, [file])
    assert not is_there(sought, [replace(file, entry=Entry("m.bin", "100755", "b" * 40))])
    assert not is_there(sought, [replace(file, entry=Entry("m.bin", "100644", "c" * 40))])
    assert lines_of(sought, [file]) == ()


def test_what_a_cell_of_a_notebook_matched_is_looked_for_in_cells() -> None:
    cell = replace(unit(CALL, "n.ipynb"), cell=2, lines=(7,))
    (one,) = placed(CALL, r"run.*\)", path="n.ipynb")
    sought = wanted(replace(one, at=Location("n.ipynb", 7, 1, 7, 21, 2)), [unit("{}"), cell])

    assert sought is not None
    assert is_there(sought, [replace(cell, cell=5)])
    assert not is_there(sought, [replace(cell, cell=0)])
    assert lines_of(sought, [cell]) == ((7, 7),)


def test_a_text_that_is_not_where_the_finding_says_is_not_looked_for() -> None:
    assert wanted(finding(), [replace(unit("x = 1\n"), lines=(1, 2))]) is None
    assert wanted(finding(), []) is None
