"""What a notebook's shell lines do with values is seen as what it is."""

import ast

import pytest

from aigate.workspace.notebook import _plain_row


@pytest.mark.parametrize(
    ("row", "values"),
    [
        ("!ls {cmd}", ["cmd"]),
        ("out = !cat $name", ["name"]),
        ("    !echo {a['b']} $c", ["a['b']", "c"]),
        ("!pip install numpy", []),
        ("!echo {", []),
        ("!echo {two words}", []),
    ],
)
def test_values_that_reach_the_shell_reach_it_in_python_too(row, values):
    plain = _plain_row(row)

    ast.parse(plain.lstrip())
    assert plain.count("\n") == 0
    assert [part.strip() for part in plain.split(";") if "os.system" in part] == [
        f"os.system(str({value}))" for value in values
    ]
